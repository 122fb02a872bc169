"""How is a file of a million lines read without holding it? A part at a time, each ready for COPY.

A part whose lines are all plain goes to the database as it stands (`as_it_stands.py`); any other is typed cell by cell
by the careful reader, which names line and column of what is wrong."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Final

from billing.money import ZERO

from . import reading
from .as_it_stands import AsItStands
from .looking_over import Text
from .reading import Across, Faults, Row, header_of, ignored, row_of

NOTHING: Final = r"\N"
_ESCAPES: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
# A line of so many letters is damage; it is split anywhere, and each part of it has a fault.
LONGEST_LINE: Final = 1 << 20

# As the staging table has them.
COLUMNS: Final = (
    *("line", "customer_ref", "subscription_ref", "offer_id", "offer_name", "order_id", "charge_starts_on"),
    *("charge_ends_on", "starts_on", "ends_on", "charge_type", "unit_price", "quantity", "amount"),
    *("discount", "subtotal", "tax", "total", "customer_name", "domain", "subscription_name", "extra"),
)
TYPED: Final = f"COPY staged_line ({', '.join(COLUMNS)}) FROM STDIN"


@dataclass(frozen=True)
class Part:
    """Lines, and the COPY that takes them. `line` is the number of the first where the database counts them."""

    text: str
    statement: str = TYPED
    line: int | None = None


class Stream:
    """One file, read once. While `parts` is taken, `rows` counts the good lines and `faults` says what is wrong; at its
    end `sha256` is that of the file. Lines of no subscription are counted and added up `beside` the others. Raises
    BadFile."""

    def __init__(self, file: BinaryIO) -> None:
        self._text = Text(file)
        self._pieces = Pieces(self._text)
        header = csv.reader(iter(self._pieces.line, ""), strict=True)
        self.header = header_of(header)
        self.layout = self.header.layout
        self.ignored = ignored(self.header)
        self.rows, self.faults, self.across = 0, Faults(), Across(owners=False)
        self.beside, self.beside_lines = ZERO, 0
        self.plain = AsItStands(self.header) if self.layout.code == "license" else None
        self._line, self._shown, self._broken = header.line_num, False, False

    @property
    def first(self) -> Row:
        """The first good line."""
        assert self.across.first is not None
        return self.across.first

    @property
    def sha256(self) -> str:
        """Of what was read."""
        return self._text.sha256

    @property
    def skipped(self) -> list[str]:
        """Columns that the staging table needs besides."""
        return self.plain.skipped if self.plain else []

    def parts(self) -> Iterator[Part]:
        """The good lines, many at a time. Raises BadFile for too many of them and for what is no text."""
        while not self._broken:
            begins = self.plain is not None and not self.plain.begun
            if not (block := self._pieces.line() if begins else self._pieces.block()):
                return
            if self.plain and self.plain.takes(block):
                yield self._as_it_stands(self.plain, block)
            else:
                yield self._carefully(block)

    def shows_order_of_dates(self) -> bool:
        """Whether any date of the file can only be read month first (or is ISO 8601); false: 3/4 might be meant as the
        third of April, and all we have is the provider's word that it writes the month first."""
        return self._shown

    def _as_it_stands(self, plain: AsItStands, block: str) -> Part:
        first = self._line + 1
        lines = block.count("\n") + (not block.endswith("\n"))
        if self.rows + lines > reading.MOST_ROWS:
            raise reading.too_many(first + reading.MOST_ROWS - self.rows)
        self._line += lines
        self.rows += lines
        if not self._shown:
            self._shown = any(map(self._shows, csv.reader(io.StringIO(block, newline=""))))
        return Part(block, plain.statement, first)

    def _carefully(self, block: str) -> Part:
        faults: list[str] = []
        good: list[str] = []
        for number, cells in self._split(block, faults):
            before = len(faults)
            row = row_of(number, cells, self.header, faults)
            if row is None or len(faults) > before:
                continue
            self.rows += 1
            if self.rows > reading.MOST_ROWS:
                raise reading.too_many(number)
            self.across.see(row)
            if row.subscription_id:
                good.append(copied(row))
            else:
                self.beside, self.beside_lines = self.beside + row.total, self.beside_lines + 1
            self._shown = self._shown or self._shows(cells)
        self.faults.add(faults)
        if self.plain and not self.plain.begun and self.across.first:
            self.plain.begin(self.across.first)
        return Part("".join(good))

    def _split(self, block: str, faults: list[str]) -> Iterator[tuple[int, list[str]]]:
        """Lines that aren't blank, by number. One in quotes may go on behind the block; what can't be split ends the
        file with a fault."""
        lines = list(io.StringIO(block, newline=""))
        reader = csv.reader(chain(lines, iter(self._pieces.line, "")), strict=True)
        try:
            while reader.line_num < len(lines):
                cells = next(reader)
                if any(cell.strip() for cell in cells):
                    yield self._line + reader.line_num, cells
        except csv.Error as error:
            faults.append(f"line {self._line + reader.line_num}: {error}")
            self._broken = True
        self._line += reader.line_num

    def _shows(self, cells: list[str]) -> bool:
        at = self.header.at
        days = [cells[at[name]] for name in ("chargestartdate", "chargeenddate")]
        return any("-" in one or int(one.split("/")[1]) > 12 for one in days)


class Pieces:
    """A text in whole lines: many, or one."""

    def __init__(self, text: Text) -> None:
        self._text, self._held = text, ""

    def block(self) -> str:
        """The lines that are at hand; empty at the end of the file."""
        while True:
            # Of a return at the end nobody knows yet whether a line feed follows.
            cut = self._held.rfind("\n") + 1 or self._held.rfind("\r", 0, -1) + 1
            if not cut and len(self._held) < LONGEST_LINE and (more := self._text.read()):
                self._held += more
                continue
            cut = cut or len(self._held)
            block, self._held = self._held[:cut], self._held[cut:]
            return block

    def line(self) -> str:
        """The next line; empty at the end of the file."""
        block = self.block()
        line = io.StringIO(block, newline="").readline()
        self._held = block[len(line) :] + self._held
        return line


def copied(row: Row) -> str:
    """One line as the COPY of typed lines reads it."""
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
        *(str(one) for one in (row.unit_price, row.quantity, row.amount, row.discount, row.subtotal, row.tax)),
        str(row.total),
        *(one.translate(_ESCAPES) for one in (row.customer_name, row.domain, row.subscription_name)),
        json.dumps(dict(row.extra), ensure_ascii=False).translate(_ESCAPES) if row.extra else NOTHING,
    ]
    return "\t".join(cells) + "\n"
