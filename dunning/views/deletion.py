"""21Vianet is about to delete what is suspended: who decides what, and when is it too late?"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from billing.models import Invoice
from customers import formats
from customers.entering import Here, staff
from customers.roles import May
from dunning.approving import NotAllowed
from dunning.deciding import bring_back, confirm, let_go, letting_go, suspended_for
from dunning.forms import BringBackForm, RefuseForm
from dunning.models import DeletionDecision
from subscriptions.models import Suspension


def _invoice(request: Here, pk: int) -> Invoice:
    mine = Invoice.objects.visible_to(request.user).of(request.partner)
    found: Invoice = get_object_or_404(mine.select_related("customer", "partner"), pk=pk)
    return found


@require_safe
@staff(May.SEE_BOOK)
def deletion(request: Here, invoice_id: int) -> HttpResponse:
    """What would be deleted, when, and the two ways to decide."""
    return _page(request, _invoice(request, invoice_id))


def _page(request: Here, invoice: Invoice, form: Any = None, status: int = 200) -> HttpResponse:
    rows = suspended_for(invoice)
    today = request.now.astimezone(invoice.customer.tz).date()
    bringing = isinstance(form, BringBackForm)
    context = {
        "invoice": invoice,
        "rows": rows,
        "users": sum(row.subscription.quantity for row in rows),
        "deletes_at": _deletes_at(rows),
        "letting_go": letting_go(invoice, rows),
        "decided": list(invoice.deletion_decisions.select_related("decided_by", "confirmed_by").order_by("-pk")),
        "back_form": form if bringing else BringBackForm(today=today),
        "go_form": form if form is not None and not bringing else RefuseForm(),
    }
    return render(request, "dunning/deletion.html", context, status=status)


def _deletes_at(rows: list[Suspension]) -> datetime | None:
    """When the first of them is deleted; nothing runs before 21Vianet has confirmed."""
    ends = [
        row.confirmed_at + timedelta(days=row.debt.decision.version.deletion_days) for row in rows if row.confirmed_at
    ]
    return min(ends, default=None)


@require_POST
@staff(May.APPROVE)
def deletion_bring_back(request: Here, invoice_id: int) -> HttpResponse:
    """Back until a day, with a reason."""
    invoice = _invoice(request, invoice_id)
    form = BringBackForm(request.POST, today=request.now.astimezone(invoice.customer.tz).date())
    if not form.is_valid():
        return _page(request, invoice, form, status=422)
    try:
        decision = bring_back(invoice, **form.cleaned_data, by=request.user, now=request.now)
    except NotAllowed as no:
        return _say_no(request, no, invoice)
    today = request.now.astimezone(request.zone).date()
    said = gettext("Access is being restored until %(day)s. The customer is told as soon as it is back")
    messages.success(request, said % {"day": formats.spoken(decision.until_on or today, today, request.zone)})
    return redirect("deletion", invoice.pk)


@require_POST
@staff(May.APPROVE)
def deletion_let_go(request: Here, invoice_id: int) -> HttpResponse:
    """The data may go, with a reason; a second person confirms it."""
    invoice = _invoice(request, invoice_id)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return _page(request, invoice, form, status=422)
    try:
        decision = let_go(invoice, **form.cleaned_data, by=request.user, now=request.now)
    except NotAllowed as no:
        return _say_no(request, no, invoice)
    if decision.decided_by_id == request.user.pk:
        messages.success(request, gettext("Recorded. Somebody else has to confirm that the data may go"))
    else:
        messages.info(request, gettext("Somebody has decided this before you; confirm it below."))
    return redirect("deletion", invoice.pk)


@require_POST
@staff(May.APPROVE)
def deletion_confirm(request: Here, deletion_id: int) -> HttpResponse:
    """A second person's word that the data may go."""
    mine = DeletionDecision.objects.visible_to(request.user).of(request.partner)
    decision = get_object_or_404(mine.select_related("invoice"), pk=deletion_id)
    try:
        confirm(decision.pk, by=request.user, now=request.now)
    except NotAllowed as no:
        return _say_no(request, no, decision.invoice)
    messages.success(request, gettext("Confirmed. The data goes on its day unless the debt is settled before"))
    return redirect("deletion", decision.invoice_id)


def _say_no(request: Here, no: NotAllowed, invoice: Invoice) -> HttpResponse:
    if no.code in ("role", "not_a_member"):
        raise PermissionDenied from no
    said = {
        "nothing_suspended": gettext("Nothing is suspended for this invoice any more; nothing was changed."),
        "same_person": gettext("You decided this; somebody else has to confirm it. Nothing was changed."),
        "confirmed": gettext("This has been confirmed already; nothing was changed."),
        "overtaken": gettext("Something else has been decided or suspended since; nothing was changed."),
    }
    messages.info(request, said[no.code])
    return redirect("deletion", invoice.pk)
