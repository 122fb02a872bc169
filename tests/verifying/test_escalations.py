"""Is it seen when what the provider answered reached somebody else, or nobody? (I32)"""

from __future__ import annotations

from decimal import Decimal

import pytest

from customers.models import Message
from disputes.escalating import answered, file, prepare
from disputes.questioning import question
from tests import story
from tests.verifying.damaging import broken, damage, judged

ASKED, FILED, ANSWERED = story.at("2026-07-06"), story.at("2026-07-07"), story.at("2026-07-09")


@pytest.fixture
def told(lived) -> Message:
    """The letter that says what 21Vianet answered on Lanhai's case."""
    by, invoice = lived.people["owner"], lived.lanhai.invoices.get()
    wang = story.customer_person(lived.lanhai, "wang@lanhai.example")
    amounts = {invoice.lines.first().pk: Decimal(100)}
    case = question(invoice, amounts, reason="quantity", text="Eight seats, not ten.", by=wang, now=ASKED)
    one = prepare(
        case,
        tried="Compared with the order log.",
        why=["tools"],
        why_text="No tool changes their bill.",
        asked_for="Credit two seats.",
        no_evidence=True,
        by=by,
        now=ASKED,
    )
    file(one.pk, reference="21V-1", by=by, now=FILED)
    answered(one.pk, result="refused", text="Billed as ordered.", by=by, now=ANSWERED)
    story.settle_all(ANSWERED)
    return Message.objects.get(letter="case_turn", values__turn="answered")


def test_an_answered_escalation_keeps_every_promise(told):
    verdict = judged()
    assert broken(verdict) == {}
    assert verdict.promises["I32"].checked == 3 + 1, "three letters, and one customer who was to be told"


def test_a_letter_about_somebody_elses_case_breaks_i32(told, only_breaks):
    damage(
        "UPDATE customers_message SET values = jsonb_set(values, '{case}', '\"D-2026-9999\"') WHERE id = %s",
        told.pk,
        table="customers_message",
    )
    assert {row["dispute"] for row in only_breaks("I32")} >= {"D-2026-9999"}


def test_a_customer_who_was_not_told_the_answer_breaks_i32(told, only_breaks):
    damage(
        "UPDATE customers_message SET values = jsonb_set(values, '{turn}', '\"reminded\"') WHERE id = %s",
        told.pk,
        table="customers_message",
    )
    (row,) = only_breaks("I32")
    assert (row["reference"], row["result"]) == ("21V-1", "refused")
