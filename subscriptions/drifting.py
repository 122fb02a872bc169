"""Where does the provider say otherwise than our book? A look that changes nothing on either side; what it finds
stands open once, until both agree or somebody decides."""

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from customers.locking import alone, lock_customer
from customers.models import Customer, Partner, TimelineEntry, acting_for
from customers.telling import tell
from outbox import clock
from outbox.models import Outcome

from . import provisioning
from .comparing import Difference, of_book, of_customer
from .gateway.protocol import (
    CredentialsRefused,
    CustomerSeen,
    PartnerAccountRestricted,
    Provider,
    ProviderRefused,
    ProviderUnavailable,
    UnusableAnswer,
)
from .models import (
    AccessAttempt,
    AccessChange,
    Drift,
    DriftLook,
    QuantityChange,
    Subscription,
    Suspension,
)

log = logging.getLogger(__name__)

# An outage longer than this ends the look; the next night's begins anew.
LONGEST_LOOK = timedelta(hours=12)
AGAIN = timedelta(minutes=1)
# Answers that say the provider as a whole is busy or away; no answer at all is the same.
OF_ALL = (None, 429, 503)
TRIES = 2
ABOUT_CUSTOMERS = (Drift.Kind.NO_CUSTOMER,)


def look(partner: Partner, *, now: datetime) -> DriftLook | None:
    """Go on with the look at a partner's book that is under way, or begin one; customer by customer, no transaction
    around a call. "Later" from the provider leaves it open with its place kept; refused credentials end it.

    None: somebody else is at this work."""
    with alone("drift", partner.pk) as mine:
        if not mine:
            return None
        found = DriftLook.objects.filter(partner=partner, ended_at=None).first()
        one = found or DriftLook.objects.create(partner=partner, began_at=now)
        if not (one.not_before and one.not_before > clock.machine()):
            _go_on(one, partner, now=now)
        return one


def looked_on(partner: Partner, day: date) -> bool:
    """Whether a look of that day (in the partner's zone) has ended."""
    last = DriftLook.objects.filter(partner=partner, ended_at__isnull=False).order_by("-began_at", "-pk").first()
    return last is not None and last.began_at.astimezone(partner.tz).date() >= day


def _go_on(one: DriftLook, partner: Partner, *, now: datetime) -> None:
    try:
        provider = provisioning.provider_for(partner)
        there = {seen.id.lower(): seen for seen in provider.customers()}
        waiting = Customer.objects.filter(partner=partner, pk__gt=one.after).order_by("pk")
        for customer in waiting.iterator(chunk_size=200):
            try:
                _look_at(one, customer, provider, there.get(customer.provider_id.lower()), now=now)
            except ProviderUnavailable as error:
                if not _is_about_this_one(error, one):
                    raise
                log.warning("%s can't be compared with the provider: %s", customer, error)
                _count(one, customer, [])
    except CredentialsRefused as error:
        _end(one, f"the provider refuses our credentials: {error}", now=now)
    except ProviderUnavailable as error:
        _wait(one, error, now=now)
    except ProviderRefused as error:
        _end(one, str(error), now=now)
    else:
        _end(one, "", now=now)


def _is_about_this_one(error: ProviderUnavailable, one: DriftLook) -> bool:
    """Whether one customer's answer is of no use while the provider is well: then the others go on without it."""
    if isinstance(error, CredentialsRefused) or error.status in OF_ALL:
        return False
    return isinstance(error, UnusableAnswer) or one.tries >= TRIES


def _look_at(
    one: DriftLook, customer: Customer, provider: Provider, seen: CustomerSeen | None, *, now: datetime
) -> None:
    machine = clock.machine()
    differs = of_customer(customer.provider_id.lower(), seen)
    if seen is not None:
        try:
            subscriptions = provider.subscriptions(customer.provider_id)
        except PartnerAccountRestricted:
            raise
        except ProviderRefused as error:
            said = {"refused": f"{error.code} {error.description}".strip()[:200]}
            differs = Difference(Drift.Kind.NO_CUSTOMER, customer.provider_id.lower(), theirs=said)
        else:
            known = list(Subscription.objects.filter(customer=customer).order_by("pk"))
            found = [*([differs] if differs else []), *of_book(known, subscriptions, reasons_of(customer))]
            kept = record(customer, found, machine, now=now)
            one.subscriptions += len(subscriptions)
            _count(one, customer, kept)
            return
    _count(one, customer, record(customer, [differs] if differs else [], None, now=now))


def _count(one: DriftLook, customer: Customer, found: Iterable[Difference]) -> None:
    one.customers, one.after, one.tries = one.customers + 1, customer.pk, 0
    one.found = dict(Counter(one.found) + Counter(str(each.kind) for each in found))
    one.save(update_fields=["customers", "subscriptions", "after", "found", "tries"])


