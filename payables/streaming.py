"""How is a file of a million lines typed without holding it? A part at a time, each line ready for COPY.

Most cells of a license file say what cells above them said. So each column remembers what it has typed, and a part in
which every cell is good costs a look-up for each cell. A part with anything else in it is read once more by the careful
reader, which names line and column; both mean the same by a cell because both ask `Cells`."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from operator import add, itemgetter
from typing import BinaryIO, Final, TypeVar

from . import reading
from .cells import EXPONENT, GUID, Cells, Header
from .charges import section_of
from .looking_over import look_over
from .reading import Across, Faults, Keys, Row, header_of, ignored, lines_of, row_of

T = TypeVar("T")

PART: Final = 1_000
# What a column remembers; more would be held for nothing.
REMEMBERED: Final = 4_000
NOTHING: Final = r"\N"
_ESCAPES: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})

# As the staging table has them.
COLUMNS: Final = (
    *("line", "customer_ref", "subscription_ref", "offer_id", "offer_name", "order_id", "charge_starts_on"),
    *("charge_ends_on", "starts_on", "ends_on", "charge_type", "section", "unit_price", "quantity", "amount"),
    *("discount", "subtotal", "tax", "total", "customer_name", "domain", "subscription_name", "extra"),
)


class Spoilt(Exception):  # noqa: N818
    """A cell that is not simply good."""


class Stream:
    """One file, read once. While `parts` is taken, `rows` counts the good lines and `faults` says what is wrong."""

    def __init__(self, file: BinaryIO) -> None:
        self.looked = look_over(file)
        self.lines = lines_of(file, self.looked.encoding)
        self.header = header_of(self.lines)
        self.layout = self.header.layout
        self.ignored = ignored(self.header)
        self.rows, self.faults, self.across = 0, Faults(), Across(owners=False)
        self._quick: Quick | None = None
        self._shown = False

    @property
    def first(self) -> Row:
        """The first good line."""
        assert self.across.first is not None
        return self.across.first

    def parts(self) -> Iterator[str]:
        """The good lines as COPY reads them, many at a time. Raises BadFile for too many of them."""
        for numbers, cells in self._split():
            block = self._quick.block(numbers, cells) if self._quick else None
            if block is None:
                block = self._carefully(numbers, cells)
            else:
                self.rows += len(numbers)
            if self.rows > reading.MOST_ROWS:
                raise reading.too_many(numbers[-1] - (self.rows - reading.MOST_ROWS - 1))
            yield block

    def _split(self) -> Iterator[tuple[list[int], list[list[str]]]]:
        """Lines that aren't blank, so many at a time; what can't be split ends the file with a fault."""
        numbers: list[int] = []
        part: list[list[str]] = []
        lines, fault = self.lines, ""
        try:
            for cells in lines:
                if not (cells and cells[0].strip()) and not any(cell.strip() for cell in cells):
                    continue
                numbers.append(lines.line_num)
                part.append(cells)
                if len(part) == PART:
                    yield numbers, part
                    numbers, part = [], []
        except csv.Error as error:
            fault = f"line {lines.line_num}: {error}"
        if part:
            yield numbers, part
        if fault:
            self.faults.add([fault])

    def _carefully(self, numbers: list[int], cells: list[list[str]]) -> str:
        faults: list[str] = []
        good: list[str] = []
        for number, one in zip(numbers, cells, strict=True):
            before = len(faults)
            row = row_of(number, one, self.header, faults)
            if row and len(faults) == before:
                self.across.see(row)
                good.append(copied(row, self.layout.code))
                self._shown = self._shown or self._shows(row, one)
        self.faults.add(faults)
        self.rows += len(good)
        if self._quick is None and self.across.first and self.layout.code == "license":
            self._quick = Quick(self.header, self.across.first)
        return "".join(good)

    def _shows(self, row: Row, cells: list[str]) -> bool:
        at = self.header.at["chargestartdate"]
        return row.charge_starts_on.day > 12 or row.charge_ends_on.day > 12 or "-" in cells[at]

    def shows_order_of_dates(self) -> bool:
        """Whether any date of the file can only be read month first (or is ISO 8601); false: 3/4 might be meant as the
        third of April, and all we have is the provider's word that it writes the month first."""
        return self._shown or (self._quick is not None and self._quick.days.shown)


