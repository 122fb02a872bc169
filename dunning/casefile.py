"""Does the rulebook answer a file of worked cases as the file says?"""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from dunning.policy import (
    Calendar,
    Clear,
    Decision,
    Eve,
    Facts,
    Fault,
    Policy,
    Take,
    Version,
    Wait,
    governing_version,
    schedule,
)
from dunning.policy.mapping import policy_from_mapping, policy_to_mapping
from dunning.policy.reading import Fields, MappingError, amounts, money, one_of, text, whole
from dunning.policy.worked import EPOCH, FactsReader, as_date, instant_in, rows, values

__all__ = ["MappingError", "Report", "policy_from_mapping", "policy_to_mapping", "read_yaml", "run", "run_file"]

ONLY_IF_THERE = ("ripe", "covers", "follows", "release", "says", "role")
EXPECTED = ("kind", "stage", "deed", "because", "until", "due", "schedule", "ends", "version", *ONLY_IF_THERE)
CASE_NOTES = ("id", "title", "hand")
PLAIN_TYPES = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:merge")


class _Loader(yaml.SafeLoader):
    """YAML in which dates, times and amounts stay as written and no key stands twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """Build a mapping, refusing a key that is written twice."""
        seen: set[str] = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            name = str(key.value)
            if name in seen and name != "<<":
                line = key.start_mark.line + 1
                raise yaml.constructor.ConstructorError(problem=f"line {line}: {name!r} stands twice")
            seen.add(name)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag in PLAIN_TYPES]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"[-+]?(?:0|[1-9][0-9]{0,14})\Z"), list("-+0123456789")
)


def read_yaml(written: str) -> Any:
    """Plain values of a YAML text; dates, times and amounts with a point stay texts. Raises MappingError."""
    try:
        return yaml.load(written, Loader=_Loader)  # noqa: S506  # nosec B506 - a SafeLoader that knows fewer types
    except (yaml.YAMLError, RecursionError) as error:
        raise MappingError(Fault("file", " ".join(str(error).split()))) from None


@dataclass(frozen=True, slots=True)
class Report:
    """How many cases passed, and what was expected and got in those that failed."""

    passed: int
    failed: list[dict[str, Any]] = field(default_factory=list)

    def as_mapping(self) -> dict[str, Any]:
        """The report as plain values."""
        return {"passed": self.passed, "failed": self.failed}


def run_file(path: str | Path) -> Report:
    """Run the cases of a file. Raises MappingError, or OSError where the file cannot be read."""
    try:
        return run(Path(path).read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise MappingError(Fault("file", "is not text in UTF-8")) from None


def run(written: str) -> Report:
    """Run the cases of a YAML text. Raises MappingError with all faults of the first bad case."""
    found: list[Fault] = []
    top = Fields(read_yaml(written), "", found)
    least = Fields(top.raw("defaults", {}), "defaults", found)
    shelf = _Shelf(_named(top, "policies"), _named(top, "calendars"), least.get("min_overdue", amounts, {}))
    cases = top.raw("cases", [])
    if not isinstance(cases, list):
        top.fault("cases", "is not a list")
    least.done()
    top.done()
    _refuse(found)
    failed: list[dict[str, Any]] = []
    for place, each in enumerate(cases if isinstance(cases, list) else []):
        failed += _run_case(Fields(each, f"cases[{place}]", found), shelf)
    return Report(len(cases if isinstance(cases, list) else []) - len(failed), failed)


def _refuse(found: list[Fault]) -> None:
    if found:
        raise MappingError(*found)


def _named(fields: Fields, name: str) -> dict[str, Any]:
    written = fields.raw(name)
    if written is not None and not isinstance(written, Mapping):
        fields.fault(name, "is not a mapping")
    return {str(key): value for key, value in written.items()} if isinstance(written, Mapping) else {}


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What the cases of a file share."""

    policies: Mapping[str, Any]
    calendars: Mapping[str, Any]
    least: Mapping[str, Decimal]

    def policy(self, row: Fields, number: int | None = None) -> Policy:
        """The policy a case or a version names, with its patches."""
        name = row.get("policy", text, "std")
        written = dict(_named(Fields(self.policies, "policies", row.found), name))
        if name not in self.policies:
            row.fault("policy", f"{name!r} is not among the policies")
        patch = _named(row, "patch")
        by_stage = _named(Fields(patch, row.at("patch"), row.found), "stage_patch")
        by_stage |= _named(row, "stage_patch")
        patch.pop("stage_patch", None)
        written |= patch
        if number is not None:
            written["version"] = number
        self._patch_stages(row, written, by_stage)
        _refuse(row.found)
        return policy_from_mapping(written, min_overdue=self.least, path=f"policies.{name}")

    def _patch_stages(self, row: Fields, written: dict[str, Any], by_stage: dict[str, Any]) -> None:
        stages = written.get("stages")
        if not by_stage or not isinstance(stages, list):
            return
        for name in list(by_stage):
            patch = _named(Fields(by_stage, row.at("stage_patch"), row.found), name)
            if not any(isinstance(each, Mapping) and each.get("name") == name for each in stages):
                row.fault(f"stage_patch.{name}", "is no stage of this policy")
            stages = [
                {**each, **patch} if isinstance(each, Mapping) and each.get("name") == name else each for each in stages
            ]
        written["stages"] = stages

    def calendar(self, row: Fields) -> Calendar:
        """The calendar a case names; CN when it names none."""
        name = row.get("calendar", text, "CN")
        if name not in self.calendars:
            row.fault("calendar", f"{name!r} is not among the calendars")
        read = Fields(self.calendars.get(name, {}), f"calendars.{name}", row.found)
        days = values(as_date)
        try:
            calendar = Calendar(
                zone=read.get("zone", _zone, ZoneInfo("UTC")),
                holidays=frozenset(read.get("holidays", days, ())),
                worked=frozenset(read.get("worked", days, ())),
                weekend=frozenset(read.get("weekend", values(whole), (6, 7))),
                opens=read.get("opens", _clock, time(9)),
                closes=read.get("closes", _clock, time(18)),
                eve=read.get("eve", one_of(Eve), Eve.HOLIDAY),
            )
        except ValueError as error:
            raise MappingError(*row.found, Fault(read.path, str(error))) from None
        read.done()
        return calendar


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(text(value))
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is not a time zone") from None


