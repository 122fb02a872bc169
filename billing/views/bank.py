"""Whose is the money that waits at the bank? The entries nobody has matched, each with its guesses and its deed."""

from collections import defaultdict
from typing import Any, Final

from django.contrib import messages
from django.db.models import Case, F, QuerySet, When
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from billing.bank.standing import taken_back
from billing.models import BankEntry, Candidate, Invoice
from billing.money import ZERO
from billing.receiving import BadPayment
from customers import exporting, formats
from customers.entering import Here, staff
from customers.models import Customer
from customers.paging import added_up, leaf
from customers.roles import May
from dunning.placing import NotWaiting, bring_back, match_by_hand, set_aside

from . import exports
from .bank_forms import AsideForm, WhoseForm
from .bank_words import likelihood, reasons
from .payment_tabs import tabs

SUGGESTED: Final = 300
MOST_INVOICES: Final = 50
MOST_DIGITS: Final = 18


def mine(request: Here) -> Any:
    """The entries of this book."""
    return BankEntry.objects.visible_to(request.user).of(request.partner)


def customers_here(request: Here) -> QuerySet[Customer]:
    """The customers of this book that this person may see."""
    return Customer.objects.visible_to(request.user).of(request.partner)


@require_safe
@staff(May.SEE_BOOK)
def bank(request: Here) -> HttpResponseBase:
    """What waits, or what was set aside; the chosen entry beside it."""
    if exporting.wanted(request):
        show = "aside" if request.GET.get("show") == "aside" else ""
        return exports.bank_entries(request, _chosen_list(request, show), lambda one: _why(one, []), show)
    return _page(request, _key(request.GET.get("entry", "")))


