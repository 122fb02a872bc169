"""Who is held, exempt or due later, and who is warned again? Granting and lifting, each with what it changes first."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from billing.models import Hold, Invoice
from customers.entering import Here, staff
from customers.models import Customer
from customers.roles import May
from dunning import holding, restarting
from dunning.approving import NotAllowed
from dunning.forms import HoldForm, ReasonForm
from dunning.holding import About, BadHold, Terms, drafted, grant
from dunning.supposing import suppose, suppose_all, with_end, with_hold, with_restart
from subscriptions.models import Subscription

from .effects import effect_of
from .naming import BAD_HOLD, CANT_WARN, KINDS

ABOUT: dict[str, type[Customer] | type[Invoice] | type[Subscription]] = {
    "customer": Customer,
    "invoice": Invoice,
    "subscription": Subscription,
}


def mine(request: Here, model: Any) -> Any:
    """The rows of this book that this person may see."""
    return model.objects.visible_to(request.user).of(request.partner)


def key_of(text: str) -> int | None:
    """A primary key from an address, if it can be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.CHASE)
def hold_new(request: Here) -> HttpResponse:
    """Hold, exempt or extend: a customer, or an invoice or a subscription of theirs. Names one in the query."""
    if not any(word in request.GET for word in ABOUT):
        messages.info(request, gettext("Choose the customer first; the hold is recorded on their page."))
        return HttpResponseRedirect(reverse("customers"))
    about = _asked_for(request)
    customer = about if isinstance(about, Customer) else about.customer
    today = request.now.astimezone(customer.tz).date()
    choices = _choices(request, customer)
    if request.method != "POST":
        start = {"kind": request.GET.get("kind", "hold"), "about": _word(about), "from_on": today}
        return _hold_page(request, customer, about, HoldForm(initial=start, choices=choices, today=today))
    form = HoldForm(request.POST, choices=choices, today=today)
    looking = "look" in request.POST
    form.fields["reason"].required = not looking
    if not form.is_valid() or looking or not _grant(request, form):
        return _hold_page(request, customer, about, form, status=200 if looking else 422)
    messages.success(request, gettext("Recorded: %(what)s") % {"what": KINDS[form.cleaned_data["kind"]]})
    return HttpResponseRedirect(_home_of(about))


def _grant(request: Here, form: HoldForm) -> bool:
    """Grant what the form says; what the rulebook's door refuses all the same stands in the form."""
    data = form.cleaned_data
    try:
        grant(
            Hold.Kind(data["kind"]),
            _found(request, data["about"]),
            reason=data["reason"],
            from_on=data["from_on"],
            until_on=data["until_on"],
            by=request.user,
            now=request.now,
        )
    except BadHold as bad:
        form.add_error(bad.code if bad.code in form.fields else None, str(BAD_HOLD[bad.code]))
    except NotAllowed as no:
        raise PermissionDenied from no
    return not form.errors


def _asked_for(request: Here) -> Any:
    """The customer, invoice or subscription the query names."""
    word = next(word for word in ABOUT if word in request.GET)
    return _found(request, f"{word}-{request.GET[word]}")


def _row(request: Here, word: str, text: str) -> Any:
    rows = mine(request, ABOUT[word])
    rows = rows if word == "customer" else rows.select_related("customer__partner")
    if word == "invoice":
        rows = rows.issued()
    pk = key_of(text)
    return rows.filter(pk=pk).first() if pk is not None else None


def _found(request: Here, text: str) -> Any:
    word, _, pk = text.partition("-")
    found = _row(request, word, pk) if word in ABOUT else None
    if found is None:
        raise Http404
    return found


def _word(about: About) -> str:
    return f"{type(about).__name__.lower()}-{about.pk}"


def _choices(request: Here, customer: Customer) -> list[tuple[str, Any]]:
    """The whole customer, each open invoice, each subscription."""
    found: list[tuple[str, Any]] = [(_word(customer), gettext("All of %(name)s") % {"name": customer.name})]
    for invoice in mine(request, Invoice).filter(customer=customer).open().order_by("due_on", "pk")[:200]:
        found.append((_word(invoice), gettext("Invoice %(number)s") % {"number": invoice.number}))
    for one in mine(request, Subscription).filter(customer=customer).order_by("name", "pk")[:200]:
        found.append((_word(one), one.name))
    return found


def _home_of(about: About) -> str:
    """The page one came from: an invoice's, or the customer's."""
    if isinstance(about, Invoice):
        return f"{reverse('invoice', args=[about.pk])}#agreed"
    pk = about.pk if isinstance(about, Customer) else about.customer_id
    return f"{reverse('customer', args=[pk])}#agreed"


def _hold_page(request: Here, customer: Customer, about: About, form: HoldForm, status: int = 200) -> HttpResponse:
    terms = _terms(request, about, form)
    found = []
    if terms is not None:
        kind = Hold.Kind(form.cleaned_data["kind"] if form.is_bound else form.initial["kind"])
        row = drafted(kind, terms, customer, by=request.user, now=request.now)
        pks = [terms.about.pk] if isinstance(terms.about, Invoice) else []
        found = suppose_all(customer, with_hold(row), now=request.now, invoices=pks)
    context = {
        "title": gettext("Hold, extend or exempt"),
        "customer": customer,
        "form": form,
        "effect": effect_of(request, found, asked=terms is not None),
        "do": gettext("Record it"),
        "keep": gettext("Change nothing"),
        "keep_url": _home_of(about),
        "looks": True,
    }
    return render(request, "dunning/hold_form.html", context, status=status)


def _terms(request: Here, about: About, form: HoldForm) -> Terms | None:
    """What the form would grant, as far as it says so without a fault; none where a day is wrong or missing."""
    if not form.is_bound:
        kind = form.initial["kind"]
        if kind not in Hold.Kind.values or kind == Hold.Kind.EXTENSION:
            form.initial["kind"] = kind if kind in Hold.Kind.values else "hold"
            return None
        return Terms(about, form.initial["from_on"], None, gettext("the reason you give"))
    data = form.cleaned_data
    if any(name in form.errors for name in ("kind", "about", "from_on", "until_on")):
        return None
    return Terms(
        _found(request, data["about"]),
        data["from_on"],
        data["until_on"],
        data.get("reason") or gettext("the reason you give"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.CHASE)
def hold_lift(request: Here, hold_id: int) -> HttpResponse:
    """End a hold, an exemption or an extension early; asked once, beside what then comes when."""
    row = get_object_or_404(
        mine(request, Hold).select_related("customer__partner", "invoice", "subscription", "recorded_by"), pk=hold_id
    )
    about = row.invoice or row.customer
    if request.method == "POST":
        try:
            holding.lift(row.pk, by=request.user, now=request.now)
            messages.success(request, gettext("Lifted: %(what)s") % {"what": KINDS[row.kind]})
        except BadHold:
            messages.info(request, gettext("It had ended already; nothing was changed."))
        except NotAllowed as no:
            raise PermissionDenied from no
        return HttpResponseRedirect(_home_of(about))
    today = request.now.astimezone(row.customer.tz).date()
    pks = [row.invoice_id] if row.invoice_id else []
    until = today - timedelta(days=1)
    found = suppose_all(row.customer, with_end(row, until), now=request.now, invoices=pks)
    context = {
        "title": gettext("Lift it: %(what)s") % {"what": KINDS[row.kind]},
        "lead": row.reason,
        "customer": row.customer,
        "effect": effect_of(request, found),
        "do": gettext("Lift it today"),
        "keep": gettext("Leave it as it is"),
        "keep_url": _home_of(about),
    }
    return render(request, "dunning/hold_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.CHASE)
def warn_again(request: Here, invoice_id: int) -> HttpResponse:
    """Begin a new round with the last notice; asked once, with a reason."""
    invoice = get_object_or_404(mine(request, Invoice).issued().select_related("customer__partner"), pk=invoice_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    try:
        if request.method == "POST" and form.is_valid():
            restarting.warn_again(invoice, reason=form.cleaned_data["reason"], by=request.user, now=request.now)
            messages.success(request, gettext("A new round begins with the last notice"))
            return HttpResponseRedirect(_home_of(invoice))
        one = restarting.may_warn_again(invoice, now=request.now)
    except restarting.CantWarnAgain as no:
        messages.info(request, str(CANT_WARN[no.code]))
        return HttpResponseRedirect(_home_of(invoice))
    except NotAllowed as no:
        raise PermissionDenied from no
    found = [suppose(one, with_restart(request.now), now=request.now)]
    context = {
        "title": gettext("Warn again about %(invoice)s") % {"invoice": invoice.number},
        "lead": gettext("The last notice goes out once more after the days to resume, and the ladder goes on from it."),
        "customer": invoice.customer,
        "form": form,
        "effect": effect_of(request, found),
        "do": gettext("Warn again"),
        "keep": gettext("Change nothing"),
        "keep_url": _home_of(invoice),
    }
    return render(request, "dunning/hold_form.html", context, status=422 if form.errors else 200)
