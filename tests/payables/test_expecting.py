"""What money is expected, from whom, on which day?"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import DisputedAmount, PromiseToPay
from dunning.settling import settle
from payables.expecting import a_month_after, habits, outgoes, receivables
from payables.owing import owed
from payables.terms import AllTerms
from tests import story
from tests.money.conftest import a_customer, issued
from tests.payables.conftest import DUE

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)


def pays(customer, invoice, days_late):
    on = invoice.due_on + timedelta(days=days_late)
    settle(
        customer,
        amount=invoice.total,
        currency="CNY",
        reference=invoice.reference,
        received_on=on,
        source="hand",
        external_id=f"{customer.pk}-{invoice.pk}",
        now=story.at(on),
    )


def test_a_customers_habit_is_the_median_of_its_last_settled_invoices(hanhai):
    customer, new = a_customer(hanhai), a_customer(hanhai, "Qinghe Foods")
    for late in (2, 9, 4):
        pays(customer, issued(customer, [Decimal(100)]), late)
    pays(new, issued(new, [Decimal(100)]), 40)

    assert habits(hanhai) == {customer.pk: 4}


def test_disputed_money_is_never_expected_and_a_promise_counts_on_its_day(hanhai):
    customer = a_customer(hanhai)
    invoice = issued(customer, [Decimal(100), Decimal(60)])
    line = invoice.lines.first()
    DisputedAmount.objects.create(
        partner=hanhai,
        customer=customer,
        line=line,
        case_number="D-1",
        questioned=Decimal(40),
        amount=Decimal(40),
        opened_at=story.at(TODAY),
    )
    PromiseToPay.objects.create(
        partner=hanhai,
        customer=customer,
        invoice=invoice,
        amount=Decimal(50),
        currency="CNY",
        by_on=TODAY + timedelta(days=3),
        made_at=story.at(TODAY),
        made_by=story.people_of(hanhai)["owner"],
    )

    (one,) = receivables(hanhai, "CNY", today=TODAY)

    assert (one.amount, one.promised) == (Decimal(120), ((TODAY + timedelta(days=3), Decimal(50)),))
    assert receivables(hanhai, "USD", today=TODAY) == []


def test_what_is_expected_is_read_in_as_many_questions_for_one_customer_as_for_many(hanhai):
    issued(a_customer(hanhai), [Decimal(10)])

    def questions():
        with CaptureQueriesContext(connection) as asked:
            receivables(hanhai, "CNY", today=TODAY)
        return len(asked)

    few = questions()
    for number in range(5):
        issued(a_customer(hanhai, f"customer {number}"), [Decimal(10)])
    assert questions() == few


def test_the_next_bills_are_expected_as_large_as_the_newest_a_month_apart(a_bill, hanhai):
    a_bill()

    today = DUE - timedelta(days=5)
    bills = owed(hanhai, today=today)
    found = outgoes("CNY", bills, AllTerms(hanhai), today=today, until=DUE + timedelta(days=45))

    assert [(one.amount, one.expected) for one in found] == [(Decimal(1000), False), (Decimal(1000), True)]
    assert found[1].on == date(2026, 6, 15) + timedelta(days=30)


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 12, 15), date(2027, 1, 15)),
        (date(2028, 1, 30), date(2028, 2, 29)),
    ],
)
def test_a_month_after_the_last_of_a_month_is_the_last_of_the_next(day, later):
    assert a_month_after(day) == later
