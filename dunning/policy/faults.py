"""Which faults keep a draft of a policy from being published?"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from dunning.policy.codes import Action, Anchor, Unit
from dunning.policy.terms import Policy, Stage

WHOLE_DAYS = (
    "promise_days",
    "promise_count",
    "broken_days",
    "resume_days",
    "settle_days",
    "claim_days",
    "stale_cash_hours",
    "undo_minutes",
    "deletion_days",
    "notice_days",
)


# What a published version can keep.
MOST = 3650
MOST_STAGES = 50
MOST_LETTERS = {"name": 40, "letter": 40, "channel": 20}
MOST_OF_EACH = {"roles": 20, "tags_all": 40, "tags_any": 40, "tags_none": 40}
PATHS = {"tags_all": "all", "tags_any": "any", "tags_none": "none"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: a path such as `stages[2].offset`."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


def faults(policy: Policy) -> tuple[Fault, ...]:
    """All faults of a draft, in the order of its stages; empty when it may be published."""
    found = [*_figures(policy), *_names(policy), *_currencies(policy), *_sizes(policy)]
    for place in range(len(policy.stages)):
        found += [*_of_stage(policy, place), *_reached(policy, place)]
    return tuple(found)


def within_reach(policy: Policy) -> Policy:
    """A draft as far as its days can be counted: what is larger is a fault, and would leave the calendar. A policy
    without faults stays as it is."""
    stages = [replace(one, offset=_near(one.offset), gap=_near(one.gap)) for one in policy.stages[:MOST_STAGES]]
    figures: dict[str, Any] = {name: _near(getattr(policy, name)) for name in WHOLE_DAYS}
    return replace(policy, stages=tuple(stages), **figures)


def _near(count: int) -> int:
    return min(max(count, -MOST), MOST)


def _figures(policy: Policy) -> Iterator[Fault]:
    for name in WHOLE_DAYS:
        if getattr(policy, name) < 0:
            yield Fault(name, "is below 0")
    if not 0 < policy.cure_share <= 1:
        yield Fault("cure_share", "is not above 0 and at most 1")
    for name in ("ignore_below", "cover_min"):
        for currency, amount in (getattr(policy, name) or {}).items():
            if amount < 0:
                yield Fault(f"{name}.{currency}", "is below 0")


def _names(policy: Policy) -> Iterator[Fault]:
    if not policy.stages:
        yield Fault("stages", "is empty")
    seen: set[str] = set()
    suspends = 0
    for place, stage in enumerate(policy.stages):
        if not stage.name or stage.name in seen:
            yield Fault(f"stages[{place}].name", "is empty" if not stage.name else "is used twice")
        seen.add(stage.name)
        suspends += stage.action is Action.SUSPEND
        if stage.action is Action.SUSPEND and suspends > 1:
            yield Fault(f"stages[{place}].action", "is the second stage that suspends")


def _currencies(policy: Policy) -> Iterator[Fault]:
    count = Counter(currency for stage in policy.stages for currency in stage.min_overdue)
    for place, stage in enumerate(policy.stages):
        for currency, amount in stage.min_overdue.items():
            path = f"stages[{place}].min_overdue.{currency}"
            if amount < 0:
                yield Fault(path, "is below 0")
            if count[currency] == 1 and len(policy.stages) > 1:
                yield Fault(path, "is a currency no other stage names")


def _of_stage(policy: Policy, place: int) -> Iterator[Fault]:
    stage, path = policy.stages[place], f"stages[{place}]"
    if stage.gap < 1:
        yield Fault(f"{path}.gap", "is less than 1")
    if not 0 <= stage.approvals <= 2:
        yield Fault(f"{path}.approvals", "is not 0, 1 or 2")
    if not stage.roles:
        yield Fault(f"{path}.roles", "is empty")
    if stage.anchor is Anchor.DELIVERED:
        yield from _delivered(policy, place)
    elif stage.of is not None:
        yield Fault(f"{path}.of", "is only for the anchor 'delivered'")
    if stage.anchor is Anchor.SUSPENDED:
        yield from _suspended(policy, place)
    if stage.action is Action.SUSPEND:
        yield from _suspend(policy, place)
    counted = stage.action is Action.DELETION_NOTICE and stage.anchor is Anchor.SUSPENDED
    if counted and stage.offset >= policy.deletion_days:
        yield Fault(f"{path}.offset", "is not before the data are deleted")


def _delivered(policy: Policy, place: int) -> Iterator[Fault]:
    stage, path = policy.stages[place], f"stages[{place}].of"
    names = [other.name for other in policy.stages]
    if stage.of not in names:
        yield Fault(path, "names no stage")
        return
    target = policy.stages[names.index(stage.of)]
    if names.index(stage.of) >= place:
        yield Fault(path, "names a stage that does not come before")
    if target.action is not Action.NOTICE:
        yield Fault(path, "names a stage that is no notice")
    if target.before_due:
        yield Fault(path, "names a stage before the due day")
    if not _implies(stage, target):
        yield Fault(path, "names a stage whose tags may leave it out")


def _implies(stage: Stage, target: Stage) -> bool:
    """Whether the target acts on every invoice the stage acts on."""
    sure = stage.tags_all
    some = (
        not target.tags_any
        or not target.tags_any.isdisjoint(sure)
        or (bool(stage.tags_any) and stage.tags_any <= target.tags_any)
    )
    return target.tags_all <= sure and some and target.tags_none <= stage.tags_none


def _suspended(policy: Policy, place: int) -> Iterator[Fault]:
    if not any(stage.action is Action.SUSPEND for stage in policy.stages[:place]):
        yield Fault(f"stages[{place}].anchor", "counts from a suspension no stage before it makes")


def _suspend(policy: Policy, place: int) -> Iterator[Fault]:
    stage, path = policy.stages[place], f"stages[{place}]"
    earlier = {other.name for other in policy.stages[:place] if other.action is Action.NOTICE}
    if stage.anchor is not Anchor.DELIVERED or stage.of not in earlier:
        yield Fault(f"{path}.anchor", "is not the delivery of a notice before it")
        return
    if stage.offset <= policy.settle_days:
        unit = "days" if stage.unit is Unit.DAYS else "business days"
        yield Fault(f"{path}.offset", f"leaves no {unit} for a payment to arrive")


def _sizes(policy: Policy) -> Iterator[Fault]:
    for name in WHOLE_DAYS:
        if getattr(policy, name) > MOST:
            yield Fault(name, "is too large")
    if policy.cure_share != round(policy.cure_share, 4):
        yield Fault("cure_share", "has more than four decimals")
    for name in ("ignore_below", "cover_min"):
        yield from _codes(name, getattr(policy, name) or {})
    if len(policy.stages) > MOST_STAGES:
        yield Fault("stages", "is too long")
    for place, stage in enumerate(policy.stages):
        path = f"stages[{place}]"
        yield from _codes(f"{path}.min_overdue", stage.min_overdue)
        for name in ("offset", "gap"):
            if abs(getattr(stage, name)) > MOST:
                yield Fault(f"{path}.{name}", "is too large")
        for name, most in MOST_LETTERS.items():
            if len(getattr(stage, name)) > most:
                yield Fault(f"{path}.{name}", "is too long")
        for name, most in MOST_OF_EACH.items():
            if any(len(each) > most for each in getattr(stage, name)):
                yield Fault(f"{path}.{PATHS.get(name, name)}", "is too long")


def _codes(path: str, amounts: Mapping[str, Decimal]) -> Iterator[Fault]:
    for currency in amounts:
        if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
            yield Fault(f"{path}.{currency}", "is not a currency")


def _reached(policy: Policy, place: int) -> Iterator[Fault]:
    """What keeps a stage from ever being taken, although each of its fields may be sound."""
    stage, path = policy.stages[place], f"stages[{place}]"
    earlier = policy.stages[:place]
    shut = stage.tags_all & stage.tags_none or (stage.tags_any and stage.tags_any <= stage.tags_none)
    if shut:
        yield Fault(f"{path}.none", "leaves out every invoice the stage is for")
    if stage.before_due and any(not each.before_due and not _tagged(each) for each in earlier):
        yield Fault(f"{path}.offset", "is never reached: a stage before it waits until the due day has passed")
    if stage.action is Action.DELETION_NOTICE:
        if stage.anchor is not Anchor.SUSPENDED and all(each.action is not Action.SUSPEND for each in earlier):
            yield Fault(path, "is never reached: nothing is suspended before it")
        return
    if not stage.min_overdue:
        yield Fault(f"{path}.min_overdue", "names no currency, so the stage never acts and none after it")
    for currency in stage.min_overdue:
        if any(_stops(each, currency) for each in earlier):
            yield Fault(f"{path}.min_overdue.{currency}", "is never reached: a stage before it does not name it")


def _stops(stage: Stage, currency: str) -> bool:
    """Whether an invoice in this currency waits at the stage for ever."""
    deletion = stage.action is Action.DELETION_NOTICE
    named = not stage.min_overdue or currency in stage.min_overdue
    return not (named or deletion or stage.before_due or _tagged(stage))


def _tagged(stage: Stage) -> bool:
    return bool(stage.tags_all or stage.tags_any or stage.tags_none)
