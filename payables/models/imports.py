"""Which files and bills are being brought in, and how far are they?"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import OwnedQuerySet, PartnerOwned, User

from .bills import ProviderBill


class ImportRunQuerySet(OwnedQuerySet["ImportRun"]):
    """Imports; customers see nothing of them."""

    customer_path = None


class ImportRun(PartnerOwned):
    """One file, or one bill read from the provider, on its way into the book. Its rows wait in a staging table; they
    enter the book all together or not at all."""

    class State(models.TextChoices):
        """How far it is."""

        READING = "reading", _("reading")
        READY = "ready", _("read, waiting to be applied")
        APPLYING = "applying", _("applying")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed, may be resumed")

    class Layout(models.TextChoices):
        """Which of the provider's layouts it is."""

        LICENSE = "license", _("license-based")
        USAGE = "usage", _("usage-based")
        ONE_TIME = "one_time", _("one-time")
        DAILY = "daily", _("daily rated")
        API = "api", _("from the provider directly")

    layout = models.CharField(max_length=10, choices=Layout, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.READING)
    # A file's name and fingerprint; for a bill read directly its number and the fingerprint of its lines.
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, blank=True)
    stored_as = models.CharField(max_length=64, blank=True)
    bill_number = models.CharField(max_length=40, blank=True)
    billed_on = models.DateField(null=True, blank=True)
    rows = models.PositiveIntegerField(default=0)
    rows_expected = models.PositiveIntegerField(null=True, blank=True)
    # Where reading goes on after a stop: {"office/billing": 4000}.
    cursor = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    summary = models.JSONField(default=dict)
    bill = models.ForeignKey(ProviderBill, on_delete=models.PROTECT, null=True, blank=True, related_name="imports")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["partner", "-started_at"],
                name="payables_import_under_way",
                condition=Q(state__in=["reading", "ready", "applying", "failed"]),
            )
        ]

    def __str__(self) -> str:
        return self.name
