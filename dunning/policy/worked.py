"""How are the facts of a worked case written down?"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import TypeVar

from dunning.policy.codes import NON_PAYMENT, HoldKind, HoldScope, Outcome, ReceiptKind
from dunning.policy.days import midnight, utc, window
from dunning.policy.facts import (
    Calendar,
    Dispute,
    Facts,
    Hold,
    Invoice,
    Line,
    Notice,
    Promise,
    Proposal,
    Receipt,
    Suspension,
)
from dunning.policy.reading import Fields, money, one_of, optional_text, text, texts, whole

T = TypeVar("T")
BARE = time(10)
EPOCH = date(1970, 1, 1)


def as_date(value: object) -> date:
    """A date, written or already read."""
    if isinstance(value, datetime) or not isinstance(value, date | str):
        raise ValueError("is not a date")
    try:
        return value if isinstance(value, date) else date.fromisoformat(value.strip())
    except ValueError:
        raise ValueError(f"{value!r} is not a date") from None


def optional_date(value: object) -> date | None:
    """A date or nothing."""
    return None if value is None else as_date(value)


def instant_in(zone: tzinfo) -> Callable[[object], datetime]:
    """A reader of instants: without an offset in `zone`, a bare date at ten o'clock there."""

    def read(value: object) -> datetime:
        if isinstance(value, str):
            try:
                written = value.strip()
                value = date.fromisoformat(written) if len(written) == 10 else datetime.fromisoformat(written)
            except ValueError:
                raise ValueError(f"{value!r} is not a time") from None
        if isinstance(value, datetime):
            return utc(value if value.tzinfo is not None else value.replace(tzinfo=zone))
        return utc(datetime.combine(as_date(value), BARE, tzinfo=zone))

    return read


def rows(fields: Fields, name: str, build: Callable[[Fields], T]) -> tuple[T, ...]:
    """The rows of a list of mappings."""
    written = fields.raw(name)
    if written is None:
        return ()
    if not isinstance(written, list | tuple):
        fields.fault(name, "is not a list")
        return ()
    found = []
    for place, each in enumerate(written):
        row = Fields(each, f"{fields.at(name)}[{place}]", fields.found)
        found.append(build(row))
        row.done()
    return tuple(found)


def values(read: Callable[[object], T]) -> Callable[[object], tuple[T, ...]]:
    """A reader of a list of single values."""

    def read_all(value: object) -> tuple[T, ...]:
        if not isinstance(value, list | tuple):
            raise ValueError("is not a list")
        return tuple(read(each) for each in value)

    return read_all


