"""Can a question be judged beside the provider's line, worked on in words, and answered once?"""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import CreditNote
from customers.models import Message
from disputes.escalating import file, prepare
from disputes.escalating import withdraw as let_go
from disputes.gathering import gather
from disputes.models import Dispute
from disputes.questioning import question
from disputes.receiving_mail import receive
from disputes.reopening import reopen
from disputes.replying import note
from disputes.resolving import answer as give_answer
from disputes.resolving import close_silent
from tests import story
from tests.cases.letters import report_of
from tests.pages.staff.conftest import lanhai, text_of


@pytest.fixture
def case(small_book) -> Dispute:
    """Lanhai says that the Visio seats are too many."""
    customer = lanhai(small_book)
    invoice = customer.invoices.get()
    line = invoice.lines.get(description="Visio Plan 2")
    asker = story.customer_person(customer, "zhou@lanhai.example")
    return question(
        invoice, {line.pk: Decimal("100.00")}, reason="quantity", text="We use 2", by=asker, now=story.at("2026-06-01")
    )


def test_why_an_answer_was_not_accepted_stands_in_the_conversation(case, people, sit_down):
    now = story.at("2026-06-02")
    give_answer(case.pk, outcome="rejected", text="As ordered", by=people["billing"], now=now)
    story.settle_all(now)
    reopen(case.pk, why="The order says four", by=case.opened_by, now=now)
    seen = text_of(sit_down(people["billing"], "2026-06-02").get(f"/disputes/{case.pk}/"))
    assert "Not resolved, reopened" in seen and "The order says four" in seen


def row_of(case):
    return case.invoice.lines.get(description="Visio Plan 2").disputed_amounts.get()


def test_the_page_sets_our_line_beside_the_providers(case, people, sit_down):
    seen = text_of(sit_down(people["billing"], "2026-06-02").get(f"/disputes/{case.pk}/"))
    assert "We use 2" in seen and "21Vianet bill" in seen and "¥100.00" in seen
    assert "Answer promised by Thu 4 Jun, 18:00" in seen
    assert "our price is cost plus 15" in seen and "same rate" in seen
    assert "what we could claim back" in seen and "¥86.96" in seen
    assert "2 days left" in seen and "24 business hours left" in seen
    assert "What follows if it is rejected" in seen, "it takes the whole rulebook, so it comes by itself"
    then = text_of(sit_down(people["billing"], "2026-06-02").get(f"/disputes/{case.pk}/?if=rejected"))
    assert "If rejected today, the frozen part resumes with the days it had left" in then
    assert "Credit ¥100.00 and tell Zhou" in seen


def test_a_case_is_read_in_few_queries_however_much_was_said(case, people, sit_down, django_assert_max_num_queries):
    desk = sit_down(people["billing"], "2026-06-02")
    desk.get(f"/disputes/{case.pk}/")
    for word in ("One", "Two", "Three"):
        note(case.pk, text=word, by=people["billing"], now=story.at("2026-06-02"))
    with django_assert_max_num_queries(12):
        assert "Three" in text_of(desk.get(f"/disputes/{case.pk}/"))


def test_a_case_that_was_reopened_escalated_and_credited_is_read_in_as_few(case, people, sit_down):
    now, by = story.at("2026-06-02"), people["billing"]
    note(case.pk, text="Before", by=by, now=now)
    give_answer(case.pk, outcome="partly", text="Half", refused={row_of(case).pk: Decimal("40.00")}, by=by, now=now)
    story.settle_all(now)
    reopen(case.pk, why="The order says four", by=case.opened_by, now=now)
    words = {"tried": "We compared the bill", "why": ["tools"], "why_text": "No tool for it.", "no_evidence": True}
    one = prepare(case, **words, asked_for="Credit two seats.", by=by, now=now)
    file(one.pk, reference="21V-1", by=by, now=now)
    let_go(one.pk, why="Otherwise.", by=by, now=now)
    cause = gather(case.partner, [case.pk], title="Seats", text="", by=by, now=now)
    desk = sit_down(by, "2026-06-02")
    desk.get(f"/disputes/{case.pk}/")
    with CaptureQueriesContext(connection) as asked:
        seen = text_of(desk.get(f"/disputes/{case.pk}/"))
    assert "Not resolved, reopened" in seen and cause.number in seen and "has to be told about 21V-1" in seen
    assert "2 of 6 ready" in seen, "the customer was told of it before"
    assert len(asked) <= 12
    # What follows a rejection takes the whole rulebook, so it is a page of its own.
    assert desk.queries(f"/disputes/{case.pk}/?if=rejected") <= 24
    assert "If rejected today" in text_of(desk.get(f"/disputes/{case.pk}/?if=rejected"))


