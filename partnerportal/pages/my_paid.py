"""How does a customer say that they have paid? Amount, day and reference; how long the next step waits for it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from billing.money import ZERO
from customers import formats
from customers.entering import Here, customer
from customers.roles import May
from dunning import policy as book
from dunning.claiming import BadClaim, claim, holds_until
from dunning.forms import ClaimForm
from dunning.supposing import suppose_all, with_claim
from dunning.views.naming import BAD_CLAIM

from .my_effect import quiet_words, rows_of
from .my_invoices import invoice_here
from .my_outlook import Outlook, outlook_of
from .my_saying import voice_of


@require_http_methods(["GET", "HEAD", "POST"])
@customer(May.PROMISE)
def report(request: Here, pk: int) -> HttpResponse:
    """The form of one page; at its foot which date waits for it, and until when."""
    invoice = invoice_here(request, pk)
    back = HttpResponseRedirect(reverse("my-invoice", args=[pk]))
    outlook = outlook_of(invoice, now=request.now)
    if outlook.to_pay <= ZERO:
        messages.info(request, gettext("Nothing of this invoice is to pay."))
        return back
    if request.method != "POST":
        return _page(request, outlook, _form(request, outlook))
    form = _form(request, outlook, request.POST)
    looking = "look" in request.POST
    if not form.is_valid() or looking:
        return _page(request, outlook, form, status=200 if looking else 422)
    try:
        claim(
            invoice.customer,
            invoice,
            **form.cleaned_data,
            currency=invoice.currency,
            by=request.user,
            now=request.now,
        )
    except BadClaim as bad:
        form.add_error(bad.code if bad.code in form.fields else None, str(BAD_CLAIM[bad.code]))
        return _page(request, outlook, form, status=422)
    messages.success(request, gettext("We look for it. You need not pay again."))
    return back


def _form(request: Here, outlook: Outlook, data: Any = None) -> ClaimForm:
    today, currency = voice_of(request).today, outlook.invoice.currency
    start = {"amount": formats.bare(outlook.to_pay, currency), "paid_on": today}
    return ClaimForm(data, initial=start, currency=currency, today=today)


def _page(request: Here, outlook: Outlook, form: ClaimForm, status: int = 200) -> HttpResponse:
    voice, invoice = voice_of(request), outlook.invoice
    amount = form.cleaned_data.get("amount") if form.is_bound else outlook.to_pay
    effect: dict[str, Any] = {}
    word = book.Receipt(book.ReceiptKind.CLAIMED, amount or ZERO, request.now)
    for found in suppose_all(invoice.customer, with_claim(word), now=request.now, invoices=[invoice.pk]):
        if not amount:
            continue
        until = voice.when(holds_until(found.loaded, request.now))
        if found.changes:
            title = gettext("The next step waits until %(until)s") % {"until": until}
        else:
            title = gettext("We look for it until %(until)s. No step comes before, so no date changes") % {
                "until": until
            }
        effect = {"title": title, "quiet": quiet_words(found, voice), "rows": rows_of(found, outlook, voice)}
    return render(request, "my/paid.html", {"invoice": invoice, "form": form, "effect": effect}, status=status)
