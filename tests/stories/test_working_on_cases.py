"""Who works on a case, who waits for whom, and is one answer enough for a cause that several customers share?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from billing.models import CreditNote
from customers.models import Membership, Message, TimelineEntry
from disputes.gathering import add, answer_all, gather
from disputes.hearing import hear
from disputes.loop_figures import loop
from disputes.models import Dispute
from disputes.questioning import question
from disputes.refusing import BadQuestion, NotOpen
from disputes.reminding import remind
from disputes.reopening import reopen
from disputes.replying import note, write
from disputes.resolving import answer, confirm
from disputes.working import claim, hand_over, plan
from outbox import clock
from tests import story, witness
from tests.conftest import Book
from tests.verifying.damaging import broken, judged

ASKED = story.at("2026-06-02")
LOOKED = story.at("2026-06-03")


@pytest.fixture
def book(hanhai, people, mail_dir) -> Book:
    """Three customers with one invoice each, contacts entered by hand: a book without a provider."""
    names = ("Lanhai Trading", "Mingyue Logistics", "Qinghe Foods")
    story.import_book(hanhai, [story.company(name) for name in names])
    story.issue_all(hanhai)
    return Book(hanhai, people, *(story.customer_named(hanhai, name) for name in names))


def asked(customer, now=ASKED, **more) -> Dispute:
    """The customer questions the first line of their invoice."""
    person = story.customer_person(customer, f"li{customer.pk}@customer.example")
    invoice = customer.invoices.get()
    line = invoice.lines.earliest("position")
    return question(invoice, {line.pk: line.open}, reason="quantity", text="Seats left", by=person, now=now, **more)


def fresh(case) -> Dispute:
    return Dispute.objects.get(pk=case.pk)


def last(customer) -> TimelineEntry:
    return TimelineEntry.objects.filter(customer=customer, kind="dispute").latest("pk")


def test_one_cause_of_three_customers_is_answered_once_and_each_is_told(book, mail_dir):
    cases = [asked(one) for one in (book.lanhai, book.mingyue, book.qinghe)]
    staff = book.people["billing"]
    cause = gather(book.partner, [one.pk for one in cases[:2]], title="Not decreased", text="", by=staff, now=LOOKED)
    again = gather(book.partner, [one.pk for one in cases[:2]], title="Not decreased", text="", by=staff, now=LOOKED)
    assert again == cause and add(cause.pk, [cases[2].pk], by=staff, now=LOOKED) == 1
    with pytest.raises(BadQuestion, match="part"):
        answer_all(cause.pk, outcome="partly", text="Some", by=staff, now=LOOKED)

    decided = answer_all(cause.pk, outcome="upheld", text="21Vianet billed the old seats.", by=staff, now=LOOKED)

    assert {one.pk for one in decided} == {one.pk for one in cases} and CreditNote.objects.count() == 3
    story.settle_all(LOOKED)
    assert {fresh(one).status for one in cases} == {"awaiting_confirmation"}
    letters = Message.objects.filter(letter="answer")
    assert {one.customer for one in letters} == {book.lanhai, book.mingyue, book.qinghe}
    for letter in letters:
        others = {one.number for one in cases} - {letter.values["case"]}
        assert not any(number in letter.body_text for number in others), "nobody reads of another customer"
    with pytest.raises(NotOpen):
        answer_all(cause.pk, outcome="upheld", text="Again", by=staff, now=LOOKED)
    with clock.standing_at(LOOKED):
        assert broken(judged(book.partner)) == {}


def test_who_was_faster_with_one_case_keeps_its_answer(book):
    first, second = asked(book.lanhai), asked(book.mingyue)
    staff = book.people["billing"]
    cause = gather(book.partner, [first.pk, second.pk], title="One", text="", by=staff, now=LOOKED)
    answer(first.pk, outcome="rejected", text="As ordered", by=staff, now=LOOKED)
    assert [one.pk for one in answer_all(cause.pk, outcome="upheld", text="Yes", by=staff, now=LOOKED)] == [second.pk]
    assert fresh(first).outcome == "rejected"


def test_a_case_of_another_partner_joins_no_cause(book, bohai):
    case = asked(book.lanhai)
    stranger = story.people_of(bohai)["owner"]
    with pytest.raises(BadQuestion, match="cases"):
        gather(bohai, [case.pk], title="Theirs", text="", by=stranger, now=LOOKED)
    with pytest.raises(PermissionError):
        gather(book.partner, [case.pk], title="Ours", text="", by=stranger, now=LOOKED)


def test_a_case_is_claimed_and_handed_over_in_front_of_the_customer(book):
    case, people = asked(book.lanhai), book.people
    assert fresh(case).owner is not None, "a case has an owner before anybody claims it"
    claim(case.pk, by=people["help_desk"], now=LOOKED)
    claim(case.pk, by=people["help_desk"], now=LOOKED)
    assert (fresh(case).owner, fresh(case).status) == (people["help_desk"], "investigating")
    assert TimelineEntry.objects.filter(code="case_claimed").count() == 1
    hand_over(case.pk, people["billing"], by=people["help_desk"], now=LOOKED)
    assert fresh(case).owner == people["billing"]
    assert (last(book.lanhai).code, last(book.lanhai).shared) == ("case_handed_over", True)
    with pytest.raises(BadQuestion, match="to"):
        hand_over(case.pk, people["viewer"], by=people["billing"], now=LOOKED)
    with pytest.raises(PermissionError):
        claim(case.pk, by=people["sales"], now=LOOKED)


def test_waiting_for_the_customer_and_back(book, mail_dir):
    case, staff = asked(book.lanhai), book.people["help_desk"]
    write(case.pk, text="Which order do you mean?", by=staff, now=LOOKED, wait=True)
    story.settle_all(LOOKED)
    waits = fresh(case)
    assert (waits.status, waits.waiting_since, waits.first_answer_at) == ("waiting_customer", LOOKED, LOOKED)
    assert witness.letters(mail_dir, "lanhai")[-1] == "case_word"
    assert waits.answer_by == case.answer_by, "our promise stands while they have the word"

    hear(case.pk, text="The one of March", by=case.opened_by, now=LOOKED + timedelta(hours=2))
    back = fresh(case)
    assert (back.status, back.waiting_since) == ("investigating", None)
    assert [one.kind for one in case.entries.order_by("pk")] == ["staff", "customer"]


def test_whoever_does_not_answer_is_reminded_once_and_then_called(book, mail_dir):
    case, staff = asked(book.lanhai), book.people["help_desk"]
    write(case.pk, text="Which order do you mean?", by=staff, now=ASKED, wait=True)
    due = fresh(case).next_at
    assert due == story.at("2026-06-04", "18:00") and remind(now=due - timedelta(minutes=1))["customers"] == 0
    assert remind(now=due)["customers"] == 1
    assert remind(now=due + timedelta(days=30))["customers"] == 0
    assert fresh(case).next_action == "call_customer"
    story.settle_all(due)
    letter = Message.objects.filter(letter="case_word").latest("pk")
    assert "We have waited for your answer since" in letter.body_text and "Which order" in letter.body_text


def test_a_case_past_its_time_is_told_to_its_owner_once_and_never_to_the_customer(book, mail_dir):
    case, staff = asked(book.lanhai), book.people["help_desk"]
    claim(case.pk, by=staff, now=LOOKED)
    late = case.answer_by + timedelta(minutes=1)
    assert remind(now=case.answer_by)["owners"] == 0
    assert (remind(now=late)["owners"], remind(now=late)["owners"]) == (1, 0)
    story.settle_all(late)
    letter = Message.objects.get(letter="case_late")
    assert (letter.to_email, letter.contact, letter.delivered_at) == (staff.email, None, late)
    assert f"/disputes/{case.pk}/" in letter.body_text
    shared = TimelineEntry.objects.filter(customer=book.lanhai).shared()
    assert not shared.filter(message=letter).exists() and not shared.filter(code="case_late").exists()
    with clock.standing_at(late):
        assert broken(judged(book.partner)) == {}


def test_a_late_case_of_somebody_who_left_goes_to_another(book):
    case, gone = asked(book.lanhai), book.people["help_desk"]
    claim(case.pk, by=gone, now=LOOKED)
    book.partner.case_owner = gone
    book.partner.save(update_fields=["case_owner"])
    Membership.objects.filter(user=gone).delete()
    remind(now=case.answer_by + timedelta(minutes=1))
    letter, owner = Message.objects.get(letter="case_late"), fresh(case).owner
    assert owner != gone and letter.to_email == owner.email
    assert asked(book.mingyue).owner == owner, "a new case finds somebody too"


def test_a_cause_is_settled_by_its_last_answer_and_open_again_with_its_case(book):
    cases, staff = [asked(one) for one in (book.lanhai, book.mingyue)], book.people["billing"]
    cause = gather(book.partner, [one.pk for one in cases], title="One", text="", by=staff, now=LOOKED)
    answer(cases[0].pk, outcome="rejected", text="As ordered", by=staff, now=LOOKED)
    cause.refresh_from_db()
    assert cause.settled_at is None
    answer(cases[1].pk, outcome="rejected", text="As ordered", by=staff, now=LOOKED)
    cause.refresh_from_db()
    assert cause.settled_at == LOOKED
    story.settle_all(LOOKED)
    reopen(cases[0].pk, why="No", by=cases[0].opened_by, now=LOOKED)
    cause.refresh_from_db()
    assert cause.settled_at is None
    again = answer_all(cause.pk, outcome="upheld", text="Yes", by=staff, now=LOOKED)
    assert [one.pk for one in again] == [cases[0].pk]


def test_notes_are_ours_alone(book):
    case, staff = asked(book.lanhai), book.people["help_desk"]
    entry = note(case.pk, text="Same at Mingyue", by=staff, now=LOOKED)
    assert note(case.pk, text="Same at Mingyue", by=staff, now=LOOKED) == entry, "a second click"
    assert not case.entries.shared().exists() and not last(book.lanhai).shared
    assert not Message.objects.filter(letter="case_word").exists()


def test_a_plan_keeps_the_promise(book):
    case, staff = asked(book.lanhai), book.people["help_desk"]
    plan(case.pk, next_action="Ask sales", next_at=case.answer_by - timedelta(hours=3), by=staff, now=LOOKED)
    assert fresh(case).next_words == "Ask sales" and not last(book.lanhai).shared
    for at in (LOOKED, case.answer_by + timedelta(minutes=1)):
        with pytest.raises(BadQuestion, match="next_at"):
            plan(case.pk, next_action="Ask sales", next_at=at, by=staff, now=LOOKED)


def test_nothing_is_done_to_a_closed_case(book):
    case, staff = asked(book.lanhai), book.people["help_desk"]
    answer(case.pk, outcome="rejected", text="As ordered", by=staff, now=LOOKED)
    story.settle_all(LOOKED)
    confirm(case.pk, by=case.opened_by, now=LOOKED)
    for deed in (
        lambda: claim(case.pk, by=staff, now=LOOKED),
        lambda: write(case.pk, text="And", by=staff, now=LOOKED),
        lambda: note(case.pk, text="And", by=staff, now=LOOKED),
    ):
        with pytest.raises(NotOpen):
            deed()


def test_the_figures_of_the_loop_count_business_time(book):
    quick, slow = asked(book.lanhai, now=story.at("2026-06-05", "17:00")), asked(book.mingyue)
    staff = book.people["help_desk"]
    monday = story.at("2026-06-08", "10:00")
    answer(quick.pk, outcome="upheld", text="Yes", by=staff, now=monday)
    story.settle_all(monday)
    confirm(quick.pk, by=quick.opened_by, now=monday)
    found = loop(Dispute.objects.filter(partner=book.partner), book.partner, now=monday)
    assert (found.in_time.part, found.in_time.base) == (1, 2), "the other one is past its time without an answer"
    assert found.days_to_answer == pytest.approx(2 / 9), "an hour of Friday and one of Monday"
    assert (found.closed.percent, found.confirmed, found.reopened.part) == (100, 1, 0)
    assert fresh(slow).answer_by < monday