def test_who_may_not_see_our_costs_sees_our_line_alone(case, people, sit_down):
    seen = text_of(sit_down(people["help_desk"], "2026-06-02").get(f"/disputes/{case.pk}/"))
    assert "What we billed" in seen and "21Vianet bill" not in seen and "claim back" not in seen


def test_upholding_credits_and_tells_the_customer(case, people, sit_down):
    desk = sit_down(people["help_desk"], "2026-06-02")
    page = desk.post(f"/disputes/{case.pk}/answer/", {"outcome": "upheld", "answer": "You are right"}, follow=True)
    assert CreditNote.objects.get().total == Decimal("100.00")
    assert "Decided. The answer is on its way" in text_of(page)
    story.settle_all(desk.now)
    assert "Told on" in text_of(desk.get(f"/disputes/{case.pk}/"))


def test_partly_credits_what_is_not_refused(case, people, sit_down):
    form = {"outcome": "partly", "answer": "Half", f"refused_{row_of(case).pk}": "40.00"}
    sit_down(people["billing"], "2026-06-02").post(f"/disputes/{case.pk}/answer/", form)
    assert CreditNote.objects.get().total == Decimal("60.00")


@pytest.mark.parametrize("refused", ["", "100.00", "100.01", "lots"])
def test_a_part_that_is_none_or_all_is_questioned_back(case, people, sit_down, refused):
    form = {"outcome": "partly", "answer": "Half of it", f"refused_{row_of(case).pk}": refused}
    answer = sit_down(people["billing"], "2026-06-02").post(f"/disputes/{case.pk}/answer/", form)
    assert answer.status_code == 422 and "Half of it" in answer.content.decode()
    case.refresh_from_db()
    assert case.status == Dispute.Status.NEW and not CreditNote.objects.exists()


def test_whoever_comes_second_reads_who_was_faster_and_keeps_their_words(case, people, sit_down):
    give_answer(case.pk, outcome="rejected", text="No", by=people["billing"], now=story.at("2026-06-02", "11:00"))
    desk = sit_down(people["help_desk"], "2026-06-02")
    again = desk.post(f"/disputes/{case.pk}/answer/", {"outcome": "upheld", "answer": "You are right, all of it"})
    assert again.status_code == 409
    seen = text_of(again)
    assert f"Decided by {people['billing']} meanwhile" in seen and "11:00. Nothing was changed." in seen
    assert "You are right, all of it" in again.content.decode() and not CreditNote.objects.exists()


def test_who_may_not_answer_is_refused(case, people, bohai, sit_down):
    form = {"outcome": "upheld", "answer": "Yes"}
    assert sit_down(people["sales"]).post(f"/disputes/{case.pk}/answer/", form).status_code == 403
    stranger = sit_down(story.people_of(bohai)["owner"])
    assert stranger.post(f"/disputes/{case.pk}/answer/", form).status_code == 404
    assert stranger.get(f"/disputes/{case.pk}/").status_code == 404


def test_a_case_without_answer_stands_on_the_worklist(case, people, sit_down):
    assert f"Answer a dispute Lanhai Trading {case.number}" in text_of(
        sit_down(people["owner"], "2026-06-02").get("/worklist/")
    )


