"""How is one subscription switched off or on? It is asked for until it reads back so; what got lost is put back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Q

from customers.locking import lock_customer
from customers.models import TimelineEntry, acting_for
from customers.telling import tell
from outbox import clock
from outbox.keeping import Later, Park, Result
from outbox.models import Outcome

from . import provisioning
from .gateway.protocol import Provider, ProviderRefused, ProviderStatus, SubscriptionSeen
from .models import AccessAttempt, AccessChange, Subscription, Suspension

READ_BACK_AGAIN = timedelta(seconds=2)
STALE_READS = 5
UNDER_OUR_HANDS = "the subscription changed under our hands each time"
# Attempts that only put auto-renewal back say so; they are no second change of access.
AUTO_RENEWAL = "auto-renewal"


def kept_before(subscription: Subscription, seen: SubscriptionSeen) -> dict[str, Any]:
    """What the provider may drop on suspension, as it was before. Where another reason has switched it off
    already, what that one kept: by now the provider may show it dropped."""
    first = subscription.suspensions.live().filter(confirmed_at__isnull=False).order_by("began_at", "pk").first()
    return dict(first.kept) if first and first.kept else {"auto_renew": seen.auto_renew}


def still_in_flight(change: AccessChange) -> bool:
    """Whether a suspension that this change lifts has yet to be settled: it goes first."""
    return AccessChange.objects.filter(
        customer_id=change.customer_id,
        wanted=AccessChange.Wanted.SUSPENDED,
        outcome=Outcome.WAITING,
        scope__overlap=change.scope,
        opened__lifted_by=change,
    ).exists()


def goes_after_another(change: AccessChange) -> bool:
    """Whether the provider may still do what another change asked of these subscriptions: its answer never came, or
    whoever asked is gone. Until that is settled, what we read says nothing. Whoever has asked already goes on."""
    if change.tries.filter(ended_machine_at=None).exists():
        return False
    now = clock.machine()
    unknown = AccessAttempt.objects.filter(ended_machine_at=None, subscription_id__in=change.scope)
    return (
        AccessChange.objects.filter(customer_id=change.customer_id, outcome=Outcome.WAITING, tries__in=unknown)
        .filter(Q(not_before_retry__gt=now) | Q(lease_until__gt=now))
        .exclude(pk=change.pk)
        .exists()
    )


def switch_off(
    change: AccessChange, provider: Provider, row: Suspension, *, wanted: Callable[[], bool]
) -> Result | None:
    """Ask until the provider says "suspended"; each round begins at the read, and `wanted` is asked before each
    write. None: it is off, or no longer wanted."""
    subscription = row.subscription
    for _ in range(STALE_READS):
        seen = provisioning.read(provider, subscription)
        if seen.status is ProviderStatus.SUSPENDED:
            _confirm(change, row, seen)
            return None
        if not wanted():
            return None
        if provisioning.ask(change, provider, subscription, seen, ProviderStatus.SUSPENDED):
            back = provisioning.read(provider, subscription)
            if back.status is ProviderStatus.SUSPENDED:
                _confirm(change, row, back)
                return None
            return Later(READ_BACK_AGAIN, f"asked, but read back as {back.status}")
    return Later(READ_BACK_AGAIN, UNDER_OUR_HANDS)


def _confirm(change: AccessChange, row: Suspension, seen: SubscriptionSeen) -> None:
    now = clock.now()
    with acting_for(change.partner):
        customer = lock_customer(change.customer_id)
        Suspension.objects.filter(pk=row.pk).update(confirmed_at=now)
        provisioning.record_status(row.subscription, seen.status, now=now)
        provisioning.close_attempts(change, row.subscription, "read back as suspended")
        customer.review_due_at = now
        customer.save(update_fields=["review_due_at"])


def switch_on(change: AccessChange, provider: Provider, subscription: Subscription) -> Result | None:
    """Ask until the provider says "active", with what it dropped put back. None: it is on, or another reason holds
    it by now."""
    row = change.lifted.filter(subscription=subscription).order_by("began_at", "pk").first()
    keep = row.kept.get("auto_renew") if row else None
    for _ in range(STALE_READS):
        seen = provisioning.read(provider, subscription)
        if seen.status is ProviderStatus.ACTIVE:
            return _on(change, provider, subscription, seen, keep)
        if seen.status is not ProviderStatus.SUSPENDED:
            return Park(f"the provider says {seen.status} of {subscription.provider_id}")
        if subscription.suspensions.live().exists():
            # Another reason came while we asked; it holds. One that comes while the provider answers waits for us.
            return None
        if provisioning.ask(change, provider, subscription, seen, ProviderStatus.ACTIVE, auto_renew=keep):
            back = provisioning.read(provider, subscription)
            if back.status is ProviderStatus.ACTIVE:
                return _on(change, provider, subscription, back, keep)
            return Later(READ_BACK_AGAIN, f"asked, but read back as {back.status}")
    return Later(READ_BACK_AGAIN, UNDER_OUR_HANDS)


def _on(
    change: AccessChange, provider: Provider, subscription: Subscription, seen: SubscriptionSeen, keep: bool | None
) -> Result | None:
    """Access is back; what it lost on the way is put back after that and never delays it."""
    _record_restored(change, subscription, seen)
    if keep and not seen.auto_renew:
        _put_auto_renewal_back(change, provider, subscription)
    return None


def _record_restored(change: AccessChange, subscription: Subscription, seen: SubscriptionSeen) -> None:
    now = clock.now()
    with acting_for(change.partner):
        lock_customer(change.customer_id)
        # Reasons that had ended before, while this one still held, are over with it.
        ended = subscription.suspensions.filter(ended_at__isnull=False, lifted_by__isnull=False, restored_at=None)
        ended.update(restored_at=now)
        provisioning.record_status(subscription, seen.status, now=now)
        provisioning.close_attempts(change, subscription, "read back as active")


def _put_auto_renewal_back(change: AccessChange, provider: Provider, subscription: Subscription) -> None:
    """Ask for auto-renewal until it reads back; what the provider refuses is a note for our people."""
    code = "auto_renew_lost"
    for _ in range(STALE_READS):
        seen = provisioning.read(provider, subscription)
        if seen.auto_renew:
            code = "auto_renew_back"
            break
        try:
            said = f"accepted, {AUTO_RENEWAL}"
            provisioning.ask(
                change, provider, subscription, seen, ProviderStatus.ACTIVE, auto_renew=True, accepted=said
            )
        except ProviderRefused:
            break
    now = clock.now()
    with acting_for(change.partner):
        customer = lock_customer(change.customer_id)
        provisioning.close_attempts(change, subscription, f"read back, {AUTO_RENEWAL}")
        values = {"subscription": subscription.name}
        tell(customer, TimelineEntry.Kind.ACCESS, code, now=now, about=change.about, values=values, shared=False)
