"""What do customers and offers earn in a period, and how far are our seats from the bill's?"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, DecimalField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from billing.drafting import margin
from billing.money import ZERO
from customers.models import Partner

from .costing import WHOLE
from .models import Finding, ProviderBill, ProviderLine

# Above this share of seats that differ, the books are looked through.
TARGET_PERCENT: Final = Decimal(2)
MONEY: Final = DecimalField(max_digits=18, decimal_places=2)


@dataclass(frozen=True)
class Margin:
    """What somebody or something earns before tax in one currency; `percent` is of the price."""

    key: Any
    name: str
    currency: str
    lines: int
    cost: Decimal
    price: Decimal

    @property
    def amount(self) -> Decimal:
        """The price less its cost."""
        return self.price - self.cost

    @property
    def percent(self) -> Decimal:
        """The same in per cent of the price."""
        return margin(self.price, self.cost)["percent"]


@dataclass(frozen=True)
class Variance:
    """Of so many seats that the provider bills, so many differ from ours."""

    seats: int
    differ: int

    @property
    def percent(self) -> Decimal:
        """How many of a hundred seats differ."""
        return Decimal(self.differ) * 100 / self.seats if self.seats else ZERO

    @property
    def in_target(self) -> bool:
        """Whether that is little enough."""
        return self.percent < TARGET_PERCENT


def charged(partner: Partner, period: str) -> QuerySet[ProviderLine]:
    """The provider's lines of a period that are passed on, or stay with us by rule: both cost us something."""
    done = Q(invoice_line__isnull=False) | Q(credit_line__isnull=False) | ~Q(absorbed="")
    return ProviderLine.objects.filter(done, partner=partner, bill__period=period).order_by()


def by_customer(partner: Partner, period: str) -> QuerySet[Any]:
    """Rows with key, name, currency, lines, cost, price and earned, by customer; losses first."""
    return _earned(charged(partner, period).annotate(key=F("customer_id"), name=F("customer__name")))


def by_offer(partner: Partner, period: str) -> QuerySet[Any]:
    """The same by offer, which the provider's id tells apart."""
    offers = charged(partner, period).annotate(key=F("subscription__offer_id"), name=F("subscription__offer_name"))
    return _earned(offers)


def _earned(lines: Any) -> QuerySet[Any]:
    price = Coalesce(Sum("invoice_line__net"), ZERO, output_field=MONEY)
    back = Coalesce(Sum("credit_line__net"), ZERO, output_field=MONEY)
    rows: QuerySet[Any] = (
        lines.values("key", "name", "currency")
        .annotate(lines=Count("pk"), cost=Sum("subtotal"), price=price - back)
        .annotate(earned=F("price") - F("cost"))
    )
    return rows.order_by("earned", "name", "key")


def margin_of(row: dict[str, Any]) -> Margin:
    """A row of the two above."""
    return Margin(row["key"], row["name"], row["currency"], row["lines"], row["cost"], row["price"])


def sums(partner: Partner, period: str) -> list[Margin]:
    """The whole period by currency."""
    whole = charged(partner, period).annotate(key=Value(""), name=Value(""))
    return sorted((margin_of(row) for row in _earned(whole)), key=lambda one: one.currency)


def periods(partner: Partner) -> list[str]:
    """The periods that have bills, the newest first."""
    rows = ProviderBill.objects.filter(partner=partner)
    return list(rows.order_by("-period").values_list("period", flat=True).distinct())


def variance(partner: Partner, period: str) -> Variance:
    """How many of the seats that a period's bills charge for whole cycles differ from ours, explained ones left
    out."""
    lines = ProviderLine.objects.filter(partner=partner, bill__period=period, quantity__gt=0)
    whole = lines.filter(charge_type__iregex=f"^({'|'.join(sorted(WHOLE))})$")
    seats = whole.aggregate(sum=Sum("quantity"))["sum"] or 0
    found = Finding.objects.filter(partner=partner, bill__period=period, kind=Finding.Kind.SEATS)
    live = found.exclude(state__in=[Finding.State.GONE, Finding.State.EXPLAINED])
    differ = sum(_apart(values) for values in live.values_list("values", flat=True))
    return Variance(seats, differ)


def _apart(values: dict[str, str]) -> int:
    return abs(int(values.get("theirs", 0)) - int(values.get("ours", 0)))
