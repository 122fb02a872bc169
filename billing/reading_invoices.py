"""What does a file of invoices made elsewhere say? Every fault by its line and column, or the invoices."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext

from .bank.cells import CURRENCIES
from .fields import EARLIEST, LATEST
from .money import decimals

NEEDED: Final = ("customer", "issued_on", "currency", "description", "quantity", "unit_price")
KNOWN: Final = (*NEEDED, "number", "due_on", "period", "net", "tax_rate", "tax", "total", "subscription")
ALIASES: Final = {"line_description": "description", "invoice": "number", "invoice_number": "number", "qty": "quantity"}
OF_THE_WHOLE: Final = ("customer", "issued_on", "due_on", "currency", "period")
LARGEST: Final = 20 * 1024 * 1024
MOST_LINES: Final = 20_000
NUMBER: Final = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)
LONGEST: Final = {"number": 40, "description": 300, "customer": 200, "subscription": 200}


class BadFile(Exception):
    """The file can't be taken; nothing was changed. One line for each fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass
class Row:
    """One line of the file, read; `at` is its number in the file. What isn't given is None."""

    at: int
    values: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        return self.values.get(name)


@dataclass
class Read:
    """One invoice of the file with its lines."""

    rows: list[Row]

    @property
    def first(self) -> Row:
        """The line that says whose it is and when it was issued."""
        return self.rows[0]


def read(content: bytes) -> list[Read]:
    """The invoices of a CSV file, in its order. Lines with the same number are one invoice; without numbers those
    of the same customer, days and currency. Raises BadFile with every fault."""
    lines = lines_of(content)
    columns = columns_of(lines[0])
    faults: list[str] = []
    rows = [_row(at, columns, cells, faults) for at, cells in enumerate(lines[1:], 2) if any(map(str.strip, cells))]
    if not rows and not faults:
        faults.append(gettext("The file holds no invoice, only its head"))
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(_group(row), []).append(row)
    for group in groups.values():
        _check_whole(group, faults)
    if faults:
        raise BadFile(faults)
    return [Read(group) for group in groups.values()]


def _group(row: Row) -> Any:
    if row.number:
        return row.number
    return tuple(row.values.get(name) for name in OF_THE_WHOLE)


