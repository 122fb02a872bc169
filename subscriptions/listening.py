"""The provider rings unasked: what do we make of it? An event is a hint that something changed; what is so is read."""

import hashlib
import logging
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from customers.models import Customer, Partner, acting_for
from outbox import clock
from outbox.keeping import Done, Later, Lease, Park, Result

from . import provisioning
from .comparing import of_one
from .drifting import in_our_hands, reasons_of, record
from .gateway.events import SUBSCRIPTION_UPDATED, Event
from .gateway.protocol import Provider, ProviderRefused, ProviderUnavailable, SubscriptionSeen
from .gateway.signing import Trust
from .models import ProviderEvent, Subscription, SubscriptionReading
from .switching import READ_BACK_AGAIN

log = logging.getLogger(__name__)

# They come up to 48 hours late; what is older than this is somebody's recording.
OLDEST = timedelta(days=7)
Taken = ProviderEvent.Taken


def trust() -> Trust | None:
    """Whose events we believe; None where the installation names nobody."""
    told = settings.PARTNER_CENTER_EVENTS
    try:
        issuers = Path(told["issuers"]).read_bytes() if told["issuers"] else b""
    except OSError as error:
        log.error("the issuers of the provider's events can't be read: %s", error)
        return None
    if not issuers or not told["origins"]:
        return None
    return Trust(frozenset(told["origins"]), issuers, told["organization"])


def hear(partner: Partner, event: Event, body: bytes, *, machine: datetime, now: datetime) -> ProviderEvent:
    """Keep an event whose signature was checked, and promise the reading it asks for. The same event again is the
    same row; one about somebody else's subscription, or of a kind we don't know, is kept and changes nothing.

    `machine` is the machine's time, by which events are as old as they are."""
    digest = hashlib.sha256(body).hexdigest()
    with acting_for(partner):
        customer, taken = _taken(partner, event, machine)
        row, is_new = ProviderEvent.objects.get_or_create(
            partner=partner,
            digest=digest,
            defaults={
                "name": _text(event.name, 80),
                "resource": _text(event.resource, 80),
                "customer_ref": _text(event.customer_id, 64),
                "subscription_ref": _text(event.subscription_id, 64),
                "invoice_ref": _text(event.invoice, 64),
                "changed_at": event.changed_at,
                "received_at": now,
                "taken": taken,
                "body": _text(body.decode(errors="replace"), len(body)),
            },
        )
        if is_new and customer is not None and taken == Taken.READ:
            SubscriptionReading.objects.create(
                partner=partner,
                customer=customer,
                provider_id=event.subscription_id,
                event=row,
                key=f"event:{row.pk}",
                queued_at=now,
                due_at=now,
            )
    return row


def _text(text: str, most: int) -> str:
    return text.replace("\x00", "")[:most]


def _taken(partner: Partner, event: Event, machine: datetime) -> tuple[Customer | None, str]:
    if event.changed_at is not None and machine - event.changed_at > OLDEST:
        return None, Taken.TOO_OLD
    if not event.customer_id or "\x00" in event.customer_id + event.subscription_id:
        return None, Taken.KEPT
    customer = Customer.objects.filter(partner=partner, provider_id__iexact=event.customer_id).first()
    if customer is None:
        return None, Taken.NOT_OURS
    is_about_one = event.name == SUBSCRIPTION_UPDATED and 0 < len(event.subscription_id) <= 64
    return customer, Taken.READ if is_about_one else Taken.KEPT


def keep_subscription_reading(reading: SubscriptionReading, lease: Lease) -> Result:
    """Read the one subscription and compare; what our own deeds are changing is read after them."""
    customer = reading.customer
    known = Subscription.objects.filter(customer=customer, provider_id__iexact=reading.provider_id).first()
    machine = clock.machine()
    if known is not None and known.pk in in_our_hands(customer, machine):
        return Later(READ_BACK_AGAIN * 5, "a deed of ours is changing it", counts=False)
    try:
        seen = _read(provisioning.provider_for(customer.partner), customer, reading.provider_id)
    except ProviderUnavailable as error:
        return provisioning.later(error, reading.attempts)
    except ProviderRefused as error:
        return Park(str(error))
    found = of_one(known, seen, reasons_of(customer).get(known.pk, []) if known else [])
    record(customer, found, machine, now=clock.now(), only=reading.provider_id.lower())
    return Done()


def _read(provider: Provider, customer: Customer, provider_id: str) -> SubscriptionSeen | None:
    """The subscription as it is now; None if there is none such."""
    try:
        return provider.subscription(customer.provider_id, provider_id)
    except ProviderRefused as error:
        if error.status in (404, 410):
            return None
        raise
