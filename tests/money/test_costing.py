"""Is each of the provider's lines taken for what it is, and its days for the period they are part of?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from billing.charge_words import NAMES, charge_said, detail_said
from billing.pricing import Sort
from payables.charges import SECTIONS
from payables.costing import charge_of, part_of_period, sort_of
from payables.models import ProviderLine
from subscriptions.models import Subscription

SORTS = {
    "Cycle fee": Sort.UNITS,
    "cycle  FEE": Sort.UNITS,
    "Prorate fees when purchase": Sort.PRORATION,
    "Cancel instance prorate": Sort.PRORATION,
    "Offset a line item": Sort.CREDIT,
    "Cancel fee": Sort.OTHER,
    "Gift wrapping": Sort.OTHER,
}


@pytest.mark.parametrize("name", SORTS)
def test_a_charge_type_says_what_it_is_for(name):
    assert sort_of(name) is SORTS[name]


def line(first, last, amount, seats=10, price="99.00", kind="Prorate fees when purchase") -> ProviderLine:
    """A proration of a subscription that runs for a year from 15 March."""
    term = Subscription(starts_on=date(2026, 3, 15), ends_on=date(2027, 3, 14), offer_id="e3")
    return ProviderLine(
        customer_id=7,
        subscription=term,
        charge_type=kind,
        charge_starts_on=first,
        charge_ends_on=last,
        unit_price=Decimal(price),
        quantity=seats,
        amount=Decimal(amount),
        subtotal=Decimal(amount),
        tax=Decimal(0),
        currency="CNY",
    )


PERIODS = {
    "to the end of a month of 30 days": (date(2026, 9, 27), date(2026, 10, 14), "594.00", (18, 30)),
    "to the end of a month of 31 days": (date(2026, 10, 24), date(2026, 11, 14), "702.58", (22, 31)),
    "from the beginning of a month": (date(2026, 10, 15), date(2026, 10, 24), "319.35", (10, 31)),
    "given back": (date(2026, 9, 28), date(2026, 10, 14), "-561.00", (17, 30)),
    "to the end of February": (date(2027, 2, 11), date(2027, 2, 28), "636.43", (18, 28)),
    "to the end of the term": (date(2026, 12, 15), date(2027, 3, 14), "244.11", (90, 365)),
    "a short end of the term": (date(2027, 2, 25), date(2027, 3, 14), "48.82", (18, 365)),
    "longer than anything": (date(2026, 1, 1), date(2028, 1, 1), "990.00", (731, 731)),
    "nothing": (date(2026, 9, 27), date(2026, 10, 14), "0", (18, 365)),
}


@pytest.mark.parametrize("what", PERIODS)
def test_the_providers_own_amount_says_of_which_period_the_days_are_a_part(what):
    first, last, amount, parts = PERIODS[what]
    found = part_of_period(line(first, last, amount))
    assert found == parts or (what == "nothing" and found[0] == 18)


def test_a_whole_period_has_no_parts():
    charge = charge_of(line(date(2026, 10, 15), date(2026, 11, 14), "990.00", kind="Cycle fee"))
    assert (charge.days, charge.of_days, charge.offer, charge.customer) == (1, 1, "e3", 7)


def test_every_known_kind_of_charge_has_words_and_an_unknown_one_keeps_its_own():
    assert {name.casefold() for name in SECTIONS} <= set(NAMES)
    assert charge_said("Gift wrapping") == "Gift wrapping"


def test_a_stored_detail_is_read_in_words_and_free_text_stays():
    with translation.override("en"):
        read = detail_said("Prorate fees when purchase, 2026-10-24 – 2026-11-14")
        assert read == "Seats added within the period, 24 Oct to 14 Nov 2026"
        assert detail_said("Setup, two days") == "Setup, two days"
        assert detail_said("Setup, 2026-99-99 – 2026-11-14") == "Setup, 2026-99-99 – 2026-11-14"
