"""Is the history of what people changed whole, and does every table of theirs still keep one? (I49)"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg.sql import SQL

from customers.history.keeping import KEEPS
from customers.history.sql import OTHERS
from customers.history.tables import KEPT

from .asking import Finding, Question, Scope, shown

# The end of a chain can't be missed here; the log has it.
CHAIN = SQL("""
    SELECT c.id AS change, c.partner_id AS partner, c.position,
           c.hash IS NULL OR c.position = coalesce(lag(c.position) OVER along, 0) + 1
           AND c.hash = customers_change_digest(c, coalesce(lag(c.hash) OVER along, '')) AS kept
    FROM customers_change c
    WHERE c.partner_id IS NULL OR c.partner_id = ANY(%(partners)s)
    WINDOW along AS (PARTITION BY c.partner_id ORDER BY c.position NULLS LAST, c.id)
""")

KEEPING = """
    SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE p.proname = %s AND t.tgenabled IN ('O', 'A')
"""


@dataclass(frozen=True)
class Kept:
    """Each table that people change still has its trigger, switched on."""

    promise: str = "I49"

    def look(self, scope: Scope) -> Finding:
        """Hold the tables that are named against the database's own list."""
        with connection.cursor() as cursor:
            cursor.execute(KEEPING, [KEEPS])
            keeping = {row[0] for row in cursor.fetchall()}
        named = {table for table, *_rest in OTHERS} | {label.replace(".", "_").lower() for label in KEPT}

        def missing() -> Iterator[dict[str, Any]]:
            yield from ({"table": table} for table in sorted(named - keeping))

        return Finding(len(named), shown(missing(), "changes of a table are not kept"))


CHECKS = (Kept(), Question("I49", "the chain of the history is broken here", CHAIN))
