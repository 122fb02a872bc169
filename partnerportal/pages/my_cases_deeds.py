"""What can a customer do in a case? Say a word, agree or not, take it back, and tell us how it was."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from customers.entering import Here, customer
from customers.roles import May
from disputes.attaching import Refused
from disputes.fields import take
from disputes.hearing import hear
from disputes.models import Dispute
from disputes.rating import rate
from disputes.refusing import BadQuestion, NotOpen
from disputes.reopening import reopen, withdraw
from disputes.resolving import confirm

from .my_cases import Typed, mine, page_of


@require_POST
@customer(May.QUESTION)
def say(request: Here, pk: int) -> HttpResponse:
    """A word in the case, with files; after the end it opens a case that follows."""
    found = get_object_or_404(mine(request), pk=pk)
    files = take(request.POST, request.FILES, found.customer, by=request.user, now=request.now)
    typed = Typed("say", text=request.POST.get("text", ""), taken=files)
    if files.faults:
        typed.error = " ".join(files.faults)
        return page_of(request, found, typed, status=422)
    try:
        entry = hear(found.pk, text=typed.text, by=request.user, now=request.now, files=files.files)
    except (BadQuestion, Refused) as bad:
        typed.error = _why(bad)
        return page_of(request, found, typed, status=422)
    return _to(_went_to(entry.dispute_id, found, request))


def _went_to(dispute_id: int, found: Dispute, request: Here) -> int:
    """The case in which the word goes on, with what has to be said about it."""
    found.refresh_from_db()
    follow = found.followed_by.order_by("-pk").first() if found.status == Dispute.Status.CLOSED else None
    if follow is None:
        messages.success(request, gettext("Your word is in the case."))
        return dispute_id
    said = {"number": found.number, "follow": follow.number}
    messages.success(request, gettext("%(number)s is closed; your word goes on in %(follow)s.") % said)
    return follow.pk


@require_POST
@customer(May.QUESTION)
def say_resolved(request: Here, pk: int) -> HttpResponse:
    """Yes, resolved: the loop is closed by the customer. Refused before they were told."""
    found = get_object_or_404(mine(request), pk=pk)
    try:
        confirm(found.pk, by=request.user, now=request.now)
    except NotOpen:
        found.refresh_from_db()
        if found.status != Dispute.Status.CLOSED:
            messages.error(request, gettext("This case waits for our answer. Nothing was changed."))
    else:
        messages.success(request, gettext("%(number)s is closed.") % {"number": found.number})
    return _to(pk)


@require_POST
@customer(May.QUESTION)
def say_not_resolved(request: Here, pk: int) -> HttpResponse:
    """No, reopen: why not, and the same case goes on."""
    found = get_object_or_404(mine(request), pk=pk)
    typed = Typed("reopen", text=request.POST.get("why", ""))
    try:
        reopen(found.pk, why=typed.text, by=request.user, now=request.now)
    except BadQuestion as bad:
        typed.error = _why(bad)
        return page_of(request, found, typed, status=422)
    except NotOpen:
        found.refresh_from_db()
        typed.error = gettext("This case moved on while you wrote: read how it stands now. Your words are kept here.")
        typed.form = "say"
        return page_of(request, found, typed, status=409)
    messages.success(request, gettext("%(number)s is open again. We look at it once more.") % {"number": found.number})
    return _to(pk)


@require_POST
@customer(May.QUESTION)
def take_back(request: Here, pk: int) -> HttpResponse:
    """Withdraw a question that isn't answered yet."""
    found = get_object_or_404(mine(request), pk=pk)
    typed = Typed("withdraw", text=request.POST.get("why", ""))
    try:
        withdraw(found.pk, why=typed.text, by=request.user, now=request.now)
    except BadQuestion as bad:
        typed.error = _why(bad)
        return page_of(request, found, typed, status=422)
    except NotOpen:
        messages.error(request, gettext("This case was answered meanwhile. Nothing was changed."))
    else:
        messages.success(request, gettext("%(number)s is withdrawn.") % {"number": found.number})
    return _to(pk)


@require_POST
@customer(May.QUESTION)
def give_stars(request: Here, pk: int) -> HttpResponse:
    """One question after the end: how was it?"""
    found = get_object_or_404(mine(request), pk=pk)
    said = request.POST.get("stars", "")
    typed = Typed(
        "rate", text=request.POST.get("word", ""), stars=int(said) if said in ("1", "2", "3", "4", "5") else 0
    )
    try:
        rate(found.pk, typed.stars, by=request.user, now=request.now, word=typed.text)
    except BadQuestion as bad:
        typed.error = _why(bad)
        return page_of(request, found, typed, status=422)
    except NotOpen:
        messages.error(request, gettext("This case is not closed, or was rated already. Nothing was changed."))
    else:
        messages.success(request, gettext("Thank you."))
    return _to(pk)


def _why(bad: BadQuestion | Refused) -> str:
    return bad.why if isinstance(bad, BadQuestion) else str(bad)


def _to(pk: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("my-case", args=[pk]))
