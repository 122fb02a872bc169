"""Who are our customers, and where does each stand? The list, and everything about one on a page."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from billing.exposing import Exposure, running
from billing.figures import Figures, figures
from billing.models import Invoice
from customers import exporting
from customers.addressing import set_address
from customers.entering import Here, staff
from customers.forms import AddressForm, address_form
from customers.models import ContactRole, Customer
from customers.paging import leaf
from customers.roles import May

from . import exports, listing
from .record import record


@require_safe
@staff(May.SEE_BOOK)
def customers(request: Here) -> HttpResponseBase:
    """All customers, or those that match; an invoice's exact number leads straight to it."""
    words = request.GET.get("q", "").strip()[:100]
    today = request.now.astimezone(request.zone).date()
    mine = Customer.objects.visible_to(request.user).of(request.partner)
    named = Invoice.objects.visible_to(request.user).of(request.partner).filter(number__iexact=words).first()
    if words and named:
        return redirect("invoice", named.pk)
    found = listing.searched(mine, words)
    ordered = listing.by_debt(found, request.partner.currency, today)
    if exporting.wanted(request):
        return exports.customers(request, ordered, words)
    page = leaf(request, ordered, *listing.BY_DEBT)
    context = {
        "page": page,
        "lines": listing.lines(page.object_list, today=today, zone=request.zone),
        "totals": listing.totals(found, today),
        "words": words,
    }
    return render(request, "customers/customers.html", context)


@require_safe
@staff(May.SEE_BOOK)
def customer(request: Here, customer_id: int) -> HttpResponse:
    """One customer: balance, ladder, subscriptions, invoices, cases, contacts, and what has happened."""
    return _page(request, _customer(request, customer_id))


@require_POST
@staff(May.CHASE)
def address(request: Here, customer_id: int) -> HttpResponse:
    """Set the address of one role at a customer."""
    customer = _customer(request, customer_id)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _page(request, customer, form, status=422)
    contact, sent = set_address(customer, **form.cleaned_data, by=request.user, now=request.now)
    text = gettext("Letters go to %(email)s") % {"email": contact.email}
    if sent:
        waited = ngettext("%(n)s that waited leaves now", "%(n)s that waited leave now", sent)
        text = f"{text}, {waited % {'n': sent}}"
    messages.success(request, text)
    return HttpResponseRedirect(reverse("customer", args=[customer.pk]))


def _customer(request: Here, pk: int) -> Customer:
    mine = Customer.objects.visible_to(request.user).of(request.partner)
    return get_object_or_404(mine.select_related("partner"), pk=pk)


def _page(request: Here, customer: Customer, form: AddressForm | None = None, status: int = 200) -> HttpResponse:
    made = record(
        customer,
        now=request.now,
        zone=request.zone,
        kind=request.GET.get("kind", ""),
        why=request.GET.get("why", ""),
        more="all" in request.GET,
    )
    found = figures(Q(customer=customer), today=made["today"])
    mine = [
        figure
        for currency in (sorted(found) or [request.partner.currency])
        for figure in _figures(found.get(currency, Figures(currency)), made)
    ]
    known = next((reach.contact for reach in made["reaches"] if reach.contact.role == ContactRole.BILLING), None)
    own = found.get(request.partner.currency, Figures(request.partner.currency)).outstanding
    made["exposure"] = _exposure(own, customer, made["today"])
    context = {**made, "figures": mine, "form": form, "address_form": form or address_form(customer, known)}
    return render(request, "customers/customer.html", context, status=status)


def _exposure(owed: Decimal, customer: Customer, today: date) -> Exposure | None:
    """What is billed or runs in the partner's currency against the limit; none without one."""
    if customer.credit_limit is None:
        return None
    used = running([customer.pk], customer.partner.currency, today=today)[customer.pk]
    return Exposure(owed, used, customer.credit_limit)


def _promised(it: Figures) -> str:
    return ngettext("on %(n)s invoice", "on %(n)s invoices", it.promises) % {"n": it.promises} if it.promises else ""


def _figures(it: Figures, made: dict[str, Any]) -> list[dict[str, Any]]:
    chased = made["chased"].get(it.currency)
    opened = ngettext("%(n)s invoice", "%(n)s invoices", it.open_invoices) % {"n": it.open_invoices}
    rows: list[tuple[str, Any, str, str]] = [
        (gettext("Outstanding"), it.outstanding, opened, ""),
        (gettext("Overdue"), it.overdue, made["oldest_due"], ""),
        (
            gettext("Undisputed due"),
            chased or 0,
            gettext("the ladder runs on this") if chased else "",
            "warn" if it.overdue else "",
        ),
        (gettext("Disputed"), it.disputed, gettext("frozen") if it.disputed else "", ""),
        (pgettext("amount", "Promised"), it.promised, _promised(it), ""),
        (gettext("Unapplied"), it.unapplied, "", ""),
    ]
    return [
        {"label": label, "value": value, "currency": it.currency, "note": note, "tone": tone}
        for label, value, note, tone in rows
    ]
