"""Can a difference be seen with both sides, accepted, opened again and made a case of on the page?"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disputes.models import CommonCause, Dispute
from payables.models import Finding, ProviderBill
from subscriptions.models import Subscription
from tests import story
from tests.pages.staff.conftest import text_of


@pytest.fixture
def bill(hanhai) -> ProviderBill:
    """Two customers billed ten seats each of one offer; eight are in use."""
    story.import_book(hanhai, [story.company("Lanhai Trading"), story.company("Mingyue Logistics")])
    story.issue_all(hanhai)
    Subscription.objects.update(quantity=8)
    return ProviderBill.objects.get()


@pytest.fixture
def desk(bill, people, sit_down):
    client = sit_down(people["billing"])
    client.post(f"/provider/bills/{bill.pk}/compare/")
    return client


def keys() -> list[str]:
    return [str(pk) for pk in Finding.objects.order_by("pk").values_list("pk", flat=True)]


def test_both_sides_and_the_counts_stand_on_the_page(bill, desk):
    seen = text_of(desk.get("/provider/findings/"))
    assert "2 provider lines, 0 match, 2 differ, 2 still open" in seen
    assert "10 seats billed, 8 in use" in seen and "Lanhai Trading" in seen
    assert "600.00" in seen and "690.00" in seen
    assert "Seats of Office 365 E3 differs at 2 customers." in seen


def test_filters_narrow_and_the_file_says_the_same(bill, desk):
    whose = Finding.objects.order_by("pk")[0].customer
    other = Finding.objects.order_by("pk")[1].customer
    seen = text_of(desk.get(f"/provider/findings/?customer={whose.pk}&kind=seats"))
    assert whose.name in seen and other.name not in seen
    assert "Nothing differs here" in text_of(desk.get("/provider/findings/?kind=tax"))
    answer = desk.get("/provider/findings/?export=csv&state=all")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 3 and "10 seats billed, 8 in use" in lines[1]
    assert desk.get("/provider/findings/?bill=987654").status_code == 404
    assert desk.get("/provider/findings/?bill=x&state=y&kind=z&customer=-1&page=q").status_code == 200


def test_many_are_accepted_at_once_with_a_reason(bill, desk):
    refused = desk.post("/provider/findings/accept/", {"finding": keys(), "why": ""})
    assert refused.status_code == 422 and "Say why" in text_of(refused)
    assert refused.content.count(b" checked") == 2
    done = desk.post("/provider/findings/accept/", {"finding": keys(), "why": "ordered by phone"}, follow=True)
    assert "2 findings accepted" in text_of(done)
    seen = text_of(desk.get("/provider/findings/?state=accepted"))
    assert "ordered by phone" in seen
    desk.post("/provider/findings/reopen/", {"finding": keys()[:1]})
    assert Finding.objects.open().count() == 1


def test_nothing_chosen_is_said(bill, desk):
    for deed in ("accept", "reopen", "dispute", "gather"):
        answer = desk.post(f"/provider/findings/{deed}/", {"why": "fine", "finding": "x"})
        assert answer.status_code == 422 and "Choose at least one finding" in text_of(answer)


def test_one_click_makes_a_case_and_a_second_none(bill, desk):
    for _ in range(2):
        done = desk.post("/provider/findings/dispute/", {"finding": keys()[:1]}, follow=True)
    case = Dispute.objects.get()
    assert f"{case.number} is open" in text_of(done)
    seen = text_of(desk.get("/provider/findings/?state=disputed"))
    assert case.number in seen


def test_the_same_at_several_customers_is_gathered_by_one_click(bill, desk):
    offer = Subscription.objects.order_by("pk")[0].offer_id
    done = desk.post("/provider/findings/gather/", {"of": bill.pk, "what": "seats", "offer": offer}, follow=True)
    cause = CommonCause.objects.get()
    assert f"{cause.number} is open with 2 cases" in text_of(done) and cause.cases.count() == 2


def test_who_sees_bills_only_may_not_decide(bill, desk, people, sit_down):
    for role, status in (("collections", 403), ("viewer", 403)):
        client = sit_down(people[role])
        assert client.get("/provider/findings/").status_code == status
        assert client.get("/provider/margin/").status_code == status
        assert client.post("/provider/findings/accept/", {"finding": keys(), "why": "x"}).status_code == status
    assert Finding.objects.open().count() == 2


def test_findings_wait_on_the_worklist(bill, desk):
    assert "Look at what differs on a bill" in text_of(desk.get("/worklist/"))
    desk.post("/provider/findings/accept/", {"finding": keys(), "why": "ordered"})
    assert "Look at what differs on a bill" not in text_of(desk.get("/worklist/"))


def test_the_margin_stands_by_customer_and_by_offer(bill, desk):
    seen = text_of(desk.get("/provider/margin/"))
    assert "Lanhai Trading" in seen and "¥600.00" in seen and "¥690.00" in seen and "13.0" in seen
    assert "4 of 20, target under 2" in seen
    seen = text_of(desk.get("/provider/margin/?by=offer"))
    assert "Office 365 E3" in seen and "¥1,380.00" in seen
    answer = desk.get("/provider/margin/?by=offer&export=csv")
    assert len(b"".join(answer.streaming_content).decode().splitlines()) == 2


def test_questions_to_the_database_do_not_grow_with_rows(hanhai, people, sit_down):
    story.import_book(hanhai, [story.company(f"Company {n}") for n in range(30)])
    story.issue_all(hanhai)
    Subscription.objects.update(quantity=8)
    client = sit_down(people["billing"])
    client.post(f"/provider/bills/{ProviderBill.objects.get().pk}/compare/")
    for path in ("/provider/findings/", "/provider/margin/"):
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        mine = [one["sql"] for one in asked if "payables_" in one["sql"]]
        assert len(mine) <= 12, mine
