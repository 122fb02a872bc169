"""Where does the invoice stand on its ladder, and on which day is which stage due?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dunning.policy.codes import CURED, NON_PAYMENT, Action, Anchor, HoldKind
from dunning.policy.days import ONE_DAY, day, month_end, roll, shift
from dunning.policy.facts import Facts, Notice, Suspension
from dunning.policy.terms import Policy, Stage

DONE_WHEN_QUEUED = (Action.DELETION_NOTICE, Action.HAND_OVER)


Rows = Mapping[int, list[Notice]]


@dataclass(frozen=True, slots=True)
class Standing:
    """The ladder at one instant; `last` is the highest stage with a row in this round, -1 for none."""

    policy: Policy
    facts: Facts
    today: date
    due: date
    began: datetime | None
    ours: tuple[Suspension, ...]
    live: tuple[Suspension, ...]
    suspend: int | None
    last: int
    renewed: int | None
    current: Rows
    earlier: Rows

    @property
    def extended(self) -> bool:
        """Whether an extension has moved the due day."""
        return self.due > self.facts.invoice.due_on

    @property
    def passed(self) -> bool:
        """Whether this round has reached or gone beyond the suspend stage."""
        return self.suspend is not None and self.last >= self.suspend

    def this_round(self, instant: datetime) -> bool:
        """Whether something recorded then belongs to the round that is on."""
        return self.began is None or instant >= self.began

    def suspended_this_round(self) -> frozenset[str]:
        """The subscriptions this invoice has suspended in this round."""
        return frozenset(row.subscription for row in self.ours if self.this_round(row.began_at))


@dataclass(frozen=True, slots=True)
class Horizon:
    """The day of the next stage, the day of the suspension (else the next stage), and the day
    from which days count as left."""

    step: date | None
    suspension: date | None
    clock: date


def reached(row: Notice) -> datetime | None:
    """When the notice or call got through: seen, called, or delivered and not bounced."""
    delivered = row.delivered_at if row.bounced_at is None else None
    return min((t for t in (row.seen_at, row.called_at, delivered) if t is not None), default=None)


def stand(policy: Policy, facts: Facts, today: date) -> Standing:
    """The position of an invoice, from facts already reduced to what is known."""
    ours = tuple(row for row in facts.suspensions if row.cause == NON_PAYMENT and row.invoice == facts.invoice.id)
    live = tuple(row for row in ours if row.ended_at is None)
    began = _round_start(facts, ours, live)
    current, earlier = _rows_by_place(policy, facts, began)
    suspend = next((n for n, stage in enumerate(policy.stages) if stage.action is Action.SUSPEND), None)
    last = max(current, default=-1)
    if suspend is not None and last < suspend and any(_since(began, row.began_at) for row in ours):
        last = suspend
    renewed = None
    if last < 0:
        renewed = max((n for n in earlier if _renewable(policy.stages[n], facts)), default=None)
    due = due_day(facts, today)
    return Standing(policy, facts, today, due, began, ours, live, suspend, last, renewed, current, earlier)


def _rows_by_place(policy: Policy, facts: Facts, began: datetime | None) -> tuple[Rows, Rows]:
    """The rows of this round and of the earlier ones by stage, each oldest first."""
    current: dict[int, list[Notice]] = {}
    earlier: dict[int, list[Notice]] = {}
    if facts.notices:
        places = {stage.name: place for place, stage in enumerate(policy.stages)}
        for row in facts.notices if len(facts.notices) == 1 else sorted(facts.notices, key=attempt):
            place = places.get(row.stage)
            if place is not None:
                (current if _since(began, row.queued_at) else earlier).setdefault(place, []).append(row)
    return current, earlier


def attempt(row: Notice) -> tuple[datetime, bool, str]:
    """The order in which letters and calls were tried."""
    return (row.queued_at, row.bounced_at is None, row.role or "")


def _since(began: datetime | None, instant: datetime) -> bool:
    return began is None or instant >= began


def _round_start(facts: Facts, ours: tuple[Suspension, ...], live: tuple[Suspension, ...]) -> datetime | None:
    starts = [*facts.restarts]
    starts += [row.ended_at for row in ours if row.ended_at is not None and row.ended_why == CURED]
    if live:
        off_since = min(row.began_at for row in live)
        starts = [start for start in starts if start <= off_since]
    return max(starts, default=None)


def due_day(facts: Facts, today: date) -> date:
    """The due day, moved by the extensions that have begun."""
    due = facts.invoice.due_on
    for hold in facts.holds:
        if hold.kind is HoldKind.EXTENSION and hold.until is not None and hold.from_on <= today:
            due = max(due, hold.until)
    return due


def _renewable(stage: Stage, facts: Facts) -> bool:
    return stage.action is Action.NOTICE and not stage.before_due and stage.fits(facts.tags)


def applies(standing: Standing, stage: Stage) -> bool:
    """Whether the stage acts on this invoice at all, today."""
    if stage.before_due and standing.today > standing.due:
        return False
    if stage.action is Action.DELETION_NOTICE and not standing.live:
        return False
    return stage.fits(standing.facts.tags)


def following(standing: Standing, place: int) -> int | None:
    """The next stage after `place` that applies."""
    stages = standing.policy.stages
    return next((n for n in range(place + 1, len(stages)) if applies(standing, stages[n])), None)


def upcoming(standing: Standing) -> int | None:
    """The stage the ladder comes to next."""
    if standing.renewed is not None:
        return standing.renewed
    return following(standing, standing.last)


def rows_of(standing: Standing, place: int, *, this_round: bool) -> list[Notice]:
    """The rows of a stage of this round, or of the rounds before it, oldest first."""
    return (standing.current if this_round else standing.earlier).get(place, [])


def _has_rows(standing: Standing, place: int, *, this_round: bool) -> bool:
    if rows_of(standing, place, this_round=this_round):
        return True
    if place != standing.suspend:
        return False
    return any(standing.this_round(row.began_at) is this_round for row in standing.ours)


def before(standing: Standing, place: int) -> int | None:
    """The stage before: the nearest one below with a row in this round, else in earlier rounds."""
    for this_round in (True, False):
        for lower in range(place - 1, -1, -1):
            if _has_rows(standing, lower, this_round=this_round):
                return lower
    return None


def finished(standing: Standing, place: int) -> date | None:
    """The day a stage was finished: in this round the first time, else the last of earlier ones."""
    ends = _ends(standing, place, this_round=True)
    if ends:
        return day(min(ends), standing.facts.zone)
    ends = _ends(standing, place, this_round=False)
    return day(max(ends), standing.facts.zone) if ends else None


def _ends(standing: Standing, place: int, *, this_round: bool) -> list[datetime]:
    stage = standing.policy.stages[place]
    rows = rows_of(standing, place, this_round=this_round)
    if stage.action in DONE_WHEN_QUEUED:
        return [row.queued_at for row in rows]
    ends = [t for row in rows for t in (reached(row), row.waived_at) if t is not None]
    if stage.action is Action.SUSPEND:
        ours = [row for row in standing.ours if standing.this_round(row.began_at) is this_round]
        confirmed = [row.confirmed_at for row in ours if row.confirmed_at is not None]
        ends += confirmed or [row.ended_at for row in ours if row.ended_at is not None]
    return ends


def stage_day(standing: Standing, place: int) -> date:
    """The day a stage is due, with what is not finished yet counted as today."""
    lower = before(standing, place)
    previous = None if lower is None else finished(standing, lower) or standing.today
    return _date(standing, place, previous, {})


def _date(standing: Standing, place: int, previous: date | None, supposed: Mapping[int, date]) -> date:
    stage, calendar = standing.policy.stages[place], standing.facts.calendar
    anchored = _anchor(standing, stage, supposed)
    days = [shift(anchored, stage.offset, stage.unit, calendar)]
    if not stage.before_due:
        days.append(standing.due + ONE_DAY)
    if previous is not None:
        days.append(shift(previous, stage.gap, stage.unit, calendar))
    resume = timedelta(days=standing.policy.resume_days)
    if standing.began is not None:
        days.append(day(standing.began, standing.facts.zone) + resume)
    if standing.extended and stage.anchor in (Anchor.DELIVERED, Anchor.SUSPENDED):
        days.append(standing.due + resume)
    return roll(max(days), stage, calendar)


def _anchor(standing: Standing, stage: Stage, supposed: Mapping[int, date]) -> date:
    if stage.anchor is Anchor.DUE:
        return standing.due
    if stage.anchor is Anchor.MONTH_END:
        return month_end(standing.due)
    if stage.anchor is Anchor.SUSPENDED:
        place = standing.suspend
    else:
        names = [other.name for other in standing.policy.stages]
        place = names.index(stage.of) if stage.of in names else None
    if place is None:
        return standing.today
    return supposed.get(place) or finished(standing, place) or standing.today


def horizon(standing: Standing) -> Horizon:
    """The days ahead as the ladder alone has them, without looking at money."""
    place = upcoming(standing)
    lower = standing.last if place is None else before(standing, place)
    clock = standing.due
    if lower is not None and lower >= 0:
        clock = max(clock, finished(standing, lower) or standing.today)
    if place is None:
        return Horizon(None, None, clock)
    step = stage_day(standing, place)
    return Horizon(step, _suspension_day(standing, place, step), clock)


def _suspension_day(standing: Standing, place: int, on: date) -> date:
    """The day of the suspension when each stage until then is finished on its day or today."""
    goal, step = standing.suspend, on
    if goal is None or goal < place or not applies(standing, standing.policy.stages[goal]):
        return step
    supposed: dict[int, date] = {}
    current: int | None = place
    while current is not None and current < goal:
        supposed[current] = max(on, standing.today)
        previous, current = supposed[current], following(standing, current)
        if current is not None:
            on = _date(standing, current, previous, supposed)
    return on
