"""What does a reconciliation file say? Rows with types, or one line for each fault."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO, Protocol, cast

from .cells import CURRENCIES, EXPONENT, Cells, Header
from .layouts import Layout, key_of, layout_of
from .looking_over import BadFile, look_over

__all__ = ["BadFile", "Reading", "Row", "commonest_cycle_start", "read"]

MOST_ROWS = 1_000_000
MOST_FAULTS = 1_000
MOST_COLUMNS = 200


@dataclass(frozen=True)
class Row:
    """One line of the file, typed. Ids are lower case, money is exact; a one-time charge may be of no subscription.
    Usage has no seats: its `quantity` is 0, and what was consumed stands in `extra`, as text."""

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
    bill_number: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """A whole file that can be used. `ignored` are columns we don't know."""

    rows: list[Row]
    ignored: list[str]
    layout: Layout


class Lines(Protocol):
    """A reader of comma-separated lines that knows where it is."""

    @property
    def line_num(self) -> int:
        """The line that was read last."""

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


class Faults:
    """What is wrong with a file, a line each; so many are kept and the rest is counted."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.more = 0

    def add(self, faults: list[str]) -> None:
        """Take further faults, in the order of the file."""
        room = max(MOST_FAULTS - len(self.kept), 0)
        self.kept += faults[:room]
        self.more += len(faults[room:])

    def merge(self, faults: list[str], by: Callable[[str], int]) -> None:
        """Take faults that were found later, and have all of them in the order of the file."""
        self.add(faults)
        self.kept.sort(key=by)

    def check(self) -> None:
        """Raises BadFile where there is any."""
        if self.kept:
            raise BadFile([*self.kept, f"and {self.more:,} more faults"] if self.more else self.kept)


def read(content: bytes) -> Reading:
    """Type every line of a file that is held in memory. Columns are found by name, ignoring case, spaces and
    underscores; dates are month/day/year as the provider writes them, or ISO 8601. Raises BadFile."""
    file = io.BytesIO(content)
    lines = lines_of(file, look_over(file).encoding)
    header = header_of(lines)
    found, faults, across = Faults(), list[str](), Across()
    rows: list[Row] = []
    for number, cells in numbered(lines, faults):
        before = len(faults)
        row = row_of(number, cells, header, faults)
        if row and len(faults) == before:
            rows.append(row)
            across.see(row)
        if len(rows) > MOST_ROWS:
            raise too_many(number)
    found.add(faults + across.faults())
    found.check()
    if not rows:
        raise BadFile(["line 1: the file has a header and no lines"])
    return Reading(rows, ignored(header), header.layout)


def lines_of(file: BinaryIO, encoding: str) -> Lines:
    """The lines of a file that was looked over."""
    file.seek(0)
    return csv.reader(io.TextIOWrapper(_Kept(cast(Any, file)), encoding, newline=""), strict=True)


class _Kept(io.BufferedReader):
    """A file that its reader doesn't close."""

    def close(self) -> None:
        pass


def too_many(number: int) -> BadFile:
    """The fault of a file with more lines than we take."""
    return BadFile([f"line {number}: a file may hold at most {MOST_ROWS:,} lines"])


def ignored(header: Header) -> list[str]:
    """The columns that the layout doesn't know, as the file spells them."""
    return [name for key, name in header.names.items() if key not in header.layout.names]


def header_of(lines: Lines) -> Header:
    """The first line: which layout it tells, and where each column stands. Raises BadFile."""
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
    layout = layout_of({key_of(cell) for cell in cells})
    faults: list[str] = []
    for index, cell in enumerate(cells):
        key = key_of(cell)
        if key in names and key in layout.names:
            faults.append(f"line 1, {layout.names[key]}: the column stands twice")
        names[key], at[key] = cell.strip(), index
    faults += [f"line 1, {name}: the column is missing" for key, name in layout.required.items() if key not in at]
    if "customername" not in layout.required and not any(key in at for key in layout.stands["customer_name"]):
        faults.append("line 1, CustomerName: the column is missing")
    if faults:
        raise BadFile(faults)
    return Header(at, names, len(cells), layout)


