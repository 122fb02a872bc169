"""Which tax invoice (fapiao) goes with an invoice? Recorded here; it is made elsewhere."""

from datetime import datetime

from django.utils.translation import gettext

from customers.locking import lock_customer
from customers.models import TimelineEntry, User, acting_for
from customers.roles import May
from customers.telling import tell

from .models import Invoice
from .refusing import NotPossible, check_may


def record(invoice: Invoice, state: str, number: str, *, by: User, now: datetime) -> Invoice:
    """Record state and number of the tax invoice; the same again changes and tells nothing.

    Raises NotPossible for a draft, PermissionError."""
    with acting_for(invoice.partner):
        customer = lock_customer(invoice.customer_id)
        check_may(by, customer, May.ISSUE)
        found = Invoice.objects.select_for_update().get(pk=invoice.pk)
        if found.status == Invoice.Status.DRAFT:
            raise NotPossible(gettext("A draft has no tax invoice yet."))
        if (found.tax_invoice, found.tax_invoice_number) == (state, number):
            return found
        found.tax_invoice, found.tax_invoice_number = state, number
        found.save(update_fields=["tax_invoice", "tax_invoice_number"])
        tell(
            customer,
            TimelineEntry.Kind.DOCUMENT,
            f"tax_invoice_{state or 'none'}",
            now=now,
            about=found.number or "",
            values={"invoice": found.number or "", "number": number},
            actor=by,
        )
        return found
