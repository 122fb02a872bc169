"""What do staff do to an escalation: make its pack, file it, ask again, enter the answer, let it go, call it off?"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from customers.entering import Here, staff
from customers.roles import May
from disputes import escalating
from disputes.escalated import cases_of, state_of, still_open
from disputes.gating import NotReady
from disputes.models import Escalation
from disputes.refusing import NotOpen

from .escalation_forms import AnsweredForm, FileForm, WithdrawForm, show_faults
from .escalations import choosing, here, make_pack_of, page
from .filters import mine


@require_POST
@staff(May.ANSWER)
def escalation_make(request: Here, escalation_id: int) -> HttpResponse:
    """Make the pack with these files and notes."""
    one = here(request, escalation_id)
    form = choosing(request, one)
    if not form.is_valid():
        return page(request, one, 422, choosing=form)
    make_pack_of(request, one, form.chosen())
    return redirect("escalation", one.pk)


@require_POST
@staff(May.ANSWER)
def escalation_file(request: Here, escalation_id: int) -> HttpResponse:
    """It was filed, under this reference."""
    one, form = here(request, escalation_id), FileForm(request.POST)

    def deed() -> Escalation:
        said = {"reference": "", "request_id": "", **form.cleaned_data}
        return escalating.file(one.pk, **said, by=request.user, now=request.now)

    return _done(request, one, "filing", form, deed, gettext("Filed under %(reference)s; the customer is told"))


@require_POST
@staff(May.ANSWER)
def escalation_remind(request: Here, escalation_id: int) -> HttpResponse:
    """21Vianet was asked again."""
    one = here(request, escalation_id)
    seen = _instant(request.POST.get("seen", ""))

    def deed() -> Escalation:
        return escalating.remind(one.pk, by=request.user, now=request.now, seen=seen)

    return _done(request, one, "", None, deed, gettext("21Vianet is asked again; the customer is told"))


@require_POST
@staff(May.ANSWER)
def escalation_wait(request: Here, escalation_id: int) -> HttpResponse:
    """What came was read, and is no answer yet."""
    one = here(request, escalation_id)

    def deed() -> Escalation:
        return escalating.wait_on(one.pk, by=request.user, now=request.now)

    return _done(request, one, "", None, deed, gettext("Read. We go on waiting for 21Vianet"))


@require_POST
@staff(May.ANSWER)
def escalation_answer(request: Here, escalation_id: int) -> HttpResponse:
    """21Vianet has answered, and this is what it comes to."""
    one = here(request, escalation_id)
    cases = list(mine(request).filter(cases_of(one)))
    form = AnsweredForm(request.POST, customers=len({case.customer_id for case in cases}))
    told = gettext("The answer is entered; the customer is told")
    said = told if still_open(cases) else gettext("The answer is entered")

    def deed() -> Escalation:
        return escalating.answered(one.pk, **form.cleaned_data, by=request.user, now=request.now)

    return _done(request, one, "answering", form, deed, said)


@require_POST
@staff(May.ANSWER)
def escalation_withdraw(request: Here, escalation_id: int) -> HttpResponse:
    """It is not pursued."""
    one, form = here(request, escalation_id), WithdrawForm(request.POST)

    def deed() -> Escalation:
        return escalating.withdraw(one.pk, **form.cleaned_data, by=request.user, now=request.now)

    return _done(request, one, "letting_go", form, deed, gettext("It is no longer pursued; the customer is told"))


@require_POST
@staff(May.ANSWER)
def escalation_call_off(request: Here, escalation_id: int) -> HttpResponse:
    """21Vianet was told that it is over."""
    one = here(request, escalation_id)

    def deed() -> Escalation:
        return escalating.call_off(one.pk, by=request.user, now=request.now)

    return _done(request, one, "", None, deed, gettext("21Vianet knows that %(reference)s is over"))


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _done(
    request: Here, one: Escalation, name: str, form: forms.Form | None, deed: Callable[[], Escalation], said: str
) -> HttpResponse:
    """The page after a deed; a form that was refused, or came too late, keeps its input."""
    refused: dict[str, Any] = {name: form} if form is not None else {}
    if form is not None and not form.is_valid():
        return page(request, one, 422, **refused)
    try:
        made = deed()
    except NotReady as missing:
        assert form is not None
        show_faults(form, missing)
        return page(request, one, 422, **refused)
    except NotOpen:
        return page(request, here(request, one.pk), 409, fault=_meanwhile(here(request, one.pk)), **refused)
    messages.success(request, said % {"reference": made.reference})
    return redirect("escalation", one.pk)


def _meanwhile(one: Escalation) -> str:
    """Why it was too late, by how the escalation stands now."""
    return {
        "prepared": gettext("It is not filed yet. Nothing was changed."),
        "waiting": gettext("Somebody filed it meanwhile, under %(reference)s. Nothing was changed."),
        "answered": gettext("Somebody entered the answer meanwhile. Nothing was changed."),
        "withdrawn": gettext("Somebody let it go meanwhile. Nothing was changed."),
    }[state_of(one)] % {"reference": one.reference}
