"""Are decisions without deeds, promises that stand still and letters that speak otherwise seen?
(I5, I13, I14, I15, I21, I26, I31, I33, I35)"""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

from django.db import connection

from billing.models import DisputedAmount, Hold, PromiseToPay
from customers.models import Contact, Letter, Message
from customers.writing import promise_letter
from disputes import resolving
from disputes.models import Dispute
from disputes.questioning import question
from dunning.models import Decision
from outbox import clock
from subscriptions.models import AccessChange
from tests import story
from tests.verifying.damaging import broken, damage, judged


def final(customer) -> Decision:
    return Decision.objects.get(invoice__customer=customer, stage="final")


def answered(book, *, outcome: str, refused: Decimal = Decimal(0)) -> Dispute:
    """Lanhai questions 100 of its first line, and is answered."""
    person = story.customer_person(book.lanhai, "wang@lanhai.example")
    invoice, now = book.lanhai.invoices.get(), story.at("2026-07-06")
    line = invoice.lines.first()
    dispute = question(
        invoice, {line.pk: Decimal(100)}, reason="quantity", text="Eight seats, not ten.", by=person, now=now
    )
    row = DisputedAmount.objects.get(case_number=dispute.number)
    resolving.answer(
        dispute.pk,
        outcome=outcome,
        text="We looked at it.",
        by=book.people["owner"],
        now=story.at("2026-07-07"),
        refused={row.pk: refused},
    )
    story.settle_all(story.at("2026-07-07"))
    return resolving.confirm(dispute.pk, by=person, now=story.at("2026-07-08"))


def test_disputed_money_in_a_notice_breaks_i5(lived, only_breaks):
    line = lived.qinghe.invoices.get().lines.first()
    DisputedAmount.objects.create(
        partner=lived.partner,
        customer=lived.qinghe,
        line=line,
        case_number="D-1",
        questioned=Decimal(10),
        amount=Decimal(10),
        opened_at=story.at("2026-06-20"),
    )
    (row,) = only_breaks("I5")
    assert row["decision"] == final(lived.qinghe).pk
    assert Decimal(row["printed"]) - Decimal(row["undisputed"]) == 10


def test_a_letter_that_says_another_amount_breaks_i5(lived, only_breaks):
    message = final(lived.qinghe).message
    damage(
        "UPDATE customers_message SET values = jsonb_set(values, '{invoices,0,amount}', '\"9999.00\"') WHERE id = %s",
        message.pk,
        table="customers_message",
    )
    (row,) = only_breaks("I5")
    assert (row["message"], row["said"]) == (message.pk, "9999.00")


def test_a_decision_without_its_letter_breaks_i13(lived, only_breaks):
    decision = final(lived.qinghe)
    damage("UPDATE dunning_decision SET message_id = NULL WHERE id = %s", decision.pk, table="dunning_decision")
    rows = only_breaks("I13")
    assert {row.get("decision") or row["message"] for row in rows} == {decision.pk, decision.message_id}


def test_a_notice_that_nobody_decided_breaks_i13(lived, only_breaks):
    now = story.at("2026-07-05")
    stray = promise_letter(lived.lanhai, Letter.DELETION, key="stray", now=now, about="", values={"invoice_id": 0})
    (row,) = only_breaks("I13")
    assert row["message"] == stray.pk


def test_a_change_of_access_that_nobody_decided_breaks_i13(lived, only_breaks):
    now = story.at("2026-07-05")
    stray = AccessChange.objects.create(
        partner=lived.partner,
        customer=lived.qinghe,
        wanted="active",
        scope=[lived.qinghe.subscriptions.get().pk],
        key="stray",
        queued_at=now,
        due_at=now,
    )
    (row,) = only_breaks("I13")
    assert row["access_change"] == stray.pk


def test_a_promise_whose_worker_is_gone_breaks_i14(lived, only_breaks):
    now = story.at("2026-07-05")
    waiting = promise_letter(lived.lanhai, Letter.INVOICE, key="waiting", now=now, about="", values={})
    assert broken(judged()) == {}
    damage(
        "UPDATE customers_message SET lease_token = %s, lease_until = %s WHERE id = %s",
        uuid.uuid4(),
        clock.machine() - timedelta(hours=1),
        waiting.pk,
        table="customers_message",
    )
    (row,) = only_breaks("I14")
    assert row["key"] == "waiting"


