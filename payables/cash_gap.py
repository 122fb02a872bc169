"""Will the money be there when the provider's bills fall due? Two courses of our balance, and where they run short.

Pure: dates, amounts and names come in, a course comes out. Amounts are of one currency."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Receivable:
    """Undisputed money a customer owes on one invoice. `due_on` is its due day; `usual_on` the day this customer
    usually pays such an invoice, empty where too little is known or that day has passed; `promised` amounts by day."""

    key: int
    who: str
    number: str
    amount: Decimal
    due_on: date
    usual_on: date | None = None
    promised: tuple[tuple[date, Decimal], ...] = ()


@dataclass(frozen=True)
class Outgo:
    """A bill of the provider to pay; `expected` where it has not come yet. `late` is what may be assessed for each
    month it is paid late."""

    name: str
    amount: Decimal
    on: date
    late: Decimal = ZERO
    expected: bool = False
    key: int | None = None


@dataclass(frozen=True)
class Step:
    """The balance at the end of a day."""

    on: date
    balance: Decimal


@dataclass(frozen=True)
class Shortage:
    """The first day a course is short: by how much, what being late with that day's bills may cost a month, and the
    receivables that would close it, fewest first found."""

    on: date
    short: Decimal
    cost: Decimal
    closers: tuple[Receivable, ...] = ()


@dataclass(frozen=True)
class Gap:
    """Both courses from today on. `hopeful`: everything undisputed arrives on its due day, what is overdue tomorrow.
    `careful`: promises on their day, and customers who usually pay on the day they usually do."""

    hopeful: tuple[Step, ...]
    careful: tuple[Step, ...]
    hopeful_short: Shortage | None
    careful_short: Shortage | None


def gap(
    balance: Decimal, receivables: Sequence[Receivable], bills: Sequence[Outgo], *, today: date, until: date
) -> Gap:
    """The two courses of a balance from today to a day. Bills that are overdue already are paid today."""
    tomorrow = today + timedelta(days=1)
    hopeful = [(max(one.due_on, tomorrow), one.amount) for one in receivables]
    careful = [receipt for one in receivables for receipt in careful_receipts(one, today)]
    paid = [(max(bill.on, today), -bill.amount) for bill in bills]
    first, second = (_course(balance, [*money, *paid], today, until) for money in (hopeful, careful))
    return Gap(
        first,
        second,
        _shortage(first, bills, (), today),
        _shortage(second, bills, receivables, today),
    )


def careful_receipts(one: Receivable, today: date) -> list[tuple[date, Decimal]]:
    """What of a receivable is counted on which day: its promises, at most what is owed; the rest on the usual day."""
    left, found = one.amount, []
    for on, amount in sorted(one.promised):
        counted = min(amount, left)
        if on > today and counted > ZERO:
            found.append((on, counted))
            left -= counted
    if left > ZERO and one.usual_on is not None and one.usual_on > today:
        found.append((one.usual_on, left))
    return found


def _course(balance: Decimal, money: Iterable[tuple[date, Decimal]], today: date, until: date) -> tuple[Step, ...]:
    """The balance at the end of each day on which it moves; the first is today, the last the end."""
    by_day: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for on, amount in money:
        if on <= until:
            by_day[on] += amount
    steps, now = [], balance
    for on in sorted({today, until, *by_day}):
        now += by_day.get(on, ZERO)
        steps.append(Step(on, now))
    return tuple(steps)


def _shortage(
    course: Sequence[Step], bills: Sequence[Outgo], receivables: Sequence[Receivable], today: date
) -> Shortage | None:
    first = next((step for step in course if step.balance < ZERO), None)
    if first is None:
        return None
    due = [bill for bill in bills if max(bill.on, today) == first.on]
    cost = sum((bill.late for bill in due), ZERO)
    return Shortage(first.on, -first.balance, cost, _closers(receivables, -first.balance, first.on, today))


def _closers(receivables: Sequence[Receivable], short: Decimal, by: date, today: date) -> tuple[Receivable, ...]:
    """The fewest receivables, the largest first, whose money is not counted on by that day and would close it; none
    where all of them together would not."""
    free = []
    for one in receivables:
        counted = sum((amount for on, amount in careful_receipts(one, today) if on <= by), ZERO)
        if one.amount - counted > ZERO:
            free.append((one.amount - counted, one))
    found: list[Receivable] = []
    for amount, one in sorted(free, key=lambda pair: (-pair[0], pair[1].due_on, pair[1].key)):
        if short <= ZERO:
            break
        found.append(one)
        short -= amount
    return tuple(found) if short <= ZERO else ()
