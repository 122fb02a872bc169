"""What stands still, and what goes on, when a customer questions a line or a person says no?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billing.models import CreditNote, Hold
from disputes.models import Dispute
from disputes.questioning import question
from disputes.resolving import answer, close_silent, confirm
from dunning.approving import approve, refuse
from dunning.models import Case, Decision, Proposal
from subscriptions.models import AccessChange, Suspension
from tests import story, witness
from tests.stories.conftest import proposal_for, stages

E3, VISIO = Decimal("731.40"), Decimal("482.72")
NOON = story.at(story.SUSPEND)
ASKED, ANSWERED = story.at("2026-06-18", "15:00"), story.at("2026-06-22")


@pytest.fixture
def wang(book):
    """The person at Lanhai who pays the bills."""
    return story.customer_person(book.lanhai, "wang@lanhai.cn")


def ask(customer, by, now, *positions: int) -> Dispute:
    """Question the whole of some lines of the customer's invoice."""
    invoice = customer.invoices.get()
    amounts = {line.pk: line.open for line in invoice.lines.filter(position__in=positions)}
    return question(invoice, amounts, reason="quantity", text="Four seats left in March.", by=by, now=now)


def test_a_question_freezes_just_its_amount_and_the_rest_goes_on(book, wang, mail_dir):
    book.chase(until=story.REMIND)
    dispute = ask(book.lanhai, wang, ASKED, 2)
    story.settle_all(ASKED)
    assert witness.letters(mail_dir, "lanhai")[-1] == "question_taken"
    story.run_day(book.partner, story.FINAL)
    assert Decision.objects.get(invoice__customer=book.lanhai, stage="final").amount == E3
    story.run_day(book.partner, story.SUSPEND)
    story.approve_all(book.partner, book.people["owner"], NOON)
    off = Suspension.objects.filter(customer=book.lanhai)
    assert [(row.subscription.name, row.debt.debt) for row in off] == [("Office 365 E3", E3)]
    assert dispute.answer_by == story.at("2026-06-24", "18:00"), "three working days; the 19th is a holiday"


def test_a_rejected_question_goes_on_after_the_customer_was_told(book, wang, mail_dir):
    book.chase(until=story.REMIND)
    dispute = ask(book.lanhai, wang, ASKED, 2)
    said = answer(dispute.pk, outcome="rejected", text="Billed by the day.", by=book.people["billing"], now=ANSWERED)
    assert (said.status, said.told_at) == ("decided", None)
    frozen = book.lanhai.disputed_amounts.get()
    assert (frozen.outcome, frozen.told_at) == ("rejected", None)
    story.settle_all(ANSWERED)
    frozen.refresh_from_db()
    dispute.refresh_from_db()
    assert (frozen.told_at, dispute.status) == (ANSWERED, "awaiting_confirmation")
    assert witness.letters(mail_dir, "lanhai")[-1] == "answer"
    assert close_silent(now=dispute.window_ends_at) == 1
    dispute.refresh_from_db()
    assert (dispute.status, dispute.confirmed_at) == ("closed", None)


def test_an_upheld_question_is_credited_told_and_confirmed(book, wang, mail_dir):
    book.chase(until=story.REMIND)
    dispute = ask(book.lanhai, wang, ASKED, 2)
    answer(dispute.pk, outcome="upheld", text="You are right.", by=book.people["help_desk"], now=ANSWERED)
    assert (CreditNote.objects.get().total, story.owed(book.lanhai)) == (VISIO, E3)
    story.settle_all(ANSWERED)
    assert witness.letters(mail_dir, "lanhai")[-2:] == ["credit_note", "answer"]
    assert confirm(dispute.pk, by=wang, now=story.at("2026-06-23")).status == "closed"


def test_a_question_about_everything_ends_an_approved_suspension_before_it_happens(book, wang, sandbox_state):
    book.chase(until=story.FINAL)
    story.run_day(book.partner, story.SUSPEND)
    proposal = approve(proposal_for(book.lanhai).pk, by=book.people["owner"], now=NOON)
    ask(book.lanhai, wang, NOON, 1, 2)
    story.settle_all(story.at(story.SUSPEND, "12:01"))
    proposal.refresh_from_db()
    assert (proposal.state, proposal.ended_why) == ("aborted", "disputed")
    assert AccessChange.objects.get(pk=proposal.change_id).outcome == "moot"
    assert not Suspension.objects.exists()
    assert not any(witness.operations(sandbox_state, one) for one in book.lanhai.subscriptions.all())


def test_a_postponed_suspension_is_a_hold_until_the_day_before(book):
    book.chase(until=story.FINAL)
    story.run_day(book.partner, story.SUSPEND)
    proposal = proposal_for(book.mingyue)
    refuse(proposal.pk, by=book.people["owner"], reason="They pay on Friday", now=NOON, until=date(2026, 7, 6))
    hold = Hold.objects.get()
    assert (hold.kind, hold.invoice, hold.until_on) == ("hold", book.mingyue.invoices.get(), date(2026, 7, 5))
    story.run_day(book.partner, "2026-07-03")
    case = Case.objects.get(customer=book.mingyue)
    assert (case.because, case.values["reason"]) == ("on_hold", "They pay on Friday")
    proposed = Proposal.objects.filter(customer=book.mingyue, state="proposed")
    for day in story.days(date(2026, 7, 6), date(2026, 7, 17)):
        if not proposed.exists():
            story.run_day(book.partner, day)
    assert proposed.get().proposed_at.date() >= date(2026, 7, 6), "and no letter had to be sent again"
    assert stages(book.mingyue).count("final") == 1


def test_a_refused_suspension_is_held_until_a_person_lifts_it(book):
    book.chase(until=story.FINAL)
    story.run_day(book.partner, story.SUSPEND)
    refuse(proposal_for(book.mingyue).pk, by=book.people["collections"], reason="A hospital", now=NOON)
    assert Hold.objects.get().until_on is None
    for day in ("2026-07-02", "2026-07-31", "2026-10-30"):
        assert story.run_day(book.partner, day).skipped["on_hold"] == 1
    assert Proposal.objects.filter(customer=book.mingyue).count() == 1
    assert AccessChange.objects.filter(customer=book.mingyue).count() == 0


def test_a_line_that_was_fully_right_thaws_nothing_when_the_case_is_partly_upheld(book, wang):
    book.chase(until=story.REMIND)
    dispute = ask(book.lanhai, wang, ASKED, 1, 2)
    e3, visio = book.lanhai.disputed_amounts.order_by("line__position")
    answer(
        dispute.pk,
        outcome="partly",
        text="Half right.",
        by=book.people["billing"],
        now=ANSWERED,
        refused={e3.pk: e3.questioned},
    )
    e3.refresh_from_db()
    visio.refresh_from_db()
    assert (e3.amount, visio.amount) == (E3, Decimal(0)), "only what was refused can thaw"
    assert CreditNote.objects.get().total + e3.amount + visio.amount == e3.questioned + visio.questioned
