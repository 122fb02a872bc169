"""What comes after the next step, day by day, if nothing but time passes?"""

from dataclasses import dataclass, replace
from datetime import datetime

from dunning.policy.codes import NON_PAYMENT, Action, Code
from dunning.policy.covering import Scope
from dunning.policy.days import day, utc
from dunning.policy.deciding import Verdict, decide
from dunning.policy.facts import Facts, Notice, Suspension
from dunning.policy.laddering import before, rows_of, stand
from dunning.policy.result import Entry, Take, Wait
from dunning.policy.terms import Policy

SUPPOSED_DONE = frozenset(
    {
        Code.AWAITING_DELIVERY,
        Code.CALL_OPEN,
        Code.AWAITING_CONFIRMATION,
        Code.AWAITING_APPROVAL,
        Code.STALE_CASH,
    }
)
MOST_WAITS = 60


@dataclass(frozen=True, slots=True)
class Future:
    """The entries to come, why they end, and what the first suspension would cover."""

    entries: tuple[Entry, ...]
    ends: Code
    covers: tuple[str, ...]
    follows: tuple[str, ...] = ()


def look_ahead(policy: Policy, facts: Facts, now: datetime, verdict: Verdict, *, to_suspension: bool = False) -> Future:
    """The future from a verdict at `now`; `to_suspension` stops at the first suspension."""
    entries: list[Entry] = []
    first: Scope | None = None
    at, waits = now, 0
    while isinstance(verdict.next, Take) or isinstance(verdict.next, Wait) and waits < MOST_WAITS:
        found = verdict.next
        if isinstance(found, Take):
            waits = 0
            entries.append(Entry(day(at, facts.zone), at, found.stage, found.action, found.because))
            if found.action is Action.SUSPEND and first is None:
                first = verdict.scope
                if to_suspension:
                    break
            facts = _taken(facts, at, found, verdict)
        else:
            waits += 1
            if found.until is not None:
                at = found.until
                facts = replace(facts, bank_at=at)
            elif found.because.code in SUPPOSED_DONE:
                facts = _supposed(policy, facts, at, found)
            else:
                break
        verdict = decide(policy, facts, at)
    first = first or Scope()
    return Future(tuple(entries), verdict.next.because.code, first.covers, first.follows)


def _taken(facts: Facts, at: datetime, take: Take, verdict: Verdict) -> Facts:
    """The facts once the step was taken at `at` and reached, was called or was confirmed."""
    if take.action is Action.SUSPEND:
        begun = tuple(
            Suspension(each, NON_PAYMENT, facts.invoice.id, at, at, debt=verdict.undisputed)
            for each in verdict.scope.covers
        )
        return replace(facts, suspensions=facts.suspensions + begun, proposal=None)
    if take.action is Action.CALL_TASK:
        row = Notice(take.stage, at, called_at=at)
    elif take.action is Action.NOTICE:
        row = Notice(take.stage, at, at, suspend_on=day(at, facts.zone), not_before=at, role=take.role)
    else:
        row = Notice(take.stage, at, at)
    return replace(facts, notices=(*facts.notices, row))


def _supposed(policy: Policy, facts: Facts, at: datetime, wait: Wait) -> Facts:
    """The facts once our staff or a machine has done at `at` what the wait is for."""
    code = wait.because.code
    if code is Code.STALE_CASH:
        return replace(facts, bank_at=at)
    if code is Code.AWAITING_CONFIRMATION:
        rows = tuple(_confirmed(row, facts, at) for row in facts.suspensions)
        return replace(facts, suspensions=rows)
    if code is Code.AWAITING_APPROVAL and facts.proposal is not None:
        stage = policy.stage(wait.stage or "")
        enough = stage.approvals if stage is not None else facts.proposal.approvals
        return replace(facts, proposal=replace(facts.proposal, approvals=enough, approved_at=at))
    return _got_through(policy, facts, at, wait)


def _confirmed(row: Suspension, facts: Facts, at: datetime) -> Suspension:
    ours = row.cause == NON_PAYMENT and row.invoice == facts.invoice.id
    if not ours or row.ended_at is not None or row.confirmed_at is not None:
        return row
    return replace(row, confirmed_at=at)


def _got_through(policy: Policy, facts: Facts, at: datetime, wait: Wait) -> Facts:
    """The last attempt of the stage before, seen or called at `at`."""
    standing = stand(policy, facts, day(at, facts.zone))
    names = [stage.name for stage in policy.stages]
    place = before(standing, names.index(wait.stage)) if wait.stage in names else None
    if place is None:
        return facts
    rows = rows_of(standing, place, this_round=True) or rows_of(standing, place, this_round=False)
    done = replace(rows[-1], seen_at=utc(at))
    return replace(facts, notices=tuple(done if row is rows[-1] else row for row in facts.notices))
