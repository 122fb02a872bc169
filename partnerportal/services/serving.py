"""What runs while the portal is served? Web, worker and beat, beside the services they use."""

import contextlib
import fcntl
import functools
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from . import environment, migrating, needs
from .crew import Crew, Role
from .joining import Membership, describe
from .places import Places, StartError
from .processes import catches, follow_parent
from .talkers import PROJECT, python_environment, speaks_http

LOOPBACK = ("127.0.0.1", "::1")
LOOPBACK_NAMES = (*LOOPBACK, "localhost")
EVERYWHERE = ("0.0.0.0", "::")  # nosec B104 - recognised when asked for, never chosen
TICK = 0.2
WEB_ANSWERS_WITHIN = 60.0
STOP_WITHIN = 7.0
CONCURRENCY = "2"


class Stopped(BaseException):  # noqa: N818
    """Somebody sent INT or TERM. No Exception, so that nothing on the way takes it for a fault."""


@dataclass(frozen=True)
class Bind:
    """Where the web server listens. A loopback name stands for all of them."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Bind":
        """HOST:PORT; ValueError when it is not."""
        host, _, port = text.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError(f"{text!r} is not HOST:PORT")
        return cls(host.strip("[]"), int(port))

    @property
    def hosts(self) -> list[str]:
        """The addresses to listen on that this machine has."""
        if self.host not in LOOPBACK_NAMES:
            return [self.host]
        return [host for host in LOOPBACK if _exists(host)]

    @property
    def taken(self) -> list[str]:
        """Those of them where somebody else listens."""
        return [host for host in self.hosts if not environment.is_free(self.port, host)]

    @property
    def url(self) -> str:
        """The one address people use."""
        named = "localhost" if self.host in (*LOOPBACK_NAMES, *EVERYWHERE) else self.host
        return f"http://{f'[{named}]' if ':' in named else named}:{self.port}"

    @property
    def probe(self) -> str:
        """Where the supervisor itself asks."""
        return dict(zip(EVERYWHERE, ("127.0.0.1", "::1"), strict=True)).get(self.hosts[0], self.hosts[0])


def _exists(host: str) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((host, 0))
    except OSError:
        return False
    return True


class Portal:
    """One served portal: `run` returns when it was told to stop."""

    def __init__(self, membership: Membership, bind: Bind, say: Callable[[str], None]) -> None:
        self.membership = membership
        self.places: Places = membership.places
        self.bind = bind
        self.say = say
        self.crew = Crew(say)
        self.started = time.monotonic()
        self.make = _make_above_us()
        self.door = self.places.run / "door"
        self.told = False

    def _told(self, signum: int, frame: FrameType | None) -> NoReturn:
        """Raised where the signal finds us; should that place swallow it, `watch` finds the mark."""
        self.told = True
        raise Stopped

    @contextlib.contextmanager
    def stoppable(self) -> Iterator[None]:
        """From here INT and TERM stop the portal, even where the shell that started us had them ignored."""
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, self._told)
        try:
            yield
        except Stopped:
            self.say("stopping")
        finally:
            for signum in (signal.SIGINT, signal.SIGTERM):
                signal.signal(signum, signal.SIG_IGN)
            self.crew.stop(STOP_WITHIN)
            self.membership.leave()
        self.say("stopped")

    def open(self) -> None:
        """Have the services and an up to date database."""
        os.environ.setdefault("PORTAL_URL", self.bind.url)
        (self.places.home / "address").write_text(os.environ["PORTAL_URL"])
        self.door.unlink(missing_ok=True)
        embedded = needs.DATABASE in self.membership.parts
        fresh = embedded and not migrating.was_done(self.places)
        if self.membership.parts:
            self.membership.request(self.membership.parts)
        if self.membership.parts and not fresh:
            self._services_answer()
        if embedded:
            migrating.bring_up_to_date(self.places, os.environ)
        else:
            migrating.migrate(os.environ)
        if fresh:
            # `migrate` was loading while the database was made.
            self._services_answer()
        self.note("database up to date")
        self.crew.start("web", self._web())

    def start(self) -> None:
        """Let the web server listen, and start what acts without being asked, without waiting for them."""
        self.door.touch()
        self.crew.start("web", self._web())
        words = ["worker", "--concurrency", CONCURRENCY, "--without-gossip", "--without-mingle"]
        self.crew.start("worker", self._celery("worker", [*words, "--hostname", f"{self.places.mark}@%h"]))
        if needs.DATABASE in self.membership.parts:
            till = ["-m", "billing.till.sandbox", "--state", str(self.places.home / "till")]
            bind = f"127.0.0.1:{environment.identity(self.places)['ports']['till']}"
            self.crew.start("till", self._role("till", [*till, "--bind", bind]))
        self.crew.start("beat", self._celery("beat", ["beat", "--schedule", str(self.places.home / "beat")]))

    def announce(self) -> None:
        """Say so once a request succeeds."""
        self.crew.wait_until_answering(["web"], WEB_ANSWERS_WITHIN)
        self.note("web")
        self.say(f"ready {self.bind.url}")

    def watch(self) -> NoReturn:
        """Keep everything running."""
        while True:
            time.sleep(TICK)
            if self.told:
                raise Stopped
            if self.make is not None and not catches(self.make, signal.SIGINT):
                raise Stopped
            self.crew.tick()
            if not self.membership.parts:
                continue
            events = self.membership.events()
            for event in events or []:
                self.say(event)
            if events is None:
                self._rejoin()

    def note(self, what: str) -> None:
        """One line about how far we are."""
        self.say(f"{time.monotonic() - self.started:5.1f} s  {what}")

    def _services_answer(self) -> None:
        self.membership.wait(self.membership.parts)
        self._describe_anew()
        self.note("services")

    def _rejoin(self) -> None:
        """The keeper was killed: start the next. Its servers are where they were, unless a port was lost."""
        self.say("the services' keeper has ended; starting it again")
        try:
            self.membership.join(self.membership.parts)
        except StartError as problem:
            self.say(str(problem))
            time.sleep(2)
            return
        if self._describe_anew():
            names = list(self.crew.members)
            self.crew.dismiss(names)
            self.start()

    def _describe_anew(self) -> bool:
        """Put the embedded services' addresses into the environment; true when one changed."""
        before = dict(os.environ)
        for part in self.membership.parts:
            os.environ.pop(needs.GIVEN_BY[part], None)
        describe(self.places, self.membership.parts, os.environ)
        return dict(os.environ) != before

    def _web(self) -> Role:
        words = ["-m", "gunicorn", "partnerportal.wsgi", "--config", "python:partnerportal.services.door"]
        words += ["--worker-class", "gthread", "--threads", "8"]
        words += ["--workers", os.environ.get("WEB_CONCURRENCY", "2"), "--timeout", "120"]
        # Loaded once and then forked. Its control socket would be one for all portals of a user.
        words += ["--preload", "--graceful-timeout", "5", "--no-control-socket"]
        for host in self.bind.hosts:
            words += ["--bind", f"[{host}]:{self.bind.port}" if ":" in host else f"{host}:{self.bind.port}"]
        answers = functools.partial(speaks_http, self.bind.port, "/healthz", self.bind.probe)
        return self._role("web", words, answers=answers)

    def _celery(self, name: str, words: list[str]) -> Role:
        return self._role(name, ["-m", "celery", "-A", "partnerportal", *words, "--loglevel", "INFO"])

    def _role(self, name: str, words: list[str], answers: Callable[[], bool] = lambda: True) -> Role:
        return Role(
            name=name,
            command=lambda: [sys.executable, *words],
            log=self.places.log / f"{name}.log",
            directory=PROJECT,
            environ=python_environment() | {"PORTAL_DOOR": str(self.door)},
            # QUIT ends gunicorn and Celery at once, their own children included.
            orphaned_with=signal.SIGTERM if name == "beat" else signal.SIGQUIT,
            answers=answers,
        )


@contextlib.contextmanager
def only_one(places: Places) -> Iterator[None]:
    """At most one portal is served from a state directory, or two beats would ring; BlockingIOError else."""
    with (places.home / "serving.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _make_above_us() -> int | None:
    """The make that started us, to be followed when it is told to stop. Killed, it can tell nobody, so the
    kernel tells us; interrupted alone, it only takes its handler away and waits for us."""
    if os.environ.pop("PORTAL_STARTED_BY", "") != "make":
        return None
    follow_parent(signal.SIGTERM)
    parent = os.getppid()
    return parent if catches(parent, signal.SIGINT) else None
