"""How is a draft written by hand, changed, or thrown away?"""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from billing import drafting
from billing.draft_forms import BLANK_LINES, Lines, NewForm, TermsForm, WhoForm, lines_formset
from billing.invoicing import NotADraft
from billing.models import Invoice
from billing.refusing import NotPossible
from billing.views.invoices import mine
from customers.entering import Here, staff
from customers.locking import lock_customer
from customers.models import Customer, acting_for
from customers.roles import May
from payables import redrafting
from payables.models import ProviderLine

BOTH = ["GET", "HEAD", "POST"]
SUGGESTED = 300


@require_http_methods(BOTH)
@staff(May.ISSUE)
def new(request: Here) -> HttpResponse:
    """An invoice entered by hand: first whose, then what. It becomes a draft."""
    customers = Customer.objects.visible_to(request.user).of(request.partner)
    asked = WhoForm(request.GET if request.GET.get("customer") else None, customers=customers)
    if not asked.is_bound or not asked.is_valid():
        return _whose(request, asked)
    customer: Customer = asked.cleaned_data["customer"]
    posted = request.POST if request.method == "POST" else None
    form = NewForm(posted, currencies=_currencies(request), initial=_start(request))
    lines = lines_formset(posted, [], _subscriptions(customer), blank=_blanks(request))
    context = {"customer": customer, "form": form, "lines": lines, "more": _blanks(request) + BLANK_LINES}
    if posted is None or "more" in request.POST:
        return render(request, "billing/draft_form.html", context)
    if not (form.is_valid() & lines.is_valid()):
        return render(request, "billing/draft_form.html", context, status=422)
    try:
        draft = _write(request, customer, form, lines)
    except NotPossible as no:
        form.add_error(None, str(no))
        return render(request, "billing/draft_form.html", context, status=422)
    messages.success(request, gettext("Draft saved. Look it over and issue it"))
    return redirect("invoice", draft.pk)


def _whose(request: Here, asked: WhoForm) -> HttpResponse:
    names = asked.customers.order_by("name").values_list("name", flat=True)[:SUGGESTED]
    status = 422 if asked.is_bound or request.method == "POST" else 200
    return render(request, "billing/draft_whose.html", {"form": asked, "suggested": list(names)}, status=status)


def _write(request: Here, customer: Customer, form: NewForm, lines: Lines) -> Invoice:
    with acting_for(request.partner):
        return drafting.write(
            lock_customer(customer.pk),
            form.terms,
            lines.wanted,
            key=str(form.cleaned_data["key"]),
            source=Invoice.Source.HAND,
            now=request.now,
        )


def _start(request: Here) -> dict[str, Any]:
    today = request.now.astimezone(request.zone).date()
    return {"period": f"{today:%Y-%m}", "currency": request.partner.currency, "key": uuid.uuid4()}


def _currencies(request: Here) -> list[str]:
    used = set(mine(request).order_by().values_list("currency", flat=True).distinct())
    return [request.partner.currency, *sorted(used - {request.partner.currency})]


def _subscriptions(customer: Customer) -> list[tuple[int, str]]:
    return [(one.pk, one.name) for one in customer.subscriptions.order_by("name", "pk")[:500]]


def _blanks(request: Here) -> int:
    """How many blank lines: some more each time a person asks for more."""
    asked = request.POST.get("more", "")
    return min(int(asked), 60) if asked.isascii() and asked.isdigit() and len(asked) < 4 else BLANK_LINES


@require_http_methods(BOTH)
@staff(May.ISSUE)
def edit(request: Here, invoice_id: int) -> HttpResponse:
    """Change a draft's lines and its due day."""
    one = get_object_or_404(mine(request).select_related("customer__partner", "partner"), pk=invoice_id)
    if one.status != Invoice.Status.DRAFT:
        return _not_a_draft(request, one)
    known = list(one.lines.order_by("position"))
    posted = request.POST if request.method == "POST" else None
    form = TermsForm(posted, initial={"due_on": one.due_on})
    lines = lines_formset(posted, known, _subscriptions(one.customer))
    charged = dict(ProviderLine.objects.filter(invoice_line__in=known).values_list("invoice_line_id", "subtotal"))
    context = {
        "invoice": one,
        "customer": one.customer,
        "form": form,
        "lines": lines,
        "costs": charged if request.membership.may(May.SEE_BILLS) else {},
    }
    if posted is None:
        return render(request, "billing/draft_form.html", context)
    if not (form.is_valid() & lines.is_valid()):
        return render(request, "billing/draft_form.html", context, status=422)
    try:
        redrafting.change(one, lines.wanted, due_on=form.cleaned_data["due_on"], seen=lines.seen)
    except NotADraft:
        return _not_a_draft(request, one)
    except NotPossible as no:
        form.add_error(None, str(no))
        return render(request, "billing/draft_form.html", context, status=422)
    messages.success(request, gettext("Draft changed"))
    return redirect("invoice", one.pk)


def _not_a_draft(request: Here, one: Invoice) -> HttpResponse:
    messages.info(request, gettext("It was issued already. An issued invoice is corrected by a credit note."))
    return redirect("invoice", one.pk)


@require_http_methods(BOTH)
@staff(May.ISSUE)
def delete(request: Here, invoice_id: int) -> HttpResponse:
    """Throw a draft away; 21Vianet's charges on it wait for the next drafts."""
    one = get_object_or_404(mine(request).select_related("customer__partner", "partner"), pk=invoice_id)
    if one.status != Invoice.Status.DRAFT:
        return _not_a_draft(request, one)
    if request.method != "POST":
        charges = ProviderLine.objects.filter(invoice_line__invoice=one).count()
        return render(request, "billing/draft_delete.html", {"invoice": one, "charges": charges})
    try:
        freed = redrafting.delete(one)
    except NotADraft:
        return redirect("invoices")
    text = ngettext(
        "Draft deleted. %(n)s charge waits for the next drafts",
        "Draft deleted. %(n)s charges wait for the next drafts",
        freed,
    )
    messages.success(request, text % {"n": freed} if freed else gettext("Draft deleted"))
    return redirect("invoices")
