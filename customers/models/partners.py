"""Whose portal is this? The partner, and the gate that keeps one partner's rows from another."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time
from typing import TYPE_CHECKING, Self, TypeVar
from zoneinfo import ZoneInfo

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction

from customers.history.keeping import Kept

from .many import ManyRows

if TYPE_CHECKING:
    from .people import User


class Partner(models.Model):
    """A company that resells the provider's subscriptions and owns the billing with its customers."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    zone = models.CharField(max_length=64, default="Asia/Shanghai")
    country = models.CharField(max_length=2, default="CN")
    language = models.CharField(max_length=10, default="en")
    payment_terms_days = models.PositiveSmallIntegerField(default=20)
    # Before each number of this partner's invoices and cases: HH-2026-00001.
    prefix = models.CharField(max_length=8)
    mark = models.CharField(max_length=2, blank=True)
    address = models.CharField(max_length=300, blank=True)
    # The number under which the company pays tax; printed on invoices.
    tax_id = models.CharField(max_length=40, blank=True)
    bank_account = models.CharField(max_length=200, blank=True)
    bank_name = models.CharField(max_length=200, blank=True)
    bank_number = models.CharField(max_length=64, blank=True)
    reply_email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    # Whose name and address letters come from; empty: the partner's own name, the installation's address.
    sender_name = models.CharField(max_length=100, blank=True)
    sender_email = models.EmailField(blank=True)
    # For so many days a mail's link opens its invoice without a password; 0: letters lead to signing in.
    link_days = models.PositiveSmallIntegerField(default=30)
    # Between these hours of the wall clock staff are there; on these days, besides public holidays, nobody is.
    opens = models.TimeField(default=time(9))
    closes = models.TimeField(default=time(18))
    days_off = ArrayField(models.DateField(), default=list, blank=True)
    # Suspending more customers than this within 24 hours waits for two people: the larger of the number and the
    # share of all customers, but never more than the cap.
    breaker_customers = models.PositiveSmallIntegerField(default=3)
    breaker_percent = models.DecimalField(max_digits=5, decimal_places=2, default=2)
    breaker_cap = models.PositiveSmallIntegerField(default=20)
    # A statement of account is mailed on the first of each month to whoever owes or has paid.
    monthly_statement = models.BooleanField(default=False)
    # How customers reach us; stands on each of their pages and in each letter.
    support_email = models.EmailField(blank=True)
    support_phone = models.CharField(max_length=40, blank=True)
    support_hours = models.CharField(max_length=200, blank=True)
    # Business days until a case is answered, and until silence after the answer counts as agreement.
    answer_days = models.PositiveSmallIntegerField(default=3)
    confirm_days = models.PositiveSmallIntegerField(default=4)
    # How often the same line may be questioned; checked when a question is taken.
    questions_per_line = models.PositiveSmallIntegerField(default=3)
    # Who owns a case that nobody has claimed; empty: the first person who may answer.
    case_owner = models.ForeignKey("customers.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The fingerprint of the logo that holds; empty: the mark stands in its place.
    logo = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        triggers = [Kept()]

    def __str__(self) -> str:
        return self.name

    @property
    def tz(self) -> ZoneInfo:
        """The zone in which this partner's staff read the clock."""
        return ZoneInfo(self.zone)


class ProviderIdentity(models.Model):
    """The provider's GUID for a partner, adopted from the first file that carries it; lower case."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="provider_identities")
    provider_id = models.CharField(max_length=36, unique=True)
    adopted_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "provider identities"


M = TypeVar("M", bound=models.Model)


class OwnedQuerySet(ManyRows[M]):
    """The one gate: what a person may see of a partner-owned table. A foreign row looks absent."""

    # Where a row of this table names its customer; None where customers see nothing of it.
    customer_path: str | None = "customer_id"

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Rows of the partners this person works for, and of the customers this person belongs to."""
        if not user.is_authenticated:
            return self.none()
        mine = apps.get_model("customers", "Membership")._default_manager.filter(user_id=user.pk)
        allowed = models.Q(partner_id__in=mine.filter(customer=None).values("partner_id"))
        if self.customer_path:
            customers = mine.exclude(customer=None).values("customer_id")
            allowed |= models.Q(**{f"{self.customer_path}__in": customers})
        return self.filter(allowed)

    def of(self, partner: Partner) -> Self:
        """Rows of one partner."""
        return self.filter(partner=partner)


class PartnerOwned(models.Model):
    """A row of one partner's book. `partner` is in its unique keys and never changes."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


@contextmanager
def acting_for(partner: Partner) -> Iterator[None]:
    """One transaction in which the database, too, knows for whom we act."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.partner', %s, true)", [str(partner.pk)])
        yield
