"""What happens when the bank takes a payment back? The payment stays in the book; its debts come back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext

from customers.models import Customer, TimelineEntry, User
from customers.telling import tell

from .allocating import take_back, use_credits
from .models import Invoice, Payment, Reversal
from .money import plain
from .refusing import NotPossible


@dataclass(frozen=True)
class Reversed:
    """A reversal and the invoices of which something is owed again, with how much each had of the payment.
    `booked_now` is false where the payment had been taken back before."""

    reversal: Reversal
    reopened: Mapping[Invoice, Decimal]
    booked_now: bool


def reverse(
    payment_id: int, customer: Customer, *, reversed_on: date, reason: str, now: datetime, by: User | None = None
) -> Reversed:
    """Take a payment back: one reversal, and for each of its allocations one that undoes it. Other money of the
    customer that waits then meets the debts that are open again. Twice is once.

    The caller holds the customer's lock in a transaction. Raises NotPossible."""
    payment = Payment.objects.select_for_update().get(pk=payment_id, customer=customer)
    known = Reversal.objects.filter(payment=payment).first()
    if known:
        return Reversed(known, {}, booked_now=False)
    _check(payment, customer, reversed_on, reason, now)
    reversal = Reversal.objects.create(
        partner_id=customer.partner_id,
        customer=customer,
        payment=payment,
        reversed_on=reversed_on,
        reason=reason.strip()[:300],
        at=now,
        by=by,
    )
    undone = take_back(payment, now=now)
    use_credits(customer, payment.currency, now=now)
    _tell(customer, payment, undone, now=now, by=by)
    customer.review_due_at = now
    customer.save(update_fields=["review_due_at"])
    return Reversed(reversal, undone, booked_now=True)


def why_not(payment: Payment) -> str:
    """Why this payment can't be taken back at all, in words; empty where it can."""
    if Reversal.objects.filter(payment=payment).exists():
        return gettext("This payment was taken back already.")
    if payment.refunds.exists():
        return gettext("A part of this payment was sent back to the customer, so the bank can’t take it back as well.")
    return ""


def _check(payment: Payment, customer: Customer, reversed_on: date, reason: str, now: datetime) -> None:
    refused = why_not(payment)
    if refused:
        raise NotPossible(refused)
    if not reason.strip():
        raise NotPossible(gettext("Say why the bank took it back"), "reason")
    if not payment.received_on <= reversed_on <= now.astimezone(customer.tz).date():
        text = gettext("“%(value)s” is not a day between the payment and today")
        raise NotPossible(text % {"value": reversed_on.isoformat()}, "reversed_on")


def _tell(
    customer: Customer, payment: Payment, undone: Mapping[Invoice, Decimal], *, now: datetime, by: User | None
) -> None:
    values = {
        "amount": plain(payment.amount, payment.currency),
        "currency": payment.currency,
        "reference": payment.reference,
    }
    if not undone:
        tell(customer, TimelineEntry.Kind.MONEY, "payment_reversed", now=now, values=values, actor=by)
    for invoice, amount in undone.items():
        again = {"invoice": invoice.number or "", "open": plain(amount, payment.currency)}
        tell(
            customer,
            TimelineEntry.Kind.MONEY,
            "debt_returned",
            now=now,
            about=invoice.number or "",
            values=values | again,
            actor=by,
        )
