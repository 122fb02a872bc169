"""Which rows come after these? A list turns its pages by the sort key of the last row, so that each costs alike."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, Final, cast

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import connection
from django.db.models import BooleanField, F, Field, Func, Q, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan

from .entering import Here

SIZE: Final = 50
# Up to here a list is counted; beyond, it says that there are more.
COUNTED: Final = 1_000
# And up to here added up.
SUMMED: Final = 10_000
SUMS: Final = "SELECT currency, count(*), {} FROM ({}) AS found GROUP BY currency ORDER BY currency"
LONGEST_WORD: Final = 1_500
MOST: Final = 2**63
AFTER: Final = "a"
BEFORE: Final = "b"


class Counted(int):
    """How many rows there are; `more` where counting stopped at this number."""

    more = False

    @classmethod
    def of(cls, number: int, most: int) -> "Counted":
        """What a count that stops one row beyond `most` came to."""
        found = cls(min(number, most))
        found.more = number > most
        return found


@dataclass(frozen=True)
class Turn:
    """Where a page begins: after or before the row with these sort values, which had so many rows before it."""

    way: str
    before: int
    values: tuple[Any, ...]

    @property
    def word(self) -> str:
        """As the address carries it."""
        said = json.dumps([self.way, self.before, *self.values], default=str, ensure_ascii=False)
        return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Whole:
    """What a page knows about its list."""

    count: Counted


@dataclass
class Leaf:
    """One page of a list, read by templates as Django's own pages are; `object_list` are its rows."""

    object_list: list[Any]
    paginator: Whole
    before: int
    previous: Turn | None
    next: Turn | None

    def has_previous(self) -> bool:
        """Whether rows stand before these."""
        return self.previous is not None

    def has_next(self) -> bool:
        """Whether rows follow."""
        return self.next is not None

    def has_other_pages(self) -> bool:
        """Whether this isn't the whole list."""
        return self.has_previous() or self.has_next()

    def previous_page_number(self) -> str:
        """The word of the address for the page before; empty on the first."""
        return self.previous.word if self.previous else ""

    def next_page_number(self) -> str:
        """The word of the address for the page after; empty on the last."""
        return self.next.word if self.next else ""

    def start_index(self) -> int:
        """Which row of the list is the first here, counted from 1."""
        return self.before + 1 if self.object_list else 0

    def end_index(self) -> int:
        """Which row of the list is the last here."""
        return self.before + len(self.object_list)

    @property
    def count(self) -> Counted:
        """How many rows the list has. Never fewer than are shown."""
        known = self.paginator.count
        return known if known.more else Counted(max(known, self.end_index()))


def leaf(request: Here, rows: QuerySet[Any, Any], *order: str, count: Counted | None = None, size: int = SIZE) -> Leaf:
    """The page of `rows` that the address asks for with `?page=`, in this order or, without one, in their own. It ends
    in `pk`, and nothing in its columns is empty. An address that can't be read is the first page.

    One query for the rows, one for how many there are, unless the caller has counted them."""
    order = order or tuple(map(str, rows.query.order_by))
    number = counted(rows) if count is None else count
    asked = _asked(request.GET.get("page", ""), rows, order)
    if asked and asked.way == BEFORE:
        found = _some(rows, _turned(order), asked, size)
        if len(found) > size:
            return _leaf(found[size - 1 :: -1], order, number, max(asked.before - size, 1), more=True)
        asked = None
    found = _some(rows, order, asked, size)
    return _leaf(found[:size], order, number, asked.before if asked else 0, more=len(found) > size)


def counted(rows: QuerySet[Any, Any], most: int = COUNTED) -> Counted:
    """How many rows these are, counted no further than `most`."""
    return Counted.of(rows.order_by().values("pk")[: most + 1].count(), most)


