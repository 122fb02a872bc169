"""How does a case end? Once for each ending that lies between the customer and us."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.models import CreditNote, DisputedAmount, Invoice
from billing.voiding import void
from customers.locking import lock_customer
from customers.models import Message, TimelineEntry
from disputes.asking import ask
from disputes.hearing import hear
from disputes.models import Dispute
from disputes.questioning import question
from disputes.rating import rate
from disputes.refusing import BadQuestion, NotOpen
from disputes.reopening import reopen, withdraw
from disputes.replying import write
from disputes.resolving import answer, close_silent, confirm
from dunning.explaining import explain_invoice
from tests import story, witness
from tests.stories.conftest import stages
from tests.verifying.damaging import broken, judged

E3, VISIO = Decimal("731.40"), Decimal("482.72")
ASKED, ANSWERED = story.at("2026-06-16", "15:00"), story.at("2026-06-22")
CONFIRMED = story.at("2026-06-23")


@pytest.fixture
def wang(small):
    """The person at Lanhai who pays the bills."""
    return story.customer_person(small.lanhai, "wang@lanhai.cn")


@pytest.fixture
def asked(small, wang) -> Dispute:
    """Lanhai questions its whole Visio line after the reminder."""
    small.chase(until=story.REMIND)
    return take(small, wang, ASKED, 2)


def take(book, by, now, *positions: int, **more) -> Dispute:
    """Question the whole of some lines of Lanhai's invoice."""
    invoice = book.lanhai.invoices.get()
    amounts = {line.pk: line.open for line in invoice.lines.filter(position__in=positions)}
    wanted = {"reason": "quantity", "text": "Four seats left in March."} | more
    dispute = question(invoice, amounts, by=by, now=now, **wanted)
    story.settle_all(now)
    return dispute


def decide(book, dispute: Dispute, outcome: str, now=ANSWERED, **more) -> Dispute:
    """Answer, and let the mail that says so arrive."""
    answer(dispute.pk, outcome=outcome, text="We looked into it.", by=book.people["billing"], now=now, **more)
    story.settle_all(now)
    dispute.refresh_from_db()
    return dispute


def frozen(dispute: Dispute) -> Decimal:
    rows = DisputedAmount.objects.filter(case_number=dispute.number, decided_at=None)
    return sum((row.amount for row in rows), Decimal(0))


def next_step(book, now):
    return explain_invoice(Invoice.objects.select_related("customer__partner").get(customer=book.lanhai), now=now)


def clean() -> bool:
    return broken(judged()) == {}


def test_upheld_is_credited_at_once_told_and_confirmed(small, asked, wang, mail_dir):
    assert (frozen(asked), asked.status, asked.owner) == (VISIO, "new", small.people["help_desk"])
    decide(small, asked, "upheld")
    assert (CreditNote.objects.get().total, story.owed(small.lanhai)) == (VISIO, E3)
    assert witness.letters(mail_dir, "lanhai")[-2:] == ["credit_note", "answer"]
    closed = confirm(asked.pk, by=wang, now=CONFIRMED)
    assert (closed.status, closed.confirmed_at, closed.first_answer_at) == ("closed", CONFIRMED, ANSWERED)
    assert clean()


def test_partly_credits_what_was_wrong_and_the_rest_is_owed(small, asked, wang):
    row = DisputedAmount.objects.get()
    decide(small, asked, "partly", refused={row.pk: Decimal("82.72")})
    assert (CreditNote.objects.get().total, story.owed(small.lanhai)) == (Decimal("400.00"), E3 + Decimal("82.72"))
    confirm(asked.pk, by=wang, now=CONFIRMED)
    assert clean()


def test_rejected_resumes_with_the_days_it_had_left(small, wang):
    small.chase(until=story.REMIND)
    dispute = take(small, wang, ASKED, 1, 2)
    left = story.FINAL - ASKED.date()
    story.run_day(small.partner, story.FINAL - timedelta(days=2))
    decide(small, dispute, "rejected")
    goes_on = ANSWERED.date() + left
    story.run_day(small.partner, goes_on - timedelta(days=1))
    assert "final" not in stages(small.lanhai)
    story.run_day(small.partner, goes_on)
    assert stages(small.lanhai)[-1] == "final"
    confirm(dispute.pk, by=wang, now=story.at(goes_on))
    assert clean()


def test_withdrawn_thaws_from_that_day_and_closes_when_the_letter_arrived(small, asked, wang, mail_dir):
    withdraw(asked.pk, why="We found the order.", by=wang, now=ANSWERED)
    again = withdraw(asked.pk, why="We found the order.", by=wang, now=ANSWERED)
    assert (again.status, again.outcome, frozen(asked)) == ("decided", "withdrawn", Decimal(0))
    story.settle_all(ANSWERED)
    asked.refresh_from_db()
    assert (asked.status, asked.closed_at) == ("closed", ANSWERED)
    assert witness.letters(mail_dir, "lanhai")[-1] == "answer"
    letter = Message.objects.get(letter="answer")
    assert asked.number in letter.subject and "withdrawn" in letter.subject
    assert "no longer frozen" in letter.body_text
    assert not CreditNote.objects.exists()
    assert clean()


