"""How is a promise checked? By questions that count what they look at and show what doesn't keep it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import connection
from psycopg import sql

# So many rows of one question are shown; the last one then says that there are more.
MOST_SHOWN = 500
# A payment reads the clock before it waits for its customer's lock, so instants this near say nothing of order.
CONCURRENT = timedelta(seconds=30)


@dataclass(frozen=True)
class Scope:
    """Whose rows are looked at, and from when on. `since` is an instant of the portal's clock (none: all of
    them), `machine` the machine's time; the two are never compared with each other."""

    partners: list[int]
    since: datetime | None
    machine: datetime

    @property
    def values(self) -> dict[str, Any]:
        """What a question's SQL may name."""
        return {
            "partners": self.partners,
            "since": self.since or "-infinity",
            "machine": self.machine,
            "concurrent": CONCURRENT,
        }


@dataclass
class Finding:
    """How many things were looked at, and the rows that break the promise."""

    checked: int = 0
    violations: list[dict[str, Any]] = field(default_factory=list)


class Check(Protocol):
    """One way of checking one promise."""

    @property
    def promise(self) -> str:
        """The promise's name, such as I2."""

    def look(self, scope: Scope) -> Finding:
        """Look at everything in scope."""


@dataclass(frozen=True)
class Question:
    """A check in SQL: one row for each thing looked at, with a column `kept`. A row that can't say whether the
    promise was kept (null) has broken it. `wrong` says what is the matter with such a row; `same` that another
    question of this promise has counted these things already."""

    promise: str
    wrong: str
    sql: sql.Composable
    same: bool = False

    def look(self, scope: Scope) -> Finding:
        """Count, and fetch rows only where something is broken."""
        with connection.cursor() as cursor:
            cursor.execute(_COUNT.format(looked=self.sql), scope.values)
            checked, broken = cursor.fetchone() or (0, 0)
            counted = 0 if self.same else checked
            if not broken:
                return Finding(counted)
            cursor.execute(_ROWS.format(looked=self.sql), {**scope.values, "most": MOST_SHOWN})
            names = [column.name for column in cursor.description]
            rows = [self._row(names, row) for row in cursor.fetchall()]
        if broken > len(rows):
            rows.append({"wrong": self.wrong, "and_more": broken - len(rows)})
        return Finding(counted, rows)

    def _row(self, names: list[str], row: tuple[Any, ...]) -> dict[str, Any]:
        shown = {name: value for name, value in zip(names, row, strict=True) if name != "kept"}
        return {"wrong": self.wrong, **shown}


_COUNT = sql.SQL("SELECT count(*), count(*) FILTER (WHERE kept IS NOT TRUE) FROM ({looked}) AS looked")
_ROWS = sql.SQL("SELECT * FROM ({looked}) AS looked WHERE kept IS NOT TRUE LIMIT %(most)s")


def shown(rows: Iterator[dict[str, Any]], wrong: str) -> list[dict[str, Any]]:
    """The broken rows of a check that is no question, as many as are shown."""
    kept: list[dict[str, Any]] = []
    more = 0
    for row in rows:
        if len(kept) < MOST_SHOWN:
            kept.append({"wrong": wrong, **row})
        else:
            more += 1
    return [*kept, {"wrong": wrong, "and_more": more}] if more else kept
