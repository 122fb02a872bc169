"""Does one search find each kind of row by what people know of it, and only what they may see?"""

import pytest

from tests import story
from tests.pages.staff.conftest import lanhai, text_of

HTMX = {"HX-Request": "true", "HX-Target": "palette-found"}


@pytest.fixture
def book(small_book):
    customer = lanhai(small_book)
    customer.name = "蓝海贸易有限公司"
    customer.save(update_fields=["name"])
    story.pay(customer, "10.00", story.at(story.ISSUED), reference="BANK-77", settled=False)
    return small_book


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("蓝", "Customers 蓝海贸易有限公司"),
        ("HA-2026-00001", "Invoices HA-2026-00001"),
        ("bank-77", "Payments BANK-77 蓝海贸易有限公司"),
        ("visio", "Subscriptions Visio Plan 2 蓝海贸易有限公司"),
        ("nothing like it", "Nothing is called “nothing like it”"),
        ("x", "Write at least two letters"),
    ],
)
def test_each_kind_is_found_by_what_people_know(book, people, sit_down, words, found):
    assert found in text_of(sit_down(people["owner"]).get("/search/", data={"q": words}))


def test_bills_are_found_by_those_who_may_see_them(book, people, sit_down):
    bill = lanhai_bill(book)
    owner, viewer = (text_of(sit_down(people[who]).get(f"/search/?q={bill.number}")) for who in ("owner", "viewer"))
    assert "Provider bills" in owner and bill.number in owner
    assert f"Nothing is called “{bill.number}”" in viewer


def lanhai_bill(partner):
    return story.customer_named(partner, "Mingyue Logistics").provider_lines.first().bill


def test_five_of_a_kind_and_a_way_to_all(book, people, sit_down):
    desk = sit_down(people["owner"])
    alike = [{"name": f"Alike {n}", "provider_id": f"alike {n}", "created_at": desk.now} for n in range(7)]
    story.Customer.objects.bulk_create([story.Customer(partner=book, **one) for one in alike])
    page = desk.get("/search/?q=alike").content.decode()
    assert page.count("Alike ") == 5 and 'href="/customers/?q=alike"' in page
    subscriptions = desk.get("/search/?q=plan&in=subscriptions")
    assert subscriptions.status_code == 200 and "Visio Plan 2" in text_of(subscriptions)


def test_another_partner_finds_nothing(book, bohai, sit_down):
    theirs = sit_down(story.people_of(bohai)["owner"])
    for words in ("蓝海", "BANK-77", "visio", "HA-2026"):
        assert "Nothing is called" in text_of(theirs.get("/search/", data={"q": words}))


def test_the_palette_gets_the_findings_alone_in_few_queries(book, people, sit_down):
    desk = sit_down(people["owner"])
    part = desk.get("/search/?q=HA-2026", headers=HTMX).content.decode()
    assert "<html" not in part and "HA-2026-00001" in part
    assert desk.queries("/search/?q=HA-2026") <= 12


@pytest.mark.parametrize("words", ["%00", "%", "_", "'; DROP TABLE", "a" * 400, "\ud83d\ude00x"])
def test_odd_words_are_only_words(book, people, sit_down, words):
    assert (
        sit_down(people["viewer"])
        .get("/search/", data={"q": words.encode("utf-16", "surrogatepass").decode("utf-16")})
        .status_code
        == 200
    )
