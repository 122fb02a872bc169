"""How are the two servers started that stand in for the outside world: sandbox and mail sink?"""

import http.client
import importlib.util
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from . import environment
from .crew import Role
from .places import Places, StartError
from .processes import end_leftovers

LEFTOVERS = ((signal.SIGTERM, 2.0), (signal.SIGKILL, 2.0))
PROJECT = Path(__file__).resolve().parents[2]


def sandbox(places: Places) -> Role | None:
    """The provider's sandbox; None when this checkout has none."""
    if importlib.util.find_spec("subscriptions.sandbox.__main__") is None:
        return None
    words = ["--state", str(places.sandbox)]
    return _python_role(places, "sandbox", "subscriptions.sandbox", words, speaks_http)


def mail_sink(places: Places) -> Role:
    """The mail sink, which keeps each message as a file."""
    words = ["--dir", str(places.mail)]
    return _python_role(places, "mail_sink", "partnerportal.services.mail_sink", words, greets)


def _python_role(places: Places, name: str, module: str, words: list[str], answers: Callable[[int], bool]) -> Role:
    def port() -> int:
        return int(environment.identity(places)["ports"][name])

    def command() -> list[str]:
        return [sys.executable, "-m", module, "--bind", f"127.0.0.1:{port()}", *words]

    def clear_the_way() -> None:
        if not end_leftovers(lambda line: module in line and line[-len(words) :] == words, LEFTOVERS):
            raise StartError(f"An earlier {name} still runs and does not end.")

    return Role(
        name=name,
        command=command,
        log=places.log / f"{name}.log",
        directory=places.home,
        environ=python_environment() | environment.sandbox(places),
        prepare=clear_the_way,
        answers=lambda: answers(port()),
    )


def python_environment() -> dict[str, str]:
    """For children that run our own code from another directory."""
    path = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def speaks_http(port: int, path: str = "/healthz", host: str = "127.0.0.1") -> bool:
    """Does it answer 200 there?"""
    link = http.client.HTTPConnection(host, port, timeout=5)
    try:
        link.request("GET", path)
        return link.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


def greets(port: int) -> bool:
    """Does a mail server greet there?"""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as link:
            return link.recv(4).startswith(b"220")
    except OSError:
        return False
