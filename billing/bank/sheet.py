"""What does a bank's CSV say? Columns by their names, Chinese or English; a line's entry, or a fault for each cell."""

import codecs
import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import IO, Final

from billing.money import ZERO

from . import cells
from .lines import Faults, Line, clean, plausible

MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 2_000
STEP: Final = 1 << 20
ARCHIVES: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")
ALIASES: Final[dict[str, str]] = {
    "date": "date bookingdate bookedon bookeddate transactiondate valuedate 日期 交易日期 记账日期 入账日期 交易时间",
    "amount": "amount 金额 交易金额 发生额 交易额",
    "credit": "credit creditamount paidin deposit moneyin 贷方 贷方金额 贷方发生额 收入 收入金额 存入金额 转入金额",
    "debit": "debit debitamount paidout withdrawal moneyout 借方 借方金额 借方发生额 支出 支出金额 转出金额",
    "side": "direction side dc creditdebit cdtdbtind 借贷 借贷标志 借贷方向 收支 收支方向",
    "currency": "currency ccy 币种 货币 交易币种 币别",
    "text": "text reference description remittance remittanceinformation details purpose memo narrative"
    " 摘要 附言 用途 备注 交易摘要 交易附言",
    "payer": "payer payername name counterparty counterpartyname debtor debtorname 付款人 付款方 付款人名称"
    " 付款方名称 对方户名 对方名称 对方单位",
    "payer_account": "payeraccount counterpartyaccount debtoraccount iban 对方账号 对方账户 付款人账号 付款账号"
    " 付款方账号",
    "id": "id entryid transactionid bankid entry 流水号 交易流水号 交易流水 核心流水号 序列号",
    "account": "account ownaccount accountnumber 本方账号 账号 账户 本方账户",
}
COLUMN: Final = {alias: column for column, names in ALIASES.items() for alias in names.split()}
CREDIT: Final = frozenset(["c", "cr", "crdt", "credit", "+", "贷", "收", "收入", "贷方", "转入"])
DEBIT: Final = frozenset(["d", "dr", "dbit", "debit", "-", "借", "支", "支出", "借方", "转出"])


def read(source: IO[bytes], *, own: str, today: date, faults: Faults) -> Iterator[Line]:
    """The entries of a CSV with a header; `own` is the currency where no column names one. UTF-8, UTF-16, or
    GB18030 under a Chinese header; separated by comma, semicolon or tab. What is wrong goes to `faults`."""
    encoding = _encoding(source, faults)
    if not encoding:
        return
    source.seek(0)
    text = io.TextIOWrapper(source, encoding=encoding, newline="")
    try:
        yield from _lines(text, encoding, own, today, faults)
    except csv.Error as error:
        faults.add("line 1", "", str(error))
    finally:
        text.detach()


def _lines(text: io.TextIOWrapper, encoding: str, own: str, today: date, faults: Faults) -> Iterator[Line]:
    head = text.readline()
    first = 1
    told = re.fullmatch(r"sep=([,;\t])\s*", head)
    if told:
        head, first = text.readline(), 2
    separator = told[1] if told else max(",;\t", key=head.count)
    header = _header(head, separator, first, encoding, faults)
    if faults:
        return
    rows = csv.reader(text, delimiter=separator, strict=True)
    count = 0
    try:
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            count += 1
            line = _Row(f"line {first + rows.line_num}", row, header, faults).line(own, today)
            if line:
                yield line
    except csv.Error as error:
        faults.add(f"line {first + rows.line_num}", "", str(error))
    if not count:
        faults.add(f"line {first}", "", "the file has a header and no lines")


class _Header:
    """Where each column stands; several columns of words are read together."""

    def __init__(self, names: list[str]) -> None:
        self.names, self.width = names, len(names)
        self.at: dict[str, list[int]] = defaultdict(list)
        for index, name in enumerate(names):
            if column := COLUMN.get(_key(name)):
                self.at[column].append(index)

    def called(self, column: str) -> str:
        """The column's name in the file."""
        return self.names[self.at[column][0]] if self.at.get(column) else column.capitalize()


def _key(name: str) -> str:
    return re.sub(r"[\s_\-/()（）]", "", name).casefold()


def _header(head: str, separator: str, number: int, encoding: str, faults: Faults) -> _Header:
    place = f"line {number}"
    try:
        names = [clean(name, 80) for name in next(csv.reader([head], delimiter=separator, strict=True), [])]
    except csv.Error as error:
        faults.add(place, "", str(error))
        names = []
    header = _Header(names[:MOST_COLUMNS])
    if len(names) > MOST_COLUMNS:
        faults.add(place, "", f"a file may hold at most {MOST_COLUMNS} columns")
    for column, places in header.at.items():
        if len(places) > 1 and column != "text":
            faults.add(place, header.called(column), "the column stands twice")
    if not header.at.get("date"):
        faults.add(place, "Date", "the column is missing")
    if not any(header.at.get(column) for column in ("amount", "credit", "debit")):
        faults.add(place, "Amount", "the column is missing")
    known = [name for name in names if _key(name) in COLUMN]
    if encoding == "gb18030" and all(name.isascii() for name in known):
        faults.add(place, "", "the text is neither UTF-8 nor, by its header, Chinese GB18030")
    return header


