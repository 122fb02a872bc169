"""Is every difference between a bill, our invoices and what we know found, and nothing else?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.refusing import NotPossible
from payables.models import Finding, ProviderBill, ProviderLine
from payables.reconciling import accept, reconcile, reopen
from payables.sampling import write
from subscriptions.models import Subscription
from tests import story
from tests.payables.comparing import (
    NOW,
    OCTOBER,
    SEPTEMBER,
    bring_in,
    by_hand,
    by_hand_of,
    cycle,
    found,
    freed,
    october,
    passed_on,
    plain,
    september,
)

pytestmark = pytest.mark.django_db
NAMES = [f"Company {letter}" for letter in "ABCDEFGH"]
LATER = story.at("2026-11-18")
NOTHING: set[tuple[str, str]] = set()

# What is planted in a customer's line, and what must be found for it.
PLANTED = {
    "nothing": None,
    "seats": "seats",
    "known": "seats",
    "price": "price",
    "period": "period",
    "twice": "period",
    "tax": "tax",
    "provider_only": "provider_only",
    "billed_only": "billed_only",
    "unmapped": "unmapped",
    "hand_price": "price",
    "hand_seats": "seats",
    "hand_period": "period",
    "hand_tax": "tax",
}
AS_BILLED = {
    "seats": {"seats": 12},
    "price": {"price": Decimal("61.00")},
    "period": {"ends_on": date(2026, 12, 31)},
    "twice": {"starts_on": date(2026, 10, 12), "ends_on": date(2026, 11, 11)},
    "unmapped": {"kind": "Moon tax"},
}
BY_HAND = {
    "hand_price": {"price": "75.00"},
    "hand_seats": {"seats": 9},
    "hand_period": {"period_start": OCTOBER[0], "period_end": date(2026, 11, 3)},
    "hand_tax": {"tax_rate": Decimal("0.09")},
}


def planted(partner, plants: dict[str, str], stated: Decimal | None = None) -> ProviderBill:
    """A bill with these differences, passed on to customers."""
    september(partner, plants)
    charges = [replace(one, **AS_BILLED.get(plants[one.customer], {})) for one in plain(plants)]

    def taxed(sheet):
        for line, one in enumerate(charges, 2):
            if plants[one.customer] == "tax":
                sheet.put("Tax", "78.00", line).put("TotalForCustomer", "678.00", line)

    bill = october(partner, charges, taxed)
    passed_on(partner, bill)
    for name, plant in plants.items():
        if plant == "known":
            Subscription.objects.filter(customer__name=name).update(quantity=8)
        if plant == "provider_only" or plant in BY_HAND:
            freed(bill, name)
        if plant in BY_HAND:
            by_hand(partner, name, **BY_HAND[plant])
        if plant == "billed_only":
            by_hand(partner, name, seats=3)
    if stated is not None:
        ProviderBill.objects.filter(pk=bill.pk).update(stated_total=bill.total + stated)
    return bill


def expected_of(plants: dict[str, str]) -> set[tuple[str, str]]:
    return {(name, PLANTED[plant]) for name, plant in plants.items() if PLANTED[plant]}


def test_nothing_is_found_on_clean_bills(hanhai):
    first = september(hanhai, NAMES)
    assert reconcile(first, now=NOW).differ == 0
    second = october(hanhai, plain(NAMES))
    said = reconcile(second, now=NOW)
    assert (said.lines, said.match, said.differ, said.waiting) == (8, 8, 0, 8)
    passed_on(hanhai, second)
    said = reconcile(second, now=NOW)
    assert (said.match, said.differ, said.waiting) == (8, 0, 0)
    assert not Finding.objects.exists()


def test_each_kind_of_difference_is_found_once(hanhai):
    plants = {f"Company {plant}": plant for plant in PLANTED}
    bill = planted(hanhai, plants)
    reconcile(bill, now=NOW)
    assert found(bill) == expected_of(plants)
    assert Finding.objects.count() == len(PLANTED) - 1


@given(data=st.data())
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_planted_exactly_that_is_found(hanhai, data):
    plants = {name: data.draw(st.sampled_from(sorted(PLANTED)), label=name) for name in NAMES}
    beside = data.draw(st.sampled_from([None, Decimal(0), Decimal("-420.00")]))
    with transaction.atomic():
        bill = planted(hanhai, plants, beside)
        said = reconcile(bill, now=NOW)
        adjusted = {("", "adjustment")} if beside else set()
        assert found(bill) == expected_of(plants) | adjusted
        assert said.open == said.differ == len(found(bill))
        # What we alone billed is no line of the provider's.
        assert said.match == sum(PLANTED[plant] in (None, "billed_only") for plant in plants.values())
        assert reconcile(bill, now=LATER) == said
        transaction.set_rollback(True)


def one_line(partner, change=None, **more) -> ProviderBill:
    september(partner, ["Company A"])
    bill = october(partner, [replace(one, **more) for one in plain(["Company A"])], change)
    passed_on(partner, bill)
    return bill


@pytest.mark.parametrize(
    ("amount", "kinds"), [("600.10", set()), ("599.90", set()), ("600.11", {"price"}), ("599.89", {"price"})]
)
def test_a_cent_for_each_seat_is_rounding(hanhai, amount, kinds):
    total = str(Decimal(amount) + 36)
    bill = one_line(
        hanhai, lambda sheet: sheet.put("Amount", amount).put("Subtotal", amount).put("TotalForCustomer", total)
    )
    reconcile(bill, now=NOW)
    assert {kind for _, kind in found(bill)} == kinds


@pytest.mark.parametrize(("tax", "kinds"), [("36.10", set()), ("36.11", {"tax"})])
def test_the_same_holds_for_tax(hanhai, tax, kinds):
    total = str(Decimal("600.00") + Decimal(tax))
    bill = one_line(hanhai, lambda sheet: sheet.put("Tax", tax).put("TotalForCustomer", total))
    reconcile(bill, now=NOW)
    assert {kind for _, kind in found(bill)} == kinds


def test_a_change_of_seats_is_explained_by_its_prorations(hanhai):
    september(hanhai, ["Company A", "Company B"])
    half, back = Decimal("0.5"), Decimal("-0.5")
    days = {"starts_on": date(2026, 9, 30), "ends_on": SEPTEMBER[1]}
    charges = [
        replace(cycle("Company A", 10), kind="Cancel instance prorate", share=back, **days),
        replace(cycle("Company A", 12), kind="Cycle instance prorate", share=half, **days),
        cycle("Company A", 12, days=OCTOBER),
        cycle("Company B", 12, days=OCTOBER),
    ]
    bill = october(hanhai, charges)
    passed_on(hanhai, bill)
    reconcile(bill, now=NOW)
    assert found(bill) == {("Company B", "seats")}
    assert found(bill, "explained") == {("Company A", "seats")}
    assert Finding.objects.get(state="explained").explained_by == "prorated"


def test_prorations_that_were_billed_the_month_before_explain_too(hanhai):
    more = replace(cycle("Company A", 3), kind="Prorate fees when purchase", share=Decimal("0.4"))
    bring_in(hanhai, write(hanhai.slug, [cycle("Company A"), more]), "D09", SEPTEMBER[0])
    bill = october(hanhai, [cycle("Company A", 13, days=OCTOBER)])
    reconcile(bill, now=NOW)
    assert (found(bill), found(bill, "explained")) == (NOTHING, {("Company A", "seats")})


def test_a_free_period_is_explained(hanhai, people):
    bill = october(hanhai, [cycle("Company A", price="0.00", days=OCTOBER), cycle("Company B", days=OCTOBER)])
    passed_on(hanhai, bill)
    freed(bill, "Company A")
    reconcile(bill, now=NOW)
    assert found(bill) == NOTHING
    assert found(bill, "explained") == {("Company A", "provider_only")}


def test_a_subscription_cancelled_before_the_first_cut_has_no_lines(hanhai):
    bill = october(hanhai, [cycle("Company A", days=OCTOBER)])
    passed_on(hanhai, bill)
    one = Subscription.objects.get()
    Subscription.objects.filter(pk=one.pk).update(offer_name="Moved away")
    gone = Subscription.objects.get(pk=one.pk)
    gone.pk, gone.provider_id, gone.status = None, "00000000-0000-0000-0000-00000000c0de", "deleted"
    gone.save()
    by_hand_of(hanhai, gone)
    reconcile(bill, now=NOW)
    assert (found(bill), found(bill, "explained")) == (NOTHING, {("Company A", "billed_only")})


def test_nothing_is_missing_before_anything_is_passed_on(hanhai):
    bill = october(hanhai, plain(NAMES))
    assert reconcile(bill, now=NOW).open == 0
    passed_on(hanhai, bill)
    freed(bill, "Company A")
    reconcile(bill, now=NOW)
    assert found(bill) == {("Company A", "provider_only")}


def test_what_is_put_right_is_said_to_be_gone_and_comes_back_as_the_same(hanhai):
    bill = planted(hanhai, {"Company A": "known", "Company B": "nothing"})
    reconcile(bill, now=NOW)
    first = Finding.objects.get()
    Subscription.objects.filter(customer__name="Company A").update(quantity=10)
    reconcile(bill, now=LATER)
    assert Finding.objects.get().state == "gone"
    Subscription.objects.filter(customer__name="Company A").update(quantity=8)
    reconcile(bill, now=LATER)
    again = Finding.objects.get()
    assert (again.pk, again.state, again.found_at, again.decided_at) == (first.pk, "open", NOW, None)


def test_what_people_decided_stays_decided(hanhai, people):
    bill = planted(hanhai, {"Company A": "known", "Company B": "price"})
    reconcile(bill, now=NOW)
    every = list(Finding.objects.values_list("pk", flat=True))
    assert accept(hanhai, every, why="ordered by phone", by=people["billing"], now=NOW) == 2
    assert accept(hanhai, every, why="again", by=people["billing"], now=LATER) == 0
    said = reconcile(bill, now=LATER)
    assert (said.open, said.accepted) == (0, 2)
    assert set(Finding.objects.values_list("why", flat=True)) == {"ordered by phone"}
    assert reopen(hanhai, every[:1], by=people["billing"], now=LATER) == 1
    assert reconcile(bill, now=LATER).open == 1


def test_a_reason_is_asked_for_and_not_everybody_may_accept(hanhai, bohai, people):
    bill = planted(hanhai, {"Company A": "known", "Company B": "nothing"})
    reconcile(bill, now=NOW)
    one = Finding.objects.get().pk
    with pytest.raises(NotPossible, match="Say why"):
        accept(hanhai, [one], why=" ", by=people["billing"], now=NOW)
    with pytest.raises(PermissionError):
        accept(hanhai, [one], why="fine", by=people["collections"], now=NOW)
    assert accept(bohai, [one], why="fine", by=story.people_of(bohai)["owner"], now=NOW) == 0
    assert Finding.objects.get().state == "open"


def test_absorbed_lines_are_nobodys_difference(hanhai):
    bill = october(hanhai, plain(["Company A", "Company B"]))
    passed_on(hanhai, bill)
    freed(bill, "Company A")
    ProviderLine.objects.filter(customer__name="Company A").update(absorbed="prorations")
    assert reconcile(bill, now=NOW).open == 0
