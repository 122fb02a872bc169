"""What did we take up with 21Vianet on a customer's behalf, under which reference, and what did it answer?"""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.history.keeping import Kept
from customers.models import OwnedQuerySet, PartnerOwned, User

from .cases import Dispute
from .causes import CommonCause


class EscalationQuerySet(OwnedQuerySet["Escalation"]):
    """Escalations; customers read of them in their case."""

    customer_path = None

    def waiting(self) -> "EscalationQuerySet":
        """Filed and not answered yet."""
        return self.filter(filed_at__isnull=False, answered_at=None, withdrawn_at=None)

    def to_call_off(self) -> "EscalationQuerySet":
        """Filed and withdrawn since, unanswered, and nobody has told 21Vianet yet."""
        over = self.filter(filed_at__isnull=False, withdrawn_at__isnull=False)
        return over.filter(called_off_at=None, answered_at=None)


class Escalation(PartnerOwned):
    """A problem reported to 21Vianet, for one case or for the common cause of several.

    21Vianet takes cases by its own form only: people file the pack there and enter the reference. On the global
    cloud the same request is followed by its id."""

    class Why(models.TextChoices):
        """Why we can't resolve it ourselves; the provider accepts only these."""

        TRAINING = "training", _("training")
        DOCUMENTATION = "documentation", _("documentation")
        TOOLS = "tools", _("tools")

    class Result(models.TextChoices):
        """What the provider's answer came to."""

        ACCEPTED = "accepted", _("accepted")
        PARTLY = "partly", _("partly accepted")
        REFUSED = "refused", _("refused")
        INFORMATION = "information", _("information only")

    class Ended(models.TextChoices):
        """Why it ended by itself; what people say stands in their own words."""

        WITHDRAWN = "case_withdrawn", _("the customer withdrew the question")
        ANSWERED = "case_answered", _("the case was answered without 21Vianet")

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, null=True, blank=True, related_name="escalations")
    cause = models.ForeignKey(CommonCause, on_delete=models.PROTECT, null=True, blank=True, related_name="escalations")
    # The gate: what we tried, why we can't, what we ask for.
    tried = models.TextField(max_length=4000)
    why = ArrayField(models.CharField(max_length=15, choices=Why))
    why_text = models.TextField(max_length=2000)
    asked_for = models.TextField(max_length=2000)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    reference = models.CharField(max_length=80, blank=True)
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    filed_at = models.DateTimeField(null=True, blank=True)
    # When we ask again, on Beijing business hours.
    remind_at = models.DateTimeField(null=True, blank=True)
    # Global cloud: the service request's id, its state as last read, and when.
    request_id = models.CharField(max_length=40, blank=True)
    request_status = models.CharField(max_length=20, blank=True)
    request_read_at = models.DateTimeField(null=True, blank=True)
    secret = models.CharField(max_length=32, unique=True)
    result = models.CharField(max_length=12, choices=Result, blank=True)
    answer = models.TextField(max_length=20_000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # Empty where it ended with its case.
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_why = models.TextField(max_length=2000, blank=True)
    # 21Vianet goes on with what was filed until somebody tells it that it is over.
    called_off_at = models.DateTimeField(null=True, blank=True)
    called_off_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = EscalationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="disputes_escalation_of_one_thing",
                condition=Q(dispute__isnull=False, cause=None) | Q(dispute=None, cause__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["dispute"],
                name="disputes_one_open_escalation_each_case",
                condition=Q(answered_at=None, withdrawn_at=None),
            ),
            models.UniqueConstraint(
                fields=["cause"],
                name="disputes_one_open_escalation_each_cause",
                condition=Q(answered_at=None, withdrawn_at=None),
            ),
            models.UniqueConstraint(
                fields=["partner", "reference"], name="disputes_reference_once", condition=~Q(reference="")
            ),
            models.CheckConstraint(
                name="disputes_filed_by_someone_under_a_reference",
                condition=Q(filed_at=None, filed_by=None, reference="")
                | (Q(filed_at__isnull=False, filed_by__isnull=False) & ~Q(reference="")),
            ),
            models.CheckConstraint(
                name="disputes_escalation_answered_after_filed",
                condition=Q(answered_at=None, result="")
                | (Q(filed_at__isnull=False, answered_at__gte=F("filed_at")) & ~Q(result="")),
            ),
            models.CheckConstraint(
                name="disputes_escalation_withdrawn_for_a_reason",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_why="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_why="")),
            ),
            models.CheckConstraint(
                name="disputes_called_off_by_someone",
                condition=Q(called_off_at=None, called_off_by=None)
                | Q(called_off_at__isnull=False, called_off_by__isnull=False, withdrawn_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            Kept(taken_away=False, hidden=["secret"], skipped=["request_read_at"]),
        ]

    def __str__(self) -> str:
        return self.reference or f"escalation {self.pk}"

    @property
    def why_withdrawn(self) -> str:
        """Why it is not pursued, as people read it."""
        known = {str(code): label for code, label in self.Ended.choices}
        return str(known.get(self.withdrawn_why, self.withdrawn_why))

    @property
    def to_call_off(self) -> bool:
        """Whether somebody has to tell 21Vianet that it is over."""
        return self.answers_late and self.called_off_at is None

    @property
    def answers_late(self) -> bool:
        """Whether it was filed, is not pursued any more, and 21Vianet may answer all the same."""
        return self.filed_at is not None and self.withdrawn_at is not None and self.answered_at is None
