"""What does one cell of a reconciliation file hold? A typed value, or a fault that names line and column."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .layouts import LICENSE, Layout

# A longer cell is damage: an unclosed quote swallows the rest of the file.
LONGEST_CELL = 2_000

EXPONENT = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3}
CURRENCIES = frozenset(
    [
        "CNY",
        "EUR",
        "USD",
        "GBP",
        "RUB",
        "HKD",
        "TWD",
        "SGD",
        "AUD",
        "CAD",
        "CHF",
        "SEK",
        "NOK",
        "DKK",
        "PLN",
        "CZK",
        "JPY",
        "KRW",
        "INR",
        "BRL",
    ]
)

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NUMBER = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)
_MDY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?: [AP]M)?)?", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?", re.ASCII)


@dataclass(frozen=True)
class Header:
    """Where each known column stands, and how many cells a line must have."""

    at: dict[str, int]
    # As the file spells them.
    names: dict[str, str]
    width: int
    layout: Layout = LICENSE


class Cells:
    """One line's cells by column; each reader adds a fault and answers a stand-in when a cell is bad."""

    def __init__(self, number: int, cells: list[str], header: Header, faults: list[str]) -> None:
        self.number, self.cells, self.header, self.faults = number, cells, header, faults

    def text(self, key: str, most: int = 200, needed: bool = False) -> str:
        index = self.header.at.get(key)
        value = self.cells[index].strip().strip("\u00a0\u2009\u202f").strip() if index is not None else ""
        if needed and not value:
            self.fault(key, "is blank")
        if len(value) > most:
            self.fault(key, f"is longer than {most} characters")
        return value[:most]

    def fault(self, key: str, why: str) -> None:
        self.faults.append(f"line {self.number}, {self.header.layout.names.get(key, key)}: {why}")

    def guid(self, key: str) -> str:
        value = self.text(key).lower().strip("{}")
        if not GUID.fullmatch(value):
            damaged = " (it looks damaged by a spreadsheet)" if re.fullmatch(r"[\d.]+e\+?\d+", value) else ""
            self.fault(key, f"'{value}' is not an id{damaged}")
        return value

    def money(self, key: str, places: int, blank: Decimal | None = None) -> Decimal:
        value = self.text(key, LONGEST_CELL)
        if not value and blank is not None:
            return blank
        if not _NUMBER.fullmatch(value):
            self.fault(key, f"'{value[:60]}' is not an amount")
            return Decimal(0)
        number = Decimal(value.replace(",", ""))
        if _places(number) > places:
            self.fault(key, f"'{value}' has more than {places} decimals")
        if abs(number) >= Decimal(10) ** 12:
            self.fault(key, f"'{value[:60]}' is too large")
            return Decimal(0)
        return number + 0

    def rate(self, key: str) -> Decimal:
        """A price of consumption, with any decimals; what we keep of it has four."""
        value = self.text(key, LONGEST_CELL)
        if not _NUMBER.fullmatch(value) or abs(Decimal(value.replace(",", ""))) >= Decimal(10) ** 12:
            self.fault(key, f"'{value[:60]}' is not a price")
            return Decimal(0)
        return round(Decimal(value.replace(",", "")), 4) + 0

    def whole(self, key: str) -> int:
        value = self.text(key)
        number = Decimal(value.replace(",", "")) if _NUMBER.fullmatch(value) else None
        if number is None or number != int(number) or abs(number) > 10_000_000:
            self.fault(key, f"'{value[:60]}' is not a whole number of seats")
            return 0
        return int(number)

    def day(self, key: str, needed: bool = True) -> date | None:
        value = self.text(key)
        if not value and not needed:
            return None
        found = _day(value)
        if found is None:
            self.fault(key, f"'{value[:60]}' is not a date like 9/15/2026 (month first)")
        elif not 2010 <= found.year <= 2100:
            self.fault(key, f"'{value[:60]}' is not a plausible date")
        return found


def _places(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _day(value: str) -> date | None:
    if mdy := _MDY.fullmatch(value):
        month, day, year = (int(part) for part in mdy.groups())
    elif iso := _ISO.fullmatch(value):
        year, month, day = (int(part) for part in iso.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