def test_reopened_freezes_what_was_refused_once_more_under_the_first_clock(small, asked, wang):
    promised = asked.answer_by
    decide(small, asked, "rejected")
    assert frozen(asked) == Decimal(0)
    again = reopen(asked.pk, why="The order says four.", by=wang, now=CONFIRMED)
    assert (again.status, again.answer_by, again.number) == ("investigating", promised, asked.number)
    assert (frozen(again), again.earlier_answers.get().outcome) == (VISIO, "rejected")
    assert next_step(small, CONFIRMED).decision.undisputed == E3
    # What is frozen twice in one case is the same money.
    assert next_step(small, CONFIRMED).decision.ripe == E3
    decide(small, again, "upheld", story.at("2026-06-24"))
    assert story.owed(small.lanhai) == E3
    confirm(asked.pk, by=wang, now=story.at("2026-06-25"))
    assert clean()


def test_an_answer_given_after_reopening_may_be_partly_again(small, asked, wang):
    row = DisputedAmount.objects.get()
    decide(small, asked, "partly", refused={row.pk: Decimal("182.72")})
    again = reopen(asked.pk, why="All of it.", by=wang, now=CONFIRMED)
    assert frozen(again) == Decimal("182.72")
    newer = DisputedAmount.objects.latest("pk")
    decide(small, again, "partly", story.at("2026-06-24"), refused={newer.pk: Decimal("100.00")})
    assert sum(note.total for note in CreditNote.objects.all()) == VISIO - Decimal("100.00")
    assert clean()


def test_silence_closes_the_case_when_the_window_has_passed(small, asked):
    decide(small, asked, "rejected")
    ends = asked.window_ends_at
    assert ends == story.at("2026-06-26", "18:00"), "four working days"
    assert close_silent(now=ends - timedelta(minutes=1)) == 0
    assert (close_silent(now=ends), close_silent(now=ends)) == (1, 0)
    asked.refresh_from_db()
    assert (asked.status, asked.confirmed_at) == ("closed", None)
    assert clean()


def test_a_word_in_the_window_keeps_the_case_open_until_it_is_answered(small, asked, wang):
    decide(small, asked, "rejected")
    hear(asked.pk, text="I am not so sure.", by=wang, now=CONFIRMED)
    asked.refresh_from_db()
    assert (asked.status, asked.next_action) == ("awaiting_confirmation", Dispute.Next.READ)
    assert close_silent(now=asked.window_ends_at + timedelta(days=30)) == 0
    replied = story.at("2026-07-06")
    write(asked.pk, text="The order is attached.", by=small.people["billing"], now=replied)
    assert close_silent(now=replied + timedelta(days=2)) == 0
    asked.refresh_from_db()
    assert asked.window_ends_at == story.at("2026-07-10", "18:00"), "a whole window after our last word"
    assert close_silent(now=asked.window_ends_at) == 1


def test_a_word_after_the_end_opens_a_case_that_follows(small, asked, wang):
    decide(small, asked, "rejected")
    confirm(asked.pk, by=wang, now=CONFIRMED)
    entry = hear(asked.pk, text="It came again in June.", by=wang, now=story.at("2026-07-01"))
    follow = Dispute.objects.get(follows=asked)
    assert (entry.dispute, follow.kind, follow.text) == (asked, "billing", "It came again in June.")
    twice = hear(asked.pk, text="It came again in June.", by=wang, now=story.at("2026-07-01", "12:01"))
    assert twice == entry and not follow.entries.exists(), "a double click is one word"
    hear(asked.pk, text="And one more thing.", by=wang, now=story.at("2026-07-02"))
    assert follow.entries.get().text == "And one more thing."
    assert Dispute.objects.count() == 2 and frozen(follow) == Decimal(0)
    asked.refresh_from_db()
    assert asked.status == "closed"
    with pytest.raises(NotOpen):
        reopen(asked.pk, why="Again.", by=wang, now=story.at("2026-07-02"))


def test_the_last_word_said_again_after_the_end_is_a_new_word(small, asked, wang):
    hear(asked.pk, text="Please look.", by=wang, now=ASKED)
    decide(small, asked, "rejected")
    confirm(asked.pk, by=wang, now=CONFIRMED)
    hear(asked.pk, text="Please look.", by=wang, now=story.at("2026-07-01"))
    assert Dispute.objects.get(follows=asked).text == "Please look."


def test_what_was_voided_meanwhile_is_not_frozen_again(small, asked, wang):
    decide(small, asked, "rejected")
    with transaction.atomic():
        void(asked.invoice_id, lock_customer(small.lanhai.pk), reason="Wrong", by=small.people["owner"], now=ANSWERED)
    again = reopen(asked.pk, why="No.", by=wang, now=CONFIRMED)
    assert frozen(again) == Decimal(0)
    decide(small, again, "upheld", CONFIRMED)
    assert not CreditNote.objects.exists(), "nobody owes it and nobody paid it"
    assert clean()


