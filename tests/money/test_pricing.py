"""Is each charge priced by the most special rule of its day, to the cent, and can the price be reckoned again?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.models import PassOn, PriceEntry, PriceRule, TaxRule
from billing.price_notes import note_of, terms_of
from billing.price_words import because, rounding_said, tax_said
from billing.pricing import Charge, NoPriceRule, Sort, absorbed, book_of, price, reckon
from tests.money.test_allocating import many

DAY = date(2026, 10, 15)
BASE = PriceRule(pk=1, markup_percent=Decimal(15), effective_from=date(2000, 1, 1))
CHARGE = Charge(7, "e3", Decimal("99.00"), Decimal("5.94"), 1, "CNY")


def entry(method="fixed", value="110.88", *, customer=None, offer="e3", since=date(2026, 10, 1), pk=10) -> PriceEntry:
    """One rule of the book."""
    fixed = method == "fixed"
    return PriceEntry(
        pk=pk,
        method=method,
        customer_id=customer,
        offer_id=offer,
        unit_price=Decimal(value) if fixed else None,
        currency="CNY" if fixed else "",
        percent=None if fixed else Decimal(value),
        from_on=since,
    )


def priced(*entries, charge=CHARGE, base=BASE, **more):
    """The charge's price by a book of these entries."""
    return price(book_of(DAY, base=base, entries=entries, **more), charge)


def said(made) -> str:
    """Its because."""
    return because(note_of(made), "CNY")


def test_without_entries_the_first_rule_decides():
    made = priced()
    assert (made.net, made.tax, said(made)) == (Decimal("113.85"), Decimal("6.83"), "cost plus 15\u00a0%")


def test_the_most_special_rule_wins():
    everything = entry("cost_plus", "30", offer="", pk=1)
    offer = entry("fixed", "110.88", pk=2)
    customer = entry("cost_plus", "12", customer=7, offer="", pk=3)
    both = entry("fixed", "100.00", customer=7, pk=4)
    of_another = entry("fixed", "1.00", customer=8, pk=5)
    nets = []
    book = [of_another, everything, offer, customer, both]
    while len(book) > 1:
        nets.append(priced(*book).net)
        book.pop()
    assert nets == [Decimal("100.00"), Decimal("110.88"), Decimal("110.88"), Decimal("128.70")]
    assert priced(everything, offer, customer).net == Decimal("110.88")


def test_a_customers_rule_is_more_special_than_an_offers():
    made = priced(entry("fixed", "110.88"), entry("cost_plus", "12", customer=7, offer=""))
    assert (made.net, said(made)) == (Decimal("110.88"), "customer’s own price: cost plus 12\u00a0%")


def test_of_two_rules_for_everything_the_later_one_counts():
    early, late = date(2026, 9, 1), date(2026, 10, 10)
    base = PriceRule(pk=1, markup_percent=Decimal(15), effective_from=date(2026, 10, 1))
    assert priced(entry("cost_plus", "20", offer="", since=early), base=base).net == Decimal("113.85")
    assert priced(entry("cost_plus", "20", offer="", since=late), base=base).net == Decimal("118.80")


def test_a_fixed_price_says_since_when_and_a_discount_is_taken_off_it():
    made = priced(entry(), entry("discount", "5", customer=7, offer="", pk=11))
    assert made.net == Decimal("105.34")
    assert said(made) == "price of this offer: fixed ¥110.88 a unit since 1 Oct 2026, less 5\u00a0%"


def test_a_discount_for_everybody_leaves_a_customers_own_price_alone():
    own, everybody = entry("fixed", "100.00", customer=7), entry("discount", "5", offer="", pk=11)
    assert priced(own, everybody).net == Decimal("100.00")
    assert priced(everybody).net == Decimal("108.16")


def test_a_fixed_price_in_another_currency_says_nothing():
    assert priced(entry(), charge=replace(CHARGE, currency="EUR")).net == Decimal("113.85")


def test_without_any_rule_nothing_is_priced():
    with pytest.raises(NoPriceRule):
        priced(base=None)
    assert priced(entry(), base=None).net == Decimal("110.88")


PARTS = [
    # The provider's own examples: price × seats × days ÷ days of the period, half up; the sign is the line's.
    ("400.95", 9, 18, 30, "74.25", "400.95"),
    ("-485.52", -34, 17, 30, "25.20", "-485.52"),
    ("-99.00", 1, 30, 30, "99.00", "-99.00"),
    ("158.08", 3, 22, 31, "74.25", "158.08"),
    ("0.00", 3, 22, 31, "74.25", "0"),
]


@pytest.mark.parametrize(("cost", "seats", "days", "of", "unit", "net"), PARTS)
def test_a_part_of_a_period_costs_its_days_of_the_fixed_price(cost, seats, days, of, unit, net):
    part = Charge(7, "e3", Decimal(cost), Decimal(0), seats, "CNY", Sort.PRORATION, days, of)
    made = priced(entry("fixed", unit), charge=part)
    assert made.net == Decimal(net)
    assert said(made).endswith(f"for {days} of {of} days")


def test_refunds_and_fees_have_no_fixed_price():
    refund = replace(CHARGE, cost=Decimal("-40.00"), cost_tax=Decimal("-2.40"), sort=Sort.CREDIT)
    made = priced(entry(), charge=refund, taxes=[TaxRule(pk=3, offer_id="", rate=Decimal("0.13"))])
    assert (made.net, made.tax, said(made)) == (
        Decimal("-40.00"),
        Decimal("-2.40"),
        "21Vianet’s own amount, carried through",
    )


