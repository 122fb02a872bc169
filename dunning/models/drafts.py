"""Which policy is being written, who agreed to publish it, and what would it change?"""

import pgtrigger
from django.db import models
from django.db.models import Q

from customers.history.keeping import Kept
from customers.models import OwnedQuerySet, PartnerOwned, User

from .policies import PolicyVersion


class DraftQuerySet(OwnedQuerySet["PolicyDraft"]):
    """Drafts; customers see a policy once it is published."""

    customer_path = None


class PolicyDraft(PartnerOwned):
    """A policy in the making, in the form of the policy files. One at a time for each partner.

    `edition` counts the changes: whoever saves or agrees names the one they read."""

    mapping = models.JSONField()
    edition = models.PositiveIntegerField(default=1)
    effective_on = models.DateField(null=True, blank=True)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # One person hands it in, another publishes it.
    offered_at = models.DateTimeField(null=True, blank=True)
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    version = models.OneToOneField(PolicyVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="draft")
    dropped_at = models.DateTimeField(null=True, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner"], name="dunning_one_open_draft", condition=Q(version=None, dropped_at=None)
            )
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            Kept(taken_away=False),
        ]


class SimulationQuerySet(OwnedQuerySet["Simulation"]):
    """Simulations; customers see nothing of them."""

    customer_path = None


class Simulation(PartnerOwned):
    """What a policy would change over the live book at one instant. Reproducible: the same policy on the same
    book at the same instant gives the same result."""

    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    draft = models.ForeignKey(PolicyDraft, on_delete=models.PROTECT, null=True, blank=True, related_name="simulations")
    # The edition of the draft it was made with, and what that said.
    edition = models.PositiveIntegerField(default=0)
    mapping = models.JSONField()
    result = models.JSONField()

    objects = SimulationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["partner", "-at"], name="dunning_simulation_newest")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
