"""What does an invoice's paper say of being late? Two sentences, from the policy that governs it."""

from datetime import date, datetime

from django.utils.translation import gettext, ngettext

from billing.models import Invoice
from billing.papers import print_invoice
from customers import formats
from customers.models import Document, Message, User

from . import policy as book
from .calendars import calendar_for
from .models import Case, PolicyTold, PolicyVersion
from .publishing import policy_of, version_for
from .wording import stage


def print_with_policy(invoice: Invoice, *, language: str, now: datetime, by: User | None = None) -> Document:
    """An issued invoice's paper, made once for each language. Raises Unprinted."""
    return print_invoice(invoice, language=language, now=now, late=lambda: late_words(invoice), by=by)


def attached(message: Message) -> Document | None:
    """The paper that goes with an invoice's mail. Raises Unprinted."""
    mine = Invoice.objects.filter(partner_id=message.partner_id, number=message.about).issued()
    invoice = mine.select_related("customer__partner", "partner").first()
    return print_with_policy(invoice, language=message.language, now=message.queued_at) if invoice else None


def late_words(invoice: Invoice) -> list[str]:
    """When we write and what stops, in the language of the moment; nothing where no policy governs."""
    version = _version(invoice)
    if version is None or invoice.due_on is None:
        return []
    policy, partner = policy_of(version), invoice.partner
    calendar = calendar_for(partner)
    said: list[date] = []
    for one in policy.stages:
        if one.action is book.Action.SUSPEND:
            return [*_writing(said, invoice.due_on), _stopping(one, invoice.due_on, calendar)]
        if one.action is book.Action.NOTICE and one.anchor is book.Anchor.DUE and one.offset > 0:
            said.append(book.shift(invoice.due_on, one.offset, one.unit, calendar))
    return _writing(said, invoice.due_on)


def _version(invoice: Invoice) -> int | None:
    case = Case.objects.filter(invoice=invoice).first()
    if case:
        return case.version_id
    versions = list(PolicyVersion.objects.filter(partner_id=invoice.partner_id).order_by("number"))
    if not versions or invoice.issued_on is None:
        return None
    told = dict(PolicyTold.objects.filter(customer=invoice.customer).values_list("version_id", "told_at"))
    return version_for(invoice.customer, invoice.issued_on, versions, told)


def _writing(days: list[date], due: date) -> list[str]:
    if not days:
        return []
    words = formats.day(days[0], due, weekday=False)
    for day in days[1:]:
        words = formats.joined(words, formats.day(day, due, weekday=False))
    return [gettext("We write to you on: %(days)s.") % {"days": words}]


def _stopping(one: book.Stage, due: date, calendar: book.Calendar) -> str:
    if one.anchor is not book.Anchor.DELIVERED or one.of is None:
        known = book.shift(due, one.offset, one.unit, calendar) if one.anchor is book.Anchor.DUE else None
        if known is None:
            return gettext("Then sign-in may stop for users of the unpaid subscriptions.")
        text = gettext("From %(day)s sign-in may stop for users of the unpaid subscriptions.")
        return text % {"day": formats.day(known, due, weekday=False)}
    if one.unit is book.Unit.BUSINESS_DAYS:
        count = ngettext("%(n)s business day", "%(n)s business days", one.offset)
    else:
        count = ngettext("%(n)s day", "%(n)s days", one.offset)
    text = gettext("%(days)s after “%(notice)s” is delivered, sign-in stops for users of the unpaid subscriptions.")
    return text % {"days": count % {"n": formats.grouped(one.offset)}, "notice": stage(one.of)}
