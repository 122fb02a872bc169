"""Where do the bytes of an uploaded file lie until it is booked? Whole and under a name of our own, or not at all."""

import os
import secrets
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from django.conf import settings

LARGEST: Final = 300 * 1024 * 1024
AT_ONCE: Final = 1 << 20


class Readable(Protocol):
    """Something to read bytes from, a little at a time."""

    def read(self, size: int = ..., /) -> bytes:
        """At most so many bytes; none at the end."""


class TooLarge(Exception):  # noqa: N818
    """There are more bytes than may be taken."""


def keep(stream: Readable) -> tuple[str, int]:
    """Keep a file; answers under which name, and how large it is. Raises TooLarge, OSError; then nothing is left."""
    name = secrets.token_hex(24)
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside, size = path.with_suffix(".part"), 0
    try:
        with aside.open("xb") as file:
            while some := stream.read(AT_ONCE):
                size += len(some)
                if size > LARGEST:
                    raise TooLarge
                file.write(some)
            file.flush()
            os.fsync(file.fileno())
        os.rename(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return name, size


def opened(name: str) -> BinaryIO:
    """A kept file. Raises OSError."""
    return _path(name).open("rb")


def forget(name: str) -> None:
    """Take a kept file away; one that is gone is gone."""
    _path(name).unlink(missing_ok=True)


def _path(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "bills" / name
