"""What did we say to the provider, and what came of it? The trace of each exchange, and how long it is kept."""

from datetime import datetime, timedelta
from typing import Any

from outbox import clock

from .gateway.protocol import Call, CallEnd
from .models import ProviderCall

KEPT_FOR = timedelta(days=90)
AT_ONCE = 5_000


class ProviderCalls:
    """The gateway's log of calls as rows of one partner: one insert before an exchange, one update after it, each
    at once. Calls are made outside any transaction, so that a row is there whatever becomes of the caller."""

    def __init__(self, partner_id: int) -> None:
        self._partner_id = partner_id

    def began(self, call: Call) -> Any:
        """Note that the exchange is about to be made."""
        return ProviderCall.objects.create(
            partner_id=self._partner_id,
            verb=call.verb[:40],
            method=call.method,
            path=call.path[:300],
            began_at=clock.now(),
            began_machine_at=call.began,
            request_id=call.request_id,
            correlation_id=call.correlation_id,
        ).pk

    def ended(self, noted: Any, end: CallEnd) -> None:
        """Note what came of it."""
        ProviderCall.objects.filter(pk=noted).update(
            ended_machine_at=end.ended,
            status=end.status,
            code=_storable(end.code, 40),
            answer=_storable(end.answer, 300),
        )


def _storable(text: str, most: int) -> str:
    return text.replace("\x00", "")[:most]


def forget_old_calls(*, machine: datetime) -> int:
    """Delete what is older than we keep, some at a time; how many rows. `machine` is the machine's time, by which
    calls are as old as they are."""
    old = ProviderCall.objects.filter(began_machine_at__lt=machine - KEPT_FOR).order_by("began_machine_at")
    forgotten = 0
    while some := list(old.values_list("pk", flat=True)[:AT_ONCE]):
        forgotten += ProviderCall.objects.filter(pk__in=some).delete()[0]
    return forgotten
