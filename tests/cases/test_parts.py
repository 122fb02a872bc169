"""Is what is credited of an amount and what is refused of it always the amount again, whatever part is given?"""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.models import DisputedAmount, InvoiceLine
from billing.money import ZERO, quantise
from disputes.gathering import Part

AMOUNTS = st.integers(1, 999_999_999).map(lambda cents: Decimal(cents) / 100)
PERCENT = st.integers(1, 9_999).map(lambda hundredths: Decimal(hundredths) / 100)
EACH = st.integers(1, 99_999).map(lambda cents: Decimal(cents) / 100)


def row(amount: Decimal, seats: int) -> DisputedAmount:
    """So much in question of a line of so many seats."""
    return DisputedAmount(amount=amount, line=InvoiceLine(quantity=seats))


@given(AMOUNTS, st.integers(0, 5000), PERCENT, st.sampled_from(["CNY", "USD"]))
def test_a_percentage_is_a_whole_number_of_cents_within_the_amount(amount, seats, percent, currency):
    credited = Part(percent=percent).of(row(amount, seats), currency)
    refused = amount - credited
    assert ZERO <= credited <= amount and credited + refused == amount
    assert quantise(credited, currency) == credited and quantise(refused, currency) == refused
    assert abs(credited - amount * percent / 100) <= Decimal("0.005")


@given(AMOUNTS, st.integers(0, 5000), EACH)
def test_so_much_for_each_seat_never_credits_more_than_was_questioned(amount, seats, each):
    credited = Part(per_seat=each).of(row(amount, seats), "CNY")
    assert credited == min(each * seats, amount)


@given(st.lists(st.tuples(AMOUNTS, st.integers(0, 5000)), min_size=1, max_size=20), PERCENT)
def test_the_lines_of_a_case_add_up_to_what_it_questioned(lines, percent):
    rows = [row(*one) for one in lines]
    credited = sum((Part(percent=percent).of(one, "CNY") for one in rows), ZERO)
    refused = sum((one.amount - Part(percent=percent).of(one, "CNY") for one in rows), ZERO)
    assert credited + refused == sum((amount for amount, _seats in lines), ZERO)
