"""Who is running, who died, and when is the next attempt?"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .places import StartError
from .processes import last_steps_before_exec, send, send_to_group

LONGEST_PAUSE = 30.0
STEADY_AFTER = 30.0
LOG_LIMIT = 10_000_000


def always() -> bool:
    return True


def nothing() -> None:
    return None


@dataclass(frozen=True)
class Role:
    """One child to keep running: how it starts, how it is known to answer, how it is asked to stop."""

    name: str
    command: Callable[[], Sequence[str]]
    log: Path
    directory: Path
    environ: Mapping[str, str]
    stop_with: signal.Signals = signal.SIGTERM
    # What the kernel sends it when we die without a word.
    orphaned_with: signal.Signals = signal.SIGTERM
    insist_with: signal.Signals = signal.SIGKILL
    user: tuple[int, int] | None = None
    prepare: Callable[[], None] = nothing
    answers: Callable[[], bool] = always


@dataclass
class Member:
    role: Role
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    next_attempt: float = 0.0


class Crew:
    """The children of one process. Not for threads: the kernel's promise to end a child is bound to the
    thread that started it."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.members: dict[str, Member] = {}

    def start(self, name: str, role: Role) -> None:
        """Start one that is not running yet, without waiting for it."""
        if name not in self.members:
            self.members[name] = Member(role)
            self._launch(self.members[name])

    def wait_until_answering(self, names: Sequence[str], patience: float) -> None:
        """Return when all of them answer; StartError when one ended or after `patience` seconds."""
        deadline = time.monotonic() + patience
        for member in [self.members[name] for name in names]:
            answered = False
            while not answered:
                answered = member.role.answers()
                # Asked second: a stranger may have answered in the place of one that could not start.
                if member.process is None or _is_over(member.process):
                    raise StartError(f"{member.role.name} ended while starting:\n{tail(member.role.log)}")
                if time.monotonic() > deadline:
                    raise StartError(f"{member.role.name} gave no answer in {patience:.0f} s.")
                time.sleep(0.02)

    def dismiss(self, names: Sequence[str]) -> None:
        """Stop some and forget them, so that a later start is a first start."""
        members = [self.members.pop(name) for name in names if name in self.members]
        _stop(members, grace=5.0)

    def tick(self) -> None:
        """Notice who died and restart who is due; call it a few times a second."""
        for member in self.members.values():
            if member.process is not None and _is_over(member.process):
                self._bury(member)
            if member.process is None and time.monotonic() >= member.next_attempt:
                try:
                    self._launch(member)
                except (OSError, StartError) as problem:
                    self._postpone(member, str(problem))

    def stop(self, grace: float) -> None:
        """Ask all to stop, wait at most `grace` seconds, then insist."""
        _stop(list(self.members.values()), grace)
        self.members.clear()

    def _launch(self, member: Member) -> None:
        role = member.role
        role.prepare()
        uid, gid = role.user or (None, None)
        with open_log(role.log) as log:
            member.process = subprocess.Popen(
                role.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=role.directory,
                env=dict(role.environ),
                user=uid,
                group=gid,
                extra_groups=None if uid is None else [],
                start_new_session=True,
                preexec_fn=last_steps_before_exec(role.orphaned_with),
            )
        member.started = time.monotonic()

    def _bury(self, member: Member) -> None:
        """The dead child's group goes with it; while the child is not reaped its number is nobody else's."""
        assert member.process is not None
        send_to_group(member.process.pid, signal.SIGKILL)
        code = member.process.wait()
        if time.monotonic() - member.started > STEADY_AFTER:
            member.failures = 0
        self._postpone(member, f"ended with {code}")

    def _postpone(self, member: Member, why: str) -> None:
        member.process = None
        pause = min(0.5 * 2**member.failures, LONGEST_PAUSE)
        member.failures += 1
        member.next_attempt = time.monotonic() + pause
        self.say(f"{member.role.name} {why}; starts again in {pause:g} s (log: {member.role.log})")


def _is_over(process: subprocess.Popen[bytes]) -> bool:
    """True for a child that ended; its exit status is left, so its number stays its own."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _stop(members: Sequence[Member], grace: float) -> None:
    """Each is asked, then told, then ended; what is left of its group ends with it."""
    running = [(member.role, member.process) for member in members if member.process is not None]
    for role, process in running:
        send(process.pid, role.stop_with)
    for seconds, final in ((grace, False), (2.0, True), (2.0, True)):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not all(_is_over(process) for _, process in running):
            time.sleep(0.02)
        for role, process in running:
            if not _is_over(process):
                send_to_group(process.pid, signal.SIGKILL if final else role.insist_with)
    for _, process in running:
        send_to_group(process.pid, signal.SIGKILL)
        process.wait()
    for member in members:
        member.process = None


def open_log(file: Path) -> IO[bytes]:
    """Append to a log; one that has grown large is set aside first, so two are kept at most."""
    if file.exists() and file.stat().st_size > LOG_LIMIT:
        os.replace(file, file.with_suffix(".old"))
    return file.open("ab")


def tail(file: Path, lines: int = 8) -> str:
    """The last lines of a log, for an error message."""
    try:
        return "\n".join(file.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
