"""Is each payment booked once, each number taken once, each price rounded once?"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from billing.models import Invoice, Payment, PriceRule, Series
from billing.money import plain, quantise
from billing.numbering import next_number, payment_reference, reference_code
from billing.pricing import Charge, NoPriceRule, book_of, price, rule_on
from billing.receiving import BadPayment
from dunning.settling import settle
from tests import story, witness
from tests.money.conftest import NOW, a_customer, issued
from tests.money.test_allocating import many, pay

REFUSED = {
    "nothing": (Decimal("0"), "is not more than zero"),
    "less than nothing": (Decimal("-5"), "is not more than zero"),
    "a tenth of a cent": (Decimal("0.001"), "has more decimals than CNY knows"),
    "half a cent more": (Decimal("10.005"), "has more decimals than CNY knows"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_an_amount_that_cannot_be_paid_is_refused(lanhai, owes, kind):
    owes("100.00")
    amount, why = REFUSED[kind]
    before = witness.everything()
    with pytest.raises(BadPayment, match=why):
        pay(lanhai, amount)
    assert witness.everything() == before


def test_yen_have_no_decimals(lanhai):
    with pytest.raises(BadPayment, match="more decimals than JPY knows"):
        settle(lanhai, amount=Decimal("100.5"), currency="JPY", reference="x", received_on=date(2026, 6, 1), now=NOW)


def test_money_of_another_currency_waits_unapplied(lanhai, owes):
    invoice = owes("100.00")
    done = settle(lanhai, amount=Decimal("90"), currency="EUR", reference="x", received_on=date(2026, 6, 1), now=NOW)
    invoice.refresh_from_db()
    assert (done.received.unapplied, invoice.balance) == (Decimal("90"), Decimal("100.00"))


def test_the_same_payment_is_booked_once_by_hand_and_by_its_bank_reference(lanhai, owes):
    owes("100.00")
    first = pay(lanhai, Decimal("60.00"), reference="transfer")
    again = pay(lanhai, Decimal("60.00"), reference="transfer")
    assert (again.payment, again.booked_now, again.placed[0].amount) == (first.payment, False, Decimal("60.00"))
    bank = pay(lanhai, Decimal("40.00"), source="statement", external_id="2026/06/1/7")
    assert pay(lanhai, Decimal("40.00"), source="statement", external_id="2026/06/1/7").payment == bank.payment
    assert Payment.objects.count() == 2
    with pytest.raises(BadPayment, match="was booked before with other values"):
        pay(lanhai, Decimal("41.00"), source="statement", external_id="2026/06/1/7")


def test_a_payment_from_tomorrow_is_refused_by_the_customers_own_calendar(lanhai):
    with pytest.raises(BadPayment, match="lies in the future"):
        settle(
            lanhai,
            amount=Decimal(1),
            currency="CNY",
            reference="x",
            received_on=date(2026, 6, 2),
            now=story.at("2026-06-01", "23:59"),
        )


def test_numbers_have_no_gap_after_a_rollback(hanhai):
    taken = []
    for fails in (False, True, False, True, False):
        with transaction.atomic():
            number = next_number(hanhai, "invoice", date(2026, 6, 1))
            if fails:
                transaction.set_rollback(True)
            else:
                taken.append(number)
    assert taken == ["HA-2026-00001", "HA-2026-00002", "HA-2026-00003"]
    assert Series.objects.get().next_number == 4


def test_each_kind_year_and_partner_counts_for_itself(hanhai, bohai):
    with transaction.atomic():
        assert next_number(hanhai, "invoice", date(2026, 12, 31)) == "HA-2026-00001"
        assert next_number(hanhai, "invoice", date(2027, 1, 1)) == "HA-2027-00001"
        assert next_number(hanhai, "credit_note", date(2026, 12, 31)) == "HA-2026-C00001"
        assert next_number(bohai, "invoice", date(2026, 12, 31)) == "BO-2026-00001"


@pytest.mark.django_db(transaction=True)
def test_a_number_taken_outside_a_transaction_is_refused(hanhai):
    with pytest.raises(RuntimeError, match="leaves a gap"):
        next_number(hanhai, "invoice", date(2026, 6, 1))


@many
@given(cost=st.integers(-1_000_000, 1_000_000), tax=st.integers(0, 100_000), markup=st.integers(0, 200_000))
def test_a_price_is_rounded_half_up_once_and_adds_up(cost, tax, markup):
    rule = PriceRule(markup_percent=Decimal(markup).scaleb(-3))
    amount, cost_tax = Decimal(cost).scaleb(-2), Decimal(tax if cost >= 0 else -tax).scaleb(-2)
    made = price(book_of(date(2026, 6, 1), base=rule), Charge(None, "offer", amount, cost_tax, 3, "CNY"))
    exact = amount * (100 + rule.markup_percent) / 100
    assert made.net == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert made.total == made.net + made.tax
    assert abs(made.net - exact) <= Decimal("0.005")
    if cost:
        assert abs(made.tax - made.net * cost_tax / amount) <= Decimal("0.005")


HALVES = [("0.005", "CNY", "0.01"), ("0.004", "CNY", "0.00"), ("-0.005", "CNY", "-0.01"), ("0.5", "JPY", "1")]


@pytest.mark.parametrize(("exact", "currency", "rounded"), HALVES)
def test_a_half_goes_up_and_amounts_are_written_with_their_currencys_decimals(exact, currency, rounded):
    assert quantise(Decimal(exact), currency) == Decimal(rounded)
    assert plain(Decimal(exact), currency) == rounded


@pytest.mark.parametrize("cost", ["0.01", "0.02", "0.03", "0.04", "0.05"])
def test_tax_is_rounded_for_each_line_by_itself(cost):
    book = book_of(date(2026, 6, 1), base=PriceRule(markup_percent=Decimal(0)))
    made = price(book, Charge(None, "offer", Decimal(cost), Decimal("0.01"), 1, "CNY"))
    assert (made.net, made.tax) == (Decimal(cost), Decimal("0.01"))


def test_the_rule_in_force_on_the_day_of_the_bill_counts(hanhai):
    PriceRule.objects.create(partner=hanhai, markup_percent=20, effective_from=date(2026, 6, 1))
    assert [rule_on(hanhai, date(2026, 5, 31)).markup_percent, rule_on(hanhai, date(2026, 6, 1)).markup_percent] == [
        15,
        20,
    ]
    PriceRule.objects.all().delete()
    with pytest.raises(NoPriceRule):
        rule_on(hanhai, date(2026, 6, 1))


@pytest.mark.parametrize("parts", [3, 7, 99])
def test_a_hundred_in_equal_parts_is_a_hundred(hanhai, parts):
    customer = a_customer(hanhai)
    each = quantise(Decimal(100) / parts, "CNY")
    rest = Decimal(100) - each * (parts - 1)
    invoice = issued(customer, [each] * (parts - 1) + [rest])
    pay(customer, Decimal("100.00"))
    assert Invoice.objects.get(pk=invoice.pk).balance == 0


def test_two_invoices_never_share_a_payment_reference(hanhai, owes):
    number = "HH-2026-77777"
    other = owes("10.00")
    Invoice.objects.filter(pk=other.pk).update(reference=reference_code(hanhai, number))
    assert payment_reference(hanhai, number) == reference_code(hanhai, number, 1)
