"""What are customers paying online at this moment, and what came of it?"""

import pgtrigger
from django.db import models
from django.db.models import Q

from customers.models import Customer, OwnedQuerySet, PartnerOwned, User
from outbox.models import Effect

from .invoices import Invoice
from .payments import Payment


class CheckoutQuerySet(OwnedQuerySet["Checkout"]):
    """Checkouts, narrowed."""


class Checkout(PartnerOwned, Effect):
    """One attempt to pay an invoice online, and the promise to read back what came of it, whether or not the payment
    provider calls us."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="checkouts")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="checkouts")
    # Under which the money is booked; it says which lines it pays first.
    reference = models.CharField(max_length=40)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    # The payment provider's id; empty until it has answered.
    till_id = models.CharField(max_length=100, blank=True)
    url = models.CharField(max_length=500, blank=True)
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="checkout")
    declined_at = models.DateTimeField(null=True, blank=True)
    declined_why = models.CharField(max_length=200, blank=True)

    objects = CheckoutQuerySet.as_manager()

    class Meta(Effect.Meta):
        constraints = [
            *Effect.Meta.constraints,
            models.UniqueConstraint(
                fields=["partner", "till_id"], name="billing_checkout_once", condition=~Q(till_id="")
            ),
            models.CheckConstraint(name="billing_checkout_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="billing_checkout_one_end", condition=Q(payment=None) | Q(declined_at=None)),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="whose", fields=["key"]),
            pgtrigger.ReadOnly(
                name="as_started",
                fields=["partner", "customer", "invoice", "reference", "amount", "currency", "started_at"],
            ),
        ]

    def __str__(self) -> str:
        return self.till_id or self.key


class TillEvent(PartnerOwned):
    """A callback of the payment provider that was signed and about a checkout of ours; each is kept once."""

    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="events")
    event_id = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    objects = OwnedQuerySet["TillEvent"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "event_id"], name="billing_till_event_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.event_id
