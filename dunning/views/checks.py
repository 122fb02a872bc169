"""Which reasons not to suspend were looked for, and what was found?"""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext, ngettext

from billing.figures import waiting_money
from billing.money import ZERO
from customers import formats
from dunning import policy as book
from dunning.breaking import reach
from dunning.wording import because
from subscriptions.models import Subscription

from .looking import Looking


@dataclass(frozen=True)
class Check:
    """One reason not to, that was looked for; `fine` where none was found."""

    fine: bool
    name: str
    found: str


def checks(look: Looking) -> list[Check]:
    """Every reason that was looked for, in the order a doubter would ask; the rule itself comes last."""
    return [each(look) for each in ROWS]


def _payments(look: Looking) -> Check:
    last = look.customer.payments.order_by("-received_on", "-pk").first()
    if last is None:
        return Check(True, gettext("Payments"), gettext("none from this customer yet"))
    text = gettext("the last, %(amount)s of %(day)s, is counted") % {
        "amount": formats.amount(last.amount, last.currency),
        "day": look.say(last.received_on),
    }
    return Check(True, gettext("Payments"), text)


def _receipts(look: Looking) -> Check:
    left = waiting_money(Q(customer=look.customer)).get(look.invoice.currency, ZERO)
    if left <= ZERO:
        return Check(True, gettext("Unmatched receipts"), gettext("none could cover this"))
    text = gettext("%(amount)s may belong to this") % {"amount": formats.amount(left, look.invoice.currency)}
    return Check(False, gettext("Unmatched receipts"), text)


def _disputes(look: Looking) -> Check:
    frozen = sum(look.frozen().values(), ZERO)
    if not frozen:
        return Check(True, gettext("Disputes"), gettext("none open on these lines"))
    text = gettext("%(amount)s is frozen and left out") % {"amount": formats.amount(frozen, look.invoice.currency)}
    return Check(True, gettext("Disputes"), text)


def _holds(look: Looking) -> Check:
    holds = look.judged.loaded.facts.holds if look.judged else ()
    live = [one for one in holds if one.from_on <= look.today and (one.until is None or one.until >= look.today)]
    if not live:
        return Check(True, gettext("Holds and exemptions"), gettext("none"))
    text = ngettext("%(n)s in force: %(reason)s", "%(n)s in force, the first: %(reason)s", len(live))
    return Check(False, gettext("Holds and exemptions"), text % {"n": len(live), "reason": live[0].reason})


def _calendar(look: Looking) -> Check:
    if look.judged is None:
        return Check(True, gettext("Calendar"), "–")
    calendar = look.judged.loaded.facts.calendar
    today = look.now.astimezone(calendar.zone).date()
    if not book.business_day(today, calendar):
        said, fine = gettext("not a working day"), False
    elif book.is_eve(today, calendar):
        said, fine = gettext("eve of a holiday"), False
    elif not calendar.opens <= look.now.astimezone(calendar.zone).time() < calendar.closes:
        said, fine = (
            gettext("nobody is on duty now, it waits for %(hour)s") % {"hour": f"{calendar.opens:%H:%M}"},
            False,
        )
    else:
        said, fine = gettext("business day, staffed until %(hour)s") % {"hour": f"{calendar.closes:%H:%M}"}, True
    return Check(fine, gettext("Calendar"), said)


def _provider(look: Looking) -> Check:
    read = [one.status_read_at for one in look.subscriptions.values() if one.status_read_at]
    odd = [one.name for one in look.subscriptions.values() if one.status != Subscription.Status.ACTIVE]
    if odd:
        return Check(False, gettext("State at 21Vianet"), gettext("not active: %(names)s") % {"names": ", ".join(odd)})
    text = gettext("active, read %(when)s") % {"when": look.say(min(read))} if read else gettext("read before the call")
    return Check(True, gettext("State at 21Vianet"), text)


def _breaker(look: Looking) -> Check:
    found = reach(look.proposal.partner, now=look.now, proposed=[look.customer.pk])
    values = {"k": formats.grouped(found.number), "n": formats.grouped(found.limit)}
    if found.exceeded:
        return Check(
            False, gettext("Circuit breaker"), gettext("%(k)s customers within 24 hours, the limit is %(n)s") % values
        )
    return Check(True, gettext("Circuit breaker"), gettext("closed, %(k)s of %(n)s customers within 24 hours") % values)


def _rulebook(look: Looking) -> Check:
    name = gettext("The rule, asked again now")
    if look.judged is None:
        return Check(False, name, gettext("nothing is owed any more"))
    answer = look.judged.decision.next
    going = isinstance(answer, book.Take) or answer.because.code in (
        book.Code.AWAITING_APPROVAL,
        book.Code.UNDO_WINDOW,
    )
    if going:
        return Check(True, name, gettext("says the same"))
    return Check(
        False,
        name,
        because(
            str(answer.because.code),
            answer.because.values,
            currency=look.invoice.currency,
            today=look.today,
            zone=look.zone,
        ),
    )


ROWS = (_payments, _receipts, _disputes, _holds, _calendar, _breaker, _provider, _rulebook)
