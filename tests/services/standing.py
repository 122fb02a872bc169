"""What does a person at a shell see of the portal's processes? Real ones, each on a directory of its own."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

from partnerportal.services import environment, places

PROJECT = Path(__file__).resolve().parents[2]
FORGET = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "EMAIL_URL", "DEBUG", "DJANGO_SETTINGS_MODULE"}
OF_MAKE = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
PREFIXES = ("PORTAL_", "PARTNER_CENTER_", "PYTEST_")


def clean_environment(home, **extra):
    """A shell that knows nothing of the services the test run itself uses."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in FORGET | OF_MAKE and (name == "PORTAL_PG_BIN" or not name.startswith(PREFIXES))
    }
    return kept | {"PORTAL_HOME": str(home)} | extra


def processes_of(home):
    """Every process that serves this state directory, by its command line or its environment."""
    marks = (os.fsencode(home), places.of(home).mark.encode())
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            line = (entry / "cmdline").read_bytes()
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        try:
            known = b"PORTAL_HOME=" + os.fsencode(home) in (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            known = False
        if state != "Z" and line and (known or any(mark in line for mark in marks)):
            found[int(entry.name)] = line.replace(b"\0", b" ").decode(errors="replace")[:150]
    return found


def nothing_left(home, within=0.0):
    """Wait a little, then show what is still there: an empty dict is what we want."""
    deadline = time.monotonic() + within
    while processes_of(home) and time.monotonic() < deadline:
        time.sleep(0.05)
    return processes_of(home)


def kill_all(home):
    """Everything at once; some of them take others along."""
    for pid in processes_of(home):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def manage(home, *words, python=sys.executable, project=PROJECT, user=None, **extra):
    """Run a command of manage.py to its end."""
    return subprocess.run(
        [python, str(project / "manage.py"), *words],
        cwd=project,
        env=clean_environment(home, **extra),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        **as_user(user),
    )


def as_user(user):
    """Arguments for subprocess that start it as that user."""
    return {} if user is None else {"user": user, "group": user, "extra_groups": []}


def get(url, timeout=10):
    """Status and text of a page; redirects are answers too."""
    opener = urllib.request.build_opener(_Stay)
    try:
        with opener.open(url, timeout=timeout) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode(), answer.headers


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *ignored):
        return None


class Served:
    """A portal being served by `runportal`."""

    def __init__(self, home, port, *, command=None, user=None, **extra):
        self.home, self.port = home, port
        words = [sys.executable, "manage.py", "runportal", "--bind", f"localhost:{port}", "--no-demo"]
        self.process = subprocess.Popen(
            command or words,
            cwd=PROJECT,
            env=clean_environment(home, **extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **as_user(user),
        )
        self.lines = []
        self._fresh = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self._fresh.put(line.rstrip("\n"))
        self._fresh.put(None)

    def until(self, word, within=180.0):
        """Read its output until a line has the word."""
        deadline = time.monotonic() + within
        while True:
            try:
                line = self._fresh.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no line with {word!r} in {within:.0f} s: {self.lines}") from None
            assert line is not None, f"ended without a line with {word!r}: {self.lines}"
            self.lines.append(line)
            if word in line:
                return line

    def end(self, signum=signal.SIGTERM, within=40.0):
        """Signal it, wait for it, and return its exit code.

        Its workers have 7 s, its services 15 s more before they are stopped by force: the wait is longer than both.
        """
        self.process.send_signal(signum)
        code = self.process.wait(within)
        while (line := self._fresh.get(timeout=5)) is not None:
            self.lines.append(line)
        return code

    def child(self, word):
        """The process id of one of its processes."""
        found = [pid for pid, line in processes_of(self.home).items() if word in line]
        assert found, f"no process with {word!r} among {processes_of(self.home)}"
        return min(found)

    def has_another(self, word, before):
        """Does a process other than that one do the work now?"""
        return any(word in line for pid, line in processes_of(self.home).items() if pid != before)

    def is_well(self):
        """Does it say that it could do its work now?"""
        try:
            return get(f"http://localhost:{self.port}/readyz")[0] == 200
        except OSError:
            return False


@contextmanager
def served(home, **extra):
    """A portal that is ready; whatever the test does to it, nothing of it is left afterwards."""
    portal = Served(home, environment.free_port(), **extra)
    try:
        portal.until("ready http")
        yield portal
    finally:
        if portal.process.poll() is None:
            portal.end()
        if nothing_left(home, within=10):
            kill_all(home)


def eventually(question, *words, within=60.0):
    """Ask until the answer is yes."""
    deadline = time.monotonic() + within
    while not (answer := question(*words)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer
