"""Which money came in, and where did it go? The list, recording a payment, what it settled, and using the rest."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from billing.forms import PaymentForm
from billing.models import BankEntry, Claim, Invoice, Payment
from billing.money import ZERO
from billing.receiving import BadPayment
from customers import exporting, formats
from customers.entering import Here, staff
from customers.models import Customer
from customers.paging import added_up, leaf
from customers.roles import May
from dunning.placing import allocate_rest
from dunning.settling import settle
from subscriptions.models import AccessChange, Subscription, Suspension

from . import exports
from .bank_words import reasons
from .payment_tabs import tabs

NEWEST = ("-received_on", "-pk")
SUGGESTED = 300


def mine(request: Here) -> QuerySet[Any]:
    """The payments of this book that this person may see, each with what is left of it."""
    rows: QuerySet[Any] = Payment.objects.visible_to(request.user).of(request.partner).with_left()
    return rows


@require_safe
@staff(May.SEE_BOOK)
def payments(request: Here) -> HttpResponseBase:
    """All payments, those of which something is left, or those that customers say are on their way."""
    if request.GET.get("show") == "claimed":
        return _claimed(request)
    show = "unapplied" if request.GET.get("show") == "unapplied" else ""
    words = request.GET.get("q", "").strip()[:100]
    found = mine(request)
    if words:
        found = found.filter(Q(customer__name__icontains=words) | Q(reference__icontains=words))
    waiting = found.filter(left__gt=0)
    chosen = waiting if show else found
    rows = chosen.select_related("customer")
    if exporting.wanted(request):
        return exports.payments(request, rows.order_by(*NEWEST), show, words)
    number, added = added_up(chosen, "amount", "left")
    context = {
        "page": leaf(request, rows, *NEWEST, count=number),
        "sums": [dict(zip(("currency", "n", "amount", "left"), row, strict=True)) for row in added],
        "show": show,
        "words": words,
        "tabs": tabs(request),
    }
    return render(request, "billing/payments.html", context)


def _claimed(request: Here) -> HttpResponse:
    rows = Claim.objects.visible_to(request.user).of(request.partner).filter(gone_at=None)
    page = leaf(request, rows.select_related("customer", "invoice"), "-at", "-pk")
    context = {"page": page, "tabs": tabs(request)}
    return render(request, "billing/payments_claimed.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.RECEIVE)
def receive(request: Here) -> HttpResponse:
    """Record a payment by hand. The same words twice are one payment."""
    form = _form(request)
    if request.method != "POST" or not form.is_valid():
        return _ask(request, form, 422 if form.is_bound else 200)
    assert form.payer is not None
    try:
        settled = settle(
            form.payer,
            amount=form.cleaned_data["amount"],
            currency=form.cleaned_data["currency"],
            reference=form.cleaned_data["reference"],
            received_on=form.cleaned_data["received_on"],
            told=[form.told] if form.told else [],
            only=form.cleaned_data["only"],
            now=request.now,
            by=request.user,
        )
    except BadPayment as bad:
        form.add_error(None, str(bad))
        return _ask(request, form, 422)
    if settled.received.booked_now:
        messages.success(request, gettext("Payment recorded"))
    else:
        messages.info(request, gettext("This payment stood in the book already; nothing was changed."))
    return redirect("payment", settled.received.payment.pk)


def _form(request: Here) -> PaymentForm:
    customers = Customer.objects.visible_to(request.user).of(request.partner)
    invoices = Invoice.objects.visible_to(request.user).of(request.partner).issued()
    today = request.now.astimezone(request.zone).date()
    used = set(invoices.order_by().values_list("currency", flat=True).distinct())
    known: dict[str, Any] = {"received_on": today, "currency": request.partner.currency}
    asked = request.GET.get("customer", "")
    payer = customers.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    if payer:
        known["customer"] = payer.name
    number = request.GET.get("invoice", "")
    named = invoices.filter(number=number).select_related("customer").first() if number else None
    if named:
        known |= {"customer": named.customer.name, "currency": named.currency, "reference": named.reference}
    return PaymentForm(
        request.POST if request.method == "POST" else None,
        customers=customers,
        invoices=invoices,
        currencies=[request.partner.currency, *sorted(used - {request.partner.currency})],
        today=today,
        initial=known,
    )


def _ask(request: Here, form: PaymentForm, status: int) -> HttpResponse:
    owing = form.customers.filter(invoices__status="issued", invoices__balance__gt=0).distinct()
    context = {"form": form, "suggested": list(owing.order_by("name").values_list("name", flat=True)[:SUGGESTED])}
    return render(request, "billing/payment_new.html", context, status=status)


@require_safe
@staff(May.SEE_BOOK)
def payment(request: Here, payment_id: int) -> HttpResponse:
    """One payment: the invoices it went to, what is left of it, and the access it brings back."""
    placed: QuerySet[Any] = mine(request).annotate(put=Coalesce(Sum("allocations__amount"), ZERO))
    one = get_object_or_404(placed.select_related("customer", "recorded_by"), pk=payment_id)
    entry = BankEntry.objects.filter(payment=one).select_related("statement").first()
    context = {
        "payment": one,
        "placed": _placed(one),
        "back": _restored(one),
        "entry": entry,
        "entry_why": reasons(entry.matched_why) if entry else [],
    }
    return render(request, "billing/payment.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.RECEIVE)
def use_rest(request: Here, payment_id: int) -> HttpResponse:
    """Put what is left of a payment against invoices a person ticks, in the order they are due."""
    one = get_object_or_404(mine(request).select_related("customer__partner"), pk=payment_id)
    owed = Invoice.objects.visible_to(request.user).filter(customer_id=one.customer_id, currency=one.currency).open()
    invoices = list(owed.order_by("due_on", "pk")[:SUGGESTED])
    context = {"payment": one, "invoices": invoices, "refused": ""}
    if request.method != "POST":
        return render(request, "billing/payment_allocate.html", context)
    told = [each for each in invoices if str(each.pk) in request.POST.getlist("told")]
    if invoices and one.left and not told:
        context |= {"refused": gettext("Tick at least one invoice"), "only": bool(request.POST.get("only"))}
        return render(request, "billing/payment_allocate.html", context, status=422)
    only = bool(request.POST.get("only"))
    placed = allocate_rest(one, told, by=request.user, now=request.now, only=only)
    if placed:
        rest = one.left - sum((part.amount for part in placed), ZERO)
        kept = gettext("%(left)s stays unapplied") % {"left": formats.amount(rest, one.currency)}
        messages.success(request, kept if only and rest else gettext("What was left is used"))
    else:
        messages.info(request, gettext("Nothing was left to use. Nothing was changed."))
    return redirect("payment", one.pk)


def _placed(one: Payment) -> list[dict[str, Any]]:
    amounts: dict[Invoice, Decimal] = defaultdict(lambda: ZERO)
    for put in one.allocations.select_related("line__invoice").order_by("pk"):
        amounts[put.line.invoice] += put.amount
    return [{"invoice": invoice, "amount": amount} for invoice, amount in amounts.items()]


def _restored(one: Payment) -> list[dict[str, Any]]:
    """The subscriptions whose debt this payment cured: lifted in the commit that booked it."""
    changes = AccessChange.objects.filter(
        customer_id=one.customer_id, wanted=AccessChange.Wanted.ACTIVE, queued_at=one.booked_at
    )
    rows = []
    for change in changes:
        lifted = {row.subscription_id: row for row in Suspension.objects.filter(lifted_by=change)}
        for subscription in Subscription.objects.filter(pk__in=change.scope).order_by("pk"):
            row = lifted.get(subscription.pk)
            done = row.restored_at if row else None
            rows.append({"subscription": subscription, "restored_at": done, "parked": change.outcome == "parked"})
    return rows
