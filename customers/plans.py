"""How is a statement that is asked over and over planned only once? Each connection keeps its plan under a name."""

from collections.abc import Sequence
from itertools import count
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.db import connection

# Plans that a connection keeps.
MOST: Final = 64
_numbers = count(1)
# What each open connection has prepared, the longest unused first.
_kept: "WeakKeyDictionary[Any, dict[str, None]]" = WeakKeyDictionary()


class Plan:
    """A statement with numbered values ($1, $2), each of a type of the database."""

    def __init__(self, text: str, types: Sequence[str]) -> None:
        self.name = f"portal_{next(_numbers)}"
        self.text = text
        self.types = tuple(types)

    def rows(self, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Carry it out with these values and answer its rows."""
        asked = ", ".join(["%s"] * len(self.types))
        with connection.cursor() as cursor:
            self._prepare(cursor)
            cursor.execute(f"EXECUTE {self.name}({asked})" if asked else f"EXECUTE {self.name}", list(values))
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

    def _prepare(self, cursor: Any) -> None:
        """Have the connection keep the plan, and forget the one unused for longest."""
        connection.ensure_connection()
        names = _kept.get(connection.connection)
        if names is None:
            # One plan for whatever values come: these statements are written so that none needs another.
            cursor.execute("SET plan_cache_mode = force_generic_plan")
            names = _kept[connection.connection] = {}
        if names.pop(self.name, False) is False:
            types = f"({', '.join(self.types)})" if self.types else ""
            cursor.execute(f"PREPARE {self.name}{types} AS {self.text}")
        names[self.name] = None
        if len(names) > MOST:
            oldest = next(iter(names))
            cursor.execute(f"DEALLOCATE {oldest}")
            names.pop(oldest)
