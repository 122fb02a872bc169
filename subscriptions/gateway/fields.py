"""What does one field of an answer hold? The provider's spellings of ids, dates, amounts and words, typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

MOST_SEATS = 10_000_000
LARGEST = Decimal(10) ** 15
MOST_DECIMALS = 20
PLAUSIBLE_YEARS = range(2010, 2101)

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)

W = TypeVar("W", bound=StrEnum)


class UnreadableError(ValueError):
    """The text is not what the provider documents: not JSON, a field missing, a field of another type."""


class OtherSubjectError(UnreadableError):
    """The answer is well formed and about another customer, subscription or invoice than the one asked for."""


def canonical(identifier: str) -> str:
    """One spelling per id: GUIDs are lower case, everything else is as it came, without outer blanks."""
    identifier = identifier.strip()
    return identifier.lower() if _GUID.fullmatch(identifier) else identifier


def same_id(one: str, other: str) -> bool:
    """Whether two spellings name the same thing; the provider's upper and lower case mean nothing."""
    return one.strip().casefold() == other.strip().casefold()


def moment_of(value: Any) -> datetime | None:
    """An aware time (UTC unless said otherwise), or None for no date: absent, unreadable, year 1 or 9999."""
    text = "".join(value.split()) if isinstance(value, str) else ""
    if len(text) > 10 and text[10].isdigit():
        text = f"{text[:10]}T{text[10:]}"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not 1 < moment.year < 9999:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def day_of(raw: Mapping[str, Any], name: str) -> date | None:
    """A UTC day, or None for no date; UnreadableError for a year no bill can have."""
    moment = moment_of(raw.get(name))
    if moment is None:
        return None
    if moment.year not in PLAUSIBLE_YEARS:
        raise UnreadableError(f"{name} is not a plausible date")
    return moment.astimezone(UTC).date()


def text(raw: Mapping[str, Any], *names: str) -> str:
    """The first of these fields that holds a text or a whole number, without outer blanks; "" if none does."""
    for name in names:
        value = raw.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def words(raw: Mapping[str, Any], name: str) -> str:
    """A text, without outer blanks; "" if it is missing or something else."""
    value = raw.get(name)
    return value.strip() if isinstance(value, str) else ""


def required(raw: Mapping[str, Any], name: str) -> str:
    """A text that must be there."""
    value = words(raw, name)
    if not value:
        raise UnreadableError(f"{name} is missing")
    return value


def texts(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list as texts; empty if it is none."""
    value = raw.get(name)
    return tuple(map(str, value)) if isinstance(value, list) else ()


def objects(raw: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list; empty if there is no list."""
    value = raw.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def inner(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object in a field; empty if it is none."""
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def seats(raw: Mapping[str, Any], name: str) -> int:
    """A number of seats that must be there."""
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise UnreadableError(f"{name} is not a number")
    if not 0 <= value <= MOST_SEATS or value != int(value):
        raise UnreadableError(f"{name} is not a number of seats")
    return int(value)


def number(raw: Mapping[str, Any], name: str) -> Decimal | None:
    """An exact number, written as a number or as a text of digits; None if the field is absent or null."""
    value = raw.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise UnreadableError(f"{name} is not a number")
    exact = Decimal(value)
    exponent = exact.as_tuple().exponent
    if not exact.is_finite() or abs(exact) >= LARGEST or (isinstance(exponent, int) and exponent < -MOST_DECIMALS):
        raise UnreadableError(f"{name} is not an amount one can have")
    return exact if exact else Decimal(0)


def money(raw: Mapping[str, Any], name: str) -> Decimal:
    """An exact amount that must be there."""
    value = number(raw, name)
    if value is None:
        raise UnreadableError(f"{name} is missing")
    return value


def word_of(known: type[W], value: Any, by_number: tuple[str, ...] = ()) -> W:
    """The member a word or number stands for, case and underscores aside; what is not known stays `unknown`."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = by_number[value] if 0 <= value < len(by_number) else ""
    folded = _folded(value) if isinstance(value, str) else ""
    return next((member for member in known if _folded(member) == folded), known("unknown"))


def _folded(word: str) -> str:
    return "".join(word.split()).replace("_", "").casefold()
