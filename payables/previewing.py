"""What would an offer cost a customer on a day, and what would we earn? By the newest cost the provider charged."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from billing.drafting import margin
from billing.price_notes import note_of
from billing.pricing import Charge, NoPriceRule, Price, Sort, book_on, price
from customers.models import Customer, Partner

from .costing import WHOLE, charge_of
from .models import ProviderLine


@dataclass(frozen=True)
class Preview:
    """One unit for a whole period: its cost as last charged (None: never), and its price (None: no rule)."""

    cost: Decimal | None
    currency: str
    charged_on: date | None
    made: Price | None

    @property
    def note(self) -> dict[str, object]:
        """How it was priced."""
        return note_of(self.made) if self.made else {}

    @property
    def earned(self) -> dict[str, Decimal] | None:
        """The margin before tax: `amount` and `percent` of the price."""
        return margin(self.made.net, self.cost) if self.made and self.cost is not None else None


def preview(partner: Partner, customer: Customer | None, offer: str, on: date) -> Preview:
    """The price of one unit of an offer for a customer (None: one without a rule of its own) on a day."""
    last = _last_charge(partner, customer, offer) or _last_charge(partner, None, offer)
    whose = customer.pk if customer else None
    if last is None:
        charge = Charge(whose, offer, Decimal(0), Decimal(0), 1, partner.currency)
        cost = None
    else:
        whole = charge_of(last)
        cost = (whole.cost / whole.quantity).quantize(Decimal("0.0001"))
        tax = whole.cost_tax / whole.quantity
        charge = replace(whole, customer=whose, cost=cost, cost_tax=tax, quantity=1, sort=Sort.UNITS)
    try:
        made: Price | None = price(book_on(partner, on), charge)
    except NoPriceRule:
        made = None
    if cost is None and made and made.terms.method != "fixed":
        made = None
    return Preview(cost, charge.currency, last.bill.billed_on if last else None, made)


def _last_charge(partner: Partner, customer: Customer | None, offer: str) -> ProviderLine | None:
    lines = ProviderLine.objects.filter(partner=partner, subscription__offer_id=offer, quantity__gt=0, subtotal__gt=0)
    lines = lines.filter(customer=customer) if customer else lines
    whole = lines.filter(charge_type__iregex=f"^({'|'.join(WHOLE)})$")
    return whole.select_related("bill", "subscription").order_by("-bill__billed_on", "-pk").first()
