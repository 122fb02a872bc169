"""What does a day's notice say, and for which of its invoices does its opening sentence speak?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Owed:
    """One invoice of a notice, as frozen when the notice was decided; instants in the customer's zone.

    Without `not_before` and `pay_by` the notice names no day of suspension."""

    number: str
    amount: Decimal
    currency: str
    due_on: date
    reference: str
    not_before: datetime | None
    pay_by: datetime | None
    subscriptions: tuple[str, ...]
    seats: int
    deletion_days: int
    link: str
    overdue: bool

    @property
    def deletes_on(self) -> date | None:
        """The earliest day on which data may be deleted, if access ends on the day named."""
        return (self.not_before + timedelta(days=self.deletion_days)).date() if self.not_before else None


@dataclass(frozen=True)
class Notice:
    """A day's notice. `first` are the invoices of one currency that share the next day to pay."""

    invoices: tuple[Owed, ...]
    first: tuple[Owed, ...]

    @property
    def one(self) -> Owed | None:
        """The invoice, where there is only one."""
        return self.invoices[0] if len(self.invoices) == 1 else None

    @property
    def head(self) -> Owed:
        """One of `first`: their currency and their days."""
        return self.first[0]

    @property
    def asked(self) -> Decimal:
        """The sum of `first`."""
        return sum((one.amount for one in self.first), Decimal(0))

    @property
    def total(self) -> Decimal | None:
        """The sum of the letter; several currencies have none."""
        if len({one.currency for one in self.invoices}) > 1:
            return None
        return sum((one.amount for one in self.invoices), Decimal(0))

    @property
    def people(self) -> int:
        """How many lose sign-in over `first`; 0 where these invoices don't tell, for people may be in several."""
        alike = {(one.subscriptions, one.seats) for one in self.first}
        return self.head.seats if len(alike) == 1 else 0

    @property
    def link(self) -> str:
        """Where the button leads."""
        return self.one.link if self.one else "/my/invoices/"

    @property
    def tone(self) -> str:
        """How near access is to its end: bad, warn or muted."""
        if not self.head.overdue:
            return "muted"
        return "bad" if self.head.not_before else "warn"


def notice_of(invoices: Sequence[Mapping[str, Any]], *, zone: tzinfo, now: datetime) -> Notice:
    """Read a notice from its frozen values (dunning's `notice_values`, one mapping for each invoice)."""
    today = now.astimezone(zone).date()
    said = tuple(_owed(values, zone, today) for values in invoices)
    return Notice(said, _first(said))


def _owed(values: Mapping[str, Any], zone: tzinfo, today: date) -> Owed:
    due_on = date.fromisoformat(values["due_on"])
    return Owed(
        number=values["invoice"],
        amount=Decimal(values["amount"]),
        currency=values["currency"],
        due_on=due_on,
        reference=values["reference"],
        not_before=_instant(values["not_before"], zone),
        pay_by=_instant(values["pay_by"], zone),
        subscriptions=tuple(values["subscriptions"]),
        seats=values["seats"],
        deletion_days=values["deletion_days"],
        link=values["link"],
        overdue=due_on < today,
    )


def _instant(value: str, zone: tzinfo) -> datetime | None:
    return datetime.fromisoformat(value).astimezone(zone) if value else None


def _first(invoices: tuple[Owed, ...]) -> tuple[Owed, ...]:
    """The overdue ones whose named day comes first, else the overdue ones, else those that fall due first."""
    late = tuple(one for one in invoices if one.overdue)
    dated = [(one.pay_by, one.not_before, one) for one in late if one.pay_by and one.not_before]
    if dated:
        soonest = min(dated, key=lambda entry: entry[:2])
        return _of_currency(soonest[2], tuple(entry[2] for entry in dated if entry[:2] == soonest[:2]))
    head = min(late or invoices, key=lambda one: one.due_on)
    return _of_currency(head, late or tuple(one for one in invoices if one.due_on == head.due_on))


def _of_currency(head: Owed, invoices: tuple[Owed, ...]) -> tuple[Owed, ...]:
    """Those whose amounts can be added to that of `head`, which stands first."""
    return (head, *(one for one in invoices if one is not head and one.currency == head.currency))
