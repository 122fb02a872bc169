"""What does the provider say of a customer, and how is access switched and proved?"""

import logging
import random
import uuid
from datetime import datetime, timedelta

from django.conf import settings

from customers.locking import lock_customer
from customers.models import Contact, ContactRole, Customer, Message, Partner, TimelineEntry, acting_for
from customers.telling import tell
from outbox import clock
from outbox.keeping import Done, Later, Lease, Park, Result
from outbox.models import Outcome

from .calling import ProviderCalls
from .checks import sandbox_in_production
from .gateway.partner_center import PartnerCenter
from .gateway.protocol import (
    BillingContact,
    CredentialsRefused,
    OutcomeUnknown,
    Provider,
    ProviderRefused,
    ProviderStatus,
    ProviderUnavailable,
    StaleRead,
    SubscriptionSeen,
)
from .gateway.settings import ProviderSettings
from .models import AccessAttempt, AccessChange, CustomerReading, Subscription

log = logging.getLogger(__name__)

CREDENTIALS_AGAIN = timedelta(minutes=1)
_providers: dict[tuple[str, ...], Provider] = {}
LANGUAGES = {"zh": "zh-hans", "ru": "ru", "en": "en"}


def provider_for(partner: Partner) -> Provider:
    """The way to the provider for a partner; one client each, so tokens are shared.

    Raises ProviderRefused where the installation names no provider."""
    settings_now = settings.PARTNER_CENTER
    key = (str(partner.pk), *settings_now.values())
    if key not in _providers:
        if fault := sandbox_in_production():
            raise ProviderRefused(fault)
        try:
            _providers[key] = PartnerCenter(ProviderSettings(**settings_now), calls=ProviderCalls(partner.pk))
        except ValueError as error:
            raise ProviderRefused(f"the provider's settings are not complete: {error}") from error
    return _providers[key]


def later(error: ProviderUnavailable, attempts: int) -> Later:
    """When to try again after the provider said "later": when it said so, else a little later each time. A tenth is
    added by lot, so that not all who were sent away come back at once."""
    if isinstance(error, CredentialsRefused):
        # No deed's fault: everything of this partner waits for a person, and no attempt is spent on it.
        log.error("the provider refuses our credentials: %s", error)
        return Later(CREDENTIALS_AGAIN * random.uniform(1.0, 1.1), str(error), counts=False)
    wait = error.retry_after or timedelta(seconds=min(2**attempts, 300))
    return Later(wait * random.uniform(1.0, 1.1), str(error))


def keep_reading(reading: CustomerReading, lease: Lease) -> Result:
    """Read a new customer's billing contact and subscriptions; without a contact the worklist says so."""
    customer = reading.customer
    try:
        provider = provider_for(customer.partner)
        contact = provider.billing_contact(customer.provider_id)
        seen = provider.subscriptions(customer.provider_id)
    except ProviderUnavailable as error:
        return later(error, reading.attempts)
    except ProviderRefused as error:
        return Park(str(error))
    now = clock.now()
    with acting_for(customer.partner):
        customer = lock_customer(customer.pk)
        customer.contact_read_at = now
        customer.save(update_fields=["contact_read_at"])
        record_subscriptions(customer, seen, now=now)
        if contact:
            set_contact(customer, contact, now=now)
        else:
            tell(customer, TimelineEntry.Kind.NOTE, "contact_missing", now=now, shared=False)
    return Done()


def set_contact(customer: Customer, contact: BillingContact, *, now: datetime) -> Contact:
    """Record the billing contact, let letters that waited for an address go, and stamp a review.

    The caller holds the customer's lock."""
    language = LANGUAGES.get((contact.language or contact.culture)[:2].lower(), "")
    saved, _ = Contact.objects.update_or_create(
        partner_id=customer.partner_id,
        customer=customer,
        role=ContactRole.BILLING,
        defaults={
            "email": contact.email,
            "name": f"{contact.first_name} {contact.last_name}".strip(),
            "language": language,
        },
    )
    if language and customer.language != language:
        customer.language = language
    Message.objects.filter(customer=customer, to_email="", outcome=Outcome.PARKED).update(
        contact=saved,
        to_email=saved.email,
        language=language or customer.language,
        outcome=Outcome.WAITING,
        reason="",
    )
    customer.review_due_at = now
    customer.save(update_fields=["language", "review_due_at"])
    tell(
        customer,
        TimelineEntry.Kind.NOTE,
        "contact_read",
        now=now,
        values={"email": contact.email},
        shared=False,
    )
    return saved


