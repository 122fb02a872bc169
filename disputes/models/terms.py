"""What has a partner decided about its dealings with 21Vianet?"""

from django.db import models
from django.db.models import Q

from customers.history.keeping import Kept
from customers.models import OwnedQuerySet, PartnerOwned


class EscalationTermsQuerySet(OwnedQuerySet["EscalationTerms"]):
    """Terms; customers don't read them."""

    customer_path = None


class EscalationTerms(PartnerOwned):
    """After how many of Beijing's business days 21Vianet is asked again; a partner without a row keeps the default."""

    ask_again_days = models.PositiveSmallIntegerField()

    objects = EscalationTermsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "escalation terms"
        constraints = [
            models.UniqueConstraint(fields=["partner"], name="disputes_terms_once"),
            models.CheckConstraint(
                name="disputes_asked_again_within_a_month", condition=Q(ask_again_days__gte=1, ask_again_days__lte=30)
            ),
        ]
        triggers = [Kept()]

    def __str__(self) -> str:
        return f"{self.partner}: {self.ask_again_days}"
