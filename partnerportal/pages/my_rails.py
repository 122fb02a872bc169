"""Which dated stops does a customer see: what has reached them, what comes, what is lost if nothing changes?"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext, ngettext

from billing.money import ZERO
from customers import formats
from dunning import policy as book
from dunning import wording

from .my_outlook import Outlook, reached_at
from .my_saying import Voice, cant_sign_in, days, money

Stop = dict[str, Any]


def of_invoice(outlook: Outlook, voice: Voice) -> list[Stop]:
    """What happens next on an invoice's own page; empty where nothing is owed and nothing was lost."""
    if outlook.invoice.balance <= ZERO:
        return []
    stops = [_told(outlook)]
    if outlook.off:
        return [*stops, _suspended(outlook, voice), *_deleted(outlook, voice)]
    if outlook.suspends_at is None:
        return [*stops, *_standing_still(outlook)]
    return [*stops, *_to_pay(outlook, voice), _lost(outlook, voice), *_deleted(outlook, voice)]


def of_home(outlook: Outlook, voice: Voice, all_subscriptions: int) -> list[Stop]:
    """If you don't pay: the short rail of the most urgent invoice."""
    if outlook.off:
        return [_suspended(outlook, voice), *_deleted(outlook, voice)]
    if outlook.suspends_at is None:
        return [{"name": gettext("Nothing changes"), "kind": "now", "when": gettext("as things stand")}]
    still = [
        {
            "name": gettext("Nothing changes"),
            "kind": "now",
            **_when(gettext("until %(at)s"), outlook.pay_by, voice),
        }
    ]
    said = ngettext("%(n)s of your %(all)s subscription", "%(n)s of your %(all)s subscriptions", all_subscriptions) % {
        "n": len(outlook.affected),
        "all": all_subscriptions,
    }
    lost = {**_lost(outlook, voice), "note": said}
    gone = [{**stop, "note": ""} for stop in _deleted(outlook, voice)]
    return [*(still if outlook.pay_by else []), lost, *gone]


def _told(outlook: Outlook) -> Stop:
    """The last thing that reached the customer about this invoice."""
    row = outlook.last_notice
    if row is None:
        return {"name": gettext("Invoice issued"), "on": outlook.invoice.issued_on, "kind": "done"}
    called = row.action == book.Action.CALL_TASK
    name = gettext("We called") if called else gettext("%(notice)s sent") % {"notice": wording.stage(row.stage)}
    return {"name": name, "at": reached_at(row), "kind": "done"}


def _to_pay(outlook: Outlook, voice: Voice) -> list[Stop]:
    due = outlook.invoice.due_on
    stops: list[Stop] = []
    if due and due >= voice.today:
        stops.append({"name": gettext("Due"), "on": due, "kind": "now"})
    if outlook.pay_by:
        kind = "ahead" if stops else "now"
        stops.append({"name": gettext("Pay by this time"), "at": outlook.pay_by, "kind": kind})
    return stops


def _lost(outlook: Outlook, voice: Voice) -> Stop:
    at = outlook.suspends_at
    count = len(outlook.affected)
    note = ngettext("only if unpaid, %(n)s subscription", "only if unpaid, %(n)s subscriptions", count)
    stop = {
        "name": cant_sign_in(outlook.people),
        "kind": "risk",
        "note": note % {"n": count},
    }
    if at is None or at <= voice.now:
        return {**stop, "when": gettext("at any time now")}
    return {**stop, **_when(gettext("from %(at)s"), at, voice)}


def _when(text: str, at: datetime | None, voice: Voice) -> Stop:
    """A stop's date with the word that belongs to it, before or after as the language wants."""
    if at is None:
        return {}
    return {"at": at, "when": text % {"at": formats.moment(at, voice.today, voice.zone)}}


def _deleted(outlook: Outlook, voice: Voice) -> list[Stop]:
    if outlook.deletes_on is None or outlook.policy is None:
        return []
    if outlook.off:
        note = voice.near(outlook.deletes_on)
    else:
        note = gettext("only if still suspended, %(days)s") % {"days": days(outlook.policy.deletion_days)}
    return [{"name": gettext("21Vianet deletes the data"), "on": outlook.deletes_on, "kind": "risk", "note": note}]


def _suspended(outlook: Outlook, voice: Voice) -> Stop:
    since = [row.confirmed_at or row.began_at for row in outlook.off]
    count = len(outlook.off)
    note = ngettext("%(n)s subscription suspended", "%(n)s subscriptions suspended", count) % {"n": count}
    name = cant_sign_in(outlook.locked_out)
    return {
        "name": name,
        "kind": "happened",
        "note": note,
        **_when(gettext("since %(at)s"), min(since), voice),
    }


def _standing_still(outlook: Outlook) -> list[Stop]:
    """The future holds no suspension: what stands in its way."""
    if outlook.frozen > ZERO:
        note = gettext("%(amount)s frozen") % {"amount": money(outlook.frozen, outlook.invoice.currency)}
        return [
            {
                "name": gettext("In dispute"),
                "kind": "frozen",
                "when": gettext("until we answer"),
                "note": note,
            }
        ]
    ends = outlook.decision.ends if outlook.decision else None
    if ends in (book.Code.ON_HOLD, book.Code.EXEMPT):
        return [{"name": gettext("On hold"), "kind": "held", "when": gettext("no date is set")}]
    return [{"name": gettext("Nothing changes"), "kind": "now", "when": gettext("as things stand")}]
