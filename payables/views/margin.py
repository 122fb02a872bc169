"""What do customers and offers earn? By period and currency, losses first."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from customers.entering import Here, staff
from customers.exporting import Column, exported, wanted
from customers.roles import May
from payables.margins import TARGET_PERCENT, by_customer, by_offer, margin_of, periods, sums, variance

PAGE: Final = 50
PERIODS_SHOWN: Final = 12


@require_safe
@staff(May.SEE_BILLS)
def margin(request: Here) -> HttpResponseBase:
    """One period's cost, price and margin by customer, or by offer."""
    known = periods(request.partner)
    asked = request.GET.get("period", "")
    period = asked if asked in known else (known[0] if known else "")
    offers = request.GET.get("by") == "offer"
    found = (by_offer if offers else by_customer)(request.partner, period)
    if wanted(request):
        return _file(request, found, offers, period)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "period": period,
        "periods": known[:PERIODS_SHOWN],
        "by": "offer" if offers else "customer",
        "page": page,
        "rows": [margin_of(row) for row in page.object_list],
        "sums": sums(request.partner, period),
        "variance": variance(request.partner, period),
        "target": TARGET_PERCENT,
    }
    return render(request, "payables/margin.html", context)


def _file(request: Here, found: Any, offers: bool, period: str) -> HttpResponseBase:
    columns = [
        Column(_("Offer") if offers else _("Customer"), lambda one: one.name),
        Column(_("Period"), lambda _one: period),
        Column(_("Currency"), lambda one: one.currency),
        Column(_("Lines"), lambda one: one.lines),
        Column(_("Cost"), lambda one: one.cost),
        Column(_("Price"), lambda one: one.price),
        Column(_("Margin"), lambda one: one.amount),
        Column(_("Margin, per cent"), lambda one: round(one.percent, 2)),
    ]
    rows = (margin_of(row) for row in found.iterator())
    return exported(request, "margin", columns, rows, "offer" if offers else "customer", period)
