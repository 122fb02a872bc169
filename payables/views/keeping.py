"""How is written down what we have paid the provider, and on which terms? On pages that show what follows."""

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from billing.views.corrections import BOTH, Correction, carry_out, posted
from customers import formats
from customers.entering import Here, staff
from customers.roles import May
from payables import balances, banking, paying, standing, terms
from payables.keeping_forms import CashForm, DueDayForm, PayForm, RestrictionForm, SureForm, TakeBackForm, TermsForm
from payables.models import ProviderBill, ProviderPayment
from payables.owing import Owed, owed
from subscriptions.gateway.protocol import ProviderError
from subscriptions.provisioning import provider_for


def today_of(request: Here) -> Any:
    """Today where the partner is."""
    return request.now.astimezone(request.partner.tz).date()


def one_owed(request: Here, bill_id: int) -> Owed:
    """One bill of this book with what is left of it."""
    mine = ProviderBill.objects.visible_to(request.user).of(request.partner)
    found = get_object_or_404(mine, pk=bill_id)
    (one,) = owed(request.partner, today=today_of(request), bills=mine.filter(pk=found.pk))
    return one


@require_http_methods(BOTH)
@staff(May.PAY)
def pay(request: Here, bill_id: int) -> HttpResponse:
    """Write down money sent for a bill."""
    one = one_owed(request, bill_id)
    left = formats.amount(one.to_pay, one.bill.currency)
    start = {"amount": formats.bare(one.to_pay, one.bill.currency), "once": secrets.token_hex(16)}
    it = Correction(
        title=gettext("Record a payment for %(bill)s") % {"bill": one.bill.number},
        lead=_("Write down here what you have transferred. The portal itself moves no money."),
        do=_("Record the payment"),
        back=reverse("provider_bill", args=[one.bill.pk]),
        form=PayForm(posted(request), today=today_of(request), initial=start),
        facts=[
            (_("To pay"), left, ""),
            (_("Due"), formats.day(one.pay_by, today_of(request)), ""),
            (_("Then"), gettext("21Vianet shows a payment after up to 5 business days"), ""),
        ],
    )

    def deed(told: dict[str, Any]) -> str:
        sent = paying.pay(one.bill, by=request.user, now=request.now, **told)
        return gettext("%(amount)s recorded") % {"amount": formats.amount(sent.amount, sent.currency)}

    return carry_out(request, it, deed)


@require_http_methods(BOTH)
@staff(May.PAY)
def take_back(request: Here, sent_id: int) -> HttpResponse:
    """Undo a payment that came back or was written down by mistake."""
    mine = ProviderPayment.objects.visible_to(request.user).of(request.partner).select_related("bill", "partner")
    one = get_object_or_404(mine, pk=sent_id)
    whole = formats.amount(one.amount, one.currency)
    over = one.undoes_id is not None or mine.filter(undoes=one).exists()
    it = Correction(
        title=gettext("Take back %(amount)s for %(bill)s") % {"amount": whole, "bill": one.bill.number},
        lead=_("The payment stays in the book; a row with the opposite amount undoes it."),
        do=_("Take the payment back"),
        back=reverse("provider_bill", args=[one.bill_id]),
        form=TakeBackForm(posted(request)),
        facts=[(one.bill.number, gettext("%(amount)s is to pay again") % {"amount": whole}, "")],
        refused=gettext("This payment was taken back already.") if over and request.method != "POST" else "",
        tone="danger",
    )

    def deed(told: dict[str, Any]) -> str:
        paying.take_back(one, why=told["reason"], by=request.user, now=request.now)
        return gettext("The payment is taken back")

    return carry_out(request, it, deed)


@require_http_methods(BOTH)
@staff(May.PAY)
def agree_terms(request: Here) -> HttpResponse:
    """Terms agreed in writing, for the bills from a day on."""
    today = today_of(request)
    known = terms.AllTerms(request.partner).on(today)
    start = {"net_days": known.net_days, "from_on": today}
    share = formats.percent(known.monthly_charge * 100, 1)
    days = gettext("%(n)s days after the billing date") % {"n": known.net_days}
    it = Correction(
        title=gettext("Payment terms with 21Vianet"),
        lead=_(
            "Only what 21Vianet’s credit and collection people agreed to in writing. Bills imported before keep theirs."
        ),
        do=_("Keep these terms"),
        back=reverse("provider"),
        form=TermsForm(posted(request), initial=start),
        facts=[
            (_("Today"), days, ""),
            (_("Late"), gettext("%(share)s of the bill a month, or less, may be assessed") % {"share": share}, ""),
            (_("Agreed how"), known.agreement or gettext("21Vianet’s own terms"), ""),
        ],
    )

    def deed(told: dict[str, Any]) -> str:
        terms.agree(request.partner, by=request.user, now=request.now, **told)
        return gettext("The terms are kept; bills imported from now on follow them")

    return carry_out(request, it, deed)


