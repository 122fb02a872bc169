"""Which columns does the file of customers have? Balance and overdue in the partner's own currency."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from customers.entering import Here
from customers.exporting import CHUNK, Column, exported


def customers(request: Here, found: QuerySet[Any], words: str) -> HttpResponseBase:
    """The customers of a filter; `found` carries `owed` and `late` in the partner's currency."""
    code = request.partner.currency
    columns = [
        Column(_("Customer"), lambda one: one.name),
        Column(_("Domain"), lambda one: one.domain),
        Column(_("21Vianet’s id"), lambda one: one.provider_id),
        Column(_("Language"), lambda one: one.language),
        Column(_("Currency"), lambda _one: code),
        Column(_("Balance"), lambda one: one.owed),
        Column(_("Overdue"), lambda one: one.late),
        Column(_("Credit limit"), lambda one: one.credit_limit),
    ]
    return exported(request, "customers", columns, found.iterator(chunk_size=CHUNK), words)
