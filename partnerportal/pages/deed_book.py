"""What waits, what rests, and how much of each? The deeds of a book with their marks, read once for a page."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext

from customers.models import User
from dunning.minding import marks_of, rests

from .deadlines import Row
from .deeds import rows
from .desk import KINDS, MOST, TABS, Desk
from .worklist_filter import ALL, MINE, SNOOZED, UNCLAIMED, Filter


@dataclass(frozen=True)
class DeedBook:
    """Deeds awake and resting, the weightiest first, and how many of each kind wait in all."""

    awake: list[Row]
    resting: list[Row]
    numbers: Mapping[str, int]
    user: User

    def rows(self, chosen: Filter) -> list[Row]:
        """The rows a filter lets through."""
        return chosen.chosen(self.resting if chosen.resting else self.awake, self.user)

    def named(self, keys: list[str]) -> list[Row]:
        """The rows of these keys, awake or not."""
        wanted = set(keys)
        return [row for row in [*self.awake, *self.resting] if row.key in wanted]

    @property
    def all(self) -> int:
        """How many wait and don't rest."""
        return sum(self.numbers.values()) - len(self.resting)

    @property
    def mine(self) -> int:
        """How many of these are the reader's own."""
        return sum(row.owner == self.user for row in self.awake)

    @property
    def unclaimed(self) -> int:
        """How many of these are nobody's."""
        return self.all - sum(row.owner is not None for row in self.awake)

    def of_tabs(self) -> dict[str, int]:
        """How many wait under each tab."""
        found = Counter(dict.fromkeys(TABS, 0))
        for kind, number in self.numbers.items():
            found[KINDS[kind].tab] += number
        found.subtract(KINDS[row.kind].tab for row in self.resting)
        return dict(found)

    def currencies(self) -> list[str]:
        """In which currencies deeds wait."""
        return sorted({row.currency for row in self.awake if row.currency})

    def tags(self) -> list[str]:
        """The tags of the customers that deeds are about."""
        return sorted({tag for row in self.awake if row.customer for tag in row.customer.tags})


def deed_book(desk: Desk, numbers: Mapping[str, int]) -> DeedBook:
    """Read the deeds of a book: one query for their marks, and one or two for each kind of which some wait."""
    marks = marks_of(desk.partner)
    asleep = sum(mark.snoozed_until is not None for mark in marks.values())
    found = rows(replace(desk, most=MOST + asleep), numbers)
    marked = [replace(row, mark=marks[row.key]) if row.key in marks else row for row in found]
    awake = [row for row in marked if not rests(row.mark, row.matter, now=desk.now)]
    resting = [row for row in marked if rests(row.mark, row.matter, now=desk.now)]
    return DeedBook(awake, resting, numbers, desk.user)


def tabs(book: DeedBook, chosen: Filter) -> list[dict[str, Any]]:
    """Everyone's, mine, the kinds of which some wait, and what rests; the chosen one stays though it is empty."""

    def tab(name: Any, count: int, owner: str, show: str = "") -> dict[str, Any]:
        here = (chosen.owner if chosen.owner in (MINE, SNOOZED) else ALL, chosen.show) == (owner, show)
        return {"name": name, "count": count, "owner": owner, "show": show, "here": here}

    made = [tab(gettext("Everyone"), book.all, ALL), tab(gettext("Mine"), book.mine, MINE)]
    made += [
        tab(TABS[code], count, ALL, code) for code, count in book.of_tabs().items() if count or code == chosen.show
    ]
    made.append(tab(gettext("Snoozed"), len(book.resting), SNOOZED))
    return [one for one in made if one["here"] or one["count"] or one["owner"] != SNOOZED]


def filters(book: DeedBook, chosen: Filter) -> list[dict[str, Any]]:
    """The further narrowings there are: unclaimed, a currency of several, a customer's tag."""
    found: list[dict[str, Any]] = []
    if not chosen.resting and chosen.owner != MINE:
        on = chosen.owner == UNCLAIMED
        word = ALL if on else UNCLAIMED
        found.append({"name": gettext("Unclaimed"), "count": book.unclaimed, "on": on, "set": ("owner", word)})
    codes = book.currencies()
    for code in codes if len(codes) > 1 else []:
        on = chosen.currency == code
        found.append({"name": code, "on": on, "set": ("currency", "" if on else code)})
    for tag in dict.fromkeys([*book.tags()[:8], *([chosen.tag] if chosen.tag else [])]):
        on = chosen.tag == tag
        found.append({"name": tag, "on": on, "set": ("tag", "" if on else tag)})
    return [{**one, "query": replace(chosen, **dict([one["set"]])).query} for one in found]
