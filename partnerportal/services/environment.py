"""What addresses and names does a state directory give to the processes that use it?"""

import json
import os
import random
import secrets
import socket
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .places import Places, locked

OWNER, APP, DATABASE = "portal_owner", "portal_app", "portal"
# Below the range the kernel takes its own ports from.
PORTS = range(20000, 32000)
SPOKEN_TO = ("sandbox", "mail_sink", "till")


def identity(places: Places) -> dict[str, Any]:
    """What was drawn by lot when the state directory was made: ports and the sandbox's credentials.

    A copy of a directory is another directory and draws its own."""
    with locked(places.home / "identity.lock", 10):
        try:
            known: dict[str, Any] = json.loads(_file(places).read_text())
        except (FileNotFoundError, ValueError):
            known = {}
        if known.get("home") != str(places.home):
            known = {
                "home": str(places.home),
                "tenant": str(uuid.uuid4()),
                "client_id": str(uuid.uuid4()),
                "client_secret": secrets.token_urlsafe(24),
                "ports": {name: free_port() for name in SPOKEN_TO},
            }
            _write(places, known)
        elif missing := [name for name in SPOKEN_TO if name not in known["ports"]]:
            # A directory from before this service was there.
            known["ports"] |= {name: free_port() for name in missing}
            _write(places, known)
    return known


def move_port(places: Places, name: str) -> int:
    """Give a service another port, because a stranger took the one it had."""
    known = identity(places)
    with locked(places.home / "identity.lock", 10):
        known["ports"][name] = free_port()
        _write(places, known)
    return int(known["ports"][name])


def free_port() -> int:
    """A loopback port nobody listens on now."""
    while True:
        port = random.choice(PORTS)
        if is_free(port):
            return port


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Could we listen there now?"""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def stores(places: Places) -> dict[str, str]:
    """The addresses that follow from the place alone."""
    where = places.database_socket
    return {
        "PORTAL_EMBEDDED": "1",
        "PORTAL_HOME": str(places.home),
        "DATABASE_URL": f"postgres://{APP}@/{DATABASE}?host={where}",
        "DATABASE_OWNER_URL": f"postgres://{OWNER}@/{DATABASE}?host={where}",
        "REDIS_URL": f"unix://{places.broker_socket}",
    }


def sandbox(places: Places) -> dict[str, str]:
    """How the portal finds the sandbox of this state directory."""
    known = identity(places)
    address = f"http://127.0.0.1:{known['ports']['sandbox']}"
    return {
        "PORTAL_USES_SANDBOX": "1",
        "PARTNER_CENTER_URL": address,
        "PARTNER_CENTER_AUTHORITY": address,
        "PARTNER_CENTER_TENANT": known["tenant"],
        "PARTNER_CENTER_CLIENT_ID": known["client_id"],
        "PARTNER_CENTER_CLIENT_SECRET": known["client_secret"],
        # The sandbox takes anybody's consent.
        "PARTNER_CENTER_REFRESH_TOKEN": f"consent-{known['client_id']}",
        "PARTNER_CENTER_EVENT_ORIGINS": address,
        "PARTNER_CENTER_EVENT_ISSUERS": str(places.sandbox / "certificates" / "issuer.pem"),
    }


def mail_sink(places: Places) -> dict[str, str]:
    """How the portal finds the mail sink of this state directory."""
    port = identity(places)["ports"]["mail_sink"]
    return {"PORTAL_USES_MAIL_SINK": "1", "EMAIL_URL": f"smtp://127.0.0.1:{port}"}


def till(places: Places) -> dict[str, str]:
    """How the portal finds the stand-in for the payment provider; it runs while the portal is served."""
    known = identity(places)
    return {
        "ONLINE_PAYMENT_URL": f"http://127.0.0.1:{known['ports']['till']}",
        "ONLINE_PAYMENT_SECRET": f"till-{known['client_secret']}",
    }


def state_directory(environ: Mapping[str, str]) -> Path:
    """`$PORTAL_HOME`, or `.portal` beside manage.py."""
    named = environ.get("PORTAL_HOME")
    return Path(named).absolute() if named else Path(__file__).resolve().parents[2] / ".portal"


def served_at(places: Places) -> dict[str, str]:
    """The address the portal of this state directory was last served at: links in mail start with it."""
    try:
        return {"PORTAL_URL": (places.home / "address").read_text().strip()}
    except OSError:
        return {}


def _file(places: Places) -> Path:
    return places.home / "identity.json"


def _write(places: Places, known: dict[str, Any]) -> None:
    fresh = _file(places).with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(known))
    os.replace(fresh, _file(places))
