"""Do the ends of a case hold? What ends with it, what comes back after it, and what is said of single lines."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from billing.models import CreditNote, DisputedAmount
from customers.addressing import set_address
from customers.models import Message
from disputes.answer_forms import AnswerAllForm, AnswerForm
from disputes.escalated import state_of
from disputes.escalating import answered as enter
from disputes.escalating import call_off, file, prepare
from disputes.escalating import withdraw as let_go
from disputes.escalation_figures import acceptance
from disputes.gathering import Part, answer_all, gather
from disputes.hearing import hear
from disputes.models import CaseLine, CommonCause, Dispute, Escalation
from disputes.promising import Terms, set_terms
from disputes.questioning import question
from disputes.receiving_mail import receive
from disputes.refusing import BadQuestion, NotOpen
from disputes.reopening import reopen, withdraw
from disputes.resolving import answer, close_silent, confirm
from disputes.views.comparing import more_than_ordered
from tests import story
from tests.cases.letters import report_of
from tests.verifying.damaging import broken, judged

ASKED, TAKEN, FILED = story.at("2026-06-16"), story.at("2026-06-17", "10:00"), story.at("2026-06-17", "15:00")
ANSWERED, LATER = story.at("2026-06-22"), story.at("2026-06-30")
WORDS = {
    "tried": "Compared the bill with the order log of May.",
    "why": ["tools"],
    "why_text": "We have no tool that changes a line.",
    "asked_for": "Credit four seats of Visio Plan 2.",
    "no_evidence": True,
}


@pytest.fixture
def wang(small):
    """The person at Lanhai who pays the bills."""
    return story.customer_person(small.lanhai, "wang@lanhai.cn")


def ask(customer, by, *positions: int, **more) -> Dispute:
    invoice = customer.invoices.get()
    amounts = {line.pk: line.open for line in invoice.lines.filter(position__in=positions)}
    return question(invoice, amounts, reason="quantity", text="Fewer seats.", by=by, now=ASKED, **more)


def come_back(told, now) -> None:
    """The letter that told them is returned by the other server."""
    letter = Message.objects.get(pk=told.told_by_id)
    assert receive(report_of(letter.message_id, letter.to_email), now=now).verdict == "bounced"
    told.refresh_from_db()


def clean() -> bool:
    assert broken(judged()) == {}
    return True


def filed(subject, by) -> Escalation:
    one = prepare(subject, **WORDS, by=by, now=TAKEN)
    return file(one.pk, reference="21V-1", by=by, now=FILED)


def test_a_withdrawn_case_ends_what_21vianet_has_and_somebody_has_to_say_so(small, wang):
    case, by = ask(small.lanhai, wang, 2), small.people["billing"]
    one = filed(case, by)
    withdraw(case.pk, why="We found the order.", by=wang, now=ANSWERED)
    one.refresh_from_db()
    assert (one.reference, one.withdrawn_at, one.withdrawn_by) == ("21V-1", ANSWERED, None)
    assert one.why_withdrawn == "the customer withdrew the question"
    assert list(Escalation.objects.to_call_off()) == [one]
    assert [call_off(one.pk, by=by, now=LATER).called_off_at for _ in range(2)] == [LATER, LATER]
    assert not Escalation.objects.to_call_off().exists()
    story.settle_all(ANSWERED)
    assert clean()


def test_what_21vianet_answers_after_the_case_was_withdrawn_is_kept_and_moves_nothing(small, wang):
    case, by = ask(small.lanhai, wang, 2), small.people["billing"]
    one = filed(case, by)
    withdraw(case.pk, why="We found the order.", by=wang, now=ANSWERED)
    story.settle_all(ANSWERED)
    case.refresh_from_db()
    assert case.status == "closed"
    said = {"result": "refused", "text": "As ordered.", "by": by, "now": LATER}
    assert [enter(one.pk, **said).answered_at for _ in range(2)] == [LATER, LATER]
    one.refresh_from_db()
    assert state_of(one) == "answered" and one.withdrawn_at == ANSWERED and not one.to_call_off
    assert case.entries.get(kind="provider").text == "As ordered."
    assert not Message.objects.filter(letter="case_turn", values__turn="answered").exists(), "that loop is closed"
    assert acceptance(small.partner, now=LATER).decided == 1
    case.refresh_from_db()
    assert case.status == "closed" and clean()
    with pytest.raises(NotOpen):
        enter(one.pk, **said | {"text": "Otherwise."})


def test_a_late_answer_leaves_a_new_escalation_of_the_same_case_alone(small, wang):
    case, by = ask(small.lanhai, wang, 2), small.people["billing"]
    one = filed(case, by)
    let_go(one.pk, why="We ask otherwise.", by=by, now=ANSWERED)
    newer = prepare(case, **WORDS | {"asked_for": "Credit two seats."}, by=by, now=ANSWERED)
    file(newer.pk, reference="21V-2", by=by, now=ANSWERED)
    at = ANSWERED + timedelta(hours=1)
    enter(one.pk, result="refused", text="No.", by=by, now=at)
    case.refresh_from_db()
    assert (case.status, case.next_action) == ("waiting_provider", Dispute.Next.ASK_PROVIDER)
    assert Message.objects.filter(letter="case_turn", values__turn="answered").count() == 1
    story.settle_all(at)
    assert clean()


def test_a_common_cause_stays_with_21vianet_until_its_last_case_is_answered(small, wang):
    by, li = small.people["billing"], story.customer_person(small.mingyue, "li@mingyue.cn")
    cases = [ask(small.lanhai, wang, 1), ask(small.mingyue, li, 1)]
    cause = gather(small.partner, [case.pk for case in cases], title="Seats", text="", by=by, now=ASKED)
    one = prepare(cause, **WORDS, by=by, now=TAKEN)
    answer(cases[0].pk, outcome="rejected", text="No.", by=by, now=ANSWERED)
    one.refresh_from_db()
    assert one.withdrawn_at is None
    answer(cases[1].pk, outcome="rejected", text="No.", by=by, now=ANSWERED)
    one.refresh_from_db()
    assert (one.withdrawn_at, one.to_call_off) == (ANSWERED, False), "nothing was filed"
    with pytest.raises(NotOpen):
        call_off(one.pk, by=by, now=LATER)


def test_a_partner_says_after_how_many_days_21vianet_is_asked_again(small, wang):
    owner, by = small.people["owner"], small.people["billing"]
    assert Terms.of(small.partner).ask_again_days == 3
    terms = Terms(answer_days=3, confirm_days=4, questions_per_line=3, ask_again_days=1)
    assert set_terms(small.partner, terms, by=owner)
    assert filed(ask(small.lanhai, wang, 2), by).remind_at == story.at("2026-06-18", "15:00")
    with pytest.raises(BadQuestion, match="ask_again_days"):
        set_terms(small.partner, Terms(3, 4, 3, ask_again_days=0), by=owner)


def test_each_line_has_words_of_its_own_and_keeps_them_beside_an_answer_not_accepted(small, wang):
    case, by = ask(small.lanhai, wang, 1, 2, ordered={}), small.people["billing"]
    first, second = small.lanhai.invoices.get().lines.order_by("position")[:2]
    words = {first.pk: "Ten seats were ordered on 2 May.", second.pk: " "}
    answer(case.pk, outcome="rejected", text="Not so.", words=words, by=by, now=ANSWERED)
    story.settle_all(ANSWERED)
    letter = Message.objects.get(letter="answer")
    assert "Line 1, Office 365 E3:" in letter.body_text and words[first.pk] in letter.body_text
    assert "Line 2" not in letter.body_text
    again = reopen(case.pk, why="Eight.", by=wang, now=LATER)
    assert again.earlier_answers.get().line_answers == [
        {"line": 1, "name": "Office 365 E3", "text": words[first.pk]},
    ]
    assert CaseLine.objects.get(line=first).answer == ""
    stranger = small.mingyue.invoices.get().lines.earliest("pk")
    with pytest.raises(BadQuestion, match="words"):
        answer(case.pk, outcome="rejected", text="No.", words={stranger.pk: "Hm"}, by=by, now=LATER)


def test_the_forms_take_words_of_lines_and_one_kind_of_part(small, wang):
    ask(small.lanhai, wang, 1, 2)
    rows = list(DisputedAmount.objects.select_related("line").order_by("pk"))
    data = {"outcome": "rejected", "answer": "No.", f"words_{rows[1].pk}": "Four."}
    form = AnswerForm(data, amounts=rows, currency="CNY")
    assert form.is_valid() and form.words() == {rows[0].line_id: "", rows[1].line_id: "Four."}
    assert not AnswerForm(None, amounts=rows[:1], currency="CNY").own_words(), "one line has the answer to itself"
    partly = {"outcome": "partly", "answer": "A part."}
    for said in ({}, {"percent": "10", "per_seat": "5"}, {"percent": "100"}, {"per_seat": "-1"}):
        assert not AnswerAllForm(partly | said, money=True).is_valid(), said
    form = AnswerAllForm(partly | {"percent": "12.5"}, money=True)
    assert form.is_valid() and form.part() == Part(percent=Decimal("12.5"))


def test_what_is_billed_more_than_ordered_is_said_of_both_sides():
    with translation.override("en"):
        said = [more_than_ordered(*one) for one in ((2, 2), (2, None), (2, 0), (1, 3), (0, None), (-1, -1))]
    assert said == [
        "21Vianet and we bill 2 more",
        "we bill 2 more",
        "we bill 2 more",
        "21Vianet bills 3 more, we bill 1 more",
        "no more than that is billed",
        "no more than that is billed",
    ]


def test_seats_ordered_are_kept_for_the_lines_that_are_questioned(small, wang):
    first, second = small.lanhai.invoices.get().lines.order_by("position")[:2]
    case = ask(small.lanhai, wang, 1, ordered={first.pk: 8, second.pk: 1})
    assert list(case.lines.values_list("line", "ordered")) == [(first.pk, 8)]
    with pytest.raises(BadQuestion, match="ordered"):
        ask(small.lanhai, wang, 2, ordered={second.pk: -1})
    assert Dispute.objects.count() == 1


@pytest.fixture
def cause(small, wang) -> CommonCause:
    """Two customers who question what they were billed, one of them on two lines."""
    li = story.customer_person(small.mingyue, "li@mingyue.cn")
    cases = [ask(small.lanhai, wang, 1, 2), ask(small.mingyue, li, 1)]
    keys = [case.pk for case in cases]
    return gather(small.partner, keys, title="Seats", text="", by=small.people["billing"], now=ASKED)


@pytest.mark.parametrize("part", [Part(percent=Decimal("33.33")), Part(per_seat=Decimal("7.77"))])
def test_many_cases_are_answered_in_part_and_every_line_adds_up(small, cause, part):
    decided = answer_all(
        cause.pk, outcome="partly", part=part, text="A part.", by=small.people["billing"], now=ANSWERED
    )
    assert [case.outcome for case in decided] == ["partly", "partly"]
    for row in DisputedAmount.objects.all():
        note = CreditNote.objects.get(dispute__number=row.case_number)
        credited = note.lines.get(invoice_line=row.line_id).total
        assert credited + row.amount == row.questioned
        assert credited == part.of(_as_asked(row), "CNY")
    story.settle_all(ANSWERED)
    assert clean()


def _as_asked(row: DisputedAmount) -> DisputedAmount:
    row.amount = row.questioned
    return row


@pytest.mark.parametrize(
    "part", [None, Part(), Part(Decimal(10), Decimal(10)), Part(percent=Decimal(100)), Part(per_seat=Decimal("0.0001"))]
)
def test_a_part_that_is_none_is_refused_and_nothing_is_answered(small, cause, part):
    with pytest.raises(BadQuestion, match="part"):
        answer_all(cause.pk, outcome="partly", part=part, text="A part.", by=small.people["billing"], now=ANSWERED)
    assert not Dispute.objects.exclude(decided_at=None).exists() and not CreditNote.objects.exists()


def test_more_for_each_seat_than_was_questioned_upholds_the_case(small, cause):
    part = Part(per_seat=Decimal(1000))
    decided = answer_all(cause.pk, outcome="partly", part=part, text="All.", by=small.people["billing"], now=ANSWERED)
    assert {case.outcome for case in decided} == {"upheld"}


def answered(small, case: Dispute) -> Dispute:
    answer(case.pk, outcome="rejected", text="No.", by=small.people["billing"], now=ANSWERED)
    story.settle_all(ANSWERED)
    case.refresh_from_db()
    return case


def test_an_answer_that_comes_back_after_silence_closed_the_case_is_followed_and_the_end_stands(small, wang):
    case = answered(small, ask(small.lanhai, wang, 2))
    assert close_silent(now=LATER) == 1
    case.refresh_from_db()
    ended, back = (case.status, case.closed_at, case.told_at), LATER + timedelta(hours=1)
    assert ended[0] == "closed"
    for _ in range(2):
        come_back(case, back)
    assert (case.status, case.closed_at, case.told_at) == ended, "a final state is final"
    follow = case.followed_by.get()
    assert (follow.kind, follow.source, follow.owner, follow.opened_by) == ("billing", "returned", case.owner, None)
    assert (follow.next_action, follow.next_at) == (Dispute.Next.ARRIVAL, story.at("2026-07-01", "18:00"))
    assert not Message.objects.filter(letter="question_taken", key=f"letter:question:{follow.pk}").exists()
    assert clean()
    arrived = story.at("2026-07-02")
    address = {"role": "billing", "email": "other@lanhai.cn", "name": "Wang", "language": "en"}
    set_address(small.lanhai, **address, by=small.people["owner"], now=arrived)
    story.settle_all(arrived)
    case.refresh_from_db()
    assert (case.status, case.closed_at, case.told_at) == ended, "it arrives now, and the end stands"
    answer(follow.pk, text="Our answer has reached you now.", by=small.people["billing"], now=arrived)
    story.settle_all(arrived)
    follow.refresh_from_db()
    assert close_silent(now=follow.window_ends_at) == 1
    assert clean()


def test_whoever_wrote_after_the_end_gets_no_second_case_when_the_answer_comes_back(small, wang):
    case = answered(small, ask(small.lanhai, wang, 2))
    close_silent(now=LATER)
    hear(case.pk, text="We never heard from you.", by=wang, now=LATER)
    for _ in range(2):
        come_back(case, LATER + timedelta(hours=1))
    follow = case.followed_by.get()
    assert follow.source == "customer" and [one.kind for one in follow.entries.all()] == ["note"]
    assert clean()


def test_what_the_customer_said_stands_though_the_letter_comes_back(small, wang):
    case = answered(small, ask(small.lanhai, wang, 2))
    confirm(case.pk, by=wang, now=LATER)
    come_back(case, LATER + timedelta(hours=1))
    assert (case.status, case.confirmed_at) == ("closed", LATER)
    assert clean()


def test_in_the_window_the_letter_that_comes_back_is_seen_to(small, wang):
    case = answered(small, ask(small.lanhai, wang, 2))
    come_back(case, ANSWERED + timedelta(hours=1))
    assert (case.status, case.next_action) == ("awaiting_confirmation", Dispute.Next.ARRIVAL)
    # They read it in the portal meanwhile, and their word counts.
    assert confirm(case.pk, by=wang, now=LATER).status == "closed"
    assert clean()
