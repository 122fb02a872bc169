"""Is each reason the rulebook can give reached on the real database? Here are those that no other story comes by, and
the question itself, asked of all stories."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing.receiving import receive
from customers.models import Customer
from disputes.questioning import question
from disputes.resolving import answer
from dunning.announcing import announce
from dunning.approving import approve
from dunning.banking import import_statement
from dunning.calling import log_call
from dunning.holding import extend
from dunning.models import Decision, PolicyVersion, Proposal
from dunning.policy import Action, Code, Policy, Stage
from dunning.publishing import policy_of
from dunning.reasons import SENTENCES
from dunning.running import run
from dunning.wording import WAITS
from outbox import clock
from outbox.keeping import keep_all
from subscriptions.models import Suspension
from tests import story
from tests.bank.statements import camt, credit
from tests.stories.conftest import fault, proposal_for, stages
from tests.stories.reaching import codes_reached, explained, reached

E3, VISIO = Decimal("731.40"), Decimal("482.72")
NOON = story.at(story.SUSPEND)
WARNED = (story.COURTESY, story.REMIND, story.FINAL)


@pytest.fixture
def billed(hanhai, people, mail_dir):
    """Bills Lanhai under the standard policy as the owner changes it before."""

    def bill(change=None) -> Customer:
        seats = story.Seats(), story.Seats("Visio Plan 2", 4, Decimal("99.00"))
        story.import_book(hanhai, [story.company("Lanhai Trading", *seats)], on=date(2026, 4, 16))
        if change:
            # Early enough to count for what is issued in May: they are told, and the 30 days of notice pass.
            now, standard = story.at("2026-04-17"), policy_of(PolicyVersion.objects.get(partner=hanhai).pk)
            announce(hanhai, change(standard), effective_on=now.date(), now=now, by=people["owner"])
            story.settle_all(now)
        story.issue_all(hanhai)
        return story.customer_named(hanhai, "Lanhai Trading")

    return bill


def with_stages(policy: Policy, **changes: dict) -> Policy:
    """The policy with some stages changed, by their names."""
    return replace(policy, stages=tuple(replace(one, **changes.get(one.name, {})) for one in policy.stages))


def run_at(customer: Customer, day, hour: str = "12:00") -> Customer:
    """The customer after a run at that hour."""
    story.run_day(customer.partner, day, hour)
    return customer


def live(customer: Customer, *days_of_work) -> None:
    for day in days_of_work:
        story.run_day(customer.partner, day)


def test_on_a_day_of_rest_no_letter_leaves(billed):
    customer = billed()
    live(customer, story.COURTESY)
    reached(run_at(customer, "2026-06-20"), "rest_day")  # a Saturday, with the reminder five days late
    live(customer, "2026-06-22")
    assert stages(customer) == ["courtesy", "remind"]


def test_a_suspension_waits_for_the_printed_hour_and_for_people_on_duty(billed):
    customer = billed()
    live(customer, *WARNED)
    reached(run_at(customer, story.SUSPEND, "08:00"), "printed_date")
    reached(run_at(customer, story.SUSPEND, "19:00"), "out_of_hours")
    reached(run_at(customer, "2026-09-30"), "holiday_eve")
    reached(run_at(customer, "2026-10-08"), "suspension_due")


def test_two_approvals_are_waited_for_and_can_be_undone_for_a_while(billed, people):
    customer = billed(lambda policy: with_stages(replace(policy, undo_minutes=60), suspend={"approvals": 2}))
    live(customer, *WARNED, story.SUSPEND)
    approve(proposal_for(customer).pk, by=people["owner"], now=NOON)
    reached(run_at(customer, story.SUSPEND, "12:10"), "awaiting_approval")
    approve(proposal_for(customer).pk, by=people["admin_agent"], now=story.at(story.SUSPEND, "12:15"))
    reached(run_at(customer, story.SUSPEND, "12:30"), "undo_window")
    run(customer.partner, now=story.at(story.SUSPEND, "13:15"))
    reached(customer, "approved")


def test_a_policy_of_letters_ends_with_the_last(billed):
    customer = billed(lambda policy: replace(policy, stages=policy.stages[:2]))
    live(customer, story.COURTESY, story.REMIND)
    reached(run_at(customer, "2026-06-16"), "ladder_done")


def test_a_call_nobody_logged_stops_the_ladder(billed, people):
    call = Stage("call", Action.CALL_TASK, offset=7, min_overdue={"CNY": Decimal(100)})
    customer = billed(lambda policy: replace(policy, stages=(*policy.stages[:2], call, *policy.stages[2:])))
    live(customer, story.COURTESY, story.REMIND, "2026-06-17")
    reached(run_at(customer, story.FINAL), "call_open")
    invoice = customer.invoices.get()
    log_call(
        customer.partner, invoice.number, by=people["collections"], note="They will pay", now=story.at("2026-06-25")
    )
    reached(run_at(customer, "2026-06-26"), "not_yet")


def test_a_currency_the_policy_does_not_name_is_not_pressed_for(billed):
    dollars = {"min_overdue": {"USD": Decimal(100)}}
    customer = billed(lambda policy: with_stages(policy, **{one.name: dollars for one in policy.stages}))
    reached(run_at(customer, story.REMIND), "currency_not_covered")


def test_debts_too_small_for_each_subscription_suspend_none(billed):
    customer = billed(lambda policy: replace(policy, cover_min={"CNY": Decimal(500)}))
    live(customer, *WARNED)
    story.pay(customer, E3 - 350, story.at("2026-06-26"))
    reached(run_at(customer, story.SUSPEND), "nothing_to_suspend")
    assert story.owed(customer) == 350 + VISIO


def test_what_no_letter_named_a_day_for_is_not_suspended(billed, people):
    """At the final notice too little was undisputed for a suspension, so none was announced."""
    customer = billed(lambda policy: with_stages(policy, suspend={"min_overdue": {"CNY": Decimal(1000)}}))
    live(customer, story.COURTESY, story.REMIND)
    person = story.customer_person(customer, "wang@lanhai.cn")
    invoice, asked_at = customer.invoices.get(), story.at("2026-06-18")
    visio = invoice.lines.get(position=2)
    asked = question(invoice, {visio.pk: VISIO}, reason="price", text="Too dear.", by=person, now=asked_at)
    live(customer, story.FINAL)
    assert Decision.objects.get(invoice=invoice, stage="final").suspend_on is None
    answered = story.at("2026-06-25")
    answer(asked.pk, outcome="rejected", text="As agreed.", by=people["billing"], now=answered)
    story.settle_all(answered)
    reached(run_at(customer, "2026-07-20"), "not_announced")
    assert not Proposal.objects.exists()


def test_what_the_provider_has_not_confirmed_is_waited_for_and_ends_when_everything_is_questioned(
    book, provider_misbehaves
):
    book.chase(until=story.FINAL)
    story.run_day(book.partner, story.SUSPEND)
    approve(proposal_for(book.mingyue).pk, by=book.people["owner"], now=NOON)
    subscription = book.mingyue.subscriptions.get()
    provider_misbehaves(fault("429", path=subscription.provider_id, nth=1, retry_after="3"))
    with clock.standing_at(NOON):
        assert keep_all().waiting_until, "the provider said: not now"
    run(book.partner, now=NOON + timedelta(minutes=1))
    reached(book.mingyue, "awaiting_confirmation")

    person = story.customer_person(book.mingyue, "chen@mingyue.cn")
    invoice = book.mingyue.invoices.get()
    wanted = {line.pk: line.open for line in invoice.lines.all()}
    question(invoice, wanted, reason="price", text="All of it.", by=person, now=NOON + timedelta(minutes=2))
    assert Suspension.objects.get().ended_why == "cured"
    reached(book.mingyue, "disputed")
    story.settle_all(NOON + timedelta(minutes=2))
    assert book.mingyue.subscriptions.get().status == "active"


def test_a_reminder_is_due_and_what_little_is_left_after_a_payment_is_not_pursued(billed):
    customer = billed()
    live(customer, story.COURTESY)
    reached(run_at(customer, story.REMIND), "stage_due")
    story.pay(customer, E3 + VISIO - 60, story.at("2026-06-18"))
    reached(run_at(customer, story.FINAL), "below_minimum")
    story.pay(customer, Decimal("59.50"), story.at("2026-06-25"))
    reached(customer, "trifle")


def test_what_is_paid_in_full_is_settled(billed):
    customer = billed()
    live(customer, story.COURTESY)
    story.pay(customer, E3 + VISIO, story.at("2026-06-08"))
    reached(customer, "settled")


def test_an_extended_due_date_is_waited_for(billed, people):
    customer = billed()
    live(customer, story.COURTESY)
    extend(customer, reason="A new year", until_on=date(2026, 6, 30), by=people["owner"], now=story.at("2026-06-08"))
    reached(run_at(customer, story.REMIND), "extended")
    assert stages(customer) == ["courtesy"]


def test_nobody_is_suspended_on_what_an_old_statement_says(billed):
    customer = billed()
    live(customer, *WARNED)
    statement = io.BytesIO(camt(credit("1.00", id="X", on="2026-06-25")))
    import_statement(customer.partner, statement, file_name="june.xml", now=story.at("2026-06-26"))
    reached(run_at(customer, story.SUSPEND), "stale_cash")
    assert not Proposal.objects.exists()


def test_a_suspension_is_cured_once_all_that_is_left_is_questioned(book):
    """Between a payment and its review Why? says what is about to happen."""
    book.chase()
    person, paid_at = story.customer_person(book.lanhai, "wang@lanhai.cn"), story.at("2026-07-02")
    invoice = book.lanhai.invoices.get()
    question(invoice, {invoice.lines.get(position=2).pk: VISIO}, reason="price", text="No.", by=person, now=paid_at)
    receive(book.lanhai, amount=E3, currency="CNY", reference="E3", received_on=paid_at.date(), now=paid_at)
    explained(invoice, "cured", now=paid_at)


@pytest.mark.parametrize("code", list(Code))
def test_a_story_comes_by_this_reason(code):
    assert code in codes_reached(), f"no story here says that it reaches {code}"


@pytest.mark.parametrize("code", list(Code))
def test_this_reason_has_a_sentence_and_a_heading(code):
    assert code in SENTENCES and code in WAITS
