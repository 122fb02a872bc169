"""What may be done about a difference with the provider, and what does it do? One side takes over what the other
says, because a person said so; the portal never decides it alone."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Final

from customers.locking import lock_customer
from customers.models import TimelineEntry, User, acting_for
from customers.roles import May
from customers.telling import tell
from outbox.keeping import retry
from outbox.models import Outcome

from .drifting import end, subject
from .models import AccessChange, AccessStop, Drift, QuantityChange, Subscription, Suspension
from .stopping import NotAllowed, check_may, open_stop

Kind = Drift.Kind
LONGEST_ID = 36

SUSPEND, ACCEPT, SWITCH_ON, REASON = "suspend", "accept", "switch_on", "reason"
TAKE_OVER, SET_SEATS, TAKE_IN, GONE, RENEW, LEAVE = "take_over", "set_seats", "take_in", "gone", "renew", "leave"

# What is on offer for each kind, the likeliest first.
OFFERED: Final[Mapping[str, tuple[str, ...]]] = {
    Kind.ON_THERE: (SUSPEND, ACCEPT),
    Kind.OFF_THERE: (REASON, SWITCH_ON),
    Kind.SEATS: (TAKE_OVER, SET_SEATS),
    Kind.UNKNOWN: (TAKE_IN, LEAVE),
    Kind.GONE: (GONE,),
    Kind.TERMS: (TAKE_OVER, LEAVE),
    Kind.AUTO_RENEW: (RENEW, LEAVE),
    Kind.NO_CUSTOMER: (LEAVE,),
}
# What changes access asks for the right to; what only changes our book is for whoever keeps it.
NEEDS: Final[Mapping[str, May]] = {
    **dict.fromkeys((SUSPEND, ACCEPT, SWITCH_ON, SET_SEATS, RENEW), May.APPROVE),
    REASON: May.CHASE,
    **dict.fromkeys((TAKE_OVER, TAKE_IN, GONE, LEAVE), May.ISSUE),
}


def offered(row: Drift) -> tuple[str, ...]:
    """What may be done about it now: nothing where it is over, or where a deed for it is on its way."""
    if row.ended_at is not None or on_its_way(row):
        return ()
    mends = OFFERED.get(row.kind, ())
    # What people stopped is let go by people, on its own page.
    return tuple(one for one in mends if one != ACCEPT or not set(row.ours.get("causes", [])) - {"non_payment"})


def on_its_way(row: Drift) -> bool:
    """Whether something for it is promised, or waits for a second person."""
    promised = any(one is not None and one.outcome == Outcome.WAITING for one in (row.change, row.resize))
    return promised or (row.stop is not None and row.stop.state in (AccessStop.State.ASKED, AccessStop.State.IN_FORCE))


@contextmanager
def deciding(row: Drift, mend: str, by: User) -> Iterator[Drift]:
    """The difference under its customer's lock, if it is still there, this is on offer, and this person may do it.

    Raises NotAllowed (role, not_waiting)."""
    with acting_for(row.partner):
        customer = lock_customer(row.customer_id)
        check_may(by, customer, NEEDS[mend])
        beside = ("customer__partner", "subscription", "stop", "partner", "change", "resize")
        fresh = Drift.objects.select_related(*beside).get(pk=row.pk)
        # Decided over what was seen; what has moved on since is looked at again first.
        if mend not in offered(fresh) or (fresh.ours, fresh.theirs) != (row.ours, row.theirs):
            raise NotAllowed("not_waiting", "It is no longer as it was.")
        yield fresh


def suspend_again(row: Drift, *, by: User, now: datetime) -> None:
    """Ask the provider to suspend what our book holds back. Raises NotAllowed."""
    with deciding(row, SUSPEND, by) as fresh:
        _promise(fresh, AccessChange.Wanted.SUSPENDED, by, now=now)


def switch_on(row: Drift, *, by: User, now: datetime) -> None:
    """Ask the provider to switch on what nothing of ours holds back. Raises NotAllowed."""
    with deciding(row, SWITCH_ON, by) as fresh:
        _promise(fresh, AccessChange.Wanted.ACTIVE, by, now=now)


def put_renewal_back(row: Drift, *, by: User, now: datetime) -> None:
    """Ask the provider to renew by itself again. Raises NotAllowed."""
    with deciding(row, RENEW, by) as fresh:
        _promise(fresh, AccessChange.Wanted.ACTIVE, by, now=now)


def _promise(row: Drift, wanted: str, by: User, *, now: datetime) -> None:
    assert row.subscription_id is not None
    _decided(row, by, now=now)
    if row.change is not None and row.change.outcome == Outcome.PARKED:
        retry(row.change)
        return
    before = AccessChange.objects.filter(key__startswith=f"drift:{row.pk}:").count()
    row.change = AccessChange.objects.create(
        partner_id=row.partner_id,
        customer_id=row.customer_id,
        wanted=wanted,
        scope=[row.subscription_id],
        key=f"drift:{row.pk}:{before + 1}",
        queued_at=now,
        due_at=now,
    )
    row.save(update_fields=["change"])


def _decided(row: Drift, by: User, *, now: datetime) -> None:
    row.decided_by, row.decided_at = by, now
    row.save(update_fields=["decided_by", "decided_at"])
    values = {"person": str(by), "subject": subject(row), "drift": str(row.kind)}
    tell(row.customer, TimelineEntry.Kind.ACCESS, "drift_decided", now=now, values=values, actor=by, shared=False)


def record_reason(row: Drift, *, cause: str, evidence: str, by: User, now: datetime) -> AccessStop:
    """Ask for the reason why it is off; a second person agrees, as with every stop, and then it stands.

    Raises NotAllowed, ValueError."""
    with deciding(row, REASON, by) as fresh:
        assert fresh.subscription_id is not None
        fresh.stop = open_stop(fresh.customer, [fresh.subscription_id], cause=cause, evidence=evidence, by=by, now=now)
        fresh.save(update_fields=["stop"])
        return fresh.stop


def take_over(row: Drift, *, by: User, now: datetime) -> None:
    """Our book says what the provider says: seats, or name, offer and end. Raises NotAllowed."""
    with deciding(row, TAKE_OVER, by) as fresh:
        assert fresh.subscription_id is not None
        one = Subscription.objects.select_for_update().get(pk=fresh.subscription_id)
        said = fresh.theirs
        one.quantity = int(said.get("seats", one.quantity))
        one.name, one.offer_name = said.get("name", one.name), said.get("offer", one.offer_name)
        one.ends_on = date.fromisoformat(said["ends_on"]) if "ends_on" in said else one.ends_on
        one.save(update_fields=["quantity", "name", "offer_name", "ends_on"])
        end(fresh, Drift.How.RECORDED, now=now, by=by)


def set_seats(row: Drift, *, by: User, now: datetime) -> QuantityChange:
    """Ask the provider for as many seats as our book has. Raises NotAllowed."""
    with deciding(row, SET_SEATS, by) as fresh:
        assert fresh.subscription_id is not None
        _decided(fresh, by, now=now)
        what: dict[str, Any] = {"was": fresh.theirs["seats"], "wanted": fresh.ours["seats"], "asked_by": by}
        if fresh.resize is not None and fresh.resize.outcome == Outcome.PARKED:
            QuantityChange.objects.filter(pk=fresh.resize.pk).update(**what)
            retry(fresh.resize)
            return fresh.resize
        fresh.resize = QuantityChange.objects.create(
            **what,
            partner_id=fresh.partner_id,
            customer_id=fresh.customer_id,
            subscription_id=fresh.subscription_id,
            key=f"drift:{fresh.pk}",
            queued_at=now,
            due_at=now,
        )
        fresh.save(update_fields=["resize"])
        return fresh.resize


def take_in(row: Drift, *, by: User, now: datetime) -> Subscription:
    """The subscription stands in our book from now on; the next bill says what it costs.

    Raises NotAllowed, also (`covered`) where it is another customer's here."""
    with deciding(row, TAKE_IN, by) as fresh:
        same = Subscription.objects.filter(partner_id=fresh.partner_id, provider_id=fresh.provider_id)
        if len(fresh.provider_id) > LONGEST_ID or same.exists():
            raise NotAllowed("covered", "This subscription stands in the book already.")
        said = fresh.theirs
        mine = Subscription.objects.filter(customer_id=fresh.customer_id)
        made = Subscription.objects.create(
            partner_id=fresh.partner_id,
            customer_id=fresh.customer_id,
            provider_id=fresh.provider_id,
            base=mine.filter(provider_id=said["parent"]).first() if said.get("parent") else None,
            offer_id=said["offer_id"],
            offer_name=said["offer"],
            name=said["name"],
            quantity=said["seats"],
            status=said["status"] if said["status"] in Subscription.Status.values else Subscription.Status.UNKNOWN,
            starts_on=_day(said["starts_on"]),
            ends_on=_day(said["ends_on"]),
            status_read_at=fresh.last_seen_at,
        )
        Drift.objects.filter(pk=fresh.pk).update(subscription=made)
        fresh.subscription = made
        end(fresh, Drift.How.RECORDED, now=now, by=by)
        return made


def _day(text: str) -> date | None:
    """A day; None for none, and for the provider's year 1."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1 < found.year < 9999 else None


def mark_gone(row: Drift, *, by: User, now: datetime) -> None:
    """Our book says that it is deleted; nothing is asked of it any more. Raises NotAllowed."""
    with deciding(row, GONE, by) as fresh:
        assert fresh.subscription_id is not None
        Subscription.objects.filter(pk=fresh.subscription_id).update(
            status=Subscription.Status.DELETED, status_read_at=fresh.last_seen_at
        )
        end(fresh, Drift.How.RECORDED, now=now, by=by)


def leave(row: Drift, *, reason: str, by: User, now: datetime) -> None:
    """It may differ; just this is not reported again. Raises NotAllowed, ValueError without a reason."""
    if not reason.strip():
        raise ValueError("reason: say why")
    with deciding(row, LEAVE, by) as fresh:
        end(fresh, Drift.How.ACCEPTED, now=now, why=reason.strip(), by=by)


def held_by(row: Drift) -> list[Suspension]:
    """The suspensions of ours that hold its subscription back, the oldest first."""
    live = Suspension.objects.live().filter(subscription=row.subscription)
    return list(live.select_related("subscription").order_by("began_at", "pk"))
