"""Where does money go, whatever the amounts? To the oldest debt first, as told before that, and never too much."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.allocating import allocate, unapplied, use_credits
from billing.models import Allocation, CreditNote, Invoice, InvoiceLine, Payment
from billing.receiving import receive
from payables import rebilling
from subscriptions.models import Subscription
from tests.money.conftest import NOW, a_customer, draft, issued

TODAY = date(2026, 6, 1)
cents = st.integers(1, 500_000).map(lambda n: Decimal(n).scaleb(-2))
bill = st.lists(cents, min_size=1, max_size=4)
bills = st.lists(st.tuples(bill, st.integers(-60, 60)), min_size=1, max_size=4)
many = settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def pay(customer, amount, **more):
    """Book a payment and put it against what is owed."""
    with transaction.atomic():
        return receive(
            customer,
            amount=amount,
            currency="CNY",
            reference=more.pop("reference", f"transfer {Payment.objects.count()}"),
            received_on=TODAY,
            now=NOW,
            **more,
        )


def adds_up(customer) -> None:
    """Each line, invoice and payment agrees with its allocations, to the cent."""
    for invoice in Invoice.objects.filter(customer=customer, status="issued"):
        lines = list(invoice.lines.all())
        assert invoice.balance == sum(line.open for line in lines)
        for line in lines:
            put = sum((row.amount for row in line.allocations.all()), Decimal(0))
            gave = sum((row.amount for row in line.offsets.all()), Decimal(0))
            assert line.open == line.total - put + gave
            assert Decimal(0) <= line.open <= max(line.total, Decimal(0))
    for payment in Payment.objects.filter(customer=customer):
        assert Decimal(0) <= unapplied(payment) <= payment.amount


@many
@given(owed=bills, amounts=st.lists(cents, min_size=1, max_size=3))
def test_no_cent_is_lost_and_none_is_put_twice(hanhai, owed, amounts):
    with transaction.atomic():
        customer = a_customer(hanhai, f"customer {Invoice.objects.count()}")
        for totals, days in owed:
            issued(customer, totals, due=TODAY + timedelta(days=days))
        for amount in amounts:
            pay(customer, amount)
        adds_up(customer)
        debt = sum((sum(totals) for totals, _ in owed), Decimal(0))
        left = sum((one.balance for one in customer.invoices.all()), Decimal(0))
        spare = sum((unapplied(one) for one in customer.payments.all()), Decimal(0))
        assert (left, spare) == (max(debt - sum(amounts), 0), max(sum(amounts) - debt, 0))
        transaction.set_rollback(True)


@many
@given(owed=bills, amount=cents, told=st.booleans())
def test_the_oldest_due_comes_first_then_line_order_unless_the_payer_says(hanhai, owed, amount, told):
    with transaction.atomic():
        customer = a_customer(hanhai)
        invoices = [issued(customer, totals, due=TODAY + timedelta(days=days)) for totals, days in owed]
        named = [max(invoices, key=lambda one: (one.due_on, one.pk))] if told else []
        pay(customer, amount, told=named)
        wanted = sorted(invoices, key=lambda one: (one not in named, one.due_on, one.pk))
        lines = [line for invoice in wanted for line in invoice.lines.order_by("position")]
        opened = [line.open > 0 for line in lines]
        assert opened == sorted(opened), "what is paid stands before what is open"
        assert sum(Decimal(0) < line.open < line.total for line in lines) <= 1, "at most one is paid in part"
        transaction.set_rollback(True)


signed = st.integers(-200_000, 200_000).filter(bool).map(lambda n: Decimal(n).scaleb(-2))


@many
@given(totals=st.lists(signed, min_size=1, max_size=6))
def test_lines_below_zero_count_against_the_others_and_leave_the_balance(hanhai, totals):
    with transaction.atomic():
        customer = a_customer(hanhai)
        whole = sum(totals, Decimal(0))
        document = rebilling.issue(draft(customer, totals).pk, on=TODAY, now=NOW)
        if whole > 0:
            assert document.balance == whole
            assert all(line.open >= 0 for line in document.lines.all())
            adds_up(customer)
        else:
            assert isinstance(document, CreditNote)
            assert (document.total, sum(line.total for line in document.lines.all())) == (-whole, -whole)
            assert not customer.invoices.exists()
        transaction.set_rollback(True)


@many
@given(owed=bills, given_back=cents, amount=cents)
def test_credit_notes_and_payments_wait_for_debts_that_are_new(hanhai, owed, given_back, amount):
    with transaction.atomic():
        customer = a_customer(hanhai)
        note = rebilling.issue(draft(customer, [-given_back]).pk, on=TODAY, now=NOW)
        pay(customer, amount)
        assert unapplied(note) == given_back, "nothing was owed yet"
        for totals, days in owed:
            issued(customer, totals, due=TODAY + timedelta(days=days))
        adds_up(customer)
        debt = sum((sum(totals) for totals, _ in owed), Decimal(0))
        spare = unapplied(note) + sum((unapplied(one) for one in customer.payments.all()), Decimal(0))
        assert spare == max(amount + given_back - debt, 0)
        before = Allocation.objects.count()
        use_credits(customer, "CNY", now=NOW)
        assert Allocation.objects.count() == before, "asked again, nothing is left to do"
        transaction.set_rollback(True)


def test_a_line_below_zero_goes_to_its_own_subscription_first(hanhai):
    customer = a_customer(hanhai)
    first, second = (
        Subscription.objects.create(
            partner=hanhai, customer=customer, provider_id=f"{n}", offer_id="o", offer_name="o", name="o", quantity=1
        ).pk
        for n in range(2)
    )
    totals = [Decimal("100"), Decimal("80"), Decimal("-30")]
    invoice = issued(customer, totals, subscriptions=[first, second, second])
    assert [line.open for line in invoice.lines.all()] == [Decimal(100), Decimal(50), Decimal(0)]


def test_a_reference_pays_exactly_its_invoice(lanhai, owes):
    older, newer = owes("100.00", due=date(2026, 6, 10)), owes("100.00", due=date(2026, 6, 20))
    pay(lanhai, Decimal("60.00"), reference=f"Transfer: {newer.reference}, thank you")
    pay(lanhai, Decimal("60.00"), reference=f"pay {newer.number.lower()}")
    older.refresh_from_db()
    newer.refresh_from_db()
    assert (older.balance, newer.balance) == (Decimal("80.00"), Decimal("0.00")), "the rest goes to the oldest"


def test_an_allocation_never_goes_to_somebody_elses_invoice(hanhai, lanhai, owes):
    theirs = issued(a_customer(hanhai, "Qinghe Foods"), [Decimal("50.00")])
    received = pay(lanhai, Decimal("80.00"), reference=theirs.number)
    assert (received.placed, received.unapplied) == ([], Decimal("80.00"))
    with pytest.raises(Exception, match="is not an open invoice of this customer"):
        pay(lanhai, Decimal("80.00"), told=[theirs])
    theirs.refresh_from_db()
    assert theirs.balance == Decimal("50.00")


def test_an_allocation_can_be_neither_changed_nor_taken_away(lanhai, owes):
    owes("100.00")
    pay(lanhai, Decimal("60.00"))
    row = Allocation.objects.get()
    for deed in (lambda: Allocation.objects.update(amount=1), row.delete):
        with pytest.raises(Exception, match="append_only"), transaction.atomic():
            deed()
    assert InvoiceLine.objects.get().open == Decimal("40.00")


def test_allocating_again_what_is_all_allocated_does_nothing(lanhai, owes):
    owes("100.00")
    received = pay(lanhai, Decimal("60.00"))
    with transaction.atomic():
        assert allocate(received.payment, now=NOW) == []
    assert Allocation.objects.count() == 1