def lines_of(content: bytes) -> list[list[str]]:
    """The cells of a CSV file, its head first. Raises BadFile on what is none."""
    if len(content) > LARGEST:
        raise BadFile([gettext("A file may hold at most 20 MB")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = content[: error.start].count(b"\n") + 1
        raise BadFile([gettext("line %(line)s: this is not UTF-8") % {"line": at}]) from error
    if "\x00" in text:
        raise BadFile([gettext("The file holds a NUL character; is it a CSV file?")])
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise BadFile([gettext("This is no CSV file: %(why)s") % {"why": error}]) from error
    if not lines or not any(map(str.strip, lines[0])):
        raise BadFile([gettext("The file is empty")])
    if len(lines) > MOST_LINES + 1:
        raise BadFile([gettext("A file may hold at most %(n)s lines") % {"n": MOST_LINES}])
    return lines


def columns_of(
    head: list[str],
    needed: Sequence[str] = NEEDED,
    known: Sequence[str] = KNOWN,
    aliases: Mapping[str, str] = ALIASES,
) -> list[str]:
    """The names of a file's columns, as we call them. Raises BadFile where one is missing, unknown or there twice."""
    names = [re.sub(r"[\s-]+", "_", cell.strip().lower()) for cell in head]
    names = [aliases.get(name, name) for name in names]
    faults = [gettext("line 1: the column %(name)s is missing") % {"name": one} for one in needed if one not in names]
    faults += [
        gettext("line 1: the column %(name)s is there twice") % {"name": name}
        for name in known
        if names.count(name) > 1
    ]
    faults += [
        gettext("line 1: the column “%(name)s” is not known") % {"name": name[:60]}
        for name in names
        if name and name not in known
    ]
    if faults:
        raise BadFile(faults)
    return names


def _row(at: int, columns: list[str], cells: list[str], faults: list[str]) -> Row:
    row = Row(at)
    if len(cells) != len(columns):
        text = gettext("line %(line)s: %(cells)s cells, the head has %(columns)s")
        faults.append(text % {"line": at, "cells": len(cells), "columns": len(columns)})
        return row
    for name, cell in zip(columns, cells, strict=True):
        text = cell.strip()
        if not name or (not text and name not in NEEDED):
            continue
        try:
            row.values[name] = READERS[name](text)
        except ValueError as fault:
            faults.append(f"{where(at, name)}: {fault}")
    _check_amounts(row, faults)
    return row


def where(at: int, column: str) -> str:
    """How a place in the file is named."""
    return gettext("line %(line)s, %(column)s") % {"line": at, "column": column}


def _text(name: str) -> Callable[[str], str]:
    def reader(text: str) -> str:
        if not text:
            raise ValueError(gettext("is missing"))
        if len(text) > LONGEST[name]:
            raise ValueError(gettext("is longer than %(n)s characters") % {"n": LONGEST[name]})
        return text

    return reader


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
        if len(text) != 10 or not EARLIEST <= found <= LATEST:
            raise ValueError
        return found
    except ValueError:
        raise ValueError(gettext("“%(value)s” is not a day like 2026-11-20") % {"value": text[:40]}) from None


def _amount(places: int, most: Decimal) -> Callable[[str], Decimal]:
    def reader(text: str) -> Decimal:
        if not NUMBER.fullmatch(text):
            raise ValueError(gettext("“%(value)s” is not an amount like 1,000.00") % {"value": text[:40]})
        value = Decimal(text.replace(",", ""))
        if -int(value.normalize().as_tuple().exponent) > places:
            raise ValueError(gettext("“%(value)s” has more than %(n)s decimals") % {"value": text[:40], "n": places})
        if abs(value) >= most:
            raise ValueError(gettext("“%(value)s” is too large") % {"value": text[:40]})
        return value

    return reader


def _whole(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,7}", text, re.ASCII):
        raise ValueError(gettext("“%(value)s” is not a whole number") % {"value": text[:40]})
    return int(text)


def _rate(text: str) -> Decimal:
    if not re.fullmatch(r"\d{1,3}(\.\d{1,2})?\s*%?", text, re.ASCII) or Decimal(text.rstrip("% ")) > 100:
        raise ValueError(gettext("“%(value)s” is not a rate in per cent, like 6") % {"value": text[:40]})
    return Decimal(text.rstrip("% ")) / 100


def _currency(text: str) -> str:
    if text not in CURRENCIES:
        raise ValueError(gettext("“%(value)s” is not a currency like CNY") % {"value": text[:40]})
    return text


def _period(text: str) -> str:
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text, re.ASCII):
        raise ValueError(gettext("“%(value)s” is not a month like 2026-11") % {"value": text[:40]})
    return text


_MONEY: Final = _amount(2, Decimal(10) ** 13)
READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "number": _text("number"),
    "customer": _text("customer"),
    "issued_on": _day,
    "due_on": _day,
    "period": _period,
    "currency": _currency,
    "description": _text("description"),
    "quantity": _whole,
    "unit_price": _amount(4, Decimal(10) ** 12),
    "net": _MONEY,
    "tax_rate": _rate,
    "tax": _MONEY,
    "total": _MONEY,
    "subscription": _text("subscription"),
}


def _check_amounts(row: Row, faults: list[str]) -> None:
    """Decimals the currency knows, and a total that is the sum of what is given."""
    places = decimals(row.currency or "")
    for name in ("net", "tax", "total"):
        value = row.values.get(name)
        if value is not None and -int(value.normalize().as_tuple().exponent) > places:
            text = gettext("%(value)s has more decimals than %(currency)s knows")
            faults.append(f"{where(row.at, name)}: " + text % {"value": value, "currency": row.currency})
    if None not in (row.net, row.tax, row.total) and row.net + row.tax != row.total:
        text = gettext("%(net)s and %(tax)s are not %(total)s")
        faults.append(f"{where(row.at, 'total')}: " + text % {"net": row.net, "tax": row.tax, "total": row.total})
    rated = None not in (row.tax_rate, row.net, row.tax)
    if rated and abs(row.net * row.tax_rate - row.tax) > Decimal("0.05"):
        text = gettext("%(tax)s is not the tax on %(net)s at this rate")
        faults.append(f"{where(row.at, 'tax')}: " + text % {"tax": row.tax, "net": row.net})
    if row.issued_on and row.due_on and row.due_on < row.issued_on:
        faults.append(f"{where(row.at, 'due_on')}: " + gettext("lies before the day of issue"))


def _check_whole(group: list[Row], faults: list[str]) -> None:
    """What concerns the whole invoice is said alike on each of its lines, or only on the first."""
    first = group[0]
    for row in group[1:]:
        for name in OF_THE_WHOLE:
            if row.values.get(name) not in (None, first.values.get(name)):
                text = gettext("differs from line %(line)s of the same invoice") % {"line": first.at}
                faults.append(f"{where(row.at, name)}: {text}")
