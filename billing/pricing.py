"""What does a provider's charge cost the customer, and by which rules? Found in the price book of a day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Final

from customers.models import Partner

from .models import PassOn, PriceEntry, PriceRule, Rounding, TaxRule
from .money import ZERO, quantise

UNIT: Final = Decimal("0.0001")
HUNDRED: Final = Decimal(100)
Key = tuple[int | None, str]


class NoPriceRule(Exception):
    """No rule of the partner's price book says what such a charge costs on that day."""


class Sort(StrEnum):
    """What a charge is for. A fixed price is a price of units for a period; fees and credits have none."""

    UNITS = "units"
    PRORATION = "proration"
    CREDIT = "credit"
    OTHER = "other"


@dataclass(frozen=True)
class Charge:
    """A charge of the provider: its cost before tax and its tax, both with the provider's sign. A proration is for
    `days` of a period of `of_days`."""

    customer: int | None
    offer: str
    cost: Decimal
    cost_tax: Decimal
    quantity: int
    currency: str
    sort: Sort = Sort.UNITS
    days: int = 1
    of_days: int = 1


@dataclass(frozen=True)
class Terms:
    """The rules that make one price, with their values: enough to reckon it again from the charge alone."""

    on: date
    method: str
    rounding: str = Rounding.HALF_UP
    # Where the price stands: a PriceRule ("rule") or a PriceEntry ("entry"), its key, reach and first day.
    book: str = ""
    pk: int | None = None
    reach: int = 0
    since: date | None = None
    percent: Decimal = ZERO
    unit: Decimal = ZERO
    less: Decimal = ZERO
    less_pk: int | None = None
    # None: at the provider's own rate.
    tax: Decimal | None = None
    tax_pk: int | None = None
    inclusive: bool = False
    pass_on_pk: int | None = None
    days: int = 1
    of_days: int = 1

    @property
    def share(self) -> Decimal:
        """The part of the period that is charged."""
        return Decimal(self.days) / self.of_days


@dataclass(frozen=True)
class Price:
    """One line's price; `tax` is rounded for each line by itself. `residue` is what of an included tax is there
    because net and tax must add up to the price asked."""

    unit_price: Decimal
    net: Decimal
    tax_rate: Decimal
    tax: Decimal
    terms: Terms
    residue: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """Net and tax together."""
        return self.net + self.tax


@dataclass(frozen=True)
class Book:
    """A partner's rules in force on a day, by customer and offer (None and "" for all of them)."""

    on: date
    base: PriceRule | None = None
    prices: dict[Key, PriceEntry] = field(default_factory=dict)
    discounts: dict[Key, PriceEntry] = field(default_factory=dict)
    taxes: dict[Key, TaxRule] = field(default_factory=dict)
    pass_on: PassOn | None = None

    @property
    def rounding(self) -> str:
        """How amounts are rounded on this day."""
        return self.pass_on.rounding if self.pass_on else Rounding.HALF_UP


def rule_on(partner: Partner, on: date) -> PriceRule:
    """The partner's first rule, cost plus a percentage, in force on a day; raises NoPriceRule."""
    rules = PriceRule.objects.filter(partner=partner, effective_from__lte=on)
    rule = rules.order_by("-effective_from").first()
    if rule is None:
        raise NoPriceRule(f"{partner} has no price rule in force on {on}")
    return rule


def book_on(partner: Partner, on: date) -> Book:
    """The price book of a day, read in four queries."""
    rules = PriceRule.objects.filter(partner=partner, effective_from__lte=on)
    return book_of(
        on,
        base=rules.order_by("-effective_from").first(),
        entries=PriceEntry.objects.of(partner).on(on),
        taxes=TaxRule.objects.of(partner).on(on),
        pass_on=PassOn.objects.of(partner).on(on).first(),
    )


class Books:
    """A partner's price books by day, each read once; for one transaction."""

    def __init__(self, partner: Partner) -> None:
        self.partner = partner
        self._known: dict[date, Book] = {}

    def on(self, day: date) -> Book:
        """The book of a day."""
        if day not in self._known:
            self._known[day] = book_on(self.partner, day)
        return self._known[day]


def book_of(
    on: date,
    *,
    base: PriceRule | None = None,
    entries: Iterable[PriceEntry] = (),
    taxes: Iterable[TaxRule] = (),
    pass_on: PassOn | None = None,
) -> Book:
    """A book of these rules, all of them in force on the day."""
    prices: dict[Key, PriceEntry] = {}
    discounts: dict[Key, PriceEntry] = {}
    for entry in entries:
        kept = discounts if entry.method == PriceEntry.Method.DISCOUNT else prices
        kept[entry.customer_id, entry.offer_id] = entry
    by_scope = {(tax.customer_id, tax.offer_id): tax for tax in taxes}
    return Book(on, base, prices, discounts, by_scope, pass_on)


def absorbed(book: Book, charge: Charge) -> str:
    """Why a charge stays with us: "credits" or "prorations" where the book absorbs them, else nothing."""
    ways = book.pass_on
    if ways is None:
        return ""
    if charge.sort is Sort.CREDIT and ways.credits == PassOn.Way.ABSORBED:
        return "credits"
    if charge.sort is Sort.PRORATION and ways.prorations == PassOn.Way.ABSORBED:
        return "prorations"
    return ""


