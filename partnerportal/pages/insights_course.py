"""How do the last weeks look as drawings? Overdue by age each Monday, and each reinstatement as a dot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext

from billing.course import AGES, Overdue, mondays, overdue_course
from customers import formats
from customers.entering import Here

WIDTH, FLOOR, TOP, LEFT = 560, 190, 14, 60
# The dots of one minute stand on one another, at most so many.
HIGH: Final = 9
LINE, DOT = 96, 8


@dataclass(frozen=True)
class Bar:
    """One part of a column."""

    x: float
    y: float
    width: float
    height: float
    age: int
    title: str


def course(request: Here, code: str, today: date) -> dict[str, Any]:
    """What the page shows of the last weeks in one currency; one query."""
    found = overdue_course(request.partner, code, mondays(today))
    return {
        "overdue": found,
        "overdue_labels": labels(),
        "overdue_bars": bars(found, code, today),
        "overdue_moved": moved(found, code, today),
    }


def labels() -> list[str]:
    """What each age is called: 1–7 days, 8–14, …, Over 60."""
    spans = [f"{first}–{after - 1}" for first, after in zip(AGES, AGES[1:], strict=False)]
    first = gettext("%(span)s days") % {"span": spans[0]}
    return [first, *spans[1:], gettext("Over %(days)s") % {"days": AGES[-1] - 1}]


def moved(found: Sequence[Overdue], code: str, today: date) -> str:
    """By how much it went up or down since the first of these days."""
    change = found[-1].total - found[0].total
    said = {"amount": formats.amount(abs(change), code), "day": formats.day(found[0].day, today)}
    if not change:
        return gettext("As much as %(day)s.") % said
    return (gettext("Up %(amount)s since %(day)s.") if change > 0 else gettext("Down %(amount)s since %(day)s.")) % said


def bars(found: Sequence[Overdue], code: str, today: date) -> dict[str, Any]:
    """The columns, their days below some of them, and the greatest sum at the top."""
    top = max((one.total for one in found), default=Decimal(0))
    step = (WIDTH - LEFT) / max(len(found), 1)
    drawn: list[Bar] = []
    for place, one in enumerate(found):
        below = Decimal(0)
        for age, (amount, label) in enumerate(zip(one.amounts, labels(), strict=True), 1):
            if top and amount > 0:
                y, height = _up(below + amount, top), float(amount / top) * (FLOOR - TOP)
                said = f"{formats.day(one.day, today)}, {label}: {formats.amount(amount, code)}"
                x = round(LEFT + place * step + 3, 1)
                drawn.append(Bar(x, y, round(step - 6, 1), round(max(height - 1, 0.5), 1), age, said))
            below += amount
    days = [
        {"x": round(LEFT + (place + 0.5) * step, 1), "day": one.day}
        for place, one in enumerate(found)
        if place % 4 == 0
    ]
    grid = [{"y": _up(part, top), "amount": formats.grouped(formats.rounded(part, 0))} for part in (top, top / 2)]
    return {"bars": drawn, "days": days, "grid": grid if top else [], "width": WIDTH, "floor": FLOOR, "left": LEFT}


def _up(amount: Decimal, top: Decimal) -> float:
    return round(FLOOR - float(amount / top) * (FLOOR - TOP), 1) if top else float(FLOOR)


def dots(minutes: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """Each reinstatement on a line of minutes; those of like minutes stand on one another."""
    longest = max((minute for minute, _count in minutes), default=0)
    end = max(60, -(-longest // 60) * 60)
    columns: dict[int, int] = {}
    for minute, count in minutes:
        place = round(minute / end * (WIDTH - 40) / DOT)
        columns[place] = columns.get(place, 0) + count
    drawn = [
        {"x": 20 + place * DOT, "y": LINE - 6 - level * DOT}
        for place, count in columns.items()
        for level in range(min(count, HIGH))
    ]
    marks = [{"x": round(20 + (WIDTH - 40) * part / 4, 1), "minutes": end * part // 4} for part in range(5)]
    rows = [{"minutes": minute, "count": count} for minute, count in minutes]
    return {"dots": drawn, "marks": marks, "rows": rows, "width": WIDTH, "floor": LINE}
