"""What is the answer: what happens next, why, and the dated future?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from dunning.policy.codes import Action, Code, Deed

Value = str | int | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True)
class Because:
    """A reason code and the values its sentence names."""

    code: Code
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Printed:
    """What a notice tells and binds us to; no days where the future holds no suspension."""

    amount: Decimal
    suspend_on: date | None
    not_before: datetime | None
    pay_by: datetime | None
    scope: frozenset[str]


@dataclass(frozen=True, slots=True)
class Take:
    """Do the stage now; `role` is the contact a letter or call goes to."""

    kind: ClassVar[str] = "take"
    stage: str
    because: Because
    action: Action
    role: str | None = None
    deed: Deed = Deed.DO
    prints: Printed | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing before `until`; none means time alone will not change it."""

    kind: ClassVar[str] = "wait"
    until: datetime | None
    because: Because
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Clear:
    """The debt is gone: lift our suspensions."""

    kind: ClassVar[str] = "clear"
    because: Because


Next = Take | Wait | Clear


@dataclass(frozen=True, slots=True)
class Entry:
    """One dated step of the future; `on` is the day of `at` in the customer's zone."""

    on: date
    at: datetime
    stage: str
    action: Action
    because: Because


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens next to one invoice, the money behind it, and what follows."""

    next: Next
    undisputed: Decimal
    ripe: Decimal
    covers: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    release: tuple[str, ...] = ()
    schedule: tuple[Entry, ...] = ()
    ends: Code | None = None
