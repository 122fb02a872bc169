"""Who owns the services of a state directory? `python -m partnerportal.services.keeper HOME [--throwaway]`.

Started by whoever comes first (joining.py). It speaks in lines of JSON over a socket: `{"needs": [...]}` is
answered by `{}` once those answer, or by `{"problem": ...}`; `{"event": ...}` tells of a restart. When the
last connection has closed it stops everything and ends, which closes the ones that wait for that."""

import argparse
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from . import environment, places, postgres, talkers, valkey
from .crew import Crew, Role
from .places import Places, StartError, locked

TICK = 0.25
FIRST_GUEST_WITHIN = 20.0
PREDECESSOR_ENDS_WITHIN = 30.0
START_WITHIN = 45.0
STOP_WITHIN = 6.0
ATTEMPTS = 3


class Keeper:
    def __init__(self, where: Places, *, throwaway: bool) -> None:
        self.where = where
        self.throwaway = throwaway
        self.crew = Crew(self.tell)
        self.selector = selectors.DefaultSelector()
        self.guests: set[socket.socket] = set()
        self.leaving: list[socket.socket] = []
        self.told_to_stop = False

    def run(self) -> None:
        """Serve until the last guest has gone or a signal says so."""
        self._listen()
        empty_since = time.monotonic()
        had_guests = False
        while not self.told_to_stop:
            for key, _ in self.selector.select(TICK):
                key.data(key.fileobj)
            self.crew.tick()
            had_guests = had_guests or bool(self.guests)
            if self.guests:
                continue
            if had_guests or time.monotonic() - empty_since > FIRST_GUEST_WITHIN:
                break
        self._close_the_door()
        self.crew.stop(STOP_WITHIN)

    def tell(self, event: str) -> None:
        """Note what happened, and tell the guests who listen."""
        sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {event}\n")
        for guest in self.guests:
            _say(guest, {"event": event})

    def _listen(self) -> None:
        path = self.where.keeper_socket
        path.unlink(missing_ok=True)
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(str(path))
        path.chmod(0o600)
        self.door.listen(64)
        self.door.setblocking(False)
        self.selector.register(self.door, selectors.EVENT_READ, self._let_in)

    def _close_the_door(self) -> None:
        """First the name, then the socket: who comes now starts the next keeper, which waits for our lock."""
        self.where.keeper_socket.unlink(missing_ok=True)
        self.selector.unregister(self.door)
        self.door.close()

    def _let_in(self, door: socket.socket) -> None:
        guest, _ = door.accept()
        guest.setblocking(False)
        self.guests.add(guest)
        self.selector.register(guest, selectors.EVENT_READ, self._hear)

    def _hear(self, guest: socket.socket) -> None:
        try:
            line = guest.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            line = b""
        if not line:
            self._see_off(guest)
            return
        try:
            needs = frozenset(json.loads(line)["needs"])
            self._provide(needs)
        except StartError as problem:
            _say(guest, {"problem": str(problem)})
        except (ValueError, KeyError, TypeError) as nonsense:
            _say(guest, {"problem": f"not understood: {nonsense}"})
        else:
            _say(guest, {})

    def _see_off(self, guest: socket.socket) -> None:
        """The last one's connection stays open until everything has stopped: they may be waiting for that."""
        self.selector.unregister(guest)
        self.guests.discard(guest)
        if self.guests:
            guest.close()
        else:
            self.leaving.append(guest)

    def _provide(self, needs: frozenset[str]) -> None:
        missing = sorted(needs - set(self.crew.members))
        for attempt in range(ATTEMPTS):
            self._leave_ports_of_others(missing)
            try:
                self._start(missing)
                return
            except StartError:
                self.crew.dismiss(missing)
                if attempt == ATTEMPTS - 1 or not self._leave_ports_of_others(missing):
                    raise

    def _start(self, names: list[str]) -> None:
        makers: dict[str, Callable[[], Role | None]] = {
            "broker": lambda: valkey.role(self.where, os.environ, throwaway=self.throwaway),
            "mail_sink": lambda: talkers.mail_sink(self.where),
            "sandbox": lambda: talkers.sandbox(self.where),
            "database": lambda: postgres.role(self.where, os.environ, throwaway=self.throwaway),
        }
        roles = []
        # The database comes last: while a new cluster is made the others are starting already.
        for name in [name for name in makers if name in names]:
            role = makers[name]()
            if role is not None:
                self.crew.start(name, role)
                roles.append(name)
        self.crew.wait_until_answering(roles, START_WITHIN)
        if "database" in names:
            postgres.make_database(self.where)

    def _leave_ports_of_others(self, names: list[str]) -> bool:
        """Move those whose port a stranger has; false when there is none."""
        ports = environment.identity(self.where)["ports"]
        taken = [name for name in names if name in ports and not environment.is_free(ports[name])]
        for name in taken:
            moved = environment.move_port(self.where, name)
            self.tell(f"{name}: port {ports[name]} is taken, moved to {moved}")
        return bool(taken)

    def stop(self, signum: int, frame: FrameType | None) -> None:
        """The handler of INT and TERM."""
        self.told_to_stop = True


def _say(guest: socket.socket, message: dict[str, str]) -> None:
    """Somebody who does not read must not hold up the others."""
    try:
        guest.send(json.dumps(message).encode() + b"\n")
    except OSError:
        return


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Own the embedded services of one state directory.")
    parser.add_argument("home", type=Path)
    parser.add_argument("--throwaway", action="store_true", help="no fsync, and the directory goes at the end")
    options = parser.parse_args()
    where = places.of(options.home)
    with locked(where.home / "keeper.lock", PREDECESSOR_ENDS_WITHIN):
        keeper = Keeper(where, throwaway=options.throwaway)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, keeper.stop)
        try:
            keeper.run()
        finally:
            keeper.crew.stop(STOP_WITHIN)
            clean_up(where, throwaway=options.throwaway)


def clean_up(where: Places, *, throwaway: bool) -> None:
    """Sockets outside the state directory go; so does everything of a directory made for one test run."""
    if where.run.parent == where.annex:
        shutil.rmtree(where.run, ignore_errors=True)
    if where.annex.is_dir() and not any(where.annex.iterdir()):
        where.annex.rmdir()
    if throwaway:
        shutil.rmtree(where.annex, ignore_errors=True)
        shutil.rmtree(where.home, ignore_errors=True)


if __name__ == "__main__":
    main()
