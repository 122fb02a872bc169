"""What is known about one invoice when the rulebook is asked about it?"""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal

from dunning.policy.codes import Eve, HoldKind, HoldScope, Outcome, ReceiptKind


@dataclass(frozen=True, slots=True)
class Line:
    """One invoice line; `open` is what is left of it now and may be negative."""

    id: str
    open: Decimal
    subscription: str | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """The invoice the ladder is about; `number` is what texts call it."""

    id: str
    due_on: date
    currency: str
    lines: tuple[Line, ...]
    issued_on: date | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A questioned amount of one line; after `partly`, the part that was refused."""

    line: str
    amount: Decimal
    opened_at: datetime
    decided_at: datetime | None = None
    outcome: Outcome | None = None
    told_at: datetime | None = None
    case: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise to pay by a day; whether it was broken follows from the days."""

    amount: Decimal
    by: date
    made_at: datetime
    kept_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold, exemption or extension; both days inclusive, `until` none means open."""

    kind: HoldKind
    scope: HoldScope
    from_on: date
    until: date | None = None
    subscription: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One attempt of a stage: a letter, a call task, a deletion notice or a hand-over."""

    stage: str
    queued_at: datetime
    delivered_at: datetime | None = None
    bounced_at: datetime | None = None
    seen_at: datetime | None = None
    called_at: datetime | None = None
    waived_at: datetime | None = None
    suspend_on: date | None = None
    not_before: datetime | None = None
    scope: frozenset[str] | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Suspension:
    """One cause a subscription is off for; ours when for non-payment of this invoice."""

    subscription: str
    cause: str
    invoice: str | None
    began_at: datetime
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    ended_why: str | None = None
    debt: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money of this customer in this currency that is not allocated, or reported only."""

    kind: ReceiptKind
    amount: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """The live proposal to suspend; `approved_at` is when the last needed approval came."""

    proposed_at: datetime
    approvals: int = 0
    approved_at: datetime | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """Working days and staffed hours, read in the calendar's own zone."""

    zone: tzinfo
    holidays: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    weekend: frozenset[int] = frozenset({6, 7})
    opens: time = time(9)
    closes: time = time(18)
    eve: Eve = Eve.HOLIDAY

    def __post_init__(self) -> None:
        """Refuse a calendar under which nothing could ever be done."""
        if self.opens >= self.closes:
            raise ValueError("closes must be later than opens")
        working = [day not in self.weekend for day in range(1, 8)]
        if not any(working):
            raise ValueError("weekend leaves no working day")
        if self.eve is Eve.REST and not any(working[day] and working[(day + 1) % 7] for day in range(7)):
            raise ValueError("weekend with eve 'rest' leaves no day to suspend on")


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything about one invoice; the order inside a tuple never matters."""

    invoice: Invoice
    zone: tzinfo
    calendar: Calendar
    disputes: tuple[Dispute, ...] = ()
    promises: tuple[Promise, ...] = ()
    holds: tuple[Hold, ...] = ()
    notices: tuple[Notice, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    restarts: tuple[datetime, ...] = ()
    letters: tuple[datetime, ...] = ()
    tags: frozenset[str] = frozenset()
    addons: tuple[tuple[str, str], ...] = ()
    bank_at: datetime | None = None
    proposal: Proposal | None = None
