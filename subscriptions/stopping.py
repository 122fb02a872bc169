"""Who said that access stops for a reason beside money, and who said that it may come back?

Fraud or misuse, or the customer's own wish: one person asks with the evidence, another agrees. No payment lifts
it; its own resolution does, and for fraud that takes two people again."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from customers.locking import lock_customer
from customers.models import Customer, Membership, Partner, TimelineEntry, User, acting_for
from customers.roles import May
from customers.telling import tell

from .models import AccessChange, AccessStop, Subscription, Suspension

State = AccessStop.State
RESOLVED = "resolved"


class NotAllowed(Exception):
    """This person may not do that now; `code` says why in one word for programs: role, own, not_waiting, covered."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def open_stop(
    customer: Customer, subscriptions: Iterable[int], *, cause: str, evidence: str, by: User, now: datetime
) -> AccessStop:
    """Ask for access to stop. Nothing happens before somebody else agrees. A base takes its add-ons along. The same
    again from the same person while it waits is the same stop.

    Raises NotAllowed, and ValueError where the evidence, the cause or a subscription of this customer is missing."""
    if cause not in AccessStop.Cause.values or not evidence.strip():
        raise ValueError("evidence: say what happened, and which of the two reasons it is")
    with acting_for(customer.partner):
        locked = lock_customer(customer.pk)
        check_may(by, locked, May.CHASE)
        found = _with_add_ons(locked, subscriptions)
        if not found:
            raise ValueError("subscriptions: choose at least one of this customer")
        _check_free(found, cause)
        asked = {
            "partner_id": locked.partner_id,
            "customer": locked,
            "cause": cause,
            "scope": [one.pk for one in found],
            "evidence": evidence.strip(),
            "opened_by": by,
        }
        before = AccessStop.objects.filter(**asked, state=State.ASKED).first()
        if before is not None:
            return before
        stop = AccessStop.objects.create(**asked, opened_at=now)
        _tell(stop, "stop_asked", by, now=now)
        return stop


def agree(stop_id: int, *, by: User, now: datetime) -> AccessStop:
    """The second person's yes: the reasons stand from this moment, and the provider is asked at once.

    Raises NotAllowed."""
    with acting_for(_partner(stop_id)):
        stop = _locked(stop_id, by, State.ASKED)
        if stop.opened_by_id == by.pk:
            raise NotAllowed("own", "You asked for it yourself; somebody else has to agree.")
        found = in_order(stop.scope)
        _check_free(found, stop.cause)
        stop.change = _promise(stop, AccessChange.Wanted.SUSPENDED, f"stop:{stop.pk}", now=now)
        for one in found:
            Suspension.objects.create(
                partner_id=stop.partner_id,
                customer_id=stop.customer_id,
                subscription=one,
                cause=stop.cause,
                opened_by=stop.change,
                began_at=now,
            )
        stop.state, stop.decided_by, stop.decided_at = State.IN_FORCE, by, now
        stop.save(update_fields=["state", "decided_by", "decided_at", "change"])
        _tell(stop, "stop_agreed", by, now=now)
        return stop


def refuse(stop_id: int, *, by: User, reason: str, now: datetime) -> AccessStop:
    """No: access stays. Whoever asked may take it back this way too. Raises NotAllowed, ValueError without a reason."""
    if not reason.strip():
        raise ValueError("reason: say why")
    with acting_for(_partner(stop_id)):
        stop = _locked(stop_id, by, State.ASKED)
        stop.state, stop.decided_by, stop.decided_at = State.REFUSED, by, now
        stop.refused_why = reason.strip()[:300]
        stop.save(update_fields=["state", "decided_by", "decided_at", "refused_why"])
        _tell(stop, "stop_refused", by, now=now, reason=stop.refused_why)
        return stop


def lift(stop_id: int, *, by: User, outcome: str, now: datetime) -> AccessStop:
    """Say what came of it, and let go. For fraud a second person has to agree; a customer's own wish ends at once.

    Raises NotAllowed, ValueError without an outcome."""
    if not outcome.strip():
        raise ValueError("outcome: say what came of it")
    with acting_for(_partner(stop_id)):
        stop = _locked(stop_id, by, State.IN_FORCE)
        stop.state, stop.outcome = State.LIFT_ASKED, outcome.strip()
        stop.lift_asked_by, stop.lift_asked_at = by, now
        stop.save(update_fields=["state", "outcome", "lift_asked_by", "lift_asked_at"])
        if stop.cause == AccessStop.Cause.FRAUD:
            _tell(stop, "stop_lift_asked", by, now=now, reason=stop.outcome[:300])
            return stop
        return _let_go(stop, by, now=now)


