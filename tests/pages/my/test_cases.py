"""Can a customer follow a case to its end, and does it close only after they were told?"""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import DisputedAmount
from customers.models import Message
from disputes.asking import ask
from disputes.models import Dispute
from disputes.questioning import question
from disputes.resolving import answer
from tests import story

from .conftest import heading_of, invoice_of, line, text_of, without_token


@pytest.fixture
def asked(warned, sign_in) -> Dispute:
    """Lanhai questions ¥100.00 of the Visio line on 25 June."""
    visitor = sign_in(warned.lanhai, "2026-06-25")
    invoice = invoice_of(warned.lanhai)
    pk = line(invoice, "Visio Plan 2").pk
    with visitor.then():
        dispute = question(
            invoice,
            {pk: Decimal("100.00")},
            reason="price",
            text="Too dear.",
            by=visitor.user,
            now=visitor.now,
        )
    story.settle_all(visitor.now)
    return dispute


def decide(book, dispute: Dispute, day: str, outcome: str, *, told: bool = True, **more) -> None:
    """The partner answers; the mail that tells the customer leaves or waits."""
    now = story.at(day)
    with story.clock.standing_at(now):
        answer(dispute.pk, outcome=outcome, text="We looked into it.", by=book.people["owner"], now=now, **more)
    if told:
        story.settle_all(now)


def page_of(dispute: Dispute) -> str:
    return f"/my/cases/{dispute.pk}/"


def test_an_open_case_says_until_when_it_is_answered_and_what_stands_still(warned, asked, sign_in):
    page = sign_in(warned.lanhai, "2026-06-26").get(page_of(asked))
    assert heading_of(page) == "We answer by Tue 30 Jun, 18:00."
    assert "¥100.00 is frozen until then: you need not pay it. The other ¥1,114.12" in text_of(page)
    assert "Too dear." in text_of(page)
    assert "Yes, resolved" not in text_of(page)


def test_a_case_cannot_be_confirmed_before_it_is_answered(warned, asked, sign_in):
    visitor = sign_in(warned.lanhai, "2026-06-26")
    visitor.post(f"{page_of(asked)}resolved/")
    asked.refresh_from_db()
    assert asked.closed_at is None
    assert "This case waits for our answer. Nothing was changed." in text_of(visitor.get(page_of(asked)))


def test_a_case_cannot_be_confirmed_before_the_answer_has_reached_the_customer(warned, asked, sign_in):
    decide(warned, asked, "2026-06-26", DisputedAmount.Result.UPHELD, told=False)
    visitor = sign_in(warned.lanhai, "2026-06-26")
    assert "Yes, resolved" not in text_of(visitor.get(page_of(asked)))
    visitor.post(f"{page_of(asked)}resolved/")
    asked.refresh_from_db()
    assert asked.status == Dispute.Status.DECIDED


def test_a_told_case_closes_when_the_customer_confirms(warned, asked, sign_in):
    decide(warned, asked, "2026-06-26", DisputedAmount.Result.UPHELD)
    visitor = sign_in(warned.lanhai, "2026-06-27")
    page = visitor.get(page_of(asked))
    assert heading_of(page) == "You were right. ¥100.00 is credited."
    assert "Yes, resolved" in text_of(page)
    assert "We looked into it." in text_of(page)
    visitor.post(f"{page_of(asked)}resolved/")
    asked.refresh_from_db()
    assert (asked.status, asked.confirmed_at, asked.closed_at) == (
        Dispute.Status.CLOSED,
        visitor.now,
        visitor.now,
    )
    assert "is closed." in text_of(visitor.get(page_of(asked)))


def test_a_second_click_on_resolved_changes_nothing(warned, asked, sign_in):
    decide(warned, asked, "2026-06-26", DisputedAmount.Result.UPHELD)
    visitor = sign_in(warned.lanhai, "2026-06-27")
    visitor.post(f"{page_of(asked)}resolved/")
    visitor.on("2026-06-28").post(f"{page_of(asked)}resolved/")
    asked.refresh_from_db()
    assert asked.confirmed_at == visitor.now


@pytest.mark.parametrize(
    ("outcome", "refused", "said"),
    [
        (DisputedAmount.Result.PARTLY, "40.00", "¥60.00 of the ¥100.00 is credited, the rest stays to pay."),
        (DisputedAmount.Result.REJECTED, None, "The ¥100.00 stays to pay."),
    ],
)
def test_the_outcome_is_said_in_amounts(warned, asked, sign_in, outcome, refused, said):
    row = DisputedAmount.objects.get()
    decide(warned, asked, "2026-06-26", outcome, refused={row.pk: Decimal(refused)} if refused else None)
    assert heading_of(sign_in(warned.lanhai, "2026-06-27").get(page_of(asked))) == said