def _clock(value: object) -> time:
    if value == "24:00":
        return time.max
    try:
        return time.fromisoformat(text(value))
    except ValueError:
        raise ValueError(f"{value!r} is not a time of day") from None


def _run_case(case: Fields, shelf: _Shelf) -> list[dict[str, Any]]:
    """Nothing when the case passes, else what it expected and got."""
    for note in CASE_NOTES:
        case.raw(note)
    expect = Fields(case.raw("expect", {}), case.at("expect"), case.found)
    for name in EXPECTED:
        expect.raw(name)
    expect.done()
    if "kind" not in expect.data and "version" not in expect.data:
        expect.fault("kind", "is missing")
    zone = case.get("zone", _zone, ZoneInfo("Asia/Shanghai"))
    got = _versions(case, shelf, zone) if "versions" in case.data else _decision(case, shelf, zone)
    wanted = _wanted(expect, zone, str(got.get("due")))
    _refuse(case.found)
    compared = {name for name in (*wanted, *ONLY_IF_THERE) if wanted.get(name) != got.get(name)}
    if not compared:
        return []
    return [{"case": str(case.data.get("id", case.path)), "expected": wanted, "got": got}]


def _versions(case: Fields, shelf: _Shelf, zone: ZoneInfo) -> dict[str, Any]:
    """The number of the version that governs the invoice."""
    instant = instant_in(zone)

    def version(row: Fields) -> Version:
        policy = shelf.policy(row, row.get("version", whole, 1))
        told = row.get("told", lambda value: None if value is None else instant(value), None)
        return Version(policy, row.get("effective", as_date, EPOCH), told)

    versions = rows(case, "versions", version)
    invoice = Fields(case.raw("invoice", {}), case.at("invoice"), case.found)
    issued = invoice.need("issued", as_date, EPOCH)
    for name in ("now", "calendar", "policy"):
        case.raw(name)
    case.done()
    if not versions:
        case.fault("versions", "is empty")
    _refuse(case.found)
    return {"version": governing_version(versions, issued, zone).number}


def _decision(case: Fields, shelf: _Shelf, zone: ZoneInfo) -> dict[str, Any]:
    """What the rulebook says, in the words of a case file."""
    now = case.need("now", instant_in(zone), datetime(1970, 1, 1, tzinfo=UTC))
    policy = shelf.policy(case)
    facts = FactsReader(case, zone, shelf.calendar(case)).read(now)
    case.done()
    _refuse(case.found)
    return in_words(schedule(policy, facts, now), facts)


def in_words(decision: Decision, facts: Facts) -> dict[str, Any]:
    """A decision as `expect` writes it; what is empty is left out."""
    step = decision.next
    got: dict[str, Any] = {"kind": step.kind, "because": str(step.because.code)}
    if not isinstance(step, Clear) and step.stage is not None:
        got["stage"] = step.stage
    if isinstance(step, Wait):
        got["until"] = None if step.until is None else _local(step.until, facts.zone)
    if isinstance(step, Take):
        got["deed"] = str(step.deed)
        if step.because.code == "fallback_contact":
            got["role"] = step.role
        if step.prints is not None and step.prints.suspend_on is not None:
            got["says"] = step.prints.suspend_on.isoformat()
    got["due"] = f"{decision.undisputed:.2f}"
    named = {"covers": decision.covers, "follows": decision.follows, "release": decision.release}
    got |= {name: list(subscriptions) for name, subscriptions in named.items() if subscriptions}
    if not isinstance(step, Clear):
        if decision.ripe != decision.undisputed:
            got["ripe"] = f"{decision.ripe:.2f}"
        got["schedule"] = [[entry.on.isoformat(), entry.stage] for entry in decision.schedule]
        got["ends"] = str(decision.ends)
    return got


def _local(instant: datetime, zone: Any) -> str:
    written = instant.astimezone(zone).replace(tzinfo=None)
    return written.isoformat(timespec="minutes" if not (written.second or written.microsecond) else "seconds")


def _wanted(expect: Fields, zone: ZoneInfo, due: str) -> dict[str, Any]:
    """What a case expects, written as `in_words` writes it."""
    wanted: dict[str, Any] = {str(name): value for name, value in expect.data.items()}
    for name in ("due", "ripe"):
        if wanted.get(name) is not None:
            wanted[name] = f"{expect.get(name, money, Decimal(0)):.2f}"
    if wanted.get("until") is not None:
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        wanted["until"] = _local(expect.get("until", instant_in(zone), epoch), zone)
    for name in ("covers", "follows", "release"):
        if isinstance(wanted.get(name), list):
            wanted[name] = sorted(str(each) for each in wanted[name]) or None
    if wanted.get("ripe") == due:
        wanted["ripe"] = None
    return wanted
