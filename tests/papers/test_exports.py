"""Is a file what the list shows, safe to open, and small in memory however long it is?"""

from __future__ import annotations

import csv
import io
import re
import tracemalloc
import zipfile
from datetime import date, datetime
from decimal import Decimal
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.urls import reverse

from customers.exporting import Column, file_name, guarded, lines, sheet
from customers.models import User
from disputes.questioning import question
from dunning.banking import import_statement
from tests import story
from tests.doors.table import ours

from .conftest import a_customer, issued

HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "  =1",
    '"=1"',
    "–1",
    "plain",
]
COLUMNS = [Column("Name", lambda row: row[0]), Column("Amount", lambda row: row[1]), Column("Day", lambda row: row[2])]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_csv(content: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content, newline="")))


def cells_of(content: bytes) -> list[list[tuple[str, str]]]:
    """Each row of a workbook as (type, text); a type of "n" is a number."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        root = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    rows = []
    for row in root.iter(f"{MAIN}row"):
        rows.append([(cell.get("t", "n"), "".join(cell.itertext())) for cell in row.iter(f"{MAIN}c")])
    return rows


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_begins_like_a_formula_and_numbers_stay_numbers(text):
    rows = [(text, Decimal("-12.50"), date(2026, 11, 20))]
    body = read_csv("".join(lines(COLUMNS, rows)).removeprefix("\ufeff"))
    assert not re.match(r"\s*[=+\-@＝]", body[1][0])
    assert body[1][0].removeprefix("'") == text
    assert body[1][1:] == ["-12.50", "2026-11-20"]
    cells = cells_of(sheet(COLUMNS, rows).read())
    assert cells[1][1] == ("n", "-12.50")
    assert cells[1][0][0] != "n"
    assert not any("<f>" in text for _kind, text in cells[1])


def test_the_file_begins_with_the_mark_that_says_utf_8():
    assert "".join(lines(COLUMNS, [("蓝海", 1, None)])).encode()[:3] == b"\xef\xbb\xbf"


def test_signs_that_a_workbook_cannot_hold_are_left_out():
    content = sheet(COLUMNS, [("a\x01b\ud7ffc", 1, datetime(2026, 1, 1, 9, 30, tzinfo=story.SHANGHAI))]).read()
    assert cells_of(content)[1][0][1] == "ab\ud7ffc"


def test_a_name_says_list_filter_and_day_in_plain_letters():
    said = file_name("invoices", "overdue", "", 'a"b/../с 蓝', date(2026, 11, 20), kind="csv")
    assert said == "invoices-overdue-a-b-2026-11-20.csv"
    assert guarded("") == ""


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_many_rows_take_no_more_memory_than_few(kind):
    def peak(count: int) -> int:
        rows = ((f"Customer {n}", Decimal(n), date(2026, 11, 20)) for n in range(count))
        tracemalloc.start()
        try:
            if kind == "csv":
                assert sum(map(len, lines(COLUMNS, rows))) > count
            else:
                sheet(COLUMNS, rows).close()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(8_000) < peak(1_000) * 1.5 + 400_000


LISTS = [
    "/invoices/",
    "/payments/",
    "/customers/",
    "/disputes/",
    "/collections/proposals/",
    "/insights/",
    "/insights/receivables/",
]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_list_leaves_as_a_file(named, sit_down, people, path, kind):
    customer = a_customer(named, "=Formula Ltd")
    issued(customer, [Decimal("1234.50")])
    story.pay(customer, "100.00", story.at("2026-06-02"), settled=False)
    answer = sit_down(people["owner"], "2026-06-25").get(f"{path}?export={kind}")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].endswith(f'2026-06-25.{kind}"')
    assert answer["Cache-Control"] == "private, no-store"
    body = b"".join(answer.streaming_content)
    assert body[:2] == (b"PK" if kind == "xlsx" else b"\xef\xbb")
    if kind == "csv" and path in ("/invoices/", "/customers/", "/insights/receivables/"):
        assert "'=Formula Ltd" in body.decode()
        assert "1134.50" in body.decode()


def test_a_file_holds_what_the_filter_shows(named, sit_down, people):
    for name, total in (("Lanhai", "10.00"), ("Mingyue", "20.00")):
        issued(a_customer(named, name), [Decimal(total)])
    answer = sit_down(people["viewer"], "2026-06-25").get("/invoices/?state=overdue&q=Ming&export=csv")
    rows = read_csv(b"".join(answer.streaming_content).decode("utf-8-sig"))
    assert [row[0] for row in rows[1:]] == ["Mingyue"]
    assert 'filename="invoices-overdue-Ming-2026-06-25.csv"' in answer["Content-Disposition"]


def test_a_customer_gets_their_own_invoices_only(named, sign_in):
    mine, other = a_customer(named, "Lanhai"), a_customer(named, "Mingyue")
    theirs = issued(other, [Decimal("20.00")])
    ours = issued(mine, [Decimal("10.00")])
    answer = sign_in(mine, "2026-06-25").get("/my/invoices/?export=csv")
    body = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert ours.number in body
    assert theirs.number not in body


# Lists that are no book of anything: what was found, samples of components, links that open a page, whom one breaker
# names; and one that leaves as a file through a module of its own.
NO_FILE = {"search.py", "styleguide.py", "links.py", "breaker.py"}
OUR_FLOORS = ("customers", "subscriptions", "billing", "payables", "dunning", "disputes", "partnerportal")


def test_every_module_that_turns_pages_leaves_as_a_file():
    without = []
    for floor in OUR_FLOORS:
        for path in Path(settings.BASE_DIR, floor).rglob("*.py"):
            text = path.read_text()
            pages = re.search(r"(?<!def )\b(leaf|Paginator)\(", text)
            if pages and "export" not in text and "_file" not in text and path.name not in NO_FILE:
                without.append(str(path.relative_to(settings.BASE_DIR)))
    assert without == []


@pytest.fixture
def full(named, mail_dir):
    """A book with something in every list: bills, drafts, payments, a question, bank entries, prices, a run."""
    story.import_book(named, [story.company("=Formula Ltd"), story.company("@corp")])
    story.issue_all(named)
    owner = story.people_of(named)["owner"]
    story.chase(named, owner, until=story.FINAL)
    customer = story.customer_named(named, "=Formula Ltd")
    story.pay(customer, "10.00", story.at(story.FINAL), reference="+1+1", settled=False)
    sheet_ = b"Date,Amount,Currency,Payer,Text\n2026-06-20,77.00,CNY,=Nobody,@text\n"
    import_statement(named, io.BytesIO(sheet_), file_name="=bank.csv", now=story.at(story.FINAL), by=owner)
    theirs = story.customer_person(customer, "billing@formula.example")
    asked = {customer.invoices.get().lines.earliest("pk").pk: Decimal("1.00")}
    question(customer.invoices.get(), asked, reason="price", text="-2", by=theirs, now=story.at(story.FINAL))
    return named


FILE_LINK = re.compile(r'href="(\?[^"]*export=(?:csv|xlsx)[^"]*)"')
FORMULAS = re.compile(r"\s*[=+@\t\r＝]")


def test_every_page_that_offers_a_file_gives_it(full, sit_down, people):
    theirs = User.objects.get(email="billing@formula.example")
    desks = [(sit_down(people["owner"], "2026-06-25"), False), (sit_down(theirs, "2026-06-25"), True)]
    found: dict[str, set[str]] = {}
    for desk, of_customer in desks:
        for entry in ours():
            door = entry.door
            if entry.words or door is None or door.kind != ("customer" if of_customer else "staff"):
                continue
            url = reverse(entry.name)
            page = desk.get(url)
            if page.status_code != 200 or not page.headers["Content-Type"].startswith("text/html"):
                continue
            for link in map(unescape, FILE_LINK.findall(page.content.decode())):
                kind = "xlsx" if "export=xlsx" in link else "csv"
                found.setdefault(url, set()).add(kind)
                gives_a_file(desk.get(url + link), url, kind)
    missing = {url: kinds for url, kinds in found.items() if kinds != {"csv", "xlsx"}}
    assert missing == {}
    assert set(found) >= {
        *("/invoices/", "/payments/", "/payments/bank/", "/payments/bank/import/", "/credit-notes/", "/customers/"),
        *("/disputes/", "/disputes/causes/", "/insights/receivables/", "/settings/prices/", "/collections/"),
        *("/my/invoices/", "/my/cases/", "/my/subscriptions/", "/my/statement/", "/worklist/", "/settings/people/"),
    }


def gives_a_file(answer, url: str, kind: str) -> None:
    """A whole file under a name of plain letters with its kind, streamed, and no cell of it a formula."""
    assert answer.status_code == 200, url
    assert re.search(rf'filename="[A-Za-z0-9.-]+\.{kind}"', answer["Content-Disposition"]), url
    assert answer.streaming, url
    body = b"".join(answer.streaming_content)
    if kind == "csv":
        cells = [cell for row in read_csv(body.decode("utf-8-sig")) for cell in row]
    else:
        cells = [text for row in cells_of(body) for cell, text in row if cell != "n"]
        assert b"<f>" not in zipfile.ZipFile(io.BytesIO(body)).read("xl/worksheets/sheet1.xml"), url
    assert [cell for cell in cells if FORMULAS.match(cell)] == [], url


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/invoices/?state=overdue&currency=CNY", "invoices-overdue-CNY-2026-06-25.csv"),
        ("/payments/?show=unapplied", "payments-unapplied-2026-06-25.csv"),
        ("/payments/bank/?show=aside", "bank-entries-aside-2026-06-25.csv"),
        ("/settings/prices/?tab=tax&over=1", "prices-tax-over-2026-06-25.csv"),
        ("/customers/?q=formula", "customers-formula-2026-06-25.csv"),
    ],
)
def test_the_name_of_a_file_says_its_filter(named, sit_down, people, address, name):
    answer = sit_down(people["owner"], "2026-06-25").get(f"{address}&export=csv")
    assert f'filename="{name}"' in answer["Content-Disposition"]
