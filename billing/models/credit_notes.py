"""What has been given back on paper, and for which lines?"""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, OwnedQuerySet, PartnerOwned

from .invoices import InvoiceLine
from .leftover import left_of


class CreditNoteQuerySet(OwnedQuerySet["CreditNote"]):
    """Credit notes, narrowed."""

    def with_left(self) -> "models.QuerySet[Any]":
        """Each with `left`: what is neither allocated nor refunded."""
        return self.annotate(left=left_of(self.model, "total", "credit_note"))


class CreditNote(PartnerOwned):
    """Money given back on paper: from a period that came out below zero, or from a dispute upheld."""

    class Why(models.TextChoices):
        """What it came from."""

        PERIOD = "period", _("period below zero")
        DISPUTE = "dispute", _("dispute")
        CORRECTION = "correction", _("correction")
        GOODWILL = "goodwill", _("goodwill")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="credit_notes")
    number = models.CharField(max_length=40)
    why = models.CharField(max_length=12, choices=Why)
    reason = models.CharField(max_length=300, blank=True)
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=18, decimal_places=2)
    period = models.CharField(max_length=7, blank=True)
    issued_on = models.DateField()
    issued_at = models.DateTimeField()

    objects = CreditNoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "number"], name="billing_credit_note_number_once"),
            models.CheckConstraint(name="billing_credit_note_positive", condition=Q(total__gte=0)),
        ]
        indexes = [models.Index(fields=["partner", "-issued_on", "-id"], name="billing_credit_note_newest")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.number


class CreditNoteLine(PartnerOwned):
    """What the credit is for; amounts as on an invoice line with the sign turned."""

    credit_note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    invoice_line = models.ForeignKey(
        InvoiceLine, on_delete=models.PROTECT, null=True, blank=True, related_name="credit_lines"
    )
    description = models.CharField(max_length=300)
    net = models.DecimalField(max_digits=18, decimal_places=2)
    tax = models.DecimalField(max_digits=18, decimal_places=2)
    total = models.DecimalField(max_digits=18, decimal_places=2)
    # As on the invoice line it was, where the draft came out below zero.
    priced_by = models.JSONField(default=dict, blank=True)

    objects = OwnedQuerySet["CreditNoteLine"].as_manager()

    class Meta:
        ordering = ["credit_note_id", "position"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
