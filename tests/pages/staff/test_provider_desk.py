"""Does the provider's desk say what is to pay, what lateness may cost, and when the money runs short?"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from payables.models import CashBalance, ProviderBill, ProviderPayment
from tests import story
from tests.pages.staff.conftest import text_of

DUE = story.CYCLE + timedelta(days=30)


@pytest.fixture
def desk(hanhai, people, sit_down):
    story.import_book(hanhai, [story.company("Lanhai Trading")])
    return sit_down(people["billing"], DUE - timedelta(days=3))


def the_bill() -> ProviderBill:
    return ProviderBill.objects.get()


def test_a_bill_to_pay_is_paid_and_taken_back(desk):
    bill = the_bill()
    page = text_of(desk.get("/provider/"))
    assert bill.number in page and "¥636.00" in page and "may be assessed" in page
    form = desk.get(f"/provider/bills/{bill.pk}/pay/").context["form"]
    told = {"amount": "600.00", "paid_on": desk.now.date().isoformat(), "once": form.initial["once"]}

    once = desk.post(f"/provider/bills/{bill.pk}/pay/", told, follow=True)
    desk.post(f"/provider/bills/{bill.pk}/pay/", told, follow=True)

    assert "¥36.00 of it is left" in text_of(once)
    assert ProviderPayment.objects.count() == 1, "two clicks are one payment"
    sent = ProviderPayment.objects.get()
    back = desk.post(f"/provider/payments/{sent.pk}/back/", {"reason": "returned by the bank"}, follow=True)
    assert "The payment is taken back" in text_of(back)
    assert "Partly paid" not in text_of(desk.get("/provider/"))


@pytest.mark.parametrize("amount", ["1e3", "1_000", "１００", "NaN", "-5", "0", "1.005"])
def test_an_odd_amount_is_refused_beside_its_field_and_kept(desk, amount):
    url = f"/provider/bills/{the_bill().pk}/pay/"
    answer = desk.post(url, {"amount": amount, "paid_on": desk.now.date().isoformat(), "once": "x"})

    assert answer.status_code == 422 and amount in answer.content.decode()
    assert not ProviderPayment.objects.exists()


def test_the_day_after_its_due_day_a_bill_is_overdue_and_may_cost(desk):
    late = text_of(desk.at(DUE + timedelta(days=1)).get("/provider/"))

    assert "A bill is past its day." in late, late[800:2500]
    assert "Overdue 1 day" in late and "¥9.54" in late


def test_a_due_day_agreed_in_writing_moves_the_bill(desk):
    bill, day = the_bill(), (DUE + timedelta(days=10)).isoformat()
    desk.post(f"/provider/bills/{bill.pk}/due/", {"due_on": day, "why": "mail of 2 May"})

    assert "Overdue" not in text_of(desk.at(DUE + timedelta(days=1)).get("/provider/"))
    assert desk.post(f"/provider/bills/{bill.pk}/due/", {"due_on": day, "why": ""}).status_code == 422


def test_terms_are_kept_for_the_bills_to_come(desk):
    told = {"net_days": "45", "from_on": "2026-06-01", "legal_maximum": "1.2", "agreement": "letter of 3 May"}
    assert "terms are kept" in text_of(desk.post("/provider/terms/", told, follow=True))
    again = desk.post("/provider/terms/", told)
    assert again.status_code == 422 and "Terms from this day stand already" in text_of(again)


def test_a_restriction_says_what_is_refused_until_it_is_over(desk):
    desk.post("/provider/restriction/", {"why": "their mail of 20 May"})
    page = text_of(desk.get("/provider/"))
    assert "21Vianet restricts our account." in page and "add or take away seats" in page
    desk.post("/provider/restriction/", {})
    assert "restricts our account." not in text_of(desk.get("/provider/"))


def test_the_first_short_day_is_said_above_the_drawing(desk):
    page = text_of(desk.get("/provider/"))
    assert "from nothing, since no bank balance is known" in page
    assert "Short by ¥636.00 on" in page
    desk.post("/provider/cash/", {"balance": "10,000.00", "on": desk.now.date().isoformat()})
    assert CashBalance.objects.get().balance == 10_000
    assert "Enough for every bill of the next 60 days" in text_of(desk.get("/provider/"))


def test_an_overdrawn_account_may_be_written_down(desk):
    desk.post("/provider/cash/", {"balance": "−250.00", "on": desk.now.date().isoformat()})
    assert CashBalance.objects.get().balance == -250
    assert desk.post("/provider/cash/", {"balance": "1e3", "on": "2026-05-01"}).status_code == 422


def test_the_course_can_be_taken_away_as_a_file(desk):
    answer = desk.get("/provider/?export=csv")
    assert answer.status_code == 200 and "cash-gap" in answer["Content-Disposition"]


def test_an_empty_desk_says_what_brings_the_first_bill(hanhai, people, sit_down):
    assert "No provider bill yet" in text_of(sit_down(people["billing"]).get("/provider/"))


def test_only_those_who_keep_payables_write(desk, people, sit_down):
    bill = the_bill()
    for role in ("collections", "viewer", "sales"):
        assert sit_down(people[role]).post(f"/provider/bills/{bill.pk}/pay/", {}).status_code == 403


def test_the_desk_asks_the_same_number_of_questions_for_one_bill_as_for_many(desk, hanhai):
    few = desk.queries("/provider/")
    for number in range(4):
        story.import_book(hanhai, [story.company(f"Company {number}")])
    assert desk.queries("/provider/") <= few and few <= 12


def test_the_drawing_holds_nothing_that_a_browser_would_throw_out_of_it(desk):
    page = desk.get("/provider/").content.decode()
    drawing = page.partition('<svg class="chart"')[2].partition("</svg>")[0]
    inside = set(re.findall(r"<(\w+)", drawing))
    assert inside <= {"defs", "pattern", "line", "text", "polygon", "polyline"} and drawing.count("<polyline") == 2


def test_what_differs_on_the_newest_bill_follows_below_and_the_tabs_count(desk):
    page = desk.get("/provider/")
    assert 'hx-get="/provider/compared/"' in page.content.decode() and "Bills 1" in text_of(page)
    part = text_of(desk.get("/provider/compared/"))
    assert "Reconciliation of" in part and "1 provider line, 1 matches" in part, part
