"""What lies behind the cases of several customers?"""

import pgtrigger
from django.db import models

from customers.history.keeping import Kept
from customers.models import OwnedQuerySet, PartnerOwned, User


class CommonCauseQuerySet(OwnedQuerySet["CommonCause"]):
    """Causes; they are ours alone: customers read of their own case."""

    customer_path = None


class CommonCause(PartnerOwned):
    """One cause behind the cases of several customers: looked into once, answered for all."""

    number = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    text = models.TextField(max_length=4000, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    # Every case under it is answered.
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = CommonCauseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "number"], name="disputes_cause_number_once")]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            Kept(taken_away=False),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
