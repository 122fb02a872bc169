"""Which collections policy do customers read, in which version, with which stages?"""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.history.keeping import Kept
from customers.models import Customer, OwnedQuerySet, PartnerOwned, User


class PolicyVersionQuerySet(OwnedQuerySet["PolicyVersion"]):
    """Versions; customers read theirs through their invoices."""

    customer_path = None


class PolicyVersion(PartnerOwned):
    """One published text of the policy. Never changed: an invoice keeps the version shown when it was issued."""

    class CureLevel(models.TextChoices):
        """Whether the whole invoice or each subscription's own debt lifts a suspension."""

        INVOICE = "invoice", _("invoice")
        SUBSCRIPTION = "subscription", _("subscription")

    number = models.PositiveIntegerField()
    effective_on = models.DateField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The second person; without one no stage of it may suspend unapproved.
    seconded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Amounts per currency: {"CNY": "1.00"}.
    ignore_below = models.JSONField(default=dict)
    cover_min = models.JSONField(default=dict)
    promise_days = models.PositiveSmallIntegerField(default=14)
    promise_count = models.PositiveSmallIntegerField(default=1)
    promise_pauses = ArrayField(models.CharField(max_length=20), default=list)
    broken_days = models.PositiveSmallIntegerField(default=1)
    resume_days = models.PositiveSmallIntegerField(default=3)
    settle_days = models.PositiveSmallIntegerField(default=1)
    claim_days = models.PositiveSmallIntegerField(default=3)
    stale_cash_hours = models.PositiveSmallIntegerField(default=24)
    cure_level = models.CharField(max_length=12, choices=CureLevel, default=CureLevel.INVOICE)
    cure_share = models.DecimalField(max_digits=5, decimal_places=4, default=1)
    undo_minutes = models.PositiveSmallIntegerField(default=0)
    deletion_days = models.PositiveSmallIntegerField(default=60)
    notice_days = models.PositiveSmallIntegerField(default=30)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        ordering = ["partner_id", "number"]
        constraints = [models.UniqueConstraint(fields=["partner", "number"], name="dunning_version_number_once")]
        triggers = [pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"policy {self.number}"


class Stage(PartnerOwned):
    """One step of a version's ladder."""

    class Action(models.TextChoices):
        """What the step does."""

        NOTICE = "notice", _("notice")
        CALL_TASK = "call_task", _("call")
        SUSPEND = "suspend", _("suspension")
        DELETION_NOTICE = "deletion_notice", _("deletion notice")
        HAND_OVER = "hand_over", _("hand-over")

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="stages")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    action = models.CharField(max_length=20, choices=Action)
    anchor = models.CharField(max_length=12, default="due")
    of = models.CharField(max_length=40, blank=True)
    offset = models.SmallIntegerField(default=0)
    unit = models.CharField(max_length=14, default="days")
    gap = models.PositiveSmallIntegerField(default=1)
    letter = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=20, default="mail")
    roles = ArrayField(models.CharField(max_length=20), default=list)
    min_overdue = models.JSONField(default=dict)
    tags_all = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    tags_any = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    tags_none = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    approvals = models.PositiveSmallIntegerField(default=1)

    objects = OwnedQuerySet["Stage"].as_manager()

    class Meta:
        ordering = ["version_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "name"], name="dunning_stage_name_once"),
            models.UniqueConstraint(fields=["version", "position"], name="dunning_stage_position_once"),
            models.CheckConstraint(name="dunning_stage_approvals", condition=Q(approvals__lte=2)),
            models.CheckConstraint(name="dunning_stage_gap", condition=Q(gap__gte=1)),
        ]
        triggers = [pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name


class PolicyTold(PartnerOwned):
    """When a customer was shown a version, and whether they agreed to it."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="policies_told")
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="told")
    told_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = OwnedQuerySet["PolicyTold"].as_manager()

    class Meta:
        verbose_name_plural = "policies told"
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_told", exclude=["acknowledged_at", "acknowledged_by"]),
            Kept(of=["acknowledged_at", "acknowledged_by_id"]),
        ]
        constraints = [models.UniqueConstraint(fields=["customer", "version"], name="dunning_policy_told_once")]


class CalendarEdition(models.Model):
    """One calendar of working days as decisions were made with it; shared by all partners, named by its digest."""

    digest = models.CharField(max_length=32, unique=True)
    document = models.JSONField()

    class Meta:
        triggers = [pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)]
