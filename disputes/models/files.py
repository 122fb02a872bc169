"""Which files belong to a case, and where do their bytes lie?"""

import pgtrigger
from django.db import models
from django.db.models import Q

from customers.models import Customer, OwnedQuerySet, PartnerOwned, User

from .cases import Dispute
from .words import CaseEntry


class CaseFileQuerySet(OwnedQuerySet["CaseFile"]):
    """Files, narrowed."""


class CaseFile(PartnerOwned):
    """One file of a case. The row exists only when its bytes are on disk, complete, under a name of our own;
    what it is was judged by its content. `name` is what the sender called it, for people to read."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="case_files")
    # Empty while a question is still being written.
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, null=True, blank=True, related_name="files")
    entry = models.ForeignKey(CaseEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="files")
    name = models.CharField(max_length=200)
    stored_as = models.CharField(max_length=64, unique=True)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # False: only for us.
    shared = models.BooleanField(default=True)

    objects = CaseFileQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="disputes_file_not_empty", condition=Q(size__gt=0))]
        triggers = [
            pgtrigger.ReadOnly(name="as_uploaded", exclude=["dispute", "entry"]),
            pgtrigger.Protect(
                name="filed_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__dispute__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name
