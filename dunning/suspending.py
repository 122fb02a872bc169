"""How is access switched off? Each subscription is asked for until it reads back as suspended; then they are told."""

from datetime import datetime
from functools import partial
from typing import Any

from customers.locking import lock_customer
from customers.models import Letter, TimelineEntry, acting_for
from customers.telling import tell
from customers.writing import promise_letter
from outbox import clock
from outbox.keeping import Done, Lease, Moot, Result
from subscriptions import provisioning
from subscriptions.gateway.protocol import Provider
from subscriptions.models import AccessChange, Suspension
from subscriptions.switching import switch_off

from . import policy as book
from .describing import suspension_values
from .looking import judge_again, last_look
from .quoting import quote_for


def suspend(change: AccessChange, provider: Provider, lease: Lease) -> Result:
    """Carry out an approved suspension; begun again, it goes on where the record says it stopped."""
    if not change.opened.exists():
        seen = {pk: provisioning.read(provider, one) for pk, one in provisioning.subscriptions_of(change).items()}
        stopped = last_look(change, seen)
        if stopped is not None:
            return stopped
    for row in change.opened.filter(confirmed_at=None, ended_at=None).order_by("pk"):
        lease.renew()
        stopped = switch_off(change, provider, row, wanted=partial(_still_wanted, change, row))
        if stopped is not None:
            return stopped
    return _tell_suspended(change)


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
        values = _values(rows, now)
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


def _values(rows: list[Suspension], now: datetime) -> dict[str, Any]:
    debt = rows[0].debt
    brings_back = quote_for(debt.invoice, now=now)
    return suspension_values(
        debt.invoice,
        [row.subscription for row in rows],
        debt=brings_back.amount if brings_back else debt.debt,
        since=min(row.confirmed_at for row in rows if row.confirmed_at),
        deletion_days=debt.decision.version.deletion_days,
    )
