"""Does verify see a payment the bank never made, and access taken while nobody had read the bank?"""

from __future__ import annotations

import io

from billing.models import BankEntry, BankReading, Payment
from dunning.banking import declare_complete, import_statement
from dunning.models import Decision
from tests import story
from tests.bank.conftest import NOW, first_invoice
from tests.bank.statements import camt, credit
from tests.verifying.damaging import broken, damage, judged


def arrived(partner, *entries, now=NOW):
    return import_statement(partner, io.BytesIO(camt(*entries)), file_name="bank.xml", now=now)


def test_what_a_statement_writes_keeps_every_promise(hanhai, lanhai):
    number = first_invoice(lanhai).number
    arrived(hanhai, credit("10.00", number, id="A"), credit("636.00", id="B"), credit("7.77", id="C"))
    verdict = judged()
    assert broken(verdict) == {}
    assert verdict.promises["I24"].checked > 0


def test_an_entry_with_another_amount_breaks_i24(hanhai, lanhai):
    arrived(hanhai, credit("10.00", first_invoice(lanhai).number, id="A"))
    entry = BankEntry.objects.get()
    damage("UPDATE billing_bankentry SET amount = 11 WHERE id = %s", entry.pk, table="billing_bankentry")
    found = broken(judged())
    assert list(found) == ["I24"] and found["I24"][0]["payment"] == Payment.objects.get().pk


def test_a_bank_payment_without_an_entry_breaks_i24(hanhai, lanhai):
    arrived(hanhai, credit("10.00", first_invoice(lanhai).number, id="A"))
    damage("UPDATE billing_bankentry SET payment_id = NULL", table="billing_bankentry")
    assert list(broken(judged())) == ["I24"]


def test_a_suspension_decided_on_an_unread_bank_breaks_i6(hanhai, people, mail_dir):
    story.import_book(hanhai, [story.company("Lanhai Trading")])
    story.issue_all(hanhai)
    for day in (story.COURTESY, story.REMIND, story.FINAL):
        story.run_day(hanhai, day)
    declare_complete(hanhai, story.SUSPEND, now=story.at(story.SUSPEND, "09:00"), by=people["owner"])
    story.run_day(hanhai, story.SUSPEND)
    decision = Decision.objects.get(action="suspend")
    assert broken(judged()) == {}
    old = story.at("2026-06-29")
    damage("UPDATE billing_bankreading SET at = %s, recorded_at = %s", old, old, table="billing_bankreading")
    found = broken(judged())
    assert BankReading.objects.count() == 1
    assert found["I6"][0]["decision"] == decision.pk
