"""Would so many customers lose access within a day that two people must say so first?"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import connection
from django.db.models import Q, QuerySet

from customers.models import Customer, Partner, User, acting_for
from customers.roles import May
from outbox.keeping import retry
from outbox.models import Outcome
from subscriptions.models import AccessChange, Suspension

from .approving import LIVE, NotAllowed, check_may
from .models import Breaker, BreakerLift, Proposal, Run

WINDOW: Final = timedelta(hours=24)
# How many different people lift a breaker.
PEOPLE: Final = 2
# Why a change of access is parked; it waits for the breaker, not for somebody who helps it along.
REASON: Final = "breaker"


@dataclass(frozen=True)
class Reach:
    """How far the suspensions of a day would reach: customers by primary key, against the limit."""

    limit: int
    lately: frozenset[int]
    waiting: frozenset[int]

    @property
    def number(self) -> int:
        """Distinct customers, carried out within 24 hours or about to be."""
        return len(self.lately | self.waiting)

    @property
    def exceeded(self) -> bool:
        """Whether two people must agree."""
        return self.number > self.limit


def limit_of(partner: Partner) -> int:
    """How many customers may lose access within 24 hours without two people: the larger of the number and the
    share (whole customers only), never more than the cap."""
    share = int(Customer.objects.filter(partner=partner).count() * partner.breaker_percent / 100)
    return min(max(partner.breaker_customers, share), partner.breaker_cap)


def set_limit(partner: Partner, *, number: int, percent: Decimal, cap: int) -> None:
    """Set the three numbers of a partner's limit; what has tripped keeps the limit of its day."""
    with acting_for(partner):
        # No turn is taken: whoever publishes a policy holds this row and waits for customers, whose locks are held by
        # those who wait for a turn.
        Partner.objects.filter(pk=partner.pk).update(breaker_customers=number, breaker_percent=percent, breaker_cap=cap)


def reach(partner: Partner, *, now: datetime, proposed: Iterable[int] = ()) -> Reach:
    """Whom the suspensions of this day reach: begun within 24 hours, approved and due within the next ones, and
    the customers of `proposed` as if they were approved."""
    lately = Suspension.objects.filter(
        partner=partner, cause=Suspension.Cause.NON_PAYMENT, began_at__gt=now - WINDOW, began_at__lte=now
    )
    waiting = _waiting(partner, now=now).values_list("customer_id", flat=True)
    return Reach(
        limit_of(partner),
        frozenset(lately.values_list("customer_id", flat=True)),
        frozenset({*waiting, *proposed}),
    )


def _waiting(partner: Partner, *, now: datetime) -> QuerySet[Proposal]:
    """Approved, and to be carried out within 24 hours unless something stops it."""
    goes = Q(change__outcome=Outcome.WAITING) | Q(change__outcome=Outcome.PARKED, change__reason=REASON)
    approved = Proposal.objects.filter(goes, partner=partner, state=Proposal.State.APPROVED)
    return approved.filter(change__due_at__lte=now + WINDOW)


def standing(partner: Partner) -> Breaker | None:
    """The breaker that holds somebody of this partner back, if there is one."""
    return Breaker.objects.filter(partner=partner).holding().order_by("pk").last()


def lets_go(proposal: Proposal, *, now: datetime) -> int | None:
    """Asked at the last look, under the customer's lock: the limit of the day under which this suspension may happen.
    None where it has to wait for two people; then the breaker has tripped for all that wait."""
    partner = proposal.partner
    _take_turn(partner)
    if _let_through([proposal]):
        return limit_of(partner)
    found = reach(partner, now=now)
    if not found.exceeded:
        return found.limit
    _trip(partner, _held(partner, now=now), limit=found.limit, run=None, now=now)
    return None


def watch(run: Run, *, now: datetime) -> Breaker | None:
    """Asked when a run has been through: trips as a warning where what it proposed would exceed the limit, and lets
    go what the breaker parked once the limit is no longer exceeded. Answers the breaker that stands."""
    partner = run.partner
    with acting_for(partner):
        _take_turn(partner)
        mine = Proposal.objects.filter(decision__run=run, state__in=LIVE)
        proposed = set(mine.values_list("customer_id", flat=True))
        found = reach(partner, now=now, proposed=proposed)
        if found.exceeded:
            names = proposed | _held(partner, now=now)
            if names:
                _trip(partner, names, limit=found.limit, run=run, now=now)
        # Somebody may have been parked in the moment in which the second person lifted it.
        through = _let_through(Proposal.objects.filter(change__in=_parked(partner)))
        for change in _parked(partner).select_related("proposal"):
            if not found.exceeded or change.proposal.pk in through:
                retry(change)
        return standing(partner)


