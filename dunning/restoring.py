"""How does access come back? What no other cause holds is switched on, read back, and the customer is told."""

from typing import Any

from django.db.models import Q

from customers.locking import lock_customer
from customers.models import Letter, TimelineEntry, acting_for
from customers.telling import tell
from customers.writing import promise_letter
from outbox import clock
from outbox.keeping import Done, Later, Lease, Result
from subscriptions import provisioning
from subscriptions.gateway.protocol import Provider
from subscriptions.models import AccessChange, Suspension
from subscriptions.switching import READ_BACK_AGAIN, still_in_flight, switch_on

from .models import Case


def restore(change: AccessChange, provider: Provider, lease: Lease) -> Result:
    """Switch on what no other cause holds back. A suspension still in flight is settled first."""
    if still_in_flight(change):
        return Later(READ_BACK_AGAIN, "the suspension is still being settled", counts=False)
    for subscription in provisioning.subscriptions_of(change).values():
        lease.renew()
        if subscription.suspensions.live().exists():
            continue
        stopped = switch_on(change, provider, subscription)
        if stopped is not None:
            return stopped
    return _tell_restored(change)


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
            "back_until" if values["until"] else "restored",
            now=now,
            about=change.about,
            values={**values, "subscriptions": ", ".join(values["subscriptions"])},
            message=message,
        )
        if not values["until"]:
            Case.objects.filter(invoice_id=rows[0].debt.invoice_id).update(restored_after_minutes=values["minutes"])
    return Done()


def _restored_values(change: AccessChange, rows: list[Suspension]) -> dict[str, Any]:
    invoice = rows[0].debt.invoice
    last = max(row.restored_at for row in rows if row.restored_at)
    # A person brought it back unpaid, until a day.
    ended = rows[0].ended_at
    back = invoice.deletion_decisions.filter(choice="bring_back", decided_at=ended).first() if ended else None
    return {
        "until": str(back.until_on) if back else "",
        "invoice": invoice.number,
        "subscriptions": [row.subscription.name for row in rows],
        "seats": sum(row.subscription.quantity for row in rows),
        "paid_at": change.queued_at.isoformat(),
        "restored_at": last.isoformat(),
        "minutes": int((last - change.queued_at).total_seconds() // 60),
        "link": f"/my/invoices/{invoice.pk}/",
    }
