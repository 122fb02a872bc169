"""Where does a state directory keep what, and where does what cannot live inside it go?

Two things may not fit: a socket's path is at most 107 bytes, and a server that gave up root cannot enter a
directory closed to others. Both then go to the *annex*, a directory of our own under /var/tmp."""

import fcntl
import hashlib
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LONGEST_SOCKET = "run/pg/.s.PGSQL.5432"
SOCKET_LIMIT = 107


class StartError(Exception):
    """The services cannot be had; the message says why and what to do, in words for the person who asked."""


@dataclass(frozen=True)
class Places:
    home: Path
    run: Path
    database: Path
    annex: Path

    @property
    def cluster(self) -> Path:
        return self.database / "data"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def mail(self) -> Path:
        return self.home / "mail"

    @property
    def sandbox(self) -> Path:
        return self.home / "sandbox"

    @property
    def broker(self) -> Path:
        return self.home / "broker"

    @property
    def database_socket(self) -> Path:
        return self.run / "pg"

    @property
    def broker_socket(self) -> Path:
        return self.run / "valkey.sock"

    @property
    def keeper_socket(self) -> Path:
        return self.run / "keeper.sock"

    @property
    def mark(self) -> str:
        return self.annex.name


def of(home: Path) -> Places:
    """The places of a state directory, worked out alike by every process that uses it; nothing is created."""
    home = home.resolve()
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    annex = Path("/var/tmp") / f"partnerportal-{os.getuid()}-{digest}"  # nosec B108 - refused when another owns it
    closed = os.getuid() == 0 and is_closed(home.parent)
    too_long = len(os.fsencode(home / LONGEST_SOCKET)) > SOCKET_LIMIT
    return Places(
        home=home,
        run=(annex if closed or too_long else home) / "run",
        database=(annex if closed else home) / "db",
        annex=annex,
    )


def is_closed(directory: Path) -> bool:
    """May someone who is not its owner fail to pass through this directory or one above it?"""
    existing = next(place for place in (directory, *directory.parents) if place.exists())
    return any(not place.stat().st_mode & stat.S_IXOTH for place in (existing, *existing.parents))


def create(places: Places) -> None:
    """Make the directories that are missing; the user a root's database runs as may pass through them."""
    mode = 0o711 if os.getuid() == 0 else 0o700
    try:
        places.home.mkdir(mode=mode, parents=True, exist_ok=True)
        if os.getuid() == 0:
            places.home.chmod(places.home.stat().st_mode | 0o111)
        if places.annex in (places.run.parent, places.database.parent):
            own_directory(places.annex, mode)
        for directory in (places.run, places.database):
            own_directory(directory, mode)
        for directory in (places.log, places.mail, places.sandbox, places.broker):
            directory.mkdir(mode=0o700, exist_ok=True)
    except PermissionError as refusal:
        raise StartError(
            f"{refusal.filename} belongs to another user; name a directory of your own with PORTAL_HOME."
        ) from refusal


def own_directory(directory: Path, mode: int) -> None:
    """Make a directory, or make sure the one that is there is ours and no link laid out by a stranger."""
    directory.mkdir(mode=mode, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise StartError(f"{directory} is not a directory of this user; remove it or set PORTAL_HOME.")
    directory.chmod(mode)


@contextmanager
def locked(file: Path, patience: float) -> Iterator[None]:
    """Hold a file's lock, however the holder ends; StartError after `patience` seconds."""
    with file.open("a") as handle:
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StartError(f"Another process has held {file} for {patience:.0f} s.") from None
                time.sleep(0.02)
        yield
