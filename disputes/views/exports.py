"""Which columns does the file of disputes have?"""

from typing import Any

from django.db.models import DecimalField, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from billing.models import DisputedAmount
from customers.entering import Here
from customers.exporting import CHUNK, Column, exported
from partnerportal.templatetags.statuses import word


def disputes(request: Here, found: QuerySet[Any], *said: str) -> HttpResponseBase:
    """The cases of a filter with the amount each questioned."""
    asked = DisputedAmount.objects.of(request.partner).filter(case_number=OuterRef("number")).order_by()
    amount = asked.values("case_number").annotate(sum=Sum("amount")).values("sum")
    rows = found.annotate(asked=Subquery(amount, output_field=DecimalField()))
    columns = [
        Column(_("Case"), lambda one: one.number),
        Column(_("Customer"), lambda one: one.customer.name),
        Column(_("Invoice"), lambda one: one.invoice.number),
        Column(_("About"), lambda one: one.get_reason_display()),
        Column(_("Currency"), lambda one: one.invoice.currency),
        Column(_("Amount"), lambda one: one.asked),
        Column(_("State"), lambda one: word("case", one.status)),
        Column(_("Asked"), lambda one: one.opened_at.astimezone(request.zone)),
        Column(_("Answer by"), lambda one: one.answer_by.astimezone(request.zone)),
    ]
    return exported(request, "disputes", columns, rows.iterator(chunk_size=CHUNK), *said)
