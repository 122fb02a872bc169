"""How well is money collected? Days sales outstanding, the collection effectiveness index, and what came in of
what fell due; each per currency, its formula stated where it is worked out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce, TruncMonth

from .models import Allocation, Invoice
from .money import ZERO

MONTHS: Final = 12
# How many months before the first shown one may still hold what was open then.
BACK: Final = 24
INDEXED: Final = 3
FELL_DUE_DAYS: Final = 30


@dataclass(frozen=True)
class Month:
    """One calendar month of a book: what was billed in it, what was open when it ended (or now, in the month that
    runs), and the days sales outstanding then; none where nothing was ever billed."""

    first: date
    last: date
    billed: Decimal
    open: Decimal
    dso: Decimal | None


@dataclass(frozen=True)
class Effectiveness:
    """A month's collection effectiveness index in per cent: (opening + billed − closing) ÷ (opening + billed −
    what is not due at its end) × 100. None where nothing could be collected."""

    month: date
    opening: Decimal
    billed: Decimal
    closing: Decimal
    current: Decimal

    @property
    def index(self) -> Decimal | None:
        """The index in per cent."""
        could = self.opening + self.billed - self.current
        return (self.opening + self.billed - self.closing) / could * 100 if could > ZERO else None


def count_back(outstanding: Decimal, billed: Sequence[tuple[Decimal, int]]) -> Decimal | None:
    """Days sales outstanding by counting back: the open balance is set against the billing of each month, the
    newest first, (amount, days), and each month it uses up counts its days, the last one in proportion.

    None where the months don't reach back far enough, or nothing was billed."""
    left, days = outstanding, ZERO
    for amount, length in billed:
        if left <= ZERO:
            return days
        if amount > left:
            return days + left / amount * length
        left, days = left - amount, days + length
    return days if left <= ZERO < days else None


def months(scope: Q, currency: str, *, today: date, zone: ZoneInfo) -> list[Month]:
    """The last twelve months, the oldest first, from the first month in which anything was billed. Three queries,
    which look back three years and no further: what was open before follows from what is open now.

    Open are issued invoices less what was put against them; disputed amounts are in."""
    begin = _months_before(today, MONTHS + BACK - 1)
    billed, put = _billed(scope, currency, begin), _put(scope, currency, begin, zone)
    now_open = Invoice.objects.filter(scope, currency=currency).open().aggregate(sum=Coalesce(Sum("balance"), ZERO))
    open_then = now_open["sum"] - sum(billed.values(), ZERO) + sum(put.values(), ZERO)
    if not billed and open_then <= ZERO:
        return []
    found: list[Month] = []
    each = begin if open_then > ZERO else min(billed)
    history: list[tuple[Decimal, int]] = []
    while each <= today:
        end = month_end(each)
        last = min(end, today)
        open_then += billed.get(each, ZERO) - put.get(each, ZERO)
        history.insert(0, (billed.get(each, ZERO), (last - each).days + 1))
        found.append(Month(each, last, billed.get(each, ZERO), open_then, count_back(open_then, history)))
        each = end + timedelta(days=1)
    return found[-MONTHS:]


def _months_before(today: date, count: int) -> date:
    """The first day of the month so many months before that of a day."""
    months = today.year * 12 + today.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def month_end(first: date) -> date:
    """The last day of the month that begins on a day."""
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _billed(scope: Q, currency: str, begin: date) -> dict[date, Decimal]:
    rows = Invoice.objects.filter(scope, currency=currency, issued_on__gte=begin).issued().order_by()
    return dict(rows.values_list(TruncMonth("issued_on")).annotate(sum=Sum("total")))


def _put(scope: Q, currency: str, begin: date, zone: ZoneInfo) -> dict[date, Decimal]:
    since = datetime.combine(begin, time(), tzinfo=zone)
    late = _allocated(scope, currency).filter(at__gte=since)
    rows = late.values_list(TruncMonth("at", tzinfo=zone)).annotate(sum=Sum("amount"))
    return {month.date(): amount for month, amount in rows}


def _allocated(scope: Q, currency: str) -> Any:
    """What lowered the balance of issued invoices: an offset only moves it between lines of one."""
    issued = Q(line__invoice__status=Invoice.Status.ISSUED, line__invoice__currency=currency, offset=None)
    return Allocation.objects.filter(scope, issued).order_by()


def effectiveness(
    scope: Q, currency: str, found: Sequence[Month], *, today: date, zone: ZoneInfo
) -> list[Effectiveness]:
    """The index of the last three months that are over, the newest first; `found` is what `months` answers.

    Two queries, however many months."""
    over = [place for place, month in enumerate(found) if month_end(month.first) < today][-INDEXED:]
    if not over:
        return []
    ends = [found[place].last for place in over]
    current = _current(scope, currency, ends, zone)
    return [
        Effectiveness(
            month=found[place].first,
            opening=found[place - 1].open if place else ZERO,
            billed=found[place].billed,
            closing=found[place].open,
            current=current[end],
        )
        for place, end in reversed(list(zip(over, ends, strict=True)))
    ]


def _current(scope: Q, currency: str, ends: Sequence[date], zone: ZoneInfo) -> dict[date, Decimal]:
    """What was open and not yet overdue when each of these days ended."""
    billed: dict[str, Any] = {}
    put: dict[str, Any] = {}
    for place, end in enumerate(ends):
        then = datetime.combine(end + timedelta(days=1), time(), tzinfo=zone)
        running = Q(issued_on__lte=end, due_on__gte=end)
        running_line = Q(line__invoice__issued_on__lte=end, line__invoice__due_on__gte=end, at__lt=then)
        billed[f"m{place}"] = Coalesce(Sum("total", filter=running), ZERO)
        put[f"m{place}"] = Coalesce(Sum("amount", filter=running_line), ZERO)
    issued = Invoice.objects.filter(scope, currency=currency).issued().order_by().aggregate(**billed)
    lowered = _allocated(scope, currency).aggregate(**put)
    return {end: issued[f"m{place}"] - lowered[f"m{place}"] for place, end in enumerate(ends)}


def collected(scope: Q, currency: str, *, today: date) -> Decimal | None:
    """How much of what fell due in the last thirty days is settled, in per cent; None where nothing fell due."""
    since = today - timedelta(days=FELL_DUE_DAYS)
    fell = Invoice.objects.filter(scope, currency=currency, due_on__gte=since, due_on__lt=today).issued()
    sums = fell.aggregate(total=Coalesce(Sum("total"), ZERO), left=Coalesce(Sum("balance"), ZERO))
    total: Decimal = sums["total"]
    return (total - sums["left"]) / total * 100 if total > ZERO else None
