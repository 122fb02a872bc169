"""Which sentence opens a customer's page? What is to pay, until when, and what happens otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext, gettext_lazy, ngettext

from billing.models import PromiseToPay
from billing.money import ZERO
from customers import formats
from dunning import policy as book

from .my_outlook import Outlook
from .my_saying import Voice, money, together


@dataclass(frozen=True)
class Opening:
    """A page's first sentence and the lighter one under it."""

    heading: str
    lead: str = ""


def of_invoice(outlook: Outlook, voice: Voice, promise: PromiseToPay | None = None) -> Opening:
    """The opening of an invoice's page; `promise` is one that runs and holds its dates."""
    currency = outlook.invoice.currency
    if outlook.invoice.balance <= ZERO:
        return Opening(gettext("Paid. Nothing is open on this invoice."), _restoring(outlook))
    frozen = _frozen(outlook)
    if outlook.held:
        return Opening(_settles(outlook.brings_back, currency), together(str(HELD), frozen))
    if outlook.off:
        return Opening(
            _back(outlook.brings_back, currency, outlook.locked_out),
            together(gettext("Access returns within minutes of your payment being booked."), frozen),
        )
    if outlook.to_pay <= ZERO:
        return Opening(gettext("Nothing is to pay now."), frozen)
    if promise is not None:
        return Opening(_promised(promise, voice), together(frozen, quiet(outlook, voice)))
    return Opening(_pay(outlook, voice), together(frozen, _calm(outlook, voice)))


def _promised(promise: PromiseToPay, voice: Voice) -> str:
    said = {"amount": money(promise.amount, promise.currency), "by": voice.when(promise.by_on)}
    return gettext("You promised %(amount)s by %(by)s.") % said


def quiet(outlook: Outlook, voice: Voice) -> str:
    """Before which day nothing happens to an invoice at all."""
    ahead = outlook.decision.schedule if outlook.decision else ()
    if not ahead:
        return gettext("Nothing is at risk as things stand.")
    when = ahead[0].at if ahead[0].action is book.Action.SUSPEND else ahead[0].on
    return gettext("Nothing happens before %(when)s.") % {"when": voice.when(when)}


def _pay(outlook: Outlook, voice: Voice) -> str:
    """Pay how much, by when, and what hangs on it."""
    said = {"amount": money(outlook.to_pay, outlook.invoice.currency)}
    due = outlook.invoice.due_on
    if due and due >= voice.today:
        return gettext("Pay %(amount)s by %(by)s.") % {**said, "by": voice.when(due)}
    if outlook.pay_by:
        by = voice.when(outlook.pay_by)
        return gettext("Pay %(amount)s by %(by)s and nothing is interrupted.") % {**said, "by": by}
    if outlook.suspends_at:
        return gettext("Pay %(amount)s now.") % said
    on = voice.when(due) if due else ""
    return gettext("Pay %(amount)s. It was due on %(on)s.") % {**said, "on": on}


HELD = gettext_lazy("Access stays off for another reason too. A payment alone doesn't bring it back; talk to us.")


def _settles(amount: Decimal, currency: str) -> str:
    """What a payment does while another reason holds access back."""
    return gettext("Pay %(amount)s to settle the debt behind the suspension.") % {"amount": money(amount, currency)}


def _back(amount: Decimal, currency: str, count: int) -> str:
    """What brings back how many people's sign-in."""
    text = ngettext(
        "Pay %(amount)s and %(n)s person can sign in again.",
        "Pay %(amount)s and %(n)s people can sign in again.",
        count,
    )
    return text % {"amount": money(amount, currency), "n": formats.grouped(count)}


