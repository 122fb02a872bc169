"""When is an issued invoice taken out of the world? When nothing was ever paid on it; its number stays used."""

from datetime import datetime

from django.utils.translation import gettext

from customers.models import Customer, TimelineEntry, User
from customers.roles import May
from customers.telling import tell

from .models import CreditNoteLine, Invoice, WriteOff
from .money import ZERO, plain
from .refusing import NotPossible, check_may
from .writing_off import questioned


def void(invoice_id: int, customer: Customer, *, reason: str, by: User, now: datetime) -> Invoice:
    """Void an issued invoice on which nothing stands: it and its lines owe nothing, for good. Twice is once.

    The caller holds the customer's lock in a transaction. Raises NotPossible, PermissionError."""
    check_may(by, customer, May.ISSUE)
    invoice = Invoice.objects.select_for_update().get(pk=invoice_id, customer=customer)
    if invoice.status == Invoice.Status.VOID:
        return invoice
    refused = why_not(invoice)
    if refused:
        raise NotPossible(refused)
    if not reason.strip():
        raise NotPossible(gettext("Say why, for the customer and for your books"), "reason")
    invoice.status, invoice.balance = Invoice.Status.VOID, ZERO
    invoice.voided_at, invoice.voided_by, invoice.void_reason = now, by, reason.strip()[:300]
    invoice.save(update_fields=["status", "balance", "voided_at", "voided_by", "void_reason"])
    invoice.lines.update(open=ZERO)
    tell(
        customer,
        TimelineEntry.Kind.DOCUMENT,
        "invoice_voided",
        now=now,
        about=invoice.number or "",
        values={
            "invoice": invoice.number or "",
            "amount": plain(invoice.total, invoice.currency),
            "currency": invoice.currency,
            "reason": invoice.void_reason,
        },
        actor=by,
    )
    customer.review_due_at = now
    customer.save(update_fields=["review_due_at"])
    return invoice


def why_not(invoice: Invoice) -> str:
    """Why this invoice can't be voided, in words; empty where it can."""
    if invoice.status != Invoice.Status.ISSUED:
        return gettext("Only an issued invoice is voided. A draft is deleted.")
    if invoice.balance != invoice.total or CreditNoteLine.objects.filter(invoice_line__invoice=invoice).exists():
        return gettext("Something was paid or credited on this invoice. Correct it with a credit note.")
    if questioned(invoice):
        return gettext("A question about this invoice is open. Answer it first.")
    if WriteOff.objects.filter(invoice=invoice, agreed_at=None, refused_at=None).exists():
        return gettext("Somebody has asked to write this invoice off. That is agreed to or refused first.")
    return ""