class FactsReader:
    """Reads the facts of one case in the customer's zone."""

    def __init__(self, case: Fields, zone: tzinfo, calendar: Calendar) -> None:
        self.case, self.zone, self.calendar = case, zone, calendar
        self.instant = instant_in(zone)

    def read(self, now: datetime) -> Facts:
        """The facts; the bank was read at `now` unless the case says otherwise."""
        case, instants = self.case, values(self.instant)
        invoice = self._invoice()
        self.id = invoice.id
        return Facts(
            invoice=invoice,
            zone=self.zone,
            calendar=self.calendar,
            disputes=rows(case, "disputes", self._dispute),
            promises=rows(case, "promises", self._promise),
            holds=rows(case, "holds", self._hold),
            notices=rows(case, "notices", self._notice),
            suspensions=rows(case, "suspensions", self._suspension),
            receipts=rows(case, "receipts", self._receipt),
            restarts=case.get("restarts", instants, ()),
            letters=case.get("letters", instants, ()),
            tags=frozenset(case.get("tags", texts, ())),
            addons=case.get("addons", _pairs, ()),
            bank_at=case.get("bank", self._optional, now),
            proposal=case.get("proposal", self._proposal, None),
        )

    def _optional(self, value: object) -> datetime | None:
        return None if value is None else self.instant(value)

    def _at(self, row: Fields, name: str, default: datetime | None = None) -> datetime | None:
        return row.get(name, self._optional, default)

    def _born(self, row: Fields, *names: str) -> datetime:
        """The first of the fields that is written: when the row was recorded."""
        name = next((each for each in names if row.data.get(each) is not None), names[0])
        return row.need(name, self.instant, utc(datetime.combine(EPOCH, BARE, tzinfo=self.zone)))

    def _invoice(self) -> Invoice:
        row = Fields(self.case.raw("invoice", {}), self.case.at("invoice"), self.case.found)
        ident = row.get("id", text, "invoice")
        invoice = Invoice(
            id=ident,
            due_on=row.need("due", as_date, EPOCH),
            currency=row.get("cur", text, "CNY"),
            lines=self._lines(row),
            issued_on=row.get("issued", optional_date, None),
            number=row.get("number", text, ident),
        )
        row.done()
        return invoice

    def _lines(self, row: Fields) -> tuple[Line, ...]:
        written = row.raw("lines", {})
        if not isinstance(written, Mapping):
            row.fault("lines", "is not a mapping of line to open amount")
            return ()
        return tuple(self._line(row, str(name), each) for name, each in written.items())

    def _line(self, row: Fields, name: str, written: object) -> Line:
        if not isinstance(written, Mapping):
            written = {"open": written}
        fields = Fields(written, f"{row.at('lines')}.{name}", row.found)
        line = Line(name, fields.need("open", money, Decimal(0)), fields.get("sub", optional_text, name))
        fields.done()
        return line

    def _dispute(self, row: Fields) -> Dispute:
        outcome, told = row.raw("outcome"), self._at(row, "told")
        return Dispute(
            line=row.need("line", text, ""),
            amount=row.need("amount", money, Decimal(0)),
            opened_at=self._born(row, "opened"),
            decided_at=self._at(row, "decided", told if outcome is not None else None),
            outcome=None if outcome is None else row.get("outcome", one_of(Outcome), None),
            told_at=told,
            case=row.get("case", text, ""),
        )

    def _promise(self, row: Fields) -> Promise:
        return Promise(
            amount=row.get("amount", money, Decimal(0)),
            by=row.need("by", as_date, EPOCH),
            made_at=self._born(row, "made"),
            kept_at=self._at(row, "kept"),
        )

    def _hold(self, row: Fields) -> Hold:
        subscription = row.get("sub", optional_text, None)
        usual = HoldScope.INVOICE if subscription is None else HoldScope.SUBSCRIPTION
        return Hold(
            kind=row.get("kind", one_of(HoldKind), HoldKind.HOLD),
            scope=row.get("scope", one_of(HoldScope), usual),
            from_on=row.need("from", as_date, EPOCH),
            until=row.get("until", optional_date, None),
            subscription=subscription,
            reason=row.get("reason", text, ""),
        )

    def _notice(self, row: Fields) -> Notice:
        queued = self._born(row, "at", "called", "waived", "seen")
        says = row.get("says", optional_date, None)
        by_itself = all(row.data.get(name) is None for name in ("called", "waived"))
        opens = None
        if says is not None:
            opens = window(midnight(says, self.zone), self.calendar, self.zone)
        return Notice(
            stage=row.need("stage", text, ""),
            queued_at=queued,
            delivered_at=self._at(row, "delivered", queued if by_itself else None),
            bounced_at=self._at(row, "bounced"),
            seen_at=self._at(row, "seen"),
            called_at=self._at(row, "called"),
            waived_at=self._at(row, "waived"),
            suspend_on=says,
            not_before=self._at(row, "not_before", opens),
            scope=row.get("scope", _optional_set, None),
            role=row.get("role", optional_text, None),
        )

    def _suspension(self, row: Fields) -> Suspension:
        return Suspension(
            subscription=row.need("sub", text, ""),
            cause=row.get("cause", text, NON_PAYMENT).replace("-", "_").replace(" ", "_"),
            invoice=row.get("invoice", optional_text, self.id),
            began_at=self._born(row, "began"),
            confirmed_at=self._at(row, "confirmed"),
            ended_at=self._at(row, "ended"),
            ended_why=row.get("why", optional_text, None),
            debt=row.get("debt", money, None),
        )

    def _receipt(self, row: Fields) -> Receipt:
        kind = row.need("kind", one_of(ReceiptKind), ReceiptKind.UNAPPLIED)
        return Receipt(kind, row.need("amount", money, Decimal(0)), self._born(row, "at"))

    def _proposal(self, value: object) -> Proposal | None:
        if value is None:
            return None
        row = Fields(value, self.case.at("proposal"), self.case.found)
        proposal = Proposal(
            self._born(row, "at"),
            row.get("approvals", whole, 0),
            self._at(row, "approved"),
            row.get("names", texts, ()),
        )
        row.done()
        return proposal


def _optional_set(value: object) -> frozenset[str] | None:
    return None if value is None else frozenset(texts(value))


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        raise ValueError("is not a mapping of add-on to base")
    return tuple((text(addon), text(base)) for addon, base in value.items())
