"""By when is each deed due? A deed as a row of the worklist, and the rows grouped by their urgency."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from customers.models import Customer, User
from dunning.minding import Matter
from dunning.models import DeedMark

from .desk import KINDS, Desk


@dataclass(frozen=True)
class Row:
    """One deed: what to do, for whom, why, over how much, by when. `about` is the record it came from."""

    kind: str
    pk: int
    title: str
    who: str
    why: str
    due_at: datetime | None
    about: Any
    amount: Decimal | None = None
    currency: str = ""
    customer: Customer | None = None
    # Whose it is, and until when it may rest.
    mark: DeedMark | None = None

    @property
    def key(self) -> str:
        """Its name in the address."""
        return f"{self.kind}-{self.pk}"

    @property
    def matter(self) -> Matter:
        """The deed as it stands now, for whoever puts it away."""
        return Matter(self.key, self.amount, self.due_at)

    @property
    def owner(self) -> User | None:
        """Who has taken it on."""
        return self.mark.owner if self.mark else None

    @property
    def icon(self) -> str:
        """The drawing in front of it."""
        return KINDS[self.kind].icon

    @property
    def tone(self) -> str:
        """The colour of the drawing."""
        return KINDS[self.kind].tone


@dataclass
class Group:
    """Deeds of the same urgency."""

    name: str
    until: date | None
    rows: list[Row]


def place(row: Row, desk: Desk) -> int:
    """Under which head it stands: 0 today or late, 1 tomorrow, 2 this week, 3 later or without a day."""
    on = row.due_at.astimezone(desk.zone).date() if row.due_at else None
    if on is None:
        return 3
    if on <= desk.today:
        return 0
    if on == desk.today + timedelta(days=1):
        return 1
    return 2 if on <= desk.today + timedelta(days=6 - desk.today.weekday()) else 3


def grouped(found: list[Row], desk: Desk) -> list[Group]:
    """Today, tomorrow, this week, later; empty groups are left out."""
    sunday = desk.today + timedelta(days=6 - desk.today.weekday())
    tomorrow = desk.today + timedelta(days=1)
    groups = [
        Group(gettext("Today"), None, []),
        Group(gettext("Tomorrow"), tomorrow, []),
        Group(gettext("This week, to"), max(sunday, tomorrow), []),
        Group(gettext("Later"), None, []),
    ]
    for row in found:
        groups[place(row, desk)].rows.append(row)
    return [group for group in groups if group.rows]
