"""Which deed comes first? The amount at stake, times how bad it is if nobody acts, times how near its hour is."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from .desk import KINDS

# A deed that names no amount weighs as one of this size, so that it is neither first nor forgotten.
NAMELESS: Final = Decimal(1_000)
DAY: Final = 86_400
# Being late makes a deed weigh more for two weeks, not for ever.
LATEST: Final = 14


def weight(kind: str, amount: Decimal | None, due_at: datetime | None, *, now: datetime) -> Decimal:
    """Amount × risk × nearness, a bare number.

    Risk is that of the kind (1 to 5). Nearness is 1 at the hour itself, a half one day before it, a third two days
    before, and so on; a deed without an hour counts as thirty days off. Past its hour it grows by a tenth a day.
    Amounts of several currencies are compared by their figures: the book knows no rates."""
    return (abs(amount) if amount else NAMELESS) * KINDS[kind].risk * _nearness(due_at, now)


def _nearness(due_at: datetime | None, now: datetime) -> Decimal:
    if due_at is None:
        return Decimal(1) / 31
    days = Decimal(int((due_at - now).total_seconds())) / DAY
    return 1 / (1 + days) if days >= 0 else 1 + min(-days, Decimal(LATEST)) / 10
