"""How is a large question asked again without writing it anew? Its SQL is kept for a day, by person and book."""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

# Persons and days whose question is kept in a process.
MOST: Final = 512
_kept: dict[Hashable, tuple[str, tuple[Any, ...]]] = {}


class Moving(timedelta):
    """A value of a question that moves with the clock: how far from now it lies."""


def ask(key: Hashable, question: Callable[[], QuerySet[Any, Any]], now: datetime, *, moving: list[timedelta]) -> Any:
    """The first row of a question in which nothing but the clock differs while `key` is the same. Values that lie
    exactly so far from now (`moving`) are filled in afresh; all others stay."""
    if key not in _kept:
        sql, values = question().query.sql_with_params()
        while len(_kept) >= MOST:
            _kept.pop(next(iter(_kept)))
        _kept[key] = sql, tuple(_moves(value, now, moving) for value in values)
    sql, values = _kept[key]
    with connection.cursor() as cursor:
        cursor.execute(sql, [now + value if isinstance(value, Moving) else value for value in values])
        return cursor.fetchone()


def _moves(value: Any, now: datetime, moving: list[timedelta]) -> Any:
    far = value - now if isinstance(value, datetime) and value.tzinfo else None
    return Moving(days=far.days, seconds=far.seconds, microseconds=far.microseconds) if far in moving else value
