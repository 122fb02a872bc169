"""What does a newcomer do first? Four steps from an empty book to the first invoice; each is ticked by facts."""

import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from billing.models import Invoice, PriceRule
from customers import formats
from customers.entering import Here, staff
from customers.models import Invitation, Membership
from customers.roles import May
from dunning.models import PolicyVersion
from payables import sampling, taking_in
from payables.models import ProviderBill
from payables.reading import read
from subscriptions.gateway.settings import is_loopback
from subscriptions.management.commands.sandbox_load import customers_of
from subscriptions.sandbox.loading import SandboxError, load

SAMPLE_NAME: Final = "sample-month.csv"


@dataclass
class Step:
    """One step: what it brings, whether the facts say that it is done, and where it is done."""

    name: str
    text: str
    done: bool
    action: str
    url: str
    may: bool
    more: list[tuple[str, str]] = field(default_factory=list)
    hint: str = ""
    sample: str = ""


@dataclass
class FirstSteps:
    """The steps with the one that is next; whether a person is alone here, and whether an invoice was ever issued."""

    steps: list[Step]
    alone: bool
    issued: bool

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(step.done for step in self.steps)

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self.done == len(self.steps)

    @property
    def now(self) -> int:
        """The first that is left, counted from 1; 0 when all are done."""
        return next((number for number, step in enumerate(self.steps, 1) if not step.done), 0)


def first_steps(request: Here) -> FirstSteps:
    """As far as this book is, in a number of queries that doesn't grow."""
    bill = ProviderBill.objects.of(request.partner).order_by("-pk").first()
    mine = Invoice.objects.of(request.partner)
    issued, drafts = mine.issued().exists(), mine.filter(status=Invoice.Status.DRAFT).exists()
    people = Membership.objects.filter(partner=request.partner, customer=None).count()
    invited = Invitation.objects.of(request.partner).open().filter(customer=None).exists()
    steps = [_company(request), _file(request, bill), _drafts(request, bill, issued, drafts), _policy(request)]
    return FirstSteps(steps, alone=people < 2 and not invited, issued=issued)


def _company(request: Here) -> Step:
    partner = request.partner
    days = ngettext("due after %(n)s day", "due after %(n)s days", partner.payment_terms_days)
    known = [partner.name, partner.currency, partner.zone, days % {"n": partner.payment_terms_days}]
    address, account = bool(partner.address), bool(partner.bank_number)
    text = ", ".join(known)
    if not (address and account):
        text += ". " + gettext("Invoices name your address and the account to pay to; one of them is missing.")
    missing = "company" if not address else "bank_details"
    return Step(
        gettext("Company"),
        text,
        address and account,
        gettext("Change") if address and account else gettext("Write it down"),
        reverse("company" if address and account else missing),
        request.membership.may(May.COMPANY),
    )


def _file(request: Here, bill: ProviderBill | None) -> Step:
    text = gettext(
        "Brings customers, subscriptions and your first provider bill. Reading it changes nothing until you agree."
    )
    if bill is not None:
        text = gettext("Bill %(bill)s is here.") % {"bill": bill.number}
    return Step(
        gettext("First reconciliation file"),
        text,
        bill is not None,
        gettext("Choose a file") if bill is None else gettext("Look at it"),
        f"{reverse('provider_bills')}#import" if bill is None else reverse("provider_bill", args=[bill.pk]),
        request.membership.may(May.ISSUE if bill is None else May.SEE_BILLS),
        hint=gettext("CSV as 21Vianet sends it, up to 300 MB"),
        sample=reverse("first_steps_sample") if bill is None and _has_sandbox() else "",
    )


def _drafts(request: Here, bill: ProviderBill | None, issued: bool, drafts: bool) -> Step:
    rule = PriceRule.objects.filter(partner=request.partner).order_by("pk").first()
    percent = formats.percent(rule.markup_percent) if rule and rule.markup_percent is not None else ""
    text = gettext("Cost plus %(percent)s unless a customer has its own. You see every draft before it is issued.")
    text = text % {"percent": percent} if percent else gettext("You see every draft before it is issued.")
    action, url = gettext("Set prices"), reverse("prices")
    if drafts:
        action, url = gettext("Look at the drafts"), f"{reverse('invoices')}?state=draft"
    elif bill is not None and not issued:
        action, url = gettext("Draft invoices"), reverse("provider_bill", args=[bill.pk])
    more = [(gettext("Prices"), reverse("prices"))] if url != reverse("prices") else []
    may = request.membership.may(May.PRICE if url == reverse("prices") else May.SEE_BILLS)
    return Step(gettext("Prices and first invoices"), text, issued, action, url, may, more)


def _policy(request: Here) -> Step:
    versions = PolicyVersion.objects.of(request.partner)
    chosen = versions.filter(published_by__isnull=False).exists()
    text = gettext("The standard terms hold until you publish your own. Customers read them before the first reminder.")
    if chosen:
        text = gettext("Your own terms are published.")
    elif Invoice.objects.of(request.partner).issued().exists():
        text = gettext("The first invoice was issued under the standard terms. A change reaches customers with notice.")
        chosen = True
    action = gettext("Read it") if chosen else gettext("Read and change it")
    return Step(gettext("Collections policy"), text, chosen, action, reverse("policy"), True)


@require_safe
@staff(May.SEE_BOOK)
def page(request: Here) -> HttpResponse:
    """The steps on a page of their own."""
    return render(request, "first_steps.html", {"first": first_steps(request)})


@require_POST
@staff(May.ISSUE)
def sample(request: Here) -> HttpResponse:
    """Read a month that was made up, as if somebody had chosen its file; only where the provider is a sandbox."""
    if not _has_sandbox():
        messages.info(request, gettext("A sample is only for trying the portal out. Choose a file of 21Vianet’s."))
        return redirect("first_steps")
    content = sampling.write(request.partner.slug, _charges(request))
    try:
        load(settings.PARTNER_CENTER["base_url"], customers_of(read(content).rows))
    except SandboxError:
        messages.error(request, gettext("The sandbox did not answer. Nothing was changed."))
        return redirect("first_steps")
    one = taking_in.upload(request.partner, io.BytesIO(content), name=SAMPLE_NAME, by=request.user, now=request.now)
    one = taking_in.carry_on(one, None, now=request.now)
    return redirect("provider_intake", one.pk)


def _has_sandbox() -> bool:
    return bool(settings.USES_SANDBOX and is_loopback(settings.PARTNER_CENTER["base_url"]))


def _charges(request: Here) -> list[sampling.Charge]:
    today = request.now.astimezone(request.partner.tz).date()
    last = today.replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    rows: tuple[tuple[str, str, int, str], ...] = (
        ("Northwind Trading", "Office 365 E3", 25, "132.00"),
        ("Northwind Trading", "Visio Plan 2", 4, "99.00"),
        ("Contoso Foods", "Office 365 E1", 60, "52.00"),
        ("青禾食品", "Office 365 E3", 12, "132.00"),
    )
    return [_charge(request, *row, first, last) for row in rows]


def _charge(request: Here, who: str, offer: str, seats: int, price: str, first: date, last: date) -> sampling.Charge:
    told: dict[str, Any] = {"subscription_starts_on": first.replace(day=1), "currency": request.partner.currency}
    domain = f"{''.join(filter(str.isascii, who.lower())).replace(' ', '') or 'qinghe'}.example"
    return sampling.Charge(who, offer, seats, Decimal(price), first, last, domain=domain, **told)
