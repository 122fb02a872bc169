"""What does a license-based reconciliation file say? Rows with types, or one line for each fault."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .cells import CURRENCIES, EXPONENT, NAMES, REQUIRED, Cells, Header

MOST_ROWS = 1_000_000
MOST_FAULTS = 1_000
MOST_COLUMNS = 200


class BadFile(Exception):
    """The file can't be used; `faults` say where and why, a line each. Nothing was changed."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Row:
    """One line of the file, typed. Ids are lower case, money is exact."""

    line: int
    partner_id: str
    customer_id: str
    subscription_id: str
    offer_id: str
    offer_name: str
    order_id: str
    charge_starts_on: date
    charge_ends_on: date
    starts_on: date | None
    ends_on: date | None
    charge_type: str
    unit_price: Decimal
    quantity: int
    amount: Decimal
    discount: Decimal
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    currency: str
    customer_name: str
    domain: str
    subscription_name: str


@dataclass(frozen=True)
class Reading:
    """A whole file that can be used. `ignored` are columns we don't know."""

    rows: list[Row]
    ignored: list[str]


def read(content: bytes) -> Reading:
    """Type every line of a license-based file. Columns are found by name, ignoring case, spaces and
    underscores; dates are month/day/year as the provider writes them, or ISO 8601. Raises BadFile."""
    lines = csv.reader(io.StringIO(_decode(content), newline=""), strict=True)
    header = _header(lines)
    faults: list[str] = []
    rows: list[Row] = []
    for number, cells in _numbered(lines, faults):
        if not any(cell.strip() for cell in cells):
            continue
        found = len(faults)
        row = _row(number, cells, header, faults)
        if row and len(faults) == found:
            rows.append(row)
        if len(rows) > MOST_ROWS:
            raise BadFile([f"line {number}: a file may hold at most {MOST_ROWS:,} lines"])
    faults += _across(rows)
    if faults:
        raise BadFile(_capped(faults))
    if not rows:
        raise BadFile(["line 1: the file has a header and no lines"])
    return Reading(rows, [name for key, name in header.names.items() if key not in NAMES])


def _decode(content: bytes) -> str:
    if not content.strip():
        raise BadFile(["line 1: the file is empty"])
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0") or content[:2] == b"\x1f\x8b":
        raise BadFile(["line 1: this is an archive or a workbook, not CSV text"])
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadFile([f"line {line}: the text is not UTF-8 (byte {error.start})"]) from error
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise BadFile([f"line {line}: holds a NUL character"])
    return text


def _key(name: str) -> str:
    return re.sub(r"[\s_]", "", name).casefold()


def _header(lines: Iterator[list[str]]) -> Header:
    try:
        cells = next(lines, [])
    except csv.Error as error:
        raise BadFile([f"line 1: {error}"]) from error
    if len(cells) == 1 and re.search(r"[;\t|]", cells[0]):
        raise BadFile(["line 1: columns must be separated by commas"])
    if len(cells) > MOST_COLUMNS:
        raise BadFile([f"line 1: a file may hold at most {MOST_COLUMNS} columns"])
    names: dict[str, str] = {}
    at: dict[str, int] = {}
    faults: list[str] = []
    for index, cell in enumerate(cells):
        key = _key(cell)
        if key in names and key in NAMES:
            faults.append(f"line 1, {NAMES[key]}: the column stands twice")
        names[key], at[key] = cell.strip(), index
    faults += [f"line 1, {name}: the column is missing" for key, name in REQUIRED.items() if key not in at]
    if faults:
        raise BadFile(faults)
    return Header(at, names, len(cells))


def _numbered(lines: Iterator[list[str]], faults: list[str]) -> Iterator[tuple[int, list[str]]]:
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            faults.append(f"line {lines.line_num}: {error}")  # type: ignore[attr-defined]
            return
        yield lines.line_num, cells  # type: ignore[attr-defined]


def _row(number: int, cells: list[str], header: Header, faults: list[str]) -> Row | None:
    if len(cells) != header.width:
        faults.append(f"line {number}: has {len(cells)} cells, the header has {header.width}")
        return None
    of = Cells(number, cells, header, faults)
    currency = of.text("currency").upper()
    if currency not in CURRENCIES:
        of.fault("currency", f"'{currency[:20]}' is not a currency we know")
    places = EXPONENT.get(currency, 2)
    starts_on, ends_on = of.day("chargestartdate"), of.day("chargeenddate")
    if starts_on and ends_on and ends_on < starts_on:
        of.fault("chargeenddate", "lies before ChargeStartDate")
    row = Row(
        line=number,
        partner_id=of.guid("partnerid"),
        customer_id=of.guid("customerid"),
        subscription_id=of.guid("syndicationpartnersubscriptionnumber"),
        offer_id=of.text("durableofferid", 64).lower(),
        offer_name=of.text("offername", needed=True),
        order_id=of.text("orderid", 64),
        charge_starts_on=starts_on or date.min,
        charge_ends_on=ends_on or date.min,
        starts_on=of.day("subscriptionstartdate", needed=False),
        ends_on=of.day("subscriptionenddate", needed=False),
        charge_type=of.text("chargetype", 80, needed=True),
        unit_price=of.money("unitprice", 4),
        quantity=of.whole("quantity"),
        amount=of.money("amount", places),
        discount=of.money("totalotherdiscount", places, blank=Decimal(0)),
        subtotal=of.money("subtotal", places),
        tax=of.money("tax", places, blank=Decimal(0)),
        total=of.money("totalforcustomer", places),
        currency=currency,
        customer_name=of.text("customername", needed=True),
        domain=of.text("domainname").lower(),
        subscription_name=of.text("subscriptionname"),
    )
    if row.subtotal + row.tax != row.total:
        of.fault("totalforcustomer", f"{row.total} is not Subtotal {row.subtotal} plus Tax {row.tax}")
    return row


def _across(rows: list[Row]) -> list[str]:
    """What only the lines together show: one partner, one currency, one customer for each subscription."""
    faults: list[str] = []
    owner: dict[str, Row] = {}
    first = rows[0] if rows else None
    checks: list[tuple[str, Callable[[Row], str]]] = [
        ("PartnerId", lambda row: row.partner_id),
        ("Currency", lambda row: row.currency),
    ]
    for row in rows:
        for name, value in checks:
            if first and value(row) != value(first):
                faults.append(
                    f"line {row.line}, {name}: '{value(row)}' differs from '{value(first)}' of line {first.line}"
                )
        before = owner.setdefault(row.subscription_id, row)
        if before.customer_id != row.customer_id:
            faults.append(
                f"line {row.line}, CustomerID: this subscription belongs to another customer on line {before.line}"
            )
    return faults


def _capped(faults: list[str]) -> list[str]:
    if len(faults) <= MOST_FAULTS:
        return faults
    return [*faults[:MOST_FAULTS], f"and {len(faults) - MOST_FAULTS:,} more faults"]


def commonest_cycle_start(rows: list[Row]) -> date:
    """The first day of the billed cycle: the commonest ChargeStartDate of the Cycle fee lines."""
    starts = [row.charge_starts_on for row in rows if row.charge_type.casefold() == "cycle fee"]
    starts = starts or [row.charge_starts_on for row in rows]
    return max(sorted(set(starts)), key=starts.count)