def test_opening_a_case_marks_its_letters_as_seen(warned, asked, sign_in):
    visitor = sign_in(warned.lanhai, "2026-06-26")
    visitor.get(page_of(asked))
    assert Message.objects.get(letter="question_taken").seen_at == visitor.now
    assert not Message.objects.filter(letter="notice", customer=warned.lanhai, seen_at__isnull=False).exists()


@pytest.mark.parametrize("part", ["", "resolved/"])
def test_a_case_of_a_sibling_is_as_absent_as_none(warned, asked, sign_in, part):
    decide(warned, asked, "2026-06-26", DisputedAmount.Result.UPHELD)
    sibling = sign_in(warned.mingyue, "2026-06-27")
    ask = sibling.post if part else sibling.get
    foreign, absent = ask(f"{page_of(asked)}{part}"), ask(f"/my/cases/999999/{part}")
    assert foreign.status_code == absent.status_code == 404
    assert without_token(foreign) == without_token(absent)
    asked.refresh_from_db()
    assert asked.closed_at is None


def test_a_viewer_reads_a_case_and_cannot_close_it(warned, asked, sign_in):
    decide(warned, asked, "2026-06-26", DisputedAmount.Result.UPHELD)
    viewer = sign_in(warned.lanhai, "2026-06-27", role="customer_viewer")
    assert "Yes, resolved" not in text_of(viewer.get(page_of(asked)))
    assert viewer.post(f"{page_of(asked)}resolved/").status_code == 403
    asked.refresh_from_db()
    assert asked.closed_at is None


def test_the_list_shows_what_was_asked(warned, asked, sign_in):
    text = text_of(sign_in(warned.lanhai, "2026-06-26").get("/my/cases/"))
    assert asked.number in text
    assert "¥100.00" in text
    assert asked.number not in text_of(sign_in(warned.mingyue, "2026-06-26").get("/my/cases/"))


def test_no_reopens_the_case_with_its_own_clock(warned, asked, sign_in):
    decide(warned, asked, "2026-06-26", DisputedAmount.Result.REJECTED)
    visitor = sign_in(warned.lanhai, "2026-06-27")
    assert "No, reopen" in text_of(visitor.get(page_of(asked)))
    promised = asked.answer_by
    visitor.post(f"{page_of(asked)}reopen/", {"why": "The order says 90."})
    visitor.post(f"{page_of(asked)}reopen/", {"why": "The order says 90."})
    asked.refresh_from_db()
    assert (asked.status, asked.answer_by, asked.earlier_answers.count()) == ("investigating", promised, 1)
    page = text_of(visitor.get(page_of(asked)))
    assert "¥100.00 is frozen until then" in page
    assert "Our answer then" in page
    assert "The order says 90." in page


def test_no_without_a_why_is_refused_and_the_answer_stands(warned, asked, sign_in):
    decide(warned, asked, "2026-06-26", DisputedAmount.Result.REJECTED)
    answer = sign_in(warned.lanhai, "2026-06-27").post(f"{page_of(asked)}reopen/", {"why": "\u200b "})
    assert answer.status_code == 422
    assert "Say what is still wrong." in text_of(answer)
    asked.refresh_from_db()
    assert asked.status == "awaiting_confirmation"


def test_no_after_the_end_keeps_the_words_for_a_case_that_follows(warned, asked, sign_in):
    decide(warned, asked, "2026-06-26", DisputedAmount.Result.REJECTED)
    visitor = sign_in(warned.lanhai, "2026-06-27")
    visitor.post(f"{page_of(asked)}resolved/")
    answer = visitor.post(f"{page_of(asked)}reopen/", {"why": "Still wrong."})
    assert answer.status_code == 409
    assert "Still wrong.</textarea>" in answer.content.decode()
    follow = visitor.post(f"{page_of(asked)}say/", {"text": "Still wrong."})
    new = Dispute.objects.exclude(pk=asked.pk).get()
    assert follow.url == page_of(new)
    assert (new.follows, new.kind, new.text) == (asked, "billing", "Still wrong.")
    assert f"This case follows {asked.number}" in text_of(visitor.get(page_of(new)))
    assert f"goes on in {new.number}" in text_of(visitor.get(page_of(asked)))


def test_a_word_and_a_file_stand_in_the_conversation_once(warned, asked, sign_in):
    visitor = sign_in(warned.lanhai, "2026-06-26")
    proof = SimpleUploadedFile("order.txt", b"90 a seat")
    visitor.post(f"{page_of(asked)}say/", {"text": "Here is the order.", "files": proof})
    for _ in range(2):
        visitor.post(f"{page_of(asked)}say/", {"text": "And a word."})
    page = visitor.get(page_of(asked))
    assert text_of(page).count("Here is the order.") >= 1
    assert "order.txt" in text_of(page)
    assert [entry.text for entry in asked.entries.order_by("pk")] == ["Here is the order.", "And a word."]


