"""What if the same money is moved by several at the same moment? Real threads; the locks are proved by a control."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from billing import allocating, invoicing
from billing.models import Allocation, Invoice, Payment, Series
from customers.locking import lock_customer
from dunning.settling import settle
from tests.money.conftest import NOW, a_customer, draft, issued
from tests.money.test_allocating import TODAY, adds_up
from tests.stories.test_at_once import at_once, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(hanhai) -> Payment:
    """100.00 that came before anything was owed, and three invoices of 80.00 issued without using it up."""
    customer = a_customer(hanhai)
    payment = Payment.objects.create(
        partner=hanhai,
        customer=customer,
        amount=100,
        currency="CNY",
        reference="early",
        received_on=TODAY,
        booked_at=NOW,
        external_id="early",
    )
    for _ in range(3):
        invoice = draft(customer, [Decimal("80.00")])
        Invoice.objects.filter(pk=invoice.pk).update(
            status="issued", number=f"X-{invoice.pk}", issued_on=TODAY, issued_at=NOW, due_on=TODAY
        )
    return payment


def allocate_by_four(payment: Payment, allocate: Callable[[], list]) -> tuple[list[int], Decimal]:
    """Four allocate the same payment, and none may go on before all four have begun: the invoices are held
    until the database says that four wait. Answers how many invoices each paid, and what was put in all."""
    with ThreadPoolExecutor(4) as pool:
        with transaction.atomic():
            list(Invoice.objects.select_for_update().filter(customer_id=payment.customer_id))
            deeds = [pool.submit(closing, allocate) for _ in range(4)]
            until(lambda: waiting_for_a_lock() == 4)
        placed = [len(deed.result()) for deed in deeds]
    put = Allocation.objects.filter(payment=payment).aggregate(sum=Sum("amount"))["sum"]
    return sorted(placed), put


def closing(deed: Callable[[], list]) -> list:
    try:
        return deed()
    finally:
        connection.close()


def waiting_for_a_lock() -> int:
    with connection.cursor() as cursor:
        # Within a transaction the first look is kept, unless it is asked to be forgotten.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def test_four_who_allocate_the_same_payment_put_it_once(waiting):
    def allocate():
        with transaction.atomic():
            lock_customer(waiting.customer_id)
            return allocating.allocate(waiting, now=NOW)

    assert allocate_by_four(waiting, allocate) == ([0, 0, 0, 2], Decimal("100.00"))
    adds_up(waiting.customer)


def test_without_the_customers_lock_the_same_payment_is_put_more_than_once(waiting):
    """The control: the test above would see a lock that is missing."""

    def allocate():
        with transaction.atomic():
            return allocating.allocate(waiting, now=NOW)

    assert allocate_by_four(waiting, allocate)[1] > waiting.amount


def test_four_payments_of_one_debt_pay_it_once(hanhai):
    customer = a_customer(hanhai)
    invoice = issued(customer, [Decimal("60.00"), Decimal("40.00")])

    def pays(number):
        return settle(
            customer, amount=Decimal(70), currency="CNY", reference=f"r{number}", received_on=TODAY, now=NOW
        ).received

    received = [deed.result() for deed in at_once(*[lambda number=number: pays(number) for number in range(4)])]
    invoice.refresh_from_db()
    assert (invoice.balance, sum(one.unapplied for one in received)) == (Decimal(0), Decimal("180.00"))
    adds_up(customer)


def test_four_clicks_are_one_payment(hanhai):
    customer = a_customer(hanhai)
    issued(customer, [Decimal("60.00")])

    def click():
        return settle(customer, amount=Decimal(60), currency="CNY", reference="r", received_on=TODAY, now=NOW).received

    received = [deed.result() for deed in at_once(*[click] * 4)]
    assert sorted(one.booked_now for one in received) == [False, False, False, True]
    assert Payment.objects.count() == Allocation.objects.count() == 1


def test_two_who_issue_at_once_leave_no_gap_and_no_double(hanhai):
    drafts = [draft(a_customer(hanhai, f"customer {n}"), [Decimal("10.00")]).pk for n in range(12)]

    def issue_all(mine):
        numbers = []
        for place, pk in enumerate(mine):
            with transaction.atomic():
                number = invoicing.issue(pk, on=date(2026, 6, 1), now=NOW).number
                if place % 3 == 2:
                    transaction.set_rollback(True)
                else:
                    numbers.append(number)
        return numbers

    taken = [deed.result() for deed in at_once(lambda: issue_all(drafts[:6]), lambda: issue_all(drafts[6:]))]
    assert sorted(sum(taken, [])) == [f"HA-2026-{n:05d}" for n in range(1, 9)]
    assert Series.objects.get(kind="invoice").next_number == 9


def test_one_draft_issued_by_two_is_one_invoice(hanhai):
    pk = draft(a_customer(hanhai), [Decimal("10.00")]).pk
    deeds = at_once(*[lambda: invoicing.issue(pk, on=TODAY, now=NOW)] * 2)
    assert sorted(type(deed.exception()).__name__ for deed in deeds) == ["NoneType", "NotADraft"]
    assert Series.objects.get(kind="invoice").next_number == 2
