"""What came of a payment online? Read back from the payment provider, booked once, and access with it.

A callback only rings the bell. What counts is what the payment provider answers when asked."""

import hashlib
from datetime import datetime, timedelta

from billing.checking_out import send_on
from billing.models import Checkout, TillEvent
from billing.till.protocol import Seen, TillRefused, TillState, TillUnavailable
from billing.till.wire import till
from customers.locking import lock_customer
from customers.models import acting_for
from outbox import clock
from outbox.keeping import Done, Later, Lease, Moot, Park, Result

from .settling import settle

SOURCE = "online"


class OddCallback(Exception):
    """The same event came before with other bytes."""


def keep_checkout(checkout: Checkout, lease: Lease) -> Result:
    """Ask until the checkout has ended; safe to begin again at any point."""
    if checkout.payment_id or checkout.declined_at:
        return Done()
    if not checkout.till_id:
        return _never_opened(checkout)
    try:
        seen = till().look(checkout.till_id)
    except TillUnavailable as error:
        return Later(timedelta(minutes=min(2**checkout.attempts, 30)), str(error))
    except TillRefused as error:
        return Park(f"the payment provider refuses to say what came of {checkout.till_id}: {error}")
    return follow(checkout, seen, now=clock.now())


def _never_opened(checkout: Checkout) -> Result:
    """The answer to our question for a page was lost. Under the same key the page is the same, paid or not."""
    try:
        send_on(checkout)
    except TillUnavailable as error:
        return Later(timedelta(minutes=min(2**checkout.attempts, 30)), str(error))
    except TillRefused as error:
        return Moot(f"never opened: {error}")
    return Later(timedelta(seconds=1), "opened late", counts=False)


def follow(checkout: Checkout, seen: Seen, *, now: datetime) -> Result:
    """Bring a checkout into line with what was seen of it. What was paid is booked, in the transaction that restores
    access; money of another currency than asked for goes to a person."""
    match seen.state:
        case TillState.PAID:
            if seen.currency != checkout.currency:
                return Park(f"asked for {checkout.currency}, paid in {seen.currency}")
            book(checkout, seen, now=now)
            return Done()
        case TillState.DECLINED:
            _decline(checkout, seen.why, now=now)
            return Done()
        case TillState.EXPIRED:
            return Moot("not paid in time")
        case TillState.OPEN:
            return Later(timedelta(minutes=min(2**checkout.attempts, 15)), "not paid yet")
        case _:
            return Later(timedelta(minutes=15), "the payment provider used a word we don't know")


def book(checkout: Checkout, seen: Seen, *, now: datetime) -> Checkout:
    """Book what was paid online, once, under the checkout's reference; the amount is what was paid."""
    with acting_for(checkout.partner):
        lock_customer(checkout.customer_id)
        mine = Checkout.objects.select_for_update(of=("self",)).select_related("customer__partner")
        checkout = mine.get(pk=checkout.pk)
        if checkout.payment_id:
            return checkout
        settled = settle(
            checkout.customer,
            amount=seen.amount,
            currency=checkout.currency,
            reference=checkout.reference,
            received_on=now.astimezone(checkout.customer.tz).date(),
            now=now,
            source=SOURCE,
            external_id=seen.till_id,
        )
        checkout.payment, checkout.declined_at = settled.received.payment, None
        checkout.save(update_fields=["payment", "declined_at"])
        return checkout


def _decline(checkout: Checkout, why: str, *, now: datetime) -> None:
    with acting_for(checkout.partner):
        Checkout.objects.filter(pk=checkout.pk, payment=None, declined_at=None).update(
            declined_at=now, declined_why=why[:200]
        )


def look_now(checkout: Checkout, *, now: datetime) -> Checkout:
    """Ask at once what came of a checkout, for a customer who has just come back or a callback that rang. What can't
    be learnt now is learnt later."""
    if checkout.till_id and not checkout.payment_id and not checkout.declined_at:
        try:
            follow(checkout, till().look(checkout.till_id), now=now)
        except (TillUnavailable, TillRefused):
            return checkout
    return Checkout.objects.select_related("customer__partner", "invoice", "partner").get(pk=checkout.pk)


def rang(checkout: Checkout, *, event_id: str, body: bytes, now: datetime) -> bool:
    """Keep that a callback came; False where the very same one came before. Raises OddCallback."""
    digest = hashlib.sha256(body).hexdigest()
    with acting_for(checkout.partner):
        event, fresh = TillEvent.objects.get_or_create(
            partner_id=checkout.partner_id,
            event_id=event_id[:100],
            defaults={"checkout": checkout, "sha256": digest, "received_at": now},
        )
    if event.sha256 != digest or event.checkout_id != checkout.pk:
        raise OddCallback(event_id)
    return fresh
