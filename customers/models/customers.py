"""Who are the customers, and whom do we write to?"""

from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.history.keeping import Kept

from .partners import OwnedQuerySet, PartnerOwned


class CustomerQuerySet(OwnedQuerySet["Customer"]):
    """Customers, narrowed."""

    customer_path = "pk"


class Customer(PartnerOwned):
    """A company that buys from one partner. The same company at two partners is two rows."""

    provider_id = models.CharField(max_length=36)
    name = models.CharField(max_length=200)
    # Often blank until the second cycle and never a key.
    domain = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, default="en")
    zone = models.CharField(max_length=64)
    # How much they may owe before staff is warned; empty means no limit.
    credit_limit = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    # When the billing contact was last read from the provider; empty means: still to be read.
    contact_read_at = models.DateTimeField(null=True, blank=True)
    # A recorded fact stamps this; the sweep looks at whoever is due. Empty: nothing will change by itself.
    review_due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = CustomerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "provider_id"], name="customers_customer_once")]
        indexes = [
            models.Index(
                fields=["review_due_at"], name="customers_review_due", condition=Q(review_due_at__isnull=False)
            )
        ]
        triggers = [Kept(of=["name", "domain", "language", "zone", "credit_limit", "tags"], taken_away=True)]

    def __str__(self) -> str:
        return self.name

    @property
    def tz(self) -> ZoneInfo:
        """The zone in which this customer's days begin."""
        return ZoneInfo(self.zone)


class ContactRole(models.TextChoices):
    """What a contact is written to for; a policy's stage names these."""

    BILLING = "billing", _("billing")
    OWNER = "owner", _("owner")
    TECHNICAL = "technical", _("technical")


class ContactQuerySet(OwnedQuerySet["Contact"]):
    """Contacts, narrowed."""


class Contact(PartnerOwned):
    """A person at the customer to whom letters go. One address for each role."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contacts")
    role = models.CharField(max_length=20, choices=ContactRole)
    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField()
    language = models.CharField(max_length=10, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "customer", "role"], name="customers_contact_role_once")
        ]
        triggers = [Kept()]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else self.email
