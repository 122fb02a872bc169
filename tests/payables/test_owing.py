"""What do we owe for a bill, by when, and what may being late cost?"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from billing.refusing import NotPossible
from customers.models import Partner
from payables.models import ProviderBill, ProviderPayment
from payables.owing import State, owed, sums
from payables.paying import pay, take_back
from payables.standing import How, lift, restrict, stands
from payables.terms import AllTerms, agree, agree_bill, late_charge
from tests import story
from tests.payables.conftest import BILLED, DUE, NOW

pytestmark = pytest.mark.django_db
CENT = Decimal("0.01")


@pytest.fixture
def owner(hanhai):
    return story.people_of(hanhai)["owner"]


def the_one(hanhai: Partner, today: date = DUE):
    (one,) = owed(hanhai, today=today)
    return one


def send(bill, amount, owner, once="form-1", on=BILLED):
    return pay(bill, amount=Decimal(amount), paid_on=on, reference="TT 77", once=once, by=owner, now=NOW)


def test_what_was_sent_for_a_bill_says_how_it_stands(a_bill, hanhai, owner):
    bill = a_bill()
    assert (the_one(hanhai).state, the_one(hanhai).to_pay) == (State.UNPAID, Decimal(1000))

    send(bill, "400.00", owner)
    assert (the_one(hanhai).state, the_one(hanhai).to_pay) == (State.PARTLY, Decimal(600))

    send(bill, "600.00", owner, "form-2")
    assert (the_one(hanhai).state, the_one(hanhai).to_pay) == (State.PAID, Decimal(0))

    send(bill, "10.00", owner, "form-3")
    assert (the_one(hanhai).state, the_one(hanhai).credit) == (State.CREDIT, Decimal(10))
    assert sums(owed(hanhai, today=DUE)) == {"CNY": Decimal(-10)}


def test_the_same_form_sent_twice_is_one_payment(a_bill, owner):
    bill = a_bill()

    assert send(bill, "400.00", owner) == send(bill, "400.00", owner)
    with pytest.raises(NotPossible):
        send(bill, "500.00", owner)
    assert ProviderPayment.objects.count() == 1


def test_a_payment_is_taken_back_once_by_a_row_of_its_own(a_bill, hanhai, owner):
    first = send(a_bill(), "400.00", owner)

    back = take_back(first, why="the bank returned it", by=owner, now=NOW)

    assert take_back(first, why="again", by=owner, now=NOW) == back
    assert the_one(hanhai).state == State.UNPAID
    with pytest.raises(NotPossible, match="takes a payment back itself"):
        take_back(back, why="and back", by=owner, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        ProviderPayment.objects.filter(pk=first.pk).update(amount=1)


@pytest.mark.parametrize("amount", ["0", "-1", "1.005"])
def test_an_odd_amount_is_refused_and_nothing_is_kept(a_bill, owner, amount):
    with pytest.raises(NotPossible):
        send(a_bill(), amount, owner)
    assert not ProviderPayment.objects.exists()


def test_tomorrows_payment_is_refused(a_bill, owner):
    with pytest.raises(NotPossible, match="future"):
        send(a_bill(), "1.00", owner, on=NOW.date() + timedelta(days=1))


def test_only_those_who_keep_payables_may_write_them_down(a_bill, hanhai):
    with pytest.raises(PermissionError):
        send(a_bill(), "1.00", story.people_of(hanhai)["collections"])


def test_an_adjustment_note_counts_with_the_bill_it_amends_and_a_void_one_ends_it(a_bill, hanhai):
    bill = a_bill()
    a_bill("D0501-A", "-200.00", document="adjustment", amends=bill)
    by_number = {one.bill.number: one for one in owed(hanhai, today=DUE)}
    assert (by_number["D0501"].to_pay, by_number["D0501-A"].state) == (Decimal(800), State.NETTED)

    a_bill("D0501-V", "-1000.00", document="void", amends=bill)
    assert all(one.to_pay == 0 for one in owed(hanhai, today=DUE))
    assert not any(one.overdue for one in owed(hanhai, today=DUE + timedelta(days=9)))


def test_what_was_paid_for_a_bill_that_is_void_now_is_ours_again(a_bill, hanhai, owner):
    bill = a_bill()
    send(bill, "1000.00", owner)
    a_bill("D0501-V", "-1000.00", document="void", amends=bill)
    rows = owed(hanhai, today=DUE)
    assert [one.credit for one in rows if one.bill.number == "D0501"] == [Decimal(1000)]
    assert sums(rows) == {"CNY": Decimal(-1000)}


def test_the_providers_own_total_goes_before_the_sum_of_its_lines(a_bill, hanhai):
    a_bill(stated_total=Decimal("940.00"))

    assert the_one(hanhai).to_pay == Decimal(940)


def test_a_bill_is_overdue_the_day_after_its_due_day_and_may_cost_a_share_of_the_whole_bill(a_bill, hanhai, owner):
    send(a_bill(), "400.00", owner)
    on_time, late = the_one(hanhai, DUE), the_one(hanhai, DUE + timedelta(days=1))
    next_month = the_one(hanhai, DUE + timedelta(days=31))

    assert (on_time.overdue, on_time.charge, on_time.month_late) == (False, 0, Decimal("15.00"))
    assert (late.overdue, late.days_over, late.charge) == (True, 1, Decimal("15.00"))
    assert next_month.charge == Decimal("30.00")


@pytest.mark.parametrize(
    ("days", "charge"), [(-5, "0"), (0, "0"), (1, "15.00"), (30, "15.00"), (31, "30.00"), (61, "45.00")]
)
def test_each_month_begun_after_the_due_day_counts(days, charge):
    late = late_charge(Decimal(1000), DUE, DUE + timedelta(days=days), Decimal("0.015"), "CNY")

    assert late == Decimal(charge)


def test_the_law_may_allow_less_than_the_provider_asks(hanhai, owner):
    agree(
        hanhai,
        net_days=45,
        from_on=BILLED,
        agreement="letter of 3 May, credit and collection",
        legal_maximum=Decimal("0.01"),
        by=owner,
        now=NOW,
    )

    terms = AllTerms(hanhai)
    before, after = terms.on(BILLED - timedelta(days=1)), terms.on(BILLED)
    assert (before.net_days, before.monthly_charge) == (30, Decimal("0.015"))
    assert (after.net_days, after.monthly_charge) == (45, Decimal("0.01"))
    assert terms.due_day(BILLED) == BILLED + timedelta(days=45)


def test_terms_from_a_day_stand_once_and_name_where_they_are_written(hanhai, owner):
    told = {"net_days": 45, "from_on": BILLED, "legal_maximum": None, "by": owner, "now": NOW}
    with pytest.raises(NotPossible) as unnamed:
        agree(hanhai, agreement=" ", **told)
    agree(hanhai, agreement="letter of 3 May", **told)
    with pytest.raises(NotPossible) as twice:
        agree(hanhai, agreement="letter of 4 May", **told)

    assert (unnamed.value.field, twice.value.field) == ("agreement", "from_on")


def test_another_day_agreed_for_one_bill_moves_only_that_bill(a_bill, hanhai, owner):
    bill, other = a_bill(), a_bill("D0502")
    agree_bill(bill, due_on=DUE + timedelta(days=10), why="mail of 20 May, credit and collection", by=owner)

    late = {one.bill: one.overdue for one in owed(hanhai, today=DUE + timedelta(days=1))}
    assert late == {bill: False, other: True}


def test_the_amounts_of_a_bill_never_change(a_bill):
    bill = a_bill()
    with pytest.raises(DatabaseError), transaction.atomic():
        ProviderBill.objects.filter(pk=bill.pk).update(total=1)


def test_a_partner_is_behind_with_an_overdue_bill_and_restricted_while_the_provider_says_so(a_bill, hanhai, owner):
    a_bill()
    assert stands(hanhai, today=DUE).how == How.GOOD
    assert stands(hanhai, today=DUE + timedelta(days=1)).how == How.BEHIND

    first = restrict(hanhai, why="their mail of 20 June", by=owner, now=NOW)
    assert restrict(hanhai, why="a refused call", by=None, now=NOW) == first
    assert stands(hanhai, today=DUE).how == How.RESTRICTED

    lift(hanhai, by=owner, now=NOW)
    assert lift(hanhai, by=owner, now=NOW) is None
    assert stands(hanhai, today=DUE).how == How.GOOD
