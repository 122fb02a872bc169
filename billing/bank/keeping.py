"""How does a statement come into the book? Checked whole, then kept: every entry once, all of the file or nothing."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import IO, Final, TypeVar

from billing.models import BankEntry, BankStatement
from customers.models import Partner, User, acting_for

from . import camt, sheet
from .lines import MOST_ENTRIES, BadStatement, Faults, Line, numbered, told

LARGEST: Final = 300 * 1024 * 1024
BATCH: Final = 1_000
# What an entry says before anybody has looked whose it is; an empty list means: a credit still to be looked at.
RETURNED, RETURNED_OURS = [["returned"]], [["returned_ours"]]

T = TypeVar("T")


@dataclass(frozen=True)
class Kept:
    """A statement in the book. `known` tells that these bytes were imported before; `paid` and `waiting` are its
    credits that had been brought before, as payments and as receipts nobody had matched."""

    statement: BankStatement
    known: bool
    paid: int
    waiting: int


def keep(partner: Partner, source: IO[bytes], *, file_name: str, now: datetime, by: User | None = None) -> Kept:
    """Keep a statement and its entries for a partner, in one transaction. Nothing is matched or booked here.

    The same bytes again are the same statement. An entry that is known is not kept again; known with another
    amount, side or day it is a fault. Raises BadStatement with one line for each fault."""
    digest = _digest(source)
    with acting_for(partner):
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        reader = _Reader(source, partner, today=now.astimezone(partner.tz).date())
        checked = _check(partner, reader)
        before = BankStatement.objects.filter(partner=partner, sha256=digest).first()
        if before:
            return Kept(before, True, checked.paid, checked.waiting)
        statement = BankStatement.objects.create(
            partner=partner,
            file_name=file_name[-200:] or "statement",
            sha256=digest,
            format=reader.format,
            account=checked.account,
            entries=checked.entries,
            imported_at=now,
            imported_by=by,
        )
        _insert(statement, reader, now=now)
    return Kept(statement, False, checked.paid, checked.waiting)


class _Reader:
    """The file's entries, as often as they are asked for."""

    def __init__(self, source: IO[bytes], partner: Partner, *, today: date) -> None:
        self.source, self.own, self.today = source, partner.currency, today
        self.format = _format(source)

    def lines(self, faults: Faults) -> Iterator[Line]:
        """Every entry with its id, from the beginning."""
        self.source.seek(0)
        if self.format == BankStatement.Format.CAMT_053:
            return numbered(camt.read(self.source, today=self.today, faults=faults))
        return numbered(sheet.read(self.source, own=self.own, today=self.today, faults=faults))


@dataclass
class _Checked:
    entries: int = 0
    account: str = ""
    paid: int = 0
    waiting: int = 0


def _digest(source: IO[bytes]) -> str:
    source.seek(0, 2)
    size = source.tell()
    source.seek(0)
    if size > LARGEST:
        raise BadStatement([f"line 1: a file may hold at most {LARGEST // 1024 // 1024} MB"])
    if not size:
        raise BadStatement(["line 1: the file is empty"])
    digest = hashlib.sha256()
    while piece := source.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def _format(source: IO[bytes]) -> BankStatement.Format:
    source.seek(0)
    head = source.read(1024).replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not head:
        raise BadStatement(["line 1: the file is empty"])
    return BankStatement.Format.CAMT_053 if head.startswith(b"<") else BankStatement.Format.CSV


def _check(partner: Partner, reader: _Reader) -> _Checked:
    """Read everything once; raises BadStatement with all that is wrong, in itself or beside what is known."""
    faults, checked = Faults(), _Checked()
    seen: dict[tuple[str, str], tuple[str, int]] = {}
    for lines in batched(reader.lines(faults), BATCH):
        known = _known(partner, lines)
        for line in lines:
            checked.account = checked.account or line.account
            if _repeats(line, seen, faults):
                continue
            if before := known.get((line.account, line.entry_id)):
                _compare(line, before, checked, faults)
        if len(seen) > MOST_ENTRIES:
            raise BadStatement([f"{lines[-1].place}: a file may hold at most {MOST_ENTRIES:,} entries"])
    faults.check()
    checked.entries = len(seen)
    return checked


def _repeats(line: Line, seen: dict[tuple[str, str], tuple[str, int]], faults: Faults) -> bool:
    """Whether this file told of the entry before; told otherwise, it is a fault."""
    key, number = (line.account, line.entry_id), len(seen)
    place, values = seen.setdefault(key, (line.place, hash(line.values)))
    if values != hash(line.values):
        faults.add(line.place, "id", f"'{line.entry_id}' is {line.said} here and something else at {place}")
    return len(seen) == number


def _compare(line: Line, before: BankEntry, checked: _Checked, faults: Faults) -> None:
    """An entry that is in the book already must be the same there."""
    values = before.credit, before.amount, before.currency, before.booked_on
    if values != line.values:
        why = f"'{line.entry_id}' was imported before as {told(*values)}; here it is {line.said}"
        faults.add(line.place, "id", why)
    checked.paid += before.payment_id is not None
    checked.waiting += before.credit and before.payment_id is None and before.dismissed_at is None


def _known(partner: Partner, lines: list[Line]) -> dict[tuple[str, str], BankEntry]:
    rows = BankEntry.objects.filter(
        partner=partner,
        account__in={line.account for line in lines},
        entry_id__in={line.entry_id for line in lines},
    )
    return {(row.account, row.entry_id): row for row in rows}


def _insert(statement: BankStatement, reader: _Reader, *, now: datetime) -> None:
    """Write the entries that are new."""
    seen: set[tuple[str, str]] = set()
    for lines in batched(reader.lines(Faults()), BATCH):
        known = _known(statement.partner, lines)
        rows = []
        for line in lines:
            key = line.account, line.entry_id
            if key not in known and key not in seen:
                rows.append(_row(statement, line, now))
            seen.add(key)
        BankEntry.objects.bulk_create(rows)


def _row(statement: BankStatement, line: Line, now: datetime) -> BankEntry:
    why: list[list[str]] = []
    if line.reversal:
        why = RETURNED_OURS if line.credit else RETURNED
    return BankEntry(
        partner_id=statement.partner_id,
        statement=statement,
        account=line.account,
        entry_id=line.entry_id,
        credit=line.credit,
        amount=line.amount,
        currency=line.currency,
        booked_on=line.booked_on,
        payer=line.payer,
        payer_account=line.payer_account,
        text=line.text,
        recorded_at=now,
        matched_why=why,
    )


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """The rows in lists of at most `size`."""
    source = iter(rows)
    while batch := list(islice(source, size)):
        yield batch
