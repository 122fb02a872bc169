"""Do invoices made elsewhere come in whole, once, and with every fault named by its place?"""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from billing.models import Invoice, Series
from outbox import clock
from payables import rebilling
from tests import story
from tests.commanding import manage
from tests.money.conftest import NOW, a_customer

HEAD = (
    "number,customer,issued_on,due_on,currency,line description,quantity,unit_price,net,tax_rate,tax,total,subscription"
)
GOOD = f"""{HEAD}
A-17,Lanhai Trading,2026-05-02,2026-05-20,CNY,Support,2,100.00,200.00,6,12.00,212.00,
A-17,,,,,Setup,1,"1,000.00",1000.00,,,1000.00,
A-18,Lanhai Trading,2026-05-03,,CNY,Hours,3,33.333,,6,,,
,Lanhai Trading,2026-05-04,,CNY,Travel,1,10,,,,,
""".replace("A-17,,,,,", "A-17,Lanhai Trading,2026-05-02,,CNY,")


@pytest.fixture
def bring_in(hanhai, tmp_path):
    """Runs the command on a file of this content, as at noon of the day."""
    a_customer(hanhai)

    def run(content, *words):
        path = tmp_path / "invoices.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with clock.standing_at(NOW):
            return manage("import_invoices", path, "--partner", "hanhai", *words)

    return run


def test_a_file_is_imported_and_issued_with_its_own_numbers_and_days(bring_in):
    said = bring_in(GOOD, "--issue")
    assert (said.code, said["issued"], said["already_imported"]) == (0, 3, 0)
    assert [one["number"] for one in said["invoices"]] == ["A-17", "A-18", "HA-2026-00001"]
    first, second, third = Invoice.objects.order_by("pk")
    assert (first.total, str(first.issued_on), str(first.due_on)) == (Decimal("1212.00"), "2026-05-02", "2026-05-20")
    assert (second.net, second.tax, second.balance) == (Decimal("100.00"), Decimal("6.00"), Decimal("106.00"))
    assert (str(third.issued_on), third.source, third.period) == ("2026-05-04", "file", "2026-05")
    assert Series.objects.get(kind="invoice").next_number == 2, "numbers of others use none of the series"


def test_the_same_file_again_changes_nothing_and_drafts_can_be_issued_later(bring_in):
    assert bring_in(GOOD)["issued"] == 0
    assert set(Invoice.objects.values_list("status", flat=True)) == {"draft"}
    again = bring_in(GOOD)
    assert (again["invoices"], again["issued"], again["already_imported"]) == ([], 0, 3)
    assert bring_in(GOOD, "--issue")["issued"] == 3
    assert (bring_in(GOOD, "--issue")["issued"], Invoice.objects.count()) == (0, 3)


def test_a_draft_that_was_imported_keeps_its_number_when_a_person_issues_it(bring_in):
    bring_in(GOOD)
    pk = Invoice.objects.earliest("pk").pk
    rebilling.issue(pk, on=NOW.date(), now=NOW)
    one = Invoice.objects.get(pk=pk)
    assert (one.number, str(one.issued_on)) == ("A-17", "2026-05-02")


GOOD_LINE = {
    "number": "A-1",
    "customer": "Lanhai Trading",
    "issued_on": "2026-05-02",
    "currency": "CNY",
    "line description": "Support",
    "quantity": "2",
    "unit_price": "100.00",
}


def one_line(**changed):
    cells = dict.fromkeys(HEAD.split(","), "") | GOOD_LINE
    cells |= {name.replace("line_", "line "): value for name, value in changed.items()}
    return f"{HEAD}\n{','.join(cells.values())}\n"