class Quick:
    """Parts in which every cell is good."""

    def __init__(self, header: Header, first: Row) -> None:
        key, self.width = Keys(header), header.width
        places = EXPONENT.get(first.currency, 2)
        self.days = Days(header)
        guid = Guids(header, key["customer_id"])
        self.same = [
            (header.at[key["partner_id"]], Guids(header, key["partner_id"]), first.partner_id),
            (header.at[key["currency"]], Memo(lambda cell: cell.strip().upper()), first.currency),
        ]
        money = {name: Money(header, key[name], places) for name in ("amount", "discount", "subtotal", "tax", "total")}
        typed: dict[str, Memo] = {
            "customer_ref": guid,
            "subscription_ref": Guids(header, key["subscription_id"]),
            "offer_id": Text(header, key["offer_id"], 64, lower=True),
            "offer_name": Text(header, key["offer_name"], needed=True),
            "order_id": Text(header, key["order_id"], 64),
            "charge_starts_on": self.days,
            "charge_ends_on": self.days,
            "starts_on": Days(header, needed=False),
            "ends_on": Days(header, needed=False),
            "charge_type": Text(header, key["charge_type"], 80, needed=True),
            "section": Memo(lambda cell: section_of(cell.strip()) or NOTHING),
            "unit_price": Money(header, key["unit_price"], 4),
            "quantity": Whole(header, key["quantity"]),
            **money,
            "customer_name": Text(header, key["customer_name"], needed=True),
            "domain": Text(header, key["domain"], lower=True),
            "subscription_name": Text(header, key["subscription_name"]),
        }
        source = {"customer_ref": "customer_id", "subscription_ref": "subscription_id", "section": "charge_type"}
        self.columns = [(header.at.get(key[source.get(name, name)]), memo) for name, memo in typed.items()]
        self.at = {name: place for place, name in enumerate(typed)}
        self.exact = Exact()

    def block(self, numbers: list[int], cells: list[list[str]]) -> str | None:
        """These lines as COPY reads them; None where anything in them asks for the careful reader."""
        if any(len(one) != self.width for one in cells):
            return None
        try:
            if any({memo[cell] for cell in set(map(itemgetter(at), cells))} != {one} for at, memo, one in self.same):
                return None
            typed = [
                [memo.blank] * len(cells) if at is None else [memo[one[at]] for one in cells]
                for at, memo in self.columns
            ]
        except Spoilt:
            return None
        of = {name: typed[at] for name, at in self.at.items()}
        if any(map(str.__lt__, of["charge_ends_on"], of["charge_starts_on"])):
            return None
        exact = self.exact
        before, tax, total = ([exact[one] for one in of[name]] for name in ("subtotal", "tax", "total"))
        if list(map(add, before, tax)) != total:
            return None
        rows = map("\t".join, zip(map(str, numbers), *typed, [NOTHING] * len(cells), strict=True))
        return "\n".join(rows) + "\n"


class Memo(dict[str, str]):
    """What each cell of a column was typed as. `blank` stands for a column that the file doesn't have."""

    blank: str = ""

    def __init__(self, convert: Callable[[str], str]) -> None:
        super().__init__()
        self.convert = convert

    def __missing__(self, cell: str) -> str:
        found = self.convert(cell)
        if len(self) >= REMEMBERED:
            self.clear()
        self[cell] = found
        return found


class Exact(dict[str, Decimal]):
    """What typed amounts are, to be added."""

    def __missing__(self, text: str) -> Decimal:
        if len(self) >= REMEMBERED:
            self.clear()
        found = self[text] = Decimal(text)
        return found


def _ask(header: Header, key: str, cell: str, read: Callable[[Cells], T]) -> T:
    """What the careful reader makes of one cell; Spoilt where it finds a fault."""
    faults: list[str] = []
    found = read(Cells(0, [cell], Header({key: 0}, header.names, 1, header.layout), faults))
    if faults:
        raise Spoilt
    return found


class Guids(Memo):
    """Ids, lower case."""

    def __init__(self, header: Header, key: str) -> None:
        super().__init__(
            lambda cell: cell if GUID.fullmatch(cell) else _ask(header, key, cell, lambda of: of.guid(key))
        )


class Text(Memo):
    """Text as COPY writes it."""

    def __init__(self, header: Header, key: str, most: int = 200, *, needed: bool = False, lower: bool = False) -> None:
        def convert(cell: str) -> str:
            found = _ask(header, key, cell, lambda of: of.text(key, most, needed))
            return (found.lower() if lower else found).translate(_ESCAPES)

        super().__init__(convert)


class Money(Memo):
    """Amounts, as decimal text."""

    blank = "0"

    def __init__(self, header: Header, key: str, places: int) -> None:
        # The discount and the tax may be left blank; the careful reader decides that.
        super().__init__(lambda cell: str(_ask(header, key, cell, lambda of: of.money(key, places))))


class Whole(Memo):
    """Seats."""

    def __init__(self, header: Header, key: str) -> None:
        super().__init__(lambda cell: str(_ask(header, key, cell, lambda of: of.whole(key))))


class Days(Memo):
    """Days in ISO 8601. `shown`: one of them can't be meant otherwise."""

    blank = NOTHING

    def __init__(self, header: Header, *, needed: bool = True) -> None:
        self.shown = False

        def convert(cell: str) -> str:
            found: date | None = _ask(header, "day", cell, lambda of: of.day("day", needed))
            self.shown = self.shown or found is None or found.day > 12 or "-" in cell
            return found.isoformat() if found else NOTHING

        super().__init__(convert)


def copied(row: Row, layout: str) -> str:
    """One line as COPY reads it into the staging table."""
    section = section_of(row.charge_type, layout)
    cells = [
        str(row.line),
        row.customer_id,
        row.subscription_id,
        *(one.translate(_ESCAPES) for one in (row.offer_id, row.offer_name, row.order_id)),
        row.charge_starts_on.isoformat(),
        row.charge_ends_on.isoformat(),
        row.starts_on.isoformat() if row.starts_on else NOTHING,
        row.ends_on.isoformat() if row.ends_on else NOTHING,
        row.charge_type.translate(_ESCAPES),
        section or NOTHING,
        *(str(one) for one in (row.unit_price, row.quantity, row.amount, row.discount, row.subtotal, row.tax)),
        str(row.total),
        *(one.translate(_ESCAPES) for one in (row.customer_name, row.domain, row.subscription_name)),
        json.dumps(dict(row.extra), ensure_ascii=False).translate(_ESCAPES) if row.extra else NOTHING,
    ]
    return "\t".join(cells) + "\n"
