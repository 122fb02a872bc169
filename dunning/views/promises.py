"""What did a customer promise by phone, and who called about a broken one? Staff record both."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from billing.models import Invoice, PromiseToPay
from customers import formats
from customers.entering import Here, staff
from customers.roles import May
from dunning import policy as book
from dunning.approving import NotAllowed
from dunning.forms import PromiseForm
from dunning.promising import BadPromise, Offer, log_promise_call, offer, promise
from dunning.supposing import suppose, with_promise

from .effects import effect_of
from .holds import mine
from .naming import BAD_PROMISE


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.CHASE)
def promise_new(request: Here, invoice_id: int) -> HttpResponse:
    """Record a promise on a customer's behalf, beside what it changes."""
    invoice = get_object_or_404(mine(request, Invoice).issued().select_related("customer__partner"), pk=invoice_id)
    back = f"{reverse('invoice', args=[invoice.pk])}#agreed"
    try:
        bounds = offer(invoice, now=request.now)
    except BadPromise as bad:
        messages.info(request, str(BAD_PROMISE[bad.code]))
        return HttpResponseRedirect(back)
    if request.method != "POST":
        return _page(request, invoice, bounds, PromiseForm(initial=start(bounds), bounds=bounds))
    form = PromiseForm(request.POST, bounds=bounds)
    if not form.is_valid() or "look" in request.POST:
        return _page(request, invoice, bounds, form, status=200 if "look" in request.POST else 422)
    try:
        row = promise(invoice, **form.cleaned_data, by=request.user, now=request.now)
    except BadPromise as bad:
        form.add_error(bad.code if bad.code in form.fields else None, str(BAD_PROMISE[bad.code]))
        return _page(request, invoice, bounds, form, status=422)
    said = {"amount": formats.amount(row.amount, row.currency), "by": _say(request, row)}
    messages.success(request, gettext("%(amount)s promised by %(by)s") % said)
    return HttpResponseRedirect(back)


def _say(request: Here, row: PromiseToPay) -> str:
    return formats.spoken(row.by_on, request.now.astimezone(request.zone).date(), request.zone)


def start(bounds: Offer) -> dict[str, Any]:
    """The form before anything was typed: all that is to pay, by the last day the policy allows."""
    return {"amount": formats.bare(bounds.most, bounds.loaded.invoice.currency), "by_on": bounds.latest}


def _page(request: Here, invoice: Invoice, bounds: Offer, form: PromiseForm, status: int = 200) -> HttpResponse:
    data: dict[str, Any] = form.cleaned_data if form.is_bound else {"amount": bounds.most, "by_on": bounds.latest}
    wanted = data.get("amount"), data.get("by_on")
    found = []
    if all(wanted):
        word = book.Promise(amount=data["amount"], by=data["by_on"], made_at=request.now)
        found = [suppose(bounds.loaded, with_promise(word), now=request.now)]
    context = {
        "title": gettext("Record a promise for %(invoice)s") % {"invoice": invoice.number},
        "lead": ""
        if bounds.counts
        else gettext("This invoice was promised as often as the policy allows: a further promise pauses nothing."),
        "customer": invoice.customer,
        "form": form,
        "effect": effect_of(request, found, asked=bool(found)),
        "do": gettext("Record the promise"),
        "keep": gettext("Record nothing"),
        "keep_url": f"{reverse('invoice', args=[invoice.pk])}#agreed",
        "looks": True,
    }
    return render(request, "dunning/hold_form.html", context, status=status)


@require_POST
@staff(May.CHASE)
def promise_call(request: Here, promise_id: int) -> HttpResponse:
    """Log a call about a broken promise; its deed is then done."""
    rows = mine(request, PromiseToPay).select_related("partner", "invoice")
    row = get_object_or_404(rows, pk=promise_id)
    note = request.POST.get("note", "").replace("\x00", "").strip()
    if not note:
        messages.error(request, gettext("Say what came of the call. Nothing was logged."))
        return HttpResponseRedirect(f"{reverse('worklist')}?row=promise-{row.pk}")
    try:
        log_promise_call(row, by=request.user, note=note, now=request.now)
    except NotAllowed as no:
        raise PermissionDenied from no
    messages.success(request, gettext("Call about %(invoice)s logged") % {"invoice": row.invoice.number})
    following = request.POST.get("next", "")
    query = f"?row={following}" if following.replace("-", "").isalnum() else ""
    return HttpResponseRedirect(reverse("worklist") + query)
