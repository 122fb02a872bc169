"""What does the price book say, what changes when, and what would something cost?"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import reduce
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from billing import price_forms, price_lines, setting_prices
from billing.importing_prices import KNOWN, NEEDED, import_prices, offers_of
from billing.models import Invoice, PassOn, PriceEntry, TaxRule
from billing.reading_invoices import BadFile
from billing.refusing import NotPossible
from customers import exporting, formats
from customers.entering import Here, staff
from customers.models import Customer
from customers.roles import May
from payables.previewing import preview

from . import exports

PAGE: Final = 50
COMING: Final = 20
SUGGESTED: Final = 300
SHOWN_FAULTS: Final = 200
BOTH: Final = ["GET", "HEAD", "POST"]
KINDS: Final[dict[str, Any]] = {"prices": PriceEntry, "tax": TaxRule, "passing": PassOn}


def mine(request: Here, kind: str) -> QuerySet[Any]:
    """The rules of one kind in this book."""
    rows: QuerySet[Any] = KINDS[kind].objects.visible_to(request.user).of(request.partner)
    also = ["added_by", "ended_by"] if kind == "passing" else ["added_by", "ended_by", "customer"]
    return rows.select_related(*also)


def customers_here(request: Here) -> Any:
    """The customers of this book."""
    return Customer.objects.visible_to(request.user).of(request.partner)


def today_of(request: Here) -> date:
    """Today, where the partner is."""
    day: date = request.now.astimezone(request.zone).date()
    return day


@require_safe
@staff(May.PRICE)
def prices(request: Here) -> HttpResponseBase:
    """The book in sentences, under tabs; what is over is shown when asked for."""
    asked = request.GET.get("tab", "")
    tab, today = asked if asked in KINDS else "prices", today_of(request)
    over, words = request.GET.get("over") == "1", request.GET.get("q", "").strip().replace("\x00", "")[:100]
    offers = offers_of(request.partner)
    found = mine(request, tab)
    if not over:
        found = found.filter(Q(until_on=None) | Q(until_on__gte=today))
    if words and tab != "passing":
        named = [key for key, name in offers.items() if words.casefold() in name.casefold()]
        found = found.filter(Q(customer__name__icontains=words) | Q(offer_id__in=named) | Q(offer_id__iexact=words))
    if exporting.wanted(request):
        said = (tab, "over" if over else "", words)
        return exports.prices(
            request, found.order_by(*_order(tab)), lambda one: price_lines.shown(one, offers, today), *said
        )
    page = Paginator(found.order_by(*_order(tab)), PAGE).get_page(request.GET.get("page"))
    coming = [one for kind in KINDS for one in mine(request, kind).filter(from_on__gt=today, until_on=None)[:COMING]]
    context = {
        "tab": tab,
        "over": over,
        "words": words,
        "page": page,
        "groups": price_lines.grouped([price_lines.shown(one, offers, today) for one in page.object_list]),
        "first_rules": price_lines.first_rules(setting_prices.first_rules(request.partner), today)
        if tab == "prices" and page.number == 1 and not words
        else [],
        "coming": [price_lines.shown(one, offers, today) for one in sorted(coming, key=lambda one: one.from_on)],
        "today": today,
        "suggested": _suggested(request),
        **_previewed(request, offers, today),
    }
    return render(request, "billing/prices.html", context)


def _order(tab: str) -> tuple[Any, ...]:
    if tab == "passing":
        return ("-from_on", "-pk")
    return (F("customer__name").asc(nulls_first=True), "customer_id", "offer_id", "-from_on", "-pk")


def _suggested(request: Here) -> list[str]:
    return list(customers_here(request).order_by("name").values_list("name", flat=True)[:SUGGESTED])


def _previewed(request: Here, offers: Mapping[str, str], today: date) -> dict[str, Any]:
    asked = request.GET if request.GET.get("offer") else None
    form = price_forms.PreviewForm(
        asked, offers=offers, customers=customers_here(request), initial={"on": today}, auto_id="preview_%s"
    )
    if asked is None or not form.is_valid():
        return {"preview_form": form}
    told = form.cleaned_data
    found = preview(request.partner, told["customer"], told["offer"], told["on"])
    return {"preview_form": form, "previewed": price_lines.previewed(found, today), "seen": found}


Filled = Callable[[Here, Any], Any]


@require_http_methods(BOTH)
@staff(May.PRICE)
def price_new(request: Here) -> HttpResponse:
    """Add a price or a discount."""
    return _add(request, "prices", gettext("New price"), _price_form)


@require_http_methods(BOTH)
@staff(May.PRICE)
def tax_new(request: Here) -> HttpResponse:
    """Add a rule of tax."""
    return _add(request, "tax", gettext("New tax rule"), _tax_form)


@require_http_methods(BOTH)
@staff(May.PRICE)
def pass_on_new(request: Here) -> HttpResponse:
    """Say what reaches customers from a day on, and how lines are rounded."""
    return _add(request, "passing", gettext("Credits, prorations and rounding"), _pass_on_form)


def _price_form(request: Here, posted: Any) -> Any:
    return price_forms.PriceForm(
        posted,
        customers=customers_here(request),
        offers=offers_of(request.partner),
        currencies=_currencies(request),
        today=today_of(request),
        initial={name: request.GET.get(name, "") for name in ("customer", "offer")},
    )


def _tax_form(request: Here, posted: Any) -> Any:
    return price_forms.TaxForm(
        posted, customers=customers_here(request), offers=offers_of(request.partner), today=today_of(request)
    )


def _pass_on_form(request: Here, posted: Any) -> Any:
    return price_forms.PassOnForm(posted, today=today_of(request))


def _currencies(request: Here) -> list[str]:
    used = Invoice.objects.visible_to(request.user).of(request.partner)
    known = set(used.order_by().values_list("currency", flat=True).distinct())
    return [request.partner.currency, *sorted(known - {request.partner.currency})]


def _add(request: Here, tab: str, title: str, make: Filled) -> HttpResponse:
    form = make(request, request.POST if request.method == "POST" else None)
    context = {"form": form, "title": title, "tab": tab, "back": _book(tab), "suggested": _suggested(request)}
    if not form.is_bound:
        return render(request, "billing/price_form.html", context)
    if form.is_valid():
        entry = form.entry(request.partner)
        if "sure" not in request.POST and (closed := setting_prices.cut_short(entry)):
            return render(request, "billing/price_form.html", context | _closing(request, entry, closed))
        try:
            done = setting_prices.add(entry, by=request.user, now=request.now)
        except NotPossible as no:
            form.add_error(no.field if no.field in form.fields else None, str(no))
        except PermissionError as no:
            raise PermissionDenied from no
        else:
            messages.success(request, _added(done))
            return HttpResponseRedirect(_book(tab))
    return render(request, "billing/price_form.html", context, status=422)


def _closing(request: Here, entry: Any, closed: list[Any]) -> dict[str, Any]:
    """What a person is asked about once more: rules that end for good, though the new one has an end itself."""
    offers, today = offers_of(request.partner), today_of(request)
    return {
        "closing": [price_lines.shown(one, offers, today) for one in closed],
        "closes_on": entry.from_on - setting_prices.DAY,
        "bare_after": entry.until_on,
    }


def _added(done: setting_prices.Added) -> str:
    if done.known:
        return gettext("The book says so already. Nothing was changed")
    if done.ended:
        last = formats.day(done.ended[0].until_on, done.ended[0].until_on, weekday=False, year=True)
        return gettext("Added. The rule before it ends on %(day)s") % {"day": last}
    return gettext("Added. Drafts that wait keep their prices until you price them again")


def _book(tab: str) -> str:
    return reverse("prices") + ("" if tab == "prices" else f"?tab={tab}")


@require_http_methods(BOTH)
@staff(May.PRICE)
def price_end(request: Here, price_id: int) -> HttpResponse:
    """Let a price end."""
    return _end(request, "prices", price_id)


@require_http_methods(BOTH)
@staff(May.PRICE)
def tax_end(request: Here, tax_rule_id: int) -> HttpResponse:
    """Let a rule of tax end."""
    return _end(request, "tax", tax_rule_id)


@require_http_methods(BOTH)
@staff(May.PRICE)
def pass_on_end(request: Here, pass_on_id: int) -> HttpResponse:
    """Let a rule about credits, prorations and rounding end."""
    return _end(request, "passing", pass_on_id)


def _end(request: Here, tab: str, pk: int) -> HttpResponse:
    rule, today = get_object_or_404(mine(request, tab).select_related("partner"), pk=pk), today_of(request)
    form = price_forms.EndForm(request.POST if request.method == "POST" else None, today=today)
    context = {
        "form": form,
        "title": gettext("End this rule"),
        "one": price_lines.shown(rule, offers_of(request.partner), today),
        "tab": tab,
        "back": _book(tab),
    }
    if not form.is_bound:
        return render(request, "billing/price_form.html", context)
    if form.is_valid():
        told = form.cleaned_data
        try:
            ended = setting_prices.end(
                rule, until=told["until_on"], why=told["reason"], by=request.user, now=request.now
            )
        except NotPossible as no:
            form.add_error(no.field if no.field in form.fields else None, str(no))
        except PermissionError as no:
            raise PermissionDenied from no
        else:
            said = gettext("Withdrawn before it applied") if ended.withdrawn else gettext("Its last day is set")
            messages.success(request, said)
            return HttpResponseRedirect(_book(tab))
    return render(request, "billing/price_form.html", context, status=422)


@require_http_methods(BOTH)
@staff(May.PRICE)
def prices_import(request: Here) -> HttpResponse:
    """Add the fixed prices of a file; the same file again changes nothing."""
    posted = request.method == "POST"
    form = price_forms.PricesFileForm(request.POST if posted else None, request.FILES if posted else None)
    faults: list[str] = []
    if posted and form.is_valid():
        told = form.cleaned_data
        try:
            done = import_prices(
                request.partner, told["file"].read(), reason=told["reason"], by=request.user, now=request.now
            )
        except BadFile as bad:
            faults = bad.faults
        else:
            said = [ngettext("%(n)s price added", "%(n)s prices added", done.added) % {"n": done.added}]
            if done.known:
                said.append(gettext("%(n)s were in the book already") % {"n": done.known})
            if done.ended:
                said.append(ngettext("%(n)s before them ends", "%(n)s before them end", done.ended) % {"n": done.ended})
            messages.success(request, reduce(formats.joined, said))
            return HttpResponseRedirect(_book("prices"))
    context = {
        "form": form,
        "faults": faults[:SHOWN_FAULTS],
        "more_faults": max(len(faults) - SHOWN_FAULTS, 0),
        "needed": NEEDED,
        "optional": [name for name in KNOWN if name not in NEEDED],
    }
    return render(request, "billing/prices_import.html", context, status=422 if posted else 200)
