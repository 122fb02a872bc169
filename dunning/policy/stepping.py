"""Which stage is the next decision about?"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from dunning.policy.codes import Action
from dunning.policy.covering import Scope, counts_for_suspension, scope_of
from dunning.policy.days import day
from dunning.policy.facts import Facts
from dunning.policy.freezing import Frost, freeze_over, owed, undisputed_due
from dunning.policy.laddering import Standing, reached, rows_of, stage_day, stand, upcoming
from dunning.policy.terms import CENT, ZERO, Policy, Stage


class Way(StrEnum):
    """How the ladder came to a stage."""

    NEXT = "next"
    RENEWED = "renewed"
    FALLBACK = "fallback"
    AGAIN = "again"


@dataclass(slots=True)
class Case:
    """One invoice at one instant, with what has been worked out about it so far."""

    policy: Policy
    facts: Facts
    now: datetime
    today: date
    standing: Standing
    owed: Decimal
    undisputed: Decimal
    frosts: dict[Action, Frost] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        """The invoice's currency."""
        return self.facts.invoice.currency

    def frost(self, action: Action) -> Frost:
        """What is frozen for an action."""
        if action not in self.frosts:
            self.frosts[action] = freeze_over(self.standing, action)
        return self.frosts[action]

    def scope(self) -> Scope:
        """The scope a suspension would have today."""
        return scope_of(self.standing, self.frost(Action.SUSPEND).ripe(self.today))


@dataclass(frozen=True, slots=True)
class Step:
    """The stage in question: the way to it, whom it goes to, what it needs and what is ripe."""

    place: int
    stage: Stage
    way: Way
    role: str | None
    need: Decimal
    ripe: Decimal
    scope: Scope

    @property
    def deletion(self) -> bool:
        """Whether the stage only warns of deletion."""
        return self.stage.action is Action.DELETION_NOTICE


def open_case(policy: Policy, facts: Facts, now: datetime) -> Case:
    """The case at `now` (UTC), from facts already reduced to what is known."""
    today = day(now, facts.zone)
    return Case(policy, facts, now, today, stand(policy, facts, today), owed(facts), undisputed_due(facts))


def choose(case: Case) -> Step | None:
    """The stage the decision is about; none when the ladder is done."""
    standing = case.standing
    if standing.passed and standing.suspend is not None and counts_for_suspension(standing):
        scope = case.scope()
        if scope.covers:
            return _step(case, standing.suspend, Way.AGAIN, scope=scope)
    attempts = _bounced_attempts(standing)
    if attempts:
        return _step(case, standing.last, Way.FALLBACK, attempts=attempts)
    place = upcoming(standing)
    if place is None:
        return None
    return _step(case, place, Way.NEXT if standing.renewed is None else Way.RENEWED)


def _bounced_attempts(standing: Standing) -> int:
    """How often the last letter was tried, if it bounced and another contact is left; else 0."""
    if standing.last < 0 or standing.policy.stages[standing.last].action is not Action.NOTICE:
        return 0
    rows = rows_of(standing, standing.last, this_round=True)
    if not rows or rows[-1].bounced_at is None:
        return 0
    if any(reached(row) is not None or row.waived_at is not None for row in rows):
        return 0
    return len(rows) if len(rows) < len(standing.policy.stages[standing.last].roles) else 0


def _step(case: Case, place: int, way: Way, *, attempts: int = 0, scope: Scope | None = None) -> Step:
    stage = case.policy.stages[place]
    if scope is None:
        scope = case.scope() if stage.action is Action.SUSPEND else Scope()
    least = stage.min_overdue.get(case.currency, ZERO)
    return Step(
        place=place,
        stage=stage,
        way=way,
        role=stage.roles[attempts] if attempts < len(stage.roles) else None,
        need=max(least, case.policy.ignored(case.currency), CENT),
        ripe=case.frost(stage.action).total(case.today),
        scope=scope,
    )


def step_day(case: Case, step: Step) -> date:
    """The day the step is due."""
    return case.today if step.way is Way.AGAIN else stage_day(case.standing, step.place)