def record_subscriptions(customer: Customer, seen: tuple[SubscriptionSeen, ...], *, now: datetime) -> None:
    """Record what the provider says of known subscriptions: status and which is an add-on of which."""
    known = {
        subscription.provider_id: subscription
        for subscription in Subscription.objects.select_for_update().filter(customer=customer).order_by("pk")
    }
    for one in seen:
        subscription = known.get(one.id)
        if subscription is None:
            continue
        subscription.base = known.get(one.parent_id) if one.parent_id else None
        subscription.status, subscription.status_read_at = as_status(one.status), now
        subscription.save(update_fields=["base", "status", "status_read_at"])


def as_status(status: ProviderStatus) -> str:
    """The provider's word as ours; a word we don't act on is unknown."""
    value = str(status)
    return value if value in Subscription.Status.values else Subscription.Status.UNKNOWN


def record_status(subscription: Subscription, status: ProviderStatus, *, now: datetime) -> None:
    """Record what a read-back said of one subscription."""
    subscription.status, subscription.status_read_at = as_status(status), now
    subscription.save(update_fields=["status", "status_read_at"])


def open_attempt(change: AccessChange, subscription: Subscription) -> AccessAttempt:
    """The attempt under which the next write goes out: the unknown one if there is one, so that the provider
    sees the same request id again; otherwise a new one. Committed before the call is made."""
    unknown = change.tries.filter(subscription=subscription, ended_machine_at=None).first()
    return unknown or AccessAttempt.objects.create(
        partner_id=change.partner_id,
        change=change,
        subscription=subscription,
        began_at=clock.now(),
        began_machine_at=clock.machine(),
        request_id=uuid.uuid4(),
        correlation_id=uuid.uuid4(),
    )


def close_attempts(change: AccessChange, subscription: Subscription, answer: str) -> None:
    """Close what is open of the attempts for one subscription."""
    change.tries.filter(subscription=subscription, ended_machine_at=None).update(
        ended_machine_at=clock.machine(), answer=answer[:300]
    )


def subscriptions_of(change: AccessChange) -> dict[int, Subscription]:
    """The subscriptions of a change by primary key, in the order in which they are done."""
    found = Subscription.objects.select_related("customer").in_bulk(change.scope)
    return {pk: found[pk] for pk in change.scope}


def read(provider: Provider, subscription: Subscription) -> SubscriptionSeen:
    """One subscription as the provider has it now."""
    return provider.subscription(subscription.customer.provider_id, subscription.provider_id)


def ask(
    change: AccessChange,
    provider: Provider,
    subscription: Subscription,
    seen: SubscriptionSeen,
    wanted: ProviderStatus,
    auto_renew: bool | None = None,
    accepted: str = "accepted",
) -> bool:
    """One write under its attempt row, committed before the call. False: what was read was stale, read again.
    `accepted` is what the attempt says once the provider took it.

    Raises OutcomeUnknown with the attempt left open, ProviderUnavailable and ProviderRefused with it closed."""
    attempt = open_attempt(change, subscription)
    ids = {"request_id": str(attempt.request_id), "correlation_id": str(attempt.correlation_id)}
    try:
        provider.change_status(seen, wanted, auto_renew=auto_renew, **ids)
    except StaleRead as error:
        close_attempts(change, subscription, str(error))
        return False
    except OutcomeUnknown:
        # Left open: the next write about this subscription goes out under the same request id.
        raise
    except (ProviderUnavailable, ProviderRefused) as error:
        close_attempts(change, subscription, str(error))
        raise
    close_attempts(change, subscription, accepted)
    return True
