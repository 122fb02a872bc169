"""Where do the provider and our book say different things, who noticed, and what came of it?"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.history.keeping import Kept
from customers.models import Customer, OwnedQuerySet, PartnerOwned, User
from outbox.models import Attempt, Effect

from .book import AccessChange, AccessStop, Subscription


class DriftLookQuerySet(OwnedQuerySet["DriftLook"]):
    """Looks; customers see nothing of them."""

    customer_path = None


class DriftLook(PartnerOwned):
    """One look at a whole book at the provider, customer by customer. Cut off, it goes on after `after`."""

    began_at = models.DateTimeField()
    # The last customer that was compared, by primary key.
    after = models.BigIntegerField(default=0)
    customers = models.PositiveIntegerField(default=0)
    subscriptions = models.PositiveIntegerField(default=0)
    # How many differences were seen, kind by kind, new ones and known ones.
    found = models.JSONField(default=dict)
    # The provider said "later": not before this time of the machine.
    not_before = models.DateTimeField(null=True, blank=True)
    # How often it said so at this place.
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Why it ended before the last customer; empty if it did not.
    stopped_why = models.CharField(max_length=300, blank=True)

    objects = DriftLookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner"], name="subscriptions_one_look_at_a_time", condition=Q(ended_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d}"


class QuantityChangeQuerySet(OwnedQuerySet["QuantityChange"]):
    """Changes of seats; customers see nothing of them."""

    customer_path = None


class QuantityChange(PartnerOwned, Effect):
    """The promise to set a subscription's seats at the provider, if it still has as many as were looked at."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="quantity_changes")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="quantity_changes")
    was = models.IntegerField()
    wanted = models.IntegerField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = QuantityChangeQuerySet.as_manager()

    def __str__(self) -> str:
        return self.key


class QuantityAttempt(Attempt, PartnerOwned):
    """One write of seats to the provider. A row without `ended_machine_at` is unknown: read back before trying again,
    and try again under the same request id."""

    change = models.ForeignKey(QuantityChange, on_delete=models.PROTECT, related_name="tries")

    objects = OwnedQuerySet["QuantityAttempt"].as_manager()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="whose", fields=["partner", "change", "request_id"]),
        ]


class DriftQuerySet(OwnedQuerySet["Drift"]):
    """Differences; customers see nothing of them."""

    customer_path = None

    def open(self) -> "DriftQuerySet":
        """Those that were true when last looked at."""
        return self.filter(ended_at=None)


class Drift(PartnerOwned):
    """One difference between the provider and our book, open once for each subscription and kind."""

    class Kind(models.TextChoices):
        """What differs."""

        ON_THERE = "on_there", _("active at 21Vianet, suspended here")
        OFF_THERE = "off_there", _("suspended at 21Vianet without a reason here")
        SEATS = "seats", _("seats differ")
        UNKNOWN = "unknown", _("subscription not in our book")
        GONE = "gone", _("gone at 21Vianet")
        TERMS = "terms", _("name, offer or end differs")
        AUTO_RENEW = "auto_renew", _("auto-renewal lost")
        NO_CUSTOMER = "no_customer", _("customer or relationship missing")

    class How(models.TextChoices):
        """How it ended."""

        AGREES = "agrees", _("the next look found both in agreement")
        RECORDED = "recorded", _("taken over into our book")
        SET = "set", _("set at 21Vianet")
        ACCEPTED = "accepted", _("left as it is")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="drifts")
    # None where our book has none, or where it is about the customer.
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, null=True, blank=True, related_name="drifts"
    )
    # Of the subscription, or of the customer where it is about the customer; lower case.
    provider_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=Kind)
    # What each says, by field; texts and numbers.
    ours = models.JSONField(default=dict)
    theirs = models.JSONField(default=dict)
    found_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_how = models.CharField(max_length=10, choices=How, blank=True)
    ended_why = models.CharField(max_length=300, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What a person decided and what is on its way because of it.
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    change = models.OneToOneField(AccessChange, on_delete=models.PROTECT, null=True, blank=True, related_name="drift")
    resize = models.OneToOneField(QuantityChange, on_delete=models.PROTECT, null=True, blank=True, related_name="drift")
    stop = models.ForeignKey(AccessStop, on_delete=models.PROTECT, null=True, blank=True, related_name="drifts")

    objects = DriftQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["partner", "kind"], name="subscriptions_drift_open", condition=Q(ended_at=None)),
            models.Index(fields=["partner", "provider_id"], name="subscriptions_drift_of"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "provider_id", "kind"],
                name="subscriptions_drift_open_once",
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="subscriptions_drift_ended_with_how",
                condition=Q(ended_at=None, ended_how="") | Q(ended_at__isnull=False) & ~Q(ended_how=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_found", fields=["partner", "customer", "provider_id", "kind", "found_at"]),
            Kept(of=["decided_by_id", "decided_at", "ended_by_id", "ended_why"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.subscription or self.provider_id}"


class ProviderEventQuerySet(OwnedQuerySet["ProviderEvent"]):
    """Events; customers see nothing of them."""

    customer_path = None


class ProviderEvent(PartnerOwned):
    """What the provider told us unasked, its signature checked. A hint that something changed, and no more."""

    class Taken(models.TextChoices):
        """What we made of it."""

        READ = "read", _("the subscription is read")
        KEPT = "kept", _("kept, nothing follows")
        NOT_OURS = "not_ours", _("about nobody in this book")
        TOO_OLD = "too_old", _("too old")

    # SHA-256 of the body: the same event twice is one row.
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    resource = models.CharField(max_length=80, blank=True)
    customer_ref = models.CharField(max_length=64, blank=True)
    subscription_ref = models.CharField(max_length=64, blank=True)
    invoice_ref = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    taken = models.CharField(max_length=10, choices=Taken)
    body = models.TextField()

    objects = ProviderEventQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "digest"], name="subscriptions_event_once")]
        triggers = [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name


class SubscriptionReadingQuerySet(OwnedQuerySet["SubscriptionReading"]):
    """Readings; customers see nothing of them."""

    customer_path = None


class SubscriptionReading(PartnerOwned, Effect):
    """The promise to compare one subscription with the provider, because an event named it."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="subscription_readings")
    provider_id = models.CharField(max_length=64)
    event = models.OneToOneField(ProviderEvent, on_delete=models.PROTECT, related_name="reading")

    objects = SubscriptionReadingQuerySet.as_manager()

    def __str__(self) -> str:
        return self.key
