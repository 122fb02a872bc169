"""What shall I do next? The staff's home: deeds from the record, by deadline, each with its reason and its form."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from billing.figures import Figures, figures
from customers.addressing import set_address
from customers.entering import Here, staff
from customers.exporting import wanted
from customers.forms import AddressForm
from customers.models import Customer
from customers.roles import May
from dunning.calling import NoOpenCall, log_call
from dunning.models import Decision
from outbox.keeping import retry
from outbox.models import Effect
from subscriptions.models import AccessChange, CustomerReading

from .deadlines import grouped
from .deed_panels import panel
from .deeds import rows
from .panels import CallForm
from .waiting import KINDS, TABS, Desk, deeds_of
from .worklist_file import worklist_file

PAGE = 50
RETRIED: dict[str, type[Effect]] = {"access": AccessChange, "reading": CustomerReading}


def desk_of(request: Here) -> Desk:
    """The desk this person sits at."""
    return Desk(request.user, request.membership, request.partner, request.zone, request.now)


@require_safe
@staff(May.SEE_BOOK)
def worklist(request: Here) -> HttpResponseBase:
    """The list, with the chosen deed beside it; or a tab of it as a file."""
    if wanted(request):
        return worklist_file(request, desk_of(request), request.GET.get("show", ""))
    return _page(request, request.GET.get("row", ""))


def _page(request: Here, key: str, form: forms.Form | None = None, status: int = 200) -> HttpResponse:
    desk = desk_of(request)
    tab = request.GET.get("show", "")
    tab = tab if tab in TABS else ""
    found = rows(desk, deeds_of(request), tab)
    place = next((at for at, row in enumerate(found) if row.key == key), None)
    paginator = Paginator(found, PAGE)
    number = request.GET.get("page", "1") if place is None else place // PAGE + 1
    page = paginator.get_page(number)
    chosen = None if place is None else found[place]
    context: dict[str, Any] = {
        "page": page,
        "groups": grouped(list(page.object_list), desk),
        "tabs": _tabs(request, tab),
        "tab": tab,
        "figures": figure_rows(figures(Q(partner=request.partner), today=desk.today), request.partner.currency),
        "row": chosen,
        "gone": bool(key) and chosen is None,
        "all": sum(deeds_of(request).values()),
        "place": (place or 0) + 1,
        "next": found[(place or 0) + 1].key if place is not None and place + 1 < len(found) else "",
        "panel": panel(chosen, desk, form) if chosen else None,
    }
    return render(request, "worklist/worklist.html", context, status=status)


def _tabs(request: Here, tab: str) -> list[dict[str, Any]]:
    """The kinds that wait, with their counts; a chosen one stays though it is empty."""
    counts = dict.fromkeys(TABS, 0)
    for kind, number in deeds_of(request).items():
        counts[KINDS[kind].tab] += number
    return [
        {"code": code, "name": name, "count": counts[code]}
        for code, name in TABS.items()
        if counts[code] or code == tab
    ]


def figure_rows(found: dict[str, Figures], own: str) -> list[dict[str, Any]]:
    """The figures a collector reads, each a link to its list; a second currency has figures of its own."""
    currencies = [own, *sorted(set(found) - {own})]
    return [figure for currency in currencies for figure in _figures(found.get(currency, Figures(currency)))]


def _figures(it: Figures) -> list[dict[str, Any]]:
    invoices = ngettext("%(n)s invoice", "%(n)s invoices", it.overdue_invoices) % {"n": it.overdue_invoices}
    opened = ngettext("%(n)s open invoice", "%(n)s open invoices", it.open_invoices) % {"n": it.open_invoices}
    lines = ngettext("%(n)s line, frozen", "%(n)s lines, frozen", it.disputes) % {"n": it.disputes}
    promised = ngettext("on %(n)s invoice", "on %(n)s invoices", it.promises) % {"n": it.promises}
    rows = [
        (gettext("Outstanding"), it.outstanding, opened, "/invoices/?state=open"),
        (gettext("Overdue"), it.overdue, invoices, "/invoices/?state=overdue"),
        (gettext("Net overdue"), it.net_overdue, gettext("less unapplied"), "/invoices/?state=overdue"),
        (gettext("Disputed"), it.disputed, lines, "/disputes/"),
        (pgettext("amount", "Promised"), it.promised, promised, ""),
        (gettext("Unapplied"), it.unapplied, gettext("payments and credits"), "/payments/?show=unapplied"),
    ]
    return [
        {"label": label, "value": value, "currency": it.currency, "note": note, "url": url}
        for label, value, note, url in rows
    ]


def _on(request: HttpRequest) -> HttpResponseRedirect:
    """Back to the list, the next deed chosen."""
    following = request.POST.get("next", "")
    query = f"?row={following}" if following.replace("-", "").isalnum() else ""
    return HttpResponseRedirect(reverse("worklist") + query)


@require_POST
@staff(May.CHASE)
def call(request: Here, decision_id: int) -> HttpResponse:
    """Log what came of a call."""
    decision = get_object_or_404(
        Decision.objects.visible_to(request.user).of(request.partner).select_related("invoice"), pk=decision_id
    )
    form = CallForm(request.POST)
    if not form.is_valid():
        return _page(request, f"call-{decision_id}", form, status=422)
    try:
        log_call(
            request.partner,
            decision.invoice.number or "",
            by=request.user,
            note=form.cleaned_data["note"],
            now=request.now,
        )
        messages.success(request, gettext("Call about %(invoice)s logged") % {"invoice": decision.invoice.number})
    except NoOpenCall:
        messages.info(request, gettext("That call was logged already; nothing was changed."))
    return _on(request)


@require_POST
@staff(May.CHASE)
def address(request: Here, customer_id: int) -> HttpResponse:
    """Give a customer an address; the letters that waited for one leave."""
    customer = get_object_or_404(
        Customer.objects.visible_to(request.user).of(request.partner).select_related("partner"), pk=customer_id
    )
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _page(request, _row_of(request, customer), form, status=422)
    contact, sent = set_address(customer, **form.cleaned_data, by=request.user, now=request.now)
    said = ngettext("%(n)s letter goes to %(email)s", "%(n)s letters go to %(email)s", sent)
    messages.success(request, said % {"n": sent, "email": contact.email})
    return _on(request)


def _row_of(request: Here, customer: Customer) -> str:
    """Which of the two rows about addresses this customer stands in."""
    waits = any(row.key == f"bounced-{customer.pk}" for row in rows(desk_of(request), deeds_of(request), "letters"))
    return f"{'bounced' if waits else 'contact'}-{customer.pk}"


@require_POST
@staff(May.CHASE)
def try_again(request: Here, kind: str, effect_id: int) -> HttpResponse:
    """Let a deed at the provider that was given up be tried again."""
    model: Any = RETRIED[kind]
    effect = get_object_or_404(
        model.objects.visible_to(request.user).of(request.partner).select_related("customer"), pk=effect_id
    )
    retry(effect)
    messages.success(request, gettext("It is tried again now, for %(customer)s") % {"customer": effect.customer.name})
    return _on(request)
