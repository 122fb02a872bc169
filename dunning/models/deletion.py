"""The provider is about to delete what is suspended: was it brought back, or was the data let go?"""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models import Invoice
from customers.history.keeping import Kept
from customers.models import Customer, OwnedQuerySet, PartnerOwned, User


class DeletionDecision(PartnerOwned):
    """What was decided about the subscriptions that are suspended for one invoice.

    Bringing back takes one person; letting go takes a second one, who confirms it."""

    class Choice(models.TextChoices):
        """Which of the two."""

        BRING_BACK = "bring_back", _("bring back")
        LET_GO = "let_go", _("let go")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="deletion_decisions")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="deletion_decisions")
    choice = models.CharField(max_length=10, choices=Choice)
    # Brought back until this day, inclusive, in the customer's zone.
    until_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = OwnedQuerySet["DeletionDecision"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dunning_deletion_choice_fits",
                condition=Q(choice="bring_back", until_on__isnull=False, confirmed_at=None, confirmed_by=None)
                | Q(choice="let_go", until_on=None, confirmed_at=None, confirmed_by=None)
                | (Q(choice="let_go", until_on=None, confirmed_at__isnull=False) & ~Q(confirmed_by=F("decided_by"))),
            ),
        ]
        indexes = [models.Index(fields=["invoice", "-decided_at"], name="dunning_deletion_newest")]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_decided", exclude=["confirmed_at", "confirmed_by"]),
            Kept(taken_away=False),
        ]