def test_a_delivery_the_sink_knows_nothing_of_breaks_i15(lived, only_breaks, mail_dir):
    message = final(lived.lanhai).message
    (file,) = mail_dir.glob(f"*{message.message_id.strip('<>')}.eml")
    file.unlink()
    (row,) = only_breaks("I15")
    assert row["message"] == message.pk


def test_a_promise_worked_on_after_its_end_breaks_i21(lived, only_breaks):
    message = Message.objects.filter(customer=lived.qinghe, letter="invoice").get()
    message.tries.create(
        partner=lived.partner,
        began_at=story.at("2026-07-05"),
        began_machine_at=clock.machine(),
        request_id=uuid.uuid4(),
        correlation_id=uuid.uuid4(),
    )
    (row,) = only_breaks("I21")
    assert row["key"] == message.key


def test_a_guard_that_is_switched_off_breaks_i26(lived, only_breaks):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE billing_payment DISABLE TRIGGER USER")
    rows = only_breaks("I26")
    assert {row["table"] for row in rows} == {"billing_payment"}


def test_a_dispute_closed_before_the_answer_arrived_breaks_i31(lived, only_breaks):
    dispute = answered(lived, outcome="rejected")
    assert broken(judged()) == {}
    damage(
        "UPDATE disputes_dispute SET told_by_id = %s WHERE id = %s",
        Message.objects.get(customer=lived.lanhai, letter="invoice").pk,
        dispute.pk,
        table="disputes_dispute",
    )
    (row,) = only_breaks("I31")
    assert row["dispute"] == dispute.number


def test_money_that_went_missing_in_an_answer_breaks_i33(lived, only_breaks):
    dispute = answered(lived, outcome="partly", refused=Decimal(40))
    verdict = judged()
    assert broken(verdict) == {}
    assert verdict.promises["I33"].checked == verdict.promises["I31"].checked == 1
    damage(
        "UPDATE billing_disputedamount SET amount = 30 WHERE case_number = %s",
        dispute.number,
        table="billing_disputedamount",
    )
    (row,) = only_breaks("I33")
    assert (row["questioned"], row["credited"], row["refused"]) == ("100.00", "60.00", "30.00")


def test_a_row_that_points_to_another_partner_breaks_i35(lived, bohai, only_breaks):
    message = Message.objects.filter(customer=lived.qinghe, letter="invoice").get()
    foreign = Contact.objects.filter(partner=bohai).first()
    damage(
        "UPDATE customers_message SET contact_id = %s WHERE id = %s", foreign.pk, message.pk, table="customers_message"
    )
    rows = only_breaks("I35")
    assert {(row["pointer"], row["id"]) for row in rows} == {("customers.Message.contact", message.pk)}
    assert any((row["own"], row["theirs"]) == (lived.partner.pk, bohai.pk) for row in rows)


def test_a_row_that_points_to_a_sibling_customer_breaks_i35(lived, only_breaks):
    message = Message.objects.filter(customer=lived.qinghe, letter="invoice").get()
    sibling = Contact.objects.get(customer=lived.mingyue)
    damage(
        "UPDATE customers_message SET contact_id = %s WHERE id = %s", sibling.pk, message.pk, table="customers_message"
    )
    (row,) = only_breaks("I35")
    assert (row["own"], row["theirs"]) == (lived.qinghe.pk, lived.mingyue.pk)


def test_a_notice_against_a_hold_or_a_promise_breaks_i5(lived, only_breaks):
    before, last = story.at(story.REMIND, "18:00"), story.FINAL
    known = {"partner": lived.partner, "customer": lived.mingyue}
    Hold.objects.create(
        kind="hold", from_on=story.REMIND, until_on=last, reason="They are merging.", recorded_at=before, **known
    )
    (row,) = only_breaks("I5")
    assert (row["stage"], row["held"]) == ("final", "They are merging.")
    PromiseToPay.objects.create(
        partner=lived.partner,
        customer=lived.lanhai,
        invoice=lived.lanhai.invoices.first(),
        amount=1,
        currency="CNY",
        by_on=last,
        made_at=before,
        made_by=lived.people["owner"],
    )
    assert {row["promised"] for row in only_breaks("I5")} == {None, last}
