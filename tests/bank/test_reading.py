"""Is every entry read as the bank meant it, in each version of camt.053 and each dialect of CSV?"""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest

from billing.bank import camt as camt_reader
from billing.bank import sheet as sheet_reader
from billing.bank.lines import Faults, numbered
from tests.bank.statements import IBAN, camt, credit, row, sheet

TODAY = date(2026, 7, 1)


def lines(content: bytes, reader=camt_reader, **more) -> list:
    faults = Faults()
    found = list(numbered(reader.read(io.BytesIO(content), today=TODAY, faults=faults, **more)))
    assert faults.said == []
    return found


def cells(content: bytes) -> list:
    return lines(content, sheet_reader, own="CNY")


@pytest.mark.parametrize("version", ["02", "04", "06", "08", "13"])
def test_every_version_says_the_same(version):
    (line,) = lines(camt(credit("636.00", "HH-2026-00001", "Lanhai", payer_account="62 25", id="X1"), version=version))
    assert (line.amount, line.currency, line.booked_on, line.credit) == (Decimal("636.00"), "CNY", TODAY, True)
    assert (line.account, line.entry_id, line.payer, line.payer_account) == (IBAN, "X1", "Lanhai", "6225")
    assert line.text == "HH-2026-00001"


def test_only_what_is_booked_counts():
    assert lines(camt(credit("1.00", status="PDNG"), credit("2.00", status="INFO"), version="08")) == []


def test_nothing_is_no_entry():
    assert lines(camt(credit("0.00"))) == []


def test_a_batch_is_split_where_its_parts_say_how_much_they_are():
    batch = credit("30.00", id="B", parts=[("10.00", "A", "a"), ("20.00", "B", "b")])
    assert [(one.entry_id, one.amount, one.payer) for one in lines(camt(batch))] == [
        ("B/1", Decimal("10.00"), "A"),
        ("B/2", Decimal("20.00"), "B"),
    ]


@pytest.mark.parametrize("parts", [[("10.00", "A", "a"), ("19.99", "B", "b")], [("", "A", "a"), ("", "B", "b")]])
def test_a_batch_whose_parts_do_not_add_up_stays_whole(parts):
    (line,) = lines(camt(credit("30.00", id="B", parts=parts)))
    assert (line.entry_id, line.amount, line.text) == ("B", Decimal("30.00"), "a b")


def test_a_running_number_is_told_apart_by_its_day():
    assert [one.entry_id for one in lines(camt(credit("1.00"), credit("1.00", on="2026-06-30")))] == [
        "2026-07-01/1",
        "2026-06-30/2",
    ]


def test_structured_references_are_read():
    told = b"<Strd><RfrdDocInf><Nb>HH-7</Nb></RfrdDocInf><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd>"
    content = camt(credit("1.00", "x")).replace(b"<Ustrd>x</Ustrd>", told)
    assert lines(content)[0].text == "RF18 HH-7"


def test_a_reversal_is_marked():
    (line,) = lines(camt(credit("5.00", id="R", credit=False, reversal=True)))
    assert (line.reversal, line.credit) == (True, False)


def test_a_namespace_with_a_prefix_is_the_same():
    content = camt(credit("1.00", id="X")).decode()
    content = content.replace("<Document xmlns=", "<Document xmlns:n=").replace("</", "</n:").replace("<n:", "<n:")
    for name in ("Document", "BkToCstmrStmt", "GrpHdr", "MsgId", "Stmt", "Id", "Acct", "IBAN", "Ntry", "Amt"):
        content = content.replace(f"<{name}>", f"<n:{name}>").replace(f"<{name} ", f"<n:{name} ")
    for name in ("CdtDbtInd", "Sts", "BookgDt", "Dt", "AcctSvcrRef", "NtryDtls", "TxDtls", "Refs", "EndToEndId"):
        content = content.replace(f"<{name}>", f"<n:{name}>")
    for name in ("RltdPties", "Dbtr", "Nm", "RmtInf", "Ustrd"):
        content = content.replace(f"<{name}>", f"<n:{name}>")
    assert [one.entry_id for one in lines(content.encode())] == ["X"]


def test_memory_stays_flat():
    """Entries leave the tree as they are read."""
    content = camt(*[credit("1.00", f"text {n}", id=f"E{n}") for n in range(3_000)])
    source = camt_reader.read(io.BytesIO(content), today=TODAY, faults=Faults())
    next(source)
    frame = source.gi_yieldfrom.gi_frame
    for _ in range(2_000):
        next(source)
    (statement,) = [one for one in frame.f_locals["path"] if one.tag.endswith("}Stmt")]
    assert len(statement) < 200, "a buffer is read ahead"


DIALECTS = {
    "English, commas": sheet(row("636.00", "HH-1", "Lanhai", id="X")),
    "semicolons and decimal comma": sheet(
        ["X", "01.07.2026", "1 636,00", "CNY", "HH-1", "Lanhai"],
        header=("ID", "Booking date", "Amount", "Currency", "Reference", "Payer"),
        separator=";",
    ).replace(b"1 636,00", b"636,00"),
    "Chinese, tabs, GB18030": sheet(
        ["2026/07/01 10:31:05", "", "636.00", "人民币", "HH-1", "Lanhai", "X"],
        header=("交易日期", "借方金额", "贷方金额", "币种", "摘要", "对方户名", "交易流水号"),
        separator="\t",
    )
    .decode()
    .encode("gb18030"),
    "a mark and sep=": b"\xef\xbb\xbfsep=;\r\n"
    + sheet(row("636.00", "HH-1", "Lanhai", on="2026年7月1日", id="X"), separator=";"),
    "UTF-16": sheet(row("+636.00", "HH-1", "Lanhai", on="20260701", id="X")).decode().encode("utf-16"),
    "a column for the side": sheet(
        ["2026-07-01", "636.00", "贷", "HH-1", "Lanhai", "X"],
        header=("日期", "金额", "借贷标志", "附言", "付款人", "流水号"),
    ),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_says_the_same(dialect):
    (line,) = cells(DIALECTS[dialect])
    assert (line.entry_id, line.amount, line.currency, line.credit) == ("X", Decimal("636.00"), "CNY", True)
    assert (line.booked_on, line.text, line.payer) == (TODAY, "HH-1", "Lanhai")


def test_money_that_left_is_a_debit():
    assert [one.credit for one in cells(sheet(row("-5.00"), row("5.00")))] == [False, True]


def test_without_ids_equal_lines_are_two_and_keep_their_ids():
    first = [one.entry_id for one in cells(sheet(row("5.00"), row("5.00"), row("6.00")))]
    again = [one.entry_id for one in cells(sheet(row("6.00"), row("5.00"), row("5.00")))]
    assert len(set(first)) == 3 and set(first) == set(again)


def test_a_formula_is_text_and_nothing_else():
    (line,) = cells(sheet(row("1.00", '=HYPERLINK("http://x")', "=cmd", id="X")))
    assert (line.text, line.payer) == ('=HYPERLINK("http://x")', "=cmd")
