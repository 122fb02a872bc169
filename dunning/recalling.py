"""What was to happen to a subscription on a day, what will, and why? The past from the record, the future dated."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from billing.models import Invoice
from subscriptions.models import Subscription, Suspension

from . import policy as book
from .facts import Loaded, load
from .models import Decision, Stage
from .publishing import policy_of
from .rebuilding import as_of
from .recording import recall

MOST: Final = 3
A_MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Told:
    """One invoice's part in the answer. `decision` is the rulebook's on what is, or was, known at `at`, with the
    future dated from there. `taken` was decided on the day asked for, `last` is the newest stored decision until
    then, and `same` says whether it comes out again from the facts stored with it."""

    loaded: Loaded
    at: datetime
    decision: book.Decision
    taken: tuple[Decision, ...] = ()
    last: Decision | None = None
    same: bool | None = None


@dataclass(frozen=True)
class Recalled:
    """The answer for one subscription and day. `when` is past, today or future; `off` are the reasons for which
    it was off at the end of a past day, or is now."""

    subscription: Subscription
    on: date
    when: str
    at: datetime
    told: list[Told] = field(default_factory=list)
    off: list[Suspension] = field(default_factory=list)


def recall_day(subscription: Subscription, on: date, *, now: datetime) -> Recalled:
    """The answer for a day of the customer's. The invoice for which something was done that day stands first, access
    before letters, then the one whose next step from that day on comes first."""
    zone = subscription.customer.tz
    today = book.day(now, zone)
    when = "past" if on < today else "today" if on == today else "future"
    at = book.midnight(on + timedelta(days=1), zone) - A_MOMENT if when == "past" else now
    cases = _then(subscription, at) if when == "past" else _now(subscription, now)
    told = [_told(one, on, at) for one in cases]
    told.sort(key=lambda one: (_place(one, on), one.loaded.invoice.pk))
    return Recalled(subscription, on, when, at, told[:MOST], _off(subscription, at))


def _then(subscription: Subscription, at: datetime) -> list[Loaded]:
    """The cases that were open at an instant, the earliest due first."""
    mine = Invoice.objects.filter(lines__subscription=subscription, case__opened_at__lte=at)
    pks = mine.exclude(case__closed_at__lt=at).order_by("due_on", "pk").values_list("pk", flat=True).distinct()
    return as_of(Invoice.objects.filter(pk__in=list(pks)[:MOST]), at)


def _now(subscription: Subscription, now: datetime) -> list[Loaded]:
    return [
        one
        for one in load([subscription.customer], now=now)
        if any(line.subscription == str(subscription.pk) for line in one.facts.invoice.lines)
    ]


def _told(one: Loaded, on: date, at: datetime) -> Told:
    zone = one.customer.tz
    rows = list(
        Decision.objects.filter(invoice=one.invoice, decided_at__lte=at)
        .select_related("message", "version")
        .order_by("decided_at", "pk")
    )
    last = rows[-1] if rows else None
    return Told(
        loaded=one,
        at=at,
        decision=book.schedule(one.policy, one.facts, at),
        taken=tuple(row for row in rows if book.day(row.decided_at, zone) == on),
        last=last,
        same=_comes_out_again(last) if last else None,
    )


def _comes_out_again(row: Decision) -> bool:
    """Whether the rulebook takes the same step for the same reason from the stored facts."""
    again = book.schedule(policy_of(row.version_id), recall(row.facts), row.decided_at, forecast=False).next
    return isinstance(again, book.Take) and (again.stage, str(again.because.code)) == (row.stage, row.because)


def _place(one: Told, on: date) -> tuple[bool, bool, bool, datetime]:
    """Where an invoice stands among several; those without a step to come stand last."""
    first = next((entry for entry in one.decision.schedule if entry.on >= on), None)
    switched = any(row.action == Stage.Action.SUSPEND for row in one.taken)
    return (not switched, not one.taken, first is None, first.at if first else one.at)


def _off(subscription: Subscription, at: datetime) -> list[Suspension]:
    began: QuerySet[Suspension] = Suspension.objects.filter(subscription=subscription, began_at__lte=at)
    return list(began.exclude(ended_at__lte=at).order_by("began_at", "pk"))
