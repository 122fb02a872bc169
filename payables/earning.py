"""What do drafts earn before they are issued? Their price beside what the provider charges us for it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from billing.drafting import margin
from billing.models import Invoice, InvoiceLine
from billing.money import ZERO
from customers.models import Partner

from .models import ProviderLine


@dataclass(frozen=True)
class Earned:
    """What is earned before tax: `percent` is of the price. `without_rule` counts the lines that no rule priced."""

    net: Decimal
    cost: Decimal
    without_rule: int = 0

    @property
    def amount(self) -> Decimal:
        """The price less its cost."""
        return self.net - self.cost

    @property
    def percent(self) -> Decimal:
        """The same in per cent of the price."""
        return margin(self.net, self.cost)["percent"]


@dataclass(frozen=True)
class Borne:
    """What of a currency stays with us by rule: so many charges, and what they cost (below zero: credits kept)."""

    currency: str
    number: int
    cost: Decimal


def by_draft(drafts: Collection[Invoice]) -> dict[int, Earned]:
    """What each of these drafts earns, in two queries."""
    charged = ProviderLine.objects.filter(invoice_line__invoice__in=[one.pk for one in drafts])
    costs = dict(charged.order_by().values_list("invoice_line__invoice").annotate(sum=Sum("subtotal")))
    lines = InvoiceLine.objects.filter(invoice__in=[one.pk for one in drafts]).order_by()
    unruled = dict(lines.filter(_unruled()).values_list("invoice").annotate(n=Count("pk")))
    return {one.pk: Earned(one.net, costs.get(one.pk, ZERO), unruled.get(one.pk, 0)) for one in drafts}


def by_currency(drafts: QuerySet[Invoice]) -> dict[str, Earned]:
    """What all drafts of a filter earn, by currency, in two queries."""
    mine = drafts.order_by().values("pk")
    charged = ProviderLine.objects.filter(invoice_line__invoice__in=mine).order_by()
    costs = dict(charged.values_list("currency").annotate(sum=Sum("subtotal")))
    lines = InvoiceLine.objects.filter(invoice__in=mine).order_by().values_list("invoice__currency")
    priced = lines.annotate(net=Sum("net"), unruled=Count("pk", filter=_unruled()))
    return {code: Earned(net, costs.get(code, ZERO), unruled) for code, net, unruled in priced}


def borne(partner: Partner, period: str = "") -> list[Borne]:
    """What stays with us by rule of a period, or of all whose drafts still wait."""
    waiting = Invoice.objects.filter(partner=partner, status=Invoice.Status.DRAFT)
    periods: Any = [period] if period else waiting.values("period")
    lines = ProviderLine.objects.filter(partner=partner, bill__period__in=periods).exclude(absorbed="").order_by()
    sums: dict[str, tuple[int, Decimal]] = defaultdict(lambda: (0, ZERO))
    for code, number, cost in lines.values_list("currency").annotate(n=Count("pk"), sum=Sum("subtotal")):
        sums[code] = (number, cost)
    return [Borne(code, number, cost) for code, (number, cost) in sorted(sums.items())]


def _unruled() -> Q:
    return Q(priced_by={}) | Q(priced_by__method="hand")
