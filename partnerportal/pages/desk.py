"""Who looks at which book and when, and which kinds of deeds are there?"""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any, Final

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import Membership, Partner, User
from customers.roles import May

END_OF_DAY = time(18)
# More of one kind is a list of its own; the counts are of all.
MOST = 200


@dataclass(frozen=True)
class Desk:
    """Who looks at which book, and when."""

    user: User
    membership: Membership
    partner: Partner
    zone: tzinfo
    now: datetime
    # So many rows of one kind are read: more where some of them rest and don't count.
    most: int = MOST

    @property
    def today(self) -> date:
        """The partner's day."""
        return self.now.astimezone(self.zone).date()

    def tonight(self, on: date | None = None) -> datetime:
        """When the office closes, today or on a day."""
        return datetime.combine(on or self.today, END_OF_DAY, tzinfo=self.zone)

    def of(self, model: type[Model]) -> QuerySet[Any]:
        """The rows of this book that this person may see."""
        rows: QuerySet[Any] = model._default_manager.visible_to(self.user).of(self.partner)  # type: ignore[attr-defined]
        return rows


@dataclass(frozen=True)
class Kind:
    """One kind of deed, its drawing, the tab it stands under, and how much is at risk where nobody acts: from 1, some
    work, to 5, somebody's access or data."""

    icon: str
    tone: str
    tab: str
    risk: int
    may: May = May.SEE_BOOK


TABS: Final[dict[str, str | Promise]] = {
    "approve": _("To approve"),
    "call": _("Calls and promises"),
    "letters": _("Undelivered"),
    "dispute": _("Disputes"),
    "money": _("Money to place"),
    "bill": _("Billing"),
    "provider": _("21Vianet"),
}
KINDS: Final[dict[str, Kind]] = {
    "approve": Kind("bars", "bad", "approve", 4),
    "stop": Kind("bars", "bad", "approve", 5),
    "breaker": Kind("bars", "bad", "approve", 5),
    "deletion": Kind("trash", "bad", "approve", 5),
    "call": Kind("phone", "warn", "call", 3),
    "promise": Kind("phone", "warn", "call", 4),
    "claim": Kind("yen", "accent", "call", 2),
    "bounced": Kind("zigzag", "bad", "letters", 3),
    "contact": Kind("person", "warn", "letters", 2),
    "receipt": Kind("yen", "accent", "money", 3),
    "taken_back": Kind("swap", "bad", "money", 3),
    "bank": Kind("clock", "warn", "money", 4),
    "dispute": Kind("speech", "dispute", "dispute", 3),
    "to_read": Kind("speech", "accent", "dispute", 3),
    "to_ask": Kind("clock", "warn", "dispute", 2),
    "to_file": Kind("building", "accent", "dispute", 2),
    "to_call_off": Kind("building", "warn", "dispute", 1),
    "draft": Kind("document", "accent", "bill", 1),
    "write_off": Kind("yen", "warn", "bill", 1, May.WRITE_OFF),
    "unmapped": Kind("building", "accent", "bill", 1, May.SEE_BILLS),
    "to_pay": Kind("yen", "warn", "provider", 4, May.SEE_BILLS),
    "finding": Kind("building", "warn", "bill", 1, May.SEE_BILLS),
    "access": Kind("swap", "bad", "provider", 5),
    "reading": Kind("swap", "accent", "provider", 1),
    "drift": Kind("swap", "warn", "provider", 2, May.SEE_BILLS),
}
