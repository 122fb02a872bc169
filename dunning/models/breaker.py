"""Were so many suspensions about to happen that two people must say so first?"""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import BooleanField, Exists, Func, OuterRef, Q

from customers.models import OwnedQuerySet, PartnerOwned, User

from .cases import Proposal, Run


class _Among(Func):
    """Whether a value is in an array."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


class BreakerQuerySet(OwnedQuerySet["Breaker"]):
    """Breakers; customers see nothing of them."""

    customer_path = None

    def holding(self) -> "BreakerQuerySet":
        """Those not lifted in which somebody is named whose suspension is still proposed or approved."""
        live = Proposal.objects.filter(
            _Among("customer_id", OuterRef("customers")),
            partner_id=OuterRef("partner_id"),
            state__in=[Proposal.State.PROPOSED, Proposal.State.APPROVED],
        )
        return self.filter(Exists(live), lifted_at=None)


class Breaker(PartnerOwned):
    """The circuit breaker of a run: how many customers would lose access within 24 hours, against the limit.

    While it is not lifted, none of these suspensions is carried out. Lifting it lets exactly these customers
    through."""

    run = models.OneToOneField(Run, on_delete=models.PROTECT, null=True, blank=True, related_name="breaker")
    tripped_at = models.DateTimeField()
    limit = models.PositiveIntegerField()
    # Customers by primary key.
    customers = ArrayField(models.BigIntegerField())
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = BreakerQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["partner", "-tripped_at"], name="dunning_breaker_newest"),
            models.Index(fields=["partner"], name="dunning_breaker_open", condition=Q(lifted_at=None)),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="whose", fields=["partner"]),
        ]


class BreakerLiftQuerySet(OwnedQuerySet["BreakerLift"]):
    """Who agreed; customers see nothing of it."""

    customer_path = None


class BreakerLift(PartnerOwned):
    """One person's word that a breaker may be lifted; the second lifts it."""

    breaker = models.ForeignKey(Breaker, on_delete=models.PROTECT, related_name="lifts")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = BreakerLiftQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["breaker", "user"], name="dunning_breaker_lift_once_each")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
