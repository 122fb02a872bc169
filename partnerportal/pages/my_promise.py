"""How does a customer promise a date? An amount, a day within what the policy allows, and what that changes."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from billing.models import Invoice
from customers.entering import Here, customer
from customers.roles import May
from dunning import policy as book
from dunning.forms import PromiseForm
from dunning.promising import BadPromise, Offer, offer, promise
from dunning.supposing import suppose, with_promise
from dunning.views.naming import BAD_PROMISE
from dunning.views.promises import start

from .my_effect import quiet_words, rows_of
from .my_invoices import invoice_here
from .my_outlook import outlook_of
from .my_saying import money, together, voice_of


@require_http_methods(["GET", "HEAD", "POST"])
@customer(May.PROMISE)
def give(request: Here, pk: int) -> HttpResponse:
    """The form of one page; at its foot what happens while the promise runs, and what if it isn't kept."""
    invoice = invoice_here(request, pk)
    back = HttpResponseRedirect(reverse("my-invoice", args=[pk]))
    try:
        bounds = offer(invoice, now=request.now)
    except BadPromise as bad:
        messages.info(request, str(BAD_PROMISE[bad.code]))
        return back
    if request.method != "POST":
        if not bounds.counts:
            messages.info(request, no_more(request))
            return back
        return _page(request, invoice, bounds, _form(bounds))
    form = _form(bounds, request.POST)
    looking = "look" in request.POST
    if not form.is_valid() or looking:
        return _page(request, invoice, bounds, form, status=200 if looking else 422)
    try:
        row = promise(invoice, **form.cleaned_data, by=request.user, now=request.now)
    except BadPromise as bad:
        text = no_more(request) if bad.code == "count" else str(BAD_PROMISE[bad.code])
        form.add_error(bad.code if bad.code in form.fields else None, text)
        return _page(request, invoice, bounds, form, status=422)
    said = {"amount": money(row.amount, row.currency), "by": voice_of(request).when(row.by_on)}
    messages.success(request, gettext("You promised %(amount)s by %(by)s.") % said)
    return back


def _form(bounds: Offer, data: Any = None) -> PromiseForm:
    form = PromiseForm(data, initial=start(bounds), bounds=bounds)
    form.fields["note"].label = gettext("A word to us")
    form.fields["note"].help_text = ""
    return form


def no_more(request: Here) -> str:
    """Why a further promise is not taken, and whom to call instead."""
    text = gettext("This invoice was promised as often as the policy allows.")
    phone = request.partner.phone
    return together(text, gettext("Call us: %(phone)s") % {"phone": phone} if phone else "")


def _page(request: Here, invoice: Invoice, bounds: Offer, form: PromiseForm, status: int = 200) -> HttpResponse:
    voice = voice_of(request)
    data: dict[str, Any] = form.cleaned_data if form.is_bound else {"amount": bounds.most, "by_on": bounds.latest}
    effect: dict[str, Any] = {}
    if data.get("amount") and data.get("by_on"):
        word = book.Promise(amount=data["amount"], by=data["by_on"], made_at=request.now)
        found = suppose(bounds.loaded, with_promise(word), now=request.now)
        rows = rows_of(found, outlook_of(invoice, now=request.now), voice)
        title = gettext("If you promise %(day)s") % {"day": voice.when(data["by_on"])}
        effect = {"title": title, "quiet": quiet_words(found, voice), "rows": rows}
    latest = voice.when(bounds.latest)
    context = {"invoice": invoice, "form": form, "effect": effect, "latest": latest, "most": bounds.most}
    return render(request, "my/promise.html", context, status=status)
