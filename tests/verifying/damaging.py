"""How is a record damaged behind the portal's back? By SQL, with the tables' own guards out of the way."""

from __future__ import annotations

from contextlib import contextmanager

from django.db import connection

from outbox import clock
from partnerportal.verifying import outside
from partnerportal.verifying.verdict import Verdict, verify

FROM_OUTSIDE = {question.wrong for question in outside.WITNESSED}


def judged(partner=None, since=None) -> Verdict:
    """The verdict on the record as it is."""
    return verify(partner, since=since, machine=clock.machine())


def broken(verdict: Verdict) -> dict[str, list[dict]]:
    """What doesn't hold, by promise."""
    return {name: found.violations for name, found in verdict.promises.items() if found.violations}


def on_record(verdict: Verdict) -> dict[str, list[dict]]:
    """What doesn't hold by the record; what the witnesses contradict besides is test_outside.py's to ask."""
    found = {name: [row for row in rows if row["wrong"] not in FROM_OUTSIDE] for name, rows in broken(verdict).items()}
    return {name: rows for name, rows in found.items() if rows}


@contextmanager
def unguarded(*tables: str):
    """Rows of these tables can be changed inside; afterwards the guards stand again."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def damage(statement: str, *values: object, table: str) -> int:
    """Run one statement on one guarded table; answers how many rows it hit, which must be some."""
    with unguarded(table) as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0, "the damage hit nothing, so the test would prove nothing"
        return cursor.rowcount