def test_a_line_questioned_too_often_is_refused_when_it_is_asked(small, asked, wang):
    small.partner.questions_per_line = 2
    small.partner.save(update_fields=["questions_per_line"])
    decide(small, asked, "rejected")
    # Reopening is the same question.
    decide(small, reopen(asked.pk, why="No.", by=wang, now=CONFIRMED), "rejected", story.at("2026-06-24"))
    second = take(small, wang, story.at("2026-06-25"), 2, text="Once more.")
    assert frozen(second) == VISIO, "a dispute once taken always freezes"
    decide(small, second, "rejected", story.at("2026-06-26"))
    with pytest.raises(BadQuestion, match="Line 2 was questioned 2 times already"):
        take(small, wang, story.at("2026-06-29"), 2, text="And again.")
    with pytest.raises(BadQuestion):
        take(small, small.people["billing"], story.at("2026-06-29"), 2, text="For them.", source="staff")
    found = take(small, small.people["billing"], story.at("2026-06-29"), 2, text="Our own.", source="finding")
    assert frozen(found) == VISIO
    assert clean()


def test_who_may_open_a_case_and_for_whom(small, wang):
    now, people = ASKED, small.people
    taken = take(small, people["help_desk"], now, 1, source="staff", wanted="credit")
    assert (taken.source, taken.wanted, taken.opened_by) == ("staff", "credit", people["help_desk"])
    viewer = story.customer_person(small.lanhai, "viewer@lanhai.cn", "customer_viewer")
    for by, source in (
        (people["viewer"], "staff"),
        (people["owner"], "customer"),
        (wang, "staff"),
        (viewer, "customer"),
    ):
        with pytest.raises(PermissionError):
            take(small, by, now, 2, source=source, text="Not mine to ask.")
    sibling = story.customer_person(small.mingyue, "li@mingyue.cn")
    for deed in (withdraw, reopen):
        with pytest.raises(PermissionError):
            deed(taken.pk, why="Theirs.", by=sibling, now=now)
    assert Dispute.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"text": "\u200b\ufeff \n"}, "text: Say in a sentence"),
        ({"text": "x" * 4001}, "text: Too long: at most 4000"),
        ({"reason": "revenge"}, "reason: 'revenge'"),
        ({"wanted": "the moon"}, "wanted: 'the moon'"),
    ],
)
def test_a_question_that_says_nothing_is_refused_by_field(small, wang, more, said):
    with pytest.raises(BadQuestion, match=said):
        take(small, wang, ASKED, 2, **more)
    assert not DisputedAmount.objects.exists() and not TimelineEntry.objects.filter(kind="dispute").exists()


def test_a_plain_question_freezes_nothing_and_is_answered_in_words(small, wang, mail_dir):
    asked = {"kind": "support", "title": "Mail does not open", "text": "Since Monday.", "by": wang, "now": ASKED}
    case = ask(small.lanhai, **asked)
    assert ask(small.lanhai, **asked).pk == case.pk, "a double click is one case"
    story.settle_all(ASKED)
    assert witness.letters(mail_dir, "lanhai")[-1] == "question_taken"
    assert "Mail does not open" in Message.objects.get(letter="question_taken").subject
    with pytest.raises(BadQuestion, match="outcome"):
        answer(case.pk, outcome="upheld", text="Yes.", by=small.people["help_desk"], now=ANSWERED)
    answer(case.pk, text="Sign in again.", by=small.people["help_desk"], now=ANSWERED)
    story.settle_all(ANSWERED)
    letter = Message.objects.get(letter="answer")
    assert "Sign in again." in letter.body_text and "credited" not in letter.body_text.lower()
    assert reopen(case.pk, why="Still closed.", by=wang, now=CONFIRMED).status == "investigating"
    answer(case.pk, text="Now it opens.", by=small.people["help_desk"], now=CONFIRMED + timedelta(hours=1))
    story.settle_all(CONFIRMED + timedelta(hours=1))
    confirm(case.pk, by=wang, now=story.at("2026-06-24"))
    rated = rate(case.pk, 5, by=wang, now=story.at("2026-06-24"), word="Quick.")
    assert (rated.rating, case.entries.latest("pk").text) == (5, "Quick.")
    with pytest.raises(NotOpen):
        rate(case.pk, 1, by=wang, now=story.at("2026-06-24"))
    assert not DisputedAmount.objects.exists()
    assert clean()


def test_an_answer_that_bounced_closes_nothing_in_silence(small, asked):
    decide(small, asked, "rejected")
    Message.objects.filter(pk=asked.told_by_id).update(bounced_at=CONFIRMED)
    assert close_silent(now=asked.window_ends_at) == 0


def test_the_database_refuses_a_close_without_the_delivered_outcome(small, asked):
    def close(at) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Dispute.objects.filter(pk=asked.pk).update(status="closed", closed_at=at)

    close(ANSWERED)
    answer(asked.pk, outcome="rejected", text="No.", by=small.people["billing"], now=ANSWERED)
    close(ANSWERED)
    story.settle_all(ANSWERED)
    close(ANSWERED - timedelta(minutes=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispute.objects.filter(pk=asked.pk).update(status="investigating", next_action="")
