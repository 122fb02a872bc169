"""Where does the cash gap stand on its drawing? Two stepped lines, bills as uprights, the shortage hatched."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from .cash_gap import Gap, Outgo, Step

WIDTH: Final = 1040
HEIGHT: Final = 260
LEFT: Final = 76
RIGHT: Final = 12
TOP: Final = 14
BOTTOM: Final = 34
STEPS: Final = (1, 2, 5, 10)
# A name needs so much room before the right edge.
ROOM: Final = 220


@dataclass(frozen=True)
class Mark:
    """A line of the grid, with the amount or day it stands for."""

    at: float
    label: Decimal | date


@dataclass(frozen=True)
class Upright:
    """A bill on its due day."""

    x: float
    bill: Outgo
    before: bool
    y: float


@dataclass(frozen=True)
class Drawing:
    """Everything the template draws; coordinates are in the drawing's own units."""

    hopeful: str = ""
    careful: str = ""
    short: list[str] = field(default_factory=list)
    zero: float = 0
    up: list[Mark] = field(default_factory=list)
    across: list[Mark] = field(default_factory=list)
    bills: list[Upright] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    floor: int = HEIGHT - BOTTOM


@dataclass(frozen=True)
class Scale:
    """From days and amounts to places on the drawing."""

    today: date
    until: date
    unit: float
    low: int
    high: int

    @classmethod
    def of(cls, found: Gap, today: date, until: date) -> "Scale":
        """One on which both courses and nothing have room."""
        balances = [0.0, *(float(step.balance) for step in (*found.hopeful, *found.careful))]
        unit = _unit(max(balances) - min(balances))
        low, high = math.floor(min(balances) / unit), math.ceil(max(balances) / unit)
        return cls(today, until, unit, low, max(high, low + 1))

    def across(self, on: date) -> float:
        """Where a day stands."""
        share = (min(max(on, self.today), self.until) - self.today).days / max((self.until - self.today).days, 1)
        return round(LEFT + (WIDTH - LEFT - RIGHT) * share, 1)

    def up(self, value: float) -> float:
        """Where an amount stands."""
        share = (value / self.unit - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share, 1)


def draw(found: Gap, bills: Sequence[Outgo], *, today: date, until: date) -> Drawing:
    """The drawing of both courses."""
    scale = Scale.of(found, today, until)
    lines = range(scale.low, scale.high + 1)
    shown = [bill for bill in bills if bill.on <= until]
    return Drawing(
        hopeful=_line(found.hopeful, scale),
        careful=_line(found.careful, scale),
        short=[_below(course, scale) for course in (found.careful, found.hopeful) if _is_short(course)],
        zero=scale.up(0),
        up=[Mark(scale.up(step * scale.unit), step * Decimal(str(scale.unit))) for step in lines],
        across=[Mark(scale.across(on), on) for on in _weeks(today, until)],
        bills=[_upright(bill, scale, place) for place, bill in enumerate(shown)],
    )


def _upright(bill: Outgo, scale: Scale, place: int) -> Upright:
    """Names of neighbours stand at different heights."""
    x = scale.across(bill.on)
    return Upright(x, bill, x > WIDTH - RIGHT - ROOM, HEIGHT - BOTTOM - 12 - 16 * (place % 3))


def _line(course: Sequence[Step], scale: Scale) -> str:
    points: list[str] = []
    last: float | None = None
    for step in course:
        x, y = scale.across(step.on), scale.up(float(step.balance))
        points += ([f"{x},{last}"] if last is not None else []) + [f"{x},{y}"]
        last = y
    return " ".join(points)


def _unit(height: float) -> float:
    """How much one line of the grid stands for: 1, 2 or 5 times a power of ten, about five lines in all."""
    rough = max(height, 1.0) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in STEPS if step * power >= rough)


def _weeks(today: date, until: date) -> list[date]:
    days = (until - today).days
    return [today + timedelta(days=n) for n in range(0, days + 1, 7 if days <= 63 else 14)]


def _is_short(course: Sequence[Step]) -> bool:
    return any(step.balance < 0 for step in course)


def _below(course: Sequence[Step], scale: Scale) -> str:
    """The outline of what lies under zero."""
    points = [f"{scale.across(course[0].on)},{scale.up(0)}"]
    last = 0.0
    for step in course:
        low, x = min(float(step.balance), 0.0), scale.across(step.on)
        points += [f"{x},{scale.up(last)}", f"{x},{scale.up(low)}"]
        last = low
    return " ".join([*points, f"{scale.across(course[-1].on)},{scale.up(0)}"])
