"""What does the partner ask for what the provider charges, from which day, and who said so?"""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.fields.ranges import BigIntegerRangeField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from customers.history.keeping import Kept
from customers.models import Customer, OwnedQuerySet, PartnerOwned, User


class Rounding(models.TextChoices):
    """How the amounts of an invoice's lines were rounded; named on the invoice."""

    HALF_UP = "half_up", _("each line is rounded half up")
    HALF_EVEN = "half_even", _("each line is rounded half to even")
    UNIT = "unit", _("each unit price is rounded half up, then multiplied")


def _only(value: Any) -> Func:
    """A range that holds just this number, so that equality can stand in an exclusion constraint."""
    return Func(value, value, Value("[]"), function="int8range", output_field=BigIntegerRangeField())


# From the first day to the last, both among them; nothing where the last lies before the first.
DAYS = Func(F("from_on"), F("until_on") + Value(1), Value("[)"), function="daterange", output_field=DateRangeField())
PARTNER = _only(F("partner"))
CUSTOMER = _only(Coalesce(F("customer"), Value(0)))
OFFER = _only(Func(F("offer_id"), Value(0), function="hashtextextended", output_field=models.BigIntegerField()))
SCOPE: list[tuple[str | Combinable, str]] = [
    (PARTNER, RangeOperators.OVERLAPS),
    (CUSTOMER, RangeOperators.OVERLAPS),
    (OFFER, RangeOperators.OVERLAPS),
    (DAYS, RangeOperators.OVERLAPS),
]
ENDING = ["until_on", "ended_by", "ended_at", "ended_why", "last_used_on"]
KEPT = [
    pgtrigger.ReadOnly(name="as_said", exclude=ENDING),
    pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
    Kept(of=["until_on", "ended_by_id", "ended_at", "ended_why"], added=True, skipped=["last_used_on"]),
]
# A last day before the first: it never applied.
NOT_BEFORE = Q(until_on=None) | Q(until_on__gte=F("from_on") - Value(1))
NOT_UNDER_USE = Q(until_on=None) | Q(last_used_on=None) | Q(until_on__gte=F("last_used_on"))


class DatedQuerySet(OwnedQuerySet[Any]):
    """Rules of a price book; customers see what they made of a price, never the rule."""

    customer_path = None

    def on(self, day: date) -> "DatedQuerySet":
        """Those in force on a day."""
        return self.filter(Q(until_on=None) | Q(until_on__gte=day), from_on__lte=day)


class Dated(PartnerOwned):
    """A rule with its days and its author. It is never changed: another one takes its place, it is ended."""

    from_on = models.DateField()
    # The last day on which it applies.
    until_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_why = models.CharField(max_length=300, blank=True)
    # The latest day for which an issued invoice was priced by it; it can't be ended before.
    last_used_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def withdrawn(self) -> bool:
        """Whether it was taken back before it ever applied."""
        return self.until_on is not None and self.until_on < self.from_on


class Scoped(Dated):
    """A rule for everybody, one customer, one offer, or one customer's one offer."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The provider's DurableOfferID; empty: every offer.
    offer_id = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True

    @property
    def reach(self) -> int:
        """How special it is: 3 a customer's one offer, 2 a customer, 1 an offer, 0 everything."""
        return 2 * (self.customer_id is not None) + bool(self.offer_id)


class PriceEntry(Scoped):
    """What something costs: its cost plus a percentage, a fixed price for a unit and period, or a discount on
    the price that applies at the same level or above."""

    class Method(models.TextChoices):
        """How the price is found."""

        COST_PLUS = "cost_plus", _("cost plus a percentage")
        FIXED = "fixed", _("fixed price")
        DISCOUNT = "discount", _("discount")

    method = models.CharField(max_length=10, choices=Method)
    percent = models.DecimalField(max_digits=7, decimal_places=3, null=True, blank=True)
    # Before tax, or with it where the tax rule says so; for one unit and a whole period.
    unit_price = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "price entries"
        constraints = [
            models.CheckConstraint(
                name="billing_price_entry_is_complete",
                condition=Q(method="cost_plus", percent__gte=-100, unit_price=None, currency="")
                | Q(method="discount", percent__gt=0, percent__lte=100, unit_price=None, currency="")
                | (Q(method="fixed", percent=None, unit_price__gte=0) & ~Q(currency="") & ~Q(offer_id="")),
            ),
            models.CheckConstraint(name="billing_price_entry_days", condition=NOT_BEFORE),
            models.CheckConstraint(name="billing_price_entry_under_use", condition=NOT_UNDER_USE),
            ExclusionConstraint(name="billing_price_entry_no_two", expressions=SCOPE, condition=~Q(method="discount")),
            ExclusionConstraint(name="billing_discount_no_two", expressions=SCOPE, condition=Q(method="discount")),
        ]
        indexes = [models.Index(fields=["partner", "customer", "offer_id"], name="billing_price_entry_scope")]
        triggers = KEPT


class TaxRule(Scoped):
    """The rate of tax on a price, and whether the price holds it already."""

    # A share: 0.06.
    rate = models.DecimalField(max_digits=7, decimal_places=4)
    inclusive = models.BooleanField(default=False)

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="billing_tax_rule_rate", condition=Q(rate__gte=Decimal(0), rate__lte=Decimal(1))
            ),
            models.CheckConstraint(name="billing_tax_rule_days", condition=NOT_BEFORE),
            models.CheckConstraint(name="billing_tax_rule_under_use", condition=NOT_UNDER_USE),
            ExclusionConstraint(name="billing_tax_rule_no_two", expressions=SCOPE),
        ]
        indexes = [models.Index(fields=["partner", "customer", "offer_id"], name="billing_tax_rule_scope")]
        triggers = KEPT


class PassOn(Dated):
    """What of the provider's credits and prorations reaches the customer, and how lines are rounded."""

    class Way(models.TextChoices):
        """What happens to such a charge."""

        CARRIED = "carried", _("carried through")
        ABSORBED = "absorbed", _("absorbed")

    credits = models.CharField(max_length=10, choices=Way, default=Way.CARRIED)
    prorations = models.CharField(max_length=10, choices=Way, default=Way.CARRIED)
    rounding = models.CharField(max_length=10, choices=Rounding, default=Rounding.HALF_UP)

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "pass-on rules"
        constraints = [
            models.CheckConstraint(name="billing_pass_on_days", condition=NOT_BEFORE),
            models.CheckConstraint(name="billing_pass_on_under_use", condition=NOT_UNDER_USE),
            ExclusionConstraint(
                name="billing_pass_on_no_two",
                expressions=[(PARTNER, RangeOperators.OVERLAPS), (DAYS, RangeOperators.OVERLAPS)],
            ),
        ]
        triggers = KEPT
