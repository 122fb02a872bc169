"""What do the others say? The sandbox's log of operations and the mail sink's files, read line by line into
temporary tables, so that the questions can hold them against our own rows."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

# `place`: where in the log. `late`: written after we began to look, so that the rows that explain it may lie behind our
# snapshot.
TABLES = """
CREATE TEMPORARY TABLE verify_operation (
    request_id text, customer text, subscription text, took_effect boolean, answered text, late boolean,
    place bigint
);
CREATE TEMPORARY TABLE verify_mail (message_id text);
"""
INDEXES = """
CREATE INDEX ON verify_operation (request_id);
CREATE INDEX ON verify_operation (subscription);
CREATE INDEX ON verify_mail (message_id);
ANALYZE verify_operation;
ANALYZE verify_mail;
"""
GONE = "DROP TABLE IF EXISTS verify_operation, verify_mail"
_NAME = re.compile(r"[^-]+-(.+)\.eml")


def log_size() -> int:
    """How long the sandbox's log is now; asked before the snapshot is taken."""
    try:
        return _log().stat().st_size if settings.USES_SANDBOX else 0
    except FileNotFoundError:
        return 0


@contextmanager
def heard(*, log_was: int) -> Iterator[None]:
    """The witnesses' words as tables, until the end; empty where the portal uses a real provider or server."""
    with connection.cursor() as cursor:
        cursor.execute(GONE)
        cursor.execute(TABLES)
        _fill(cursor, "COPY verify_operation FROM STDIN", operations(log_was))
        _fill(cursor, "COPY verify_mail FROM STDIN", mails())
        cursor.execute(INDEXES)
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(GONE)


def _fill(cursor: Any, copy_from: str, rows: Iterator[tuple[Any, ...]]) -> None:
    with cursor.copy(copy_from) as copy:
        for row in rows:
            copy.write_row(row)


def operations(log_was: int) -> Iterator[tuple[str, str, str, bool, str, bool, int]]:
    """The sandbox's changes to subscriptions, one at a time. A half line at the end is one that is being written."""
    if not settings.USES_SANDBOX or not _log().exists():
        return
    offset = 0
    with _log().open("rb") as lines:
        for line in lines:
            late, offset = offset >= log_was, offset + len(line)
            if not line.endswith(b"\n"):
                return
            said = json.loads(line)
            if said["method"] == "PATCH" and said["subscription"]:
                yield (
                    str(said["request_id"] or "").lower(),
                    str(said["customer"] or "").lower(),
                    str(said["subscription"] or "").lower(),
                    bool(said["took_effect"]),
                    str(said["answered"]),
                    late,
                    offset,
                )


def mails() -> Iterator[tuple[str]]:
    """The Message-IDs of the mail sink's files: the sink puts them into the names."""
    if not settings.USES_MAIL_SINK or not settings.MAIL_SINK_DIR.exists():
        return
    with os.scandir(settings.MAIL_SINK_DIR) as entries:
        for entry in entries:
            named = _NAME.fullmatch(entry.name)
            if named and not entry.name.startswith("."):
                yield (f"<{named[1]}>",)


def _log() -> Path:
    return Path(settings.SANDBOX_DIR) / "operations.jsonl"
