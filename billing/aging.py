"""How old is what customers owe? By days since the due day, in buckets, per currency, summed by the database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from customers.models import Partner
from customers.plans import Plan

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
        n=Count("*"),
        **_sums(buckets, today),
    ).order_by("currency")
    return [Totals(row["currency"], _amounts(row, buckets), row["sum"], row["who"], row["n"]) for row in found]


# Customers are summed in the order of an index that holds the amounts; what is open in each currency, and the page of
# one of them, follow from these sums. $1 partner, $2 currency, $3 how many to skip, $4 how many to show, then the days
# at which one bucket ends and the next begins.
SHEET: Final = """
WITH each AS MATERIALIZED (
    SELECT currency, customer_id, sum(balance) AS total, count(*) AS n, {buckets}
    FROM billing_invoice WHERE partner_id = $1 AND status = 'issued' AND balance > 0 GROUP BY currency, customer_id
),
page AS (SELECT * FROM each WHERE currency = $2 ORDER BY {oldest}, customer_id OFFSET $3 LIMIT $4)
SELECT currency, NULL AS customer_id, NULL AS name, NULL::numeric AS credit_limit, sum(total), count(*), sum(n), {sums}
FROM each GROUP BY currency
UNION ALL
SELECT page.currency, customer_id, c.name, c.credit_limit, total, 1, n, {plain}
FROM page JOIN customers_customer c ON c.id = page.customer_id
"""


def sheet(
    partner: Partner, currency: str, *, today: date, buckets: Buckets, skip: int = 0, most: int
) -> tuple[list[Totals], list[Aged]]:
    """What is open in each currency of a book, and so many customers of one of them, the oldest debts first and the
    largest among them on top; one query."""
    cuts = [today - timedelta(days=edge) for edge in (0, *buckets.edges)]
    found, page = [], []
    for code, customer, name, limit, total, who, n, *amounts in _plan_of(len(cuts)).rows(
        [partner.pk, currency, skip, most, *cuts]
    ):
        if customer is None:
            found.append(Totals(code, amounts, total, who, int(n)))
        else:
            page.append(Aged(customer, name, amounts, total, limit))
    page.sort(key=lambda one: ([-amount for amount in reversed(one.amounts)], one.customer_id))
    return sorted(found, key=lambda one: one.currency), page


@cache
def _plan_of(cuts: int) -> Plan:
    """The statement for so many days between buckets."""
    first = 5
    days = [f"${first + place}::date" for place in range(cuts)]
    spans = [f"due_on >= {days[0]}"]
    spans += [f"due_on < {later} AND due_on >= {sooner}" for later, sooner in pairwise(days)]
    spans.append(f"due_on < {days[-1]}")
    names = [f"b{place}" for place in range(len(spans))]
    text = SHEET.format(
        buckets=", ".join(
            f"coalesce(sum(balance) FILTER (WHERE {span}), 0) AS {name}"
            for span, name in zip(spans, names, strict=True)
        ),
        sums=", ".join(f"sum({name})" for name in names),
        plain=", ".join(names),
        oldest=", ".join(f"{name} DESC" for name in reversed(names)),
    )
    return Plan(text, ["bigint", "text", "bigint", "bigint", *["date"] * cuts])


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
