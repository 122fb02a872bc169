"""What do customers use, why is some of it off, and what did we ask the provider to do?"""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.history.keeping import Kept
from customers.models import Customer, Message, OwnedQuerySet, PartnerOwned, User
from outbox.models import Attempt, Effect


class SubscriptionQuerySet(OwnedQuerySet["Subscription"]):
    """Subscriptions, narrowed."""


class Subscription(PartnerOwned):
    """Seats of one offer at one customer. `provider_id` is the portal's Subscription ID at the provider,
    which the reconciliation file calls SyndicationPartnerSubscriptionNumber; lower case."""

    class Status(models.TextChoices):
        """As the provider last said. Unknown words stay unknown and are never acted on."""

        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")
        DELETED = "deleted", _("deleted")
        UNKNOWN = "unknown", _("unknown")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="subscriptions")
    provider_id = models.CharField(max_length=36)
    # An add-on hangs on its base.
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="addons")
    offer_id = models.CharField(max_length=64)
    offer_name = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    quantity = models.IntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    status_read_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "provider_id"], name="subscriptions_subscription_once")
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name


class CustomerReading(PartnerOwned, Effect):
    """The promise to read a new customer's billing contact and subscriptions from the provider."""

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, related_name="reading")

    objects = OwnedQuerySet["CustomerReading"].as_manager()

    def __str__(self) -> str:
        return self.key


class AccessChangeQuerySet(OwnedQuerySet["AccessChange"]):
    """Access changes, narrowed."""


class AccessChange(PartnerOwned, Effect):
    """The promise to switch access off or on at the provider, for exactly the subscriptions of `scope`.

    The scope is frozen when it is decided, in the order in which it is done: a base before its add-ons."""

    class Wanted(models.TextChoices):
        """What the provider shall say afterwards."""

        SUSPENDED = "suspended", _("suspended")
        ACTIVE = "active", _("active")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="access_changes")
    wanted = models.CharField(max_length=10, choices=Wanted)
    scope = ArrayField(models.BigIntegerField())
    # The document that caused it, for the timeline.
    about = models.CharField(max_length=40, blank=True)
    # What told the customer that it happened.
    letter = models.OneToOneField(
        Message, on_delete=models.PROTECT, null=True, blank=True, related_name="access_change"
    )

    objects = AccessChangeQuerySet.as_manager()

    def __str__(self) -> str:
        return self.key


class SuspensionQuerySet(OwnedQuerySet["Suspension"]):
    """Suspensions, narrowed."""

    def live(self) -> "SuspensionQuerySet":
        """Those that still hold access back."""
        return self.filter(ended_at=None)


class Suspension(PartnerOwned):
    """One reason why a subscription is off. Access is back only when no reason is left."""

    class Cause(models.TextChoices):
        """Why; each cause is lifted by its own resolution only."""

        NON_PAYMENT = "non_payment", _("non-payment")
        FRAUD = "fraud", _("fraud")
        REQUEST = "request", _("request")
        PROVIDER = "provider", _("provider")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="suspensions")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="suspensions")
    cause = models.CharField(max_length=12, choices=Cause)
    opened_by = models.ForeignKey(AccessChange, on_delete=models.PROTECT, null=True, blank=True, related_name="opened")
    lifted_by = models.ForeignKey(AccessChange, on_delete=models.PROTECT, null=True, blank=True, related_name="lifted")
    began_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=20, blank=True)
    # When the provider was read back as active after the end.
    restored_at = models.DateTimeField(null=True, blank=True)
    # What the provider drops on suspension and is put back: {"autoRenewEnabled": true}.
    kept = models.JSONField(default=dict)

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        constraints = [
            # For non-payment each invoice has a row of its own; other causes stand once.
            models.UniqueConstraint(
                fields=["subscription", "cause"],
                name="subscriptions_one_live_suspension_each_cause",
                condition=Q(ended_at=None) & ~Q(cause="non_payment"),
            ),
            models.UniqueConstraint(
                fields=["subscription", "opened_by"], name="subscriptions_one_suspension_each_change"
            ),
            models.CheckConstraint(
                name="subscriptions_suspension_in_order",
                condition=(Q(confirmed_at=None) | Q(confirmed_at__gte=F("began_at")))
                & (Q(ended_at=None) | Q(ended_at__gte=F("began_at")))
                & (Q(ended_at=None, ended_why="") | Q(ended_at__isnull=False) & ~Q(ended_why="")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="whose", fields=["partner", "customer", "subscription"]),
        ]


class AccessAttempt(Attempt, PartnerOwned):
    """One write to the provider. A row without `ended_machine_at` is unknown: read back before trying again,
    and try again under the same request id."""

    change = models.ForeignKey(AccessChange, on_delete=models.PROTECT, related_name="tries")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="tries")

    objects = OwnedQuerySet["AccessAttempt"].as_manager()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="whose", fields=["partner", "change", "subscription", "request_id"]),
        ]


