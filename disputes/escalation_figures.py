"""How often does 21Vianet accept what we take up with it, and how long does it take? Read from the escalations."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from customers.models import Partner

from .clocks import beijing, in_words, worked
from .models import Escalation

SPAN: Final = timedelta(days=365)
ACCEPTS: Final = (Escalation.Result.ACCEPTED, Escalation.Result.PARTLY)
DECIDES: Final = (*ACCEPTS, Escalation.Result.REFUSED)


@dataclass(frozen=True)
class Acceptance:
    """What 21Vianet said in a span. `accepted` counts what it accepted wholly or in part; `decided` those and what it
    refused: information alone accepts and refuses nothing. `wait` is the median wait in Beijing's business time."""

    accepted: int
    decided: int
    answered: int
    wait: timedelta | None

    @property
    def percent(self) -> float | None:
        """The share accepted, of a hundred; without an answer there is none."""
        return self.accepted / self.decided * 100 if self.decided else None

    @property
    def wait_in_words(self) -> str:
        """The median wait as people say it; empty where nothing was answered."""
        return "" if self.wait is None else in_words(self.wait)


def acceptance(partner: Partner, *, now: datetime, span: timedelta = SPAN) -> Acceptance:
    """How 21Vianet answered this partner in the time up to now; one query."""
    answered = Escalation.objects.of(partner).filter(answered_at__gt=now - span, answered_at__lte=now)
    rows = list(answered.values_list("result", "filed_at", "answered_at"))
    counts = Counter(result for result, _, _ in rows)
    calendar = beijing()
    waits = [worked(calendar, filed, said).total_seconds() for _, filed, said in rows if filed and said]
    return Acceptance(
        accepted=sum(counts[result] for result in ACCEPTS),
        decided=sum(counts[result] for result in DECIDES),
        answered=len(rows),
        wait=timedelta(seconds=median(waits)) if waits else None,
    )