def test_a_note_of_ours_is_not_on_the_customers_page(warned, asked, sign_in):
    now = story.at("2026-06-26")
    asked.entries.create(partner=warned.partner, kind="note", text="Secret doubts", at=now, by=warned.people["owner"])
    assert "Secret doubts" not in text_of(sign_in(warned.lanhai, "2026-06-26").get(page_of(asked)))


def test_an_empty_word_is_refused(warned, asked, sign_in):
    answer = sign_in(warned.lanhai, "2026-06-26").post(f"{page_of(asked)}say/", {"text": " \n"})
    assert answer.status_code == 422
    assert "Write something." in text_of(answer)
    assert not asked.entries.exists()


def test_a_question_is_taken_back_and_nothing_is_frozen_any_more(warned, asked, sign_in):
    visitor = sign_in(warned.lanhai, "2026-06-26")
    for _ in range(2):
        visitor.post(f"{page_of(asked)}withdraw/", {"why": "Found the order."})
    asked.refresh_from_db()
    assert (asked.status, asked.outcome, asked.answer) == ("decided", "withdrawn", "Found the order.")
    assert heading_of(visitor.get(page_of(asked))) == "You withdrew the question."
    story.settle_all(visitor.now)
    asked.refresh_from_db()
    assert asked.status == "closed"


def test_stars_are_given_once_after_the_end(warned, asked, sign_in):
    visitor = sign_in(warned.lanhai, "2026-06-27")
    visitor.post(f"{page_of(asked)}rate/", {"stars": "4"})
    asked.refresh_from_db()
    assert asked.rating is None, "not before the end"
    decide(warned, asked, "2026-06-26", DisputedAmount.Result.UPHELD)
    visitor.post(f"{page_of(asked)}resolved/")
    assert "How was our answer?" in text_of(visitor.get(page_of(asked)))
    assert visitor.post(f"{page_of(asked)}rate/", {"stars": "9", "word": "Quick."}).status_code == 422
    visitor.post(f"{page_of(asked)}rate/", {"stars": "4", "word": "Quick."})
    visitor.post(f"{page_of(asked)}rate/", {"stars": "1"})
    asked.refresh_from_db()
    assert (asked.rating, asked.entries.get().text) == (4, "Quick.")
    assert "You rated our answer 4 of 5." in text_of(visitor.get(page_of(asked)))


@pytest.mark.parametrize("deed", ["say/", "reopen/", "withdraw/", "rate/"])
def test_a_viewer_and_a_sibling_can_do_nothing_in_a_case(warned, asked, sign_in, deed):
    data = {"text": "x", "why": "x", "stars": "5"}
    viewer = sign_in(warned.lanhai, "2026-06-26", role="customer_viewer")
    assert viewer.post(f"{page_of(asked)}{deed}", data).status_code == 403
    assert sign_in(warned.mingyue, "2026-06-26").post(f"{page_of(asked)}{deed}", data).status_code == 404
    before = (asked.status, asked.rating)
    asked.refresh_from_db()
    assert (asked.status, asked.rating) == before and not asked.entries.exists()


def test_the_list_says_whose_turn_it_is(warned, asked, sign_in):
    visitor = sign_in(warned.lanhai, "2026-06-26")
    with visitor.then():
        ask(
            warned.lanhai,
            kind="support",
            title="Mail does not open",
            text="Since Monday.",
            by=visitor.user,
            now=visitor.now,
        )
    text = text_of(visitor.get("/my/cases/"))
    assert "Mail does not open" in text
    assert "our turn, by Tue 30 Jun, 18:00" in text
    decide(warned, asked, "2026-06-26", DisputedAmount.Result.UPHELD)
    assert "your turn: is it resolved?" in text_of(visitor.get("/my/cases/"))


def test_the_receipt_of_a_plain_question_says_that_nothing_is_frozen(warned, sign_in):
    visitor = sign_in(warned.lanhai, "2026-06-26")
    with visitor.then():
        case = ask(
            warned.lanhai, kind="billing", title="Whose name", text="Change it?", by=visitor.user, now=visitor.now
        )
    assert "Nothing is frozen for it" in text_of(visitor.get(f"/my/cases/{case.pk}/taken/"))
    assert "Change it?" in text_of(visitor.get(page_of(case)))


def test_the_page_asks_no_more_the_longer_the_conversation(warned, asked, sign_in):
    visitor = sign_in(warned.lanhai, "2026-06-26")
    visitor.get(page_of(asked))
    with CaptureQueriesContext(connection) as few:
        visitor.get(page_of(asked))
    for n in range(12):
        visitor.on("2026-06-26", f"13:{n:02d}").post(f"{page_of(asked)}say/", {"text": f"Word {n}"})
    with CaptureQueriesContext(connection) as many:
        visitor.get(page_of(asked))
    assert len(many) <= len(few)
