"""Which mails came in for a case, and what became of them?"""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import OwnedQuerySet, PartnerOwned

from .cases import Dispute
from .escalations import Escalation
from .words import CaseEntry


class CaseMailQuerySet(OwnedQuerySet["CaseMail"]):
    """Mails, narrowed; customers read what became an entry of their case."""

    customer_path = None


class CaseMail(PartnerOwned):
    """One mail to a case's own address. A mail without a known address has no row: it is counted and dropped."""

    class Verdict(models.TextChoices):
        """What was done with it."""

        TAKEN = "taken", _("taken")
        AUTOMATIC = "automatic", _("automatic reply, dropped")
        LOOP = "loop", _("our own mail, dropped")
        TOO_BIG = "too_big", _("too big")
        UNREADABLE = "unreadable", _("unreadable")
        CLOSED = "closed", _("opened a case that follows")

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, null=True, blank=True, related_name="mails")
    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, null=True, blank=True, related_name="mails")
    entry = models.OneToOneField(CaseEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="mail")
    message_id = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    from_email = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict)
    why = models.CharField(max_length=300, blank=True)

    objects = CaseMailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "message_id", "sha256"], name="disputes_mail_once"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
