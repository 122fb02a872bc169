"""Can a question be judged beside the provider's line and answered once?"""

from decimal import Decimal

import pytest

from billing.models import CreditNote
from disputes.models import Dispute
from disputes.questioning import question
from tests import story
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


def test_the_page_sets_our_line_beside_the_providers(case, people, sit_down):
    seen = text_of(sit_down(people["billing"], "2026-06-02").get(f"/disputes/{case.pk}/"))
    assert "We use 2" in seen and "21Vianet bill" in seen and "¥100.00" in seen
    assert "Answer promised by Thu 4 Jun, 18:00" in seen


def test_upholding_credits_and_tells_the_customer(case, people, sit_down):
    desk = sit_down(people["help_desk"], "2026-06-02")
    page = desk.post(f"/disputes/{case.pk}/answer/", {"outcome": "upheld", "answer": "You are right"}, follow=True)
    assert CreditNote.objects.get().total == Decimal("100.00")
    assert "Decided. The answer is on its way" in text_of(page)
    story.settle_all(desk.now)
    assert "Told on" in text_of(desk.get(f"/disputes/{case.pk}/"))


def test_partly_credits_what_is_not_refused(case, people, sit_down):
    row = case.invoice.lines.get(description="Visio Plan 2").disputed_amounts.get()
    form = {"outcome": "partly", "answer": "Half", f"refused_{row.pk}": "40.00"}
    sit_down(people["billing"], "2026-06-02").post(f"/disputes/{case.pk}/answer/", form)
    assert CreditNote.objects.get().total == Decimal("60.00")


@pytest.mark.parametrize("refused", ["", "100.00", "100.01", "lots"])
def test_a_part_that_is_none_or_all_is_questioned_back(case, people, sit_down, refused):
    row = case.invoice.lines.get(description="Visio Plan 2").disputed_amounts.get()
    form = {"outcome": "partly", "answer": "Half of it", f"refused_{row.pk}": refused}
    answer = sit_down(people["billing"], "2026-06-02").post(f"/disputes/{case.pk}/answer/", form)
    assert answer.status_code == 422 and "Half of it" in answer.content.decode()
    case.refresh_from_db()
    assert case.status == Dispute.Status.NEW and not CreditNote.objects.exists()


def test_a_second_answer_changes_nothing(case, people, sit_down):
    desk = sit_down(people["billing"], "2026-06-02")
    desk.post(f"/disputes/{case.pk}/answer/", {"outcome": "rejected", "answer": "No"})
    again = desk.post(f"/disputes/{case.pk}/answer/", {"outcome": "upheld", "answer": "Yes"}, follow=True)
    assert "decided already" in text_of(again) and not CreditNote.objects.exists()


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