class _Row:
    """One line's cells; each reader adds a fault where a cell can't be used."""

    def __init__(self, place: str, row: list[str], header: _Header, faults: Faults) -> None:
        self.place, self.row, self.header, self.faults = place, row, header, faults

    def line(self, own: str, today: date) -> Line | None:
        """Its entry; None if anything is wrong with it."""
        before = len(self.faults.said) + self.faults.more
        if len(self.row) != self.header.width:
            self.faults.add(self.place, "", f"has {len(self.row)} cells, the header has {self.header.width}")
            return None
        currency = self._currency(own)
        value, booked_on = self._value(currency), self._day(today)
        line = Line(
            place=self.place,
            account=self._cell("account", 64).replace(" ", ""),
            entry_id=self._cell("id", 200),
            credit=value > ZERO,
            reversal=False,
            amount=abs(value),
            currency=currency,
            booked_on=booked_on,
            payer=self._cell("payer", 200),
            payer_account=self._cell("payer_account", 64).replace(" ", ""),
            text=self._cell("text", 500),
        )
        return line if len(self.faults.said) + self.faults.more == before else None

    def _cell(self, column: str, most: int = LONGEST_CELL) -> str:
        raw = [self.row[index] for index in self.header.at.get(column, [])]
        if any(len(one) > LONGEST_CELL for one in raw):
            self._fault(column, f"is longer than {LONGEST_CELL:,} characters")
        if most < LONGEST_CELL:
            return clean(" ".join(dict.fromkeys(raw)), most)
        return " ".join(raw).strip().strip("\u00a0\u2009\u202f\ufeff").strip()

    def _fault(self, column: str, why: str) -> None:
        self.faults.add(self.place, self.header.called(column), why)

    def _currency(self, own: str) -> str:
        text = self._cell("currency")
        try:
            return cells.currency(text) if text or self.header.at.get("currency") else own
        except cells.BadCell as bad:
            self._fault("currency", str(bad))
        return own

    def _day(self, today: date) -> date:
        try:
            on = cells.day(self._cell("date"))
        except cells.BadCell as bad:
            self._fault("date", str(bad))
            return today
        if why := plausible(on, today):
            self._fault("date", why)
        return on

    def _value(self, currency: str) -> Decimal:
        """What came in, below zero what went out."""
        value = self._of("amount", currency) if self.header.at.get("amount") else self._of_two(currency)
        side = self._cell("side").casefold()
        if side and self.header.at.get("amount"):
            if side not in CREDIT | DEBIT:
                self._fault("side", f"'{side[:20]}' is neither credit nor debit")
            value = abs(value) if side in CREDIT else -abs(value)
        if not value and not self._failed:
            self._fault("amount" if self.header.at.get("amount") else "credit", "is not more than nothing")
        return value

    _failed = False

    def _of(self, column: str, currency: str, blank: bool = False) -> Decimal:
        text = self._cell(column)
        if blank and not text:
            return ZERO
        try:
            return cells.amount(text, currency)
        except cells.BadCell as bad:
            self._failed = True
            self._fault(column, str(bad))
        return ZERO

    def _of_two(self, currency: str) -> Decimal:
        credit, debit = self._of("credit", currency, blank=True), self._of("debit", currency, blank=True)
        if credit and debit:
            self._failed = True
            self._fault("credit", "stands beside a debit on the same line")
        return credit - abs(debit)


def _encoding(source: IO[bytes], faults: Faults) -> str:
    """UTF-8, UTF-16 by its mark, or GB18030; empty, with a fault, where it is none of them or no text at all."""
    source.seek(0)
    head = source.read(4)
    if head.startswith(ARCHIVES):
        faults.add("line 1", "", "this is an archive or a workbook, not CSV text")
        return ""
    tried = ("utf-16",) if head[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    wrong = 0
    for encoding in tried:
        line, what = _unreadable(source, encoding)
        if not what:
            return encoding
        if what == "nul":
            faults.add(f"line {line}", "", "holds a NUL character")
            return ""
        wrong = wrong or line
    faults.add(f"line {wrong}", "", "the text is neither UTF-8 nor GB18030")
    return ""


def _unreadable(source: IO[bytes], encoding: str) -> tuple[int, str]:
    """The first line that can't be decoded or holds a NUL, and which of the two; nothing where all is text."""
    source.seek(0)
    decoder, line = codecs.getincrementaldecoder(encoding)("strict"), 1
    while True:
        piece = source.read(STEP)
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            return line + error.object[: error.start].count(b"\n"), "bytes"
        if "\x00" in text:
            return line + text[: text.index("\x00")].count("\n"), "nul"
        line += text.count("\n")
        if not piece:
            return line, ""
