"""Is money seen that was spent twice, and a debtor who paid and was not left in peace or let back in?
(I8, I23, I24, I25, I29, I30)"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.db import connection

from billing.models import Allocation, Payment
from customers.models import MessageAttempt, TimelineEntry
from dunning.models import Decision
from subscriptions.models import AccessChange, Suspension
from tests import story
from tests.verifying.damaging import broken, damage, judged, unguarded


def test_a_letter_after_the_payment_breaks_i8(lived, only_breaks):
    """Qinghe paid on the 26th; the record now says that its final notice left the day after."""
    message = Decision.objects.get(invoice__customer=lived.qinghe, stage="final").message
    late = story.at("2026-06-27")
    attempt = MessageAttempt.objects.get(message=message)
    damage(
        "UPDATE customers_message SET delivered_at = %s, settled_at = %s WHERE id = %s",
        late,
        late,
        message.pk,
        table="customers_message",
    )
    damage(
        "UPDATE customers_messageattempt SET began_at = %s WHERE id = %s",
        late,
        attempt.pk,
        table="customers_messageattempt",
    )
    handed = TimelineEntry.objects.get(message=message, code="letter_handed")
    damage("UPDATE customers_timelineentry SET at = %s WHERE id = %s", late, handed.pk, table="customers_timelineentry")
    (row,) = only_breaks("I8")
    assert (row["message_attempt"], row["settled_at"]) == (attempt.pk, story.at("2026-06-26"))


def test_more_than_came_in_breaks_i23(lived, only_breaks):
    """A hundred more are put against Lanhai's debt than its payment holds; every balance is made to fit."""
    story.pay(lived.lanhai, "50.00", story.at("2026-07-02"))
    payment = Payment.objects.get(customer=lived.lanhai)
    line = Allocation.objects.get(payment=payment).line
    Allocation.objects.create(
        partner=lived.partner, payment=payment, line=line, amount=Decimal(100), at=story.at("2026-07-02")
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE billing_invoiceline SET open = open - 100 WHERE id = %s", [line.pk])
        cursor.execute("UPDATE billing_invoice SET balance = balance - 100 WHERE id = %s", [line.invoice_id])
    (row,) = only_breaks("I23")
    assert (row["payment"], row["allocated"]) == (payment.pk, "150.00")


def test_another_customers_money_breaks_i23(lived, only_breaks):
    story.pay(lived.lanhai, "50.00", story.at("2026-07-02"))
    allocation = Allocation.objects.get(payment__customer=lived.lanhai)
    foreign = Payment.objects.create(
        partner=lived.partner,
        customer=lived.qinghe,
        amount=50,
        currency="CNY",
        reference="a gift",
        received_on=story.at("2026-07-02").date(),
        booked_at=story.at("2026-07-02"),
        external_id="a gift",
    )
    damage(
        "UPDATE billing_allocation SET payment_id = %s WHERE id = %s",
        foreign.pk,
        allocation.pk,
        table="billing_allocation",
    )
    (row,) = only_breaks("I23")
    assert row["allocation"] == allocation.pk


def test_one_payment_booked_twice_breaks_i24(lived, only_breaks):
    story.pay(lived.lanhai, "10.00", story.at("2026-07-02"), reference="first")
    story.pay(lived.lanhai, "10.00", story.at("2026-07-02"), reference="second")
    first, second = Payment.objects.filter(customer=lived.lanhai).order_by("pk")
    with unguarded("billing_payment") as cursor:
        cursor.execute("ALTER TABLE billing_payment DROP CONSTRAINT billing_payment_once")
        cursor.execute("UPDATE billing_payment SET external_id = %s WHERE id = %s", [first.external_id, second.pk])
    (row,) = only_breaks("I24")
    assert (row["external_id"], row["payments"]) == (first.external_id, 2)


def test_a_balance_that_is_not_the_sum_of_its_entries_breaks_i25(lived, only_breaks):
    invoice = lived.lanhai.invoices.get()
    damage("UPDATE billing_invoice SET balance = 1 WHERE id = %s", invoice.pk, table="billing_invoice")
    (row,) = only_breaks("I25")
    assert (row["invoice"], row["stored"], row["computed"]) == (invoice.number, "1.00", str(invoice.balance))


def test_access_that_was_promised_back_a_day_late_breaks_i29(lived, only_breaks):
    change = AccessChange.objects.get(customer=lived.mingyue, wanted="active")
    damage(
        "UPDATE subscriptions_accesschange SET queued_at = queued_at + %s, settled_at = settled_at + %s WHERE id = %s",
        timedelta(days=1),
        timedelta(days=1),
        change.pk,
        table="subscriptions_accesschange",
    )
    rows = only_breaks("I29")
    assert {row["suspension"] for row in rows} == {Suspension.objects.get(customer=lived.mingyue).pk}


def test_a_debt_that_was_paid_and_stayed_suspended_breaks_i29(lived, only_breaks):
    """Lanhai's payment is booked without the review that belongs to it."""
    invoice = lived.lanhai.invoices.get()
    now = story.at("2026-07-04")
    payment = Payment.objects.create(
        partner=lived.partner,
        customer=lived.lanhai,
        amount=invoice.balance,
        currency="CNY",
        reference="quiet",
        received_on=now.date(),
        booked_at=now,
        external_id="quiet",
    )
    for line in invoice.lines.all():
        Allocation.objects.create(partner=lived.partner, payment=payment, line=line, amount=line.open, at=now)
        damage("UPDATE billing_invoiceline SET open = 0 WHERE id = %s", line.pk, table="billing_invoiceline")
    damage("UPDATE billing_invoice SET balance = 0 WHERE id = %s", invoice.pk, table="billing_invoice")
    rows = only_breaks("I29")
    live = Suspension.objects.filter(customer=lived.lanhai)
    assert {row["suspension"] for row in rows} == {one.pk for one in live}
    assert {row["payment"] for row in rows} == {payment.pk}


def test_access_that_never_came_back_breaks_i30(lived):
    row = Suspension.objects.get(customer=lived.mingyue)
    damage(
        "UPDATE subscriptions_suspension SET restored_at = NULL WHERE id = %s",
        row.pk,
        table="subscriptions_suspension",
    )
    found = broken(judged())
    assert list(found) == ["I11", "I30"], "done although a subscription of it is not on"
    (one,) = found["I30"]
    assert one["suspension"] == row.pk
