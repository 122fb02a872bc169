"""Who acts, by which page, task or command, and why? Told to the database, whose trigger keeps it with each change."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from django.db import connection
from psycopg.pq import TransactionStatus

from outbox import clock

ACTING: Final = "SELECT set_config('app.acting', %s, false)"
WHY: Final = "SELECT set_config('app.why', %s, true)"
NOBODY: Final = ""

_told: ContextVar[str] = ContextVar("told", default=NOBODY)


@dataclass(frozen=True)
class Acting:
    """Somebody at work. `through` is a value of Change.Through, `work` which page, task or command it is."""

    through: str
    work: str
    person: int | None = None
    name: str = ""

    def said(self) -> str:
        """As the trigger reads it; the time only where the clock is held, else the database reads it."""
        known = {"through": self.through, "work": self.work[:120], "person": self.person, "name": self.name[:254]}
        at = clock.standing()
        return json.dumps(known | ({"at": at.isoformat()} if at else {}), ensure_ascii=False)


def told(acting: Acting | None) -> str:
    """From here on this connection's changes are theirs, until the next is told. Answers who was told before.

    A connection is kept from one request to the next, so each request, task and command tells its own."""
    return _tell(acting.said() if acting else NOBODY)


@contextmanager
def at_work(acting: Acting) -> Iterator[None]:
    """What is changed inside is theirs; afterwards it is whose it was before."""
    before = told(acting)
    try:
        yield
    finally:
        _tell(before)


def because(why: str) -> None:
    """What is changed in the rest of this transaction was changed for this reason. A row that carries its own reason
    needs none."""
    if not connection.in_atomic_block:
        raise RuntimeError("A reason outside a transaction is forgotten at once.")
    with connection.cursor() as cursor:
        cursor.execute(WHY, [why])


def _tell(said: str) -> str:
    """Outside Django's cursor, since it is no query of a page."""
    before = _told.get()
    connection.ensure_connection()
    link = connection.connection
    if link.info.transaction_status != TransactionStatus.INERROR:
        link.execute(ACTING, [said])
    _told.set(said)
    return before
