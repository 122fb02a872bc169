"""How is a written mapping read field by field, with every fault named by its path?"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from dunning.policy.faults import Fault

T = TypeVar("T")
D = TypeVar("D")
Kind = TypeVar("Kind", bound=StrEnum)
LARGEST = Decimal(10) ** 15
MOST_DECIMALS = 15
# As people write a number: no exponent, no underscores, no other script's digits.
PLAIN = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
# Control characters, and halves of characters: no database keeps them, no letter carries them.
UNWRITTEN = ("Cc", "Cs")


class MappingError(ValueError):
    """A mapping that cannot be read; `faults` say what is wrong and where."""

    def __init__(self, *found: Fault) -> None:
        super().__init__("; ".join(str(fault) for fault in found))
        self.faults = found


class Fields:
    """One mapping, read name by name; faults are collected, not raised."""

    def __init__(self, data: object, path: str, found: list[Fault]) -> None:
        self.path, self.found = path, found
        self.data: Mapping[object, object] = {}
        if isinstance(data, Mapping):
            self.data = data
        else:
            found.append(Fault(path or "file", "is not a mapping"))
        self.left = set(self.data)

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def fault(self, name: str, text: str) -> None:
        """Note a fault of a field."""
        self.found.append(Fault(self.at(name), text))

    def get(self, name: str, read: Callable[[object], T], default: D) -> T | D:
        """The field as `read` understands it; the default where it is not written."""
        if name not in self.data:
            return default
        self.left.discard(name)
        try:
            return read(self.data[name])
        except MappingError as error:
            self.found.extend(error.faults)
        except ValueError as error:
            self.fault(name, str(error))
        return default

    def need(self, name: str, read: Callable[[object], T], standin: T) -> T:
        """The field, which must be written; the stand-in only serves to read on."""
        if name not in self.data:
            self.fault(name, "is missing")
        return self.get(name, read, standin)

    def raw(self, name: str, default: object = None) -> object:
        """The field as it is written."""
        self.left.discard(name)
        return self.data.get(name, default)

    def done(self) -> None:
        """Note every field nobody asked for."""
        for name in sorted(str(each) for each in self.left):
            self.fault(name, "is not known here")


def whole(value: object) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("is not a whole number")
    if abs(value) > 100_000:
        raise ValueError("is out of reach")
    return value


def money(value: object) -> Decimal:
    """An amount of money, or a share."""
    if isinstance(value, bool) or not isinstance(value, int | str | float | Decimal):
        raise ValueError("is not an amount")
    if isinstance(value, str) and not PLAIN.fullmatch(value.strip()):
        raise ValueError("is not an amount")
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError("is not an amount") from None
    places = amount.as_tuple().exponent
    # Infinity and the like have none. Compared, not computed with: 1e999999999 can't be computed with.
    if not isinstance(places, int) or places < -MOST_DECIMALS or not -LARGEST < amount < LARGEST:
        raise ValueError("is not an amount")
    return amount


def text(value: object) -> str:
    """A text; numbers count as written."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("is not a text")
    try:
        written = str(value)
    except ValueError:
        # A number too long to be written out.
        raise ValueError("is not a text") from None
    if any(unicodedata.category(sign) in UNWRITTEN for sign in written):
        raise ValueError("is not a text")
    return written


def optional_text(value: object) -> str | None:
    """A text or nothing."""
    return None if value is None else text(value)


def texts(value: object) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list | tuple):
        raise ValueError("is not a list")
    return tuple(text(each) for each in value)


def amounts(value: object) -> dict[str, Decimal]:
    """Amounts by currency."""
    if not isinstance(value, Mapping):
        raise ValueError("does not name amounts by currency")
    return {text(currency): money(amount) for currency, amount in value.items()}


def one_of(kind: type[Kind]) -> Callable[[object], Kind]:
    """A reader of one of the words of an enumeration."""

    def read(value: object) -> Kind:
        try:
            return kind(text(value).replace("-", "_"))
        except ValueError:
            raise ValueError(f"is none of {', '.join(kind)}") from None

    return read
