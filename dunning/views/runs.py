"""What did each look at the whole book come to? The runs, one run as a document, and a dry one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from billing.models import BankReading
from customers import exporting, formats
from customers.entering import Here, staff
from customers.paging import leaf
from customers.roles import May
from dunning.breaking import of_run, reach, standing
from dunning.forms import BreakerForm, PostponeForm
from dunning.models import Breaker, BreakerLift, Proposal, Run
from dunning.running import alone, dry_run
from dunning.running import run as run_the_book
from dunning.wording import WAITS, waits

from . import exports
from .lines import Line, Reader, count_seats, judged_lines, rows_of, sums

PAGE = 50
KINDS = ("skipped", "notices", "calls", "restored", "unchanged", "evaluated")


@require_safe
@staff(May.SEE_BOOK)
def runs(request: Here) -> HttpResponseBase:
    """All runs, newest first, and what the circuit breaker says of this day."""
    if exporting.wanted(request):
        mine = Run.objects.visible_to(request.user).of(request.partner)
        return exports.runs(request, mine.order_by("-began_at", "-pk"))
    return runs_page(request)


def runs_page(request: Here, form: BreakerForm | None = None, status: int = 200) -> HttpResponse:
    """The list of runs; `form` is one about the breaker's limit that was refused, with its input."""
    found = Run.objects.visible_to(request.user).of(request.partner).select_related("breaker")
    page = leaf(request, found, "-began_at", "-pk")
    partner = request.partner
    limits = {"number": partner.breaker_customers, "percent": partner.breaker_percent, "cap": partner.breaker_cap}
    found_open = standing(partner)
    context = {
        "page": page,
        "rows": [{"run": one, "skipped": sum(one.skipped.values())} for one in page.object_list],
        "waiting": waiting_proposals(request).count(),
        "reach": reach(partner, now=request.now),
        "breaker": found_open,
        **agreed(found_open),
        "form": form or BreakerForm(initial=limits),
        "opened": form is not None,
    }
    return render(request, "dunning/runs.html", context, status=status)


def waiting_proposals(request: Here) -> Any:
    """The proposals nobody has decided yet."""
    return Proposal.objects.visible_to(request.user).of(request.partner).filter(state=Proposal.State.PROPOSED)


@require_POST
@staff(May.CHASE)
def run_now(request: Here) -> HttpResponse:
    """Look at the whole book now and write what follows; a second press finds the first at work."""
    with alone(request.partner) as mine:
        if not mine:
            messages.info(request, gettext("A run is at work already. Nothing was started."))
            return HttpResponseRedirect(reverse("collections"))
        document, _result = run_the_book(request.partner, now=request.now)
    messages.success(request, gettext("The run is done"))
    return redirect("run", document.pk)


@dataclass(frozen=True)
class Sheet:
    """What a run's page shows, written or dry. `result` has the figures, `lines` is one page of the list chosen."""

    result: Any
    at: datetime
    shown: str
    why: str
    lines: Any
    proposed: list[Line]
    breaker: Breaker | None
    before: Run | None = None


@require_safe
@staff(May.SEE_BOOK)
def run(request: Here, run_id: int) -> HttpResponseBase:
    """One run as a document: figures, proposals, and each kind of line with its reasons."""
    mine = Run.objects.visible_to(request.user).of(request.partner)
    one = get_object_or_404(mine.select_related("partner", "breaker"), pk=run_id)
    reader = Reader(request.now.astimezone(request.zone).date(), request.zone)
    rows, as_line = rows_of(one, "proposed")
    proposed = [as_line(row, reader) for row in rows]
    count_seats(proposed)
    shown, why = _chosen(request)
    rows, as_line = rows_of(one, shown, why)
    if exporting.wanted(request):
        return exports.lines(request, f"run-{one.on}", rows, as_line, shown, why)
    page = leaf(request, rows)
    page.object_list = [as_line(row, reader) for row in page.object_list]
    before = mine.filter(began_at__lt=one.began_at).order_by("-began_at", "-pk").first()
    after = mine.filter(began_at__gt=one.began_at).order_by("began_at", "pk").first()
    sheet = Sheet(one, one.began_at, shown, why, page, proposed, of_run(one), before)
    context = _document(request, sheet) | {"run": one, "dry": False, "after": after, "changed": changed(one)}
    context["moved_on"] = _moved_on(one, sheet)
    return render(request, "dunning/run.html", context)


def _moved_on(one: Run, sheet: Sheet) -> int:
    """How many of those left alone have another reason since, so that they are counted and no longer listed."""
    if sheet.shown != "skipped":
        return 0
    counted = one.skipped.get(sheet.why, 0) if sheet.why else sum(one.skipped.values())
    return max(0, int(counted) - int(sheet.lines.count))


