"""What happens when money comes in? It is booked once and put against what is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from customers.models import Customer, TimelineEntry, User
from customers.telling import entry, tell_all

from .allocating import allocate, pay_lines, unapplied
from .models import Invoice, Payment
from .money import ZERO, plain, quantise
from .posting import Placed, post
from .referring import lines_first, named_by, words_of


class BadPayment(Exception):
    """The payment can't be booked; the message says which value and why."""


@dataclass(frozen=True)
class Received:
    """A booked payment and where it went. `booked_now` is false where it had been booked before."""

    payment: Payment
    placed: list[Placed]
    unapplied: Decimal
    booked_now: bool


def receive(
    customer: Customer,
    *,
    amount: Decimal,
    currency: str,
    reference: str,
    received_on: date,
    now: datetime,
    source: str = "hand",
    external_id: str | None = None,
    told: Sequence[Invoice] = (),
    by: User | None = None,
    words: str = "",
    only: bool = False,
) -> Received:
    """Book one payment and allocate it; the caller holds the customer's lock in a transaction.

    Booked once for each (partner, source, external id); by hand the id is customer, reference, day and amount,
    so a second click is the same payment. `told` names invoices to pay first; without it the reference is
    looked up as an invoice number or payment reference, and the one for access pays its lines before all else.
    `words` is the whole text of the transfer, where the reference is only its beginning. With `only` nothing but
    what is told or named is paid, and the rest stays unapplied. Raises BadPayment."""
    _check(customer, amount, currency, received_on, told, now)
    key = external_id or f"{customer.pk}:{reference}:{received_on}:{plain(amount, currency)}:{currency}"
    payment = Payment(
        partner_id=customer.partner_id,
        customer=customer,
        amount=amount,
        currency=currency,
        reference=reference,
        received_on=received_on,
        booked_at=now,
        source=source,
        external_id=key,
        recorded_by=by,
    )
    placed = _post(payment, list(told), words or reference, only=only, now=now)
    if placed is None:
        known = Payment.objects.get(partner_id=customer.partner_id, source=source, external_id=key)
        return _as_before(known, customer, amount, currency)
    customer.review_due_at = now
    left = amount - sum((one.amount for one in placed), ZERO)
    return Received(payment, placed, left, booked_now=True)


def _post(payment: Payment, told: list[Invoice], words: str, *, only: bool, now: datetime) -> list[Placed] | None:
    """Write it with where it goes; None where it was booked before."""
    named, for_access = words_of(payment.customer.partner, words)
    if for_access and (placed := _for_access(payment, told, words, only=only, now=now)) is not None:
        return placed
    ids = [invoice.pk for invoice in told]
    return post(payment, _entry(payment), told=ids, words=[] if told else named, only=only, now=now)


def _entry(payment: Payment, about: str = "") -> TimelineEntry:
    """What was booked, for the timeline."""
    amount = plain(payment.amount, payment.currency)
    return entry(
        payment.customer,
        TimelineEntry.Kind.MONEY,
        "payment_booked",
        now=payment.booked_at,
        about=about,
        values={"amount": amount, "currency": payment.currency, "reference": payment.reference},
        actor=payment.recorded_by,
    )


def _check(
    customer: Customer,
    amount: Decimal,
    currency: str,
    received_on: date,
    told: Sequence[Invoice],
    now: datetime,
) -> None:
    if amount <= ZERO:
        raise BadPayment(f"amount: {amount} is not more than zero")
    if quantise(amount, currency) != amount:
        raise BadPayment(f"amount: {amount} has more decimals than {currency} knows")
    if received_on > now.astimezone(customer.tz).date():
        raise BadPayment(f"received-on: {received_on} lies in the future")
    for invoice in told:
        if invoice.customer_id != customer.pk or invoice.currency != currency:
            raise BadPayment(f"invoice: {invoice} is not an open invoice of this customer in {currency}")


def _as_before(known: Payment, customer: Customer, amount: Decimal, currency: str) -> Received:
    if (known.customer_id, known.amount, known.currency) != (customer.pk, amount, currency):
        raise BadPayment(f"reference: {known.external_id} was booked before with other values")
    rows = known.allocations.select_related("line__invoice").order_by("pk")
    placed = _together([Placed(row.line.invoice, row.amount) for row in rows])
    return Received(known, placed, unapplied(known), booked_now=False)


def _for_access(payment: Payment, told: list[Invoice], words: str, *, only: bool, now: datetime) -> list[Placed] | None:
    """A reference for access pays its lines before the rest of its invoice, and that before the others. None where it
    names no open invoice of the customer, or where the payment was booked before."""
    named = [one for one in named_by(payment.customer, words) if one.invoice.currency == payment.currency]
    chosen = {invoice.pk for invoice in told or [one.invoice for one in named]}
    behind = [lines_first(one, now=now) for one in named if one.invoice.pk in chosen]
    if not any(behind) or _booked(payment):
        return None
    payment.save(force_insert=True)
    first = [part for lines in behind if lines for part in pay_lines(payment, lines, now=now)]
    left = payment.amount - sum((part.amount for part in first), ZERO)
    told = told or [one.invoice for one in named]
    placed = _together(first + allocate(payment, now=now, told=told, left=left, only=only))
    tell_all([_entry(payment, placed[0].invoice.number or "" if placed else "")])
    Customer.objects.filter(pk=payment.customer_id).update(review_due_at=now)
    return placed


def _booked(payment: Payment) -> bool:
    return Payment.objects.filter(
        partner_id=payment.partner_id, source=payment.source, external_id=payment.external_id
    ).exists()


def _together(placed: list[Placed]) -> list[Placed]:
    """One sum for each invoice, in the order in which they were first paid."""
    sums: dict[int, Placed] = {}
    for one in placed:
        before = sums.get(one.invoice.pk, Placed(one.invoice, ZERO)).amount
        sums[one.invoice.pk] = Placed(one.invoice, before + one.amount)
    return list(sums.values())
