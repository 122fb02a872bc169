"""How does a case stand on the board or in a row: whose is it, what is it about, what happened last?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext, ngettext

from customers.entering import Here
from disputes.models import CaseEntry, CommonCause, Dispute

from .filters import mine, with_amounts
from .timers import Clock, Timer, timer

LANES: Final = tuple(status for status in Dispute.Status if status != Dispute.Status.CLOSED)
BESIDE: Final = ("customer", "invoice", "owner", "cause", "credit_note")


@dataclass
class Card:
    """One case as it stands in a lane or a row; it comes `with_amounts`."""

    case: Any
    timer: Timer | None
    about: str
    last: str = ""
    # How many seats more than ordered are billed; said where cases of one cause are compared.
    says: str = ""

    @property
    def amount(self) -> Any:
        """What is frozen, or what was asked once nothing is."""
        return self.case.frozen or self.case.asked


@dataclass
class Cause:
    """A common cause as a card: in the lane where most of its open cases lie."""

    cause: Any
    lane: str
    # What is frozen, where it is all of one currency.
    frozen: Any = None
    currency: str = ""


def cards(found: Any, clock: Clock) -> list[Card]:
    """These cases, each with what runs and what happened last; two queries."""
    seen = found.annotate(seen=F("told_by__seen_at"), bounced=F("told_by__bounced_at"))
    listed = list(seen.select_related(*BESIDE))
    last = _last_entries(listed)
    return [Card(one, timer(one, clock), about(one), _last(one, last.get(one.pk), clock)) for one in listed]


def _last_entries(listed: list[Any]) -> dict[int, Any]:
    newest = CaseEntry.objects.filter(dispute__in=listed).order_by("dispute", "-at", "-pk").distinct("dispute")
    rows = CaseEntry.objects.filter(pk__in=newest.values("pk")).annotate(attached=Count("files"))
    return {entry.dispute_id: entry for entry in rows.defer("text", "quoted")}


def about(case: Dispute) -> str:
    """What it is about: its outcome, its reason, or which queue it is in."""
    named = str(case.get_outcome_display() or case.get_reason_display() or case.get_kind_display())
    text = named[:1].upper() + named[1:]
    if case.cause and case.decided_at is None:
        return gettext("%(about)s, with %(cause)s") % {"about": text, "cause": case.cause.number}
    return text


def _last(case: Any, entry: Any, clock: Clock) -> str:
    """The latest thing somebody else did, or what we last did about them."""
    match case.status:
        case Dispute.Status.AWAITING_CONFIRMATION if case.bounced:
            return gettext("the answer came back")
        case Dispute.Status.AWAITING_CONFIRMATION:
            return gettext("seen") if case.seen else gettext("not seen")
        case Dispute.Status.DECIDED if case.bounced:
            return gettext("the answer came back")
        case Dispute.Status.DECIDED:
            return gettext("credit %(note)s") % {"note": case.credit_note.number} if case.credit_note else ""
        case Dispute.Status.WAITING_CUSTOMER if case.next_action == Dispute.Next.CALL_CUSTOMER:
            return gettext("reminded once")
    return _word(entry, clock) or (gettext("reopened") if case.reopened_at else "")


def _word(entry: Any, clock: Clock) -> str:
    """The last word of the case, where it is somebody else's."""
    if entry is None:
        return ""
    if entry.kind == CaseEntry.Kind.PROVIDER:
        return gettext("21Vianet wrote %(at)s") % {"at": _moment(entry.at, clock)}
    if entry.kind != CaseEntry.Kind.CUSTOMER:
        return ""
    if entry.attached:
        return ngettext("%(n)s file added", "%(n)s files added", entry.attached) % {"n": entry.attached}
    return gettext("customer wrote %(at)s") % {"at": _moment(entry.at, clock)}


def _moment(at: datetime, clock: Clock) -> str:
    """The hour of today, the day of another."""
    here, now = at.astimezone(clock.zone), clock.now.astimezone(clock.zone)
    return f"{here:%H:%M}" if here.date() == now.date() else clock.spoken(at)


def causes(request: Here, wanted: Iterable[int | None]) -> list[Cause]:
    """The common causes behind some cards; two queries."""
    known = {
        one.pk: one
        for one in CommonCause.objects.visible_to(request.user)
        .of(request.partner)
        .filter(pk__in={pk for pk in wanted if pk})
        .annotate(customers=Count("cases__customer", filter=~Q(cases__status=Dispute.Status.CLOSED), distinct=True))
    }
    parts = with_amounts(mine(request).open().filter(cause__in=known)).order_by()
    sums = list(parts.values("cause", "status", "invoice__currency").annotate(n=Count("pk"), sum=Sum("frozen")))
    return [_cause(one, [row for row in sums if row["cause"] == pk]) for pk, one in known.items()]


def _cause(one: CommonCause, rows: list[dict[str, Any]]) -> Cause:
    lane = max(rows, key=lambda row: (row["n"], LANES.index(row["status"])))["status"]
    currencies = {row["invoice__currency"] for row in rows if row["invoice__currency"]}
    if len(currencies) != 1:
        return Cause(one, lane)
    return Cause(one, lane, sum(row["sum"] for row in rows), currencies.pop())
