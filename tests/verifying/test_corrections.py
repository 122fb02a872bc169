"""Is a correction seen that was not made as two people agreed, or of which not everything was written down? (I8, I21,
I23, I25)"""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.models import Allocation, WriteOff
from dunning import correcting
from tests import story
from tests.verifying.damaging import broken, damage, judged

LATER = story.at("2026-07-04")


@pytest.fixture
def given_up(lived) -> WriteOff:
    """A hundred of Lanhai's debt, asked by one and agreed to by another."""
    people, invoice = lived.people, lived.lanhai.invoices.get()
    asked = correcting.ask_to_write_off(invoice, amount=Decimal(100), reason="old", by=people["billing"], now=LATER)
    correcting.agree_to_write_off(asked, by=people["owner"], now=LATER)
    return asked


def test_more_given_up_than_was_agreed_to_breaks_i23(given_up, only_breaks):
    damage("UPDATE billing_writeoff SET amount = 60 WHERE id = %s", given_up.pk, table="billing_writeoff")
    (row,) = only_breaks("I23")
    assert (row["write_off"], row["allocated"]) == (given_up.pk, "100.00")


def test_a_sum_given_up_that_does_not_fit_breaks_i25(given_up, only_breaks):
    damage("UPDATE billing_invoice SET written_off = 7 WHERE id = %s", given_up.invoice_id, table="billing_invoice")
    (row,) = only_breaks("I25")
    assert (row["stored"], row["computed"]) == ("7.00", "100.00")


def test_a_refund_beyond_what_is_left_breaks_i23(lived, only_breaks):
    payment = story.pay(lived.qinghe, "50.00", LATER).received.payment
    sent = correcting.send_back(
        payment,
        amount=Decimal(20),
        refunded_on=LATER.date(),
        reference="R",
        reason="spare",
        by=lived.people["owner"],
        now=LATER,
    )
    damage("UPDATE billing_refund SET amount = 51 WHERE id = %s", sent.refund.pk, table="billing_refund")
    (row,) = only_breaks("I23")
    assert (row["payment"], row["refunded"]) == (payment.pk, "51.00")


def test_an_allocation_taken_back_by_half_breaks_i23(lived, only_breaks):
    payment = story.pay(lived.lanhai, "50.00", LATER).received.payment
    correcting.take_payment_back(payment, reversed_on=LATER.date(), reason="bounced", now=LATER)
    undone = Allocation.objects.get(payment=payment, amount__lt=0)
    damage("UPDATE billing_allocation SET amount = -25 WHERE id = %s", undone.pk, table="billing_allocation")
    line = undone.line
    damage("UPDATE billing_invoiceline SET open = open - 25 WHERE id = %s", line.pk, table="billing_invoiceline")
    damage("UPDATE billing_invoice SET balance = balance - 25 WHERE id = %s", line.invoice_id, table="billing_invoice")
    rows = only_breaks("I23")
    assert {row.get("allocation") for row in rows} >= {undone.pk}


def test_a_void_invoice_of_which_something_is_owed_breaks_i21(lived):
    invoice = lived.lanhai.invoices.get()
    correcting.void_invoice(invoice, reason="wrong", bill_again=False, by=lived.people["owner"], now=LATER)
    line = invoice.lines.earliest("pk")
    damage("UPDATE billing_invoiceline SET open = 5 WHERE id = %s", line.pk, table="billing_invoiceline")
    assert set(broken(judged())) == {"I21", "I25"}
