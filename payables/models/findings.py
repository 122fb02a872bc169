"""Where do the provider's lines and what we billed not agree, and what became of it?"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.models import InvoiceLine
from customers.history.keeping import Kept
from customers.models import Customer, OwnedQuerySet, PartnerOwned, User
from subscriptions.models import Subscription

from .bills import ProviderBill, ProviderLine


class FindingQuerySet(OwnedQuerySet["Finding"]):
    """Findings; customers see nothing of them."""

    customer_path = None

    def open(self) -> "FindingQuerySet":
        """Those nobody has decided yet."""
        return self.filter(state=Finding.State.OPEN)


class Finding(PartnerOwned):
    """One difference between a bill of the provider and what we billed. Matching lines have no row."""

    class Kind(models.TextChoices):
        """What differs."""

        SEATS = "seats", _("seats")
        PRICE = "price", _("price")
        PERIOD = "period", _("period")
        TAX = "tax", _("tax")
        PROVIDER_ONLY = "provider_only", _("provider only")
        BILLED_ONLY = "billed_only", _("billed only")
        ADJUSTMENT = "adjustment", _("adjustment")
        UNMAPPED = "unmapped", _("unknown charge")

    class State(models.TextChoices):
        """What people made of it."""

        OPEN = "open", pgettext_lazy("finding", "open")
        EXPLAINED = "explained", _("explained")
        ACCEPTED = "accepted", _("accepted")
        DISPUTED = "disputed", _("in dispute")
        GONE = "gone", _("no longer there")

    bill = models.ForeignKey(ProviderBill, on_delete=models.PROTECT, related_name="findings")
    kind = models.CharField(max_length=14, choices=Kind)
    # What it is about, within the bill and kind; the same difference found again is the same row.
    key = models.CharField(max_length=120)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="findings")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, null=True, blank=True, related_name="findings"
    )
    provider_line = models.ForeignKey(
        ProviderLine, on_delete=models.PROTECT, null=True, blank=True, related_name="findings"
    )
    # An invoice line in a draft may go; the finding is then found anew.
    invoice_line = models.ForeignKey(
        InvoiceLine, on_delete=models.SET_NULL, null=True, blank=True, related_name="findings"
    )
    # Both before tax, in the bill's currency.
    provider_amount = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    billed_amount = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    difference = models.DecimalField(max_digits=18, decimal_places=2)
    # The figures its sentence speaks of, as text: {"provider": "29", "ours": "24"}.
    values = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    # Which rule explained it, as a code; empty where a person decided.
    explained_by = models.CharField(max_length=30, blank=True)
    why = models.CharField(max_length=300, blank=True)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The case it became.
    case_number = models.CharField(max_length=40, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bill", "kind", "key"], name="payables_finding_once"),
            models.CheckConstraint(
                name="payables_finding_decided",
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="payables_finding_disputed_has_a_case", condition=~Q(state="disputed") | ~Q(case_number="")
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "bill", "id"], name="payables_finding_open", condition=Q(state="open"))
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_found", fields=["partner", "bill", "kind", "key", "found_at"]),
            Kept(of=["decided_at", "decided_by_id", "why", "explained_by"]),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.kind} {self.key}"
