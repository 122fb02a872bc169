"""How is a large question asked again without writing it anew? Its SQL is kept for a day, by person and book."""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet
from psycopg.sql import Literal

from customers.plans import Plan

# Persons and days whose question is kept in a process.
MOST: Final = 512
_kept: dict[Hashable, tuple[Plan, list[timedelta]]] = {}


def ask(key: Hashable, question: Callable[[], QuerySet[Any, Any]], now: datetime, *, moving: list[timedelta]) -> Any:
    """The first row of a question in which nothing but the clock differs while `key` is the same. Values that lie
    exactly so far from now (`moving`) are filled in afresh; all others stay."""
    if key not in _kept:
        while len(_kept) >= MOST:
            _kept.pop(next(iter(_kept)))
        _kept[key] = _written(question(), now, moving)
    plan, moves = _kept[key]
    return plan.rows([now + far for far in moves])[0]


def _written(question: QuerySet[Any, Any], now: datetime, moving: list[timedelta]) -> tuple[Plan, list[timedelta]]:
    """The statement with its values in place, but for those that move."""
    sql, values = question.query.sql_with_params()
    first, *rest = (part.replace("%%", "%") for part in sql.split("%s"))
    connection.ensure_connection()
    moves: list[timedelta] = []
    text = [first]
    for value, after in zip(values, rest, strict=True):
        far = value - now if isinstance(value, datetime) and value.tzinfo else None
        if far in moving:
            moves.append(far)
        text += [f"${len(moves)}" if far in moving else Literal(value).as_string(connection.connection), after]
    return Plan("".join(text), ["timestamptz"] * len(moves)), moves
