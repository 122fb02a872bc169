"""How does a draft become an invoice the customer has? Numbered, frozen, dated, mailed."""

from datetime import date, datetime, timedelta
from typing import Any

from customers.locking import lock_customer
from customers.models import ContactRole, Customer, Letter, Partner, TimelineEntry, acting_for
from customers.telling import tell
from customers.writing import contact_for, promise_letter

from .allocating import allocate, offset_lines, use_credits
from .models import CreditNote, CreditNoteLine, Invoice
from .money import ZERO, plain
from .numbering import next_number, payment_reference
from .price_notes import mark_used


class NotADraft(Exception):
    """The invoice was issued or removed by somebody else meanwhile."""


def issue(invoice_id: int, *, on: date, now: datetime) -> Invoice | CreditNote:
    """Issue one draft: take the next number, freeze the parties, set the due day, use waiting credits, promise
    the mail. It is due on the day the draft names, else after the partner's payment terms, and never before its
    issue; an imported one keeps the number and day of issue that its file gave. A draft at or below zero becomes
    a credit note, which meets open debts at once; the draft itself is left to the caller, who knows what points
    at it.

    Raises NotADraft. The customer's lock is taken here."""
    draft = Invoice.objects.select_related("partner").get(pk=invoice_id)
    with acting_for(draft.partner):
        customer = lock_customer(draft.customer_id)
        invoice = Invoice.objects.select_for_update().get(pk=invoice_id)
        if invoice.status != Invoice.Status.DRAFT:
            raise NotADraft(str(invoice))
        if invoice.total <= ZERO:
            note = _turn_into_credit_note(invoice, customer, on=on, now=now)
            allocate(note, now=now)
            announce_credit_note(note, customer, now=now)
            return note
        return _issue(invoice, customer, on=on, now=now)


def _issue(invoice: Invoice, customer: Customer, *, on: date, now: datetime) -> Invoice:
    partner, given = customer.partner, invoice.party.get("made_from", {})
    on = date.fromisoformat(given["issued_on"]) if given.get("issued_on") else on
    invoice.number = given.get("number") or next_number(partner, "invoice", on)
    invoice.reference = payment_reference(partner, invoice.number)
    invoice.status = Invoice.Status.ISSUED
    invoice.issued_on, invoice.issued_at = on, now
    invoice.due_on = max(invoice.due_on or on + timedelta(days=partner.payment_terms_days), on)
    invoice.party = parties(partner, customer) | ({"made_from": given} if given else {})
    invoice.balance = invoice.total
    invoice.save()
    mark_used(invoice.lines.values_list("priced_by", flat=True))
    offset_lines(invoice, now=now)
    use_credits(customer, invoice.currency, now=now)
    invoice.refresh_from_db()
    message = promise_letter(
        customer,
        Letter.INVOICE,
        key=f"letter:invoice:{invoice.pk}",
        now=now,
        about=invoice.number or "",
        values=letter_values(invoice),
    )
    tell(
        customer,
        TimelineEntry.Kind.DOCUMENT,
        "invoice_issued",
        now=now,
        about=invoice.number or "",
        values=letter_values(invoice),
        message=message,
    )
    customer.review_due_at = now
    customer.save(update_fields=["review_due_at"])
    return invoice


def parties(partner: Partner, customer: Customer) -> dict[str, Any]:
    """Names and addresses as they are printed today; an issued invoice keeps them."""
    contact = contact_for(customer, [ContactRole.BILLING])
    return {
        "seller": {
            "name": partner.name,
            "address": partner.address,
            "tax_id": partner.tax_id,
            "bank_account": partner.bank_account,
            "bank_name": partner.bank_name,
            "bank_number": partner.bank_number,
        },
        "buyer": {
            "name": customer.name,
            "domain": customer.domain,
            "contact": contact.name if contact else "",
            "email": contact.email if contact else "",
        },
    }


def letter_values(invoice: Invoice) -> dict[str, Any]:
    """What a letter about an invoice may name, frozen as text."""
    return {
        "invoice": invoice.number,
        "amount": plain(invoice.total, invoice.currency),
        "open": plain(invoice.balance, invoice.currency),
        "currency": invoice.currency,
        "issued_on": str(invoice.issued_on),
        "due_on": str(invoice.due_on),
        "reference": invoice.reference,
        "period": invoice.period,
        "link": f"/my/invoices/{invoice.pk}/",
    }


def _turn_into_credit_note(draft: Invoice, customer: Customer, *, on: date, now: datetime) -> CreditNote:
    note = CreditNote.objects.create(
        partner_id=draft.partner_id,
        customer=customer,
        number=next_number(customer.partner, "credit_note", on),
        why=CreditNote.Why.PERIOD,
        currency=draft.currency,
        total=-draft.total,
        period=draft.period,
        issued_on=on,
        issued_at=now,
    )
    for line in draft.lines.all():
        CreditNoteLine.objects.create(
            partner_id=draft.partner_id,
            credit_note=note,
            position=line.position,
            description=line.description,
            net=-line.net,
            tax=-line.tax,
            total=-line.total,
            priced_by=line.priced_by,
        )
    mark_used(line.priced_by for line in draft.lines.all())
    return note


def announce_credit_note(note: CreditNote, customer: Customer, *, now: datetime) -> None:
    """Mail a credit note and put it on the timeline."""
    values = {
        "credit_note": note.number,
        "amount": plain(note.total, note.currency),
        "currency": note.currency,
        "period": note.period,
        "issued_on": str(note.issued_on),
    }
    message = promise_letter(
        customer,
        Letter.CREDIT_NOTE,
        key=f"letter:credit_note:{note.pk}",
        now=now,
        about=note.number,
        values=values,
    )
    tell(
        customer,
        TimelineEntry.Kind.MONEY,
        "credit_issued",
        now=now,
        about=note.number,
        values=values,
        message=message,
    )
    customer.review_due_at = now
    customer.save(update_fields=["review_due_at"])
