"""What did the bank say? Importing a statement, how far it is, what was imported, and declaring the cash complete."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from billing.bank.lines import BadStatement
from billing.models import BankReading, BankStatement
from customers import exporting, formats
from customers.entering import Here, staff
from customers.paging import leaf
from customers.roles import May
from dunning.banking import Booked, declare_complete, held_back, import_statement, unfinished

from . import exports
from .bank_forms import CompleteForm, StatementForm
from .payment_tabs import tabs

SHOWN_FAULTS: Final = 200
# So many entries are looked at before the page answers; the worker goes on with the rest.
AT_ONCE: Final = 100


def _statements(request: Here) -> QuerySet[Any]:
    rows = BankStatement.objects.visible_to(request.user).of(request.partner)
    return rows.annotate(
        credits=Count("rows", filter=Q(rows__credit=True)),
        booked=Count("rows", filter=Q(rows__payment__isnull=False)),
        wait=Count("rows", filter=Q(rows__credit=True, rows__payment=None, rows__dismissed_at=None)),
        done=Exists(BankReading.objects.filter(statement=OuterRef("pk"))),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.RECEIVE)
def bring_in(request: Here) -> HttpResponseBase:
    """The form with what was imported before; a file is kept whole or refused whole."""
    if exporting.wanted(request) and request.method != "POST":
        return exports.bank_statements(request, _statements(request))
    if request.method != "POST":
        return _page(request, StatementForm())
    form = StatementForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    file: Any = form.cleaned_data["file"]
    try:
        done = import_statement(
            request.partner, file.file, file_name=file.name or "", now=request.now, by=request.user, most=AT_ONCE
        )
    except BadStatement as bad:
        return _page(request, form, bad.faults, status=422)
    _announce(request, done)
    return redirect("bank_import" if done.left or done.known else "bank")


def _page(request: Here, form: StatementForm, faults: list[str] | None = None, status: int = 200) -> HttpResponse:
    page = leaf(request, _statements(request), "-imported_at", "-pk")
    context = {
        "form": form,
        "faults": (faults or [])[:SHOWN_FAULTS],
        "more_faults": max(len(faults or []) - SHOWN_FAULTS, 0),
        "page": page,
        "running": [{"statement": one, **_how_far(one)} for one in page.object_list if not one.done],
        "tabs": tabs(request),
    }
    return render(request, "billing/bank_import.html", context, status=status)


def _announce(request: Here, done: Booked) -> None:
    if done.known and not done.booked and not done.left:
        text = gettext("This file was imported before, as %(file)s. Nothing was changed")
        messages.info(request, text % {"file": done.statement.file_name})
        return
    said = ngettext("%(n)s payment booked", "%(n)s payments booked", done.booked) % {"n": formats.grouped(done.booked)}
    if done.left:
        more = gettext("the rest is being matched")
    else:
        more = ngettext("%(n)s credit waits", "%(n)s credits wait", done.unapplied)
        more = more % {"n": formats.grouped(done.unapplied)}
    messages.success(request, formats.joined(said, more))


@require_safe
@staff(May.RECEIVE)
def progress(request: Here, statement_id: int) -> HttpResponse:
    """How far the matching of one statement is; asked again until it has ended."""
    one = get_object_or_404(_statements(request), pk=statement_id)
    context = {"statement": one, "done": one.done, **_how_far(one)}
    return render(request, "billing/bank_progress.html", context)


def _how_far(one: Any) -> dict[str, Any]:
    left = 0 if one.done else unfinished(one).count()
    return {"looked": max(one.credits - left, 0), "total": max(one.credits, 1), "left": left}


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.RECEIVE)
def complete(request: Here) -> HttpResponse:
    """Declare that all cash up to a day is in the book, with what that lets go on."""
    today = request.now.astimezone(request.zone).date()
    form = CompleteForm(request.POST if request.method == "POST" else None, today=today, initial={"through": today})
    if request.method == "POST" and form.is_valid():
        declare_complete(request.partner, form.cleaned_data["through"], now=request.now, by=request.user)
        messages.success(request, gettext("Noted. What only the bank held back goes on"))
        return HttpResponseRedirect(reverse("bank"))
    context = {"form": form, "held": held_back(request.partner).count(), "tabs": tabs(request)}
    return render(request, "billing/bank_complete.html", context, status=422 if form.is_bound else 200)
