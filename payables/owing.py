"""What do we owe the provider for each bill, by when, and what has been paid? Derived, never stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from django.db.models import DecimalField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from billing.money import ZERO
from customers.models import Partner

from .models import ProviderBill, ProviderPayment
from .terms import AllTerms, Terms, late_charge


class State(StrEnum):
    """How a bill stands; the provider's API has no such word, so it is worked out."""

    VOID = "void"
    NETTED = "netted"
    UNPAID = "unpaid"
    PARTLY = "partly"
    PAID = "paid"
    CREDIT = "credit"


@dataclass(frozen=True)
class Owed:
    """One bill with what is still to pay of it. `amount` is what the provider's document says after its adjustment
    notes; `credit` what was paid above it; `charge` what may be assessed for lateness by today, an estimate."""

    bill: ProviderBill
    amount: Decimal
    paid: Decimal
    state: State
    pay_by: date
    days_over: int
    charge: Decimal
    month_late: Decimal

    @property
    def to_pay(self) -> Decimal:
        """What is left to pay, never below zero."""
        return max(self.amount - self.paid, ZERO) if self.state not in (State.VOID, State.NETTED) else ZERO

    @property
    def credit(self) -> Decimal:
        """What was paid above the amount, never below zero."""
        if self.state is State.NETTED:
            return ZERO
        # Whatever was paid for a bill that is void now is ours again.
        return max(self.paid - (ZERO if self.state is State.VOID else self.amount), ZERO)

    @property
    def overdue(self) -> bool:
        """Something is left and its day has passed."""
        return self.to_pay > ZERO and self.days_over > 0


def with_paid(bills: "QuerySet[ProviderBill]") -> "QuerySet[ProviderBill]":
    """Bills, each with `paid`: what our own records say was sent for it; `adjusted`: the sum of the adjustment notes
    that amend it; `voided`: the number of void notes that do."""
    money = DecimalField(max_digits=18, decimal_places=2)

    def total(rows: "QuerySet[ProviderPayment] | QuerySet[ProviderBill]", group: str, what: str) -> Coalesce:
        summed = rows.order_by().values(group).annotate(sum=Sum(what)).values("sum")
        return Coalesce(Subquery(summed, output_field=money), Value(ZERO, output_field=money))

    sent = ProviderPayment.objects.filter(bill=OuterRef("pk"))
    notes = ProviderBill.objects.filter(amends=OuterRef("pk"))
    adjusting = notes.filter(document=ProviderBill.Kind.ADJUSTMENT)
    stated = adjusting.annotate(said=Coalesce("stated_total", "total"))
    voiding = notes.filter(document=ProviderBill.Kind.VOID)
    return bills.annotate(
        paid=total(sent, "bill", "amount"),
        adjusted=total(stated, "amends", "said"),
        voided_by=Subquery(voiding.order_by("pk").values("pk")[:1]),
    )


def owed(
    partner: Partner,
    *,
    today: date,
    bills: "QuerySet[ProviderBill] | None" = None,
    terms: AllTerms | None = None,
) -> list[Owed]:
    """Every bill of a partner (or those told) with what is left of it on a day, the earliest due first. `terms` are
    the partner's, where they were read already."""
    found = ProviderBill.objects.filter(partner=partner) if bills is None else bills
    terms = terms or AllTerms(partner)
    all_owed = [owed_for(row, terms.on(row.billed_on), today=today) for row in with_paid(found)]
    return sorted(all_owed, key=lambda one: (one.pay_by, one.bill.pk))


def owed_for(bill: ProviderBill, terms: Terms, *, today: date) -> Owed:
    """What is left of one bill that `with_paid` has annotated."""
    paid: Decimal = bill.paid  # type: ignore[attr-defined]
    said = bill.stated_total if bill.stated_total is not None else bill.total
    amount = said + bill.adjusted  # type: ignore[attr-defined]
    state = _state(bill, amount, paid)
    late = late_charge(amount, bill.pay_by, today, terms.monthly_charge, bill.currency)
    day_after = bill.pay_by + timedelta(days=1)
    open_ = state in (State.UNPAID, State.PARTLY)
    return Owed(
        bill=bill,
        amount=amount,
        paid=paid,
        state=state,
        pay_by=bill.pay_by,
        days_over=max((today - bill.pay_by).days, 0) if open_ else 0,
        charge=late if open_ else ZERO,
        month_late=late_charge(amount, bill.pay_by, day_after, terms.monthly_charge, bill.currency),
    )


def _state(bill: ProviderBill, amount: Decimal, paid: Decimal) -> State:
    if bill.document == ProviderBill.Kind.VOID or bill.voided_by:  # type: ignore[attr-defined]
        return State.VOID
    if bill.document == ProviderBill.Kind.ADJUSTMENT and bill.amends_id:
        return State.NETTED
    if paid > amount or amount < ZERO:
        return State.CREDIT
    if paid == amount:
        return State.PAID
    return State.PARTLY if paid > ZERO else State.UNPAID


def sums(rows: Iterable[Owed]) -> dict[str, Decimal]:
    """What is left to pay in all, by currency; currencies are never added."""
    found: dict[str, Decimal] = {}
    for row in rows:
        found[row.bill.currency] = found.get(row.bill.currency, ZERO) + row.to_pay - row.credit
    return found
