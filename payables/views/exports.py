"""Which columns does the file of a provider bill's lines have?"""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.entering import Here
from customers.exporting import CHUNK, Column, exported
from payables.models import ProviderLine


def lines(request: Here, found: QuerySet[ProviderLine], *said: str) -> HttpResponseBase:
    """The lines of a filter, each beside the document that passed it on."""
    columns = [
        Column(_("Line"), lambda one: one.row),
        Column(_("Customer"), lambda one: one.customer.name),
        Column(_("Offer"), lambda one: one.offer_name),
        Column(_("Charge"), lambda one: one.charge_type),
        Column(pgettext_lazy("first day", "From"), lambda one: one.charge_starts_on),
        Column(pgettext_lazy("last day", "To"), lambda one: one.charge_ends_on),
        Column(_("Seats"), lambda one: one.quantity),
        Column(_("Price"), lambda one: one.unit_price),
        Column(_("Currency"), lambda one: one.currency),
        Column(_("Before tax"), lambda one: one.subtotal),
        Column(_("Tax"), lambda one: one.tax),
        Column(_("With tax"), lambda one: one.total),
        Column(_("Billed as"), _document),
        Column(_("Billed before tax"), _billed),
    ]
    return exported(request, "bill-lines", columns, found.iterator(chunk_size=CHUNK), *said)


def _document(one: Any) -> str:
    if one.invoice_line:
        return one.invoice_line.invoice.number or ""
    return one.credit_line.credit_note.number if one.credit_line else ""


def _billed(one: Any) -> Any:
    if one.invoice_line:
        return one.invoice_line.net
    return -one.credit_line.net if one.credit_line else None
