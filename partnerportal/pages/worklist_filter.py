"""Which deeds does a reader want to see? What the address of the worklist says, and whom it admits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict

from customers.models import User

from .deadlines import Row
from .desk import KINDS, TABS

ALL, MINE, UNCLAIMED, SNOOZED = "all", "mine", "unclaimed", "snoozed"
OWNERS: Final = (ALL, MINE, UNCLAIMED, SNOOZED)


@dataclass(frozen=True)
class Filter:
    """A narrowing of the list; empty words narrow nothing."""

    show: str = ""
    owner: str = ALL
    currency: str = ""
    tag: str = ""

    @classmethod
    def of(cls, said: Mapping[str, str]) -> "Filter":
        """Read from an address; words we don't know narrow nothing."""
        show, owner = said.get("show", ""), said.get("owner", ALL)
        currency = said.get("currency", "")
        return cls(
            show=show if show in TABS else "",
            owner=owner if owner in OWNERS else ALL,
            currency=currency if len(currency) == 3 and currency.isascii() and currency.isalpha() else "",
            tag=said.get("tag", "").strip()[:40],
        )

    @classmethod
    def read(cls, query: str) -> "Filter":
        """Read from the words behind the question mark of an address."""
        return cls.of(QueryDict(query[:300]).dict())

    @property
    def query(self) -> str:
        """As the address carries it; what narrows nothing is left out."""
        said = {"owner": self.owner, "show": self.show, "currency": self.currency, "tag": self.tag}
        return urlencode({name: word for name, word in said.items() if word and word != ALL})

    @property
    def resting(self) -> bool:
        """Whether it is about what rests."""
        return self.owner == SNOOZED

    def chosen(self, rows: Iterable[Row], user: User) -> list[Row]:
        """The rows that it lets through, in their order."""
        return [row for row in rows if self._admits(row, user)]

    def _admits(self, row: Row, user: User) -> bool:
        if self.show and KINDS[row.kind].tab != self.show:
            return False
        if self.currency and row.currency != self.currency:
            return False
        if self.tag and (row.customer is None or self.tag not in row.customer.tags):
            return False
        return self.owner in (ALL, SNOOZED) or row.owner == (user if self.owner == MINE else None)
