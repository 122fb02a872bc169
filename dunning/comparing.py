"""Whom would another policy reach earlier or later? Subscription by subscription."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from .facts import Loaded
from .policy.outlook import Coming, Outlook


@dataclass(frozen=True)
class Seen:
    """One open invoice under the policy that governs it and under the candidate."""

    loaded: Loaded
    old: Outlook
    new: Outlook


@dataclass(frozen=True)
class Found:
    """A step that reaches a subscription, and the invoice that brings it."""

    step: Coming
    loaded: Loaded

    @property
    def step_on(self) -> tuple[str, date]:
        """Which step, and on which day."""
        return self.step.stage, self.step.on

    @property
    def order(self) -> tuple[datetime, int]:
        """Which of several comes first."""
        return self.step.at, self.loaded.invoice.pk


@dataclass
class Side:
    """The first suspension and the first step of any kind that one policy has for a subscription."""

    suspension: Found | None = None
    next: Found | None = None

    @property
    def shown(self) -> Found | None:
        """What is told of it: its suspension, or where none comes its next step."""
        return self.suspension or self.next


@dataclass
class Pair:
    """What comes to one subscription under either policy. Charges for no subscription are told by invoice."""

    subscription: int | None
    loaded: Loaded
    old: Side = field(default_factory=Side)
    new: Side = field(default_factory=Side)

    @property
    def days(self) -> int | None:
        """By how many days what is told of it comes earlier (above 0) or later (below 0) under the candidate; none
        where one of the two never comes, see `moves`."""
        old, new = self._compared() if self.moves else self.told
        return (old.step.on - new.step.on).days if old and new else None

    @property
    def moves(self) -> str:
        """`earlier`, `later`, or nothing. The suspensions are compared, and where neither policy comes to one, the
        next steps. What comes under one policy only is earlier, or later, than never."""
        old, new = self._compared()
        if old and new:
            return "earlier" if new.step.on < old.step.on else "later" if new.step.on > old.step.on else ""
        return "earlier" if new else "later" if old else ""

    @property
    def kind(self) -> str:
        """Where it is told of: `earlier`, `later`, `steps` where its suspension stays and another step or day comes
        next, or nowhere."""
        if self.moves:
            return self.moves
        old, new = self.old.next, self.new.next
        return "steps" if (old and old.step_on) != (new and new.step_on) else ""

    @property
    def told(self) -> tuple[Found | None, Found | None]:
        """What is told of it, under either policy."""
        return (self.old.shown, self.new.shown) if self.moves else (self.old.next, self.new.next)

    def _compared(self) -> tuple[Found | None, Found | None]:
        if self.old.suspension or self.new.suspension:
            return self.old.suspension, self.new.suspension
        return self.old.next, self.new.next


def pairs(cases: Iterable[Seen]) -> list[Pair]:
    """The subscriptions of these cases, each with the earliest of its invoices' steps under either policy."""
    found: dict[tuple[str, int], Pair] = {}
    for case in cases:
        loaded = case.loaded
        reached = {*case.old.covers, *case.old.follows, *case.new.covers, *case.new.follows}
        named = {line.subscription for line in loaded.facts.invoice.lines if line.subscription} | reached
        keys = [("subscription", int(name)) for name in sorted(named, key=int)] or [("invoice", loaded.invoice.pk)]
        for kind, pk in keys:
            pair = found.setdefault((kind, pk), Pair(pk if kind == "subscription" else None, loaded))
            _take_in(pair.old, case.old, loaded, str(pk))
            _take_in(pair.new, case.new, loaded, str(pk))
    return list(found.values())


def _take_in(side: Side, outlook: Outlook, loaded: Loaded, name: str) -> None:
    if outlook.suspension and (name in outlook.covers or name in outlook.follows):
        side.suspension = _first(side.suspension, Found(outlook.suspension, loaded))
    if outlook.next:
        side.next = _first(side.next, Found(outlook.next, loaded))


def _first(one: Found | None, other: Found) -> Found:
    return other if one is None or other.order < one.order else one


def step_as_json(found: Found | None) -> dict[str, Any] | None:
    """A step of a row: when, which stage, what it does."""
    if found is None:
        return None
    return {"on": found.step.on.isoformat(), "stage": found.step.stage, "action": str(found.step.action)}
