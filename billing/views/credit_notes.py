"""Which credit notes are there, and what of each found no debt yet? From here the rest is sent back."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from billing.models import CreditNote
from customers.entering import Here, staff
from customers.exporting import CHUNK, Column, exported, wanted
from customers.paging import leaf
from customers.roles import May

from .payment_tabs import tabs

NEWEST = ("-issued_on", "-pk")


@require_safe
@staff(May.SEE_BOOK)
def credit_notes(request: Here) -> HttpResponseBase:
    """All of them, the newest first, or those of which something is left."""
    show = "left" if request.GET.get("show") == "left" else ""
    found: QuerySet[Any] = CreditNote.objects.visible_to(request.user).of(request.partner).with_left()
    if show:
        found = found.filter(left__gt=0)
    rows = found.select_related("customer").order_by(*NEWEST)
    if wanted(request):
        return _file(request, rows, show)
    context = {"page": leaf(request, rows, *NEWEST), "show": show, "tabs": tabs(request)}
    return render(request, "billing/credit_notes.html", context)


def _file(request: Here, rows: QuerySet[Any], show: str) -> HttpResponseBase:
    columns = [
        Column(_("Credit note"), lambda one: one.number),
        Column(_("Customer"), lambda one: one.customer.name),
        Column(_("What it came from"), lambda one: one.get_why_display()),
        Column(_("Issued"), lambda one: one.issued_on),
        Column(_("Currency"), lambda one: one.currency),
        Column(_("Total"), lambda one: one.total),
        Column(_("Left"), lambda one: one.left),
    ]
    return exported(request, "credit-notes", columns, rows.iterator(chunk_size=CHUNK), show)
