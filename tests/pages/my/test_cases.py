"""Can a customer follow a case to its end, and does it close only after they were told?"""

from decimal import Decimal

import pytest

from billing.models import DisputedAmount
from customers.models import Message
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
