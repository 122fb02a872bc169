"""What shall I do next? The staff's home: deeds from the record, by deadline, each with its reason and its form."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from billing.figures import figures
from customers.addressing import set_address
from customers.entering import Here, staff
from customers.exporting import wanted
from customers.forms import AddressForm
from customers.models import Customer
from customers.roles import May
from dunning.calling import NoOpenCall, log_call
from dunning.keeping_views import views_of
from dunning.models import Decision, SavedView
from outbox.keeping import retry
from outbox.models import Effect
from subscriptions.models import AccessChange, CustomerReading

from .counting import deeds_of
from .deadlines import Row, grouped
from .deed_book import DeedBook, deed_book, filters, tabs
from .deed_panels import panel
from .deeds import rows
from .desk import Desk
from .first_steps import FirstSteps, first_steps
from .panels import CallForm
from .worklist_figures import figure_rows
from .worklist_file import worklist_file
from .worklist_filter import Filter

PAGE = 50
RETRIED: dict[str, type[Effect]] = {"access": AccessChange, "reading": CustomerReading}


def desk_of(request: Here) -> Desk:
    """The desk this person sits at."""
    return Desk(request.user, request.membership, request.partner, request.zone, request.now)


def book_of(request: Here) -> DeedBook:
    """What waits and what rests for this person."""
    return deed_book(desk_of(request), deeds_of(request))


def back_to(request: Here, key: str = "", name: str = "row") -> HttpResponseRedirect:
    """The list as it was filtered, with a deed chosen (`row`: opened, `at`: only pointed at)."""
    query = Filter.read(request.POST.get("back", "")).query
    said = [query] if query else []
    if key and key.replace("-", "").replace("_", "").isalnum() and key.isascii():
        said.append(f"{name}={key}")
    return HttpResponseRedirect(f"{reverse('worklist')}?{'&'.join(said) or 'owner=all'}")


@require_safe
@staff(May.SEE_BOOK)
def worklist(request: Here) -> HttpResponseBase:
    """The list, with the chosen deed beside it; or what is filtered of it as a file. Without a word in its address it
    is the view this person begins with."""
    if wanted(request):
        return worklist_file(request, book_of(request), Filter.of(request.GET.dict()))
    kept = views_of(request.partner, request.user)
    first = next((view for view in kept if view.first and view.query), None)
    if first is not None and not request.GET:
        return HttpResponseRedirect(f"{reverse('worklist')}?{first.query}")
    return _page(request, request.GET.get("row", ""), kept=kept)


def _page(
    request: Here,
    key: str,
    form: forms.Form | None = None,
    status: int = 200,
    kept: list[SavedView] | None = None,
) -> HttpResponse:
    desk, book = desk_of(request), book_of(request)
    chosen = Filter.of(request.GET.dict())
    found = book.rows(chosen)
    at = next((place for place, row in enumerate(found) if row.key == key), None)
    context = {"filter": chosen, "gone": bool(key) and at is None, **_beside(found, at, desk, form)}
    if _wants_panel(request):
        return render(request, "worklist/beside.html", context, status=status)
    pointed = request.GET.get("at", "")
    near = at if at is not None else next((place for place, row in enumerate(found) if row.key == pointed), None)
    page: Page[Row] = Paginator(found, PAGE).get_page(
        request.GET.get("page", "1") if near is None else near // PAGE + 1
    )
    context |= {
        "page": page,
        "pointed": found[near].key if near is not None else "",
        "groups": grouped(list(page.object_list), desk),
        "tabs": tabs(book, chosen),
        "narrowings": filters(book, chosen),
        "views": _views(views_of(request.partner, request.user) if kept is None else kept, chosen),
        "figures": figure_rows(figures(Q(partner=request.partner), today=desk.today), request.partner.currency),
        "all": book.all,
        "mine": book.mine,
        "first": _first(request, book),
    }
    return render(request, "worklist/worklist.html", context, status=status)


def _first(request: Here, book: DeedBook) -> FirstSteps | None:
    """What a newcomer does first, while nothing waits, steps are left and no invoice is out: then figures count."""
    if book.all or request.GET.get("show"):
        return None
    steps = first_steps(request)
    return None if steps.over or steps.issued else steps


def _beside(found: list[Row], at: int | None, desk: Desk, form: forms.Form | None) -> dict[str, Any]:
    """What the panel of the chosen deed knows; without one it is empty."""
    if at is None:
        return {"row": None}
    following = found[at + 1].key if at + 1 < len(found) else ""
    shown = panel(found[at], desk, form)
    return {"row": found[at], "place": at + 1, "of": len(found), "next": following, "panel": shown}


def _wants_panel(request: Any) -> bool:
    """Whether only the panel was asked for, by a click on a row."""
    return bool(request.htmx) and not request.htmx.history_restore_request and request.htmx.target == "beside"


def _views(kept: list[SavedView], chosen: Filter) -> list[dict[str, Any]]:
    return [{"view": view, "here": view.query == chosen.query} for view in kept]


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
    return back_to(request, request.POST.get("next", ""))


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
    return back_to(request, request.POST.get("next", ""))


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
    return back_to(request, request.POST.get("next", ""))