def test_tax_is_added_or_taken_out_by_rule():
    added = TaxRule(pk=3, offer_id="", rate=Decimal("0.13"))
    within = TaxRule(pk=4, offer_id="e3", rate=Decimal("0.06"), inclusive=True)
    plus = priced(entry(), taxes=[added])
    inside = priced(entry(), taxes=[added, within])
    assert (plus.net, plus.tax) == (Decimal("110.88"), Decimal("14.41"))
    assert (inside.net, inside.tax, inside.total) == (Decimal("104.60"), Decimal("6.28"), Decimal("110.88"))
    assert tax_said(note_of(plus), "CNY") == "plus 13\u00a0% tax"
    assert tax_said(note_of(inside), "CNY") == "6\u00a0% tax included"


def test_what_rounding_leaves_of_an_included_tax_is_named():
    made = priced(entry("fixed", "0.10"), taxes=[TaxRule(pk=4, rate=Decimal("0.06"), inclusive=True)])
    odd = priced(entry("fixed", "0.09"), taxes=[TaxRule(pk=4, rate=Decimal("0.17"), inclusive=True)])
    assert (made.net, made.tax, odd.net + odd.tax) == (Decimal("0.09"), Decimal("0.01"), Decimal("0.09"))
    found = [
        priced(entry("fixed", f"0.{cents:02d}"), taxes=[TaxRule(pk=4, rate=Decimal("0.17"), inclusive=True)])
        for cents in range(1, 99)
    ]
    assert any(one.residue for one in found)
    assert all(
        one.tax == (one.net * Decimal("0.17")).quantize(Decimal("0.01"), "ROUND_HALF_UP") + one.residue for one in found
    )
    told = next(tax_said(note_of(one), "CNY") for one in found if one.residue)
    assert "rounding difference of" in told


ROUNDED = [("half_up", "0.13", "0.25"), ("half_even", "0.12", "0.25"), ("unit", "0.13", "0.26")]


@pytest.mark.parametrize(("how", "one", "two"), ROUNDED)
def test_the_rounding_rule_decides_what_becomes_of_half_a_cent(how, one, two):
    ways = PassOn(pk=9, rounding=how)
    half = Charge(7, "e3", Decimal("0.125"), Decimal(0), 1, "CNY")
    pair = Charge(7, "e3", Decimal("0.25"), Decimal(0), 2, "CNY")
    nothing_added = entry("cost_plus", "0", offer="")
    nets = [priced(nothing_added, charge=charge, pass_on=ways).net for charge in (half, pair)]
    assert nets == [Decimal(one), Decimal(two)]
    assert rounding_said(how)


def test_the_book_says_which_charges_stay_with_us():
    book = book_of(DAY, base=BASE, pass_on=PassOn(credits="absorbed", prorations="carried"))
    told = [absorbed(book, replace(CHARGE, sort=sort)) for sort in Sort]
    assert told == ["", "", "credits", ""]
    assert absorbed(book_of(DAY, base=BASE), replace(CHARGE, sort=Sort.CREDIT)) == ""
    book = book_of(DAY, base=BASE, pass_on=PassOn(credits="carried", prorations="absorbed"))
    assert absorbed(book, replace(CHARGE, sort=Sort.PRORATION)) == "prorations"


METHODS = st.sampled_from(["none", "cost_plus", "fixed"])
RATES = st.sampled_from([None, "0", "0.06", "0.13", "0.175"])
WAYS = st.sampled_from(["half_up", "half_even", "unit"])
DRAWN = {
    "cost": st.integers(-10_000_000, 10_000_000),
    "seats": st.integers(-500, 500),
    "days": st.integers(1, 31),
    "sort": st.sampled_from(list(Sort)),
    "method": METHODS,
    "value": st.integers(0, 100_000),
    "less": st.integers(0, 100),
    "rate": RATES,
    "inclusive": st.booleans(),
    "way": WAYS,
}


def drawn(cost, seats, days, sort, method, value, less, rate, inclusive, way):
    """A book and a charge."""
    entries = [] if method == "none" else [entry(method, str(Decimal(value).scaleb(-2)))]
    entries += [entry("discount", str(less), customer=7, pk=11)] if less else []
    taxes = [] if rate is None else [TaxRule(pk=5, offer_id="", rate=Decimal(rate), inclusive=inclusive)]
    book = book_of(DAY, base=BASE, entries=entries, taxes=taxes, pass_on=PassOn(pk=6, rounding=way))
    amount = Decimal(cost).scaleb(-2)
    part = (days, 31) if sort is Sort.PRORATION else (1, 1)
    return book, Charge(7, "e3", amount, (amount * 6 / 100).quantize(Decimal("0.01")), seats, "CNY", sort, *part)


@many
@given(**DRAWN)
def test_each_line_adds_up_and_is_reckoned_again_from_its_note(**given):
    book, charge = drawn(**given)
    made = price(book, charge)
    assert made.total == made.net + made.tax
    assert all(amount == amount.quantize(Decimal("0.01")) for amount in (made.net, made.tax))
    assert abs(made.residue) <= Decimal("0.01")
    again = reckon(terms_of(note_of(made)), charge)
    assert (again.net, again.tax, again.tax_rate, again.unit_price) == (
        made.net,
        made.tax,
        made.tax_rate,
        made.unit_price,
    )
    assert because(note_of(made), "CNY")


@many
@given(more=st.integers(0, 1_000_000), **DRAWN)
def test_a_charge_that_costs_more_never_has_a_lower_price(more, **given):
    book, charge = drawn(**given)
    dearer = replace(charge, cost=charge.cost + Decimal(more).scaleb(-2))
    assert price(book, dearer).net >= price(book, charge).net
