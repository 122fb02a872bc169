"""Which papers have we made, in exactly which bytes?"""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from .customers import Customer
from .partners import OwnedQuerySet, PartnerOwned
from .people import User


class DocumentQuerySet(OwnedQuerySet["Document"]):
    """Documents, narrowed."""


class Document(PartnerOwned):
    """One printed paper: made once for each (kind, about, language) and kept with its fingerprint.

    `about` names its subject within the kind, such as an invoice's number."""

    class Kind(models.TextChoices):
        """What it is."""

        INVOICE = "invoice", _("invoice")
        CREDIT_NOTE = "credit_note", _("credit note")
        STATEMENT = "statement", _("statement of account")
        POLICY = "policy", _("collections policy")
        PROOF = "proof", _("proof of a suspension")
        PACK = "pack", _("escalation pack")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="documents")
    kind = models.CharField(max_length=12, choices=Kind)
    about = models.CharField(max_length=100)
    language = models.CharField(max_length=10)
    file_name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=60, default="application/pdf")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "kind", "about", "language", "content_type"], name="customers_document_once"
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.file_name
