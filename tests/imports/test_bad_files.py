"""Is a file that can't be used refused by line and column, and does it change nothing at all?"""

from __future__ import annotations

import gzip
import io
import re
import zipfile

import pytest

from payables import reading
from payables.importing import import_file
from payables.models import ProviderBill
from payables.reading import BadFile
from tests import witness
from tests.imports.conftest import NOW
from tests.imports.sheets import Sheet, charge, good, sheet

AMOUNTS = {
    "(600.00)": "'(600.00)' is not an amount",
    "600.00-": "'600.00-' is not an amount",
    "6e2": "'6e2' is not an amount",
    "6_00": "'6_00' is not an amount",
    "٦٠٠": "'٦٠٠' is not an amount",
    "6\u00a000": "'6\u00a000' is not an amount",
    "60,0.00": "'60,0.00' is not an amount",
    "600,00": "'600,00' is not an amount",
    "600.005": "'600.005' has more than 2 decimals",
    "NaN": "'NaN' is not an amount",
    "Infinity": "'Infinity' is not an amount",
    "": "'' is not an amount",
    "-": "'-' is not an amount",
    "n/a": "'n/a' is not an amount",
    "#REF!": "'#REF!' is not an amount",
    "¥600.00": "'¥600.00' is not an amount",
    "=300+300": "'=300+300' is not an amount",
    "9" * 13: f"'{'9' * 13}' is too large",
}


@pytest.mark.parametrize("value", AMOUNTS)
def test_an_amount_that_is_none_is_named_with_its_line(faults, value):
    assert f"line 3, Amount: {AMOUNTS[value]}" in faults(sheet().put("Amount", value, line=3).bytes())


CELLS = [
    ("Quantity", "1.5", "'1.5' is not a whole number of seats"),
    ("Quantity", "ten", "'ten' is not a whole number of seats"),
    ("UnitPrice", "60.00001", "'60.00001' has more than 4 decimals"),
    ("ChargeStartDate", "20260915", "'20260915' is not a date like 9/15/2026 (month first)"),
    ("ChargeStartDate", "2026-W38-2", "'2026-W38-2' is not a date like 9/15/2026 (month first)"),
    ("ChargeStartDate", "15/9/2026", "'15/9/2026' is not a date like 9/15/2026 (month first)"),
    ("ChargeStartDate", "2/30/2026", "'2/30/2026' is not a date like 9/15/2026 (month first)"),
    ("ChargeStartDate", "1/1/0001", "'1/1/0001' is not a plausible date"),
    ("ChargeEndDate", "12/31/9999", "'12/31/9999' is not a plausible date"),
    ("ChargeEndDate", "9/14/2026", "lies before ChargeStartDate"),
    ("CustomerID", "1.23457E+11", "(it looks damaged by a spreadsheet)"),
    ("CustomerID", "", "'' is not an id"),
    ("SyndicationPartnerSubscriptionNumber", "123", "'123' is not an id"),
    ("PartnerId", "' OR 1=1 --", "is not an id"),
    ("Currency", "EURO", "'EURO' is not a currency we know"),
    ("Currency", "XXX", "'XXX' is not a currency we know"),
    ("Currency", "DEM", "'DEM' is not a currency we know"),
    ("Currency", "€", "'€' is not a currency we know"),
    ("Currency", "", "'' is not a currency we know"),
    ("Currency", "EUR", "'EUR' differs from 'CNY' of line 2"),
    ("PartnerId", "00000000-0000-4000-8000-000000000000", "differs from"),
    ("CustomerName", " ", "is blank"),
    ("OfferName", "\u00a0", "is blank"),
    ("OfferName", "x" * 201, "is longer than 200 characters"),
    ("ChargeType", "", "is blank"),
    ("TotalForCustomer", "636.01", "is not Subtotal"),
    ("Tax", "36.01", "is not Subtotal"),
]


@pytest.mark.parametrize(("column", "value", "why"), CELLS, ids=lambda one: str(one)[:24])
def test_a_cell_that_cannot_be_used_is_named_with_line_and_column(faults, column, value, why):
    found = faults(sheet().put(column, value, line=3).bytes())
    named = "TotalForCustomer" if column == "Tax" else column
    assert any(fault.startswith(f"line 3, {named}: ") and why in fault for fault in found), found


def test_decimals_are_those_of_the_currency(faults):
    yen = sheet(charge("Tokyo KK", price="60.00")).everywhere("Currency", lambda _: "JPY").put("Amount", "600.5")
    assert "line 2, Amount: '600.5' has more than 0 decimals" in faults(yen.bytes())


def test_a_subscription_with_two_customers_is_refused(faults):
    stolen = sheet()
    first = stolen.rows[1][stolen.rows[0].index("SyndicationPartnerSubscriptionNumber")]
    found = faults(stolen.put("SyndicationPartnerSubscriptionNumber", first, line=4).bytes())
    assert found == ["line 4, CustomerID: this subscription belongs to another customer on line 2"]


