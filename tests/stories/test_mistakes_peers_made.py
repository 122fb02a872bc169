"""Which mistakes that billing portals are known for can't happen here? Each is one test, named after the mistake."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Q

from billing.aging import Buckets, totals
from customers.addressing import set_address
from customers.models import Customer, Message
from disputes.questioning import question
from disputes.resolving import answer
from dunning.approving import approve
from dunning.banking import import_statement
from dunning.correcting import credit_invoice
from dunning.drafting import begin
from dunning.explaining import explain_invoice
from dunning.holding import hold
from dunning.models import Case, Decision, PolicyVersion, Proposal
from dunning.publishing import policy_of, publish
from dunning.running import run
from payables import rebilling
from subscriptions.models import AccessChange, Suspension
from tests import story, witness
from tests.bank.statements import camt, credit
from tests.stories.conftest import proposal_for, stages
from tests.stories.reaching import reached
from tests.stories.test_money_arrives import covered

E3, VISIO = Decimal("731.40"), Decimal("482.72")
NOON = story.at(story.SUSPEND)
JUNE_22 = story.at("2026-06-22")


@pytest.fixture
def wang(small):
    """The person at Lanhai who pays the bills."""
    return story.customer_person(small.lanhai, "wang@lanhai.cn")


def live(small, *days_of_work: date) -> None:
    for day in days_of_work:
        story.run_day(small.partner, day)


def warned(small) -> None:
    """Everybody has had every notice; the suspension is announced for 1 July."""
    live(small, story.COURTESY, story.REMIND, story.FINAL)


def because(customer: Customer) -> str:
    return Case.objects.get(customer=customer).because


def ahead(customer: Customer, now) -> list[tuple[str, date]]:
    decision = explain_invoice(customer.invoices.get(), now=now).decision
    return [(entry.stage, entry.on) for entry in decision.schedule]


def test_age_is_counted_from_the_due_date_not_the_invoice_date(small):
    invoice = small.lanhai.invoices.get()
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 5, 21), date(2026, 6, 10))
    live(small, *story.days(date(2026, 6, 6), date(2026, 6, 23)))
    assert stages(small.lanhai) == ["courtesy", "remind"], "33 days after the invoice, 13 after the due date"
    live(small, story.FINAL)
    assert stages(small.lanhai) == ["courtesy", "remind", "final"]
    [total] = totals(Q(partner=small.partner), today=date(2026, 7, 10), buckets=Buckets())
    assert total.amounts == [0, total.total, 0, 0, 0], "30 days overdue on the 10th, 50 days old"


def test_one_unpaid_subscription_does_not_block_the_account(small):
    warned(small)
    story.pay(small.lanhai, E3, story.at("2026-06-26"))
    live(small, story.SUSPEND)
    assert covered(proposal_for(small.lanhai)) == ["Visio Plan 2"]


def test_a_part_payment_skips_no_stage_and_jumps_to_none(small):
    for day, paid in ((story.COURTESY, "100"), (story.REMIND, "200"), (story.FINAL, "300")):
        live(small, day)
        planned = ahead(small.lanhai, story.at(day, "14:00"))
        story.pay(small.lanhai, paid, story.at(day, "15:00"), reference=paid)
        assert ahead(small.lanhai, story.at(day, "15:01")) == planned
    live(small, story.SUSPEND)
    assert stages(small.lanhai) == ["courtesy", "remind", "final", "suspend"]


def test_a_part_payment_counts_against_the_least_amount_a_step_needs(small):
    live(small, story.COURTESY, story.REMIND)
    story.pay(small.lanhai, E3 + VISIO - 60, JUNE_22)
    live(small, story.FINAL, story.SUSPEND)
    assert (stages(small.lanhai), because(small.lanhai)) == (["courtesy", "remind"], "below_minimum")
    assert stages(small.mingyue)[-1] == "suspend"


def test_a_service_date_without_an_invoice_suspends_nobody(hanhai, people, mail_dir):
    story.import_book(hanhai, [story.company("Lanhai Trading")])
    rebilling.draft(hanhai, story.PERIOD, now=story.at(story.ISSUED))
    for day in ("2026-06-24", "2026-07-01", "2026-09-15"):
        story.run_day(hanhai, day)
    assert not Decision.objects.exists() and not Proposal.objects.exists() and not AccessChange.objects.exists()
    assert witness.letters(mail_dir) == []


def test_nobody_is_suspended_while_a_payment_is_in_flight(small):
    warned(small)
    content = camt(credit(f"{story.owed(small.lanhai)}", id="X", on="2026-06-30"))
    read_at = story.at(story.SUSPEND, "09:30")
    import_statement(small.partner, io.BytesIO(content), file_name="june.xml", now=read_at)
    live(small, story.SUSPEND)
    reached(small.lanhai, "money_unmatched")
    assert not Proposal.objects.filter(customer=small.lanhai).exists()
    assert Proposal.objects.filter(customer=small.mingyue).exists()


def test_an_approved_suspension_is_overtaken_by_a_payment_that_lands_before_it(small):
    warned(small)
    live(small, story.SUSPEND)
    approved = approve(proposal_for(small.lanhai).pk, by=small.people["owner"], now=NOON)
    story.pay(small.lanhai, story.owed(small.lanhai), story.at(story.SUSPEND, "12:01"))
    assert AccessChange.objects.get(proposal=approved).outcome == "moot"
    assert not Suspension.objects.exists()


def test_staff_are_not_asked_before_the_customers_own_letter_arrived(small, mail_dir):
    warned(small)
    live(small, story.SUSPEND)
    for customer in (small.lanhai, small.mingyue):
        assert witness.letters(mail_dir, f"billing@{customer.domain}") == ["invoice", "notice", "notice", "notice"]
        final = Decision.objects.get(invoice__customer=customer, stage="final")
        assert final.message.delivered_at < proposal_for(customer).proposed_at


def test_queued_is_not_sent(small, mail_dir):
    live(small, story.COURTESY, story.REMIND)
    run(small.partner, now=story.at(story.FINAL))
    final = Decision.objects.get(invoice__customer=small.lanhai, stage="final")
    assert (final.message.outcome, final.message.delivered_at) == ("waiting", None)
    for day in (story.SUSPEND, date(2026, 7, 8)):
        run(small.partner, now=story.at(day))
        reached(small.lanhai, "awaiting_delivery")
    assert not Proposal.objects.exists()
    story.settle_all(story.at("2026-07-08", "13:00"))
    live(small, date(2026, 7, 14))
    assert because(small.lanhai) == "not_yet", "its days are counted from its arrival"
    live(small, date(2026, 7, 15))
    assert stages(small.lanhai)[-1] == "suspend"


def test_the_same_reminder_goes_out_once_however_often_the_day_is_run(small, mail_dir):
    for hour in range(1, 23):
        story.run_day(small.partner, story.REMIND, f"{hour:02}:00")
    assert witness.letters(mail_dir, small.lanhai.domain) == ["invoice", "notice"]


def test_days_begin_in_the_customers_zone_not_the_companys(small):
    Customer.objects.filter(pk=small.lanhai.pk).update(zone="America/Los_Angeles")
    live(small, story.REMIND)
    assert (stages(small.lanhai), stages(small.mingyue)) == ([], ["remind"]), "it is Sunday evening in Los Angeles"
    story.run_day(small.partner, "2026-06-16", "01:00")
    assert stages(small.lanhai) == ["remind"], "and Monday morning, while Shanghai has Tuesday"


def test_no_nightly_run_undoes_a_hold_a_person_set(small):
    live(small, story.REMIND)
    row = hold(small.lanhai, reason="They are moving house", by=small.people["collections"], now=JUNE_22)
    live(small, story.FINAL, story.SUSPEND, date(2026, 9, 1), date(2026, 12, 1))
    row.refresh_from_db()
    assert (row.until_on, row.lifted_at, stages(small.lanhai)) == (None, None, ["remind"])
    reached(small.lanhai, "on_hold")


def test_a_hold_does_not_outlive_the_payment(book):
    book.chase()
    hold(book.mingyue, reason="Stop everything", by=book.people["collections"], now=story.at("2026-07-02"))
    paid = story.pay(book.mingyue, story.owed(book.mingyue), story.at("2026-07-03"))
    assert witness.names(paid.reinstated) == ["Office 365 E3"]
    assert Case.objects.get(customer=book.mingyue).closed_at is not None


def test_changed_terms_leave_running_cases_alone(small):
    live(small, story.COURTESY)
    now = story.at("2026-06-08")
    planned, version = ahead(small.lanhai, now), PolicyVersion.objects.get(partner=small.partner)
    policy = policy_of(version.pk)
    harder = tuple(replace(one, offset=5) if one.name == "final" else one for one in policy.stages)
    publish(small.partner, replace(policy, stages=harder), effective_on=now.date(), now=now)
    story.settle_all(now)
    assert PolicyVersion.objects.filter(partner=small.partner).count() == 2
    assert ahead(small.lanhai, story.at("2026-06-09")) == planned
    live(small, story.REMIND, date(2026, 6, 22))
    assert (stages(small.lanhai), Case.objects.get(customer=small.lanhai).version) == (["courtesy", "remind"], version)


def test_a_credit_note_counts_in_the_balance_that_is_pressed_for(small):
    live(small, story.REMIND)
    invoice = small.lanhai.invoices.get()
    visio = invoice.lines.get(position=2)
    by = small.people["owner"]
    credit_invoice(invoice, {visio.pk: VISIO}, why="correction", reason="Billed twice", by=by, now=JUNE_22)
    live(small, story.FINAL)
    assert Decision.objects.get(invoice=invoice, stage="final").amount == E3 == story.owed(small.lanhai)


def test_a_blacklisted_address_leaves_no_notice_queued_for_ever(small):
    by, now = small.people["owner"], story.at("2026-06-08")
    set_address(small.lanhai, role="billing", email="bounce@lanhai.cn", name="", language="", by=by, now=now)
    live(small, story.REMIND, date(2026, 6, 16), story.FINAL)
    reached(small.lanhai, "bounced")
    refused = Message.objects.filter(customer=small.lanhai, letter="notice")
    assert refused.exists() and not refused.filter(outcome="waiting").exists()
    assert all(one.bounced_at for one in refused)
    set_address(small.lanhai, role="billing", email="hu@lanhai.cn", name="", language="", by=by, now=NOON)
    story.settle_all(NOON)
    assert all(one.delivered_at for one in refused.all())


def test_an_untouched_draft_stops_no_ladder(small):
    live(small, story.REMIND)
    lanhai = small.lanhai
    seats = [story.Seats(one.offer_name, one.quantity, id=one.provider_id) for one in lanhai.subscriptions.all()]
    again = story.Company(lanhai.name, tuple(seats), lanhai.domain, lanhai.provider_id)
    story.import_book(small.partner, [again], on=date(2026, 6, 16), cycle=date(2026, 5, 15))
    rebilling.draft(small.partner, "2026-05", now=JUNE_22)
    begin(small.partner, now=JUNE_22, by=small.people["owner"])
    live(small, story.FINAL, story.SUSPEND)
    assert stages(lanhai) == ["remind", "final", "suspend"]
    assert Decision.objects.get(invoice__customer=lanhai, stage="final").amount == E3 + VISIO, "a draft is not owed"


def test_one_disputed_line_does_not_freeze_the_invoice(small, wang):
    live(small, story.REMIND)
    invoice = small.lanhai.invoices.get()
    question(invoice, {invoice.lines.get(position=2).pk: VISIO}, reason="price", text="Too dear.", by=wang, now=JUNE_22)
    live(small, story.FINAL, story.SUSPEND)
    assert Decision.objects.get(invoice=invoice, stage="final").amount == E3
    assert covered(proposal_for(small.lanhai)) == ["Office 365 E3"]


def test_nothing_goes_on_before_the_customer_was_told_the_outcome(small, wang, mail_dir):
    live(small, story.REMIND)
    invoice = small.lanhai.invoices.get()
    wanted = {line.pk: line.open for line in invoice.lines.all()}
    asked = question(invoice, wanted, reason="price", text="All of it.", by=wang, now=JUNE_22)
    answered = story.at("2026-06-23")
    answer(asked.pk, outcome="rejected", text="As agreed.", by=small.people["billing"], now=answered)
    for day in (story.FINAL, story.SUSPEND):
        run(small.partner, now=story.at(day))
        reached(small.lanhai, "untold")
        assert stages(small.lanhai) == ["remind"]
    story.settle_all(NOON)
    assert witness.letters(mail_dir, small.lanhai.domain)[-1] == "answer"
    assert small.lanhai.disputed_amounts.first().told_at == NOON
    live(small, date(2026, 7, 2))
    assert because(small.lanhai) == "resuming"