def price(book: Book, charge: Charge, *, rounding: str | None = None) -> Price:
    """Price one charge by the book: the most special rule decides (a customer's one offer, a customer, an offer,
    everything), then a discount at its level or below. `rounding` is the whole invoice's, where that differs from
    the book's. Raises NoPriceRule."""
    return reckon(terms_for(book, charge, rounding=rounding or book.rounding), charge)


def terms_for(book: Book, charge: Charge, *, rounding: str) -> Terms:
    """Which rules make the price of a charge; raises NoPriceRule."""
    keys = ((charge.customer, charge.offer), (charge.customer, ""), (None, charge.offer), (None, ""))
    found = next((book.prices[key] for key in keys if _fits(book.prices.get(key), charge)), None)
    terms: dict[str, Any] = {"on": book.on, "rounding": rounding, "days": charge.days, "of_days": charge.of_days}
    base = book.base
    if found is not None and (found.reach or base is None or found.from_on >= base.effective_from):
        terms |= {"book": "entry", "pk": found.pk, "reach": found.reach, "since": found.from_on}
        terms |= {"method": str(found.method), "percent": found.percent or ZERO, "unit": found.unit_price or ZERO}
    elif base is not None:
        terms |= {"book": "rule", "pk": base.pk, "since": base.effective_from}
        terms |= {"method": "cost_plus", "percent": base.markup_percent}
    else:
        raise NoPriceRule(f"no price rule is in force on {book.on} for offer {charge.offer or '–'}")
    if terms["method"] == "fixed" and charge.sort not in (Sort.UNITS, Sort.PRORATION):
        terms |= {"method": "at_cost"}
    else:
        terms |= _less(book, keys, terms.get("reach", 0))
    return Terms(**terms, **_taxed(book, keys, charge), pass_on_pk=book.pass_on.pk if book.pass_on else None)


def _fits(entry: PriceEntry | None, charge: Charge) -> bool:
    return entry is not None and entry.currency in ("", charge.currency)


def _less(book: Book, keys: Iterable[Key], reach: int) -> dict[str, Any]:
    """A discount for everybody leaves a customer's own price alone."""
    found = next((book.discounts[key] for key in keys if key in book.discounts), None)
    if found is None or found.reach < reach:
        return {}
    return {"less": found.percent or ZERO, "less_pk": found.pk}


def _taxed(book: Book, keys: Iterable[Key], charge: Charge) -> dict[str, Any]:
    """A refund of the provider is taxed already, so it keeps the provider's own tax."""
    found = next((book.taxes[key] for key in keys if key in book.taxes), None)
    if found is None or charge.sort is Sort.CREDIT:
        return {}
    return {"tax": found.rate, "tax_pk": found.pk, "inclusive": found.inclusive}


def reckon(terms: Terms, charge: Charge) -> Price:
    """The price that these rules make of a charge. Net is rounded as the terms say, tax for each line by itself; an
    included tax is net = price ÷ (1 + rate), and the tax what is left of the price."""
    asked = _asked(terms, charge)
    net, residue = asked, ZERO
    if terms.tax is not None and terms.inclusive:
        net = _round(asked / (1 + terms.tax), charge.currency, terms)
        tax, rate = asked - net, terms.tax
        residue = tax - _round(net * rate, charge.currency, terms)
    elif terms.tax is not None:
        tax, rate = _round(net * terms.tax, charge.currency, terms), terms.tax
    else:
        rate = charge.cost_tax / charge.cost if charge.cost else ZERO
        tax = _round(net * rate, charge.currency, terms) if charge.cost else charge.cost_tax
    unit = (net / charge.quantity if charge.quantity else net).quantize(UNIT)
    return Price(unit, net, rate.quantize(UNIT), tax, terms, residue)


def _asked(terms: Terms, charge: Charge) -> Decimal:
    """What is asked for: before tax, or with it where the tax is included."""
    left = 1 - terms.less / HUNDRED
    number, sign = abs(charge.quantity), 1
    if terms.method == "fixed":
        unit, sign = terms.unit * terms.share * left, _sign(charge)
    else:
        cost = charge.cost * (1 + terms.percent / HUNDRED) * left
        if terms.rounding != Rounding.UNIT or not number:
            return _round(cost, charge.currency, terms)
        unit = cost / number
    if terms.rounding == Rounding.UNIT:
        return sign * number * _round(unit, charge.currency, terms)
    return _round(sign * number * unit, charge.currency, terms)


def _sign(charge: Charge) -> int:
    """The provider's line says whether it is charged or given back; what it charges nothing for in a free period
    costs nothing here either."""
    if charge.cost:
        return 1 if charge.cost > 0 else -1
    return 0 if charge.sort is Sort.PRORATION else (charge.quantity > 0) - (charge.quantity < 0)


def _round(amount: Decimal, currency: str, terms: Terms) -> Decimal:
    even = terms.rounding == Rounding.HALF_EVEN
    return quantise(amount, currency, ROUND_HALF_EVEN if even else ROUND_HALF_UP)
