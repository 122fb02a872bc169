"""What happens next to the invoice: take a step, wait, or clear it?"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from dunning.policy.codes import Action, Code, CureLevel, Deed, HoldKind
from dunning.policy.covering import Scope, released
from dunning.policy.days import ONE_DAY, day, midnight
from dunning.policy.facts import Facts
from dunning.policy.laddering import reached, rows_of
from dunning.policy.result import Because, Clear, Next, Take, Value, Wait
from dunning.policy.stepping import Case, Step, Way, choose, open_case
from dunning.policy.terms import ZERO, Policy
from dunning.policy.waiting import look_again, obstacle


@dataclass(frozen=True, slots=True)
class Verdict:
    """The next decision with the money and the subscriptions behind it."""

    next: Next
    undisputed: Decimal
    ripe: Decimal
    scope: Scope
    release: tuple[str, ...]


Seen = dict[datetime, Verdict]


def decide(policy: Policy, facts: Facts, now: datetime, seen: Seen | None = None) -> Verdict:
    """The next decision at `now` (UTC) from known facts; a Wait lasts at least until its `until`."""
    memory: Seen = {} if seen is None else seen
    if now not in memory:
        memory[now] = _decide(policy, facts, now, memory)
    return memory[now]


def _decide(policy: Policy, facts: Facts, now: datetime, seen: Seen) -> Verdict:
    case = open_case(policy, facts, now)
    clear = _clear(case)
    release = released(case.standing) if policy.cure_level is CureLevel.SUBSCRIPTION else ()
    if clear is not None:
        freed = tuple(sorted({row.subscription for row in case.standing.live}))
        return Verdict(clear, case.undisputed, ZERO, Scope(), freed)
    step = choose(case)
    found = _step_or_wait(case, step)
    if isinstance(found, Wait):
        found = _honest(case, step, found, seen)
    ripe = step.ripe if step is not None else case.frost(Action.SUSPEND).total(case.today)
    return Verdict(found, case.undisputed, ripe, step.scope if step is not None else Scope(), release)


def _step_or_wait(case: Case, step: Step | None) -> Take | Wait:
    if step is None:
        return look_again(case, step, Wait(None, Because(Code.LADDER_DONE)))
    wait = obstacle(case, step)
    if wait is not None:
        return look_again(case, step, wait)
    return _take(case, step)


def _clear(case: Case) -> Clear | None:
    """Rules 1 and 2: nothing worth pursuing is left, or the debt behind a suspension is down."""
    ignored = case.policy.ignored(case.currency)
    if case.owed <= 0:
        name = case.facts.invoice.number or case.facts.invoice.id
        return Clear(Because(Code.SETTLED, {"invoice": name}))
    if case.owed < ignored:
        return Clear(Because(Code.TRIFLE, {"owed": case.owed}))
    if case.standing.live and _cured(case, ignored):
        return Clear(Because(Code.CURED, {"due": case.undisputed}))
    return None


def _cured(case: Case, ignored: Decimal) -> bool:
    live = case.standing.live
    debts = [row.debt for row in live if row.debt is not None]
    rest = (1 - case.policy.cure_share) * max(debts, default=ZERO)
    if case.undisputed < ignored or case.undisputed <= 0 or case.undisputed <= rest:
        return True
    if case.policy.cure_level is CureLevel.INVOICE:
        return False
    return len(released(case.standing)) == len({row.subscription for row in live})


def _take(case: Case, step: Step) -> Take:
    because = Because(*_reason(case, step))
    deed = Deed.DO
    if step.stage.action is Action.SUSPEND and because.code is Code.SUSPENSION_DUE:
        deed = Deed.PROPOSE
    role = step.role if step.stage.action is not Action.SUSPEND else None
    return Take(step.stage.name, because, step.stage.action, role, deed)


def _reason(case: Case, step: Step) -> tuple[Code, dict[str, Value]]:
    stage, standing = step.stage, case.standing
    if stage.action is Action.SUSPEND:
        return _suspend_reason(case, step)
    if stage.action is Action.DELETION_NOTICE:
        return Code.DELETION_NEAR, _deletion(case)
    if step.way is Way.FALLBACK:
        first = rows_of(standing, step.place, this_round=True)[0].role or stage.roles[0]
        return Code.FALLBACK_CONTACT, {"first": first, "role": step.role}
    if step.way is Way.RENEWED and standing.began is not None:
        return Code.RENEWED, {"restart": day(standing.began, case.facts.zone)}
    anchor = stage.of if stage.of is not None else str(stage.anchor)
    return Code.STAGE_DUE, {"stage": stage.name, "n": stage.offset, "anchor": anchor}


def _suspend_reason(case: Case, step: Step) -> tuple[Code, dict[str, Value]]:
    proposal = case.facts.proposal
    if proposal is not None and case.standing.this_round(proposal.proposed_at):
        return Code.APPROVED, {"names": ", ".join(proposal.names)}
    said = [row.suspend_on for row in case.facts.notices if row.suspend_on and reached(row)]
    return Code.SUSPENSION_DUE, {"due": step.ripe, "suspend_on": max(said)}


def _deletion(case: Case) -> dict[str, Value]:
    """The day the provider deletes the data, and the days until then."""
    confirmed = [row.confirmed_at for row in case.standing.live if row.confirmed_at is not None]
    since = day(min(confirmed), case.facts.zone) if confirmed else case.today
    on = since + timedelta(days=case.policy.deletion_days)
    return {"date": on, "n": (on - case.today).days}


def _honest(case: Case, step: Step | None, wait: Wait, seen: Seen) -> Wait:
    """The wait, cut where time alone changes the stage and so leads to an act before its end."""
    for turn in _turns(case, step):
        if wait.until is not None and turn >= wait.until:
            break
        if _acts(case, turn, wait.until, seen):
            return Wait(turn, wait.because, wait.stage)
    return wait


def _turns(case: Case, step: Step | None) -> list[datetime]:
    """The instants from which time alone may make the decision be about another stage."""
    standing, holds = case.standing, case.facts.holds
    days = {hold.from_on for hold in holds if hold.kind is HoldKind.EXTENSION or standing.passed}
    if step is not None and step.stage.before_due:
        days.add(standing.due + ONE_DAY)
    if holds or case.facts.disputes or case.facts.promises:
        actions = {step.stage.action} if step is not None else set()
        if standing.passed:
            actions.add(Action.SUSPEND)
        for action in actions:
            days.update(case.frost(action).thaws(case.today))
    return [midnight(on, case.facts.zone) for on in sorted(days) if on > case.today]


def _acts(case: Case, turn: datetime, end: datetime | None, seen: Seen) -> bool:
    """Whether time alone, with the bank read daily, leads to an act from `turn` on before `end`."""
    at: datetime | None = turn
    for _ in range(MANY):
        if at is None or (end is not None and at >= end):
            return False
        ahead = decide(case.policy, replace(case.facts, bank_at=at), at, seen).next
        if not isinstance(ahead, Wait):
            return True
        at = ahead.until
    return False


MANY = 60
