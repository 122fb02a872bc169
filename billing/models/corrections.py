"""What was given up, sent back, or taken back after it was booked? Corrections are rows of their own."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from customers.history.keeping import Kept
from customers.models import Customer, OwnedQuerySet, PartnerOwned, User

from .credit_notes import CreditNote
from .invoices import Invoice
from .payments import Payment


class WriteOff(PartnerOwned):
    """Debt we stop asking for. One person asks, another agrees; only then does it count."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="write_offs")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="write_offs")
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=300)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    refused_at = models.DateTimeField(null=True, blank=True)

    objects = OwnedQuerySet["WriteOff"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="billing_write_off_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="billing_write_off_by_two",
                condition=Q(agreed_by=None, agreed_at=None)
                | (Q(agreed_at__isnull=False, refused_at=None) & ~Q(agreed_by=F("asked_by"))),
            ),
            models.UniqueConstraint(
                fields=["invoice"],
                name="billing_write_off_one_asked",
                condition=Q(agreed_at=None, refused_at=None),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_asked", exclude=["agreed_by", "agreed_at", "refused_by", "refused_at"]),
            Kept(taken_away=False),
        ]


class Refund(PartnerOwned):
    """Money sent back to a customer, out of a payment or a credit note that found no debt."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds")
    credit_note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds")
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    refunded_on = models.DateField()
    reference = models.CharField(max_length=140)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = OwnedQuerySet["Refund"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="billing_refund_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="billing_refund_one_source",
                condition=Q(payment__isnull=False, credit_note=None) | Q(payment=None, credit_note__isnull=False),
            ),
            models.UniqueConstraint(fields=["partner", "customer", "reference"], name="billing_refund_once"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class Reversal(PartnerOwned):
    """A payment the bank took back. Its allocations are taken back by rows of the opposite sign."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="reversals")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="reversal")
    reversed_on = models.DateField()
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = OwnedQuerySet["Reversal"].as_manager()

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
