"""Which columns does the file of findings have?"""

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.entering import Here
from customers.exporting import CHUNK, Column, exported
from payables.explaining import explained, said
from payables.models import Finding


def findings_file(request: Here, found: QuerySet[Finding], *names: str) -> HttpResponseBase:
    """The findings of a filter, each with both sides."""
    columns = [
        Column(_("Bill"), lambda one: one.bill.number),
        Column(_("Customer"), lambda one: one.customer.name if one.customer else ""),
        Column(_("Offer"), lambda one: one.subscription.offer_name if one.subscription else ""),
        Column(_("Subscription"), lambda one: one.subscription.provider_id if one.subscription else ""),
        Column(_("Charge"), lambda one: one.provider_line.charge_type if one.provider_line else ""),
        Column(_("Kind"), lambda one: one.get_kind_display()),
        Column(_("What differs"), said),
        Column(_("Currency"), lambda one: one.bill.currency),
        Column(_("21Vianet before tax"), lambda one: one.provider_amount),
        Column(_("Ours before tax"), lambda one: one.billed_amount),
        Column(_("Difference"), lambda one: one.difference),
        Column(_("State"), lambda one: one.get_state_display()),
        Column(pgettext_lazy("reason", "Why"), lambda one: one.why or explained(one)),
        Column(_("Case"), lambda one: one.case_number),
        Column(_("Invoice"), lambda one: (one.invoice_line.invoice.number or "") if one.invoice_line else ""),
        Column(_("Found"), lambda one: one.found_at.astimezone(request.zone)),
    ]
    return exported(request, "findings", columns, found.iterator(chunk_size=CHUNK), *names)
