"""What if the same money is corrected by several at the same moment? Real threads; the locks are proved by controls."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from billing import allocating, refunding, reversing, writing_off
from billing.models import Allocation, Invoice, Payment, Refund, WriteOff
from billing.refusing import NotPossible
from customers.locking import lock_customer
from customers.models import Customer
from dunning import correcting
from tests import story
from tests.money.conftest import NOW, a_customer, draft, issued
from tests.money.test_allocating import TODAY, adds_up
from tests.money.test_at_once import closing, waiting_for_a_lock
from tests.stories.test_at_once import at_once, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(hanhai):
    return story.people_of(hanhai)["owner"]


@pytest.fixture
def early(hanhai) -> Payment:
    """100.00 that came before anything was owed, and one invoice of 80.00 issued without using it up."""
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
    invoice = draft(customer, [Decimal("80.00")])
    Invoice.objects.filter(pk=invoice.pk).update(
        status="issued", number="X-1", issued_on=TODAY, issued_at=NOW, due_on=TODAY
    )
    return payment


def locked(customer_id: int) -> Customer:
    return lock_customer(customer_id)


def unlocked(customer_id: int) -> Customer:
    return Customer.objects.get(pk=customer_id)


def held_up(payment: Payment, *deeds) -> list:
    """Begin all deeds while the payment's row is held, so that none ends before each has looked or waits."""
    with ThreadPoolExecutor(len(deeds)) as pool, transaction.atomic():
        list(Payment.objects.select_for_update().filter(pk=payment.pk))
        list(Invoice.objects.select_for_update().filter(customer_id=payment.customer_id))
        begun = [pool.submit(closing, deed) for deed in deeds]
        until(lambda: waiting_for_a_lock() == len(deeds))
    return [deed.exception() or deed.result() for deed in begun]


def spent(payment: Payment) -> Decimal:
    put = Allocation.objects.filter(payment=payment).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    back = Refund.objects.filter(payment=payment).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    return put + back


def refund_and_allocate(early, owner, lock):
    """A refund of all that is left beside the payment's own allocation, each under this lock."""

    def sends():
        with transaction.atomic():
            customer = lock(early.customer_id)
            left = allocating.unapplied(early)
            # The row is held by the test: whoever took no lock has looked and waits here.
            list(Payment.objects.select_for_update().filter(pk=early.pk))
            return (
                refunding.Refund.objects.create(
                    partner_id=customer.partner_id,
                    customer=customer,
                    payment=early,
                    amount=left,
                    currency="CNY",
                    refunded_on=TODAY,
                    reference="R",
                    reason="test",
                    at=NOW,
                    by=owner,
                )
                if left
                else None
            )

    def allocates():
        with transaction.atomic():
            lock(early.customer_id)
            return allocating.allocate(early, now=NOW)

    return held_up(early, sends, allocates)


def test_a_refund_beside_an_allocation_spends_the_payment_once(early, owner):
    refund_and_allocate(early, owner, locked)
    assert spent(early) == early.amount


def test_without_the_customers_lock_it_is_spent_twice(early, owner):
    """The control: the test above would see a lock that is missing."""
    refund_and_allocate(early, owner, unlocked)
    assert spent(early) == early.amount + 80


def test_refunds_through_the_front_door_beside_new_debt_never_exceed_what_is_left(early, owner):
    def sends(number):
        return correcting.send_back(
            early,
            amount=Decimal(60),
            refunded_on=NOW.date(),
            reference=f"R{number}",
            reason="test",
            by=owner,
            now=NOW,
        )

    def allocates():
        with transaction.atomic():
            lock_customer(early.customer_id)
            return allocating.allocate(early, now=NOW)

    at_once(lambda: sends(1), lambda: sends(2), allocates, lambda: sends(1))
    assert spent(early) in (Decimal(80), Decimal(100)) and Refund.objects.count() <= 1
    adds_up(early.customer)


