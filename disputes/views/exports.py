"""Which columns does the file of cases have?"""

from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.entering import Here
from customers.exporting import CHUNK, Column, exported
from partnerportal.templatetags.statuses import word


def disputes(request: Here, rows: Any, *said: str) -> HttpResponseBase:
    """The cases of a filter, `with_amounts`: what each questioned, who owns it and what comes next."""

    def at(name: str) -> Any:
        return lambda one: value.astimezone(request.zone) if (value := getattr(one, name)) else None

    columns = [
        Column(_("Case"), lambda one: one.number),
        Column(_("Queue"), lambda one: one.get_kind_display()),
        Column(_("Customer"), lambda one: one.customer.name),
        Column(_("Title"), lambda one: one.title),
        Column(_("Invoice"), lambda one: one.invoice.number if one.invoice else ""),
        Column(_("About"), lambda one: one.get_reason_display()),
        Column(_("Currency"), lambda one: one.invoice.currency if one.invoice else ""),
        Column(_("Amount"), lambda one: one.asked if one.invoice else None),
        Column(_("Frozen"), lambda one: one.frozen if one.invoice else None),
        Column(_("State"), lambda one: word("case", one.status)),
        Column(_("Outcome"), lambda one: one.get_outcome_display()),
        Column(pgettext_lazy("case", "Owner"), lambda one: str(one.owner)),
        Column(pgettext_lazy("case", "Next"), lambda one: one.next_words),
        Column(_("Next by"), at("next_at")),
        Column(_("Common cause"), lambda one: one.cause.number if one.cause else ""),
        Column(_("Asked"), at("opened_at")),
        Column(_("Answer by"), at("answer_by")),
        Column(_("Told"), at("told_at")),
        Column(_("Closed"), at("closed_at")),
        Column(_("Rating"), lambda one: one.rating),
    ]
    found = rows.select_related("customer", "invoice", "owner", "cause")
    return exported(request, "disputes", columns, found.iterator(chunk_size=CHUNK), *said)


def causes(request: Here, found: Any) -> HttpResponseBase:
    """The common causes, each with how many cases and customers it has."""
    columns = [
        Column(_("Common cause"), lambda one: one.number),
        Column(_("Title"), lambda one: one.title),
        Column(pgettext_lazy("case", "Owner"), lambda one: str(one.owner or "")),
        Column(_("Customers"), lambda one: one.customers),
        Column(_("Cases"), lambda one: one.all),
        Column(_("To answer"), lambda one: one.waiting),
        Column(_("Opened"), lambda one: one.opened_at.astimezone(request.zone)),
        Column(_("Answered"), lambda one: one.settled_at.astimezone(request.zone) if one.settled_at else None),
    ]
    return exported(request, "common-causes", columns, found.iterator(chunk_size=CHUNK))