class AccessStopQuerySet(OwnedQuerySet["AccessStop"]):
    """Stops; customers see what they did to their subscriptions, not the evidence."""

    customer_path = None

    def waiting(self) -> "AccessStopQuerySet":
        """Those that wait for a second person."""
        return self.filter(state__in=[AccessStop.State.ASKED, AccessStop.State.LIFT_ASKED])


class AccessStop(PartnerOwned):
    """A reason beside money to switch access off: fraud or misuse, or the customer's own wish.

    One person asks with the evidence, another agrees. No payment lifts it; only its own resolution does, and
    for fraud that takes two people again."""

    class Cause(models.TextChoices):
        """Why; the causes of Suspension that people decide."""

        FRAUD = "fraud", _("fraud or misuse")
        REQUEST = "request", _("the customer’s own request")

    class State(models.TextChoices):
        """How it stands; asked, then in force or refused, then perhaps to be lifted, then ended."""

        ASKED = "asked", _("waits for a second person")
        IN_FORCE = "in_force", _("in force")
        REFUSED = "refused", _("refused")
        LIFT_ASKED = "lift_asked", _("to be lifted, waits for a second person")
        ENDED = "ended", _("ended")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="stops")
    cause = models.CharField(max_length=12, choices=Cause)
    # Subscriptions by primary key, a base before its add-ons.
    scope = ArrayField(models.BigIntegerField())
    evidence = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    # Who agreed to it, or refused it with a reason.
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    refused_why = models.CharField(max_length=300, blank=True)
    # What switches off; what switches on again stands in the suspensions it lifted.
    change = models.OneToOneField(AccessChange, on_delete=models.PROTECT, null=True, blank=True, related_name="stop")
    # What came of it, said by whoever asked to lift it.
    outcome = models.TextField(blank=True)
    lift_asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lift_asked_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    lift = models.OneToOneField(AccessChange, on_delete=models.PROTECT, null=True, blank=True, related_name="lifts")

    objects = AccessStopQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["partner"],
                name="subscriptions_stop_waiting",
                condition=Q(state__in=["asked", "lift_asked"]),
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="subscriptions_stop_by_two",
                condition=Q(change=None) | (Q(decided_by__isnull=False) & ~Q(decided_by=F("opened_by"))),
            ),
            models.CheckConstraint(
                name="subscriptions_stop_for_fraud_lifted_by_two",
                condition=~Q(cause="fraud")
                | Q(ended_at=None)
                | (Q(ended_by__isnull=False, lift_asked_by__isnull=False) & ~Q(ended_by=F("lift_asked_by"))),
            ),
            models.CheckConstraint(
                name="subscriptions_stop_state_fits_dates",
                condition=Q(state="asked", decided_at=None, ended_at=None)
                | Q(state="refused", decided_at__isnull=False, change=None, ended_at=None)
                | Q(state="in_force", decided_at__isnull=False, change__isnull=False, ended_at=None)
                | Q(state="lift_asked", change__isnull=False, lift_asked_at__isnull=False, ended_at=None)
                | Q(state="ended", change__isnull=False, ended_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="as_opened", fields=["partner", "customer", "cause", "scope", "evidence", "opened_by", "opened_at"]
            ),
            Kept(taken_away=False),
        ]

    def __str__(self) -> str:
        return f"{self.get_cause_display()}, {self.customer}"


class ProviderCallQuerySet(OwnedQuerySet["ProviderCall"]):
    """Calls to the provider; customers see nothing of them."""

    customer_path = None


class ProviderCall(Attempt, PartnerOwned):
    """One exchange with the provider, reads and tokens as well: noted before it is made and closed after it. A row
    without `ended_machine_at` was cut off. What a deed attempted stands in AccessAttempt, whose request id its
    exchanges carry; this is what went over the wire. Rows are kept for a while (calling.py), not for ever."""

    # Our word for it: subscription, change_status, lines, token, …
    verb = models.CharField(max_length=40)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    # None when no whole answer came; `answer` then says why.
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    code = models.CharField(max_length=40, blank=True)

    objects = ProviderCallQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["began_machine_at"], name="subscriptions_call_began"),
            models.Index(fields=["request_id"], name="subscriptions_call_request"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="as_made", exclude=["ended_machine_at", "status", "code", "answer"]),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.path}"
