"""How does the worklist leave as a file? Deed by deed, in the order of the page."""

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from customers.entering import Here
from customers.exporting import Column, exported

from .deeds import rows
from .waiting import TABS, Desk, deeds_of


def worklist_file(request: Here, desk: Desk, tab: str) -> HttpResponseBase:
    """The deeds of a tab, or all that wait."""
    tab = tab if tab in TABS else ""
    columns = [
        Column(_("By"), lambda one: one.due_at.astimezone(request.zone) if one.due_at else None),
        Column(_("What to do"), lambda one: str(one.title)),
        Column(_("Customer"), lambda one: one.customer.name if one.customer else str(one.who)),
        Column(_("Why"), lambda one: str(one.why)),
        Column(_("Currency"), lambda one: one.currency),
        Column(_("Amount"), lambda one: one.amount),
    ]
    return exported(request, "worklist", columns, rows(desk, deeds_of(request), tab), tab)