def _loss(outlook: Outlook, voice: Voice) -> str:
    """Who loses what, from when, once the time to pay has passed."""
    count = outlook.people
    said = {"n": formats.grouped(count)}
    if outlook.suspends_at and outlook.suspends_at > voice.now:
        said["at"] = voice.when(outlook.suspends_at)
        text = ngettext("From %(at)s, %(n)s person can't sign in.", "From %(at)s, %(n)s people can't sign in.", count)
        return text % said
    text = ngettext(
        "The day we named has come: %(n)s person can lose sign-in at any time.",
        "The day we named has come: %(n)s people can lose sign-in at any time.",
        count,
    )
    return text % said


def _calm(outlook: Outlook, voice: Voice) -> str:
    """Until when nothing is at risk, or who is, where the heading has not said it."""
    due = outlook.invoice.due_on
    if outlook.suspends_at is None:
        return gettext("Nothing is at risk as things stand.")
    if outlook.pay_by is None:
        return _loss(outlook, voice)
    if due and due >= voice.today:
        return gettext("Nothing is at risk before %(by)s.") % {"by": voice.when(outlook.pay_by)}
    return ""


def _frozen(outlook: Outlook) -> str:
    if outlook.frozen <= ZERO:
        return ""
    amount = money(outlook.frozen, outlook.invoice.currency)
    return gettext("The %(amount)s you questioned is frozen until we answer. It is not part of this amount.") % {
        "amount": amount
    }


def _restoring(outlook: Outlook) -> str:
    return gettext("Access is being restored.") if outlook.coming_back else ""


def of_home(found: Sequence[Outlook], voice: Voice) -> list[str]:
    """The opening of the home page: one sentence for each currency in which something is owed."""
    currencies = sorted({one.invoice.currency for one in found if one.to_pay > ZERO or one.off})
    if not currencies:
        return [gettext("You owe nothing.")]
    return [_owed([one for one in found if one.invoice.currency == each], each, voice) for each in currencies]


def _owed(mine: Sequence[Outlook], currency: str, voice: Voice) -> str:
    off = [one for one in mine if one.off]
    if any(one.held for one in off):
        return together(_settles(sum((one.brings_back for one in off), ZERO), currency), str(HELD))
    if off:
        back = sum((one.brings_back for one in off), ZERO)
        return _back(back, currency, sum(one.locked_out for one in off))
    late = sum((one.to_pay for one in mine if one.due_before(voice.today)), ZERO)
    first = gettext("You owe %(amount)s now.") % {"amount": money(late, currency)} if late else ""
    return together(first or _not_due(mine, currency, voice), _risk(mine, voice))


def _not_due(mine: Sequence[Outlook], currency: str, voice: Voice) -> str:
    total: Decimal = sum((one.to_pay for one in mine), ZERO)
    due = [one.invoice.due_on for one in mine if one.to_pay > ZERO and one.invoice.due_on]
    said = {"amount": money(total, currency), "on": voice.when(min(due))}
    if len(set(due)) > 1:
        return gettext("You owe %(amount)s, the first part by %(on)s.") % said
    return gettext("You owe %(amount)s by %(on)s.") % said


def _risk(mine: Sequence[Outlook], voice: Voice) -> str:
    """The earliest thing that can go wrong."""
    ahead = [one for one in mine if one.suspends_at and one.to_pay > ZERO]
    if not ahead:
        return gettext("Nothing is at risk as things stand.")
    pressed = [one for one in ahead if one.pay_by is None]
    if pressed:
        soonest = min(pressed, key=lambda one: one.suspends_at or voice.now)
        return _loss(soonest, voice)
    by = min(one.pay_by for one in ahead if one.pay_by)
    return gettext("Nothing is at risk before %(by)s.") % {"by": voice.when(by)}


def most_urgent(found: Sequence[Outlook], voice: Voice) -> Outlook | None:
    """The invoice whose dates the home page shows: suspended first, then the soonest risk, then the oldest."""
    owed = [one for one in found if one.to_pay > ZERO or one.off]
    later = book.midnight(voice.today.replace(year=voice.today.year + 50), voice.zone)
    return min(owed, key=lambda one: (not one.off, one.suspends_at or later), default=None)
