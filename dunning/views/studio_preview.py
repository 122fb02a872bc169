"""What would a customer read: the policy page with a sample's dates, and each stage's letter?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from billing.models import Invoice
from billing.money import plain
from customers.entering import Here
from customers.models import Customer, Letter, Message
from customers.own_words import own_words
from customers.sending import words
from dunning import policy as book
from dunning.calendars import calendar_for
from dunning.policy.faults import within_reach
from dunning.wording import stage
from partnerportal.pages.my_outlook import Outlook
from partnerportal.pages.my_policy_rows import Reader, rows
from partnerportal.pages.my_saying import Voice

SEATS = 10
LETTERS = {
    book.Action.NOTICE: Letter.NOTICE,
    book.Action.SUSPEND: Letter.SUSPENDED,
    book.Action.DELETION_NOTICE: Letter.DELETION,
}


@dataclass(frozen=True)
class Line:
    """One row of the customer's page, its date in words."""

    when: str
    what: str
    strong: str
    date: str
    near: str


@dataclass(frozen=True)
class Preview:
    """What stands beside the draft: the page or one letter, in one language. `choices` and `languages` are
    (value, label, whether it is shown)."""

    language: str
    due: str
    lines: list[Line]
    subject: str
    letter: str
    choices: list[tuple[str, str, bool]]
    languages: list[tuple[str, str, bool]]


@dataclass(frozen=True)
class Sample:
    """An invoice nobody has, with the future the draft gives it."""

    request: Here
    policy: book.Policy
    invoice: Invoice
    amount: Decimal
    decision: book.Decision

    @property
    def currency(self) -> str:
        """The partner's own."""
        return self.request.partner.currency

    def entry(self, name: str) -> book.Entry | None:
        """When a stage would come."""
        return next((one for one in self.decision.schedule if one.stage == name), None)


def preview(request: Here, policy: book.Policy) -> Preview:
    """The customer's page, or the letter of the stage asked for (`?see=3`), in the language asked for (`?lang=`)."""
    known = [code for code, _ in settings.LANGUAGES]
    asked = request.GET.get("lang", "")
    language = asked if asked in known else translation.get_language() or "en"
    see = request.GET.get("see", "")
    letters = {str(n): one for n, one in enumerate(policy.stages, 1) if one.action in LETTERS}
    sample = _sample(request, policy)
    with translation.override(language):
        subject, _, text = _letter(sample, letters[see], language).partition("\n") if see in letters else ("", "", "")
        lines = [] if see in letters else _page(sample)
        due = _voice(request).when(sample.invoice.due_on or request.now)
    choices = [("", gettext("Customer’s page"), see not in letters)]
    choices += [(number, stage(one.name), number == see) for number, one in letters.items()]
    names = [(code, name, code == language) for code, name in settings.LANGUAGES]
    return Preview(language, due, lines, subject, text.strip(), choices, names)


def _voice(request: Here) -> Voice:
    return Voice(request.now, request.partner.tz)


def _sample(request: Here, policy: book.Policy) -> Sample:
    """An invoice issued today over an amount that every stage acts on."""
    partner = request.partner
    today = request.now.astimezone(partner.tz).date()
    amount = max((one.min_overdue.get(partner.currency, Decimal(0)) for one in policy.stages), default=Decimal(0))
    amount = max(amount, policy.ignored(partner.currency), policy.cover(partner.currency)) + 1000
    due = today + timedelta(days=partner.payment_terms_days)
    line = book.Line("1", amount, "sample")
    calendar = calendar_for(partner)
    facts = book.Facts(
        book.Invoice("sample", due, partner.currency, (line,)), partner.tz, calendar, bank_at=request.now
    )
    decision = book.schedule(within_reach(policy), facts, request.now)
    invoice = Invoice(partner=partner, number=f"{partner.prefix}-…", currency=partner.currency, due_on=due)
    return Sample(request, policy, invoice, amount, decision)


def _page(sample: Sample) -> list[Line]:
    partner, voice = sample.request.partner, _voice(sample.request)
    calendar = calendar_for(partner)
    outlook = Outlook(sample.invoice, Decimal(0), sample.decision, sample.policy, ())
    return [
        Line(row.when, row.happens, row.strong, voice.when(row.at) if row.at else "", "" if row.at else row.near)
        for row in rows(Reader(sample.policy, calendar, sample.currency, voice, outlook))
    ]


def _letter(sample: Sample, one: book.Stage, language: str) -> str:
    """The subject, a line break and the text of a stage's letter."""
    partner = sample.request.partner
    entry = sample.entry(one.name)
    message = Message(
        partner=partner,
        customer=Customer(partner=partner, name=gettext("Sample customer"), zone=partner.zone),
        letter=LETTERS[one.action],
        language=language,
        queued_at=entry.at if entry else sample.request.now,
        values=_values(sample, one),
    )
    subject, text, _html = words(message, own_words(message))
    return f"{subject}\n{text}"


def _values(sample: Sample, one: book.Stage) -> dict[str, Any]:
    """What the letter of a stage would have frozen."""
    partner = sample.request.partner
    stops = next((each for each in sample.decision.schedule if each.action is book.Action.SUSPEND), None)
    gone = (stops.at if stops else sample.request.now) + timedelta(days=sample.policy.deletion_days)
    owed: dict[str, Any] = {
        "invoice": sample.invoice.number,
        "invoice_id": 0,
        "stage": one.name,
        "amount": plain(sample.amount, sample.currency),
        "currency": sample.currency,
        "due_on": str(sample.invoice.due_on),
        "reference": f"{partner.prefix}-0000",
        "suspend_on": str(stops.on) if stops else "",
        "not_before": stops.at.isoformat() if stops else "",
        "pay_by": _pay_by(sample, stops).isoformat() if stops else "",
        "subscriptions": ["Office 365 E3"] if stops else [],
        "seats": SEATS if stops else 0,
        "deletion_days": sample.policy.deletion_days,
        "link": "/my/invoices/",
    }
    if one.action is book.Action.NOTICE:
        return {"stage": one.name, "currency": sample.currency, "invoices": [owed]}
    since = (stops.at if stops else sample.request.now).isoformat()
    day = gone.astimezone(partner.tz).date()
    return {**owed, "since": since, "deletes_on": str(day), "subscriptions": ["Office 365 E3"], "seats": SEATS}


def _pay_by(sample: Sample, stops: book.Entry) -> datetime:
    partner = sample.request.partner
    calendar = calendar_for(partner)
    if not sample.policy.settle_days:
        return stops.at
    last = book.shift(stops.on, -sample.policy.settle_days, book.Unit.BUSINESS_DAYS, calendar)
    return book.first_instant(last, calendar.closes, calendar.zone)
