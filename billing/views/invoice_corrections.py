"""How is an issued invoice put right? Credited, written off by two, voided; and which tax invoice goes with it."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from billing import correction_forms, tax_invoices, voiding
from billing.crediting import room_of, times_credited
from billing.models import DisputedAmount, Invoice, WriteOff
from billing.money import ZERO
from billing.refusing import NotPossible
from customers import formats
from customers.entering import Here, staff
from customers.roles import May
from dunning import correcting
from subscriptions.models import Suspension

from .corrections import BOTH, Correction, carry_out, posted
from .invoices import mine


def _invoice(request: Here, pk: int) -> Invoice:
    return get_object_or_404(mine(request).select_related("customer__partner", "partner"), pk=pk)


def _open(one: Invoice) -> str:
    return formats.amount(one.balance, one.currency)


def _off(one: Invoice) -> list[tuple[str | Promise, str, str]]:
    """The suspensions that end when nothing of the invoice is owed."""
    live = Suspension.objects.live().filter(debt__invoice=one).select_related("subscription").order_by("pk")
    names = formats.listed(row.subscription.name for row in live)
    return [(_("Comes back on"), names, "")] if names else []


@require_http_methods(BOTH)
@staff(May.WRITE_OFF)
def write_off(request: Here, invoice_id: int) -> HttpResponse:
    """Ask that a debt be given up."""
    one = _invoice(request, invoice_id)
    waiting = one.write_offs.filter(agreed_at=None, refused_at=None).first()
    if waiting:
        return redirect("write_off_decide", waiting.pk)
    refused = gettext("Only an issued invoice with an open amount is written off.")
    it = Correction(
        title=gettext("Write off %(invoice)s") % {"invoice": one},
        lead=_("You ask, another person agrees; only then is it given up. Until then collections go on."),
        do=_("Ask for it"),
        back=reverse("invoice", args=[one.pk]),
        form=correction_forms.WriteOffForm(posted(request), open=one.balance),
        facts=[(_("Customer"), one.customer.name, ""), (_("Open"), _open(one), ""), *_off(one)],
        refused="" if one.status == Invoice.Status.ISSUED and one.balance > ZERO else refused,
    )

    def deed(told: dict[str, Any]) -> str:
        correcting.ask_to_write_off(one, by=request.user, now=request.now, **told)
        return gettext("Asked. Another person who may give up debt agrees to it or refuses it")

    return carry_out(request, it, deed)


@require_http_methods(BOTH)
@staff(May.WRITE_OFF)
def decide_write_off(request: Here, write_off_id: int) -> HttpResponse:
    """Agree to give a debt up, or refuse."""
    found = WriteOff.objects.visible_to(request.user).of(request.partner)
    related = found.select_related("invoice", "customer__partner", "asked_by", "agreed_by", "refused_by", "partner")
    asked = get_object_or_404(related, pk=write_off_id)
    mine_ = asked.asked_by_id == request.user.pk
    context: dict[str, Any] = {
        "asked": asked,
        "waits": asked.agreed_at is None and asked.refused_at is None,
        "mine": mine_,
        "off": _off(asked.invoice),
        "fault": "",
    }
    if request.method == "POST" and request.POST.get("answer") in ("agree", "refuse"):
        try:
            said = _decide(request, asked, request.POST["answer"])
        except NotPossible as no:
            return render(request, "billing/write_off.html", context | {"fault": str(no)}, status=409)
        except PermissionError as no:
            raise PermissionDenied from no
        messages.success(request, said)
        return redirect("invoice", asked.invoice_id)
    return render(request, "billing/write_off.html", context, status=422 if request.method == "POST" else 200)


def _decide(request: Here, asked: WriteOff, answer: str) -> str:
    if answer == "refuse":
        correcting.refuse_write_off(asked, by=request.user, now=request.now)
        return gettext("Refused. The debt stays")
    correcting.agree_to_write_off(asked, by=request.user, now=request.now)
    return gettext("%(amount)s written off") % {"amount": formats.amount(asked.amount, asked.currency)}


@require_http_methods(BOTH)
@staff(May.ISSUE)
def void(request: Here, invoice_id: int) -> HttpResponse:
    """Take an issued invoice out of the world."""
    one = _invoice(request, invoice_id)
    it = Correction(
        title=gettext("Void %(invoice)s") % {"invoice": one},
        lead=_("As if it had not been issued: nothing of it is owed. Its number stays used, and this can’t be undone."),
        do=_("Void the invoice"),
        back=reverse("invoice", args=[one.pk]),
        form=correction_forms.VoidForm(posted(request)),
        facts=[(_("Customer"), one.customer.name, ""), (_("No longer owed"), _open(one), ""), *_off(one)],
        refused=voiding.why_not(one),
        tone="danger",
    )

    def deed(told: dict[str, Any]) -> str:
        correcting.void_invoice(one, by=request.user, now=request.now, **told)
        return gettext("%(invoice)s is void") % {"invoice": one}

    return carry_out(request, it, deed)


@require_http_methods(BOTH)
@staff(May.WRITE_OFF)
def credit(request: Here, invoice_id: int) -> HttpResponse:
    """Give back amounts on lines of an issued invoice."""
    one = _invoice(request, invoice_id)
    room = room_of(one)
    form = correction_forms.CreditForm(
        posted(request),
        lines=[(line, room[line.pk]) for line in one.lines.order_by("position") if line.total > ZERO],
        initial={"seen": times_credited(one)},
    )
    it = Correction(
        title=gettext("Credit %(invoice)s") % {"invoice": one},
        lead=_(
            "Amounts with tax. They meet what is open of their line; what was paid already pays other debts or waits."
        ),
        do=_("Issue the credit note"),
        back=reverse("invoice", args=[one.pk]),
        form=form,
        refused="" if one.status == Invoice.Status.ISSUED else gettext("Only an issued invoice is credited."),
        rows=_credit_rows(one, room, form),
        currency=one.currency,
    )

    def deed(told: dict[str, Any]) -> str:
        note = correcting.credit_invoice(
            one,
            form.amounts,
            why=told["why"],
            reason=told["reason"],
            seen=told["seen"],
            by=request.user,
            now=request.now,
        )
        values = {"number": note.number, "amount": formats.amount(note.total, note.currency)}
        return gettext("Credit note %(number)s over %(amount)s issued") % values

    return carry_out(request, it, deed)


def _credit_rows(one: Invoice, room: dict[int, Decimal], form: correction_forms.CreditForm) -> list[dict[str, Any]]:
    """Each line with what may be credited of it, its field, and whether it is questioned."""
    asked = DisputedAmount.objects.filter(line__invoice=one, decided_at=None)
    questioned = set(asked.values_list("line_id", flat=True))
    return [
        {"line": line, "room": room[line.pk], "field": form[f"line_{line.pk}"], "questioned": line.pk in questioned}
        for line in one.lines.order_by("position")
        if line.total > ZERO
    ]


@require_http_methods(BOTH)
@staff(May.ISSUE)
def tax_invoice(request: Here, invoice_id: int) -> HttpResponse:
    """Record the tax invoice that goes with an issued invoice."""
    one = _invoice(request, invoice_id)
    known = {"tax_invoice": one.tax_invoice, "tax_invoice_number": one.tax_invoice_number}
    it = Correction(
        title=gettext("Tax invoice for %(invoice)s") % {"invoice": one},
        lead=_("The fapiao is made outside the portal; its number and state are shown to the customer."),
        do=_("Save"),
        back=reverse("invoice", args=[one.pk]),
        form=correction_forms.TaxInvoiceForm(posted(request), initial=known),
        facts=[(_("Customer"), one.customer.name, ""), (_("Total"), formats.amount(one.total, one.currency), "")],
        refused="" if one.status != Invoice.Status.DRAFT else gettext("A draft has no tax invoice yet."),
    )

    def deed(told: dict[str, Any]) -> str:
        tax_invoices.record(one, told["tax_invoice"], told["tax_invoice_number"], by=request.user, now=request.now)
        return gettext("Saved")

    return carry_out(request, it, deed)