def test_a_subscription_of_another_customer_we_know_is_refused(imports, faults):
    imports(good())
    cells = Sheet(good(charge("Mingyue Logistics")))
    known = sheet().rows
    cells.put("SyndicationPartnerSubscriptionNumber", known[1][known[0].index("SyndicationPartnerSubscriptionNumber")])
    assert faults(cells.bytes()) == ["line 2, CustomerID: this subscription is another customer's"]


def text(change):
    """A good file as text, changed, as bytes."""
    return lambda: change(good().decode()).encode()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("09.csv", good())
    return out.getvalue()


FILES = {
    "nothing": (lambda: b"", "line 1: the file is empty"),
    "only spaces": (lambda: b" \r\n ", "line 1: the file is empty"),
    "only a byte order mark": (lambda: b"\xef\xbb\xbf", "line 1"),
    "a header and no lines": (lambda: good().split(b"\r\n")[0], "line 1: the file has a header and no lines"),
    "Windows-1252": (lambda: good(charge("Café")).decode().encode("cp1252"), "line 2: the text is not UTF-8"),
    "a NUL": (text(lambda whole: whole.replace("Visio", "Vi\x00sio", 1)), "line 3: holds a NUL character"),
    "semicolons": (text(lambda whole: whole.replace(",", ";")), "line 1: columns must be separated by commas"),
    "tabs": (text(lambda whole: whole.replace(",", "\t")), "line 1: columns must be separated by commas"),
    "a line sep=;": (text(lambda whole: f"sep=;\r\n{whole}"), "line 1: columns must be separated by commas"),
    "an unclosed quote": (text(lambda whole: whole.replace("Visio", '"Visio', 1)), "line "),
    "a quote in a quoted cell": (text(lambda whole: whole.replace("Visio Plan 2", '"Visio"x', 1)), "line 3: "),
    "a column twice": (text(lambda whole: whole.replace("Subtotal", "Amount", 1)), "line 1, Amount: the column stands"),
    "a column missing": (text(lambda whole: whole.replace("Subtotal", "Sum", 1)), "line 1, Subtotal: the column is"),
    "a translated header": (
        text(lambda whole: whole.replace(",Amount,", ",金额,", 1)),
        "line 1, Amount: the column is",
    ),
    "a short line": (text(lambda whole: whole.replace(",Visio Plan 2\r\n", "\r\n", 1)), "line 3: has 26 cells"),
    "a long line": (text(lambda whole: whole.replace(",Visio Plan 2\r\n", ",a,b\r\n", 1)), "line 3: has 28 cells"),
    "cut in the middle": (lambda: good()[:-60], "line 4: has "),
    "an archive": (archive, "line 1: this is an archive or a workbook, not CSV text"),
    "compressed": (lambda: gzip.compress(good()), "line 1: this is an archive or a workbook, not CSV text"),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "line 1: this is an archive"),
    "a web page": (lambda: b"<!DOCTYPE html><html><body>Sign in</body></html>", "line 1, PartnerId: the column is"),
    "ten thousand columns": (
        lambda: Sheet(good()).with_columns(10_000).bytes(),
        "line 1: a file may hold at most 200 columns",
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_none_is_refused_whole(faults, kind):
    make, why = FILES[kind]
    found = faults(make())
    assert any(fault.startswith(why) for fault in found), found
    assert all(re.match(r"line \d+(, \w+)?: ", fault) for fault in found), found


def test_every_fault_is_named_not_only_the_first(faults):
    found = faults(sheet().put("Amount", "x", 2).put("Quantity", "y", 3).put("Currency", "z", 4).bytes())
    assert {fault.partition(":")[0] for fault in found} >= {"line 2, Amount", "line 3, Quantity", "line 4, Currency"}


def test_a_thousand_faults_are_enough(faults):
    many = sheet(*[charge("Lanhai Trading")] * 1_200).everywhere("Amount", lambda _: "much")
    found = faults(many.bytes())
    assert (len(found), found[-1]) == (1_001, "and 200 more faults")
    assert found[999] == "line 1001, Amount: 'much' is not an amount"


def test_a_file_with_too_many_lines_is_refused(faults, monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    assert faults(good()) == ["line 4: a file may hold at most 2 lines"]


def test_the_same_bill_number_with_other_bytes_is_refused(imports, faults):
    imports(good(), bill_number="G012345678")
    other = good(charge("Lanhai Trading", seats=11))
    assert faults(other, bill_number="G012345678") == [
        "line 1: the bill G012345678 was already imported from another file"
    ]
    imports(other, bill_number="G012345679")
    assert ProviderBill.objects.count() == 2


def test_another_partners_file_is_refused(imports, hanhai, bohai):
    imports(good())
    before = witness.everything()
    with pytest.raises(BadFile) as bad:
        import_file(bohai, good(charge("Lanhai Trading")), file_name="theirs.csv", now=NOW)
    assert re.fullmatch(r"line 2, PartnerId: '[0-9a-f-]{36}' is not this partner's", bad.value.faults[0])
    assert witness.everything() == before
