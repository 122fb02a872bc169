"""A customer says that they have paid: what does that hold up, and when is it found or given up?"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from billing.models import Claim, Invoice, Payment
from billing.money import ZERO, plain, quantise
from customers.locking import lock_customer
from customers.models import Customer, TimelineEntry, User, acting_for
from customers.telling import tell

from . import policy as book
from .calendars import calendar_for
from .calling import check_may_chase
from .facts import Loaded
from .reviewing import review

# Nobody reports a transfer of longer ago; an earlier day is a slip of the pen.
OLDEST = timedelta(days=366)


class BadClaim(Exception):
    """It can't be taken. `code` names what is in the way: status, amount, paid_on, again, why or gone."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


def claim(
    customer: Customer,
    invoice: Invoice | None,
    *,
    amount: Decimal,
    currency: str,
    paid_on: date,
    reference: str = "",
    note: str = "",
    by: User,
    now: datetime,
) -> Claim:
    """Take a customer's word that they have paid. It books nothing; for a few business days it holds the next step.

    The same word again while we look is the same claim; once it was looked for in vain it is refused, so that it
    can't hold the step for ever. Raises BadClaim."""
    with acting_for(customer.partner):
        customer = lock_customer(customer.pk)
        if invoice is not None:
            invoice = Invoice.objects.get(pk=invoice.pk)
        _check(customer, invoice, amount, currency, paid_on, now=now)
        same = Claim.objects.filter(
            customer=customer, invoice=invoice, amount=amount, currency=currency, paid_on=paid_on
        ).order_by("-pk")
        before = same.filter(reference=reference.strip()).first()
        if before is not None and before.gone_at is None:
            return before
        if before is not None and before.gone_why == Claim.Gone.DISMISSED:
            raise BadClaim("again", f"this payment was looked for and not found: {before.gone_note}")
        row = Claim.objects.create(
            partner_id=customer.partner_id,
            customer=customer,
            invoice=invoice,
            amount=amount,
            currency=currency,
            paid_on=paid_on,
            reference=reference.strip()[:140],
            note=note.strip()[:300],
            at=now,
            by=by,
        )
        _tell(customer, row, "payment_claimed", by, now=now, paid_on=paid_on.isoformat(), reference=row.reference)
        review([customer.pk], now=now)
        return row


def _check(
    customer: Customer, invoice: Invoice | None, amount: Decimal, currency: str, paid_on: date, *, now: datetime
) -> None:
    if invoice is not None:
        if invoice.customer_id != customer.pk or invoice.currency != currency:
            raise BadClaim("status", f"{invoice} is not an invoice of this customer in {currency}")
        if invoice.status != Invoice.Status.ISSUED or invoice.balance <= ZERO:
            raise BadClaim("status", "nothing of this invoice is to pay")
    if amount <= ZERO or quantise(amount, currency) != amount:
        raise BadClaim("amount", f"{amount} is not an amount more than zero")
    today = now.astimezone(customer.tz).date()
    if not today - OLDEST <= paid_on <= today:
        raise BadClaim("paid_on", f"{paid_on} is not between {today - OLDEST} and {today}")


def dismiss(claim_id: int, *, by: User, why: str, now: datetime) -> Claim:
    """The money was looked for and not found: the claim counts no more, and the customer reads why.

    Dismissing it twice is dismissing it once. Raises BadClaim (why; gone where a payment has matched it) and
    NotAllowed."""
    row = Claim.objects.select_related("partner", "invoice").get(pk=claim_id)
    check_may_chase(by, row.partner)
    if not why.strip():
        raise BadClaim("why", "say what was looked at")
    with acting_for(row.partner):
        customer = lock_customer(row.customer_id)
        row.refresh_from_db(fields=["gone_at", "gone_why", "gone_by", "gone_note"])
        if row.gone_why == Claim.Gone.DISMISSED:
            return row
        if row.gone_at is not None:
            raise BadClaim("gone", "a payment has matched it")
        _end(row, Claim.Gone.DISMISSED, by=by, note=why.strip()[:300], now=now)
        _tell(customer, row, "claim_dismissed", by, now=now, reason=row.gone_note)
        review([customer.pk], now=now)
        return row


def match_claims(payments: Sequence[Payment], *, by: User | None, now: datetime) -> list[Claim]:
    """End the claims that payments just booked have proved, one payment for each customer; the caller holds their
    locks.

    Proved is the oldest claim of the same amount and currency, and each whose invoice is settled now."""
    paid = {payment.customer_id: payment for payment in payments}
    waiting = Claim.objects.filter(customer_id__in=paid, gone_at=None, at__lte=now)
    rows: dict[int, list[Claim]] = defaultdict(list)
    for row in waiting.select_related("invoice").order_by("at", "pk"):
        if row.currency == paid[row.customer_id].currency:
            rows[row.customer_id].append(row)
    return [row for pk, mine in rows.items() for row in _proved(mine, paid[pk], by=by, now=now)]


def _proved(rows: list[Claim], payment: Payment, *, by: User | None, now: datetime) -> list[Claim]:
    equal = next((row for row in rows if row.amount == payment.amount), None)
    found = [row for row in rows if row is equal or (row.invoice is not None and row.invoice.balance <= ZERO)]
    for row in found:
        _end(row, Claim.Gone.MATCHED, by=by, note=str(payment)[:300], now=now)
    return found


def _end(row: Claim, why: Claim.Gone, *, by: User | None, note: str, now: datetime) -> None:
    row.gone_at, row.gone_why, row.gone_by, row.gone_note = now, why, by, note
    row.save(update_fields=["gone_at", "gone_why", "gone_by", "gone_note"])


def _tell(customer: Customer, row: Claim, code: str, by: User, *, now: datetime, **more: str) -> None:
    tell(
        customer,
        TimelineEntry.Kind.MONEY,
        code,
        now=now,
        about=row.invoice.number or "" if row.invoice else "",
        values={"amount": plain(row.amount, row.currency), "currency": row.currency, **more},
        actor=by,
    )


def as_receipt(row: Claim) -> book.Receipt:
    """A claim as the rulebook knows it."""
    return book.Receipt(book.ReceiptKind.CLAIMED, row.amount, row.at)


def holds_until(one: Loaded, at: datetime) -> date:
    """The last day on which a claim made at an instant holds the next step of a case."""
    on = at.astimezone(one.customer.tz).date()
    return book.shift(on, one.policy.claim_days, book.Unit.BUSINESS_DAYS, one.facts.calendar)


def looked_for_by(row: Claim, claim_days: int) -> date:
    """The business day by which a claim is to be checked, by the partner's calendar."""
    partner = row.partner
    on = row.at.astimezone(partner.tz).date()
    return book.shift(on, claim_days, book.Unit.BUSINESS_DAYS, calendar_for(partner))