def foreseen(partner: Partner, proposed: Collection[int], *, now: datetime) -> Breaker | None:
    """The breaker a run would trip by proposing to suspend these customers; nothing is written."""
    found = reach(partner, now=now, proposed=proposed)
    names = set(proposed) | _held(partner, now=now)
    if found.exceeded and names:
        return Breaker(partner=partner, tripped_at=now, limit=found.limit, customers=sorted(names))
    return standing(partner)


def of_run(run: Run) -> Breaker | None:
    """The breaker a run is about: its own; else one that stands since an earlier run, or since after the newest."""
    own = Breaker.objects.filter(run=run).first()
    if own is not None and own.lifted_at is None:
        return own
    found = standing(run.partner)
    if found is None:
        return own
    since = found.run or Run.objects.filter(partner=run.partner).latest("began_at", "pk")
    return found if since.began_at <= run.began_at else own


def lift(breaker_id: int, *, by: User, now: datetime) -> Breaker:
    """Record one person's word that a breaker may be lifted. The second lifts it: exactly its customers' parked
    suspensions are looked at once more and carried out; what was not named in it stays back.

    Raises NotAllowed (not_a_member, role, already_lifted, already_agreed)."""
    breaker = Breaker.objects.select_related("partner").get(pk=breaker_id)
    with acting_for(breaker.partner):
        _take_turn(breaker.partner)
        breaker.refresh_from_db(fields=["lifted_at", "customers", "limit"])
        check_may(by, breaker, May.APPROVE)
        if breaker.lifted_at is not None:
            raise NotAllowed("already_lifted", "This breaker has been lifted already.")
        if breaker.lifts.filter(user=by).exists():
            raise NotAllowed("already_agreed", "You have agreed already; somebody else is needed.")
        BreakerLift.objects.create(partner_id=breaker.partner_id, breaker=breaker, user=by, at=now)
        if breaker.lifts.count() >= PEOPLE:
            breaker.lifted_at = now
            breaker.save(update_fields=["lifted_at"])
            _let_go(breaker, now=now)
        return breaker


def _let_go(breaker: Breaker, *, now: datetime) -> None:
    """Try again what it parked. Who was parked after the first of the two had agreed was named to nobody, and gets
    a breaker of their own."""
    left: set[int] = set()
    for change in _parked(breaker.partner):
        if change.customer_id in breaker.customers:
            retry(change)
        else:
            left.add(change.customer_id)
    if left:
        _trip(breaker.partner, left, limit=breaker.limit, run=None, now=now)


def _parked(partner: Partner) -> QuerySet[AccessChange]:
    return AccessChange.objects.filter(partner=partner, outcome=Outcome.PARKED, reason=REASON).order_by("pk")


def _held(partner: Partner, *, now: datetime) -> set[int]:
    """The customers that wait and that no lifted breaker has let through."""
    waiting = list(_waiting(partner, now=now))
    through = _let_through(waiting)
    return {one.customer_id for one in waiting if one.pk not in through}


def _let_through(proposals: Iterable[Proposal]) -> set[int]:
    """Those of one partner's proposals, by primary key, that a lifted breaker names. It speaks of what had been
    proposed when it was lifted, and of nothing later."""
    proposals = list(proposals)
    if not proposals:
        return set()
    first = min(one.proposed_at for one in proposals)
    partner_id = proposals[0].partner_id
    lifted = Breaker.objects.filter(partner_id=partner_id, lifted_at__gte=first)
    words = [(at, set(names)) for at, names in lifted.values_list("lifted_at", "customers") if at]
    return {
        one.pk for one in proposals if any(at >= one.proposed_at and one.customer_id in names for at, names in words)
    }


def _trip(partner: Partner, names: set[int], *, limit: int, run: Run | None, now: datetime) -> Breaker:
    """Open a breaker, or name more customers in the one that stands; not once a person has agreed to its names."""
    found = standing(partner)
    if found is None:
        about = run or Run.objects.filter(partner=partner).order_by("-began_at", "-pk").first()
        taken = about is not None and Breaker.objects.filter(run=about).exists()
        return Breaker.objects.create(
            partner=partner,
            run=None if taken else about,
            tripped_at=now,
            limit=limit,
            customers=sorted(names),
        )
    if not names <= set(found.customers) and not found.lifts.exists():
        found.customers, found.limit = sorted({*found.customers, *names}), limit
        found.save(update_fields=["customers", "limit"])
    return found


def _take_turn(partner: Partner) -> None:
    """One at a time counts a partner's day, until its transaction ends. Always after a customer's lock, never
    before one, so nobody waits in a ring."""
    if not connection.in_atomic_block:
        raise RuntimeError("A lock outside a transaction protects nothing.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('breaker'), %s)", [partner.pk])
