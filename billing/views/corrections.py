"""How is a payment put right? Each correction on a page that shows first what it does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from billing import correction_forms, reversing
from billing.models import CreditNote, Invoice, Payment
from billing.money import ZERO
from billing.refusing import NotPossible
from customers import formats
from customers.entering import Here, staff
from customers.roles import May
from dunning import correcting

BOTH = ["GET", "HEAD", "POST"]


@dataclass
class Correction:
    """What the page of a correction says: its title, what follows from it, the form, the deed's button, the way
    back. `refused` says why it can't be done at all."""

    title: str
    lead: str | Promise
    do: str | Promise
    back: str
    form: forms.Form | None = None
    facts: list[tuple[str | Promise, str, str]] = field(default_factory=list)
    refused: str = ""
    tone: str = "primary"
    rows: list[dict[str, Any]] = field(default_factory=list)
    currency: str = ""


def _page(request: Here, it: Correction, status: int = 200) -> HttpResponse:
    return render(request, "billing/correct.html", {"it": it, "form": it.form}, status=status)


def carry_out(request: Here, it: Correction, deed: Callable[[dict[str, Any]], str]) -> HttpResponse:
    """Show the page, or do it and say what came of it; what can't be done is said beside its field."""
    if request.method != "POST":
        return _page(request, it)
    if it.refused or it.form is None:
        return _page(request, it, 409)
    if not it.form.is_valid():
        return _page(request, it, 422)
    try:
        said = deed(it.form.cleaned_data)
    except NotPossible as no:
        it.form.add_error(no.field if no.field in it.form.fields else None, str(no))
        return _page(request, it, 422)
    except PermissionError as no:
        raise PermissionDenied from no
    messages.success(request, said)
    return HttpResponseRedirect(it.back)


def _today(request: Here) -> Any:
    return request.now.astimezone(request.zone).date()


def posted(request: Here) -> Any:
    """What a form is bound to: the posted words, or nothing."""
    return request.POST if request.method == "POST" else None


@require_http_methods(BOTH)
@staff(May.RECEIVE)
def reverse_payment(request: Here, payment_id: int) -> HttpResponse:
    """The bank took a payment back: which debts are open again, and what that starts."""
    found = Payment.objects.visible_to(request.user).of(request.partner).select_related("customer__partner")
    one = get_object_or_404(found, pk=payment_id)
    whole = formats.amount(one.amount, one.currency)
    it = Correction(
        title=gettext("Take back %(amount)s of %(who)s") % {"amount": whole, "who": one.customer.name},
        lead=_(
            "Only where the bank has taken the money back. The payment stays in the book; its debts are open again."
        ),
        do=_("Take the payment back"),
        back=reverse("payment", args=[one.pk]),
        form=correction_forms.ReversalForm(posted(request), today=_today(request)),
        facts=_reopened(one),
        refused=reversing.why_not(one),
        tone="danger",
    )

    def deed(told: dict[str, Any]) -> str:
        correcting.take_payment_back(one, now=request.now, by=request.user, **told)
        return gettext("The payment is taken back; its debts are open again")

    return carry_out(request, it, deed)


def _reopened(one: Payment) -> list[tuple[str | Promise, str, str]]:
    amounts: dict[Invoice, Any] = {}
    for row in one.allocations.filter(undoes=None, undone_by=None).select_related("line__invoice").order_by("pk"):
        amounts[row.line.invoice] = amounts.get(row.line.invoice, ZERO) + row.amount
    facts: list[tuple[str | Promise, str, str]] = [
        (
            invoice.number or "",
            gettext("%(amount)s is open again") % {"amount": formats.amount(amount, one.currency)},
            reverse("invoice", args=[invoice.pk]),
        )
        for invoice, amount in amounts.items()
    ]
    facts.append((_("Then"), gettext("The customer is warned anew before anything is suspended"), ""))
    facts.append((_("Access"), gettext("What is on stays on until then"), ""))
    return facts


@require_http_methods(BOTH)
@staff(May.WRITE_OFF)
def refund_payment(request: Here, payment_id: int) -> HttpResponse:
    """Send back what is left of a payment."""
    found = Payment.objects.visible_to(request.user).of(request.partner).select_related("customer__partner")
    one = get_object_or_404(found.with_left(), pk=payment_id)
    return _refund(request, one, reverse("payment", args=[one.pk]))


@require_http_methods(BOTH)
@staff(May.WRITE_OFF)
def refund_credit(request: Here, note_id: int) -> HttpResponse:
    """Send back what is left of a credit note."""
    found = CreditNote.objects.visible_to(request.user).of(request.partner).select_related("customer__partner")
    one = get_object_or_404(found.with_left(), pk=note_id)
    return _refund(request, one, reverse("customer", args=[one.customer_id]))


def _refund(request: Here, one: Any, back: str) -> HttpResponse:
    left = formats.amount(one.left, one.currency)
    it = Correction(
        title=gettext("Send money back to %(who)s") % {"who": one.customer.name},
        lead=_("Book here what you have transferred back. The portal itself moves no money."),
        do=_("Book the refund"),
        back=back,
        form=correction_forms.RefundForm(posted(request), today=_today(request), left=one.left),
        facts=[(_("Out of"), str(one), ""), (_("Left of it"), left, "")],
        # The second click on what sent everything back is told so.
        refused="" if one.left > ZERO or request.method == "POST" else gettext("Nothing of it is left to send back."),
    )

    def deed(told: dict[str, Any]) -> str:
        sent = correcting.send_back(one, by=request.user, now=request.now, **told)
        return gettext("Refund booked") if sent.booked_now else gettext("This refund stood in the book already")

    return carry_out(request, it, deed)
