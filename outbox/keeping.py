"""How is each promise kept once, whatever crashes on the way?

Claim a few due rows under a lease, do each deed outside any transaction, then settle it if the lease is still
ours. A deed may run again after a crash, so each handler looks first whether it was already done."""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from . import clock
from .models import Effect, Outcome

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
BATCH = 50


@dataclass(frozen=True)
class Done:
    """The deed is done and proved."""


@dataclass(frozen=True)
class Moot:
    """The deed is no longer wanted; `reason` says what overtook it."""

    reason: str


@dataclass(frozen=True)
class Later:
    """The deed can't be done now; try again after a while of the machine's time. `counts` is false where the
    outside was not at fault (another deed goes first)."""

    after: timedelta
    error: str
    counts: bool = True


@dataclass(frozen=True)
class Postpone:
    """The hour is not right: due again at this instant of the portal's clock. Nothing was tried."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class Park:
    """The deed needs a person; `reason` says why."""

    reason: str


Result = Done | Moot | Later | Postpone | Park


@dataclass(frozen=True)
class Lease:
    """The right to do one deed until it runs out."""

    model: type[Effect]
    pk: int
    token: uuid.UUID

    def renew(self) -> bool:
        """Ask for a full lease again; False when somebody else has taken the deed over."""
        until = clock.machine() + settings.EFFECT_LEASE
        rows = self.model._default_manager.filter(pk=self.pk, lease_token=self.token)
        return bool(rows.update(lease_until=until))


Handler = Callable[[Any, Lease], Result]
_handlers: dict[type[Effect], Handler] = {}


def serve(model: type[Effect], handler: Handler) -> None:
    """Tell the outbox who keeps promises of this kind (said once, by the wiring)."""
    _handlers[model] = handler


@dataclass
class Kept:
    """What came of one drain. `waiting_until` is the machine's time of the next repeat."""

    done: int = 0
    moot: int = 0
    parked: int = 0
    waiting_until: datetime | None = None
    errors: list[str] = field(default_factory=list)


def keep_all(partner_id: int | None = None) -> Kept:
    """Work off what is due until nothing is due or only parked and later rows remain."""
    kept = Kept()
    worked = True
    while worked:
        worked = False
        for model, handler in _handlers.items():
            worked = _drain(model, handler, kept, partner_id) or worked
    kept.waiting_until = _next_repeat(partner_id)
    return kept


def retry(effect: Effect) -> None:
    """A person asks for a parked deed to be tried again."""
    type(effect)._default_manager.filter(pk=effect.pk, outcome=Outcome.PARKED).update(
        outcome=Outcome.WAITING, attempts=0, not_before_retry=None, lease_until=None, reason=""
    )


def _drain(model: type[Effect], handler: Handler, kept: Kept, partner_id: int | None) -> bool:
    leases = _claim(model, partner_id)
    for lease in leases:
        effect = model._default_manager.get(pk=lease.pk)
        if effect.attempts > MOST_ATTEMPTS:
            result: Result = Park(f"tried {MOST_ATTEMPTS} times, last: {effect.last_error}"[:300])
        elif not lease.renew():
            continue
        else:
            result = _attempt(effect, handler, lease)
        _settle(effect, lease, result, kept)
    return bool(leases)


def _claim(model: type[Effect], partner_id: int | None) -> list[Lease]:
    token, machine = uuid.uuid4(), clock.machine()
    with transaction.atomic():
        due = model._default_manager.filter(outcome=Outcome.WAITING, due_at__lte=clock.now()).filter(
            Q(not_before_retry=None) | Q(not_before_retry__lte=machine),
            Q(lease_until=None) | Q(lease_until__lte=machine),
        )
        if partner_id is not None:
            due = due.filter(Q(partner_id=partner_id))
        pks = list(
            due.select_for_update(skip_locked=True).order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH]
        )
        for effect in model._default_manager.filter(pk__in=pks):
            model._default_manager.filter(pk=effect.pk).update(
                lease_token=token, lease_until=machine + settings.EFFECT_LEASE, attempts=effect.attempts + 1
            )
    return [Lease(model, pk, token) for pk in pks]


def _attempt(effect: Effect, handler: Handler, lease: Lease) -> Result:
    try:
        return handler(effect, lease)
    except Exception as error:
        # One bad row must not stop its neighbours; it is tried again and parked in the end.
        log.exception("The deed %s failed", effect.key)
        return Later(timedelta(seconds=2 ** min(effect.attempts, 8)), f"{type(error).__name__}: {error}")


def _settle(effect: Effect, lease: Lease, result: Result, kept: Kept) -> None:
    mine = lease.model._default_manager.filter(pk=lease.pk, lease_token=lease.token, outcome=Outcome.WAITING)
    free: dict[str, Any] = {"lease_token": None, "lease_until": None}
    match result:
        case Done():
            changed = mine.update(outcome=Outcome.DONE, settled_at=clock.now(), **free)
            kept.done += changed
        case Moot(reason):
            changed = mine.update(outcome=Outcome.MOOT, settled_at=clock.now(), reason=reason[:300], **free)
            kept.moot += changed
        case Park(reason):
            changed = mine.update(outcome=Outcome.PARKED, reason=reason[:300], **free)
            kept.parked += changed
            kept.errors.append(f"{effect.key}: {reason}")
        case Postpone(until, reason):
            before = max(effect.attempts - 1, 0)
            mine.update(due_at=until, reason=reason[:300], attempts=before, **free)
        case Later(after, error, counts):
            attempts = effect.attempts if counts else effect.attempts - 1
            again = clock.machine() + after
            mine.update(not_before_retry=again, last_error=error, attempts=max(attempts, 0), **free)


def _next_repeat(partner_id: int | None) -> datetime | None:
    moments: list[datetime] = []
    for model in _handlers:
        waiting = model._default_manager.filter(outcome=Outcome.WAITING, due_at__lte=clock.now())
        if partner_id is not None:
            waiting = waiting.filter(Q(partner_id=partner_id))
        for again, lease in waiting.values_list("not_before_retry", "lease_until"):
            moments.append(max(moment for moment in (again, lease, clock.machine()) if moment is not None))
    return min(moments, default=None)
