"""How are the facts behind a decision kept, so that it can be decided again? As JSON, by the dataclasses' own
types; the calendar by its digest, since thousands of decisions share one."""

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from .calendars import digest_of
from .models import CalendarEdition
from .policy import Calendar, Facts


def keep(facts: Facts, edition: str) -> dict[str, Any]:
    """The facts as JSON; of the calendar only the name of its edition."""
    return {**_out(facts), "calendar": edition}


def recall(kept: Mapping[str, Any]) -> Facts:
    """The facts of a stored decision; raises CalendarEdition.DoesNotExist if its calendar is gone."""
    values = {
        field.name: _into(_hints(Facts)[field.name], kept[field.name])
        for field in fields(Facts)
        if field.name != "calendar"
    }
    return Facts(**values, calendar=_calendar(kept["calendar"]))


@lru_cache(maxsize=64)
def _calendar(digest: str) -> Calendar:
    """Editions never change, and thousands of decisions share one."""
    calendar: Calendar = _into(Calendar, CalendarEdition.objects.get(digest=digest).document)
    return calendar


def edition(calendar: Calendar) -> str:
    """Store a calendar once and name it."""
    digest = _digest(calendar)
    CalendarEdition.objects.get_or_create(digest=digest, defaults={"document": _out(calendar)})
    return digest


_digests: dict[int, tuple[Calendar, str]] = {}


def _digest(calendar: Calendar) -> str:
    known = _digests.get(id(calendar))
    if known is None or known[0] is not calendar:
        known = _digests[id(calendar)] = (calendar, digest_of(calendar))
    return known[1]


def _out(value: Any) -> Any:
    kind = type(value)
    if kind not in _writers:
        _writers[kind] = _writer(kind)
    return _writers[kind](value)


_writers: dict[type, Callable[[Any], Any]] = {}


def _writer(kind: type) -> Callable[[Any], Any]:
    """How values of a type become JSON; worked out once for each."""
    if is_dataclass(kind):
        names = tuple(field.name for field in fields(kind) if _hints(kind)[field.name] is not Calendar)
        return lambda value: {name: _out(getattr(value, name)) for name in names}
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, Decimal | tzinfo):
        return str
    if issubclass(kind, datetime | date | time):
        return lambda value: value.isoformat()
    if issubclass(kind, frozenset):
        return lambda value: sorted(map(_out, value), key=str)
    if issubclass(kind, tuple | list):
        return lambda value: [_out(item) for item in value]
    return lambda value: value


@lru_cache(maxsize=64)
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _into(kind: Any, value: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return None if value is None else _into(next(a for a in get_args(kind) if a is not type(None)), value)
    if origin is frozenset:
        return frozenset(_into(get_args(kind)[0], item) for item in value)
    if origin is tuple:
        inner = get_args(kind)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_into(inner[0], item) for item in value)
        return tuple(_into(each, item) for each, item in zip(inner, value, strict=True))
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{field.name: _into(hints[field.name], value[field.name]) for field in fields(kind)})
    return _scalar(kind, value)


def _scalar(kind: Any, value: Any) -> Any:
    if kind is Decimal:
        return Decimal(value)
    if kind is tzinfo:
        return ZoneInfo(value)
    if kind in (datetime, date, time):
        return kind.fromisoformat(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return value


def as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """A reason's values as JSON: amounts and days as text, counts as numbers."""
    return {name: _out(value) for name, value in values.items()}
