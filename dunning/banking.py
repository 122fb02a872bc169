"""What does a bank statement change? Its credits become payments where it is clear whose they are; the rest waits
and holds back what it could cover; and the cash is known up to now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO, Final

from django.db.models import Q, QuerySet

from billing.bank.keeping import RETURNED, keep
from billing.bank.knowing import Book, money_of
from billing.bank.matching import Known, concerned
from billing.models import BankEntry, BankReading, BankStatement
from customers.locking import alone, lock_customers
from customers.models import Customer, Partner, User, acting_for

from .attributing import cures_of, look_at
from .models import Case
from .policy import Code
from .reviewing import review

BATCH: Final = 500


@dataclass
class Booked:
    """What an import came to, in credits. `matched` went against invoices; `unapplied` wait, for a customer or for
    a debt; `already_booked` had become payments before."""

    statement: BankStatement
    entries: int
    known: bool
    booked: int = 0
    matched: int = 0
    unapplied: int = 0
    already_booked: int = 0
    left: int = 0


Progress = Callable[[int, int], None]


def import_statement(
    partner: Partner,
    source: IO[bytes],
    *,
    file_name: str,
    now: datetime,
    by: User | None = None,
    progress: Progress | None = None,
    most: int | None = None,
) -> Booked:
    """Keep a statement, book what is clear, let the rest wait, and note that the bank has been read.

    All of the file is kept or nothing; then some entries at a time are one transaction, at most so many entries
    here: the background goes on with the rest. Killed on the way, the same file again goes on; finished, it changes
    nothing. Raises BadStatement."""
    kept = keep(partner, source, file_name=file_name, now=now, by=by)
    mine = kept.statement.rows.waiting().count() if kept.known else 0
    done = Booked(kept.statement, kept.statement.entries, kept.known, already_booked=kept.paid)
    done.left = go_on(kept.statement, now=now, done=done, most=most, progress=progress)
    done.unapplied = kept.waiting - mine + kept.statement.rows.waiting().count() + done.booked - done.matched
    return done


def unfinished(statement: BankStatement) -> QuerySet[BankEntry]:
    """The entries of a statement that nobody has looked at yet."""
    credits = Q(credit=True, payment=None, dismissed_at=None, matched_why=[])
    return statement.rows.filter(credits | Q(credit=False, dismissed_at=None, matched_why=RETURNED)).order_by("pk")


def go_on(
    statement: BankStatement,
    *,
    now: datetime,
    done: Booked | None = None,
    most: int | None = None,
    progress: Progress | None = None,
) -> int:
    """Look at what is unfinished of a statement, at most so many entries; answers how many were left over.

    When nothing is left, the bank counts as read at `now`, once for each statement."""
    done = done or Booked(statement, statement.entries, known=True)
    book, looked, after = Book(statement.partner), 0, 0
    total = unfinished(statement).count()
    while most is None or looked < most:
        batch = list(unfinished(statement).filter(pk__gt=after)[: BATCH if most is None else min(BATCH, most - looked)])
        if not batch:
            break
        known = known_of(book, batch)
        booked = look_at(batch, book, known, now=now)
        done.booked += len(booked)
        done.matched += sum(bool(one.placed) for one in booked)
        looked, after = looked + len(batch), batch[-1].pk
        if progress:
            progress(looked, total)
    left = unfinished(statement).count()
    if not left:
        note_reading(statement.partner, at=now, now=now, statement=statement)
    return left


def go_on_with_all(*, now: datetime, most: int) -> int:
    """Go on with the statements that were not finished; answers how many there were. The net under a page or a
    process that ended early."""
    rows = list(BankStatement.objects.filter(readings=None).select_related("partner").order_by("pk"))
    for statement in rows:
        with alone("bank-statement", statement.pk) as mine:
            if mine:
                go_on(statement, now=now, most=most)
    return len(rows)


def known_of(book: Book, batch: list[BankEntry]) -> Known:
    """All that may tell whose these entries are."""
    cures = cures_of(book.partner)
    known = book.about(batch, cures)
    who = {pk for entry in batch for pk in concerned(money_of(entry), known)}
    book.refresh(known, who, {})
    known.cures = cures
    return known


def declare_complete(partner: Partner, through: date, *, now: datetime, by: User | None = None) -> BankReading:
    """A person says that all cash up to the end of a day is in the book; it counts as a bank import then, at most
    now. Answers the reading."""
    ends = datetime.combine(through + timedelta(days=1), time.min, tzinfo=partner.tz)
    return note_reading(partner, at=min(ends, now), now=now, by=by)


def note_reading(
    partner: Partner, *, at: datetime, now: datetime, statement: BankStatement | None = None, by: User | None = None
) -> BankReading:
    """Note until when the cash is known, once for a statement, and look again at whoever a stale bank held back."""
    with acting_for(partner):
        if statement is not None:
            BankStatement.objects.select_for_update(of=("self",), no_key=True).get(pk=statement.pk)
            if known := statement.readings.first():
                return known
        reading = BankReading.objects.create(
            partner=partner, at=at, recorded_at=now, statement=statement, declared_by=by
        )
        held = sorted(set(held_back(partner).values_list("customer_id", flat=True)))
        lock_customers(held)
        Customer.objects.filter(pk__in=held).update(review_due_at=now)
    for start in range(0, len(held), BATCH):
        with acting_for(partner):
            review(held[start : start + BATCH], now=now)
    return reading


def held_back(partner: Partner) -> QuerySet[Case]:
    """The cases whose next step waits only because the bank was not read for too long."""
    return Case.objects.of(partner).filter(closed_at=None, kind="wait", because=str(Code.STALE_CASH))