def numbered(lines: Lines, faults: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Each line that isn't blank, with its number; what can't be split ends the file with a fault."""
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            faults.append(f"line {lines.line_num}: {error}")
            return
        if any(cell.strip() for cell in cells):
            yield lines.line_num, cells


def row_of(number: int, cells: list[str], header: Header, faults: list[str]) -> Row | None:
    """One line, typed; what can't be used is added to the faults, and then the row means nothing."""
    if len(cells) != header.width:
        faults.append(f"line {number}: has {len(cells)} cells, the header has {header.width}")
        return None
    of = Cells(number, cells, header, faults)
    key, layout = Keys(header), header.layout
    currency = of.text(key["currency"]).upper()
    if currency not in CURRENCIES:
        of.fault(key["currency"], f"'{currency[:20]}' is not a currency we know")
    places = EXPONENT.get(currency, 2)
    starts_on, ends_on = of.day(key["charge_starts_on"]), of.day(key["charge_ends_on"])
    if starts_on and ends_on and ends_on < starts_on:
        of.fault(key["charge_ends_on"], "lies before ChargeStartDate")
    row = Row(
        line=number,
        partner_id=of.guid(key["partner_id"]),
        customer_id=of.guid(key["customer_id"]),
        subscription_id="" if _beside(of, layout) else of.guid(key["subscription_id"]),
        offer_id=":".join(of.text(column, 64) for column in layout.stands["offer_id"])[:64].lower(),
        offer_name=of.text(key["offer_name"], needed=True),
        order_id=of.text(key["order_id"], 64),
        charge_starts_on=starts_on or date.min,
        charge_ends_on=ends_on or date.min,
        starts_on=of.day(key["starts_on"], needed=False),
        ends_on=of.day(key["ends_on"], needed=False),
        charge_type=of.text(key["charge_type"], 80, needed=True),
        unit_price=of.money(key["unit_price"], 4) if layout.code == "license" else of.rate(key["unit_price"]),
        quantity=_seats(of, layout),
        amount=of.money(key["amount"], places),
        discount=of.money(key["discount"], places, blank=Decimal(0)),
        subtotal=of.money(key["subtotal"], places),
        tax=of.money(key["tax"], places, blank=Decimal(0)),
        total=of.money(key["total"], places),
        currency=currency,
        customer_name=of.text(key["customer_name"], needed=True),
        domain=of.text(key["domain"]).lower(),
        subscription_name=of.text(key["subscription_name"]),
        bill_number=of.text(key["bill_number"], 40, needed="bill_number" in layout.stands),
        extra=_extra(of, layout),
    )
    if row.subtotal + row.tax != row.total:
        of.fault(key["total"], f"{row.total} is not Subtotal {row.subtotal} plus Tax {row.tax}")
    return row


class Keys(dict[str, str]):
    """In which column each field stands in this file; the name of no column where it stands in none."""

    def __init__(self, header: Header) -> None:
        super().__init__()
        self.header = header

    def __missing__(self, name: str) -> str:
        columns = self.header.layout.stands.get(name, ())
        self[name] = next((one for one in columns if one in self.header.at), columns[0] if columns else "")
        return self[name]


def _seats(of: Cells, layout: Layout) -> int:
    """What the first of its columns says that isn't blank; one-time usage comes in parts and is no number of seats."""
    if not layout.seats:
        return 0
    columns = layout.stands["quantity"]
    key = next((one for one in columns if of.text(one)), columns[-1])
    return of.whole(key) if layout.code == "license" or "." not in of.text(key) else 0


def _beside(of: Cells, layout: Layout) -> bool:
    """Whether a line is of no subscription: the provider sells some things once, and corrects an invoice as a whole."""
    return layout.code == "one_time" and not of.text(layout.stands["subscription_id"][0])


def _extra(of: Cells, layout: Layout) -> dict[str, str]:
    said = {name: of.text(key, 200) for name, key in layout.kept.items() if key in of.header.at}
    return {name: value for name, value in said.items() if value}


class Across:
    """What only the lines together show: one partner, one currency, one bill, one customer for each subscription."""

    def __init__(self, *, owners: bool = True) -> None:
        self.first: Row | None = None
        self.wrong: list[str] = []
        self.owner: dict[str, Row] | None = {} if owners else None

    def see(self, row: Row) -> None:
        """Look at the next good row."""
        first = self.first = self.first or row
        checks = (
            ("PartnerId", row.partner_id, first.partner_id),
            ("Currency", row.currency, first.currency),
            ("InvoiceNumber", row.bill_number, first.bill_number),
        )
        for name, value, wanted in checks:
            if value != wanted:
                self.wrong.append(f"line {row.line}, {name}: '{value}' differs from '{wanted}' of line {first.line}")
        if self.owner is None:
            return
        before = self.owner.setdefault(row.subscription_id, row)
        if before.customer_id != row.customer_id:
            self.wrong.append(another_customer(row.line, before.line))

    def faults(self) -> list[str]:
        """In the order of the file."""
        return self.wrong


def another_customer(line: int, before: int) -> str:
    """The fault of a subscription that two customers have."""
    return f"line {line}, CustomerID: this subscription belongs to another customer on line {before}"


def commonest_cycle_start(rows: list[Row]) -> date:
    """The first day of the billed cycle: the commonest ChargeStartDate of the Cycle fee lines."""
    starts = [row.charge_starts_on for row in rows if row.charge_type.casefold() == "cycle fee"]
    starts = starts or [row.charge_starts_on for row in rows]
    return max(sorted(set(starts)), key=starts.count)
