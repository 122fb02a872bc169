"""What do the larger components show? Views hand in plain dicts or dataclasses; this gets them ready."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import Any, Final

from django.utils.translation import ngettext

from customers import formats

STOP_SHAPES: Final = {
    "done": "stop-full",
    "now": "stop-ring",
    "ahead": "stop-hollow",
    "risk": "stop-square",
    "happened": "stop-block",
    "restored": "stop-full",
    "frozen": "stop-dashed",
    "held": "stop-dashed",
}
MOST_STOPS: Final = 7


def part(item: Any, name: str, default: Any = None) -> Any:
    """One entry of a dict, or one attribute of anything else."""
    if isinstance(item, Mapping):
        return item.get(name, default)
    return getattr(item, name, default)


@dataclass(frozen=True)
class Page:
    """What a component must know of its page: the portal's time and the zone dates are shown in."""

    now: datetime
    zone: tzinfo

    @property
    def today(self) -> date:
        return formats.day_of(self.now, self.zone)


@dataclass(frozen=True)
class Stop:
    """One stop of a stage rail, ready to print."""

    name: str
    kind: str
    when: str = ""
    iso: str = ""
    exact: str = ""
    prefix: str = ""
    near: str = ""
    note: str = ""
    proof: str = ""
    url: str = ""
    links_on: bool = False

    @property
    def shape(self) -> str:
        return STOP_SHAPES.get(self.kind, "stop-hollow")


def stop(item: Any, page: Page, near: bool) -> Stop:
    """One stop as given by a view; `when` overrides the date's own text."""
    value = part(item, "at") or part(item, "on")
    found = Stop(
        name=str(part(item, "name", "")),
        kind=str(part(item, "kind", "ahead")),
        when=str(part(item, "when") or ""),
        prefix=str(part(item, "prefix") or ""),
        note=str(part(item, "note") or ""),
        proof=str(part(item, "proof") or ""),
        url=str(part(item, "url") or ""),
    )
    if not value:
        return found
    return replace(
        found,
        when=found.when or stop_date(value, page),
        iso=value.isoformat(),
        exact=formats.exact(value, page.zone),
        near=formats.distance(formats.day_of(value, page.zone), page.today)
        if near and not found.note and not found.proof
        else "",
    )


def stop_date(value: date | datetime, page: Page) -> str:
    """A stop's date; a past day without a time needs no weekday."""
    if isinstance(value, datetime) or value >= page.today:
        return formats.moment(value, page.today, page.zone)
    return formats.day(value, page.today, weekday=False)


def stops(items: Iterable[Any], page: Page, near: bool) -> list[Stop]:
    """At most seven stops, the oldest folded into one, each knowing whether the line behind it is dark."""
    ready = [stop(item, page, near) for item in items]
    spare = len(ready) - MOST_STOPS
    if spare > 0:
        folded = ready[: spare + 1]
        name = ngettext("%(n)s earlier step", "%(n)s earlier steps", len(folded)) % {"n": len(folded)}
        ready = [Stop(name=name, kind="done", when=folded[-1].when), *ready[spare + 1 :]]
    return [replace(each, links_on=each.kind == "done") for each in ready]


@dataclass(frozen=True)
class Entry:
    """One line of a timeline, ready to print."""

    icon: str
    text: Any
    when: str
    iso: str
    exact: str
    detail: Any = ""
    who: str = ""
    proof: str = ""
    url: str = ""
    tone: str = ""
    shared: bool | None = None


def entry(item: Any, page: Page) -> Entry:
    """One timeline entry as given by a view; today's entries say so."""
    value = part(item, "at")
    shared = part(item, "shared")
    return Entry(
        icon=str(part(item, "icon") or "note"),
        text=part(item, "text", ""),
        when=clock_or_day(value, page) if value else "",
        iso=value.isoformat() if value else "",
        exact=formats.exact(value, page.zone) if value else "",
        detail=part(item, "detail") or "",
        who=str(part(item, "who") or ""),
        proof=str(part(item, "proof") or ""),
        url=str(part(item, "url") or ""),
        tone=str(part(item, "tone") or ""),
        shared=None if shared is None else bool(shared),
    )


def clock_or_day(value: date | datetime, page: Page) -> str:
    """Today 06:00 for today, otherwise the whole date."""
    here = formats.local(value, page.zone)
    if formats.day_of(value, page.zone) != page.today:
        return formats.moment(value, page.today, page.zone)
    word = formats.distance(page.today, page.today)
    return f"{word} {here:%H:%M}" if isinstance(here, datetime) else word


@dataclass(frozen=True)
class Segment:
    """One step of the aging bar; x and width are per cent of its length, as drawn."""

    label: str
    amount: Any
    share: float
    x: float
    url: str
    age: int


@dataclass(frozen=True)
class AgingBar:
    """The whole bar: its segments and the gaps between them."""

    segments: list[Segment] = field(default_factory=list)

    @property
    def gaps(self) -> list[float]:
        return [each.x for each in self.segments[1:] if 0 < each.x < 100]


def aging_bar(buckets: Iterable[Any]) -> AgingBar:
    """Segments from buckets of label and amount; shares are worked out of their sum."""
    items = list(buckets)
    total = sum(max(part(item, "amount", 0), 0) for item in items)
    made: list[Segment] = []
    reached = 0.0
    for age, item in enumerate(items):
        share = float(max(part(item, "amount", 0), 0) / total * 100) if total else 0.0
        made.append(
            Segment(
                label=str(part(item, "label", "")),
                amount=part(item, "amount", 0),
                share=share,
                x=round(reached, 3),
                url=str(part(item, "url") or ""),
                age=int(part(item, "age", age)),
            )
        )
        reached += share
    return AgingBar(made)