FAULTS = {
    "line 2, customer: no customer is called “Nobody”": one_line(customer="Nobody"),
    "line 2, customer: is missing": one_line(customer=""),
    "line 2, issued_on: “02.05.2026” is not a day like 2026-11-20": one_line(issued_on="02.05.2026"),
    "line 2, issued_on: lies in the future": one_line(issued_on="2026-07-01"),
    "line 2, due_on: lies before the day of issue": one_line(due_on="2026-05-01"),
    "line 2, currency: “yuan” is not a currency like CNY": one_line(currency="yuan"),
    "line 2, currency: “CYN” is not a currency like CNY": one_line(currency="CYN"),
    "line 2, quantity: “2.5” is not a whole number": one_line(quantity="2.5"),
    "line 2, unit_price: “1e3” is not an amount like 1,000.00": one_line(unit_price="1e3"),
    "line 2, unit_price: “٣” is not an amount like 1,000.00": one_line(unit_price="٣"),
    "line 2, net: “1.234” has more than 2 decimals": one_line(net="1.234"),
    "line 2, total: 200.00 is not 200.00 and 12.00 tax": one_line(tax_rate="6", total="200.00"),
    "line 2, tax: 6.00 is not the tax on 100.00 at this rate": one_line(net="100.00", tax_rate="13", tax="6.00"),
    "line 2, subscription: “S-9” is not one subscription of this customer": one_line(subscription="S-9"),
    "line 2, number: “HA-2026-00009” belongs to the series the portal numbers itself": one_line(number="HA-2026-00009"),
    "line 2, total: the whole invoice asks for nothing; credits are not imported": one_line(unit_price="-5"),
    "line 1: the column unit_price is missing": one_line().replace("unit_price", "total2"),
    "line 2: 14 cells, the head has 13": one_line(subscription=",x"),
    "The file holds no invoice, only its head": HEAD + "\n",
    "The file is empty": "",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_by_line_and_column_and_nothing_is_imported(bring_in, fault):
    said = bring_in(FAULTS[fault], "--issue")
    assert said.code == 2 and fault in said.answer["errors"], said.answer
    assert not Invoice.objects.exists()


def test_one_bad_line_keeps_out_the_good_ones_and_all_faults_are_told(bring_in):
    said = bring_in(GOOD + "A-19,Nobody,2026-05-02,,CNY,x,1,1,,,,,\nA-20,Lanhai Trading,never,,CNY,x,1,1,,,,,\n")
    assert said.answer["errors"] == ["line 7, issued_on: “never” is not a day like 2026-11-20"]
    said = bring_in(GOOD + "A-19,Nobody,2026-05-02,,CNY,x,1,1,,,,,\n")
    assert said.answer["errors"] == ["line 6, customer: no customer is called “Nobody”"]
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"a\x00b\n", b'"open\n', GOOD.replace("Support", "支持").encode("gbk")]
)
def test_what_is_no_csv_of_utf_8_is_refused(bring_in, content):
    assert bring_in(content).code == 2 and not Invoice.objects.exists()


def test_a_known_number_with_other_values_is_a_fault(bring_in):
    bring_in(GOOD, "--issue")
    said = bring_in(GOOD.replace("33.333", "44.00"), "--issue")
    assert said.answer["errors"] == ["line 4, number: “A-18” is in the book already with other values"]
    assert Invoice.objects.count() == 3


def test_semicolons_a_byte_order_mark_and_words_that_look_like_formulas_are_taken_as_they_are(bring_in):
    said = bring_in(b"\xef\xbb\xbf" + one_line(line_description="=1+1").replace(",", ";").encode(), "--issue")
    assert said.code == 0 and Invoice.objects.get().lines.get().description == "=1+1"


def test_the_page_says_the_same_and_imports_once(bring_in, hanhai, client):
    client.force_login(story.people_of(hanhai)["billing"], backend="django.contrib.auth.backends.ModelBackend")

    def post(content):
        with clock.standing_at(NOW):
            file = SimpleUploadedFile("x.csv", content.encode(), content_type="text/csv")
            return client.post("/invoices/import/", {"file": file, "issue": "on"}, follow=True)

    bad = post(one_line(customer="Nobody"))
    assert bad.status_code == 422 and "no customer is called “Nobody”" in bad.content.decode()
    assert "3 invoices imported, 3 issued" in post(GOOD).content.decode()
    assert "Nothing was changed" in post(GOOD).content.decode()
    assert Invoice.objects.count() == 3
