"""How is a difference with the provider said: what each side has, and what follows from each thing one may do?"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers import formats
from subscriptions import mending
from subscriptions.models import AccessStop, Drift, Subscription, Suspension

FIELDS: Final[dict[str, str | Promise]] = {
    "status": _("State"),
    "causes": _("Reason"),
    "reasons": _("Reason"),
    "seats": _("Seats"),
    "name": _("Name"),
    "offer": _("Offer"),
    "ends_on": _("Ends"),
    "auto_renew": _("Auto-renewal"),
    "customer": _("Customer"),
    "relationship": _("Relationship"),
    "refused": _("Answer"),
}
WORDS: Final[dict[str, str | Promise]] = {
    **{str(code): label for code, label in Subscription.Status.choices},
    "not found": _("not found"),
    "expired": _("expired"),
}


@dataclass(frozen=True)
class Says:
    """What one thing to be done about a difference says of itself: its page's title, what follows, its button."""

    title: str | Promise
    follows: tuple[str | Promise, ...]
    do: str | Promise
    done: str | Promise
    tone: str = "primary"


SAYS: Final[dict[str, Says]] = {
    mending.SUSPEND: Says(
        _("Suspend again at 21Vianet"),
        (
            _("21Vianet is asked to suspend this subscription; its users lose sign-in"),
            _("Our reason stands as it was; the customer gets no further letter"),
            _("If our reason ends before that, nothing is asked"),
        ),
        _("Suspend again"),
        _("21Vianet is asked to suspend it; the difference ends when it reads back so"),
        "danger",
    ),
    mending.ACCEPT: Says(
        _("Let it stay on"),
        (
            _("Our suspensions of this subscription end, as released by you"),
            _("The customer is told that access is back, and what is still owed"),
            _("The debt stays; while it does, a suspension may be proposed again and waits for a yes"),
        ),
        _("End our suspension"),
        _("Our suspension has ended"),
    ),
    mending.SWITCH_ON: Says(
        _("Switch on again at 21Vianet"),
        (
            _("21Vianet is asked to switch this subscription on; its users can sign in again"),
            _("Where 21Vianet itself holds it back, it refuses, and the refusal stands on the worklist"),
            _("If a reason of ours comes before that, nothing is asked"),
        ),
        _("Switch on again"),
        _("21Vianet is asked to switch it on; the difference ends when it reads back so"),
    ),
    mending.REASON: Says(
        _("Record why it is off"),
        (
            _("A second person has to agree, as with every suspension beside money"),
            _("From then on it is our suspension, with its add-ons, and the customer is told"),
            _("No payment lifts it; its own resolution does"),
        ),
        _("Ask a second person"),
        _("Asked. Nothing happens before somebody else agrees"),
    ),
    mending.TAKE_OVER: Says(
        _("Take over what 21Vianet says"),
        (
            _("Our book says the same from now on; nothing is asked of 21Vianet"),
            _("Invoices that are issued do not change; the next bill says what it costs"),
        ),
        _("Take it over"),
        _("Our book says the same now"),
    ),
    mending.SET_SEATS: Says(
        _("Set the seats at 21Vianet"),
        (
            _("21Vianet is asked for as many seats as our book has, and bills them from then on"),
            _("Fewer seats than are assigned can take sign-in from users"),
            _("If 21Vianet has another number by then, nothing is changed"),
        ),
        _("Set the seats"),
        _("21Vianet is asked; the difference ends when it reads back so"),
        "danger",
    ),
    mending.TAKE_IN: Says(
        _("Take it into the book"),
        (
            _("The subscription stands with this customer, with the seats and days that 21Vianet says"),
            _("It is billed when 21Vianet’s bill has it"),
        ),
        _("Take it in"),
        _("The subscription stands in the book"),
    ),
    mending.GONE: Says(
        _("Mark it as gone"),
        (
            _("Our book says that it is deleted, and nothing is asked of it any more"),
            _("Invoices and what is owed stay as they are"),
        ),
        _("Mark as gone"),
        _("It is marked as gone"),
        "danger",
    ),
    mending.RENEW: Says(
        _("Put auto-renewal back"),
        (
            _("21Vianet is asked to renew this subscription by itself at its end"),
            _("Nothing else about it changes"),
        ),
        _("Put it back"),
        _("21Vianet is asked; the difference ends when it reads back so"),
    ),
    mending.LEAVE: Says(
        _("Leave it as it is"),
        (
            _("Neither side changes"),
            _("Just this is not reported again; if either side changes, it is"),
        ),
        _("Leave it"),
        _("It is left as it is"),
    ),
}


def value(name: str, said: Any) -> str:
    """One field of one side in words; empty where that side says nothing of it."""
    if said in (None, "", []):
        return ""
    if name == "seats":
        return formats.grouped(int(said))
    if name == "auto_renew":
        return gettext("on") if said else gettext("off")
    if name == "ends_on":
        on = date.fromisoformat(str(said))
        return formats.day(on, on, weekday=False, year=True)
    if name == "causes":
        names = {**dict(Suspension.Cause.choices), **dict(AccessStop.Cause.choices)}
        return ", ".join(str(names.get(one, one)) for one in said)
    if name == "customer":
        return gettext("not among our customers there")
    return str(WORDS.get(str(said), said)) if name == "status" else str(said)


def sides(row: Drift) -> list[tuple[str | Promise, str, str]]:
    """What both sides say, field by field: its name, ours, theirs."""
    found = []
    for name, label in FIELDS.items():
        ours, theirs = value(name, row.ours.get(name)), value(name, row.theirs.get(name))
        if ours or theirs:
            found.append((label, ours, theirs))
    return found


def short(row: Drift) -> str:
    """The first field that tells most, as one line: 25 here, 30 there."""
    rows = sides(row)
    for _label, ours, theirs in rows:
        if ours and theirs:
            return gettext("%(ours)s here, %(theirs)s there") % {"ours": ours, "theirs": theirs}
    return rows[0][2] or rows[0][1] if rows else ""
