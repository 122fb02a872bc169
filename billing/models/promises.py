"""What did customers say about paying: by when, and that they already did?"""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.history.keeping import Kept
from customers.models import Customer, OwnedQuerySet, PartnerOwned, User

from .invoices import Invoice


class PromiseToPay(PartnerOwned):
    """A customer's word that an amount of an invoice is paid by a day. Whether it was broken follows from the
    dates and is never stored; `kept_at` is stamped when the amount has come in since it was made."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="promises")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="promises")
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    by_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)

    objects = OwnedQuerySet["PromiseToPay"].as_manager()

    class Meta:
        verbose_name_plural = "promises to pay"
        indexes = [models.Index(fields=["partner", "by_on"], name="billing_promise_open", condition=Q(kept_at=None))]
        constraints = [
            models.CheckConstraint(name="billing_promise_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="billing_promise_kept_after_made", condition=Q(kept_at=None) | Q(kept_at__gte=F("made_at"))
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_promised", exclude=["kept_at"]),
            Kept(taken_away=False),
        ]


class Claim(PartnerOwned):
    """A customer's word that money is on its way: no payment, but it holds the next step for a few days.

    Gone when a payment matches it or a person dismisses it."""

    class Gone(models.TextChoices):
        """Why it counts no more."""

        MATCHED = "matched", _("matched")
        DISMISSED = "dismissed", _("dismissed")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="claims")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    paid_on = models.DateField()
    reference = models.CharField(max_length=140, blank=True)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    gone_at = models.DateTimeField(null=True, blank=True)
    gone_why = models.CharField(max_length=10, choices=Gone, blank=True)
    gone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    gone_note = models.CharField(max_length=300, blank=True)

    objects = OwnedQuerySet["Claim"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["customer"], name="billing_claim_open", condition=Q(gone_at=None)),
            models.Index(fields=["partner", "-at", "-id"], name="billing_claim_newest", condition=Q(gone_at=None)),
        ]
        constraints = [
            models.CheckConstraint(name="billing_claim_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="billing_claim_gone_with_reason",
                condition=Q(gone_at=None, gone_why="") | (Q(gone_at__isnull=False) & ~Q(gone_why="")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_claimed", exclude=["gone_at", "gone_why", "gone_by", "gone_note"]),
            Kept(taken_away=False),
        ]
