"""What does one entry of a statement hold, and what can be wrong with a file?"""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from billing.money import plain

MOST_FAULTS: Final = 1_000
MOST_ENTRIES: Final = 200_000
EARLIEST: Final = date(2010, 1, 1)


class BadStatement(Exception):
    """The file can't be used; `faults` say where and why, a line each. Nothing was changed."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Faults:
    """What is wrong with a file, as many as are shown and a count of the rest."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.more = 0

    def __bool__(self) -> bool:
        return bool(self.said)

    def add(self, place: str, column: str, why: str) -> None:
        """One fault: where (`line 17`), in which column or element (may be empty), and why."""
        if len(self.said) >= MOST_FAULTS:
            self.more += 1
            return
        self.said.append(f"{place}, {column}: {why}" if column else f"{place}: {why}")

    def check(self) -> None:
        """Raises BadStatement if there was any."""
        if self.said:
            raise BadStatement([*self.said, f"and {self.more:,} more faults"] if self.more else self.said)


@dataclass(frozen=True, slots=True)
class Line:
    """One movement as a file gives it. `place` is where it stands there; `entry_id` may be empty until numbered."""

    place: str
    account: str
    entry_id: str
    credit: bool
    reversal: bool
    amount: Decimal
    currency: str
    booked_on: date
    payer: str
    payer_account: str
    text: str

    @property
    def values(self) -> tuple[bool, Decimal, str, date]:
        """What must be the same wherever this entry is told again."""
        return self.credit, self.amount, self.currency, self.booked_on

    @property
    def said(self) -> str:
        """Its values in words for a fault."""
        return told(*self.values)


def told(credit: bool, amount: Decimal, currency: str, booked_on: date) -> str:
    """An entry's values in words for a fault."""
    return f"{'' if credit else '-'}{plain(amount, currency)} {currency} of {booked_on}"


def numbered(lines: Iterable[Line]) -> Iterator[Line]:
    """Each line with an id: the bank's own, or a digest of the line and its ordinal among lines that are equal."""
    seen: Counter[str] = Counter()
    for line in lines:
        if line.entry_id:
            yield line
            continue
        parts = (line.account, line.credit, line.amount, line.currency, line.booked_on)
        words = (line.payer, line.payer_account, line.text)
        digest = hashlib.sha256("\x1f".join(map(str, parts + words)).encode()).hexdigest()[:32]
        seen[digest] += 1
        yield replace(line, entry_id=f"{digest}-{seen[digest]}")


def clean(text: str, most: int) -> str:
    """Words on one line without control and direction characters, at most so long."""
    shown = "".join(one if unicodedata.category(one) not in ("Cc", "Cf") else " " for one in text)
    return " ".join(shown.split())[:most]


def plausible(on: date, today: date) -> str:
    """Why a day can't be a booking day; empty where it can."""
    if on > today:
        return f"'{on}' lies in the future"
    return f"'{on}' is not a plausible date" if on < EARLIEST else ""
