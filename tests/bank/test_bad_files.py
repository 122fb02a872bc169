"""Is a statement that can't be used refused by line and column, and does it change nothing at all?"""

from __future__ import annotations

import gzip

import pytest

from billing.bank import keeping
from billing.models import BankEntry, BankReading
from tests.bank.statements import camt, credit, row, sheet

AMOUNTS = {
    "1e3": "'1e3' is not an amount",
    "1_000": "'1_000' is not an amount",
    "６３６": "'６３６' is not an amount",
    "٣": "'٣' is not an amount",
    "NaN": "'NaN' is not an amount",
    "Infinity": "'Infinity' is not an amount",
    "(5.00)": "'(5.00)' is not an amount",
    "5.00-": "'5.00-' is not an amount",
    "5.005": "'5.005' has more than 2 decimals",
    "1,23,456": "'1,23,456' is not an amount",
    "=1+1": "'=1+1' is not an amount",
    "": "'' is not an amount",
    "#REF!": "'#REF!' is not an amount",
    "0.00": "is not more than nothing",
    "9" * 13: "is too large",
}


@pytest.mark.parametrize("value", AMOUNTS)
def test_an_amount_that_is_none_is_named_with_its_line(hanhai, faults, value):
    (fault,) = faults(sheet(row("1.00"), row(value)))
    assert fault.startswith("line 3, Amount: ") and fault.endswith(AMOUNTS[value])


@pytest.mark.parametrize("value", ["1e3", "1_000", "-5.00", "５", "NaN", "", "5.005", "1,000.00"])
def test_an_amount_in_xml_is_plain_digits(hanhai, faults, value):
    (fault,) = faults(camt(credit("1.00"), credit(value)))
    assert fault.startswith("entry 2, Amt: ")


CELLS = [
    ({"on": "03/04/2026"}, "line 2, Date: '03/04/2026' is not a date like 2026-11-20"),
    ({"on": "2026-02-30"}, "line 2, Date: '2026-02-30' is not a date like"),
    ({"on": "2026-W27-3"}, "line 2, Date: '2026-W27-3' is not a date like"),
    ({"on": "2026-07-02"}, "line 2, Date: '2026-07-02' lies in the future"),
    ({"on": "0001-01-01"}, "line 2, Date: '0001-01-01' is not a plausible date"),
    ({"currency": "EURO"}, "line 2, Currency: 'EURO' is not a currency we know"),
    ({"currency": "XXX"}, "line 2, Currency: 'XXX' is not a currency we know"),
]


@pytest.mark.parametrize(("cell", "why"), CELLS)
def test_a_cell_that_cannot_be_used_is_named(hanhai, faults, cell, why):
    (fault,) = faults(sheet(row("1.00", **cell)))
    assert fault.startswith(why)


def test_every_fault_is_named_not_only_the_first(hanhai, faults):
    found = faults(sheet(row("x"), row("1.00", on="y"), row("1.00", currency="z")))
    assert [one.partition(":")[0] for one in found] == ["line 2, Amount", "line 3, Date", "line 4, Currency"]


def test_a_thousand_faults_are_enough(hanhai, faults):
    found = faults(sheet(*[row("much")] * 1_200))
    assert (len(found), found[-1]) == (1_001, "and 200 more faults")


LAUGHS = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
DEEP = b"<Document><BkToCstmrStmt>" + b"<a>" * 5_000
FILES = {
    "nothing": (b"", "line 1: the file is empty"),
    "only spaces": (b" \r\n ", "line 1: the file is empty"),
    "a header and no lines": (sheet(), "line 1: the file has a header and no lines"),
    "a billion laughs": (camt(credit("1.00", "&c;"), dtd=LAUGHS), "line 1: the file declares a document type"),
    "an outside entity": (camt(credit("1.00", "&x;"), dtd=OUTSIDE), "line 1: the file declares a document type"),
    "a web page": (b"<!DOCTYPE html><html></html>", "line 1: the file declares a document type"),
    "another message": (b"<Document><BkToCstmrDbtCdtNtfctn/></Document>", "line 1: this is no camt.053 statement"),
    "XML cut off": (camt(credit("1.00"), credit("2.00"))[:-90], "line "),
    "nested too deep": (DEEP, "entry 1: the XML is nested too deep"),
    "an unknown encoding": (camt(credit("1.00")).replace(b"UTF-8", b"x-none"), "line 1"),
    "wrong bytes in XML": (camt(credit("1.00", "caf")).replace(b"caf", b"caf\xe9"), "line 4: the XML breaks off"),
    "a workbook": (b"PK\x03\x04" + b"x" * 99, "line 1: this is an archive or a workbook"),
    "compressed": (gzip.compress(sheet(row("1.00"))), "line 1: this is an archive or a workbook"),
    "a NUL": (sheet(row("1.00", "a\x00b")), "line 2: holds a NUL character"),
    "Windows-1252": (sheet(row("1.00", "café;")).decode().encode("cp1252"), "line 2: the text is neither UTF-8"),
    "Windows-1252 that looks Chinese": (
        sheet(row("1.00", "Müller")).decode().encode("cp1252"),
        "line 1: the text is neither UTF-8 nor, by its header, Chinese GB18030",
    ),
    "a column twice": (sheet(["1", "2"], header=("Amount", "amount")), "line 1, Amount: the column stands twice"),
    "a column missing": (sheet(["1"], header=("Amount",)), "line 1, Date: the column is missing"),
    "a short line": (sheet(["2026-07-01"], header=("Date", "Amount")), "line 2: has 1 cells, the header has 2"),
    "an unclosed quote": (sheet(row("1.00", "x")) + b'"2026', "line "),
    "both sides at once": (
        sheet(["2026-07-01", "1", "2"], header=("Date", "Credit", "Debit")),
        "line 2, Credit: stands beside a debit",
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_none_is_refused_whole(hanhai, faults, kind):
    content, why = FILES[kind]
    found = faults(content)
    assert any(fault.startswith(why) for fault in found), found


def test_a_file_with_too_many_entries_is_refused(hanhai, faults, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_ENTRIES", 2)
    assert faults(camt(*[credit("1.00", id=f"E{n}") for n in range(3)])) == [
        "entry 3: a file may hold at most 2 entries"
    ]


def test_one_id_with_two_amounts_names_both(hanhai, faults):
    assert faults(camt(credit("1.00", id="X"), credit("2.00", id="X"))) == [
        "entry 2, id: 'X' is 2.00 CNY of 2026-07-01 here and something else at entry 1"
    ]


def test_an_entry_told_otherwise_before_names_both(hanhai, imports, faults):
    imports(camt(credit("1.00", id="X")))
    assert faults(camt(credit("1.50", id="X"), credit("9.00", id="Y"))) == [
        "entry 1, id: 'X' was imported before as 1.00 CNY of 2026-07-01; here it is 1.50 CNY of 2026-07-01"
    ]


def test_the_same_entry_twice_in_a_file_is_one(hanhai, imports):
    assert imports(camt(credit("1.00", id="X"), credit("1.00", id="X"))).entries == 1
    assert BankEntry.objects.count() == 1


def test_a_day_without_entries_still_says_that_the_bank_was_read(hanhai, imports):
    assert imports(camt()).entries == 0
    assert BankReading.objects.count() == 1
