"""Does a list turn its pages by what stands on them, keep its filter, and ask the database as much of many rows as of
few?"""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.test import RequestFactory

from billing.models import Claim, CreditNote, Invoice, Payment
from customers import paging
from customers.models import Customer, User
from tests import story

AT = story.at(story.ISSUED)
DAY = AT.date()
# Every list of the desk whose rows this file can make by the thousand.
DOORS = (
    "/invoices/", "/invoices/?state=open", "/invoices/?state=draft", "/payments/", "/payments/?show=unapplied",
    "/payments/?show=claimed", "/payments/bank/", "/credit-notes/", "/customers/", "/collections/",
)  # fmt: skip


def fill(partner, rows: int) -> None:
    """So many customers, each with an invoice that is issued, a draft, a payment, a claim and a credit note."""
    start = Customer.objects.count()
    mine = {"partner": partner, "zone": "Asia/Shanghai", "created_at": AT}
    customers = Customer.objects.bulk_create(
        Customer(name=f"Company {start + n:05d}", provider_id=f"list-{start + n}", **mine) for n in range(rows)
    )
    money = {"partner": partner, "currency": "CNY"}
    sums = {"net": Decimal(100), "tax": Decimal(0), "total": Decimal(100), "balance": Decimal(100)}
    issued = {"status": "issued", "issued_on": DAY, "issued_at": AT, "due_on": DAY + timedelta(days=20)}
    for state in (issued, {"status": "draft"}):
        Invoice.objects.bulk_create(
            Invoice(
                customer=one,
                number=f"L-{one.pk}" if state is issued else None,
                period="2026-05",
                created_at=AT,
                **money,
                **sums,
                **state,
            )
            for one in customers
        )
    of_customer = {one.pk: one for one in customers}
    Payment.objects.bulk_create(
        Payment(
            customer=one, amount=Decimal(7), reference="R", received_on=DAY, booked_at=AT, external_id=f"l{pk}", **money
        )
        for pk, one in of_customer.items()
    )
    CreditNote.objects.bulk_create(
        CreditNote(
            customer=one, number=f"C-{pk}", why="goodwill", total=Decimal(5), issued_on=DAY, issued_at=AT, **money
        )
        for pk, one in of_customer.items()
    )
    said = {"amount": Decimal(1), "paid_on": DAY, "at": AT, "by": User.objects.earliest("pk")}
    Claim.objects.bulk_create(Claim(customer=one, **said, **money) for one in customers)


def test_a_list_asks_as_much_at_a_thousand_rows_as_at_ten(hanhai, people, sit_down):
    asked = []
    for rows in (10, 990):
        fill(hanhai, rows)
        desk = sit_down(people["owner"], story.ISSUED)
        asked.append({door: desk.queries(door) for door in DOORS})
    few, many = asked
    assert few == many
    assert max(many.values()) <= 12, many


def turned(desk, address: str, rel: str) -> str:
    """Where Previous or Next leads."""
    page = desk.get(address).content.decode()
    found = re.search(rf'href="([^"]*)" rel="{rel}"', page)
    return found[1].replace("&amp;", "&") if found else ""


def numbers(desk, address: str) -> list[str]:
    return re.findall(r'cell-name"><a href="/invoices/\d+/">([^<]+)<', desk.get(address).content.decode())


def test_every_invoice_stands_on_one_page_and_back_leads_where_one_was(hanhai, people, sit_down):
    fill(hanhai, 120)
    desk, seen, way, address = sit_down(people["owner"], story.ISSUED), [], [], "/invoices/?state=open"
    while True:
        way.append(numbers(desk, address))
        seen += way[-1]
        following = turned(desk, address, "next")
        if not following:
            break
        assert "state=open" in following
        address = f"/invoices/{following}"
    assert [len(page) for page in way] == [50, 50, 20]
    assert sorted(seen) == sorted(Invoice.objects.exclude(number=None).values_list("number", flat=True))
    for page in reversed(way[:-1]):
        address = f"/invoices/{turned(desk, address, 'prev')}"
        assert numbers(desk, address) == page
    assert not turned(desk, address, "prev")


def test_a_page_says_where_it_is_and_a_row_added_meanwhile_moves_nothing(hanhai, people, sit_down):
    fill(hanhai, 60)
    desk = sit_down(people["owner"], story.ISSUED)
    following = f"/invoices/{turned(desk, '/invoices/', 'next')}"
    before = numbers(desk, following)
    assert "51 to 60 of 60" in desk.get(following).content.decode()
    fill(hanhai, 1)
    assert numbers(desk, following) == before


@pytest.mark.parametrize("order", [("-late", "-owed", "name", "pk"), ("name", "pk"), ("-pk",)])
def test_pages_of_any_order_hold_each_row_once(hanhai, people, order):
    fill(hanhai, 105)
    rows = Customer.objects.filter(partner=hanhai).annotate(late=F("partner_id"), owed=F("pk") % 7)
    seen, word = [], ""
    while True:
        page = paging.leaf(RequestFactory().get("/", {"page": word}), rows, *order)
        seen += [one.pk for one in page.object_list]
        word = page.next_page_number()
        if not word:
            break
    assert seen == list(rows.order_by(*order).values_list("pk", flat=True))


def test_customers_of_equal_debt_stand_on_one_page_each(hanhai, people, sit_down):
    fill(hanhai, 105)
    desk, seen, address = sit_down(people["owner"], story.ISSUED), [], "/customers/"
    while address:
        seen += re.findall(r"Company \d{5}", re.sub(r"<title>.*", "", desk.get(address).content.decode()))
        following = turned(desk, address, "next")
        address = f"/customers/{following}" if following else ""
    assert seen == sorted(set(seen)) and len(seen) == 105


WORDS = ("2", "-1", "é", "AAAA", "x" * 5000)
SAID = ([], ["a"], ["a", 50], ["a", 50, "2026-05-01"], ["z", 50, "2026-05-01", 1], ["a", -1, "2026-05-01", 1],
        ["a", 50, "yesterday", 1], ["a", 50, None, 1], ["a", 50, "2026-05-01", 10**40], ["a", True, "2026-05-01", 1],
        ["b", 50, {"a": 1}, [1]])  # fmt: skip


def test_an_address_somebody_made_up_is_the_first_page(hanhai, people, sit_down):
    fill(hanhai, 60)
    desk = sit_down(people["owner"], story.ISSUED)
    first = numbers(desk, "/invoices/")
    words = [*WORDS, *(base64.urlsafe_b64encode(json.dumps(one).encode()).decode() for one in SAID)]
    for word in words:
        assert numbers(desk, f"/invoices/?page={word}") == first, word


def test_counting_stops_and_says_so(hanhai, people):
    fill(hanhai, 12)
    rows = Invoice.objects.filter(status="issued")
    assert (paging.counted(rows, 10), paging.counted(rows, 10).more) == (10, True)
    assert (paging.counted(rows, 12), paging.counted(rows, 12).more) == (12, False)
    assert paging.added_up(rows, "total", "balance", most=11) == (11, [])
    number, sums = paging.added_up(rows, "total", "balance")
    assert number == 12 and sums == [("CNY", 12, Decimal(1200), Decimal(1200))]