def test_an_answer_that_came_back_after_the_end_is_seen_to_in_a_case_that_follows(case, people, sit_down):
    now = story.at("2026-06-02")
    give_answer(case.pk, outcome="rejected", text="As ordered", by=people["billing"], now=now)
    story.settle_all(now)
    case.refresh_from_db()
    assert case.window_ends_at and close_silent(now=case.window_ends_at) == 1
    letter = Message.objects.get(pk=case.told_by_id)
    receive(report_of(letter.message_id, letter.to_email), now=story.at("2026-06-10"))
    follow = case.followed_by.get()
    desk = sit_down(people["owner"], "2026-06-10")
    seen = text_of(desk.get(f"/disputes/{follow.pk}/"))
    assert "when our letter came back" in seen and f"It goes on from {case.number}" in seen
    assert "See that the answer arrives" in seen
    assert "Call: the answer to a case came back" in text_of(desk.get("/worklist/"))
    panel = text_of(desk.get(f"/worklist/?row=dispute-{follow.pk}"))
    assert "Find the address, and say it again in this case." in panel and "They wrote" not in panel
    theirs = sit_down(case.opened_by, "2026-06-10")
    assert f"Our answer came back to us; it goes on in {follow.number}" in text_of(theirs.get(f"/my/cases/{case.pk}/"))
    assert "Opened for you by Hanhai Cloud" in text_of(theirs.get(f"/my/cases/{follow.pk}/"))


def test_words_and_notes_are_kept_apart(case, people, sit_down):
    desk = sit_down(people["help_desk"], "2026-06-02")
    desk.post(f"/disputes/{case.pk}/write/", {"text": "We look at the order log", "as": "word"})
    desk.post(f"/disputes/{case.pk}/write/", {"text": "Same at Mingyue", "as": "note"})
    seen = text_of(desk.get(f"/disputes/{case.pk}/"))
    assert "We look at the order log" in seen and "Note, only for us" in seen and "Same at Mingyue" in seen
    letter = Message.objects.get(letter="case_word")
    story.settle_all(desk.now)
    letter.refresh_from_db()
    assert "We look at the order log" in letter.body_text and "Mingyue" not in letter.body_text
    case.refresh_from_db()
    assert (case.status, case.first_answer_at) == ("investigating", desk.now)


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u2066"])
def test_an_empty_word_is_questioned_back(case, people, sit_down, text):
    answer = sit_down(people["help_desk"], "2026-06-02").post(f"/disputes/{case.pk}/write/", {"text": text})
    assert answer.status_code == 422 and not case.entries.exists()


def test_a_second_click_writes_once(case, people, sit_down):
    desk = sit_down(people["help_desk"], "2026-06-02")
    for _click in range(2):
        desk.post(f"/disputes/{case.pk}/write/", {"text": "Which order do you mean?", "wait": "on"})
    case.refresh_from_db()
    assert case.entries.count() == 1 and case.status == Dispute.Status.WAITING_CUSTOMER


def test_claiming_and_handing_over(case, people, sit_down):
    desk = sit_down(people["help_desk"], "2026-06-02")
    desk.post(f"/disputes/{case.pk}/claim/")
    case.refresh_from_db()
    assert (case.owner, case.status) == (people["help_desk"], "investigating")
    desk.post(f"/disputes/{case.pk}/hand-over/", {"to": people["collections"].pk})
    case.refresh_from_db()
    assert case.owner == people["collections"]
    assert desk.post(f"/disputes/{case.pk}/hand-over/", {"to": people["viewer"].pk}).status_code == 422
    assert desk.post(f"/disputes/{case.pk}/hand-over/", {"to": "9" * 40}).status_code == 422


def test_planning_says_what_comes_next(case, people, sit_down):
    desk = sit_down(people["help_desk"], "2026-06-02")
    form = {"next_action": "Ask sales for the order", "next_at": "2026-06-03T15:00"}
    page = desk.post(f"/disputes/{case.pk}/plan/", form, follow=True)
    assert "Next: Ask sales for the order, by tomorrow 15:00" in text_of(page) or "Wed 3 Jun, 15:00" in text_of(page)
    case.refresh_from_db()
    assert (case.next_action, case.next_at) == ("Ask sales for the order", story.at("2026-06-03", "15:00"))


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("2026-06-01T09:00", "That time has passed"),
        ("2026-06-05T09:00", "later than the answer we promised"),
        ("soon", "Not a day and hour"),
        ("", "required"),
    ],
)
def test_a_plan_that_cannot_be_is_questioned_back(case, people, sit_down, at, why):
    desk = sit_down(people["help_desk"], "2026-06-02")
    answer = desk.post(f"/disputes/{case.pk}/plan/", {"next_action": "Look", "next_at": at})
    assert answer.status_code == 422 and why in text_of(answer)
