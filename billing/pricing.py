"""What does a provider's charge cost the customer? Its cost plus a percentage, taxed at the provider's rate."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from customers.models import Partner

from .models import PriceRule
from .money import ZERO, quantise


class NoPriceRule(Exception):
    """The partner has no price rule in force on that day."""


@dataclass(frozen=True)
class Price:
    """One line's price; `tax` is rounded for each line by itself."""

    unit_price: Decimal
    net: Decimal
    tax_rate: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        """Net and tax together."""
        return self.net + self.tax


def rule_on(partner: Partner, on: date) -> PriceRule:
    """The rule in force on a day; raises NoPriceRule."""
    rules = PriceRule.objects.filter(partner=partner, effective_from__lte=on)
    rule = rules.order_by("-effective_from").first()
    if rule is None:
        raise NoPriceRule(f"{partner} has no price rule in force on {on}")
    return rule


def price(rule: PriceRule, *, cost: Decimal, cost_tax: Decimal, quantity: int, currency: str) -> Price:
    """Price one charge: net = cost × (1 + markup), rounded half up; tax = net × (cost tax ÷ cost), rounded
    half up for each line. A charge without cost keeps its tax as it is."""
    net = quantise(cost * (1 + rule.markup_percent / 100), currency)
    rate = cost_tax / cost if cost else ZERO
    tax = quantise(net * rate, currency) if cost else cost_tax
    unit = (net / quantity if quantity else net).quantize(Decimal("0.0001"))
    return Price(unit_price=unit, net=net, tax_rate=rate.quantize(Decimal("0.0001")), tax=tax)
