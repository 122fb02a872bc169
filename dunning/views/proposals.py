"""Shall this be suspended? The proposals that wait, the evidence for one, and the yes or no of a person."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from customers import exporting, formats
from customers.entering import Here, staff
from customers.models import User
from customers.paging import leaf
from customers.roles import May
from dunning.approving import LIVE, NotAllowed
from dunning.approving import approve as say_yes
from dunning.approving import refuse as say_no
from dunning.forms import PostponeForm, RefuseForm
from dunning.models import Proposal
from dunning.wording import waits

from . import exports
from .evidence import Gathering
from .lines import Line, Reader, count_seats, decided_line

SHOWN = {"waiting": [Proposal.State.PROPOSED, Proposal.State.APPROVED], "ended": ["carried_out", "refused", "aborted"]}


def mine(request: Here) -> Any:
    """The proposals of this book that this person may see."""
    return Proposal.objects.visible_to(request.user).of(request.partner)


@require_safe
@staff(May.SEE_BOOK)
def proposals(request: Here) -> HttpResponseBase:
    """The proposals that wait, or those that ended."""
    if exporting.wanted(request):
        show, rows = _asked(request)
        return exports.lines(request, "proposals", rows, _line, show)
    return proposals_page(request)


def _asked(request: Here) -> tuple[str, Any]:
    """Those that wait or those that ended, in their order."""
    show = "ended" if request.GET.get("show") == "ended" else "waiting"
    found = mine(request).filter(state__in=SHOWN[show]).annotate(given=Count("approvals"))
    order = ("-ended_at", "-pk") if show == "ended" else ("-decision__amount", "pk")
    return show, found.select_related("customer", "decision__invoice__customer").order_by(*order)


def proposals_page(
    request: Here,
    *,
    refused: str = "",
    form: PostponeForm | None = None,
    chosen: Collection[int] = (),
    status: int = 200,
) -> HttpResponse:
    """The list; with what was chosen and typed where that was refused."""
    show, related = _asked(request)
    page = leaf(request, related)
    today = request.now.astimezone(request.zone).date()
    lines = [_line(one, Reader(today, request.zone)) for one in page.object_list]
    count_seats(lines)
    context = {
        "page": page,
        "proposed": lines,
        "show": show,
        "waiting": mine(request).filter(state__in=SHOWN["waiting"]).count(),
        "choosing": show == "waiting" and request.membership.may(May.APPROVE),
        "chosen": chosen,
        "refused": refused,
        "form": form or PostponeForm(today=today),
    }
    return render(request, "dunning/proposals.html", context, status=status)


def _line(one: Any, reader: Reader) -> Line:
    line = decided_line(one.decision, reader)
    line.proposal, line.given, line.needed = one, one.given, one.approvals_needed
    return line


@require_safe
@staff(May.SEE_BOOK)
def proposal(request: Here, proposal_id: int) -> HttpResponse:
    """The evidence for one suspension, with the last click."""
    return _page(request, _proposal(request, proposal_id))


def _proposal(request: Here, pk: int) -> Proposal:
    related = mine(request).select_related(
        "partner", "customer__partner", "case__invoice", "case__version", "decision__run", "change", "ended_by"
    )
    found: Proposal = get_object_or_404(related, pk=pk)
    return found


def _page(request: Here, one: Proposal, form: RefuseForm | None = None, status: int = 200) -> HttpResponse:
    today = request.now.astimezone(request.zone).date()
    approvals = list(one.approvals.select_related("user").order_by("at"))
    ids = list(
        mine(request)
        .filter(state=Proposal.State.PROPOSED)
        .order_by("-decision__amount", "pk")
        .values_list("pk", flat=True)
    )
    place = ids.index(one.pk) if one.pk in ids else None
    context = {
        "proposal": one,
        "invoice": one.case.invoice,
        "evidence": Gathering(one, now=request.now, zone=request.zone).evidence(),
        "approvals": approvals,
        "given": len(approvals),
        "mine": any(each.user_id == request.user.pk for each in approvals),
        "live": one.state in LIVE,
        "ended_why": waits(one.ended_why) if one.state == Proposal.State.ABORTED else one.ended_why,
        "undo_until": one.change.due_at if one.change and one.state == Proposal.State.APPROVED else None,
        "refuse_form": form if form and not isinstance(form, PostponeForm) else RefuseForm(auto_id="keep_%s"),
        "postpone_form": form if isinstance(form, PostponeForm) else PostponeForm(today=today),
        "opened": "" if form is None else "postpone" if isinstance(form, PostponeForm) else "refuse",
        "place": None if place is None else place + 1,
        "all": len(ids),
        "before": ids[place - 1] if place else None,
        "next": ids[place + 1] if place is not None and place + 1 < len(ids) else None,
    }
    return render(request, "dunning/proposal.html", context, status=status)


@require_POST
@staff(May.APPROVE)
def approve(request: Here, proposal_id: int) -> HttpResponse:
    """This person's yes. A second click finds it given and changes nothing."""
    one = _proposal(request, proposal_id)
    try:
        one = say_yes(one.pk, by=request.user, now=request.now)
    except NotAllowed as no:
        _say_why_not(request, no, one)
        return redirect("proposal", one.pk)
    if one.state == Proposal.State.APPROVED and one.change:
        when = formats.spoken(one.change.due_at, request.now.astimezone(request.zone).date(), request.zone)
        messages.success(request, gettext("Approved. It happens %(when)s, after one last look") % {"when": when})
    else:
        said = gettext("Your approval is recorded, %(k)s of %(n)s. Somebody else is needed")
        messages.success(request, said % {"k": one.approvals.count(), "n": one.approvals_needed})
    return redirect("proposal", one.pk)


def _say_why_not(request: Here, no: NotAllowed, one: Proposal) -> None:
    if no.code in ("role", "not_a_member"):
        raise PermissionDenied
    if no.code == "already_approved" or _approved_by(one, request.user):
        messages.info(request, gettext("You have approved this already; nothing more was changed."))
        return
    messages.error(request, gettext("It no longer waits for approval; nothing was changed."))


def _approved_by(one: Proposal, user: User) -> bool:
    return one.approvals.filter(user=user).exists()


@require_POST
@staff(May.APPROVE)
def refuse(request: Here, proposal_id: int) -> HttpResponse:
    """No, with a reason; or not before a day. Also undoes an approval while its window lasts."""
    one = _proposal(request, proposal_id)
    today = request.now.astimezone(request.zone).date()
    later = request.POST.get("how") == "postpone"
    form = PostponeForm(request.POST, today=today) if later else RefuseForm(request.POST, auto_id="keep_%s")
    if not form.is_valid():
        return _page(request, one, form, status=422)
    until = form.cleaned_data.get("until")
    try:
        say_no(one.pk, by=request.user, reason=form.cleaned_data["reason"], until=until, now=request.now)
    except NotAllowed as no:
        if no.code in ("role", "not_a_member"):
            raise PermissionDenied from no
        messages.info(request, gettext("This proposal has ended already; nothing was changed."))
        return redirect("proposal", one.pk)
    if until:
        messages.success(
            request,
            gettext("Postponed. Nothing happens before %(day)s") % {"day": formats.spoken(until, today, request.zone)},
        )
    else:
        messages.success(request, gettext("Rejected. The invoice is held until somebody lifts the hold"))
    return HttpResponseRedirect("/worklist/?show=approve")
