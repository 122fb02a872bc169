"""Where are the provider's papers kept: invoices with their lines, requests to support, the registration?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from subscriptions.gateway.addresses import path_to
from subscriptions.gateway.reading import parse_json, write_json


class Shelf:
    """One JSON file for each paper, replaced atomically; amounts come back digit for digit."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._known: dict[str, Any] = {}
        directory.mkdir(parents=True, exist_ok=True)

    def names(self) -> list[str]:
        """Every paper's key, in order."""
        return sorted(path.stem for path in self._directory.glob("*.json"))

    def get(self, key: str) -> Any:
        """A paper, or None; it is shared, so change a copy and put that."""
        path = self._place(key)
        if key not in self._known and path.is_file():
            self._known[key] = parse_json(path.read_bytes())
        return self._known.get(key)

    def put(self, key: str, document: Any) -> None:
        """Keep a paper in the place of the one with this key."""
        write_whole(self._place(key), write_json(document))
        self._known[key] = document

    def _place(self, key: str) -> Path:
        path_to(key)
        return self._directory / f"{key}.json"


class LineShelf:
    """The lines of invoices, a file for each set of them, a line of JSON for each. They are kept as they will be
    answered, so that a page of thousands is put together without reading one of them."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._known: dict[str, list[bytes]] = {}
        directory.mkdir(parents=True, exist_ok=True)

    def get(self, key: str) -> list[bytes]:
        """The lines kept under a key; none if there are none."""
        path = self._place(key)
        if key not in self._known:
            self._known[key] = path.read_bytes().splitlines() if path.is_file() else []
        return self._known[key]

    def put(self, key: str, lines: list[bytes], *, at: int) -> None:
        """Keep lines behind the first `at` of those that are kept; what stood there is replaced."""
        kept = self.get(key)
        if at > len(kept):
            raise ValueError(f"lines from {at} on do not follow on {len(kept)}")
        data = b"".join(line + b"\n" for line in lines)
        if at == len(kept) and at:
            with self._place(key).open("ab") as file:
                file.write(data)
        else:
            write_whole(self._place(key), b"".join(line + b"\n" for line in kept[:at]) + data)
        self._known[key] = kept[:at] + lines

    def _place(self, key: str) -> Path:
        path_to(key)
        return self._directory / f"{key}.jsonl"


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replace a file by these bytes, or leave it as it was."""
    temporary = path.with_suffix(".new")
    with os.fdopen(os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
