"""What reached the provider, in which order, and what came of it? One line per request."""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

KEYS = (
    "at",
    "method",
    "path",
    "request_id",
    "correlation_id",
    "customer",
    "subscription",
    "took_effect",
    "answered",
)


class OperationLog:
    """`operations.jsonl`, appended to and on the disk before the caller is answered."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "operations.jsonl"
        self._lock = threading.Lock()
        self._file = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        self._cut_torn_line()

    def append(self, line: str) -> None:
        """Write one line made by `line_for` and wait until the disk has it."""
        with self._lock:
            os.write(self._file, line.encode() + b"\n")
            os.fsync(self._file)

    def has_last(self, line: str) -> bool:
        """Whether `line` is among the newest ones: the question after a crash between deed and log."""
        data = line.encode() + b"\n"
        size = os.fstat(self._file).st_size
        return data in os.pread(self._file, 1_000_000, max(size - 1_000_000, 0))

    def _cut_torn_line(self) -> None:
        """Drop the half line a kill may have left; its request was never answered."""
        size = os.fstat(self._file).st_size
        tail = os.pread(self._file, 1_000_000, max(size - 1_000_000, 0))
        os.ftruncate(self._file, size - len(tail) + tail.rfind(b"\n") + 1)


def line_for(**facts: Any) -> str:
    """The text of one line, stamped with the machine's clock; the keys are exactly KEYS."""
    stamped = {"at": datetime.now(UTC).isoformat(), **facts}
    return json.dumps({key: stamped[key] for key in KEYS}, ensure_ascii=False)
