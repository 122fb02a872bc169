"""Does one invoice go from issue to a closed loop as it was worked out by hand?"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dunning.policy import (
    NON_PAYMENT,
    Action,
    Anchor,
    Calendar,
    Decision,
    Dispute,
    Facts,
    Invoice,
    Line,
    Notice,
    Outcome,
    Policy,
    Promise,
    Proposal,
    Stage,
    Suspension,
    schedule,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
LEAST = {"CNY": Decimal(100)}
POLICY = Policy(
    version=1,
    ignore_below={"CNY": Decimal(1)},
    cover_min={"CNY": Decimal(50)},
    undo_minutes=60,
    stages=(
        Stage("courtesy", Action.NOTICE, offset=-3, min_overdue=LEAST),
        Stage("remind", Action.NOTICE, offset=3, min_overdue=LEAST),
        Stage("final", Action.NOTICE, offset=14, gap=5, roles=("billing", "owner"), min_overdue=LEAST),
        Stage("suspend", Action.SUSPEND, Anchor.DELIVERED, "final", 7, gap=7, min_overdue=LEAST),
        Stage("delete30", Action.DELETION_NOTICE, Anchor.SUSPENDED, offset=30, min_overdue=LEAST),
        Stage("delete7", Action.DELETION_NOTICE, Anchor.SUSPENDED, offset=53, min_overdue=LEAST),
        Stage("agency", Action.HAND_OVER, Anchor.SUSPENDED, offset=75, min_overdue=LEAST),
    ),
)
CALENDAR = Calendar(SHANGHAI, holidays=frozenset({date(2026, 5, 1), date(2026, 6, 19), date(2026, 9, 25)}))
FOUR_DAYS = [date(2026, 6, 5), date(2026, 6, 15), date(2026, 6, 24), date(2026, 7, 1)]


def at(month: int, on: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(2026, month, on, hour, minute, tzinfo=SHANGHAI)


class Book:
    """The invoice's facts, added to as the story goes on."""

    def __init__(self) -> None:
        lines = (Line("A", Decimal(600), "A"), Line("B", Decimal(400), "B"))
        invoice = Invoice("I", date(2026, 6, 10), "CNY", lines, date(2026, 5, 11))
        self.facts = Facts(invoice, SHANGHAI, CALENDAR)

    def look(self, now: datetime) -> Decision:
        return schedule(POLICY, replace(self.facts, bank_at=now), now)

    def mail(self, now: datetime) -> date:
        prints = self.look(now).next.prints
        row = Notice(
            self.look(now).next.stage,
            now,
            now,
            suspend_on=prints.suspend_on,
            not_before=prints.not_before,
            scope=prints.scope,
        )
        self.facts = replace(self.facts, notices=(*self.facts.notices, row), letters=(*self.facts.letters, now))
        return prints.suspend_on

    def opened(self, **amounts: int) -> None:
        lines = tuple(replace(line, open=Decimal(amounts.get(line.id, line.open))) for line in self.facts.invoice.lines)
        self.facts = replace(self.facts, invoice=replace(self.facts.invoice, lines=lines))

    def add(self, **rows: object) -> None:
        self.facts = replace(self.facts, **rows)


def assert_wait(decision: Decision, code: str, until: datetime | None, undisputed: int, ripe: int) -> None:
    assert decision.next.kind == "wait"
    assert (str(decision.next.because.code), decision.next.until) == (code, until)
    assert (decision.undisputed, decision.ripe) == (undisputed, ripe)


def days(decision: Decision) -> list[date]:
    return [entry.on for entry in decision.schedule[:4]]


@pytest.fixture
def book() -> Book:
    return Book()


def test_one_invoice_from_issue_to_closed_loop(book: Book) -> None:
    issued = book.look(at(5, 11))
    assert_wait(issued, "not_yet", at(6, 5, 0), 1000, 1000)
    assert days(issued) == FOUR_DAYS
    assert book.mail(at(6, 5, 10)) == date(2026, 7, 1)
    assert book.look(at(6, 15, 0)).next.kind == "take"
    assert book.mail(at(6, 15)) == date(2026, 7, 1)

    question = Dispute("B", Decimal(150), at(6, 18))
    book.add(disputes=(question,))
    questioned = book.look(at(6, 18))
    assert_wait(questioned, "not_yet", at(6, 24, 0), 850, 850)
    assert days(questioned) == FOUR_DAYS[2:] + [date(2026, 7, 31), date(2026, 8, 23)]

    book.add(promises=(Promise(Decimal(850), date(2026, 6, 26), at(6, 22)),))
    assert_wait(book.look(at(6, 22)), "promised", at(7, 2, 0), 850, 0)
    book.opened(A=100)
    assert_wait(book.look(at(6, 26)), "promised", at(7, 2, 0), 350, 0)
    assert_wait(book.look(at(6, 30)), "resuming", at(7, 2, 0), 350, 0)

    assert book.mail(at(7, 2)) == date(2026, 7, 9)
    book.opened(B=350)
    refused = replace(question, amount=Decimal(100), decided_at=at(7, 3), told_at=at(7, 3), outcome=Outcome.PARTLY)
    book.add(disputes=(refused,))
    assert_wait(book.look(at(7, 3)), "resuming", at(7, 9, 0), 450, 0)
    assert_suspended_and_paid(book)


def assert_suspended_and_paid(book: Book) -> None:
    due = book.look(at(7, 9, 9))
    assert (due.next.kind, due.next.deed, due.covers) == ("take", "propose", ("A", "B"))
    assert (due.undisputed, due.ripe) == (450, 350)
    assert due.next.because.values["suspend_on"] == date(2026, 7, 9), "the last day that was printed, not the first"
    book.add(proposal=Proposal(at(7, 9, 9), 1, at(7, 9, 11), ("Mei",)))
    assert_wait(book.look(at(7, 9, 11)), "undo_window", at(7, 9, 12), 450, 350)
    last_look = book.look(at(7, 9, 12))
    assert (last_look.next.deed, str(last_look.next.because.code)) == ("do", "approved")
    confirmed = at(7, 9, 12, 2)
    off = tuple(Suspension(each, NON_PAYMENT, "I", at(7, 9, 12), confirmed, debt=last_look.undisputed) for each in "AB")
    book.add(suspensions=off, proposal=None)
    later = book.look(at(7, 9, 13))
    assert_wait(later, "not_yet", at(7, 16, 0), 450, 450)
    assert (later.next.stage, later.schedule[0].on) == ("delete30", date(2026, 8, 8))
    book.opened(A=0, B=0)
    paid = book.look(at(7, 10, 15))
    assert (paid.next.kind, str(paid.next.because.code), paid.release) == ("clear", "settled", ("A", "B"))
    ended = tuple(replace(row, ended_at=at(7, 10, 15) + timedelta(minutes=5), ended_why="cured") for row in off)
    book.add(suspensions=ended)
    closed = book.look(at(7, 11))
    assert (closed.next.kind, closed.release, closed.schedule) == ("clear", (), ())
