"""How is access switched off? Each subscription is asked for until it reads back as suspended; then they are told."""

from datetime import timedelta
from typing import Any

from billing.money import plain
from customers.locking import lock_customer
from customers.models import Letter, TimelineEntry, acting_for
from customers.telling import tell
from customers.writing import promise_letter
from outbox import clock
from outbox.keeping import Done, Later, Lease, Moot, Result
from subscriptions import provisioning
from subscriptions.gateway.protocol import Provider, ProviderStatus, SubscriptionSeen
from subscriptions.models import AccessChange, Suspension

from . import policy as book
from .looking import judge_again, last_look

READ_BACK_AGAIN = timedelta(seconds=2)
STALE_READS = 5


def suspend(change: AccessChange, provider: Provider, lease: Lease) -> Result:
    """Carry out an approved suspension; begun again, it goes on where the record says it stopped."""
    if not change.opened.exists():
        seen = {pk: provisioning.read(provider, one) for pk, one in provisioning.subscriptions_of(change).items()}
        stopped = last_look(change, seen)
        if stopped is not None:
            return stopped
    for row in change.opened.filter(confirmed_at=None, ended_at=None).order_by("pk"):
        lease.renew()
        stopped = _switch_off(change, provider, row)
        if stopped is not None:
            return stopped
    return _tell_suspended(change)


def _switch_off(change: AccessChange, provider: Provider, row: Suspension) -> Result | None:
    """Ask until the provider says "suspended"; each round begins at the read."""
    subscription = row.subscription
    for _ in range(STALE_READS):
        seen = provisioning.read(provider, subscription)
        if seen.status is ProviderStatus.SUSPENDED:
            _confirm(change, row, seen)
            return None
        if not _still_wanted(change, row):
            return None
        if provisioning.ask(change, provider, subscription, seen, ProviderStatus.SUSPENDED):
            back = provisioning.read(provider, subscription)
            if back.status is ProviderStatus.SUSPENDED:
                _confirm(change, row, back)
                return None
            return Later(READ_BACK_AGAIN, f"asked, but read back as {back.status}")
    return Later(READ_BACK_AGAIN, "the subscription changed under our hands each time")


def _still_wanted(change: AccessChange, row: Suspension) -> bool:
    """Between last look and call a payment may have lifted the suspension: then it ends unconfirmed."""
    now = clock.now()
    with acting_for(change.partner):
        lock_customer(change.customer_id)
        row.refresh_from_db()
        if row.ended_at is not None:
            return False
        judged = judge_again(row.debt.decision.case, now=now)
        cleared = judged is None or isinstance(judged[1].next, book.Clear)
        if cleared or (judged and str(row.subscription_id) in judged[1].release):
            row.ended_at, row.ended_why = now, "cured"
            row.save(update_fields=["ended_at", "ended_why"])
            provisioning.close_attempts(change, row.subscription, "not sent: cured")
            return False
    return True


def _confirm(change: AccessChange, row: Suspension, seen: SubscriptionSeen) -> None:
    now = clock.now()
    with acting_for(change.partner):
        customer = lock_customer(change.customer_id)
        Suspension.objects.filter(pk=row.pk).update(confirmed_at=now)
        provisioning.record_status(row.subscription, seen.status, now=now)
        provisioning.close_attempts(change, row.subscription, "read back as suspended")
        customer.review_due_at = now
        customer.save(update_fields=["review_due_at"])


def _tell_suspended(change: AccessChange) -> Result:
    """The customer learns it from us, in the transaction that ends the change."""
    now = clock.now()
    with acting_for(change.partner):
        customer = lock_customer(change.customer_id)
        rows = list(
            change.opened.filter(confirmed_at__isnull=False, ended_at=None).select_related(
                "subscription", "debt__invoice"
            )
        )
        if not rows:
            return Moot("cured before it happened")
        values = _suspension_values(rows)
        message = promise_letter(
            customer,
            Letter.SUSPENDED,
            key=f"letter:suspended:{change.pk}",
            now=now,
            about=change.about,
            values=values,
        )
        AccessChange.objects.filter(pk=change.pk).update(letter=message)
        tell(
            customer,
            TimelineEntry.Kind.ACCESS,
            "suspended",
            now=now,
            about=change.about,
            values={**values, "subscriptions": ", ".join(values["subscriptions"])},
            message=message,
        )
    return Done()


def _suspension_values(rows: list[Suspension]) -> dict[str, Any]:
    debt = rows[0].debt
    invoice = debt.invoice
    days = debt.decision.version.deletion_days
    first = min(row.confirmed_at for row in rows if row.confirmed_at)
    return {
        "invoice": invoice.number,
        "amount": plain(debt.debt, invoice.currency),
        "currency": invoice.currency,
        "reference": invoice.reference,
        "subscriptions": [row.subscription.name for row in rows],
        "seats": sum(row.subscription.quantity for row in rows),
        "since": first.isoformat(),
        "deletes_on": str((first + timedelta(days=days)).astimezone(rows[0].customer.tz).date()),
        "deletion_days": days,
        "link": f"/my/invoices/{invoice.pk}/",
    }
