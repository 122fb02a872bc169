"""How is a good file made, and how is it spoilt? Cell by cell, in any encoding and any order of columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from payables.sampling import COLUMNS, Charge, write

SEPTEMBER = (date(2026, 9, 15), date(2026, 10, 14))
E3 = "Office 365 E3"


def charge(customer: str, offer: str = E3, seats: int = 10, price: str = "60.00", **more) -> Charge:
    """One line of the September file."""
    starts_on, ends_on = SEPTEMBER
    return Charge(customer, offer, seats, Decimal(price), starts_on, ends_on, **more)


def good(*charges: Charge, partner: str = "Hanhai") -> bytes:
    """A file that can be imported: three lines of two customers, one of them money given back."""
    standard = (
        charge("Lanhai Trading", domain="lanhai.partner.onmschina.cn"),
        charge("Lanhai Trading", "Visio Plan 2", 4, "99.00", domain="lanhai.partner.onmschina.cn"),
        charge("Qinghe Foods", seats=3, kind="Cancel instance prorate", share=Decimal("-0.5")),
    )
    return write(partner, charges or standard)


class Sheet:
    """A file's cells, to be changed and written again."""

    def __init__(self, content: bytes) -> None:
        self.rows = list(csv.reader(io.StringIO(content.decode(), newline="")))

    def put(self, column: str, value: str, line: int = 2) -> Sheet:
        """Write one cell; lines count from 1, the header among them."""
        self.rows[line - 1][self.rows[0].index(column)] = value
        return self

    def everywhere(self, column: str, change: Callable[[str], str]) -> Sheet:
        """Change every cell of a column."""
        at = self.rows[0].index(column)
        for row in self.rows[1:]:
            row[at] = change(row[at])
        return self

    def header(self, change: Callable[[str], str]) -> Sheet:
        """Rename every column."""
        self.rows[0] = [change(name) for name in self.rows[0]]
        return self

    def ordered(self, names: Sequence[str]) -> Sheet:
        """Only these columns, in this order."""
        at = [self.rows[0].index(name) for name in names]
        self.rows = [[row[place] for place in at] for row in self.rows]
        return self

    def with_column(self, name: str, value: str) -> Sheet:
        """One column more."""
        self.rows[0].append(name)
        for row in self.rows[1:]:
            row.append(value)
        return self

    def with_columns(self, many: int) -> Sheet:
        """So many columns more, each with a name of its own."""
        self.rows = [[*row, *(f"x{line}-{number}" for number in range(many))] for line, row in enumerate(self.rows)]
        return self

    def bytes(self, *, ends: str = "\r\n", encoding: str = "utf-8") -> bytes:
        """The file again."""
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator=ends).writerows(self.rows)
        return out.getvalue().encode(encoding)


def sheet(*charges: Charge) -> Sheet:
    """A good file's cells."""
    return Sheet(good(*charges))


ALL = list(COLUMNS)
