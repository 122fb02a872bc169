"""What have we paid the provider, what does it say we owe, and how does it treat us?"""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.history.keeping import Kept
from customers.models import OwnedQuerySet, PartnerOwned, User

from .bills import ProviderBill


class ProviderTerms(PartnerOwned):
    """When the partner's bills are due, from a day on: so many days after the billing date, as the profile says or as
    agreed in writing with the provider's credit and collection people."""

    net_days = models.PositiveSmallIntegerField()
    from_on = models.DateField()
    # Who at the provider agreed, and where it is written; empty for the profile's own terms.
    agreement = models.CharField(max_length=300, blank=True)
    # The most that the law allows as a late charge a month, as a fraction; empty: not known.
    legal_maximum = models.DecimalField(max_digits=7, decimal_places=5, null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = OwnedQuerySet["ProviderTerms"].as_manager()

    class Meta:
        verbose_name_plural = "provider terms"
        constraints = [models.UniqueConstraint(fields=["partner", "from_on"], name="payables_terms_once_a_day")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class ProviderPaymentQuerySet(OwnedQuerySet["ProviderPayment"]):
    """Our payments to the provider; customers see nothing of them."""

    customer_path = None


class ProviderPayment(PartnerOwned):
    """Money we sent the provider for one bill. Taken back by a row with the opposite amount."""

    bill = models.ForeignKey(ProviderBill, on_delete=models.PROTECT, related_name="payments")
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    paid_on = models.DateField()
    reference = models.CharField(max_length=140, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by")
    why = models.CharField(max_length=300, blank=True)
    # The same form sent twice is one payment.
    once = models.CharField(max_length=40)

    objects = ProviderPaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "once"], name="payables_payment_once"),
            models.CheckConstraint(
                name="payables_payment_sign",
                condition=Q(undoes=None, amount__gt=0) | (Q(undoes__isnull=False, amount__lt=0) & ~Q(why="")),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class ProviderBalanceQuerySet(OwnedQuerySet["ProviderBalance"]):
    """Balances as read; customers see nothing of them."""

    customer_path = None


class ProviderBalance(PartnerOwned):
    """What the provider said we owe in one currency, and as of when. Each reading is a row."""

    currency = models.CharField(max_length=3)
    balance = models.DecimalField(max_digits=18, decimal_places=2)
    accounting_on = models.DateField(null=True, blank=True)
    last_payment_on = models.DateField(null=True, blank=True)
    last_payment = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    read_at = models.DateTimeField()

    objects = ProviderBalanceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["partner", "currency", "-read_at"], name="payables_balance_newest")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class StandingQuerySet(OwnedQuerySet["Standing"]):
    """Restrictions; customers see nothing of them."""

    customer_path = None


class Standing(PartnerOwned):
    """The partner's own account with the provider was restricted, from when to when. No open row: good standing."""

    class Source(models.TextChoices):
        """How we know."""

        ANSWER = "answer", _("the provider refused a call")
        PERSON = "person", _("entered by a person")

    source = models.CharField(max_length=10, choices=Source)
    why = models.CharField(max_length=300)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = StandingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner"], name="payables_one_restriction_at_a_time", condition=Q(ended_at=None)
            ),
            models.CheckConstraint(
                name="payables_standing_in_order", condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at"))
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_begun", exclude=["ended_at", "ended_by"]),
            Kept(taken_away=False),
        ]


class CashBalanceQuerySet(OwnedQuerySet["CashBalance"]):
    """Our own bank balances; customers see nothing of them."""

    customer_path = None


class CashBalance(PartnerOwned):
    """What we had in the bank on a day, entered by hand or from a statement's closing balance."""

    currency = models.CharField(max_length=3)
    balance = models.DecimalField(max_digits=18, decimal_places=2)
    on = models.DateField()
    recorded_at = models.DateTimeField()
    # Empty: from a bank statement.
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = CashBalanceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["partner", "currency", "-on", "-id"], name="payables_cash_newest")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
