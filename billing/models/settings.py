"""How does a partner want its receivables handled, where there is a choice?"""

import pgtrigger
from django.db import models

from customers.models import OwnedQuerySet, Partner, PartnerOwned, User


class ReceivablesSettingQuerySet(OwnedQuerySet["ReceivablesSetting"]):
    """Choices; customers see nothing of them."""

    customer_path = None


class ReceivablesSetting(PartnerOwned):
    """What a partner chose at one time; its newest row counts, and without one the defaults."""

    # What a credit note's own lines don't need meets the customer's other debts, the oldest first; else it waits.
    credits_meet_others = models.BooleanField(default=True)
    # Customers are offered to pay online, where the installation has a payment provider.
    online_payment = models.BooleanField(default=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ReceivablesSettingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["partner", "-id"], name="billing_receivables_newest")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"receivables since {self.set_at:%Y-%m-%d}"


def choices_of(partner: Partner) -> ReceivablesSetting:
    """What this partner chose last, or the defaults, unsaved."""
    chosen = ReceivablesSetting.objects.filter(partner=partner).order_by("-pk").first()
    return chosen or ReceivablesSetting(partner=partner)
