"""The whole answer about one invoice: next step, money, scope and dated future."""

from dataclasses import replace
from datetime import datetime

from dunning.policy.codes import Action, Unit
from dunning.policy.days import first_instant, shift, utc
from dunning.policy.deciding import Verdict, decide
from dunning.policy.facts import Facts
from dunning.policy.forecasting import Future, look_ahead
from dunning.policy.knowing import known
from dunning.policy.result import Decision, Printed, Take
from dunning.policy.terms import Policy


def schedule(policy: Policy, facts: Facts, now: datetime, *, forecast: bool = True) -> Decision:
    """What happens next to the invoice under its policy, why, and all that follows.

    `now` is aware. Without `forecast` the future is left out (`schedule` empty, `ends` none), except
    for what a notice due now has to print. The same facts and instant always give the same answer.
    """
    at = utc(now)
    then = known(facts, at)
    verdict = decide(policy, then, at)
    notice = isinstance(verdict.next, Take) and verdict.next.action is Action.NOTICE
    if not forecast and not notice:
        return _decision(verdict, None)
    future = _future(policy, then, at, verdict, forecast)
    if isinstance(verdict.next, Take) and notice:
        prints = _printed(policy, then, verdict, future)
        verdict = replace(verdict, next=replace(verdict.next, prints=prints))
    return _decision(verdict, future if forecast else None)


def _future(policy: Policy, facts: Facts, now: datetime, verdict: Verdict, whole: bool) -> Future:
    return look_ahead(policy, facts, now, verdict, to_suspension=not whole)


def _decision(verdict: Verdict, future: Future | None) -> Decision:
    """The decision; a cleared invoice has no future."""
    idle = future is None or verdict.next.kind == "clear"
    return Decision(
        next=verdict.next,
        undisputed=verdict.undisputed,
        ripe=verdict.ripe,
        covers=verdict.scope.covers,
        follows=verdict.scope.follows,
        release=verdict.release,
        schedule=() if idle or future is None else future.entries,
        ends=None if idle or future is None else future.ends,
    )


def _printed(policy: Policy, facts: Facts, verdict: Verdict, future: Future) -> Printed:
    """What the notice binds us to: the first suspension to come, and the last day to pay."""
    first = next((entry for entry in future.entries if entry.action is Action.SUSPEND), None)
    if first is None:
        return Printed(verdict.ripe, None, None, None, frozenset())
    pay_by = first.at
    if policy.settle_days:
        calendar = facts.calendar
        last = shift(first.on, -policy.settle_days, Unit.BUSINESS_DAYS, calendar)
        pay_by = first_instant(last, calendar.closes, calendar.zone)
    return Printed(verdict.ripe, first.on, first.at, pay_by, frozenset(future.covers))