def reverse_and_allocate(early, lock):
    def takes_back():
        with transaction.atomic():
            return reversing.reverse(early.pk, lock(early.customer_id), reversed_on=TODAY, reason="bounced", now=NOW)

    def allocates():
        with transaction.atomic():
            lock(early.customer_id)
            return allocating.allocate(early, now=NOW)

    return held_up(early, takes_back, allocates)


def left_standing(payment: Payment) -> Decimal:
    return Allocation.objects.filter(payment=payment).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def test_a_reversal_beside_an_allocation_leaves_nothing_of_the_payment_standing(early):
    reverse_and_allocate(early, locked)
    assert left_standing(early) == 0
    assert Invoice.objects.get(customer=early.customer).balance == 80
    adds_up(early.customer)


def test_without_the_customers_lock_a_taken_back_payment_still_pays(early):
    """The control: both have looked before either has written."""
    reverse_and_allocate(early, unlocked)
    assert left_standing(early) == 80


def test_two_who_take_the_same_payment_back_do_it_once(hanhai):
    customer = a_customer(hanhai)
    issued(customer, [Decimal("60.00")])
    with transaction.atomic():
        payment = story.pay(customer, "60.00", NOW, settled=False).received.payment

    def takes_back():
        return correcting.take_payment_back(payment, reversed_on=NOW.date(), reason="bounced", now=NOW)

    done = [deed.result() for deed in at_once(takes_back, takes_back, takes_back)]
    assert sorted(one.booked_now for one in done) == [False, False, True]
    assert Invoice.objects.get(customer=customer).balance == 60
    adds_up(customer)


@pytest.fixture
def asked(hanhai, owner) -> WriteOff:
    customer = a_customer(hanhai)
    invoice = issued(customer, [Decimal("60.00"), Decimal("40.00")])
    return correcting.ask_to_write_off(invoice, amount=Decimal(50), reason="old", by=owner, now=NOW)


def agree_by_two(asked, people, lock):
    def agrees(who):
        def deed():
            with transaction.atomic():
                customer = lock(asked.customer_id)
                found = WriteOff.objects.get(pk=asked.pk)
                if found.agreed_at is None:
                    invoice = Invoice.objects.select_for_update().get(pk=asked.invoice_id)
                    WriteOff.objects.filter(pk=asked.pk).update(agreed_by=who, agreed_at=NOW)
                    allocating.give_up(found, invoice, now=NOW)
                return customer

        return deed

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            list(Invoice.objects.select_for_update().filter(pk=asked.invoice_id))
            begun = [pool.submit(closing, agrees(people[who])) for who in ("billing", "admin_agent")]
            until(lambda: waiting_for_a_lock() == 2)
        [deed.result() for deed in begun]
    return Allocation.objects.filter(write_off=asked).aggregate(sum=Sum("amount"))["sum"]


def test_two_who_agree_at_once_give_it_up_once(asked, hanhai):
    assert agree_by_two(asked, story.people_of(hanhai), locked) == 50


def test_without_the_lock_two_agreements_give_it_up_twice(asked, hanhai):
    """The control."""
    assert agree_by_two(asked, story.people_of(hanhai), unlocked) == 100


def test_agreeing_through_the_front_door_beside_a_payment_never_gives_up_what_was_paid(asked, hanhai):
    people, customer = story.people_of(hanhai), asked.customer

    def agrees(who):
        return lambda: correcting.agree_to_write_off(asked, by=people[who], now=NOW)

    def pays():
        return story.pay(customer, "70.00", NOW, settled=False)

    deeds = at_once(agrees("billing"), pays, agrees("admin_agent"))
    faults = [type(deed.exception()) for deed in deeds if deed.exception()]
    assert set(faults) <= {NotPossible}
    asked.refresh_from_db()
    gone = Allocation.objects.filter(write_off=asked).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    assert gone == (50 if asked.agreed_at else 0)
    assert Invoice.objects.get(pk=asked.invoice_id).written_off == gone
    adds_up(customer)


def test_the_lock_of_a_deed_is_asked_for_inside_a_transaction(asked):
    with pytest.raises(RuntimeError):
        lock_customer(asked.customer_id)
    connection.close()
    assert writing_off.questioned(asked.invoice) is False
