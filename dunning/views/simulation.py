"""What would the policy being written change? Simulating it over the live book, and the results that were kept."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from customers.entering import Here, staff
from customers.exporting import Column, exported, wanted
from customers.roles import May
from dunning.drafting import open_draft
from dunning.models import PolicyDraft, Simulation
from dunning.simulating import BadPolicy, all_moves, readable, simulate_draft
from dunning.simulating_later import Progress, announce, forget, progress_of, takes_long
from dunning.tasks import simulate_policy
from dunning.weighing import LISTS

from .simulation_words import figures, pictures, row_words, sentences, side_text, weeks

PAGE: Final = 50
# A second press within this time is the same wish.
SAME_WISH: Final = timedelta(seconds=5)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.POLICY)
def simulate(request: Here) -> HttpResponse:
    """Simulate the open draft in the edition that was read; a large book goes on in the background."""
    if request.method != "POST":
        return redirect("policy_simulations")
    draft = open_draft(request.partner)
    if draft is None:
        return _nothing_done(request, None, [], status=409)
    if request.POST.get("edition", str(draft.edition)) != str(draft.edition):
        return _nothing_done(request, draft, [], status=409)
    before = _just_made(request, draft)
    if before is not None:
        return redirect("policy_simulation", before.pk)
    if takes_long(request.partner):
        if announce(request.partner):
            simulate_policy.delay(draft.pk, request.user.pk)
        return redirect("policy_simulation_running")
    try:
        made = simulate_draft(draft, now=request.now, by=request.user)
    except BadPolicy as bad:
        return _nothing_done(request, draft, bad.faults, status=422)
    return redirect("policy_simulation", made.pk)


def _nothing_done(request: Here, draft: PolicyDraft | None, faults: Iterable[str], *, status: int) -> HttpResponse:
    context = {"draft": draft, "faults": list(faults)}
    return render(request, "dunning/simulation_not.html", context, status=status)


def _mine(request: Here) -> QuerySet[Simulation]:
    return Simulation.objects.visible_to(request.user).of(request.partner)


def _listed(request: Here) -> Any:
    """Newest first, with their counts but without their rows."""
    counts = {"evaluated": F("result__evaluated"), "found": F("result__found"), "suspended": F("result__suspended")}
    return _mine(request).defer("mapping", "result").annotate(**counts).order_by("-at", "-pk")


def _just_made(request: Here, draft: PolicyDraft) -> Simulation | None:
    made = _mine(request).filter(draft=draft, edition=draft.edition, at__gt=request.now - SAME_WISH)
    newest: Simulation | None = made.filter(at__lte=request.now).order_by("-at", "-pk").first()
    return newest


@require_safe
@staff(May.POLICY)
def simulations(request: Here) -> HttpResponse:
    """The simulations kept, newest first."""
    found = _listed(request).select_related("by", "draft__version")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "draft": open_draft(request.partner), "running": _under_way(request)}
    return render(request, "dunning/simulations.html", context)


def _under_way(request: Here) -> bool:
    known = progress_of(request.partner)
    return known is not None and known.simulation is None and not known.faults


@require_safe
@staff(May.POLICY)
def running(request: Here) -> HttpResponse:
    """How far the simulation in the background is; once it has ended, its result."""
    known = progress_of(request.partner)
    if known is None or known.simulation is not None or known.faults:
        return _at_its_end(request, known)
    name = "simulation_progress" if request.htmx else "simulation_running"  # type: ignore[attr-defined]
    return render(request, f"dunning/{name}.html", {"progress": known})


def _at_its_end(request: Here, known: Progress | None) -> HttpResponse:
    url = reverse("policy_simulations")
    if known is not None:
        forget(request.partner)
        if known.faults:
            messages.error(request, gettext("The draft has faults. Nothing was simulated."))
            url = reverse("policy_studio")
        elif known.simulation:
            url = reverse("policy_simulation", args=[known.simulation])
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


@require_safe
@staff(May.POLICY)
def simulation(request: Here, simulation_id: int) -> HttpResponseBase:
    """One simulation: who moves, week by week, and how it was worked out; all rows as a file."""
    one = get_object_or_404(_mine(request).select_related("by", "draft__version"), pk=simulation_id)
    if wanted(request):
        return exported(request, "simulation", COLUMNS, _all_rows(request, one), one.pk)
    result = one.result
    shown = request.GET.get("show", "")
    shown = shown if shown in LISTS else next((name for name in LISTS if result.get(name)), LISTS[0])
    page = Paginator(result.get(shown, []), PAGE).get_page(request.GET.get("page"))
    draft = open_draft(request.partner)
    context: dict[str, Any] = {
        "simulation": one,
        "result": result,
        "sentences": sentences(result),
        "figures": figures(result),
        "pictures": pictures(result),
        "weeks": weeks(result),
        "shown": shown,
        "page": page,
        "rows": [row_words(row) for row in page.object_list],
        "draft": draft,
        "same": draft is not None and (draft.pk, draft.edition) == (one.draft_id, one.edition),
        "older": _listed(request).filter(at__lt=one.at)[:5],
    }
    return render(request, "dunning/simulation.html", context)


def _all_rows(request: Here, one: Simulation) -> Iterator[dict[str, Any]]:
    """What was kept where it is all of them; else the same policy over the book as it is now, row by row."""
    kept = one.result
    if all(len(kept.get(name, [])) == kept["found"].get(name) for name in LISTS):
        for name in LISTS:
            yield from ({"moves": name, **row} for row in kept[name])
        return
    yield from all_moves(request.partner, readable(one.mapping), now=request.now)


def _next_on(row: dict[str, Any], side: str) -> str | None:
    step = row["next"][side]
    return step["on"] if step else None


MOVES: Final = {"earlier": _("earlier"), "later": _("later"), "steps": _("next step only")}
COLUMNS: Final = (
    Column(_("Moves"), lambda row: str(MOVES[row["moves"]])),
    Column(_("Customer"), lambda row: row["customer"]),
    Column(_("Invoice"), lambda row: row["invoice"]),
    Column(_("Subscription"), lambda row: row["name"]),
    Column(_("Subscription ID"), lambda row: row["subscription"]),
    Column(_("Users"), lambda row: row["seats"]),
    Column(pgettext_lazy("before", "Was"), lambda row: side_text(row["old"])),
    Column(pgettext_lazy("the day before", "Was on"), lambda row: row["old"]["on"] if row["old"] else None),
    Column(_("Would be"), lambda row: side_text(row["new"])),
    Column(_("Would be on"), lambda row: row["new"]["on"] if row["new"] else None),
    Column(_("Days earlier"), lambda row: row["days"]),
    Column(pgettext_lazy("before", "Next step was"), lambda row: side_text(row["next"]["old"])),
    Column(pgettext_lazy("the day before", "Next step was on"), lambda row: _next_on(row, "old")),
    Column(_("Next step would be"), lambda row: side_text(row["next"]["new"])),
    Column(_("Next step would be on"), lambda row: _next_on(row, "new")),
)
