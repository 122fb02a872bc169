"""Are cases closed or reopened untold, money that no answer explains, and cases that nobody looks after seen?
(I31, I33, I34)"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from billing.models import DisputedAmount
from customers.models import Membership, Message
from disputes.models import Dispute
from disputes.questioning import question
from disputes.reopening import reopen
from disputes.resolving import answer, close_silent, confirm
from tests import story
from tests.verifying.damaging import broken, damage, judged

ASKED, ANSWERED, AGAIN = story.at("2026-07-06"), story.at("2026-07-07"), story.at("2026-07-08")


@pytest.fixture
def wang(lived):
    """The person at Lanhai who asks."""
    return story.customer_person(lived.lanhai, "wang@lanhai.example")


@pytest.fixture
def asked(lived, wang) -> Dispute:
    """Lanhai questions 100 of its first line."""
    invoice = lived.lanhai.invoices.get()
    amounts = {invoice.lines.first().pk: Decimal(100)}
    return question(invoice, amounts, reason="quantity", text="Eight seats, not ten.", by=wang, now=ASKED)


@pytest.fixture
def reopened(lived, asked, wang) -> Dispute:
    """Rejected, told, and not accepted."""
    answer(asked.pk, outcome="rejected", text="As agreed.", by=lived.people["owner"], now=ANSWERED)
    story.settle_all(ANSWERED)
    return reopen(asked.pk, why="Not as agreed.", by=wang, now=AGAIN)


def test_a_reopened_case_answered_twice_keeps_every_promise(lived, reopened, wang):
    assert broken(judged()) == {}
    later = AGAIN + timedelta(hours=1)
    row = DisputedAmount.objects.latest("pk")
    refused = {row.pk: Decimal(40)}
    answer(reopened.pk, outcome="partly", text="Half.", by=lived.people["owner"], now=later, refused=refused)
    story.settle_all(later)
    confirm(reopened.pk, by=wang, now=later + timedelta(hours=1))
    verdict = judged()
    assert broken(verdict) == {}
    assert verdict.promises["I31"].checked == verdict.promises["I33"].checked == 2


def test_a_case_reopened_on_an_answer_that_never_arrived_breaks_i31(lived, reopened, only_breaks):
    invoice = Message.objects.get(customer=lived.lanhai, letter="invoice").pk
    damage(
        "UPDATE disputes_earlieranswer SET told_by_id = %s WHERE dispute_id = %s",
        invoice,
        reopened.pk,
        table="disputes_earlieranswer",
    )
    (row,) = only_breaks("I31")
    assert row["dispute"] == reopened.number


def test_a_case_closed_in_silence_on_a_bounced_answer_breaks_i31(lived, asked, wang, only_breaks):
    answer(asked.pk, outcome="rejected", text="As agreed.", by=lived.people["owner"], now=ANSWERED)
    story.settle_all(ANSWERED)
    closed = confirm(asked.pk, by=wang, now=AGAIN)
    Message.objects.filter(pk=closed.told_by_id).update(bounced_at=ANSWERED)
    assert broken(judged()) == {}, "whoever said yes has read it"
    damage("UPDATE disputes_dispute SET confirmed_at = NULL WHERE id = %s", asked.pk, table="disputes_dispute")
    (row,) = only_breaks("I31")
    assert row["dispute"] == asked.number


def test_an_answer_that_came_back_after_silence_and_is_followed_by_nobody_breaks_i31(lived, asked, only_breaks):
    answer(asked.pk, outcome="rejected", text="As agreed.", by=lived.people["owner"], now=ANSWERED)
    story.settle_all(ANSWERED)
    asked.refresh_from_db()
    assert asked.window_ends_at and close_silent(now=asked.window_ends_at) == 1
    Message.objects.filter(pk=asked.told_by_id).update(bounced_at=asked.window_ends_at + timedelta(days=1))
    (row,) = only_breaks("I31")
    assert row["dispute"] == asked.number


def test_an_earlier_answer_that_refused_less_than_it_says_breaks_i33(reopened, only_breaks):
    damage(
        "UPDATE billing_disputedamount SET amount = 90 WHERE case_number = %s AND decided_at IS NOT NULL",
        reopened.number,
        table="billing_disputedamount",
    )
    rows = only_breaks("I33")
    assert {row["dispute"] for row in rows} == {reopened.number}
    assert len(rows) == 2, "the sum of the answer, and the amount that was frozen anew"


def test_money_that_stays_frozen_after_its_case_was_decided_breaks_i33(lived, asked, only_breaks):
    answer(asked.pk, outcome="rejected", text="As agreed.", by=lived.people["owner"], now=ANSWERED)
    DisputedAmount.objects.create(
        partner=lived.partner,
        customer=lived.lanhai,
        line=lived.lanhai.invoices.get().lines.first(),
        case_number=asked.number,
        questioned=Decimal(1),
        amount=Decimal(1),
        opened_at=ASKED,
    )
    (row,) = only_breaks("I33")
    assert (row["dispute"], row["questioned"]) == (asked.number, "1.00")


def test_a_case_whose_owner_has_left_breaks_i34(asked, only_breaks):
    assert broken(judged()) == {}
    Membership.objects.filter(user=asked.owner, customer=None).delete()
    (row,) = only_breaks("I34")
    assert row["dispute"] == asked.number


def test_a_case_late_in_silence_breaks_i34(lived, asked, only_breaks):
    late = asked.answer_by + timedelta(days=1, minutes=1)
    lived.lanhai.timeline.create(partner=lived.partner, kind="note", code="contact_set", at=late, shared=False)
    (row,) = only_breaks("I34")
    assert (row["dispute"], row["late_told_at"]) == (asked.number, None)
    Dispute.objects.filter(pk=asked.pk).update(late_told_at=asked.answer_by)
    assert broken(judged()) == {}
