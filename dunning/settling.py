"""What does a payment settle? The money, the debt and the access that hung on it, in one commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from billing.models import Invoice
from billing.receiving import Received, receive
from customers.locking import lock_customer
from customers.models import Customer, User, acting_for
from subscriptions.models import Subscription

from .reviewing import after_the_lock, review


@dataclass(frozen=True)
class Settled:
    """A payment and what came back with it."""

    received: Received
    reinstated: list[Subscription]


def settle(
    customer: Customer,
    *,
    amount: Decimal,
    currency: str,
    reference: str,
    received_on: date,
    now: datetime,
    told: Sequence[Invoice] = (),
    by: User | None = None,
    source: str = "hand",
    external_id: str | None = None,
) -> Settled:
    """Book a payment and review its customer in the same transaction: a cured debt and the promise of its
    reinstatement are one commit. Every door for money comes through here. Raises billing's BadPayment."""
    with acting_for(customer.partner):
        locked = lock_customer(customer.pk)
        now = after_the_lock([locked], now=now)
        received = receive(
            locked,
            amount=amount,
            currency=currency,
            reference=reference,
            received_on=received_on,
            now=now,
            source=source,
            external_id=external_id,
            told=told,
            by=by,
        )
        reviewed = review([customer.pk], now=now) if received.booked_now else None
        released = reviewed.released if reviewed else []
        return Settled(received, list(Subscription.objects.filter(pk__in=released).order_by("pk")))
