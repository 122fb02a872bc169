"""Where do the bytes of cases' files lie? Whole and under a name of our own, or not at all."""

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from django.conf import settings

from .judging import judge

AT_ONCE: Final = 64 * 1024


class Readable(Protocol):
    """Something to read bytes from, a little at a time."""

    def read(self, size: int = ..., /) -> bytes:
        """At most so many bytes; none at the end."""


class TooLarge(Exception):
    """There are more bytes than may be taken; reading stopped there."""


class Empty(Exception):
    """There are no bytes."""


class Damaged(Exception):
    """The bytes on disk are not those that were taken."""


@dataclass(frozen=True)
class Shelved:
    """What lies there: under which name, how much, its SHA-256, and what it is."""

    stored_as: str
    size: int
    sha256: str
    kind: str


def shelve(stream: Readable, *, most: int) -> Shelved:
    """Keep at most so many bytes for good: written aside, judged, flushed, renamed, the folder flushed. After any
    failure nothing is left. Raises TooLarge, Empty, judging.Unfit, OSError."""
    stored_as = secrets.token_hex(24)
    path = _path(stored_as)
    aside = path.with_name(f".{stored_as}.part")
    try:
        with aside.open("xb+") as file:
            size, sha256 = _copy(stream, file, most)
            file.flush()
            kind = judge(file, size)
            os.fsync(file.fileno())
        os.rename(aside, path)
        _flush_folder(path.parent)
    except BaseException:
        aside.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise
    return Shelved(stored_as, size, sha256, kind)


def _copy(stream: Readable, file: BinaryIO, most: int) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while some := stream.read(AT_ONCE):
        size += len(some)
        if size > most:
            raise TooLarge
        digest.update(some)
        file.write(some)
    if not size:
        raise Empty
    return size, digest.hexdigest()


def _flush_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_checked(stored_as: str, *, size: int, sha256: str) -> BinaryIO:
    """The bytes, checked against what was taken, open at their beginning; the caller closes it. Raises Damaged."""
    try:
        opened = _path(stored_as).open("rb")
    except OSError as error:
        raise Damaged(f"can't be read: {error.strerror}") from error
    found, digest = 0, hashlib.sha256()
    while some := opened.read(AT_ONCE):
        found += len(some)
        digest.update(some)
    if (found, digest.hexdigest()) != (size, sha256):
        opened.close()
        raise Damaged("is not what was taken")
    opened.seek(0)
    return opened


def clear(stored_as: str) -> None:
    """Delete the bytes, if they are there."""
    _path(stored_as).unlink(missing_ok=True)


def forgotten(before: datetime) -> Iterable[str]:
    """What has lain on the shelf since before an instant of the machine's clock, unfinished ones included."""
    return [path.name for path in folder().iterdir() if path.stat().st_mtime < before.timestamp()]


def folder() -> Path:
    """The shelf; made where it is missing."""
    where = Path(settings.MEDIA_ROOT) / "cases"
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    return where


def _path(stored_as: str) -> Path:
    return folder() / stored_as
