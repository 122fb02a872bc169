"""How is a child started so that it cannot outlive us, and how is what was left behind found and ended?"""

import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
_OUR_HANDLERS = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP, signal.SIGCHLD)


def follow_parent(signum: signal.Signals) -> None:
    """Ask the kernel to send this process `signum` when the thread that started it ends."""
    _libc.prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0)


def last_steps_before_exec(signum: signal.Signals) -> Callable[[], None]:
    """What a child does between fork and exec: after the change of user, which would clear the request."""
    parent = os.getpid()

    def steps() -> None:
        follow_parent(signum)
        if os.getppid() != parent:
            os._exit(1)
        for each in _OUR_HANDLERS:
            signal.signal(each, signal.SIG_DFL)

    return steps


def command_lines() -> Iterable[tuple[int, list[str]]]:
    """Every process of this machine we may see: its id and its arguments."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
        except OSError:
            continue
        if words != [""]:
            yield int(entry.name), words


def end_leftovers(is_ours: Callable[[list[str]], bool], steps: Iterable[tuple[signal.Signals | None, float]]) -> bool:
    """Wait for processes of an earlier keeper to go; each step sends a signal (or none) and waits so long.

    True when none is left. Command lines are asked rather than recorded process ids: an id may belong to a
    stranger by now."""
    for signum, seconds in steps:
        deadline = time.monotonic() + seconds
        left = [pid for pid, words in command_lines() if is_ours(words)]
        for pid in left:
            if signum is not None:
                send(pid, signum)
        while left and time.monotonic() < deadline:
            time.sleep(0.02)
            left = [pid for pid, words in command_lines() if is_ours(words)]
        if not left:
            return True
    return False


def catches(pid: int, signum: signal.Signals) -> bool:
    """Has that process a handler for the signal?"""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    caught = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) >> (signum - 1) & 1)


def send(pid: int, signum: signal.Signals) -> None:
    """Signal a process that may be gone already."""
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        return


def send_to_group(pid: int, signum: signal.Signals) -> None:
    """Signal a child's whole process group; each child leads its own."""
    try:
        os.killpg(pid, signum)
    except (ProcessLookupError, PermissionError):
        return
