"""How well does collecting go? The figures of a book, their course, and what each step of the ladder brought."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from billing.aging import Buckets, Totals, totals
from billing.collecting_figures import Month, collected, months
from billing.money import ZERO
from billing.views.aging import chosen, mine
from customers import formats
from customers.entering import Here, staff
from customers.exporting import Column, exported, wanted
from customers.roles import May
from dunning.measuring import Restored, restored

from .drawing import curve
from .insights_course import course
from .insights_parts import parts_for

OLD: Final = 60


@dataclass(frozen=True)
class Read:
    """Everything the page says of one currency."""

    total: Totals
    months: list[Month]
    collected: Decimal | None
    restored: Restored | None


@require_safe
@staff(May.SEE_BOOK)
def insights(request: Here) -> HttpResponseBase:
    """The figures of one currency: never one sum over several."""
    today = request.now.astimezone(request.zone).date()
    scope = mine(request)
    found = {row.currency: row for row in totals(scope, today=today, buckets=Buckets((OLD,)))}
    code = chosen(request, found)
    read = _read(request, scope, code, found.get(code, Totals(code, [ZERO] * 3)))
    if wanted(request):
        return _file(request, read, code)
    shown = [(_month(one.first), one.dso) for one in read.months]
    context = {
        "currency": code,
        "currencies": sorted(found),
        "today": today,
        "figures": _figures(read),
        "months": [{"name": _month(one.first), "month": one} for one in reversed(read.months)],
        "curve": curve(shown),
        "parts": parts_for(request, code),
        **course(request, code, today),
    }
    return render(request, "insights.html", context)


def _read(request: Here, scope: Q, code: str, total: Totals) -> Read:
    zone, today = request.partner.tz, request.now.astimezone(request.zone).date()
    return Read(
        total=total,
        months=months(scope, code, today=today, zone=zone),
        collected=collected(scope, code, today=today),
        restored=restored(request.partner),
    )


def _month(first: date) -> str:
    return date_format(first, "YEAR_MONTH_FORMAT")


def _figures(read: Read) -> list[dict[str, Any]]:
    last = read.months[-1] if read.months else None
    old = read.total.amounts[-1] / read.total.total * 100 if read.total.total else None
    back = read.restored
    unknown = gettext("not yet known")
    cases = ngettext("p95 %(p95)s min, %(n)s case", "p95 %(p95)s min, %(n)s cases", back.cases if back else 0)
    rows = [
        (gettext("DSO"), _days(last.dso if last else None), gettext("count-back")),
        (gettext("Collected of what fell due"), formats.percent(read.collected, 1), gettext("in the last 30 days")),
        (gettext("Overdue over 60 days"), formats.percent(old, 1), gettext("of outstanding")),
        (
            gettext("Access restored, median"),
            gettext("%(n)s min") % {"n": formats.grouped(round(back.median))} if back else "",
            cases % {"p95": formats.grouped(round(back.p95)), "n": formats.grouped(back.cases)} if back else "",
        ),
    ]
    return [{"label": label, "value": value or "–", "note": note if value else unknown} for label, value, note in rows]


def _days(dso: Decimal | None) -> str:
    if dso is None:
        return ""
    count = int(formats.rounded(dso, 0))
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": formats.grouped(count)}


def _file(request: Here, read: Read, code: str) -> HttpResponseBase:
    columns = [
        Column(_("Month"), lambda one: f"{one.first:%Y-%m}"),
        Column(_("Currency"), lambda _one: code),
        Column(_("Billed"), lambda one: one.billed),
        Column(_("Open at its end"), lambda one: one.open),
        Column(_("DSO, days"), lambda one: None if one.dso is None else formats.rounded(one.dso, 1)),
    ]
    return exported(request, "insights", columns, read.months, code)
