"""How old is what customers owe? By days since the due day, in buckets, per currency, summed by the database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from .models import Invoice
from .money import ZERO

USUAL: Final = (30, 60, 90)
MOST_EDGES: Final = 4
LAST_DAY: Final = 999
POINTS: Final = 300


class BadBuckets(Exception):
    """These can't be the edges of buckets; the message says what can."""


@dataclass(frozen=True)
class Buckets:
    """Days over the due day at which one bucket ends and the next begins: (30, 60, 90) is not due, 1–30, 31–60,
    61–90 and over 90."""

    edges: tuple[int, ...] = USUAL

    @classmethod
    def of(cls, text: str) -> "Buckets":
        """Read from an address, "30,60,90"; empty means the usual ones. Raises BadBuckets."""
        if not text.strip():
            return cls()
        parts = [part.strip() for part in text.replace(" ", ",").split(",") if part.strip()]
        numbers = [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 4]
        rising = all(one > 0 for one in numbers) and sorted(set(numbers)) == numbers
        if len(numbers) != len(parts) or not rising or not 0 < len(numbers) <= MOST_EDGES:
            raise BadBuckets(
                gettext("“%(value)s” are not buckets. Write up to four days, rising, like 30,60,90")
                % {"value": text[:40]}
            )
        return cls(tuple(numbers))

    @property
    def text(self) -> str:
        """As it stands in an address."""
        return ",".join(map(str, self.edges))

    @property
    def spans(self) -> list[tuple[int | None, int | None]]:
        """Of each bucket the first and the last day over; none where it is open: not due, and the oldest."""
        starts = (1, *(edge + 1 for edge in self.edges))
        return [(None, 0), *zip(starts, (*self.edges, None), strict=True)]

    @property
    def labels(self) -> list[str]:
        """What each is called: Not due, 1–30, 31–60, 61–90, Over 90."""
        said = [gettext("Not due")]
        said += [f"{first}–{last}" for first, last in self.spans[1:-1]]
        return [*said, gettext("Over %(days)s") % {"days": self.edges[-1]}]

    def place(self, over: int) -> int:
        """Which bucket so many days over fall into, counted from 0 (not due)."""
        return sum(over > edge for edge in (0, *self.edges))

    def within(self, place: int, today: date) -> Q:
        """The condition on invoices of one bucket."""
        first, last = self.spans[place]
        found = Q() if first is None else Q(due_on__lte=today - timedelta(days=first))
        return found if last is None else found & Q(due_on__gte=today - timedelta(days=last))


@dataclass
class Aged:
    """One customer's open amounts by bucket, in one currency."""

    customer_id: int
    name: str
    amounts: list[Decimal]
    total: Decimal
    limit: Decimal | None = None


@dataclass
class Totals:
    """All open amounts by bucket, in one currency."""

    currency: str
    amounts: list[Decimal] = field(default_factory=list)
    total: Decimal = ZERO
    customers: int = 0
    invoices: int = 0


def _sums(buckets: Buckets, today: date) -> dict[str, Any]:
    return {
        f"b{place}": Coalesce(Sum("balance", filter=buckets.within(place, today)), ZERO)
        for place in range(len(buckets.spans))
    }


def totals(scope: Q, *, today: date, buckets: Buckets) -> list[Totals]:
    """What is open in each currency, by bucket; one query."""
    rows = Invoice.objects.filter(scope).open().order_by().values("currency")
    found = rows.annotate(
        sum=Sum("balance"),
        who=Count("customer", distinct=True),
        n=Count("pk"),
        **_sums(buckets, today),
    ).order_by("currency")
    return [Totals(row["currency"], _amounts(row, buckets), row["sum"], row["who"], row["n"]) for row in found]


def by_customer(scope: Q, currency: str, *, today: date, buckets: Buckets) -> QuerySet[Any, Any]:
    """Each customer's open amounts by bucket: the oldest debts first, the largest among them on top.

    Rows are dicts; `aged` reads them. The database sums and sorts, so a page of it is one query."""
    rows = Invoice.objects.filter(scope, currency=currency).open().order_by()
    summed: QuerySet[Any, Any] = rows.values(
        "customer_id", name=F("customer__name"), limit=F("customer__credit_limit")
    ).annotate(sum=Sum("balance"), **_sums(buckets, today))
    return summed.order_by(*(f"-b{place}" for place in reversed(range(len(buckets.spans)))), "name", "customer_id")


def aged(rows: Iterable[Any], buckets: Buckets) -> list[Aged]:
    """Rows of `by_customer` as people read them."""
    return [Aged(row["customer_id"], row["name"], _amounts(row, buckets), row["sum"], row["limit"]) for row in rows]


def _amounts(row: Any, buckets: Buckets) -> list[Decimal]:
    return [row[f"b{place}"] for place in range(len(buckets.spans))]


def overdue_points(scope: Q, currency: str, *, today: date) -> list[Invoice]:
    """The overdue invoices with the largest balances, at most 300, for the drawing of age and balance."""
    late = Invoice.objects.filter(scope, currency=currency, due_on__lt=today).open().select_related("customer")
    return list(
        late.only("number", "balance", "due_on", "currency", "customer__name").order_by("-balance", "pk")[:POINTS]
    )


def exposed(scope: Q, currency: str) -> QuerySet[Any, Any]:
    """Customers with a credit limit who owe in this currency: the most over it first."""
    rows = Invoice.objects.filter(scope, currency=currency, customer__credit_limit__isnull=False).open().order_by()
    summed: QuerySet[Any, Any] = rows.values("customer_id", name=F("customer__name"), limit=F("customer__credit_limit"))
    found: QuerySet[Any, Any] = summed.annotate(sum=Sum("balance")).annotate(over=F("sum") - F("limit"))
    return found.order_by("-over", "name", "customer_id")
