"""What does a line of the provider ask to be priced: units for a period, a part of one, a refund, or something else?"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from billing.pricing import Charge, Sort

from .charges import section_of
from .models import ProviderLine

WHOLE: Final = frozenset({"cycle fee", "purchase fee", "renew fee", "new", "renew", "purchase"})
# Those that don't say so in their name.
PARTS: Final = frozenset({"addquantity", "removequantity", "cancelimmediate", "cancel", "refund", "convert"})


def sort_of(charge_type: str) -> Sort:
    """What a charge type is for; one we don't know has no price of its own."""
    name = " ".join(charge_type.split()).casefold()
    if section_of(charge_type) == "credits":
        return Sort.CREDIT
    if "prorate" in name or name in PARTS:
        return Sort.PRORATION
    return Sort.UNITS if name in WHOLE else Sort.OTHER


def charge_of(line: ProviderLine) -> Charge:
    """A line as the price book takes it; fetch it with its subscription."""
    sort = sort_of(line.charge_type)
    days, of_days = part_of_period(line) if sort is Sort.PRORATION else (1, 1)
    return Charge(
        customer=line.customer_id,
        offer=line.subscription.offer_id,
        cost=line.subtotal,
        cost_tax=line.tax,
        quantity=line.quantity,
        currency=line.currency,
        sort=sort,
        days=days,
        of_days=of_days,
    )


def part_of_period(line: ProviderLine) -> tuple[int, int]:
    """For how many days of how long a period a proration is charged. The file names only the days, so the period is
    the one that the provider's own amount = price × seats × days ÷ period fits best: the month that ends or begins
    with the charge, or the subscription's term."""
    days = (line.charge_ends_on - line.charge_starts_on).days + 1
    fitting = [length for length in _periods(line) if length >= days > 0]
    if not fitting:
        return (days, days) if days > 0 else (1, 1)
    whole = abs(line.unit_price * line.quantity)
    charged = abs(line.amount)
    return days, min(fitting, key=lambda length: abs(whole * days / Decimal(length) - charged))


def _periods(line: ProviderLine) -> Iterator[int]:
    first, after = line.charge_starts_on, line.charge_ends_on + timedelta(days=1)
    yield (after - _month(after, -1)).days
    yield (_month(first, 1) - first).days
    begins, ends = line.subscription.starts_on, line.subscription.ends_on
    if begins and ends:
        yield (ends - begins).days + 1
    yield (after - _month(after, -12)).days


def _month(day: date, number: int) -> date:
    """The same day so many months away, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    first = date(year, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(first.replace(day=min(day.day, 28)) + timedelta(days=max(day.day - 28, 0)), last)
