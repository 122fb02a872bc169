"""How does a bill get in here? Uploaded, looked at and booked, or fetched from the provider; each can be left and found
again as far as it is."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from customers import formats
from customers.entering import Here, staff
from customers.roles import May
from payables import taking_in, tasks, uploads
from payables.charge_sections import in_order
from payables.fetching import begin, known
from payables.forms import ImportForm
from payables.models import Intake
from subscriptions.gateway.protocol import ProviderError
from subscriptions.provisioning import provider_for

from .pages import bill_list

# A page waits for a file of so many bytes to be read, and of so many lines to be booked; the worker takes larger ones.
READ_AT_ONCE: Final = 2_000_000
BOOK_AT_ONCE: Final = 5_000
SHOWN_FAULTS: Final = 100
State = Intake.State


def _mine(request: Here) -> QuerySet[Intake]:
    rows: QuerySet[Intake] = Intake.objects.visible_to(request.user).of(request.partner)
    return rows.select_related("bill", "partner", "asked_by")


@require_POST
@staff(May.ISSUE)
def bring_in(request: Here) -> HttpResponse:
    """Take a file and read it; nothing is booked before somebody has seen what it says."""
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return bill_list(request, form, status=422)
    file: Any = form.cleaned_data["file"]
    told = {"bill_number": form.cleaned_data["bill_number"], "billed_on": form.cleaned_data["billed_on"]}
    try:
        one = taking_in.upload(request.partner, file, name=file.name or "", by=request.user, now=request.now, **told)
    except uploads.TooLarge:
        return bill_list(request, form, [gettext("A file may hold at most 300 MB")], status=422)
    if one.size > READ_AT_ONCE:
        tasks.ring()
        return redirect("provider_intake", one.pk)
    one = taking_in.carry_on(one, None, now=request.now)
    if one.state == State.REFUSED:
        return bill_list(request, form, one.faults, status=422)
    return redirect("provider_intake", one.pk)


@require_safe
@staff(May.SEE_BILLS)
def intake(request: Here, intake_id: int) -> HttpResponse:
    """One bill on its way in: how far it is, or what it says."""
    one = get_object_or_404(_mine(request), pk=intake_id)
    return render(request, "payables/intake.html", _context(one))


@require_safe
@staff(May.SEE_BILLS)
def intake_progress(request: Here, intake_id: int) -> HttpResponse:
    """How far it is; asked again until it has ended."""
    one = get_object_or_404(_mine(request), pk=intake_id)
    return render(request, "payables/intake_progress.html", {"one": one})


def _context(one: Intake) -> dict[str, Any]:
    found = one.found if one.source == Intake.Source.FILE else {}
    return {
        "one": one,
        "found": found,
        "sections": in_order(found.get("sections", {})),
        "unmapped": sum(found.get("unmapped", {}).values()),
        "faults": one.faults[:SHOWN_FAULTS],
        "more_faults": max(len(one.faults) - SHOWN_FAULTS, 0),
    }


@require_POST
@staff(May.ISSUE)
def apply(request: Here, intake_id: int) -> HttpResponse:
    """Book what was looked at: all of it or nothing, and once."""
    one = get_object_or_404(_mine(request), pk=intake_id)
    taking_in.apply(one)
    one.refresh_from_db()
    if one.state == State.BOOKING and one.total > BOOK_AT_ONCE:
        tasks.ring()
        return redirect("provider_intake", one.pk)
    one = taking_in.carry_on(one, None, now=request.now)
    if one.state == State.DONE and one.bill_id:
        _announce(request, one)
        return redirect("provider_bill", one.bill_id)
    return redirect("provider_intake", one.pk)


def _announce(request: Here, one: Intake) -> None:
    found = one.found
    if one.already:
        text = gettext("This file was imported before, as %(bill)s. Nothing was changed")
        messages.info(request, text % {"bill": one.bill})
        return
    lines = ngettext("%(n)s line", "%(n)s lines", found["lines"]) % {"n": formats.grouped(found["lines"])}
    who = ngettext("%(n)s customer", "%(n)s customers", found["customers"])
    total = formats.amount(found["total"], found["currency"])
    said = {"lines": lines, "customers": who % {"n": formats.grouped(found["customers"])}, "total": total}
    messages.success(request, gettext("%(lines)s of %(customers)s imported, %(total)s") % said)
    if number := sum(found["unmapped"].values()):
        text = ngettext(
            "%(n)s line has a charge type we don’t know and waits unbilled",
            "%(n)s lines have a charge type we don’t know and wait unbilled",
            number,
        )
        messages.warning(request, text % {"n": formats.grouped(number)})


@require_POST
@staff(May.ISSUE)
def drop(request: Here, intake_id: int) -> HttpResponse:
    """Let a file go that was only looked at."""
    one = get_object_or_404(_mine(request), pk=intake_id)
    taking_in.drop(one, now=request.now)
    messages.info(request, gettext("%(file)s was not imported") % {"file": one.name})
    return redirect("provider_bills")


@require_POST
@staff(May.ISSUE)
def fetch(request: Here) -> HttpResponse:
    """Ask the provider which bills it has; the worker fetches those that aren't here."""
    try:
        missing = known(request.partner, provider_for(request.partner)).missing
    except ProviderError as error:
        messages.error(request, gettext("21Vianet did not answer: %(why)s") % {"why": error.description or error})
        return redirect("provider_bills")
    begun = [begin(request.partner, one.number, by=request.user, now=request.now) for one in missing]
    if begun:
        tasks.ring()
        text = ngettext("%(n)s bill is being fetched", "%(n)s bills are being fetched", len(begun))
        messages.success(request, text % {"n": formats.grouped(len(begun))})
    else:
        messages.info(request, gettext("Every bill of 21Vianet is here"))
    return redirect("provider_bills")
