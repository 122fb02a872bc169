"""How does a customer begin to pay online? One row first, then the payment provider, then the customer is sent on."""

import secrets
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from customers import formats
from customers.locking import lock_customer
from customers.models import Membership, Partner, User, acting_for
from customers.roles import May
from outbox import clock
from outbox.models import Outcome

from .figures import undisputed_due
from .models import Checkout, Invoice
from .models.settings import choices_of
from .money import ZERO, quantise
from .refusing import NotPossible
from .till.protocol import Asked, Seen, TillRefused
from .till.wire import is_open_for_business, till

LASTS: Final = timedelta(minutes=30)
# When the portal itself asks for the first time what came of it.
FIRST_LOOK: Final = timedelta(minutes=1)


def offered_by(partner: Partner) -> bool:
    """Whether customers of this partner can pay online: the portal has a payment provider, and the partner wants it."""
    return is_open_for_business() and choices_of(partner).online_payment


def begin(invoice: Invoice, *, amount: Decimal, reference: str, by: User, now: datetime) -> Checkout:
    """Note that a customer sets out to pay an amount of an invoice online. Asked again while one for the same amount
    is under way, it is that one. Raises NotPossible, PermissionError."""
    with acting_for(invoice.partner):
        customer = lock_customer(invoice.customer_id)
        place = Membership.objects.filter(user=by, customer=customer).first()
        if place is None or not place.may(May.PROMISE):
            raise PermissionError(f"{by} may not pay for this customer.")
        if not offered_by(invoice.partner):
            raise NotPossible(gettext("Paying online is not offered here"))
        _check(invoice, amount)
        under_way = Checkout.objects.filter(
            invoice=invoice,
            amount=amount,
            started_by=by,
            outcome=Outcome.WAITING,
            expires_at__gt=now,
            # One that has ended leads to a page where nothing is paid any more.
            payment=None,
            declined_at=None,
        )
        if found := under_way.order_by("pk").first():
            return found
        return Checkout.objects.create(
            partner_id=invoice.partner_id,
            customer=customer,
            invoice=invoice,
            key=f"checkout:{secrets.token_hex(16)}",
            reference=reference,
            amount=amount,
            currency=invoice.currency,
            started_at=now,
            started_by=by,
            expires_at=now + LASTS,
            queued_at=now,
            due_at=now + FIRST_LOOK,
        )


def _check(invoice: Invoice, amount: Decimal) -> None:
    fresh = Invoice.objects.get(pk=invoice.pk)
    due = undisputed_due(fresh)
    if fresh.status != Invoice.Status.ISSUED or due <= ZERO:
        raise NotPossible(gettext("Nothing of this invoice is to pay."))
    if not ZERO < amount <= due or quantise(amount, invoice.currency) != amount:
        text = gettext("At most %(due)s of this invoice is to pay")
        raise NotPossible(text % {"due": formats.amount(due, invoice.currency)}, "amount")


def send_on(checkout: Checkout) -> Checkout:
    """Ask the payment provider for the page to pay at; outside any transaction. Asked again it is the same page.
    Raises TillUnavailable, TillRefused."""
    if checkout.url:
        return checkout
    seen = till().start(
        Asked(
            key=checkout.key,
            amount=checkout.amount,
            currency=checkout.currency,
            reference=checkout.reference,
            return_to=settings.PORTAL_URL + reverse("my-paid-online", args=[checkout.pk]),
            tell=settings.PORTAL_URL + reverse("till-callback"),
            # The payment provider lives by the machine's clock.
            expires_at=clock.machine() + LASTS,
        )
    )
    return _keep(checkout, seen)


def _keep(checkout: Checkout, seen: Seen) -> Checkout:
    if not seen.url.startswith(settings.ONLINE_PAYMENT_URL.rstrip("/") + "/"):
        raise TillRefused("the page to pay at lies elsewhere")
    with acting_for(checkout.partner):
        checkout = Checkout.objects.select_for_update(of=("self",)).select_related("partner").get(pk=checkout.pk)
        if not checkout.till_id:
            checkout.till_id, checkout.url = seen.till_id, seen.url
            checkout.save(update_fields=["till_id", "url"])
        return checkout
