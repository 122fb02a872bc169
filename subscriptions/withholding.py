"""How does a stop reach the provider and the customer, and how does its end?"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from customers.locking import lock_customer
from customers.models import Letter, Message, TimelineEntry, acting_for
from customers.telling import tell
from customers.writing import promise_letter
from outbox import clock
from outbox.keeping import Done, Later, Lease, Moot, Result

from . import provisioning
from .gateway.profiles import PROFILES
from .gateway.protocol import Provider, ProviderStatus
from .models import AccessChange, AccessStop, Subscription, Suspension
from .switching import READ_BACK_AGAIN, kept_before, still_in_flight, switch_off, switch_on


def withhold(stop: AccessStop, change: AccessChange, provider: Provider, lease: Lease) -> Result:
    """Switch off what the stop names, unless it was lifted meanwhile, and tell the customer."""
    for row in change.opened.filter(confirmed_at=None, ended_at=None).select_related("subscription").order_by("pk"):
        lease.renew()
        _keep(change, row, provider)
        stopped = switch_off(change, provider, row, wanted=partial(_still_wanted, change, row))
        if stopped is not None:
            return stopped
    return _tell_withheld(stop, change)


def _keep(change: AccessChange, row: Suspension, provider: Provider) -> None:
    """What the provider drops is kept before the first write."""
    if row.kept:
        return
    seen = provisioning.read(provider, row.subscription)
    kept = kept_before(row.subscription, seen)
    with acting_for(change.partner):
        lock_customer(change.customer_id)
        Suspension.objects.filter(pk=row.pk, kept={}).update(kept=kept)
        # An attempt stands before the first call; what is off already needs none.
        if seen.status is ProviderStatus.ACTIVE:
            provisioning.open_attempt(change, row.subscription)


def _still_wanted(change: AccessChange, row: Suspension) -> bool:
    with acting_for(change.partner):
        lock_customer(change.customer_id)
        row.refresh_from_db()
        if row.ended_at is not None:
            provisioning.close_attempts(change, row.subscription, "not sent: lifted")
    return row.ended_at is None


def _tell_withheld(stop: AccessStop, change: AccessChange) -> Result:
    now = clock.now()
    with acting_for(change.partner):
        lock_customer(change.customer_id)
        rows = list(change.opened.filter(confirmed_at__isnull=False, ended_at=None).select_related("subscription"))
        if not rows:
            return Moot("lifted before it happened")
        since = min(row.confirmed_at for row in rows if row.confirmed_at)
        days = _deletion_days()
        values = {
            **_named([row.subscription for row in rows]),
            "cause": stop.cause,
            "since": since.isoformat(),
            "deletes_on": str(_deleted_on(rows, days)),
            "deletion_days": days,
            "link": "/my/subscriptions/",
        }
        _tell_of(stop, change, Letter.SUSPENDED, f"stopped_{stop.cause}", values, now=now)
    return Done()


def _deletion_days() -> int:
    """How long the provider keeps the data of what is suspended."""
    return PROFILES[settings.PARTNER_CENTER["profile"]].deletion_days


def _deleted_on(rows: list[Suspension], days: int) -> Any:
    """The provider counts from when it was first off, for whatever reason."""
    live = Suspension.objects.live().filter(subscription__in=[row.subscription_id for row in rows])
    first = live.filter(confirmed_at__isnull=False).order_by("confirmed_at").values_list("confirmed_at", flat=True)[0]
    assert first is not None
    return (first + timedelta(days=days)).astimezone(rows[0].customer.tz).date()


def let_go(stop: AccessStop, change: AccessChange, provider: Provider, lease: Lease) -> Result:
    """Switch on what no other reason holds back, and tell the customer of both."""
    if still_in_flight(change):
        return Later(READ_BACK_AGAIN, "the suspension is still being settled", counts=False)
    for subscription in provisioning.subscriptions_of(change).values():
        lease.renew()
        if subscription.suspensions.live().exists():
            continue
        stopped = switch_on(change, provider, subscription)
        if stopped is not None:
            return stopped
    return _tell_let_go(stop, change)


def _tell_let_go(stop: AccessStop, change: AccessChange) -> Result:
    now = clock.now()
    with acting_for(change.partner):
        lock_customer(change.customer_id)
        rows = change.lifted.filter(confirmed_at__isnull=False)
        back, off = _names(rows.filter(restored_at__isnull=False)), _names(rows.filter(restored_at=None))
        if not back and not off:
            return Done()
        values = {
            **_named([row.subscription for row in rows.select_related("subscription").order_by("pk")]),
            "cause": stop.cause,
            "returned": back,
            "still_off": off,
            "restored_at": now.isoformat(),
            "link": "/my/subscriptions/",
        }
        code = "stop_over_still_off" if off else f"unstopped_{stop.cause}"
        _tell_of(stop, change, Letter.RESTORED, code, values, now=now)
    return Done()


def _names(rows: "QuerySet[Suspension]") -> list[str]:
    return [row.subscription.name for row in rows.select_related("subscription").order_by("pk")]


def _named(found: list[Subscription]) -> dict[str, Any]:
    return {"subscriptions": [one.name for one in found], "seats": sum(one.quantity for one in found)}


def _tell_of(
    stop: AccessStop, change: AccessChange, letter: Letter, code: str, values: dict[str, Any], *, now: datetime
) -> Message:
    message = promise_letter(
        stop.customer, letter, key=f"letter:{change.key}", now=now, about=change.about, values=values
    )
    AccessChange.objects.filter(pk=change.pk).update(letter=message)
    words = {**values, "subscriptions": ", ".join(values.get("still_off") or values["subscriptions"])}
    tell(stop.customer, TimelineEntry.Kind.ACCESS, code, now=now, about=change.about, values=words, message=message)
    return message
