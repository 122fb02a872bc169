"""What has been paid, and what was it put against?"""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _

from billing.money import ZERO
from customers.history.keeping import Kept
from customers.models import Customer, OwnedQuerySet, PartnerOwned, User

from .credit_notes import CreditNote
from .invoices import InvoiceLine
from .leftover import left_of


class PaymentQuerySet(OwnedQuerySet["Payment"]):
    """Payments, narrowed."""

    def with_left(self) -> "models.QuerySet[Any]":
        """Each with `left`: what is neither allocated, refunded nor taken back by the bank."""
        left = left_of(self.model, "amount", "payment")
        return self.annotate(left=Case(When(reversal__isnull=False, then=ZERO), default=left))


class Payment(PartnerOwned):
    """Money received from a customer. Booked once for each (partner, source, external id)."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="payments")
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=140)
    received_on = models.DateField()
    booked_at = models.DateTimeField()
    source = models.CharField(max_length=20, default="hand")
    external_id = models.CharField(max_length=400)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "source", "external_id"], name="billing_payment_once"),
            models.CheckConstraint(name="billing_payment_positive", condition=Q(amount__gt=0)),
        ]
        indexes = [models.Index(fields=["partner", "-received_on", "-id"], name="billing_payment_newest")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.reference or f"payment {self.pk}"


class Allocation(PartnerOwned):
    """A part of a payment, of a credit note, or of a line below zero, put against one invoice line."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="allocations")
    credit_note = models.ForeignKey(
        CreditNote, on_delete=models.PROTECT, null=True, blank=True, related_name="allocations"
    )
    # A line below zero counts against the others of its invoice from the day it is issued.
    offset = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, null=True, blank=True, related_name="offsets")
    write_off = models.ForeignKey(
        "billing.WriteOff", on_delete=models.PROTECT, null=True, blank=True, related_name="allocations"
    )
    # A payment was taken back: the row with the opposite amount points at the one it undoes.
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by")
    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="allocations")
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    at = models.DateTimeField()

    objects = OwnedQuerySet["Allocation"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="billing_allocation_positive",
                condition=Q(undoes=None, amount__gt=0) | Q(undoes__isnull=False, amount__lt=0, payment__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_allocation_one_source",
                condition=Q(payment__isnull=False, credit_note=None, offset=None, write_off=None)
                | Q(payment=None, credit_note__isnull=False, offset=None, write_off=None)
                | Q(payment=None, credit_note=None, offset__isnull=False, write_off=None)
                | Q(payment=None, credit_note=None, offset=None, write_off__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["partner", "at"], name="billing_allocation_when")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class DisputedAmount(PartnerOwned):
    """Why a part of a line isn't chased: it is questioned. Written by disputes, read by everybody."""

    class Result(models.TextChoices):
        """What came of it."""

        UPHELD = "upheld", _("upheld")
        PARTLY = "partly", _("partly upheld")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="disputed_amounts")
    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="disputed_amounts")
    case_number = models.CharField(max_length=40)
    questioned = models.DecimalField(max_digits=18, decimal_places=2)
    # What is frozen of it: all that was questioned; after "partly" the part that was refused.
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Result, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    objects = OwnedQuerySet["DisputedAmount"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="billing_disputed_not_negative", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="billing_disputed_decided_with_outcome",
                condition=Q(decided_at=None, outcome="", told_at=None) | (Q(decided_at__isnull=False) & ~Q(outcome="")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_questioned", exclude=["amount", "decided_at", "outcome", "told_at"]),
        ]


class Hold(PartnerOwned):
    """Why the ladder stands still: a hold, an exemption, or an extension that moves the due day."""

    class Kind(models.TextChoices):
        """Which of the three."""

        HOLD = "hold", _("hold")
        EXEMPTION = "exemption", _("exemption")
        EXTENSION = "extension", _("extension")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=10, choices=Kind)
    # Empty: the whole customer.
    invoice = models.ForeignKey(
        "billing.Invoice", on_delete=models.PROTECT, null=True, blank=True, related_name="holds"
    )
    subscription = models.ForeignKey(
        "subscriptions.Subscription", on_delete=models.PROTECT, null=True, blank=True, related_name="holds"
    )
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Lifted early: `until_on` became the day before.
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = OwnedQuerySet["Hold"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="billing_hold_scope",
                condition=Q(invoice=None) | Q(subscription=None),
            ),
            models.CheckConstraint(
                name="billing_extension_not_of_a_subscription",
                condition=~Q(kind="extension") | Q(subscription=None, until_on__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_granted", exclude=["until_on", "lifted_at", "lifted_by"]),
            Kept(taken_away=False),
        ]
