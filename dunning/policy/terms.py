"""What did partner and customer agree: the stages of a policy and its figures?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dunning.policy.codes import Action, Anchor, CureLevel, Unit

ZERO = Decimal(0)
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the ladder; `gap` and `offset` are counted in `unit`."""

    name: str
    action: Action
    anchor: Anchor = Anchor.DUE
    of: str | None = None
    offset: int = 0
    unit: Unit = Unit.DAYS
    gap: int = 1
    letter: str = ""
    channel: str = "mail"
    roles: tuple[str, ...] = ("billing",)
    min_overdue: Mapping[str, Decimal] = field(default_factory=dict)
    tags_all: frozenset[str] = frozenset()
    tags_any: frozenset[str] = frozenset()
    tags_none: frozenset[str] = frozenset()
    approvals: int = 1

    @property
    def before_due(self) -> bool:
        """Whether the stage belongs before the due day passes."""
        return self.anchor is Anchor.DUE and self.offset <= 0

    def fits(self, tags: frozenset[str]) -> bool:
        """Whether the stage's tag conditions hold for an invoice with these tags."""
        return (
            self.tags_all <= tags
            and (not self.tags_any or not self.tags_any.isdisjoint(tags))
            and self.tags_none.isdisjoint(tags)
        )


PAUSED_BY_PROMISE = frozenset({Action.NOTICE, Action.CALL_TASK, Action.SUSPEND, Action.HAND_OVER})


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the ladder; money per currency, days and minutes as named."""

    version: int
    stages: tuple[Stage, ...]
    ignore_below: Mapping[str, Decimal] = field(default_factory=dict)
    cover_min: Mapping[str, Decimal] | None = None
    promise_days: int = 14
    promise_count: int = 1
    promise_pauses: frozenset[Action] = PAUSED_BY_PROMISE
    broken_days: int = 1
    resume_days: int = 3
    settle_days: int = 1
    claim_days: int = 3
    stale_cash_hours: int = 24
    cure_level: CureLevel = CureLevel.INVOICE
    cure_share: Decimal = Decimal(1)
    undo_minutes: int = 0
    deletion_days: int = 60
    notice_days: int = 30

    def ignored(self, currency: str) -> Decimal:
        """The amount below which nothing is pursued; 0 where the policy names none."""
        return self.ignore_below.get(currency, ZERO)

    def cover(self, currency: str) -> Decimal:
        """The least own debt that brings a subscription into scope; by default `ignored`."""
        if self.cover_min is None or currency not in self.cover_min:
            return self.ignored(currency)
        return self.cover_min[currency]

    def stage(self, name: str) -> Stage | None:
        """The stage of that name, if this version has one."""
        return next((stage for stage in self.stages if stage.name == name), None)
