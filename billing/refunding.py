"""What happens when money is sent back? It leaves what a payment or credit note has left, and never more."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext

from customers import formats
from customers.models import Customer, TimelineEntry, User
from customers.roles import May
from customers.telling import tell

from .allocating import unapplied
from .models import CreditNote, Payment, Refund
from .money import ZERO, plain, quantise
from .refusing import NotPossible, check_may


@dataclass(frozen=True)
class Sent:
    """A refund; `booked_now` is false where it had been booked before."""

    refund: Refund
    booked_now: bool


def refund(
    source: Payment | CreditNote,
    customer: Customer,
    *,
    amount: Decimal,
    refunded_on: date,
    reference: str,
    reason: str,
    by: User,
    now: datetime,
) -> Sent:
    """Book money that was sent back out of what is left of a payment or credit note, once for each (customer,
    reference).

    The caller holds the customer's lock in a transaction. Raises NotPossible, PermissionError."""
    check_may(by, customer, May.WRITE_OFF)
    reference = reference.strip()
    known = Refund.objects.filter(customer=customer, reference=reference).first()
    if known:
        return _as_before(known, source, amount)
    _check(source, customer, amount, refunded_on, reference, reason, now)
    booked = Refund.objects.create(
        partner_id=customer.partner_id,
        customer=customer,
        amount=amount,
        currency=source.currency,
        refunded_on=refunded_on,
        reference=reference,
        reason=reason.strip()[:300],
        at=now,
        by=by,
        **_kind(source),
    )
    _tell(booked, source, customer, now=now)
    return Sent(booked, booked_now=True)


def _tell(booked: Refund, source: Payment | CreditNote, customer: Customer, *, now: datetime) -> None:
    """It stands in the timeline, and the customer is due for a review."""
    tell(
        customer,
        TimelineEntry.Kind.MONEY,
        "refunded",
        now=now,
        values={
            "amount": plain(booked.amount, booked.currency),
            "currency": booked.currency,
            "reference": booked.reference,
            "source": str(source),
        },
        actor=booked.by,
    )
    customer.review_due_at = now
    customer.save(update_fields=["review_due_at"])


def _kind(source: Payment | CreditNote) -> dict[str, Payment | CreditNote]:
    return {"payment": source} if isinstance(source, Payment) else {"credit_note": source}


def _as_before(known: Refund, source: Payment | CreditNote, amount: Decimal) -> Sent:
    same = (known.payment or known.credit_note) == source and known.amount == amount
    if not same:
        text = gettext("“%(value)s” was used before for a refund with other values")
        raise NotPossible(text % {"value": known.reference}, "reference")
    return Sent(known, booked_now=False)


def _check(
    source: Payment | CreditNote,
    customer: Customer,
    amount: Decimal,
    refunded_on: date,
    reference: str,
    reason: str,
    now: datetime,
) -> None:
    left = unapplied(source)
    if amount <= ZERO or quantise(amount, source.currency) != amount:
        raise NotPossible(gettext("“%(value)s” is not an amount that can be sent") % {"value": amount}, "amount")
    if amount > left:
        text = gettext("Only %(left)s of it is left")
        raise NotPossible(text % {"left": formats.amount(left, source.currency)}, "amount")
    if refunded_on > now.astimezone(customer.tz).date():
        text = gettext("“%(value)s” lies in the future")
        raise NotPossible(text % {"value": refunded_on.isoformat()}, "refunded_on")
    if isinstance(source, Payment) and refunded_on < source.received_on:
        text = gettext("“%(value)s” is not a day between the payment and today")
        raise NotPossible(text % {"value": refunded_on.isoformat()}, "refunded_on")
    if not reference:
        raise NotPossible(gettext("Name the transfer, so that it is booked once"), "reference")
    if not reason.strip():
        raise NotPossible(gettext("Say why it is sent back"), "reason")
