"""How can an answer be wrong that looks right? The provider's own words, each kind of damage done to all of them."""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from subscriptions.gateway.reading import write_json

from .exchange import Outcome
from .replies import Reply

FLOOD = 50_000_000


def disguised(kind: str, outcome: Outcome, reply: Reply) -> Reply:
    """The reply damaged in the way of this kind; as it is for a kind that damages nothing."""
    if kind == "swapped":
        return replace(reply, headers={**reply.headers, "MS-RequestId": str(uuid.uuid4())})
    if kind == "huge":
        return replace(reply, body=reply.body + b" " * FLOOD)
    if kind == "gzip_bomb":
        packed = gzip.compress(reply.body + b" " * FLOOD, compresslevel=1)
        return replace(reply, body=packed, headers={**reply.headers, "Content-Encoding": "gzip"})
    change = _CHANGES.get(kind)
    document = outcome.shown()
    if change is None or not isinstance(document, dict) or not document:
        return reply
    return replace(reply, body=change(document))


def _wrong_type(document: dict[str, Any]) -> bytes:
    """Every plain value becomes a list."""
    return write_json(_each(document, lambda _, value: [value]))


def _duplicate_keys(document: dict[str, Any]) -> bytes:
    name = next(iter(document))
    return b"{" + json.dumps(name).encode() + b":null," + write_json(document)[1:]


def _lying_dates(document: dict[str, Any]) -> bytes:
    """What ends does so before it begins, and bills are of another age."""

    def lie(name: str, value: Any) -> Any:
        if not isinstance(value, str) or not name.lower().endswith(("date", "enddate")):
            return value
        return "1999-01-01T00:00:00" if name.lower().endswith("enddate") else "2999-12-31T00:00:00"

    return write_json(_each(document, lie))


def _each(value: Any, change: Callable[[str, Any], Any], name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _each(one, change, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_each(one, change, name) for one in value]
    return change(name, value)


_CHANGES = {"wrong_type": _wrong_type, "duplicate_keys": _duplicate_keys, "lying_dates": _lying_dates}