def agree_to_lift(stop_id: int, *, by: User, now: datetime) -> AccessStop:
    """The second person's yes to letting go. Raises NotAllowed."""
    with acting_for(_partner(stop_id)):
        stop = _locked(stop_id, by, State.LIFT_ASKED)
        if stop.lift_asked_by_id == by.pk:
            raise NotAllowed("own", "You asked for it yourself; somebody else has to agree.")
        return _let_go(stop, by, now=now)


def keep_stopped(stop_id: int, *, by: User, now: datetime) -> AccessStop:
    """It is not to be lifted yet: it stays in force. Raises NotAllowed."""
    with acting_for(_partner(stop_id)):
        stop = _locked(stop_id, by, State.LIFT_ASKED)
        stop.state = State.IN_FORCE
        stop.save(update_fields=["state"])
        _tell(stop, "stop_kept", by, now=now)
        return stop


def _let_go(stop: AccessStop, by: User, *, now: datetime) -> AccessStop:
    """End our reasons and promise access back where no other is left."""
    rows = list(Suspension.objects.live().filter(opened_by=stop.change).select_for_update().order_by("pk"))
    stop.lift = _promise(stop, AccessChange.Wanted.ACTIVE, f"unstop:{stop.pk}", now=now)
    for row in rows:
        row.ended_at, row.ended_why, row.lifted_by = now, RESOLVED, stop.lift
        row.save(update_fields=["ended_at", "ended_why", "lifted_by"])
    stop.state, stop.ended_by, stop.ended_at = State.ENDED, by, now
    stop.save(update_fields=["state", "ended_by", "ended_at", "lift"])
    _tell(stop, "stop_lifted", by, now=now)
    return stop


def _promise(stop: AccessStop, wanted: str, key: str, *, now: datetime) -> AccessChange:
    return AccessChange.objects.create(
        partner_id=stop.partner_id,
        customer_id=stop.customer_id,
        wanted=wanted,
        scope=stop.scope,
        key=key,
        queued_at=now,
        due_at=now,
    )


def in_order(scope: Sequence[int]) -> list[Subscription]:
    """The subscriptions of a stop, in the order in which they are done."""
    found = Subscription.objects.in_bulk(scope)
    return [found[pk] for pk in scope]


def _with_add_ons(customer: Customer, chosen: Iterable[int]) -> list[Subscription]:
    mine = list(Subscription.objects.filter(customer=customer).order_by("pk"))
    taken = {one.pk for one in mine} & set(chosen)
    grown = True
    while grown:
        add_ons = {one.pk for one in mine if one.base_id in taken} - taken
        taken |= add_ons
        grown = bool(add_ons)
    return sorted((one for one in mine if one.pk in taken), key=lambda one: (one.base_id is not None, one.pk))


def _check_free(found: Sequence[Subscription], cause: str) -> None:
    """Each cause stands once on a subscription."""
    held = Suspension.objects.live().filter(subscription__in=found, cause=cause).select_related("subscription").first()
    if held:
        raise NotAllowed("covered", f"{held.subscription} is suspended for this already.")


def _partner(stop_id: int) -> Partner:
    return AccessStop.objects.select_related("partner").get(pk=stop_id).partner


def _locked(stop_id: int, by: User, state: str) -> AccessStop:
    """The stop under its customer's lock, if this person may decide it and it waits for just that."""
    stop = AccessStop.objects.select_related("customer").get(pk=stop_id)
    lock_customer(stop.customer_id)
    stop = AccessStop.objects.select_for_update(of=("self",)).select_related("customer", "change").get(pk=stop_id)
    check_may(by, stop.customer, May.APPROVE)
    if stop.state != state:
        raise NotAllowed("not_waiting", "It no longer waits for this.")
    return stop


def check_may(user: User, customer: Customer, what: May) -> None:
    """Raise NotAllowed unless this person works for the customer's partner in a role that may."""
    place = Membership.objects.filter(
        user=user, user__is_active=True, partner_id=customer.partner_id, customer=None
    ).first()
    if place is None or not place.may(what):
        raise NotAllowed("role", "Your role may not do that.")


def _tell(stop: AccessStop, code: str, by: User, *, now: datetime, reason: str = "") -> None:
    """For our own people: the customer learns from the letter and from what is off."""
    tell(
        stop.customer,
        TimelineEntry.Kind.ACCESS,
        code,
        now=now,
        values={
            "person": str(by),
            "cause": stop.cause,
            "subscriptions": ", ".join(one.name for one in in_order(stop.scope)),
            **({"reason": reason} if reason else {}),
        },
        actor=by,
        shared=False,
    )
