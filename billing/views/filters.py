"""Which invoices match what the address asks for, and what do they add up to?"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from billing.models import DisputedAmount, Invoice

STATES: Final = ("open", "overdue", "not_due", "partly_paid", "in_dispute", "paid", "draft")


@dataclass(frozen=True)
class Asked:
    """What the address asks for; what it can't mean is as if it weren't said."""

    state: str = ""
    period: str = ""
    words: str = ""
    customer: int | None = None

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
        if self.words:
            found = found.filter(
                Q(customer__name__icontains=self.words)
                | Q(number__icontains=self.words)
                | Q(reference__iexact=self.words)
            )
        return found


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
        "paid": issued & Q(balance__lte=0),
        "": ~Q(status=Invoice.Status.DRAFT),
    }[state]


@dataclass(frozen=True)
class Sums:
    """What the invoices of a filter add up to in one currency."""

    currency: str
    number: int
    total: Decimal
    open: Decimal


def sums(found: QuerySet[Invoice]) -> list[Sums]:
    """The totals of the whole filter, never of one page, in each currency."""
    rows = found.order_by().values("currency").annotate(n=Count("pk"), sum=Sum("total"), left=Sum("balance"))
    return [Sums(row["currency"], row["n"], row["sum"], row["left"]) for row in rows.order_by("currency")]