@require_safe
@staff(May.SEE_BOOK)
def dry(request: Here) -> HttpResponse:
    """What a run would do now. Nothing is written."""
    look = dry_run(request.partner, now=request.now)
    lists = judged_lines(look.judged, Reader(look.on, request.zone))
    shown, why = _chosen(request)
    lines = [line for line in lists[shown] if why in ("", line.code)]
    page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    before = Run.objects.visible_to(request.user).of(request.partner).order_by("-began_at", "-pk").first()
    sheet = Sheet(look.result, request.now, shown, why, page, lists["proposed"], look.breaker, before)
    return render(request, "dunning/run.html", _document(request, sheet) | {"run": None, "dry": True, "changed": []})


def _chosen(request: Here) -> tuple[str, str]:
    """Which list, and of which reason only."""
    shown = request.GET.get("show", KINDS[0])
    shown = shown if shown in KINDS else KINDS[0]
    why = request.GET.get("why", "")
    return shown, why if shown == "skipped" and why in WAITS else ""


def _document(request: Here, sheet: Sheet) -> dict[str, Any]:
    open_now = [line for line in sheet.proposed if line.proposal and line.proposal.state == Proposal.State.PROPOSED]
    skipped = sorted(sheet.result.skipped.items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "sheet": sheet,
        "result": sheet.result,
        "on": sheet.at,
        "before": sheet.before,
        "figures": figure_rows(sheet.result, sheet.before),
        "tabs": _tabs(sheet.result),
        "shown": sheet.shown,
        "page": sheet.lines,
        "lines": sheet.lines.object_list,
        "proposed": sheet.proposed,
        "proposed_sums": sums(sheet.proposed),
        "choosing": bool(open_now) and request.membership.may(May.APPROVE),
        "form": PostponeForm(today=request.now.astimezone(request.zone).date()),
        "waiting": open_now,
        "breaker": sheet.breaker,
        **agreed(sheet.breaker),
        "reach": reach(request.partner, now=request.now),
        "reasons": [{"code": code, "word": waits(code), "n": n, "on": code == sheet.why} for code, n in skipped],
        "why": waits(sheet.why) if sheet.why else "",
        "stale_hours": _stale_hours(request, sheet),
    }


def agreed(breaker: Breaker | None) -> dict[str, Any]:
    """Who has said that it may be lifted; nobody of one that would only trip."""
    if breaker is None or breaker.pk is None:
        return {"agreed": [], "agreed_by": set()}
    words = list(BreakerLift.objects.filter(breaker=breaker).select_related("user").order_by("at"))
    return {"agreed": words, "agreed_by": {word.user_id for word in words}}


def _stale_hours(request: Here, sheet: Sheet) -> int | None:
    """How many hours before the run the bank was last read, where that held a step back."""
    if not sheet.result.skipped.get("stale_cash"):
        return None
    known = BankReading.objects.filter(partner=request.partner, recorded_at__lte=sheet.at).aggregate(at=Max("at"))["at"]
    return int((sheet.at - known).total_seconds() // 3600) if known else None


def figure_rows(one: Any, before: Run | None = None) -> list[dict[str, Any]]:
    """The run's figures, each beside the run before and leading to its list."""
    rows = (
        ("evaluated", gettext("Evaluated"), "evaluated"),
        ("unchanged", gettext("Unchanged"), "unchanged"),
        ("notices", gettext("Notices"), "notices"),
        ("tasks", gettext("Tasks"), "calls"),
        ("proposals", gettext("Suspensions proposed"), "proposed"),
        ("reinstatements", gettext("Reinstatements"), "restored"),
    )
    made = []
    for name, label, kind in rows:
        value = getattr(one, name)
        was = getattr(before, name) if before else None
        url = "#proposed" if kind == "proposed" else f"?show={kind}#lists"
        made.append({"label": label, "value": formats.grouped(value), "note": _difference(value, was), "url": url})
    skipped, was = sum(one.skipped.values()), sum(before.skipped.values()) if before else None
    note = _difference(skipped, was)
    label = gettext("Left alone")
    return [*made, {"label": label, "value": formats.grouped(skipped), "note": note, "url": "?show=skipped#lists"}]


def _difference(value: int, was: int | None) -> str:
    if was is None:
        return ""
    return gettext("same") if value == was else gettext("%(n)s before") % {"n": formats.grouped(was)}


def _tabs(one: Any) -> list[dict[str, Any]]:
    return [
        {"kind": "skipped", "label": gettext("Left alone"), "n": sum(one.skipped.values())},
        {"kind": "notices", "label": gettext("Notices"), "n": one.notices},
        {"kind": "calls", "label": gettext("Calls"), "n": one.tasks},
        {"kind": "restored", "label": gettext("Reinstated"), "n": one.reinstatements},
        {"kind": "unchanged", "label": gettext("Unchanged"), "n": one.unchanged},
        {"kind": "evaluated", "label": gettext("All"), "n": one.evaluated},
    ]


def changed(one: Run) -> list[dict[str, Any]]:
    """Whose answer is another one than at the look before, in words, the most frequent first."""
    pairs = sorted(one.changed.items(), key=lambda pair: (-pair[1], pair[0]))
    split = [(*code.partition(">"), n) for code, n in pairs]
    return [{"was": waits(was), "now": waits(now), "n": n} for was, _arrow, now, n in split]
