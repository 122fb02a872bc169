"""Which invoices match what the address asks for, and what do they add up to?"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from billing.models import DisputedAmount, Invoice
from customers.paging import SUMMED, Counted

STATES: Final = ("open", "overdue", "not_due", "partly_paid", "in_dispute", "paid", "written_off", "void", "draft")


@dataclass(frozen=True)
class Asked:
    """What the address asks for; what it can't mean is as if it weren't said."""

    state: str = ""
    period: str = ""
    words: str = ""
    customer: int | None = None
    currency: str = ""
    # Days since the due day, both included.
    over_from: int | None = None
    over_to: int | None = None

    @classmethod
    def of(cls, query: Any) -> "Asked":
        """Read from the address."""
        state, customer = query.get("state", ""), query.get("customer", "")
        known = customer.isascii() and customer.isdigit() and len(customer) < 19
        return cls(
            state=state if state in STATES else "",
            period=query.get("period", "")[:7],
            words=query.get("q", "").strip()[:100],
            customer=int(customer) if known else None,
            currency=query.get("currency", "")[:3],
            over_from=_days(query.get("over_from", "")),
            over_to=_days(query.get("over_to", "")),
        )

    def narrow(self, invoices: QuerySet[Invoice], today: date) -> QuerySet[Invoice]:
        """The invoices that match."""
        found = invoices.filter(of_state(self.state, today))
        if self.state == "in_dispute":
            found = found.filter(Exists(DisputedAmount.objects.filter(line__invoice=OuterRef("pk"), decided_at=None)))
        if self.period:
            found = found.filter(period=self.period)
        if self.customer:
            found = found.filter(customer_id=self.customer)
        if self.currency:
            found = found.filter(currency=self.currency)
        if self.over_from is not None:
            found = found.filter(due_on__lte=today - timedelta(days=self.over_from))
        if self.over_to is not None:
            found = found.filter(due_on__gte=today - timedelta(days=self.over_to))
        if self.words:
            found = found.filter(
                Q(customer__name__icontains=self.words)
                | Q(number__icontains=self.words)
                | Q(reference__iexact=self.words)
            )
        return found


def _days(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def of_state(state: str, today: date) -> Q:
    """The condition of a state; the same words as Invoice.state_on says of one."""
    issued = Q(status=Invoice.Status.ISSUED)
    owing = issued & Q(balance__gt=0)
    return {
        "draft": Q(status=Invoice.Status.DRAFT),
        "open": owing,
        "in_dispute": owing,
        "overdue": owing & Q(due_on__lt=today),
        "not_due": owing & Q(due_on__gte=today, balance=F("total")),
        "partly_paid": owing & Q(due_on__gte=today, balance__lt=F("total")),
        "paid": issued & Q(balance__lte=0, written_off=0),
        "written_off": issued & Q(balance__lte=0, written_off__gt=0),
        "void": Q(status=Invoice.Status.VOID),
        "": ~Q(status=Invoice.Status.DRAFT),
    }[state]


SUMS: Final = """
SELECT currency, status = 'void' AS void, count(*), sum(total), sum(balance)
FROM ({}) AS found GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Sums:
    """What the invoices of a filter add up to in one currency."""

    currency: str
    number: int
    total: Decimal
    open: Decimal


def summed(found: QuerySet[Invoice]) -> tuple[Counted, list[Sums]]:
    """How many invoices match, and what they add up to: all of them, never one page, but for those that are void, where
    others stand beside them. One query, which reads no more rows of a large book than of a middling one: beyond SUMMED
    there are no sums."""
    some = found.order_by().values_list("currency", "total", "balance", "status")[: SUMMED + 1]
    text, values = some.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(SUMS.format(text), values)
        rows = cursor.fetchall()
    number = Counted.of(sum(row[2] for row in rows), SUMMED)
    valid = [row for row in rows if not row[1]] or rows
    return number, [] if number.more else [Sums(row[0], *row[2:]) for row in valid]


def sums(found: QuerySet[Invoice]) -> list[Sums]:
    """The totals of all these invoices, in each currency."""
    rows = found.order_by().values("currency").annotate(n=Count("pk"), sum=Sum("total"), left=Sum("balance"))
    return [Sums(row["currency"], row["n"], row["sum"], row["left"]) for row in rows.order_by("currency")]
