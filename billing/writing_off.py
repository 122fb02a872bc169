"""Who gives up a debt? One person asks, another agrees; only then is it taken off the invoice."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext

from customers import formats
from customers.models import Customer, TimelineEntry, User
from customers.roles import May
from customers.telling import tell

from .allocating import give_up
from .models import DisputedAmount, Invoice, WriteOff
from .money import ZERO, plain, quantise
from .refusing import NotPossible, check_may


def ask(invoice_id: int, customer: Customer, *, amount: Decimal, reason: str, by: User, now: datetime) -> WriteOff:
    """Ask to give up some of what an invoice still owes. Nothing changes before another person agrees; asking
    for the same again answers what is asked already.

    The caller holds the customer's lock in a transaction. Raises NotPossible, PermissionError."""
    check_may(by, customer, May.WRITE_OFF)
    invoice = Invoice.objects.select_for_update().get(pk=invoice_id, customer=customer)
    waiting = WriteOff.objects.filter(invoice=invoice, agreed_at=None, refused_at=None).first()
    if waiting and waiting.amount == amount:
        return waiting
    if waiting:
        raise NotPossible(gettext("Somebody has asked already; that is agreed to or refused first."))
    if not reason.strip():
        raise NotPossible(gettext("Say why this is given up"), "reason")
    if amount <= ZERO or quantise(amount, invoice.currency) != amount:
        raise NotPossible(gettext("“%(value)s” is not an amount of this currency") % {"value": amount}, "amount")
    _check_open(invoice, amount)
    asked = WriteOff.objects.create(
        partner_id=customer.partner_id,
        customer=customer,
        invoice=invoice,
        amount=amount,
        currency=invoice.currency,
        reason=reason.strip()[:300],
        asked_by=by,
        asked_at=now,
    )
    _tell(asked, customer, "write_off_asked", by, now=now)
    return asked


def agree(write_off_id: int, customer: Customer, *, by: User, now: datetime) -> WriteOff:
    """Agree to what another person asked: the amount is taken off the invoice's open lines, in their order.
    A second yes changes nothing.

    The caller holds the customer's lock in a transaction. Raises NotPossible, PermissionError."""
    check_may(by, customer, May.WRITE_OFF)
    asked = WriteOff.objects.select_for_update().get(pk=write_off_id, customer=customer)
    if asked.agreed_at is not None:
        return asked
    if asked.refused_at is not None:
        raise NotPossible(gettext("This was refused already."))
    if asked.asked_by_id == by.pk:
        raise NotPossible(gettext("You have asked for this yourself; somebody else has to agree."))
    invoice = Invoice.objects.select_for_update().get(pk=asked.invoice_id)
    _check_open(invoice, asked.amount)
    asked.agreed_by, asked.agreed_at = by, now
    asked.save(update_fields=["agreed_by", "agreed_at"])
    give_up(asked, invoice, now=now)
    _tell(asked, customer, "written_off", by, now=now)
    customer.review_due_at = now
    customer.save(update_fields=["review_due_at"])
    return asked


def refuse(write_off_id: int, customer: Customer, *, by: User, now: datetime) -> WriteOff:
    """Say no, or take one's own request back; the debt stays. A second no changes nothing.

    The caller holds the customer's lock in a transaction. Raises NotPossible, PermissionError."""
    check_may(by, customer, May.WRITE_OFF)
    asked = WriteOff.objects.select_for_update().get(pk=write_off_id, customer=customer)
    if asked.agreed_at is not None:
        raise NotPossible(gettext("This was agreed to already."))
    if asked.refused_at is None:
        asked.refused_by, asked.refused_at = by, now
        asked.save(update_fields=["refused_by", "refused_at"])
        _tell(asked, customer, "write_off_refused", by, now=now)
    return asked


def questioned(invoice: Invoice) -> bool:
    """Whether a question about the invoice is undecided. What may be owed to nobody is decided there first."""
    return DisputedAmount.objects.filter(line__invoice=invoice, decided_at=None).exists()


def _check_open(invoice: Invoice, amount: Decimal) -> None:
    if invoice.status != Invoice.Status.ISSUED:
        raise NotPossible(gettext("Only an issued invoice is written off."))
    if questioned(invoice):
        raise NotPossible(gettext("A question about this invoice is open. Answer it first."))
    if amount > invoice.balance:
        text = gettext("Only %(open)s of this invoice is still open")
        raise NotPossible(text % {"open": formats.amount(invoice.balance, invoice.currency)}, "amount")


def _tell(asked: WriteOff, customer: Customer, code: str, by: User, *, now: datetime) -> None:
    tell(
        customer,
        TimelineEntry.Kind.MONEY,
        code,
        now=now,
        about=asked.invoice.number or "",
        values={
            "person": str(by),
            "invoice": asked.invoice.number or "",
            "amount": plain(asked.amount, asked.currency),
            "currency": asked.currency,
            "reason": asked.reason,
        },
        actor=by,
        shared=False,
    )
