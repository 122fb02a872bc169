"""What is outstanding, overdue, disputed, promised and unapplied? Each figure in one place, per currency."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce, Least

from .models import CreditNote, DisputedAmount, Invoice, Payment, PromiseToPay
from .money import ZERO


@dataclass
class Figures:
    """What a collector reads, in one currency."""

    currency: str
    outstanding: Decimal = ZERO
    open_invoices: int = 0
    overdue: Decimal = ZERO
    overdue_invoices: int = 0
    disputed: Decimal = ZERO
    disputes: int = 0
    promised: Decimal = ZERO
    promises: int = 0
    unapplied: Decimal = ZERO

    @property
    def net_overdue(self) -> Decimal:
        """Overdue less unapplied payments and unused credits, not below zero."""
        return max(self.overdue - self.unapplied, ZERO)


def figures(scope: Q, *, today: date) -> dict[str, Figures]:
    """The figures of the rows in scope (a condition on partner or customer), by currency."""
    found: dict[str, Figures] = {}

    def of(currency: str) -> Figures:
        return found.setdefault(currency, Figures(currency))

    invoices = Invoice.objects.filter(scope).open().values("currency")
    for row in invoices.annotate(
        sum=Sum("balance"),
        late=Coalesce(Sum("balance", filter=Q(due_on__lt=today)), ZERO),
        n=Sum(1),
        n_late=Coalesce(Sum(1, filter=Q(due_on__lt=today)), 0),
    ):
        it = of(row["currency"])
        it.outstanding, it.open_invoices = row["sum"], row["n"]
        it.overdue, it.overdue_invoices = row["late"], row["n_late"]
    disputed = DisputedAmount.objects.filter(scope, decided_at=None).values("line__invoice__currency")
    for frozen in disputed.annotate(sum=Sum(Least("amount", "line__open")), n=Sum(1)):
        it = of(frozen["line__invoice__currency"])
        it.disputed, it.disputes = max(frozen["sum"] or ZERO, ZERO), frozen["n"]
    for currency, amount, number in promised(scope, today=today):
        it = of(currency)
        it.promised, it.promises = amount, number
    for currency, amount in waiting_money(scope).items():
        of(currency).unapplied = amount
    return found


def promised(scope: Q, *, today: date) -> list[tuple[str, Decimal, int]]:
    """What is promised for today or later and has not come in: currency, amount, on how many invoices.

    Of each invoice at most what is open."""
    running = PromiseToPay.objects.filter(scope, kept_at=None, by_on__gte=today, invoice__balance__gt=0)
    sums: dict[str, list[Decimal]] = defaultdict(list)
    for row in running.values("invoice_id", "invoice__balance", "currency").annotate(sum=Sum("amount")).order_by():
        sums[row["currency"]].append(min(row["sum"], row["invoice__balance"]))
    return [(currency, sum(amounts, ZERO), len(amounts)) for currency, amounts in sorted(sums.items())]


def waiting_money(scope: Q) -> dict[str, Decimal]:
    """What is left of payments and credit notes, per currency."""
    waiting: dict[str, Decimal] = defaultdict(lambda: ZERO)
    payments, notes = (
        source.objects.filter(scope)
        .with_left()
        .filter(left__gt=0)
        .order_by()
        .values_list("currency")
        .annotate(sum=Sum("left"))
        for source in (Payment, CreditNote)
    )
    for currency, left in payments.union(notes, all=True):
        waiting[currency] += left
    return dict(waiting)


def undisputed_due(invoice: Invoice) -> Decimal:
    """The one arithmetic everything chases: total − allocated − credited − written off − open disputed.

    Per line the frozen part is at most what is open; never below zero."""
    lines = invoice.lines.annotate(
        questioned=Coalesce(Sum("disputed_amounts__amount", filter=Q(disputed_amounts__decided_at=None)), ZERO)
    ).annotate(chased=F("open") - Least(F("open"), F("questioned")))
    return max(lines.aggregate(sum=Sum("chased"))["sum"] or ZERO, ZERO)
