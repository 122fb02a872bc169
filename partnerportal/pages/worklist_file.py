"""How does the worklist leave as a file? Deed by deed, in the order of the page."""

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.entering import Here
from customers.exporting import Column, exported

from .deed_book import DeedBook
from .worklist_filter import Filter


def worklist_file(request: Here, book: DeedBook, chosen: Filter) -> HttpResponseBase:
    """The deeds that a filter lets through."""
    columns = [
        Column(_("By"), lambda one: one.due_at.astimezone(request.zone) if one.due_at else None),
        Column(_("What to do"), lambda one: str(one.title)),
        Column(_("Customer"), lambda one: one.customer.name if one.customer else str(one.who)),
        Column(_("Why"), lambda one: str(one.why)),
        Column(_("Currency"), lambda one: one.currency),
        Column(_("Amount"), lambda one: one.amount),
        Column(pgettext_lazy("deed", "Owner"), lambda one: str(one.owner or "")),
    ]
    words = [word for word in (chosen.show, chosen.owner, chosen.currency, chosen.tag) if word and word != "all"]
    return exported(request, "worklist", columns, book.rows(chosen), *words)