def added_up(rows: QuerySet[Any, Any], *columns: str, most: int = SUMMED) -> tuple[Counted, list[tuple[Any, ...]]]:
    """How many rows these are and, by currency, their number and the sums of these columns; one query. Where there are
    more than `most`, counting stops there, and nothing is added up."""
    some, values = rows.order_by().values_list("currency", *columns)[: most + 1].query.sql_with_params()
    sums = ", ".join(f'sum("{column}")' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(SUMS.format(sums, some), values)
        found = cursor.fetchall()
    number = Counted.of(sum(row[1] for row in found), most)
    return number, [] if number.more else found


def _leaf(found: list[Any], order: Sequence[str], number: Counted, before: int, *, more: bool) -> Leaf:
    turn: Callable[[str, int, Any], Turn] = lambda way, at, row: Turn(way, at, _values(row, order))  # noqa: E731
    return Leaf(
        found,
        Whole(number if number.more else Counted(max(number, before + len(found)))),
        before,
        turn(BEFORE, before, found[0]) if before and found else None,
        turn(AFTER, before + len(found), found[-1]) if more and found else None,
    )


def _some(rows: QuerySet[Any, Any], order: Sequence[str], turn: Turn | None, size: int) -> list[Any]:
    """One more than a page, so that one knows whether another follows."""
    beyond = rows.filter(_beyond(order, turn.values, rows)) if turn else rows
    return list(beyond.order_by(*order)[: size + 1])


def _turned(order: Iterable[str]) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in order]


def _beyond(order: Sequence[str], values: Sequence[Any], rows: QuerySet[Any, Any]) -> Any:
    """What follows these values. Where all columns run one way, as one comparison of rows, which an index answers."""
    names = [name.lstrip("-") for name in order]
    down = [name.startswith("-") for name in order]
    if len(set(down)) > 1:
        return _step_by_step(names, down, values)
    typed = [Value(value, output_field=_field(rows, name)) for name, value in zip(names, values, strict=True)]
    compare: Any = LessThan if down[0] else GreaterThan
    return compare(_row(F(name) for name in names), _row(typed))


def _row(parts: Iterable[Any]) -> Func:
    return Func(*parts, function="ROW", output_field=BooleanField())


def _step_by_step(names: Sequence[str], down: Sequence[bool], values: Sequence[Any]) -> Q:
    """Beyond in the first column, or the same there and beyond in the second, and so on."""
    steps = []
    for place, name in enumerate(names):
        same = dict(zip(names[:place], values[:place], strict=True))
        steps.append(Q(**same, **{f"{name}__{'lt' if down[place] else 'gt'}": values[place]}))
    return reduce(or_, steps)


def _values(row: Any, order: Sequence[str]) -> tuple[Any, ...]:
    return tuple(_value(row, name.lstrip("-")) for name in order)


def _value(row: Any, name: str) -> Any:
    if isinstance(row, dict):
        return row[name]
    return reduce(getattr, name.split("__"), row)


def _asked(word: str, rows: QuerySet[Any, Any], order: Sequence[str]) -> Turn | None:
    """Read the address; whatever a person has made of it is no page of ours."""
    if not word or len(word) > LONGEST_WORD:
        return None
    try:
        said = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
        way, before, *values = said
        if way not in (AFTER, BEFORE) or type(before) is not int or not 0 < before < 10**9:
            return None
        names = [name.lstrip("-") for name in order]
        read = [_field(rows, name).to_python(value) for name, value in zip(names, values, strict=True)]
    except (ValueError, TypeError, binascii.Error, ValidationError, ArithmeticError, RecursionError):
        return None
    return Turn(way, before, tuple(read)) if all(map(_sound, read)) else None


def _sound(value: Any) -> bool:
    """Whether the database takes it."""
    match value:
        case str():
            return "\x00" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)
        case Decimal():
            return value.is_finite() and abs(value) < MOST
        case datetime():
            return value.tzinfo is not None
        case _:
            return value is not None and (not isinstance(value, int) or abs(value) < MOST)


def _field(rows: QuerySet[Any, Any], name: str) -> "Field[Any, Any]":
    """What kind of value a sort column holds: an annotation's or a field's."""
    if name in rows.query.annotations:
        return rows.query.annotations[name].output_field
    meta: Any = rows.model._meta
    *path, last = name.split("__")
    for step in path:
        meta = meta.get_field(step).related_model._meta
    if last == "pk":
        return cast("Field[Any, Any]", meta.pk)
    try:
        return cast("Field[Any, Any]", meta.get_field(last))
    except FieldDoesNotExist as absent:
        raise TypeError(f"{name} is no column of {rows.model.__name__}") from absent
