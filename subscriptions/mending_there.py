"""How does the provider come to say what a person decided about a difference? Asked for until it reads back so."""

import uuid
from collections.abc import Callable

from customers.locking import alone, lock_customer
from customers.models import acting_for
from outbox import clock
from outbox.keeping import Done, Later, Lease, Moot, Park, Result

from . import provisioning
from .drifting import end
from .gateway.protocol import (
    OutcomeUnknown,
    Provider,
    ProviderRefused,
    ProviderStatus,
    ProviderUnavailable,
    StaleRead,
    SubscriptionSeen,
)
from .models import AccessChange, Drift, QuantityAttempt, QuantityChange, Subscription
from .switching import AUTO_RENEWAL, READ_BACK_AGAIN, STALE_READS, UNDER_OUR_HANDS

Reached = Callable[[SubscriptionSeen], bool]
# A change of seats whose answer never came may still be taken; sooner than this a read-back proves nothing.
SETTLE = READ_BACK_AGAIN * 10


def mend(drift: Drift, change: AccessChange, provider: Provider, lease: Lease) -> Result:
    """Carry out what was decided about one difference in access; the caller is alone at this customer's access."""
    [subscription] = provisioning.subscriptions_of(change).values()
    lease.renew()
    if drift.kind == Drift.Kind.ON_THERE:
        stopped = _until(change, provider, subscription, ProviderStatus.SUSPENDED, _is(ProviderStatus.SUSPENDED))
    elif drift.kind == Drift.Kind.AUTO_RENEW:
        stopped = _until(change, provider, subscription, ProviderStatus.ACTIVE, _renews, auto_renew=True)
    else:
        stopped = _until(change, provider, subscription, ProviderStatus.ACTIVE, _is(ProviderStatus.ACTIVE))
    return stopped if stopped is not None else _close(drift, change)


def _is(status: ProviderStatus) -> Reached:
    return lambda seen: seen.status is status


def _renews(seen: SubscriptionSeen) -> bool:
    return seen.auto_renew


def _until(
    change: AccessChange,
    provider: Provider,
    subscription: Subscription,
    wanted: ProviderStatus,
    reached: Reached,
    auto_renew: bool | None = None,
) -> Result | None:
    """Ask until it reads back so. None: it does."""
    for _ in range(STALE_READS):
        seen = provisioning.read(provider, subscription)
        if reached(seen):
            _read_back(change, subscription, seen)
            return None
        if seen.status not in (ProviderStatus.ACTIVE, ProviderStatus.SUSPENDED):
            return Park(f"the provider says {seen.status} of {subscription.provider_id}")
        if overtaken := _overtaken(change, subscription, wanted):
            return overtaken
        accepted = f"accepted, {AUTO_RENEWAL}" if auto_renew else "accepted"
        if provisioning.ask(change, provider, subscription, seen, wanted, auto_renew=auto_renew, accepted=accepted):
            back = provisioning.read(provider, subscription)
            if reached(back):
                _read_back(change, subscription, back)
                return None
            return Later(READ_BACK_AGAIN, f"asked, but read back as {back.status}")
    return Later(READ_BACK_AGAIN, UNDER_OUR_HANDS)


def _overtaken(change: AccessChange, subscription: Subscription, wanted: ProviderStatus) -> Moot | None:
    """What our book holds back by now is not switched on, and what it lets go is not switched off."""
    held = subscription.suspensions.live().exists()
    if held is (wanted is ProviderStatus.SUSPENDED):
        return None
    with acting_for(change.partner):
        lock_customer(change.customer_id)
        provisioning.close_attempts(change, subscription, "not sent: overtaken")
    return Moot("our own book has moved on")


def _read_back(change: AccessChange, subscription: Subscription, seen: SubscriptionSeen) -> None:
    now = clock.now()
    with acting_for(change.partner):
        customer = lock_customer(change.customer_id)
        provisioning.record_status(subscription, seen.status, now=now)
        provisioning.close_attempts(change, subscription, f"read back as {seen.status}")
        customer.review_due_at = now
        customer.save(update_fields=["review_due_at"])


def _close(drift: Drift, change: AccessChange) -> Result:
    with acting_for(change.partner):
        lock_customer(change.customer_id)
        end(drift, Drift.How.SET, now=clock.now())
    return Done()


def keep_quantity_change(change: QuantityChange, lease: Lease) -> Result:
    """Set the seats of one subscription at the provider; safe to begin again at any point."""
    with alone("access", change.customer_id) as mine:
        if not mine:
            return Later(READ_BACK_AGAIN, "another deed at this customer's subscriptions goes first", counts=False)
        try:
            return _resize(change, provisioning.provider_for(change.partner), lease)
        except ProviderUnavailable as error:
            return provisioning.later(error, change.attempts)
        except OutcomeUnknown as error:
            return Later(SETTLE, str(error))
        except ProviderRefused as error:
            return Park(str(error))


def _resize(change: QuantityChange, provider: Provider, lease: Lease) -> Result:
    for _ in range(STALE_READS):
        lease.renew()
        seen = provisioning.read(provider, change.subscription)
        if seen.quantity == change.wanted:
            return _resized(change)
        if seen.quantity != change.was:
            return Park(f"it has {seen.quantity} seats by now, not {change.was} as when this was decided")
        if _ask(change, provider, seen):
            back = provisioning.read(provider, change.subscription)
            if back.quantity == change.wanted:
                return _resized(change)
            return Later(READ_BACK_AGAIN, f"asked, but read back as {back.quantity} seats")
    return Later(READ_BACK_AGAIN, UNDER_OUR_HANDS)


def _ask(change: QuantityChange, provider: Provider, seen: SubscriptionSeen) -> bool:
    """One write under its attempt row, committed before the call. False: what was read was stale."""
    attempt = change.tries.filter(ended_machine_at=None).first() or QuantityAttempt.objects.create(
        partner_id=change.partner_id,
        change=change,
        began_at=clock.now(),
        began_machine_at=clock.machine(),
        request_id=uuid.uuid4(),
        correlation_id=uuid.uuid4(),
    )
    ids = {"request_id": str(attempt.request_id), "correlation_id": str(attempt.correlation_id)}
    try:
        provider.change_quantity(seen, change.wanted, **ids)
    except StaleRead as error:
        _close_tries(change, str(error))
        return False
    except (ProviderUnavailable, ProviderRefused) as error:
        _close_tries(change, str(error))
        raise
    _close_tries(change, "accepted")
    return True


def _close_tries(change: QuantityChange, answer: str) -> None:
    change.tries.filter(ended_machine_at=None).update(ended_machine_at=clock.machine(), answer=answer[:300])


def _resized(change: QuantityChange) -> Result:
    with acting_for(change.partner):
        lock_customer(change.customer_id)
        _close_tries(change, "read back")
        for drift in Drift.objects.open().filter(resize=change):
            end(drift, Drift.How.SET, now=clock.now())
    return Done()
