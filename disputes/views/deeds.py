"""What do staff do to one case: claim it, hand it over, plan, write, decide?"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from customers import formats
from customers.entering import Here, staff
from customers.roles import May
from disputes import replying, working
from disputes.attaching import Refused
from disputes.forms import HandOverForm, WriteForm
from disputes.models import Dispute
from disputes.refusing import BadQuestion, NotOpen
from disputes.resolving import answer as give_answer

from .case import answer_form, answerers, case_here, page, plan_form, stands_decided, whom
from .comparing import compared


@require_POST
@staff(May.ANSWER)
def answer(request: Here, dispute_id: int) -> HttpResponse:
    """Decide a case; the customer is told, and what is upheld is credited in the same moment."""
    case = case_here(request, dispute_id)
    lines = compared(case, costs=False)
    form = answer_form(case, lines, request.POST)
    if case.decided_at is not None:
        return _too_late(request, case, decide=_kept(form))
    if not form.is_valid():
        return page(request, case, 422, decide=form)
    said = form.cleaned_data
    try:
        give_answer(
            case.pk,
            outcome=said.get("outcome", ""),
            text=said["answer"],
            refused=form.refused(),
            words=form.words(),
            by=request.user,
            now=request.now,
        )
    except NotOpen:
        return _too_late(request, case, decide=_kept(form))
    except BadQuestion as bad:
        return _refused(request, case, "decide", form, bad)
    messages.success(request, gettext("%(case)s is answered; the customer is told") % {"case": case.number})
    return redirect("dispute", case.pk)


def _kept(form: forms.Form) -> forms.Form:
    """A form that came too late, as it was typed."""
    form.is_valid()
    return form


def _too_late(request: Here, case: Dispute, **forms: Any) -> HttpResponse:
    """Somebody was faster: what they did, and what was typed, on the fresh page."""
    faster = stands_decided(case, request)
    return page(request, case_here(request, case.pk), 409, faster=faster, **forms)


def _refused(request: Here, case: Dispute, name: str, form: Any, bad: BadQuestion | Refused) -> HttpResponse:
    field = bad.field if isinstance(bad, BadQuestion) and bad.field in form.fields else None
    form.add_error(field, bad.why if isinstance(bad, BadQuestion) else str(bad))
    return page(request, case_here(request, case.pk), 422, **{name: form})


@require_POST
@staff(May.ANSWER)
def write(request: Here, dispute_id: int) -> HttpResponse:
    """Write to the customer, or leave a note that only we read."""
    case = case_here(request, dispute_id)
    form = WriteForm(request.POST, request.FILES, customer=case.customer, by=request.user, now=request.now)
    if not form.is_valid():
        return page(request, case, 422, write=form)
    said, as_note = form.cleaned_data, request.POST.get("as") == "note"
    common = {"text": said["text"], "files": said["files"], "by": request.user, "now": request.now}
    try:
        if as_note:
            replying.note(case.pk, **common)
        else:
            replying.write(case.pk, wait=said["wait"], **common)
    except NotOpen:
        return _too_late(request, case, write=form)
    except (BadQuestion, Refused) as bad:
        return _refused(request, case, "write", form, bad)
    done = gettext("Noted, only for us") if as_note else gettext("Sent to %(whom)s") % {"whom": whom(case)}
    messages.success(request, done)
    return HttpResponseRedirect(f"{reverse('dispute', args=[case.pk])}#write")


@require_POST
@staff(May.ANSWER)
def claim(request: Here, dispute_id: int) -> HttpResponse:
    """Make a case one's own."""
    case = case_here(request, dispute_id)
    try:
        working.claim(case.pk, by=request.user, now=request.now)
    except NotOpen:
        return _too_late(request, case)
    messages.success(request, gettext("%(case)s is yours") % {"case": case.number})
    return redirect("disputes") if request.POST.get("back") == "board" else redirect("dispute", case.pk)


@require_POST
@staff(May.ANSWER)
def hand_over(request: Here, dispute_id: int) -> HttpResponse:
    """Give a case to somebody else who may answer it."""
    case = case_here(request, dispute_id)
    form = HandOverForm(request.POST, people=answerers(request))
    if not form.is_valid():
        return page(request, case, 422, hand_over=form)
    to = form.cleaned_data["to"]
    try:
        working.hand_over(case.pk, to, by=request.user, now=request.now)
    except NotOpen:
        return _too_late(request, case)
    except BadQuestion as bad:
        return _refused(request, case, "hand_over", form, bad)
    messages.success(request, gettext("%(case)s is with %(person)s now") % {"case": case.number, "person": to})
    return redirect("dispute", case.pk)


@require_POST
@staff(May.ANSWER)
def plan(request: Here, dispute_id: int) -> HttpResponse:
    """Say what is done next, and by when."""
    case = case_here(request, dispute_id)
    form = plan_form(request, case, request.POST)
    if not form.is_valid():
        return page(request, case, 422, plan=form)
    at, action = form.cleaned_data["next_at"], form.cleaned_data["next_action"]
    # What stands there in words is kept as the code it came from.
    action = case.next_action if action == case.next_words else action
    try:
        working.plan(case.pk, next_action=action, next_at=at, by=request.user, now=request.now)
    except NotOpen:
        return _too_late(request, case, plan=form)
    except BadQuestion as bad:
        return _refused(request, case, "plan", form, bad)
    today = request.now.astimezone(request.zone).date()
    said = {"action": form.cleaned_data["next_action"], "when": formats.spoken(at, today, request.zone)}
    messages.success(request, gettext("Next: %(action)s, by %(when)s") % said)
    return redirect("dispute", case.pk)