@require_http_methods(BOTH)
@staff(May.PAY)
def agree_day(request: Here, bill_id: int) -> HttpResponse:
    """Another due day for one bill."""
    one = one_owed(request, bill_id)
    it = Correction(
        title=gettext("Another due day for %(bill)s") % {"bill": one.bill.number},
        lead=_("Only a day 21Vianet agreed to in writing. It moves the warnings and the estimate of the late charge."),
        do=_("Keep this day"),
        back=reverse("provider_bill", args=[one.bill.pk]),
        form=DueDayForm(posted(request), initial={"due_on": one.pay_by}),
        facts=[(_("Due"), formats.day(one.pay_by, today_of(request)), "")],
    )

    def deed(told: dict[str, Any]) -> str:
        terms.agree_bill(one.bill, by=request.user, **told)
        return gettext("%(bill)s is due on %(day)s") % {
            "bill": one.bill.number,
            "day": formats.day(told["due_on"], today_of(request)),
        }

    return carry_out(request, it, deed)


@require_http_methods(BOTH)
@staff(May.PAY)
def restriction(request: Here) -> HttpResponse:
    """Our own account with the provider is restricted, or no longer."""
    state = standing.stands(request.partner, today=today_of(request))
    known = state.restriction
    facts: list[tuple[str | Promise, str, str]] = [
        (_("While it lasts you can’t"), ", ".join(str(one) for one in standing.REFUSED), "")
    ]
    if known:
        facts.append((_("Since"), known.why, ""))
    form: forms.Form = SureForm(posted(request)) if known else RestrictionForm(posted(request))
    it = Correction(
        title=gettext("The restriction is over") if known else gettext("21Vianet restricts our account"),
        lead=_("Full function returns when the bills that are behind are paid.")
        if known
        else _("The portal then says so wherever 21Vianet would refuse. Suspending and restoring go on."),
        do=_("It is over") if known else _("Keep that it restricts us"),
        back=reverse("provider"),
        form=form,
        facts=facts,
    )

    def deed(told: dict[str, Any]) -> str:
        if known:
            standing.lift(request.partner, by=request.user, now=request.now)
            return gettext("The account is in good standing again")
        standing.restrict(request.partner, why=told["why"], by=request.user, now=request.now)
        return gettext("The restriction is kept")

    return carry_out(request, it, deed)


@require_POST
@staff(May.PAY)
def ask_balances(request: Here) -> HttpResponse:
    """Ask the provider at once what it says we owe."""
    try:
        read = balances.read_balances(request.partner, provider_for(request.partner), now=request.now)
    except ProviderError:
        messages.error(request, gettext("21Vianet did not answer. Nothing was changed."))
        return HttpResponseRedirect(reverse("provider"))
    said = ", ".join(formats.amount(one.balance, one.currency) for one in read)
    messages.success(request, gettext("21Vianet says %(amounts)s is unpaid") % {"amounts": said or "0"})
    return HttpResponseRedirect(reverse("provider"))


@require_http_methods(BOTH)
@staff(May.PAY)
def cash(request: Here) -> HttpResponse:
    """What the bank account held, from where the cash gap starts."""
    it = Correction(
        title=gettext("Our bank balance"),
        lead=_("The cash gap starts from it. Write down what the account held when a day ended."),
        do=_("Keep the balance"),
        back=reverse("provider"),
        form=CashForm(posted(request), today=today_of(request)),
    )

    def deed(told: dict[str, Any]) -> str:
        kept = banking.keep_balance(request.partner, by=request.user, now=request.now, **told)
        return gettext("%(amount)s on %(day)s kept") % {
            "amount": formats.amount(kept.balance, kept.currency),
            "day": formats.day(kept.on, today_of(request)),
        }

    return carry_out(request, it, deed)
