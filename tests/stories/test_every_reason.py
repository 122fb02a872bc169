"""Is each reason the rulebook can give reached on the real database? Here are those that no other story comes by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from customers.models import Customer
from disputes.questioning import question
from disputes.resolving import answer
from dunning.announcing import announce
from dunning.approving import approve
from dunning.calling import log_call
from dunning.models import Case, Decision, PolicyVersion, Proposal
from dunning.policy import Action, Policy, Stage
from dunning.publishing import policy_of
from dunning.running import run
from outbox import clock
from outbox.keeping import keep_all
from subscriptions.models import Suspension
from tests import story
from tests.stories.conftest import fault, proposal_for, stages

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


def reason(customer: Customer, day, hour: str = "12:00") -> str:
    """What a run at that hour says of the customer's only case."""
    story.run_day(customer.partner, day, hour)
    return Case.objects.get(customer=customer).because


def live(customer: Customer, *days_of_work) -> None:
    for day in days_of_work:
        story.run_day(customer.partner, day)


def test_on_a_day_of_rest_no_letter_leaves(billed):
    customer = billed()
    live(customer, story.COURTESY)
    assert reason(customer, "2026-06-20") == "rest_day", "a Saturday, with the reminder five days late"
    live(customer, "2026-06-22")
    assert stages(customer) == ["courtesy", "remind"]


def test_a_suspension_waits_for_the_printed_hour_and_for_people_on_duty(billed):
    customer = billed()
    live(customer, *WARNED)
    assert reason(customer, story.SUSPEND, "08:00") == "printed_date"
    assert reason(customer, story.SUSPEND, "19:00") == "out_of_hours"
    assert reason(customer, "2026-09-30") == "holiday_eve"
    live(customer, "2026-10-08")
    assert Decision.objects.get(stage="suspend").because == "suspension_due"


def test_an_approval_can_be_undone_for_a_while(billed, people):
    customer = billed(lambda policy: replace(policy, undo_minutes=60))
    live(customer, *WARNED, story.SUSPEND)
    approve(proposal_for(customer).pk, by=people["owner"], now=NOON)
    assert reason(customer, story.SUSPEND, "12:30") == "undo_window"


def test_a_policy_of_letters_ends_with_the_last(billed):
    customer = billed(lambda policy: replace(policy, stages=policy.stages[:2]))
    live(customer, story.COURTESY, story.REMIND)
    assert reason(customer, "2026-06-16") == "ladder_done"


def test_a_call_nobody_logged_stops_the_ladder(billed, people):
    call = Stage("call", Action.CALL_TASK, offset=7, min_overdue={"CNY": Decimal(100)})
    customer = billed(lambda policy: replace(policy, stages=(*policy.stages[:2], call, *policy.stages[2:])))
    live(customer, story.COURTESY, story.REMIND, "2026-06-17")
    assert reason(customer, story.FINAL) == "call_open"
    invoice = customer.invoices.get()
    log_call(
        customer.partner, invoice.number, by=people["collections"], note="They will pay", now=story.at("2026-06-25")
    )
    assert reason(customer, "2026-06-26") == "not_yet"


def test_a_currency_the_policy_does_not_name_is_not_pressed_for(billed):
    dollars = {"min_overdue": {"USD": Decimal(100)}}
    customer = billed(lambda policy: with_stages(policy, **{one.name: dollars for one in policy.stages}))
    assert reason(customer, story.REMIND) == "currency_not_covered"


def test_debts_too_small_for_each_subscription_suspend_none(billed):
    customer = billed(lambda policy: replace(policy, cover_min={"CNY": Decimal(500)}))
    live(customer, *WARNED)
    story.pay(customer, E3 - 350, story.at("2026-06-26"))
    assert reason(customer, story.SUSPEND) == "nothing_to_suspend"
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
    assert reason(customer, "2026-07-20") == "not_announced"
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
    case = Case.objects.get(customer=book.mingyue)
    assert case.because == "awaiting_confirmation"

    person = story.customer_person(book.mingyue, "chen@mingyue.cn")
    invoice = book.mingyue.invoices.get()
    wanted = {line.pk: line.open for line in invoice.lines.all()}
    question(invoice, wanted, reason="price", text="All of it.", by=person, now=NOON + timedelta(minutes=2))
    assert Suspension.objects.get().ended_why == "cured"
    case.refresh_from_db()
    assert case.because == "disputed"
    story.settle_all(NOON + timedelta(minutes=2))
    assert book.mingyue.subscriptions.get().status == "active"
