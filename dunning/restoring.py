"""How does access come back? What no other cause holds is switched on, read back, and the customer is told."""

from datetime import timedelta
from typing import Any

from django.db.models import Q

from customers.locking import lock_customer
from customers.models import Letter, TimelineEntry, acting_for
from customers.telling import tell
from customers.writing import promise_letter
from outbox import clock
from outbox.keeping import Done, Later, Lease, Park, Result
from subscriptions import provisioning
from subscriptions.gateway.protocol import Provider, ProviderStatus, SubscriptionSeen
from subscriptions.models import AccessChange, Subscription, Suspension

from .models import Case

READ_BACK_AGAIN = timedelta(seconds=2)
STALE_READS = 5


def restore(change: AccessChange, provider: Provider, lease: Lease) -> Result:
    """Switch on what no other cause holds back. A suspension still in flight is settled first."""
    if _suspension_in_flight(change):
        return Later(READ_BACK_AGAIN, "the suspension is still being settled", counts=False)
    for subscription in provisioning.subscriptions_of(change).values():
        lease.renew()
        if subscription.suspensions.live().exists():
            continue
        stopped = _switch_on(change, provider, subscription)
        if stopped is not None:
            return stopped
    return _tell_restored(change)


def _suspension_in_flight(change: AccessChange) -> bool:
    return AccessChange.objects.filter(
        customer_id=change.customer_id,
        wanted=AccessChange.Wanted.SUSPENDED,
        outcome="waiting",
        scope__overlap=change.scope,
        opened__lifted_by=change,
    ).exists()


def _switch_on(change: AccessChange, provider: Provider, subscription: Subscription) -> Result | None:
    row = change.lifted.filter(subscription=subscription).first()
    keep = row.kept.get("auto_renew") if row else None
    for _ in range(STALE_READS):
        seen = provisioning.read(provider, subscription)
        if seen.status is ProviderStatus.ACTIVE:
            _record_restored(change, subscription, seen)
            return None
        if seen.status is not ProviderStatus.SUSPENDED:
            return Park(f"the provider says {seen.status} of {subscription.provider_id}")
        if provisioning.ask(change, provider, subscription, seen, ProviderStatus.ACTIVE, auto_renew=keep):
            back = provisioning.read(provider, subscription)
            if back.status is ProviderStatus.ACTIVE:
                _record_restored(change, subscription, back)
                return None
            return Later(READ_BACK_AGAIN, f"asked, but read back as {back.status}")
    return Later(READ_BACK_AGAIN, "the subscription changed under our hands each time")


def _record_restored(change: AccessChange, subscription: Subscription, seen: SubscriptionSeen) -> None:
    now = clock.now()
    with acting_for(change.partner):
        lock_customer(change.customer_id)
        change.lifted.filter(subscription=subscription, restored_at=None).update(restored_at=now)
        provisioning.record_status(subscription, seen.status, now=now)
        provisioning.close_attempts(change, subscription, "read back as active")


def _tell_restored(change: AccessChange) -> Result:
    """Tell the customer what came back: what had been off by the record, or was found off and switched on."""
    now = clock.now()
    with acting_for(change.partner):
        customer = lock_customer(change.customer_id)
        was_off = Q(confirmed_at__isnull=False) | Q(subscription__in=change.tries.values("subscription"))
        rows = list(
            change.lifted.filter(was_off, restored_at__isnull=False).select_related("subscription", "debt__invoice")
        )
        if not rows:
            return Done()
        values = _restored_values(change, rows)
        message = promise_letter(
            customer,
            Letter.RESTORED,
            key=f"letter:restored:{change.pk}",
            now=now,
            about=change.about,
            values=values,
        )
        AccessChange.objects.filter(pk=change.pk).update(letter=message)
        tell(
            customer,
            TimelineEntry.Kind.ACCESS,
            "restored",
            now=now,
            about=change.about,
            values={**values, "subscriptions": ", ".join(values["subscriptions"])},
            message=message,
        )
        Case.objects.filter(invoice_id=rows[0].debt.invoice_id).update(restored_after_minutes=values["minutes"])
    return Done()


def _restored_values(change: AccessChange, rows: list[Suspension]) -> dict[str, Any]:
    invoice = rows[0].debt.invoice
    last = max(row.restored_at for row in rows if row.restored_at)
    return {
        "invoice": invoice.number,
        "subscriptions": [row.subscription.name for row in rows],
        "seats": sum(row.subscription.quantity for row in rows),
        "paid_at": change.queued_at.isoformat(),
        "restored_at": last.isoformat(),
        "minutes": int((last - change.queued_at).total_seconds() // 60),
        "link": f"/my/invoices/{invoice.pk}/",
    }
