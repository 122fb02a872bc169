"""Which bills are being brought in, from where, and how far are we?"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import OwnedQuerySet, PartnerOwned, User

from .bills import ProviderBill


class IntakeQuerySet(OwnedQuerySet["Intake"]):
    """Bills on their way in; customers see nothing of them."""

    customer_path = None

    def going(self) -> "IntakeQuerySet":
        """Those on which the background has work to do."""
        return self.filter(state__in=[Intake.State.READING, Intake.State.FETCHING, Intake.State.BOOKING])


class Intake(PartnerOwned):
    """One bill on its way in: a file that was uploaded, or an invoice that is fetched from the provider. A file is read
    first; a person looks at what it says and has it booked. Work that was cut off is begun again, an invoice after the
    last page that was kept; nothing is in the book before all of it is."""

    class Source(models.TextChoices):
        """Where its lines come from."""

        FILE = "file", _("file")
        PROVIDER = "provider", _("21Vianet’s API")

    class State(models.TextChoices):
        """How far it is."""

        READING = "reading", _("is read")
        READY = "ready", _("waits to be booked")
        FETCHING = "fetching", _("is fetched")
        BOOKING = "booking", _("is booked")
        DONE = "done", _("booked")
        REFUSED = "refused", _("can’t be used")
        DROPPED = "dropped", _("dropped")

    source = models.CharField(max_length=10, choices=Source)
    state = models.CharField(max_length=10, choices=State)
    # What a person called it: the file's name, or the number of the invoice.
    name = models.CharField(max_length=200)
    # Under which name its bytes lie; empty for an invoice that is fetched, and once the bytes are gone.
    stored_as = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    bill_number = models.CharField(max_length=40, blank=True)
    billed_on = models.DateField(null=True, blank=True)
    # Lines read or fetched so far, of so many; 0 where that isn't known.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # What a file says, and what an invoice said when fetching it began; amounts as text.
    found = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    bill = models.ForeignKey(ProviderBill, on_delete=models.PROTECT, null=True, blank=True, related_name="intakes")
    # Lines we had already: nothing was changed.
    already = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = IntakeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "name"],
                name="payables_intake_fetched_once",
                condition=Q(source="provider", state__in=["fetching", "booking"]),
            ),
        ]
        indexes = [models.Index(fields=["partner", "-id"], name="payables_intake_newest")]

    def __str__(self) -> str:
        return self.name


class IntakePageQuerySet(OwnedQuerySet["IntakePage"]):
    """Pages of invoices that are being fetched; customers see nothing of them."""

    customer_path = None


class IntakePage(PartnerOwned):
    """Lines of an invoice as they were fetched, until the whole invoice is here; then they are taken away."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="pages")
    # Of which list of the invoice, and how many lines of that list came before.
    part = models.CharField(max_length=30)
    after = models.PositiveIntegerField()
    # Typed lines, as COPY reads them.
    lines = models.TextField()
    number = models.PositiveIntegerField()
    # Whose bill these lines say it is.
    partner_ref = models.CharField(max_length=36)

    objects = IntakePageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["intake", "part", "after"], name="payables_intake_page_once"),
        ]

    def __str__(self) -> str:
        return f"{self.part} after {self.after}"
