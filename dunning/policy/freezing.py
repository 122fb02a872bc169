"""Which part of the debt may not be pressed for, since when, and until which day?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from dunning.policy.codes import Action, Code, HoldKind, HoldScope, Outcome, Unit
from dunning.policy.days import ONE_DAY, day, midnight, shift
from dunning.policy.facts import Dispute, Facts, Hold, Line, Promise
from dunning.policy.knowing import known
from dunning.policy.laddering import Horizon, Standing, horizon, stand
from dunning.policy.terms import ZERO, Policy

ORDER = (Code.EXEMPT, Code.ON_HOLD, Code.DISPUTED, Code.UNTOLD, Code.PROMISED, Code.RESUMING)


@dataclass(frozen=True, slots=True)
class Freeze:
    """One cause that freezes money from day `start` until the day before `free`."""

    fact: Hold | Dispute | Promise
    began_at: datetime
    start: date
    free: date | None
    least: int

    def code(self, on: date) -> Code:
        """What the freeze is called on a day it has begun by."""
        if self.free is not None and on >= self.free:
            return Code.RESUMING
        if isinstance(self.fact, Promise):
            return Code.PROMISED
        if isinstance(self.fact, Hold):
            return Code.EXEMPT if self.fact.kind is HoldKind.EXEMPTION else Code.ON_HOLD
        return Code.DISPUTED if self.fact.decided_at is None else Code.UNTOLD


@dataclass(frozen=True, slots=True)
class Spell:
    """Freezes of the same money without a break; frozen until the day before `thaw`."""

    freezes: tuple[Freeze, ...]
    start: date
    free: date | None
    thaw: date | None

    def covers(self, on: date) -> bool:
        """Whether the money is frozen that day."""
        return self.start <= on and (self.thaw is None or on < self.thaw)


@dataclass(frozen=True, slots=True)
class Piece:
    """An amount of one line with the spells that freeze it."""

    line: str
    amount: Decimal
    spells: tuple[Spell, ...]
    whole: bool

    def frozen(self, on: date) -> bool:
        """Whether the amount is frozen that day."""
        return any(spell.covers(on) for spell in self.spells)

    def thaws(self, on: date) -> date | None:
        """The day after `on` from which the amount, frozen that day, is free."""
        day_free: date | None = on
        while day_free is not None:
            holding = [spell.thaw for spell in self.spells if spell.covers(day_free)]
            if not holding:
                return day_free
            day_free = None if None in holding else max(thaw for thaw in holding if thaw is not None)
        return None


@dataclass(frozen=True, slots=True)
class Frost:
    """All that is frozen of an invoice for one action."""

    lines: tuple[Line, ...]
    pieces: tuple[Piece, ...]

    def ripe(self, on: date) -> dict[str, Decimal]:
        """What may be pressed for that day, per line."""
        stuck: dict[str, Decimal] = {}
        for piece in self.pieces:
            if piece.frozen(on):
                stuck[piece.line] = stuck.get(piece.line, ZERO) + piece.amount
        return {line.id: line.open - min(line.open, stuck.get(line.id, ZERO)) for line in self.lines}

    def total(self, on: date) -> Decimal:
        """The sum of what may be pressed for that day."""
        return sum(self.ripe(on).values(), ZERO)

    def active(self, on: date, *, thawing: bool) -> list[tuple[Code, Freeze, Spell]]:
        """The freezes that hold money that day, the weightiest reason first.

        Where time will thaw enough, a line frozen as a whole is not waiting for its disputes.
        """
        whole = {piece.line for piece in self.pieces if piece.whole and piece.frozen(on)}
        pieces = [each for each in self.pieces if each.whole or not thawing or each.line not in whole]
        found = {
            (freeze, spell): freeze.code(on)
            for piece in pieces
            for spell in piece.spells
            if spell.covers(on)
            for freeze in spell.freezes
            if freeze.start <= on
        }
        ranked = sorted(found.items(), key=lambda item: (ORDER.index(item[1]), *_rank(*item[0])))
        return [(code, freeze, spell) for (freeze, spell), code in ranked]

    def thaws(self, on: date) -> list[date]:
        """The days after `on` on which some money frozen then or later thaws, in order."""
        days = {spell.thaw for piece in self.pieces for spell in piece.spells}
        return sorted(thaw for thaw in days if thaw is not None and thaw > on)

    def next_thaw(self, on: date) -> date | None:
        """The first day on which some of the money frozen today is free again."""
        days = [piece.thaws(on) for piece in self.pieces if piece.frozen(on)]
        return min((free for free in days if free is not None), default=None)


def _rank(freeze: Freeze, spell: Spell) -> tuple[date, datetime, str]:
    return (spell.thaw or date.max, freeze.began_at, repr(freeze.fact))


def freeze_over(standing: Standing, action: Action) -> Frost:
    """What is frozen for an action, from facts already reduced to what is known."""
    policy, facts = standing.policy, standing.facts
    lines = facts.invoice.lines
    if not (facts.disputes or facts.promises or facts.holds):
        return Frost(lines, ())
    views = _Views(standing)
    promised = _promises(policy, facts) if action in policy.promise_pauses else []
    pieces: list[Piece] = []
    for line in lines:
        if line.open <= 0:
            continue
        whole = promised + [_of_hold(policy, facts, hold) for hold in facts.holds if _in_scope(hold, line)]
        if whole:
            pieces.append(Piece(line.id, line.open, _spells(whole, action, views), whole=True))
        for same in _by_case(line, facts.disputes):
            freezes = [*(_of_dispute(policy, facts, each) for each in same), *whole]
            amount = min(same[-1].amount, line.open)
            pieces.append(Piece(line.id, amount, _spells(freezes, action, views), whole=False))
    return Frost(lines, tuple(pieces))


def _by_case(line: Line, disputes: Iterable[Dispute]) -> list[list[Dispute]]:
    """The disputes that hold money of a line. A case that was reopened holds the same money once more, and how much
    of it its last freeze says; disputes without the name of a case are each their own."""
    cases: dict[object, list[Dispute]] = {}
    for number, each in enumerate(sorted(disputes, key=lambda each: each.opened_at)):
        if each.line == line.id:
            cases.setdefault(each.case or number, []).append(each)
    return [same for same in cases.values() if same[-1].outcome is not Outcome.UPHELD]


def _in_scope(hold: Hold, line: Line) -> bool:
    if hold.kind is HoldKind.EXTENSION:
        return False
    if hold.until is not None and hold.until < hold.from_on - ONE_DAY:
        return False
    return hold.scope is not HoldScope.SUBSCRIPTION or (
        hold.subscription is not None and hold.subscription == line.subscription
    )


def _of_hold(policy: Policy, facts: Facts, hold: Hold) -> Freeze:
    free = hold.until + ONE_DAY if hold.until is not None else None
    return Freeze(hold, midnight(hold.from_on, facts.zone), hold.from_on, free, policy.resume_days)


def _of_dispute(policy: Policy, facts: Facts, dispute: Dispute) -> Freeze:
    start = day(dispute.opened_at, facts.zone)
    end = dispute.decided_at if dispute.outcome is Outcome.WITHDRAWN else dispute.told_at
    free = day(end, facts.zone) if end is not None else None
    return Freeze(dispute, dispute.opened_at, start, free, policy.resume_days)


def _promises(policy: Policy, facts: Facts) -> list[Freeze]:
    """The promises that count: the first few of the invoice, and none for too far a day."""
    ordered = sorted(facts.promises, key=lambda row: (row.made_at, row.by, row.amount))
    freezes = []
    for promise in ordered[: policy.promise_count]:
        start = day(promise.made_at, facts.zone)
        if promise.by > start + timedelta(days=policy.promise_days):
            continue
        if promise.kept_at is not None:
            free = day(promise.kept_at, facts.zone)
        else:
            free = shift(promise.by, policy.settle_days, Unit.BUSINESS_DAYS, facts.calendar) + ONE_DAY
        freezes.append(Freeze(promise, promise.made_at, start, max(free, start), policy.broken_days))
    return freezes


class _Views:
    """The ladder as it was known when each spell began, looked up once per instant."""

    def __init__(self, standing: Standing) -> None:
        self.policy, self.facts = standing.policy, standing.facts
        self.seen: dict[datetime, Horizon] = {}
        began = [standing.began] if standing.began is not None else []
        self.restarted = max([*self.facts.restarts, *began], default=None)

    def at(self, instant: datetime) -> Horizon:
        """The horizon from what was known at an instant."""
        if instant not in self.seen:
            then = known(self.facts, instant)
            self.seen[instant] = horizon(stand(self.policy, then, day(instant, self.facts.zone)))
        return self.seen[instant]


def _spells(freezes: Iterable[Freeze], action: Action, views: _Views) -> tuple[Spell, ...]:
    """The spells of one amount of money, each with the day it thaws."""
    done: list[Spell] = []
    for group in _unbroken(freezes):
        free = _latest(freeze.free for freeze in group)
        thaw = None if free is None else free + timedelta(days=_still(group, action, views, done))
        done.append(Spell(tuple(group), group[0].start, free, thaw))
    return tuple(done)


def _unbroken(freezes: Iterable[Freeze]) -> list[list[Freeze]]:
    """The freezes grouped where they overlap or touch."""
    groups: list[list[Freeze]] = []
    free: date | None = None
    for freeze in sorted(freezes, key=lambda each: (each.start, each.began_at, repr(each.fact))):
        if groups and (free is None or freeze.start <= free):
            groups[-1].append(freeze)
            free = _latest((free, freeze.free))
        else:
            groups.append([freeze])
            free = freeze.free
    return groups


def _latest(days: Iterable[date | None]) -> date | None:
    """The latest day, none if one of them is not known."""
    latest = date.min
    for each in days:
        if each is None:
            return None
        latest = max(latest, each)
    return latest


def _still(group: Sequence[Freeze], action: Action, views: _Views, earlier: Sequence[Spell]) -> int:
    """How many days pass between the first free day of a spell and its thaw."""
    least = max(freeze.least for freeze in group)
    began = min(freeze.began_at for freeze in group)
    if views.restarted is not None and views.restarted > began:
        return least
    ahead = views.at(began)
    goal = ahead.suspension if action is Action.SUSPEND else ahead.step
    goals = [each for each in (goal, *(spell.thaw for spell in earlier)) if each is not None]
    if not goals:
        return least
    return max(least, (max(goals) - max(group[0].start, ahead.clock)).days)


def undecided(facts: Facts) -> dict[str, Decimal]:
    """The amounts in dispute and not decided, per line."""
    sums: dict[str, Decimal] = {}
    for dispute in facts.disputes:
        if dispute.decided_at is None:
            sums[dispute.line] = sums.get(dispute.line, ZERO) + dispute.amount
    return sums


def undisputed(lines: Iterable[Line], disputed: Mapping[str, Decimal]) -> Decimal:
    """What is open and not in dispute, not below 0."""
    rest = sum((line.open - min(line.open, disputed.get(line.id, ZERO)) for line in lines), ZERO)
    return max(rest, ZERO)


def owed(facts: Facts) -> Decimal:
    """The sum of what is open, in the invoice's currency; negative when overpaid."""
    return sum((line.open for line in facts.invoice.lines), ZERO)


def undisputed_due(facts: Facts) -> Decimal:
    """What is open less the disputes known and not decided: the figure people see."""
    return undisputed(facts.invoice.lines, undecided(facts))
