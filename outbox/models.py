"""What have we promised to do outside, and did we do it?"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """How a promise stands. Parked waits for a person; done and moot are ends."""

    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")
    MOOT = "moot", _("moot")
    PARKED = "parked", _("parked")


class Effect(models.Model):
    """One deed promised to the outside world, written in the transaction that decided it.

    The row is its own queue. `due_at` and `settled_at` are the portal's clock; `not_before_retry` and
    `lease_until` the machine's. `key` names the deed: the same deed twice is one row.
    """

    key = models.CharField(max_length=200, unique=True)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    not_before_retry = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    # A worker that slept through its lease finds another token here and may write nothing.
    lease_token = models.UUIDField(null=True, blank=True)
    # Counted before the deed, so a deed that kills its worker is bounded too.
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING)
    settled_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_settled_when_ended",
                condition=Q(outcome__in=["done", "moot"], settled_at__isnull=False)
                | Q(outcome__in=["waiting", "parked"], settled_at__isnull=True),
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="%(app_label)s_%(class)s_due",
                condition=Q(outcome="waiting"),
            )
        ]


class Attempt(models.Model):
    """One call outside: written before it is made and closed after it; what is not closed is unknown."""

    began_at = models.DateTimeField()
    began_machine_at = models.DateTimeField()
    ended_machine_at = models.DateTimeField(null=True, blank=True)
    request_id = models.UUIDField()
    correlation_id = models.UUIDField()
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


class Clock(models.Model):
    """How far the simulated date is ahead of the machine's. One row, moved only forward, absent in production."""

    offset = models.DurationField()

    class Meta:
        constraints = [models.CheckConstraint(name="outbox_one_clock", condition=Q(pk=1))]
