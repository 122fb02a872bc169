"""What does the provider know, and does it survive a kill?

One JSON file per customer, and one per paper (shelves.py), replaced atomically. A deed and its line in the operation
log are one unit: both are first noted in `pending.json`, and whatever is found there at the start is finished then.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

from subscriptions.gateway.reading import parse_json, write_json

from .oplog import OperationLog
from .shelves import LineShelf, Shelf, write_whole

Record = dict[str, Any]
"""A customer: id, name, domain, profile (or None), subscriptions by id, and `done` by request id."""

REMEMBERED = 200


class Book:
    """The provider's state under one directory. `lock` is held for a whole request."""

    def __init__(self, directory: Path) -> None:
        self.lock = threading.RLock()
        self._customers = directory / "customers"
        self._pending = directory / "pending.json"
        self._customers.mkdir(parents=True, exist_ok=True)
        self.shelves = {name: Shelf(directory / name) for name in ("invoices", "requests", "registrations")}
        self.lines = LineShelf(directory / "lines")
        self.log = OperationLog(directory)
        self._known: dict[str, Record] = {}
        self._finish_pending()

    def customer(self, customer_id: str) -> Record | None:
        """A copy of the customer's record, to be changed and given back to `keep`."""
        key = customer_id.lower()
        path = self._customers / f"{key}.json"
        if key not in self._known and path.is_file():
            self._known[key] = json.loads(path.read_text())
        return deepcopy(self._known[key]) if key in self._known else None

    def customer_ids(self) -> list[str]:
        """Every customer's id, in order."""
        return sorted(path.stem for path in self._customers.glob("*.json"))

    def keep(self, record: Record, line: str) -> None:
        """Put a changed record and the log line of its deed on disk, both or neither."""
        for forgotten in list(record["done"])[:-REMEMBERED]:
            del record["done"][forgotten]
        _replace(self._pending, {"record": record, "line": line})
        self._write(record)
        self.log.append(line)
        self._pending.unlink()

    def keep_paper(self, paper: tuple[str, str, Any], line: str) -> None:
        """Put a paper (shelf, key, document) and the log line of its deed on disk, both or neither."""
        shelf, key, document = paper
        write_whole(self._pending, write_json({"paper": list(paper), "line": line}))
        self.shelves[shelf].put(key, document)
        self.log.append(line)
        self._pending.unlink()

    def keep_all(self, records: Iterable[Record]) -> None:
        """Put records changed by the side door on disk; nothing is logged, no caller did it.

        Not synced one by one: this survives a kill, not a power cut, and can be loaded again.
        """
        for record in records:
            self._write(record, sync=False)

    def _write(self, record: Record, *, sync: bool = True) -> None:
        _replace(self._customers / f"{record['id']}.json", record, sync=sync)
        self._known[record["id"]] = deepcopy(record)

    def _finish_pending(self) -> None:
        if not self._pending.is_file():
            return
        pending = parse_json(self._pending.read_bytes())
        if "paper" in pending:
            shelf, key, document = pending["paper"]
            self.shelves[shelf].put(key, document)
        else:
            self._write(pending["record"])
        if not self.log.has_last(pending["line"]):
            self.log.append(pending["line"])
        self._pending.unlink()


def _replace(path: Path, document: Any, *, sync: bool = True) -> None:
    temporary = path.with_suffix(".new")
    with temporary.open("w") as file:
        json.dump(document, file, ensure_ascii=False)
        if sync:
            file.flush()
            os.fsync(file.fileno())
    temporary.replace(path)
