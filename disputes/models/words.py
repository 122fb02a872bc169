"""What was said in a case, and which answers did the customer not accept?"""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models import CreditNote, DisputedAmount
from customers.models import Message, OwnedQuerySet, PartnerOwned, User

from .cases import Dispute


class EarlierAnswerQuerySet(OwnedQuerySet["EarlierAnswer"]):
    """Earlier answers; customers see those to their own cases."""

    customer_path = "dispute__customer_id"


class EarlierAnswer(PartnerOwned):
    """An answer that the customer did not accept: what it said, when it was told, and why it was reopened."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="earlier_answers")
    outcome = models.CharField(max_length=10, choices=DisputedAmount.Result, blank=True)
    answer = models.TextField(max_length=4000)
    # What it said of single lines, in their order: `line` (its position), `name`, `text`.
    line_answers = models.JSONField(default=list, blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    credit_note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    told_by = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField()
    reopened_at = models.DateTimeField()
    # Empty where it came by mail.
    reopened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    why = models.TextField(max_length=4000)

    objects = EarlierAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="disputes_reopened_after_told",
                condition=Q(told_at__gte=F("decided_at"), reopened_at__gte=F("told_at")),
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class CaseEntryQuerySet(OwnedQuerySet["CaseEntry"]):
    """Entries; customers see those of their own cases that are not notes of ours."""

    customer_path = "dispute__customer_id"

    def shared(self) -> "CaseEntryQuerySet":
        """What the customer sees too."""
        return self.filter(kind__in=[CaseEntry.Kind.CUSTOMER, CaseEntry.Kind.STAFF])


class CaseEntry(PartnerOwned):
    """One word in a case, in the order it was said. Appended, never changed."""

    class Kind(models.TextChoices):
        """Who said it to whom."""

        CUSTOMER = "customer", _("from the customer")
        STAFF = "staff", _("to the customer")
        NOTE = "note", _("note, only for us")
        PROVIDER = "provider", _("from 21Vianet")

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.TextField(max_length=20_000)
    # What a mailed answer repeated of the mail before it.
    quoted = models.TextField(max_length=20_000, blank=True)
    at = models.DateTimeField()
    # Empty where it came by mail.
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    from_email = models.EmailField(blank=True)
    # The letter that carried words of ours.
    message = models.OneToOneField(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="case_entry")

    objects = CaseEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "case entries"
        indexes = [models.Index(fields=["dispute", "at", "id"], name="disputes_entries_in_order")]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_said", exclude=["message"]),
        ]