def reasons_of(customer: Customer) -> dict[int, list[Suspension]]:
    """A customer's suspensions by subscription, the oldest first."""
    found: dict[int, list[Suspension]] = defaultdict(list)
    for row in Suspension.objects.filter(customer=customer).order_by("began_at", "pk"):
        found[row.subscription_id].append(row)
    return found


def record(
    customer: Customer,
    found: Collection[Difference],
    machine: datetime | None,
    *,
    now: datetime,
    only: str = "",
) -> list[Difference]:
    """Write down what a look found of a customer, and end what is no longer so; answers what counts.

    `machine` is when the reading began, by the machine's clock: what our own deeds have changed since then, or are
    about to, is left for the next look. None: only the customer itself was looked at. `only` names the one
    subscription that was read."""
    with acting_for(customer.partner):
        locked = lock_customer(customer.pk)
        under_way = in_our_hands(locked, machine) if machine else set()
        counted = [one for one in found if one.subscription is None or one.subscription.pk not in under_way]
        kept = [one for one in counted if _note(locked, one, now=now)]
        before = Drift.objects.open().filter(customer=locked).exclude(subscription_id__in=under_way)
        if machine is None:
            before = before.filter(kind__in=ABOUT_CUSTOMERS)
        if only:
            before = before.filter(provider_id=only).exclude(kind__in=ABOUT_CUSTOMERS)
        still = {(one.provider_id, str(one.kind)) for one in found}
        for row in before:
            if (row.provider_id, row.kind) not in still:
                end(row, Drift.How.AGREES, now=now)
    return kept


def in_our_hands(customer: Customer, machine: datetime) -> set[int]:
    """Subscriptions that a deed of ours is changing, or has changed since a reading began."""
    changes = AccessChange.objects.filter(customer=customer, outcome=Outcome.WAITING).values_list("scope", flat=True)
    tried = AccessAttempt.objects.filter(
        Q(ended_machine_at=None) | Q(ended_machine_at__gte=machine), subscription__customer=customer
    )
    resized = QuantityChange.objects.filter(customer=customer).filter(
        Q(outcome=Outcome.WAITING)
        | Q(tries__ended_machine_at=None, tries__isnull=False)
        | Q(tries__ended_machine_at__gte=machine)
    )
    return {
        *(pk for scope in changes for pk in scope),
        *tried.values_list("subscription_id", flat=True),
        *resized.values_list("subscription_id", flat=True),
    }


def _note(customer: Customer, one: Difference, *, now: datetime) -> bool:
    """Open a difference, or see it again; False where somebody said that just this may stay."""
    mine = Drift.objects.filter(partner_id=customer.partner_id, provider_id=one.provider_id, kind=one.kind)
    left = mine.filter(ended_how=Drift.How.ACCEPTED).order_by("-ended_at", "-pk").first()
    if left is not None and (left.ours, left.theirs) == (one.ours, one.theirs):
        return False
    said: dict[str, Any] = {"ours": one.ours, "theirs": one.theirs, "last_seen_at": now}
    known = mine.open().first()
    if known is not None:
        mine.filter(pk=known.pk).update(**said)
        return True
    row = Drift.objects.create(
        partner_id=customer.partner_id,
        customer=customer,
        subscription=one.subscription,
        provider_id=one.provider_id,
        kind=one.kind,
        found_at=now,
        **said,
    )
    values = {"subject": subject(row), "drift": str(row.kind)}
    tell(customer, TimelineEntry.Kind.ACCESS, "drift_found", now=now, values=values, shared=False)
    return True


def subject(row: Drift) -> str:
    """What a difference is about: the subscription's name, or the customer's."""
    if row.subscription:
        return row.subscription.name
    return str(row.theirs.get("name") or row.customer.name)


def end(row: Drift, how: Drift.How, *, now: datetime, why: str = "", by: Any = None) -> None:
    """A difference is over; the caller holds the customer's lock. Ended once."""
    changed = Drift.objects.open().filter(pk=row.pk)
    if changed.update(ended_at=now, ended_how=how, ended_why=why[:300], ended_by=by):
        row.refresh_from_db()
        values = {"subject": subject(row), "drift": str(row.kind), "how": str(how)}
        told = {"values": {**values, "reason": why} if why else values, "actor": by, "shared": False}
        code = "drift_ended_why" if why else "drift_ended"
        tell(row.customer, TimelineEntry.Kind.ACCESS, code, now=now, **told)


def _wait(one: DriftLook, error: ProviderUnavailable, *, now: datetime) -> None:
    if now - one.began_at > LONGEST_LOOK:
        _end(one, str(error), now=now)
        return
    one.not_before, one.tries = clock.machine() + (error.retry_after or AGAIN), one.tries + 1
    one.save(update_fields=["not_before", "tries"])


def _end(one: DriftLook, why: str, *, now: datetime) -> None:
    if why:
        log.error("the look at the provider for %s ended early: %s", one.partner, why)
    one.ended_at, one.stopped_why = now, why[:300]
    one.save(update_fields=["ended_at", "stopped_why"])
