"""What time is it? Read here, at the edges, and nowhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

_fixed: ContextVar[datetime | None] = ContextVar("fixed", default=None)


def machine() -> datetime:
    """The machine's own time, for leases, back-off, tokens and heartbeats."""
    return datetime.now(UTC)


def offset() -> timedelta:
    """How far the portal's clock is ahead of the machine's (nothing in production)."""
    if settings.PRODUCTION:
        return timedelta()
    with connection.cursor() as cursor:
        cursor.execute('SELECT "offset" FROM outbox_clock WHERE id = 1')
        row = cursor.fetchone()
    return row[0] if row else timedelta()


def now() -> datetime:
    """The portal's time: what due dates, deliveries and decisions are measured in."""
    fixed = _fixed.get()
    return fixed if fixed is not None else machine() + offset()


def standing() -> datetime | None:
    """The instant at which this context's clock is held, if it is."""
    return _fixed.get()


@contextmanager
def standing_at(instant: datetime) -> Iterator[None]:
    """Hold this context's clock at one instant (a command's `--on`, a story in a test)."""
    token = _fixed.set(instant)
    try:
        yield
    finally:
        _fixed.reset(token)


@contextmanager
def as_it_runs() -> Iterator[None]:
    """The clock as it is, for the places that sometimes hold it."""
    yield


def move_to(instant: datetime) -> None:
    """Move the shared simulated clock forward to an instant; never back, never in production."""
    if settings.PRODUCTION:
        raise RuntimeError("The clock of a production portal can't be moved.")
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO outbox_clock (id, "offset") VALUES (1, make_interval(secs => %s)) ON CONFLICT (id) DO UPDATE'
            ' SET "offset" = greatest(outbox_clock."offset", excluded."offset")',
            [(instant - machine()).total_seconds()],
        )
