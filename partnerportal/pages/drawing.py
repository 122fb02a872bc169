"""Where on a drawing does a figure stand? Shapes for charts, drawn by the server as SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

WIDTH, HEIGHT = 340, 460
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 14, 36
NAMED: Final = 5
STEPS: Final = (1, 2, 5)
# Names stand at least so far apart.
ROOM: Final = 13


@dataclass(frozen=True)
class Mark:
    """A line of the grid with its label."""

    at: float
    label: Any


@dataclass(frozen=True)
class Dot:
    """One figure of a drawing; `label` only where it is named beside its dot, `before` when it stands left of it."""

    x: float
    y: float
    title: str
    url: str = ""
    label: str = ""
    age: int = 0
    before: bool = False


@dataclass(frozen=True)
class Scatter:
    """Dots between two axes, both with their grid."""

    dots: list[Dot]
    across: list[Mark]
    up: list[Mark]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    floor: int = HEIGHT - BOTTOM


def scatter(points: Sequence[tuple[int, Decimal, str, str, str, int]], edges: Sequence[int]) -> Scatter:
    """Age in days across, balance on a logarithmic scale upwards. Points are (days over, balance, title, url, name,
    bucket), the largest balance first; the largest few carry their names."""
    most_days = max([days for days, *_rest in points] + [edges[-1]]) * 1.08
    amounts = [float(amount) for _days, amount, *_rest in points] or [1.0]
    low = math.floor(math.log10(max(min(amounts), 1)))
    high = max(math.log10(max(amounts)) * 1.02, low + 1)

    def across(days: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * days / most_days, 1)

    def up(amount: float) -> float:
        share = (math.log10(max(amount, 1)) - low) / (high - low)
        return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * min(max(share, 0), 1), 1)

    dots: list[Dot] = []
    named: dict[str, float] = {}
    for days, amount, title, url, name, age in points:
        x, y = across(days), up(float(amount))
        free = name not in named and len(named) < NAMED and all(abs(y - other) > ROOM for other in named.values())
        if free:
            named[name] = y
        dots.append(Dot(x, y, title, url, name if free else "", age, x > WIDTH * 0.6))
    rows = [
        Mark(up(step * 10**power), Decimal(step) * 10**power)
        for power in range(low, math.ceil(high) + 1)
        for step in STEPS[::2] if high - low < 3 or step == 1
        if low <= math.log10(step * 10**power) <= high
    ]  # fmt: skip
    return Scatter(dots, [Mark(across(day), day) for day in (0, *edges)], rows)


@dataclass(frozen=True)
class Curve:
    """A line through points on an even grid."""

    points: str = ""
    last: Dot | None = None
    across: list[Mark] = field(default_factory=list)
    up: list[Mark] = field(default_factory=list)
    width: int = 560
    height: int = 240


def curve(values: Sequence[tuple[str, Decimal | None]]) -> Curve:
    """A line of (label, value) from left to right; a month without a value has no point."""
    known = [float(value) for _label, value in values if value is not None]
    if not known:
        return Curve()
    top = max(math.ceil(max(known) / 15) * 15, 15)
    width, left, floor = 560, 34, 206

    def across(place: int) -> float:
        return round(left + (width - left - 60) * place / max(len(values) - 1, 1), 1)

    def up(value: float) -> float:
        return round(floor - (floor - 16) * value / top, 1)

    spots = [(across(place), up(float(value))) for place, (_l, value) in enumerate(values) if value is not None]
    step = max(len(values) // 4, 1)
    labels = [Mark(across(place), label) for place, (label, _v) in enumerate(values) if place % step == 0]
    last = Dot(*spots[-1], title=f"{known[-1]:.0f}")
    grid = [Mark(up(value), value) for value in (0, top // 2 if top % 2 == 0 else top / 2, top)]
    return Curve(" ".join(f"{x},{y}" for x, y in spots), last, labels, grid)
