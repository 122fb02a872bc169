"""What does a payment settle? The money, the debt and the access that hung on it, in one commit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from billing.models import Invoice, Payment
from billing.receiving import Received, receive
from customers.locking import lock_customer
from customers.models import Customer, User, acting_for
from subscriptions.models import Subscription

from .claiming import match_claims
from .promising import keep_promises
from .reviewing import after_the_lock, review
from .thanking import thank


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
    only: bool = False,
) -> Settled:
    """Book a payment and review its customer in the same transaction: a cured debt and the promise of its
    reinstatement are one commit. Every door for one payment comes through here; those of a bank statement are
    followed together. Raises billing's BadPayment."""
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
            only=only,
        )
        return Settled(received, follow([received.payment], by, now=now) if received.booked_now else [])


def follow(
    payments: Sequence[Payment], by: User | None, *, now: datetime, beside: Collection[int] = ()
) -> list[Subscription]:
    """What money put against invoices changes besides them: promises kept, claims proved, access let go, and a
    letter that just asked for it taken back; where access comes back, the letter about that says enough.

    Answers the subscriptions that are let go. The caller holds the locks of the customers, one payment for each,
    and of those `beside`, who are looked at in the same review."""
    paid = [payment.customer_id for payment in payments]
    keep_promises(paid, now=now)
    match_claims(payments, by=by, now=now)
    released = review({*paid, *beside}, now=now).released
    back = list(Subscription.objects.filter(pk__in=released).order_by("pk")) if released else []
    let_go = {subscription.customer_id for subscription in back}
    thank([payment for payment in payments if payment.customer_id not in let_go], now=now)
    return back
