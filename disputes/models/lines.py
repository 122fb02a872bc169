"""What is said of one line within a case?"""

import pgtrigger
from django.db import models
from django.db.models import Q

from billing.models import InvoiceLine
from customers.history.keeping import Kept
from customers.models import OwnedQuerySet, PartnerOwned

from .cases import Dispute


class CaseLineQuerySet(OwnedQuerySet["CaseLine"]):
    """Lines of cases; customers see those of their own."""

    customer_path = "dispute__customer_id"


class CaseLine(PartnerOwned):
    """A questioned line: how many seats the customer ordered, and what our answer says of this line alone.

    What is frozen of it stands in DisputedAmount rows. A line of which nothing of its own is said has no row."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="+")
    # By the customer's own word, when the case was opened.
    ordered = models.PositiveIntegerField(null=True, blank=True)
    # Part of the answer that stands; empty where the case's text speaks for the line too.
    answer = models.TextField(max_length=2000, blank=True)

    objects = CaseLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispute", "line"], name="disputes_line_once"),
            models.CheckConstraint(name="disputes_ordered_fits", condition=Q(ordered=None) | Q(ordered__lte=1_000_000)),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_ordered", fields=["dispute", "line", "ordered"]),
            Kept(of=["answer"]),
        ]

    def __str__(self) -> str:
        return f"{self.dispute}, line {self.line_id}"
