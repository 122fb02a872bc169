"""What of several proposals at once? Chosen on a list, named by their effect, then a yes or a no to each."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from customers import formats
from customers.entering import Here, staff
from customers.roles import May
from dunning.approving import NotAllowed
from dunning.approving import approve as say_yes
from dunning.approving import refuse as say_no
from dunning.breaking import Reach, reach
from dunning.forms import PostponeForm, RefuseForm
from dunning.models import Proposal
from subscriptions.models import Subscription

from .proposals import mine, proposals_page

MOST = 200


@dataclass(frozen=True)
class Effect:
    """What this person's yes to the chosen proposals brings about."""

    subscriptions: int
    users: int
    customers: int
    # Those that a further person has to agree to, and those that no longer wait for this person.
    further: int
    gone: int
    reach: Reach


@require_POST
@staff(May.APPROVE)
def decide(request: Here) -> HttpResponse:
    """Approve, postpone or reject the chosen proposals. A yes names its effect first."""
    ids = _ids(request)
    if not ids:
        return proposals_page(request, refused=gettext("Nothing is chosen. Tick one proposal or several."), status=422)
    chosen = list(
        mine(request).filter(pk__in=ids).select_related("decision").prefetch_related("approvals").order_by("pk")
    )
    if len(chosen) != len(ids):
        raise Http404
    how = request.POST.get("how")
    if how in ("postpone", "refuse"):
        return _no(request, chosen, later=how == "postpone")
    if request.POST.get("sure") != "1":
        context = {"chosen": chosen, "effect": _effect(request, chosen)}
        context["fields"] = {"ids": ",".join(str(one.pk) for one in chosen), "how": "approve", "sure": "1"}
        return render(request, "dunning/proposals_sure.html", context)
    return _yes(request, chosen)


def _ids(request: Here) -> set[int]:
    """The chosen ones: ticked boxes, or the list that was shown to be sure of."""
    words = [*request.POST.getlist("id"), *request.POST.get("ids", "").split(",")][:MOST]
    return {int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19}


def _effect(request: Here, chosen: list[Proposal]) -> Effect:
    given = {one.pk: {yes.user_id for yes in one.approvals.all()} for one in chosen}
    waiting = [one for one in chosen if one.state == Proposal.State.PROPOSED and request.user.pk not in given[one.pk]]
    last = [one for one in waiting if len(given[one.pk]) + 1 >= one.approvals_needed]
    covers = {pk for one in last for pk in one.covers}
    seats = Subscription.objects.filter(pk__in=covers).values_list("quantity", flat=True)
    customers = {one.customer_id for one in last}
    return Effect(
        subscriptions=len(covers),
        users=sum(seats),
        customers=len(customers),
        further=len(waiting) - len(last),
        gone=len(chosen) - len(waiting),
        reach=reach(request.partner, now=request.now, proposed=customers),
    )


def _yes(request: Here, chosen: list[Proposal]) -> HttpResponse:
    approved, further, gone = 0, 0, 0
    for one in chosen:
        try:
            after = say_yes(one.pk, by=request.user, now=request.now)
        except NotAllowed:
            gone += 1
            continue
        approved += after.state == Proposal.State.APPROVED
        further += after.state == Proposal.State.PROPOSED
    said = [
        ngettext("%(n)s suspension approved", "%(n)s suspensions approved", approved),
        ngettext("%(n)s waits for another person", "%(n)s wait for another person", further),
        ngettext("%(n)s no longer waited for you", "%(n)s no longer waited for you", gone),
    ]
    counted = [text % {"n": formats.grouped(n)} for text, n in zip(said, (approved, further, gone), strict=True) if n]
    (messages.success if approved or further else messages.info)(request, ", ".join(counted))
    return HttpResponseRedirect(reverse("proposals"))


def _no(request: Here, chosen: list[Proposal], *, later: bool) -> HttpResponse:
    today = request.now.astimezone(request.zone).date()
    form: Any = PostponeForm(request.POST, today=today) if later else RefuseForm(request.POST)
    if not form.is_valid():
        ticked = {one.pk for one in chosen}
        again = form if later else PostponeForm(request.POST, today=today, day_needed=False)
        return proposals_page(request, form=again, chosen=ticked, status=422)
    until: date | None = form.cleaned_data.get("until")
    done = 0
    for one in chosen:
        try:
            say_no(one.pk, by=request.user, reason=form.cleaned_data["reason"], until=until, now=request.now)
        except NotAllowed:
            continue
        done += 1
    if until:
        text = ngettext(
            "%(n)s suspension postponed. Nothing happens before %(day)s",
            "%(n)s suspensions postponed. Nothing happens before %(day)s",
            done,
        )
        day = formats.spoken(until, today, request.zone)
        messages.success(request, text % {"n": formats.grouped(done), "day": day})
    else:
        text = ngettext(
            "%(n)s suspension rejected. The invoice is held until somebody lifts the hold",
            "%(n)s suspensions rejected. The invoices are held until somebody lifts the holds",
            done,
        )
        messages.success(request, text % {"n": formats.grouped(done)})
    return HttpResponseRedirect(reverse("proposals"))