def _key(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


def _page(
    request: Here,
    entry_id: int,
    *,
    aside: AsideForm | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    show = "aside" if request.GET.get("show") == "aside" else ""
    found = _chosen_list(request, show)
    came_in = Case(When(credit=True, then=F("amount")), default=ZERO)
    number, added = added_up(found.annotate(came_in=came_in), "came_in")
    sums = [{"currency": currency, "sum": amount} for currency, _, amount in added]
    page = leaf(request, found.select_related("statement", "dismissed_by"), count=number)
    entries = page.object_list
    guesses = _guesses(entries)
    chosen = next((one for one in entries if one.pk == entry_id), None)
    if entry_id and chosen is None:
        chosen = mine(request).select_related("statement", "dismissed_by").filter(pk=entry_id).first()
        guesses |= _guesses([chosen] if chosen else [])
    context: dict[str, Any] = {
        "page": page,
        "rows": [{"entry": one, "why": _why(one, guesses.get(one.pk, [])[:1])} for one in entries],
        "show": show,
        "tabs": tabs(request),
        "sums": sums,
        "gone": bool(entry_id) and (chosen is None or chosen.payment_id is not None),
        "refused": refused,
    }
    if chosen is not None and chosen.payment_id is None:
        context |= _panel(request, chosen, guesses.get(chosen.pk, [])) | {"aside": aside or AsideForm()}
    return render(request, "billing/bank.html", context, status=status)


def _chosen_list(request: Here, show: str) -> QuerySet[BankEntry]:
    entries = mine(request)
    if show:
        aside: QuerySet[BankEntry] = entries.filter(dismissed_at__isnull=False).order_by("-dismissed_at", "-pk")
        return aside
    waiting = entries.waiting().order_by()
    back = taken_back(entries).order_by()
    both: QuerySet[BankEntry] = entries.filter(pk__in=waiting.values("pk")) | entries.filter(pk__in=back.values("pk"))
    return both.order_by("-booked_on", "-pk")


def _guesses(entries: list[BankEntry]) -> dict[int, list[Candidate]]:
    """Whose each entry may be, the likeliest first."""
    found: dict[int, list[Candidate]] = defaultdict(list)
    for one in Candidate.objects.filter(entry__in=entries).select_related("customer").order_by("-confidence", "pk"):
        found[one.entry_id].append(one)
    return found


def _why(entry: BankEntry, likeliest: list[Candidate]) -> str:
    """The best guess in a few words."""
    if entry.dismissed_at:
        return entry.dismissed_why
    if not likeliest:
        return next(iter(reasons(entry.matched_why)), "")
    [best] = likeliest
    if not entry.credit:
        return gettext("the bank took back what %(customer)s had paid") % {"customer": best.customer.name}
    first = next(iter(reasons(best.why)), "")
    return gettext("%(how)s %(customer)s: %(why)s") % {
        "how": likelihood(best.confidence),
        "customer": best.customer.name,
        "why": first,
    }


def _panel(request: Here, entry: BankEntry, guesses: list[Candidate]) -> dict[str, Any]:
    whose = WhoseForm(
        {"who": request.GET["who"]} if request.GET.get("who") else None, customers=customers_here(request)
    )
    key = _key(request.GET.get("customer", ""))
    asked = customers_here(request).filter(pk=key).first() if key else None
    if whose.is_bound and whose.is_valid():
        asked = whose.found
    # Somebody who is no guess may be chosen; nobody is chosen where several are as likely.
    chosen = asked or (guesses[0].customer if guesses and entry.credit else None)
    guess = next((one for one in guesses if chosen and one.customer_id == chosen.pk), None)
    owing = customers_here(request).filter(invoices__status="issued", invoices__balance__gt=0).distinct()
    return {
        "entry": entry,
        "guesses": [
            {"row": one, "reasons": reasons(one.why), "likelihood": likelihood(one.confidence)} for one in guesses
        ],
        "chosen": chosen,
        "guess": guess,
        "guess_reasons": reasons(guess.why) if guess else [],
        "invoices": _invoices(request, entry, chosen, guess) if chosen else [],
        "whose": whose,
        "suggested": list(owing.order_by("name").values_list("name", flat=True)[:SUGGESTED]),
        "took_back": guesses[0].why[0][1] if guesses and not entry.credit else "",
        "entry_reasons": reasons(entry.matched_why),
    }


def _invoices(request: Here, entry: BankEntry, customer: Customer, guess: Candidate | None) -> list[dict[str, Any]]:
    """What the customer owes in the entry's currency, with what the guess would pay ticked."""
    named = {value for why in guess.why for value in why[1:]} if guess else set()
    open_ones = Invoice.objects.visible_to(request.user).filter(customer=customer, currency=entry.currency).open()
    return [
        {
            "invoice": one,
            "ticked": bool({one.number, one.reference} & named),
            "late": max((request.now.astimezone(request.zone).date() - one.due_on).days, 0) if one.due_on else 0,
        }
        for one in open_ones.order_by("due_on", "pk")[:MOST_INVOICES]
    ]


@require_POST
@staff(May.RECEIVE)
def match(request: Here, entry_id: int) -> HttpResponse:
    """Book an entry as a customer's payment, the ticked invoices first."""
    entry = get_object_or_404(mine(request).filter(credit=True).select_related("partner"), pk=entry_id)
    pk = _key(request.POST.get("customer", ""))
    customer = customers_here(request).select_related("partner").filter(pk=pk).first()
    if customer is None:
        return _page(request, entry_id, refused=gettext("Choose whose payment it is"), status=422)
    wanted = [_key(text) for text in request.POST.getlist("told")[:MOST_INVOICES]]
    open_ones = Invoice.objects.visible_to(request.user).filter(customer=customer, currency=entry.currency).open()
    told = list(open_ones.filter(pk__in=wanted).order_by("due_on", "pk").values_list("pk", flat=True))
    only = bool(request.POST.get("only"))
    if only and not told:
        return _page(request, entry_id, refused=gettext("Tick at least one invoice"), status=422)
    try:
        settled = match_by_hand(entry, customer, told=told, by=request.user, now=request.now, only=only)
    except NotWaiting:
        return _faster(request)
    except BadPayment as bad:
        return _page(request, entry_id, refused=str(bad), status=422)
    text = gettext("%(amount)s of %(customer)s booked")
    said = text % {"amount": formats.amount(entry.amount, entry.currency), "customer": customer.name}
    if settled.reinstated:
        said = formats.joined(said, gettext("access comes back"))
    messages.success(request, said)
    return HttpResponseRedirect(reverse("bank"))


@require_POST
@staff(May.RECEIVE)
def aside(request: Here, entry_id: int) -> HttpResponse:
    """Say that an entry is no customer's payment."""
    entry = get_object_or_404(mine(request).select_related("partner"), pk=entry_id)
    form = AsideForm(request.POST)
    if not form.is_valid():
        return _page(request, entry_id, aside=form, status=422)
    try:
        set_aside(entry, why=form.cleaned_data["why"], by=request.user, now=request.now)
    except NotWaiting:
        return _faster(request)
    messages.success(request, gettext("Set aside. It holds nothing back any more"))
    return HttpResponseRedirect(f"{reverse('bank')}?show=aside&entry={entry_id}")


@require_POST
@staff(May.RECEIVE)
def back(request: Here, entry_id: int) -> HttpResponse:
    """Undo that an entry was set aside."""
    entry = get_object_or_404(mine(request).select_related("partner"), pk=entry_id)
    try:
        bring_back(entry, now=request.now)
    except NotWaiting:
        return _faster(request)
    messages.success(request, gettext("It waits again"))
    return HttpResponseRedirect(f"{reverse('bank')}?entry={entry_id}")


def _faster(request: Here) -> HttpResponse:
    messages.info(request, gettext("Somebody was faster: that entry was dealt with already. Nothing was changed."))
    return HttpResponseRedirect(reverse("bank"))
