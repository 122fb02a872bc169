"""What else is there to know of collecting? The parts of Insights that are asked for by themselves, one at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from billing.aging import exposed
from billing.collecting_figures import effectiveness, months
from billing.course import WEEKS, promises_kept
from billing.exposing import Exposure, running
from billing.money import ZERO
from billing.views.aging import mine
from customers.entering import Here, staff
from customers.roles import May
from dunning.measuring import cash_after_steps, minutes_to_access, restored
from dunning.wording import stage
from payables.cash_gap import gap
from payables.expecting import cash, outgoes, receivables
from payables.models import ProviderBill
from payables.owing import owed
from payables.terms import AllTerms

from .insights_course import dots
from .insights_loop import loop_lines

EXPOSED: Final = 20
AHEAD: Final = timedelta(days=60)
Context = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """One part: its name, its template, what it reads, and who may see it."""

    name: str | Promise
    template: str
    read: Callable[[Here, Q, str, date], Context]
    may: May = May.SEE_BOOK


def _steps(request: Here, scope: Q, code: str, today: date) -> Context:
    found = cash_after_steps(request.partner, code, since=request.now - timedelta(weeks=WEEKS))
    return {"steps": [{"name": stage(one.stage), "one": one} for one in found], "weeks": WEEKS}


def _access(request: Here, scope: Q, code: str, today: date) -> Context:
    kept = promises_kept(scope, code, since=today - timedelta(weeks=WEEKS), today=today)
    back = restored(request.partner)
    return {"dots": dots(minutes_to_access(request.partner)), "back": back, "kept": kept, "weeks": WEEKS}


def _effectiveness(request: Here, scope: Q, code: str, today: date) -> Context:
    zone = request.partner.tz
    course = months(scope, code, today=today, zone=zone)
    found = effectiveness(scope, code, course, today=today, zone=zone)
    return {"index": [{"name": date_format(one.month, "YEAR_MONTH_FORMAT"), "one": one} for one in found]}


def _loop(request: Here, scope: Q, code: str, today: date) -> Context:
    return {"loop": loop_lines(request)}


def _exposure(request: Here, scope: Q, code: str, today: date) -> Context:
    own = request.partner.currency
    rows = list(exposed(scope, own)[:EXPOSED])
    used = running([row["customer_id"] for row in rows], own, today=today)
    found = [{**row, "it": Exposure(row["sum"], used[row["customer_id"]], row["limit"])} for row in rows]
    return {"exposed": sorted(found, key=lambda row: -row["it"].over), "own": own}


def _gap(request: Here, scope: Q, code: str, today: date) -> Context:
    terms = AllTerms(request.partner)
    bills = ProviderBill.objects.visible_to(request.user).of(request.partner).order_by("-billed_on", "-pk")
    until, start = today + AHEAD, cash(request.partner, code)
    leaving = outgoes(
        code, owed(request.partner, today=today, bills=bills, terms=terms), terms, today=today, until=until
    )
    coming = receivables(request.partner, code, today=today)
    found = gap(start.balance if start else ZERO, coming, leaving, today=today, until=until)
    return {"start": start, "careful": found.careful_short, "hopeful": found.hopeful_short}


PARTS: Final[Mapping[str, Part]] = {
    "steps": Part(_("Cash that came after each step"), "insights_steps.html", _steps),
    "access": Part(_("From payment booked to access back"), "insights_access.html", _access),
    "gap": Part(_("Cash gap"), "insights_gap.html", _gap, May.SEE_BILLS),
    "exposure": Part(_("Exposure against the credit limit"), "insights_exposure.html", _exposure),
    "effectiveness": Part(_("Collection effectiveness"), "insights_effectiveness.html", _effectiveness),
    "loop": Part(_("Closing the loop"), "insights_loop.html", _loop),
}


def parts_for(request: Here, code: str) -> list[dict[str, Any]]:
    """The parts that this person may see, each with its address."""
    return [
        {"name": part.name, "url": f"{reverse('insights_part', args=[name])}?currency={code}"}
        for name, part in PARTS.items()
        if request.membership.may(part.may)
    ]


@require_safe
@staff(May.SEE_BOOK)
def insights_part(request: Here, chart: str) -> HttpResponse:
    """One part: alone where the page of Insights asks, else as a page of its own."""
    part = PARTS[chart]
    if not request.membership.may(part.may):
        raise PermissionDenied
    asked = request.GET.get("currency", "")
    code = asked if len(asked) == 3 and asked.isascii() and asked.isalpha() else request.partner.currency
    today = request.now.astimezone(request.zone).date()
    context = {"currency": code, **part.read(request, mine(request), code, today)}
    if request.htmx and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        return render(request, part.template, context)
    return render(request, "insights_part.html", {**context, "name": part.name, "template": part.template})
