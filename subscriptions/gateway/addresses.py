"""Which address is meant? Our own paths, and the links the provider hands us, kept on its own server."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

VERSION = "/v1"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class ForeignAddressError(ValueError):
    """The address leads away from the provider's server, or is none."""


def path_to(*parts: str) -> str:
    """A path under the API's version; each part must be a word that can't change what the path means."""
    for part in parts:
        if not _ID.fullmatch(part):
            raise ValueError(f"{part[:100]!r} is not an id")
    return "/".join((VERSION, *parts))


def resolved(base_url: str, link: str) -> str:
    """The full address of a link: absolute on the same origin, or a path with or without the version."""
    if any(c.isspace() or not c.isprintable() or c == "\\" for c in link):
        raise ForeignAddressError("a link that is no address")
    try:
        parts, base = urlsplit(link), urlsplit(base_url)
        foreign = bool(parts.netloc or parts.scheme) and _origin(parts) != _origin(base)
    except ValueError:
        raise ForeignAddressError("a link that is no address") from None
    if foreign:
        raise ForeignAddressError("a link to another server")
    path = "/" + parts.path.removeprefix(base.path).lstrip("/")
    if path != VERSION and not path.startswith(VERSION + "/"):
        path = VERSION + path
    return base_url + path + (f"?{parts.query}" if parts.query else "")


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)
