"""What goes wrong, when? Faults scripted in a file, or drawn from a seed, chosen request by request.

A file is a YAML list of rules `{match: {method, path, nth, share}, do: KIND, ...}`. `path` is a regular
expression, `nth` a number or a list of numbers (counted per rule since the start), `share` a probability drawn
from the seed. `after` says whether the request is carried out first, which each kind also decides for itself.
The kinds' own parameters: `retry_after` (429: any text, null for none), `status` (500_before, 500_after, html),
`seconds` (late_commit: how much later; slow, hang: how long; drip: per byte), and `status`, `headers`, `body`,
`bytes` (padded to that size) for `answer`, which says anything at all.

Without any file, an id says what goes wrong with whatever it names: a customer or subscription with the id
`magic_id(KIND)`, and an invoice whose number ends in `FAULT-KIND`.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

# Whether the request is carried out first, where the rule does not say `after` itself.
KINDS = {
    "429": False,
    "401": False,
    "500_before": False,
    "500_after": True,
    "late_commit": True,
    "slow": True,
    "reset": False,
    "truncate": True,
    "html": False,
    "other_customer": True,
    "stale_read": True,
    "hang": False,
    "etag_mismatch": True,
    "drip": True,
    "answer": False,
    "wrong_type": True,
    "duplicate_keys": True,
    "swapped": True,
    "huge": True,
    "gzip_bomb": True,
    "lying_dates": True,
}
# With a magic id these strike a change, the others a read; the read before a change must go well.
STRIKE_WRITES = {
    "429",
    "401",
    "500_before",
    "500_after",
    "late_commit",
    "slow",
    "reset",
    "truncate",
    "hang",
    "etag_mismatch",
}
MATCHES = {"method", "path", "nth", "share"}
PARAMETERS = {"after", "seconds", "retry_after", "status", "headers", "body", "bytes"}

STORM = """
- {match: {method: PATCH, share: 0.06}, do: 429, retry_after: "1"}
- {match: {method: PATCH, share: 0.05}, do: 500_before}
- {match: {method: PATCH, share: 0.05}, do: 500_after}
- {match: {method: PATCH, share: 0.04}, do: reset, after: true}
- {match: {method: PATCH, share: 0.03}, do: reset}
- {match: {method: PATCH, share: 0.03}, do: late_commit, seconds: 2}
- {match: {method: PATCH, share: 0.03}, do: truncate}
- {match: {method: PATCH, share: 0.02}, do: html, after: true}
- {match: {method: PATCH, share: 0.02}, do: other_customer}
- {match: {method: PATCH, share: 0.03}, do: etag_mismatch}
- {match: {method: GET, share: 0.03}, do: 500_before}
- {match: {method: GET, share: 0.02}, do: reset}
- {match: {method: GET, share: 0.02}, do: html}
- {match: {method: GET, share: 0.02}, do: 429, retry_after: "1"}
- {match: {method: GET, share: 0.03}, do: stale_read}
- {match: {method: GET, share: 0.01}, do: 401}
- {match: {method: GET, share: 0.01}, do: wrong_type}
- {match: {method: GET, share: 0.01}, do: duplicate_keys}
- {match: {method: GET, share: 0.01}, do: swapped}
- {match: {method: GET, share: 0.01}, do: lying_dates}
"""

_MAGIC = re.compile(r"fa017000-0000-4000-8000-0000000000(?P<number>\d\d)|FAULT-(?P<kind>[A-Za-z0-9_]+)", re.IGNORECASE)


class BadFaultsError(ValueError):
    """The file of faults can't be used; the text says where and why."""


@dataclass
class Fault:
    """One rule: which requests it meets and what it does to them. `met` counts those that fit so far."""

    do: str
    match: dict[str, Any]
    parameters: dict[str, Any] = field(default_factory=dict)
    met: int = 0

    @property
    def after(self) -> bool:
        """Whether the request is carried out before the fault strikes."""
        return bool(self.parameters.get("after", KINDS[self.do]))

    def strikes(self, method: str, path: str, seed: str) -> bool:
        """Whether this rule takes this request, counting it if it fits; `nth` counts from 1."""
        if self.match.get("method", method).upper() != method:
            return False
        if not re.search(self.match.get("path", ""), path, re.IGNORECASE):
            return False
        self.met += 1
        nth = self.match.get("nth")
        if nth is not None and self.met not in (nth if isinstance(nth, list) else [nth]):
            return False
        share = float(self.match.get("share", 1))
        return share >= 1 or random.Random(f"{seed}/{self.met}").random() < share


class Faults:
    """The rules in force, asked in order; the first that strikes decides."""

    def __init__(self, rules: list[Fault], seed: int) -> None:
        self._rules = rules
        self._seed = seed

    def pick(self, method: str, path: str) -> Fault | None:
        """The fault that meets this request, if any. Every rule counts every request that fits it."""
        struck = [
            rule for number, rule in enumerate(self._rules) if rule.strikes(method, path, f"{self._seed}/{number}")
        ]
        return struck[0] if struck else magic(method, path)


def magic_id(kind: str) -> str:
    """The GUID that calls for a fault of this kind."""
    return f"fa017000-0000-4000-8000-{list(KINDS).index(kind) + 1:012d}"


def magic(method: str, path: str) -> Fault | None:
    """The fault that an id in the path calls for, if any."""
    called = _MAGIC.search(path)
    if not called:
        return None
    if called["kind"]:
        kind = called["kind"].lower()
        return Fault(kind, {}) if kind in KINDS else None
    number = int(called["number"])
    kind = list(KINDS)[number - 1] if 0 < number <= len(KINDS) else ""
    return Fault(kind, {}) if kind and (kind in STRIKE_WRITES) is (method != "GET") else None


def read_faults(file: Path | None, seed: int | None) -> Faults:
    """Rules from a file; with a seed and no file the storm above; with neither, none."""
    if file is None:
        return Faults(_rules(STORM) if seed is not None else [], seed or 0)
    try:
        return Faults(_rules(file.read_text()), seed or 0)
    except OSError as error:
        raise BadFaultsError(f"{file}: {error.strerror}") from None


def given_faults(document: Any, seed: int) -> Faults:
    """Rules that come through the side door, already read."""
    return Faults(_checked(document), seed)


def _rules(text: str) -> list[Fault]:
    try:
        return _checked(yaml.safe_load(text) or [])
    except yaml.YAMLError as error:
        raise BadFaultsError(f"not YAML: {error}") from None


def _checked(document: Any) -> list[Fault]:
    if not isinstance(document, list):
        raise BadFaultsError("a list of rules is expected")
    return [_rule(number, entry) for number, entry in enumerate(document, 1)]


def _rule(number: int, entry: Any) -> Fault:
    match = entry.get("match", {}) if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(match, dict):
        raise BadFaultsError(f"rule {number}: a mapping with match and do is expected")
    kind = str(entry.get("do"))
    parameters = {name: value for name, value in entry.items() if name not in ("match", "do")}
    if kind not in KINDS:
        raise BadFaultsError(f"rule {number}: do {kind!r} is none of {', '.join(KINDS)}")
    for name in (*(match.keys() - MATCHES), *(parameters.keys() - PARAMETERS)):
        raise BadFaultsError(f"rule {number}: {name!r} is not known")
    try:
        re.compile(match.get("path", ""))
    except re.error as error:
        raise BadFaultsError(f"rule {number}: path: {error}") from None
    return Fault(kind, match, parameters)
