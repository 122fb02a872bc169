"""Which letters does a customer get, to which address, and what if none arrives?"""

from __future__ import annotations

from decimal import Decimal

from customers.addressing import set_address
from customers.models import Message
from dunning.models import Case, Decision, Run
from dunning.running import run
from outbox import clock
from payables.importing import import_file
from payables.reading import read
from subscriptions.management.commands.sandbox_load import customers_of
from subscriptions.models import Suspension
from subscriptions.sandbox.loading import load
from tests import story, witness
from tests.stories.conftest import stages
from tests.stories.reaching import reached
from tests.stories.test_money_arrives import billed_again


def write_to(customer, email, by, now, role="billing"):
    """Set an address, and let the letters leave that waited for it."""
    set_address(customer, role=role, email=email, name="", language="", by=by, now=now)
    story.settle_all(now)


def because(customer):
    return Case.objects.get(customer=customer, closed_at=None).because


def test_a_bounced_final_notice_goes_to_the_fallback_contact_and_the_ladder_goes_on(book, mail_dir):
    book.chase(until=story.REMIND)
    write_to(book.mingyue, "bounce@mingyue.cn", book.people["owner"], story.at("2026-06-22"))
    write_to(book.mingyue, "chen@mingyue.cn", book.people["owner"], story.at("2026-06-22"), role="owner")
    story.run_day(book.partner, story.FINAL)
    story.run_day(book.partner, story.FINAL, "15:00")
    reached(book.mingyue, "letter_today")
    story.run_day(book.partner, "2026-06-25")
    tries = Decision.objects.filter(invoice__customer=book.mingyue, stage="final").order_by("attempt")
    assert [(one.role, bool(one.message.delivered_at)) for one in tries] == [("billing", False), ("owner", True)]
    reached(book.mingyue, "fallback_contact")
    assert witness.letters(mail_dir, "chen@mingyue.cn") == ["notice"]
    story.run_day(book.partner, "2026-07-02")
    assert stages(book.mingyue)[-1] == "suspend"


def test_the_ladder_stops_when_every_contact_bounces(book, mail_dir):
    book.chase(until=story.REMIND)
    for role in ("billing", "owner"):
        write_to(book.mingyue, f"bounce-{role}@mingyue.cn", book.people["owner"], story.at("2026-06-22"), role=role)
    for day in (story.FINAL, "2026-06-25", "2026-06-26", "2026-07-02", "2026-07-31"):
        story.run_day(book.partner, day)
    assert stages(book.mingyue) == ["courtesy", "remind", "final", "final"]
    assert because(book.mingyue) == "bounced"
    assert not Suspension.objects.filter(customer=book.mingyue).exists()


def test_without_a_contact_the_ladder_waits_and_goes_on_once_one_is_set(hanhai, people, sandbox_url, mail_dir):
    company = story.company("Wuming Ltd", domain="wuming.cn")
    content = story.reconciliation([company], partner_id=story.plain_id())
    load(sandbox_url, [{**one, "email": None} for one in customers_of(read(content).rows)])
    import_file(hanhai, content, file_name="2026-04.csv", now=story.at(story.IMPORTED))
    story.settle_all(story.at(story.IMPORTED))
    story.issue_all(hanhai)
    customer = story.customer_named(hanhai, "Wuming Ltd")
    assert customer.contacts.count() == 0
    for day in (story.COURTESY, story.REMIND):
        story.run_day(hanhai, day)
    assert (stages(customer), because(customer)) == (["courtesy"], "bounced")
    assert witness.letters(mail_dir) == []

    write_to(customer, "hu@wuming.cn", people["owner"], story.at("2026-06-16"))
    assert witness.letters(mail_dir, "hu@wuming.cn") == ["invoice", "notice"]
    story.run_day(hanhai, "2026-06-17")
    assert stages(customer) == ["courtesy", "remind"]


def test_two_invoices_on_one_day_are_one_letter(book, mail_dir):
    [second] = billed_again(book.qinghe, "60.00", on=story.ISSUED)
    before = len(witness.letters(mail_dir, "qinghe"))
    story.run_day(book.partner, story.COURTESY)
    assert len(witness.letters(mail_dir, "qinghe")) == before + 1
    [letter] = Message.objects.filter(customer=book.qinghe, letter="notice")
    assert letter.decisions.count() == 2
    words = witness.text_of(list(witness.mails(mail_dir))[-1])
    assert all(one.number in words for one in book.qinghe.invoices.all())
    assert book.qinghe.invoices.filter(pk=second).exists()


def test_an_invoice_paid_before_its_letter_leaves_is_taken_out_of_it(book, mail_dir):
    billed_again(book.qinghe, "30.00", on=story.ISSUED)
    first, second = book.qinghe.invoices.order_by("pk")
    now = story.at(story.COURTESY)
    with clock.standing_at(now):
        run(book.partner, now=now)
        story.pay(book.qinghe, first.balance, now, reference=first.number)
    words = [witness.text_of(one) for one in witness.mails(mail_dir) if "qinghe" in one["X-RcptTo"]][-1]
    assert (second.number in words, first.number in words) == (True, False)


def test_data_that_will_be_deleted_is_announced_with_its_day(book, mail_dir):
    book.chase()
    assert story.run_day(book.partner, "2026-07-30").notices == 0
    story.run_day(book.partner, "2026-07-31")
    taken = Decision.objects.get(invoice__customer=book.mingyue, stage="delete30")
    reached(book.mingyue, "deletion_near")
    assert (taken.values["date"], taken.message.delivered_at) == ("2026-08-30", story.at("2026-07-31"))
    assert witness.letters(mail_dir, "mingyue")[-1] == "deletion"
    words = [witness.text_of(one) for one in witness.mails(mail_dir) if "mingyue" in one["X-RcptTo"]][-1]
    assert "30 Aug" in words or "August 30" in words or "2026-08-30" in words, words
    for day, stage in (("2026-08-16", "delete14"), ("2026-08-23", "delete7"), ("2026-08-27", "delete3")):
        story.run_day(book.partner, day)
        assert stages(book.mingyue)[-1] == stage
    story.pay(book.mingyue, Decimal("731.40"), story.at("2026-08-28"))
    story.run_day(book.partner, "2026-08-29")
    assert stages(book.mingyue)[-1] == "delete3"


def test_the_same_run_twice_changes_nothing(book, mail_dir):
    noted = ("Run", "Case", "Customer")
    for day in (story.COURTESY, story.REMIND, story.FINAL, story.SUSPEND):
        story.run_day(book.partner, day)
        before, post = witness.everything(*noted), len(witness.letters(mail_dir))
        again = story.run_day(book.partner, day)
        assert (again.notices, again.proposals, again.unchanged) == (0, 0, again.evaluated)
        assert witness.everything(*noted) == before
        assert len(witness.letters(mail_dir)) == post
        # The second look notes on each case that the day's letters arrived; the third has nothing to note.
        before = witness.everything("Run")
        story.run_day(book.partner, day)
        assert witness.everything("Run") == before
    assert Run.objects.filter(on=story.COURTESY).count() == 3, "each look is a document"
