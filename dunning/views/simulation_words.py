"""How is a simulation's result said and drawn? Sentences first, then rows, figures and bars."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext

from customers import formats
from dunning.wording import stage

WIDTH, HEIGHT, LEFT, TOP, FLOOR = 420, 200, 40, 12, 172
BAR, BETWEEN = 13, 3


def sentences(result: dict[str, Any]) -> list[str]:
    """What it comes to: who is suspended earlier, what else moves forward, who later."""
    said = []
    suspended, found = result["suspended"], result["found"]
    steps = _steps(found.get("steps", 0))
    if not found["earlier"] and not found["later"]:
        return [gettext("No subscription would be reached earlier or later."), *steps]
    if suspended["earlier"]:
        n = suspended["earlier"]
        said.append(
            ngettext(
                "%(n)s subscription would be suspended earlier.", "%(n)s subscriptions would be suspended earlier.", n
            )
            % {"n": formats.grouped(n)}
        )
    else:
        said.append(gettext("No subscription would be suspended earlier."))
    said += _others(found["earlier"] - suspended["earlier"])
    later = suspended["later"]
    if later:
        said.append(
            ngettext(
                "%(n)s subscription would be suspended later or not at all.",
                "%(n)s subscriptions would be suspended later or not at all.",
                later,
            )
            % {"n": formats.grouped(later)}
        )
    return said + steps


def _steps(n: int) -> list[str]:
    if not n:
        return []
    text = ngettext(
        "For %(n)s subscription only the next step changes.", "For %(n)s subscriptions only the next step changes.", n
    )
    return [text % {"n": formats.grouped(n)}]


def _others(n: int) -> list[str]:
    if not n:
        return [gettext("Nothing else moves forward.")]
    text = ngettext("For %(n)s another step comes earlier.", "For %(n)s others another step comes earlier.", n)
    return [text % {"n": formats.grouped(n)}]


def figures(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures of the weeks looked at, each beside what it is today."""
    before, currency = result["before"], result["currency"]
    rows: list[dict[str, Any]] = [
        {"label": label, "value": formats.grouped(result[name]), "note": _was(formats.grouped(before[name]))}
        for name, label in (
            ("notices", gettext("Notices")),
            ("suspensions", gettext("Subscriptions suspended")),
            ("seats", gettext("Users without sign-in")),
        )
    ]
    revenue = Decimal(before["revenue"])
    rows.append(
        {
            "label": gettext("Monthly revenue touched"),
            "value": Decimal(result["revenue"]),
            "currency": currency,
            "note": _was(formats.amount(revenue, currency)),
        }
    )
    return rows


def _was(value: str) -> str:
    return gettext("was %(before)s") % {"before": value}


def row_words(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its steps in words, its days as dates, and how far it moves."""
    sides = {name: {"what": side_text(row[name]), "on": _on(row[name])} for name in ("old", "new")}
    days = row["days"]
    moved = ngettext("%(n)s day", "%(n)s days", abs(days)) % {"n": abs(days)} if days is not None else ""
    way = "" if not days else gettext("earlier") if days > 0 else gettext("later")
    return {**row, **sides, "moved": moved, "way": way}


def weeks(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The weeks for the table."""
    return [{**row, "on": date.fromisoformat(row["week"])} for row in result["by_week"]]


def side_text(side: dict[str, Any] | None) -> str:
    """The step's name, or that there is none."""
    return stage(side["stage"]) if side else gettext("no step with a day")


def _on(side: dict[str, Any] | None) -> date | None:
    return date.fromisoformat(side["on"]) if side else None


@dataclass(frozen=True)
class Bar:
    """One bar of a drawing."""

    x: float
    y: float
    height: float
    kind: str
    title: str


@dataclass(frozen=True)
class Bars:
    """Two bars for each week, today's policies beside the candidate, on one scale."""

    bars: list[Bar]
    weeks: list[tuple[float, date]]
    grid: list[tuple[float, str]]
    unit: str = ""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH
    floor: int = FLOOR
    bar: int = BAR


def pictures(result: dict[str, Any]) -> dict[str, Bars]:
    """Suspensions and expected cash by week."""
    rows = result["by_week"]
    days = [date.fromisoformat(row["week"]) for row in rows]
    suspensions = [(Decimal(row["old"]["suspensions"]), Decimal(row["new"]["suspensions"])) for row in rows]
    cash = [(Decimal(row["cash_old"]), Decimal(row["cash_new"])) for row in rows]
    return {
        "suspensions": bars(days, suspensions, lambda value: formats.grouped(int(value)), ""),
        "cash": bars(days, cash, lambda value: formats.amount(value, result["currency"]), result["currency"]),
    }


def bars(
    days: Sequence[date], values: Sequence[tuple[Decimal, Decimal]], said: Callable[[Decimal], str], unit: str
) -> Bars:
    """Pairs of bars from the floor up; the top of the grid is a round figure, large amounts in thousands or
    millions of the unit."""
    top = _round_up(max((max(pair) for pair in values), default=Decimal(0)))
    step = (WIDTH - LEFT) / max(len(days), 1)

    def up(value: Decimal) -> float:
        return round(FLOOR - (FLOOR - TOP) * float(value / top), 1)

    drawn = []
    for place, pair in enumerate(values):
        middle = LEFT + step * (place + 0.5)
        for kind, value, x in (("old", pair[0], middle - BAR - BETWEEN / 2), ("new", pair[1], middle + BETWEEN / 2)):
            drawn.append(Bar(round(x, 1), up(value), round(FLOOR - up(value), 1), kind, said(value)))
    middles = [(round(LEFT + step * (place + 0.5), 1), on) for place, on in enumerate(days)]
    scale, named = _scale(top, unit)
    grid = [(up(value), formats.grouped(int(value / scale))) for value in (Decimal(0), top / 2, top)]
    return Bars(drawn, middles, grid, named)


def _scale(top: Decimal, unit: str) -> tuple[int, str]:
    if not unit or top < 20_000:
        return 1, unit
    if top < 20_000_000:
        return 1_000, gettext("thousands of %(unit)s") % {"unit": unit}
    return 1_000_000, gettext("millions of %(unit)s") % {"unit": unit}


def _round_up(value: Decimal) -> Decimal:
    """The next of 2, 4, 10, 20, 40, 100… that is not below."""
    power = Decimal(1)
    while True:
        for lead in (2, 4, 10):
            if power * lead >= value:
                return power * lead
        power *= 10
