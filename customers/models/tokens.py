"""Which programs read a partner's book, and what of it may each read?"""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.history.keeping import Kept

from .partners import OwnedQuerySet, PartnerOwned
from .people import User


class Reads(models.TextChoices):
    """One kind of rows that a token may read."""

    INVOICES = "invoices", _("Invoices")
    PAYMENTS = "payments", _("Payments")
    RUNS = "runs", _("Runs")


class ApiTokenQuerySet(OwnedQuerySet["ApiToken"]):
    """Tokens; customers see nothing of them."""

    customer_path = None


class ApiToken(PartnerOwned):
    """A program's way in. Its secret is shown once and kept as a hash; a row is never deleted, so that one can tell
    which programs could read what, and when."""

    name = models.CharField(max_length=100)
    reads = ArrayField(models.CharField(max_length=12, choices=Reads))
    secret_hash = models.CharField(max_length=64, unique=True)
    # The last four signs of the secret, to tell tokens apart.
    hint = models.CharField(max_length=4)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Noted at most once an hour; by the machine's time.
    used_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        triggers = [
            Kept(taken_away=False, skipped=["secret_hash", "used_at"]),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.name} (…{self.hint})"

    @property
    def reads_said(self) -> list[str]:
        """What it may read, in words."""
        return [str(Reads(one).label) for one in self.reads]
