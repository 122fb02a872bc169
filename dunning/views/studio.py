"""How is the next policy written: the draft as sentences, its faults, its differences, and who publishes it when?"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from customers import formats
from customers.entering import Here, staff
from customers.roles import May
from dunning import policy as book
from dunning.announcing import effect
from dunning.drafting import Refused, Stale, begin, drop, offer, policy_in, publish
from dunning.models import PolicyDraft, PolicyVersion, Simulation
from dunning.phrasing import changes, days_text
from dunning.publishing import policy_of

from .studio_forms import GROUPS, FileForm, OfferForm
from .studio_preview import preview
from .studio_words import REFUSED, figures, rows


def draft_here(request: Here) -> PolicyDraft | None:
    """The open draft of this partner, if this person may see it."""
    drafts = PolicyDraft.objects.visible_to(request.user).of(request.partner).filter(version=None, dropped_at=None)
    return drafts.select_related("saved_by", "offered_by", "begun_by", "partner").first()


def edition_read(request: Here) -> int:
    """The edition the person had before them; 0, which none has, where the form names none."""
    text = request.POST.get("edition", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def refusal(request: Here, no: Refused) -> str:
    """Why a deed was refused, with who came first where that is why."""
    if isinstance(no, Stale):
        who = str(no.draft.saved_by or gettext("a command"))
        today = request.now.astimezone(request.zone).date()
        named = {"who": who, "when": formats.spoken(no.draft.saved_at, today, request.zone)}
        return gettext("%(who)s saved another edition at %(when)s. It was left as it is") % named
    return str(REFUSED.get(no.code, str(no)))


def to_studio(anchor: str = "") -> HttpResponseRedirect:
    """Back to the draft, at one of its parts."""
    return HttpResponseRedirect(reverse("policy_studio") + (f"#{anchor}" if anchor else ""))


def on_draft(request: Here, deed: Callable[[PolicyDraft], str], anchor: str = "") -> HttpResponse:
    """Do something with the open draft and say so; a refusal is said instead."""
    draft = draft_here(request)
    if draft is None:
        messages.info(request, gettext("There is no draft any more. Begin one"))
        return to_studio()
    try:
        said = deed(draft)
    except Refused as no:
        messages.error(request, refusal(request, no))
        return to_studio(anchor)
    if said:
        messages.success(request, said)
    return to_studio(anchor)


def board(
    request: Here,
    draft: PolicyDraft,
    *,
    form: forms.Form | None = None,
    opened: str = "",
    stale: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole studio. `form` stands open in the place `opened` names: a stage's number, `new`, the name of a
    group of figures, `offer` or `file`. `stale` says who saved another edition while the form was filled in."""
    policy = policy_in(draft)
    found = book.faults(policy)
    newest = PolicyVersion.objects.of(request.partner).order_by("-number").first()
    before = policy_of(newest.pk) if newest else None
    today, meant = request.now.astimezone(request.partner.tz).date(), effect(request.partner, policy)
    context: dict[str, Any] = {
        "draft": draft,
        "number": policy.version,
        "newest": newest,
        "rows": rows(policy, before, found),
        "groups": [
            {"name": name, "figures": figures(names, policy, before, found), "title": _titles()[name]}
            for name, names in GROUPS.items()
        ],
        "faults": len(found),
        "loose": [fault for fault in found if fault.path == "stages"],
        "changes": [one.text for one in changes(policy, before)] if before else [],
        "effect": meant,
        "waits": days_text(meant.waits),
        "form": form,
        "opened": opened,
        "stale": stale,
        "offer_form": form if opened == "offer" else OfferForm(today=today, initial={"effective_on": today}),
        "file_form": form if opened == "file" else FileForm(),
        "preview": preview(request, policy),
        **simulation(draft),
    }
    return render(request, "dunning/studio.html", context, status=status)


def _titles() -> dict[str, str]:
    return {
        "money": gettext("Amounts"),
        "promises": gettext("Promises"),
        "pauses": gettext("Pauses and payments on their way"),
        "ends": gettext("Undoing, deletion, notice"),
    }


def simulation(draft: PolicyDraft) -> dict[str, Any]:
    """The newest simulation of this edition and the box that shows it, where simulating exists."""
    try:
        url = reverse("policy_simulate")
        get_template("dunning/simulation_box.html")
    except (NoReverseMatch, TemplateDoesNotExist):
        return {"simulate_url": "", "simulation": None}
    made: Any = Simulation.objects.filter(draft=draft, edition=draft.edition)
    return {"simulate_url": url, "simulation": made.select_related("by").order_by("-at").first()}


@require_safe
@staff(May.POLICY)
def studio(request: Here) -> HttpResponse:
    """The open draft, or the way to begin one."""
    draft = draft_here(request)
    return board(request, draft) if draft else nothing_yet(request, FileForm())


def nothing_yet(request: Here, form: FileForm, *, status: int = 200) -> HttpResponse:
    """No draft is open: the two ways to begin one."""
    last = PolicyVersion.objects.visible_to(request.user).of(request.partner).order_by("-number").first()
    context = {"newest": last, "file_form": form}
    return render(request, "dunning/studio_empty.html", context, status=status)


@require_POST
@staff(May.POLICY)
def studio_begin(request: Here) -> HttpResponse:
    """Begin a draft with what was published last; an open one is opened."""
    begin(request.partner, now=request.now, by=request.user)
    return to_studio()


@require_POST
@staff(May.POLICY)
def studio_drop(request: Here) -> HttpResponse:
    """Give the draft up."""

    def deed(draft: PolicyDraft) -> str:
        drop(draft.pk, edition=edition_read(request), now=request.now)
        return gettext("The draft is dropped. What is published stays")

    return on_draft(request, deed)


@require_POST
@staff(May.POLICY)
def studio_offer(request: Here) -> HttpResponse:
    """Hand this edition in; another person publishes it."""
    today = request.now.astimezone(request.partner.tz).date()
    form = OfferForm(request.POST, today=today)
    draft = draft_here(request)
    if draft is not None and not form.is_valid():
        return board(request, draft, form=form, opened="offer", status=422)

    def deed(draft: PolicyDraft) -> str:
        day = form.cleaned_data["effective_on"]
        offer(draft.pk, edition=edition_read(request), effective_on=day, now=request.now, by=request.user)
        return gettext("Offered. Another person publishes it")

    return on_draft(request, deed, "publication")


@require_POST
@staff(May.POLICY)
def studio_publish(request: Here) -> HttpResponse:
    """Publish what somebody else offered, and tell the customers."""
    draft = draft_here(request)
    if draft is None:
        return on_draft(request, lambda _draft: "")
    try:
        done = publish(draft.pk, edition=edition_read(request), now=request.now, by=request.user)
    except Refused as no:
        messages.error(request, refusal(request, no))
        return to_studio("publication")
    text = ngettext(
        "Version %(number)s is published; %(told)s customer is told by mail",
        "Version %(number)s is published; %(told)s customers are told by mail",
        done.told,
    )
    messages.success(request, text % {"number": done.version.number, "told": formats.grouped(done.told)})
    return HttpResponseRedirect(f"{reverse('policy')}?version={done.version.number}")
