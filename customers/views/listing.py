"""Who owes how much, and what happens to each next? The list of customers, as staff search and read it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from billing.models import Invoice
from billing.money import ZERO
from customers.models import Customer
from dunning.models import Case
from dunning.wording import because, stage
from subscriptions.models import Subscription

BY_DEBT: Final = ("-late", "-owed", "name", "pk")


@dataclass
class Money:
    """A customer's open money in one currency."""

    currency: str
    balance: Decimal = ZERO
    overdue: Decimal = ZERO


@dataclass
class Line:
    """One row of the list."""

    customer: Customer
    money: list[Money] = field(default_factory=list)
    subscriptions: int = 0
    seats: int = 0
    suspended: int = 0
    case: Case | None = None
    step: str = ""
    why: str = ""


def searched(customers: QuerySet[Customer], words: str) -> QuerySet[Customer]:
    """Customers whose name, domain or provider id holds the words, or who have that invoice or reference."""
    if not words:
        return customers
    by_document = Q(
        pk__in=Invoice.objects.filter(Q(number__iexact=words) | Q(reference__iexact=words)).values("customer")
    )
    by_name = Q(name__icontains=words) | Q(domain__icontains=words) | Q(provider_id__iexact=words)
    return customers.filter(by_name | by_document)


def by_debt(customers: QuerySet[Customer], currency: str, today: date) -> QuerySet[Customer]:
    """The largest overdue sum in the partner's own currency first, then the largest balance, then the name."""

    def owed(**late: Any) -> Coalesce:
        rows = Invoice.objects.filter(customer=OuterRef("pk"), currency=currency, **late).open().order_by()
        sums = rows.annotate(all=Value(1)).values("all").annotate(sum=Sum("balance")).values("sum")
        return Coalesce(Subquery(sums), Value(ZERO), output_field=DecimalField())

    return customers.annotate(late=owed(due_on__lt=today), owed=owed()).order_by(*BY_DEBT)


def lines(customers: Iterable[Customer], *, today: date, zone: Any) -> list[Line]:
    """The rows of one page, in four queries however many there are."""
    made = {customer.pk: Line(customer) for customer in customers}
    _money(made, today)
    _seats(made)
    _steps(made, today, zone)
    return list(made.values())


def _money(made: dict[int, Line], today: date) -> None:
    found: dict[tuple[int, str], Money] = {}
    invoices = Invoice.objects.filter(customer_id__in=made).open().values("customer_id", "currency")
    for row in invoices.annotate(
        sum=Sum("balance"), late=Coalesce(Sum("balance", filter=Q(due_on__lt=today)), ZERO)
    ).order_by("customer_id", "currency"):
        money = found[row["customer_id"], row["currency"]] = Money(row["currency"], row["sum"], row["late"])
        made[row["customer_id"]].money.append(money)


def _seats(made: dict[int, Line]) -> None:
    rows = Subscription.objects.filter(customer_id__in=made).exclude(status=Subscription.Status.DELETED)
    for pk, quantity, status in rows.values_list("customer_id", "quantity", "status"):
        line = made[pk]
        line.subscriptions += 1
        line.seats += quantity
        line.suspended += status == Subscription.Status.SUSPENDED


def _steps(made: dict[int, Line], today: date, zone: Any) -> None:
    """The next step is that of the case which the last review found to come first."""
    cases = Case.objects.filter(customer_id__in=made, closed_at=None).select_related("invoice")
    first: dict[int, Case] = {}
    for case in cases.order_by(F("look_again_at").asc(nulls_last=True), "invoice__due_on", "pk"):
        first.setdefault(case.customer_id, case)
    for pk, case in first.items():
        line = made[pk]
        line.case, line.step = case, stage(case.stage) if case.stage else ""
        if case.because:
            line.why = because(case.because, case.values, currency=case.invoice.currency, today=today, zone=zone)


def totals(lines_found: QuerySet[Customer], today: date) -> list[Money]:
    """What all customers of the filter owe, in each currency."""
    invoices = Invoice.objects.filter(customer__in=lines_found.order_by().values("pk")).open().values("currency")
    sums: dict[str, Money] = defaultdict(lambda: Money(""))
    for row in invoices.annotate(sum=Sum("balance"), late=Coalesce(Sum("balance", filter=Q(due_on__lt=today)), ZERO)):
        sums[row["currency"]] = Money(row["currency"], row["sum"], row["late"])
    return [sums[currency] for currency in sorted(sums)]
