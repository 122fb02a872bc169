"""How does a process come to its services, and how does it let go of them?"""

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import MutableMapping, Sequence
from pathlib import Path

import django

from . import environment, migrating, needs, places
from .crew import open_log, tail
from .places import Places, StartError, locked
from .talkers import PROJECT, python_environment

PATIENCE = 90.0
KEEPER_LISTENS_WITHIN = 40.0
LEAVES_WITHIN = 15.0

# The membership of this process, once manage.py has prepared it.
mine: list["Membership"] = []


class Membership:
    """A place among the users of one state directory's services; it ends with `leave` or with the process."""

    def __init__(self, home: Path, parts: frozenset[str], *, throwaway: bool = False) -> None:
        self.places = places.of(home)
        # What this state directory may provide; what of it is running is for `join` to say.
        self.parts = parts
        self.throwaway = throwaway
        self.link: socket.socket | None = None
        self.keeper: subprocess.Popen[bytes] | None = None

    def join(self, wanted: frozenset[str]) -> None:
        """Return once the wanted services answer; StartError with the reason when they will not."""
        self.request(wanted)
        self.wait(wanted)

    def request(self, wanted: frozenset[str]) -> None:
        """Have the wanted services started, and return while they are starting; `wait` must follow."""
        places.create(self.places)
        environment.identity(self.places)
        if self.link is None:
            self.link = self._connect()
        self.link.settimeout(PATIENCE)
        with contextlib.suppress(ConnectionError):
            self.link.sendall(json.dumps({"needs": sorted(wanted)}).encode() + b"\n")

    def wait(self, wanted: frozenset[str]) -> None:
        """Return once what was requested answers; StartError with the reason when it will not."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._hear()
            except (ConnectionError, TimeoutError):
                # This keeper is on its way out; the next one waits for it.
                self._drop()
            if time.monotonic() > deadline:
                raise StartError(f"The keeper of {self.places.home} does not answer.")
            time.sleep(0.05)
            self.request(wanted)

    def leave(self) -> None:
        """Let go. The last one out waits until everything has stopped, so nothing is left when it ends."""
        link, self.link = self.link, None
        if link is None:
            return
        try:
            link.shutdown(socket.SHUT_WR)
            link.settimeout(LEAVES_WITHIN)
            while link.recv(4096):
                pass
        except OSError:
            pass
        link.close()
        if self.keeper is not None:
            _reap(self.keeper, 0.0 if self.throwaway else 2.0)

    def events(self) -> list[str] | None:
        """What the keeper has told since the last question; None when the keeper is gone. Never waits."""
        if self.link is None:
            return None
        try:
            self.link.setblocking(False)
            heard = self.link.recv(65536)
        except BlockingIOError:
            return []
        except OSError:
            heard = b""
        if not heard:
            self._drop()
            return None
        return [message["event"] for message in map(json.loads, heard.splitlines()) if "event" in message]

    def _hear(self) -> None:
        if self.link is None:
            raise ConnectionResetError
        with self.link.makefile("rb") as lines:
            for line in lines:
                answer = json.loads(line)
                if "problem" in answer:
                    self.leave()
                    raise StartError(answer["problem"])
                if "event" not in answer:
                    return
        raise ConnectionResetError

    def _connect(self) -> socket.socket:
        """Connect to the keeper, or start one; the lock keeps two from starting one each."""
        with locked(self.places.home / "start.lock", PATIENCE):
            found = _reach(self.places)
            if found is not None:
                return found
            self.keeper = self._spawn()
            deadline = time.monotonic() + KEEPER_LISTENS_WITHIN
            while time.monotonic() < deadline:
                found = _reach(self.places)
                if found is not None:
                    return found
                if self.keeper.poll() is not None:
                    raise StartError(f"The keeper ended:\n{tail(self.places.log / 'keeper.log')}")
                time.sleep(0.01)
        raise StartError(f"The keeper of {self.places.home} did not start; see {self.places.log}/keeper.log")

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "partnerportal.services.keeper", str(self.places.home)]
        with open_log(self.places.log / "keeper.log") as log:
            return subprocess.Popen(
                command + (["--throwaway"] if self.throwaway else []),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=PROJECT,
                env=python_environment(),
                start_new_session=True,
            )

    def _drop(self) -> None:
        if self.link is not None:
            self.link.close()
        self.link = None
        if self.keeper is not None:
            self.keeper.poll()


def _reach(where: Places) -> socket.socket | None:
    link = socket.socket(socket.AF_UNIX)
    try:
        link.connect(str(where.keeper_socket))
    except OSError:
        link.close()
        return None
    return link


def _reap(keeper: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        keeper.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def describe(where: Places, parts: frozenset[str], environ: MutableMapping[str, str]) -> None:
    """Put the addresses of the embedded parts into an environment; what is there already stays."""
    stores = environment.stores(where)
    found = {"PORTAL_HOME": stores["PORTAL_HOME"]} | environment.served_at(where)
    if needs.DATABASE in parts:
        found |= {name: stores[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "PORTAL_EMBEDDED")}
    if needs.BROKER in parts:
        found["REDIS_URL"] = stores["REDIS_URL"]
    known = where.home.is_dir()
    found |= environment.sandbox(where) if known and needs.SANDBOX in parts else {}
    found |= environment.till(where) if known and needs.DATABASE in parts else {}
    found |= environment.mail_sink(where) if known and needs.MAIL_SINK in parts else {}
    for name, value in found.items():
        if not environ.get(name) or name == "PORTAL_HOME":
            environ[name] = value


def prepare(argv: Sequence[str]) -> None:
    """Before manage.py does anything: have what its command needs, and the addresses in the environment."""
    command = needs.command_of(argv)
    if command in needs.AS_OWNER:
        os.environ["PORTAL_AS_OWNER"] = "1"
    parts = needs.embedded(os.environ)
    membership = Membership(environment.state_directory(os.environ), parts)
    mine.append(membership)
    if not parts:
        return
    wanted = parts & needs.of(command)
    if not wanted:
        if command in needs.JOINS_BY_ITSELF:
            places.create(membership.places)
        describe(membership.places, parts, os.environ)
        return
    atexit.register(membership.leave)
    membership.request(wanted)
    if wanted == {needs.DATABASE}:
        # Its address is known beforehand, so the portal's own modules load while it starts.
        describe(membership.places, parts, os.environ)
        django.setup()
    membership.wait(wanted)
    describe(membership.places, parts, os.environ)
    if needs.DATABASE in wanted and command not in needs.LEAVES_TABLES_ALONE:
        migrating.bring_up_to_date(membership.places, os.environ)
