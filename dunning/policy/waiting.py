"""What stands in the way of a step: the rules in order, each with its reason and its end?"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from dunning.policy.codes import Action, Code, ReceiptKind, Unit
from dunning.policy.covering import announcements
from dunning.policy.days import (
    ONE_DAY,
    business_day,
    day,
    midnight,
    next_business_day,
    shift,
    suspendable,
    utc,
    window,
)
from dunning.policy.facts import Hold, Promise, Receipt
from dunning.policy.freezing import Freeze, Spell
from dunning.policy.laddering import applies, before, finished, reached, rows_of
from dunning.policy.result import Because, Value, Wait
from dunning.policy.stepping import Case, Step, step_day
from dunning.policy.terms import ZERO

Rule = Callable[[Case, Step], Wait | None]


def _wait(step: Step, until: datetime | None, code: Code, /, **values: Value) -> Wait:
    return Wait(until, Because(code, values), step.stage.name)


def _midnight(case: Case, on: date | None) -> datetime | None:
    return None if on is None else midnight(on, case.facts.zone)


def frozen(case: Case, step: Step) -> Wait | None:
    """Rule 5: what is not frozen is too little to press for."""
    if step.deletion or not step.ripe < step.need <= case.owed:
        return None
    frost = case.frost(step.stage.action)
    thaw = next((on for on in frost.thaws(case.today) if frost.total(on) >= step.need), None)
    active = frost.active(case.today, thawing=thaw is not None)
    if not active:
        return None
    code, freeze, spell = active[0]
    until = _midnight(case, thaw)
    return _wait(step, until, code, **_frozen_values(case, code, freeze, spell))


def _frozen_values(case: Case, code: Code, freeze: Freeze, spell: Spell) -> dict[str, Value]:
    fact = freeze.fact
    if code is Code.RESUMING:
        left = (spell.thaw - case.today).days if spell.thaw is not None else None
        return {"day": spell.free, "n": left}
    if isinstance(fact, Hold):
        return {"until": fact.until, "reason": fact.reason}
    if isinstance(fact, Promise):
        return {"amount": fact.amount, "by": fact.by}
    return {"amount": fact.amount, "case": fact.case or fact.line}


def unconfirmed(case: Case, step: Step) -> Wait | None:
    """Rule 6: the provider has confirmed none of the suspensions that are on."""
    live = case.standing.live
    if not live or any(row.confirmed_at is not None for row in live):
        return None
    return _wait(step, None, Code.AWAITING_CONFIRMATION)


def unreached(case: Case, step: Step) -> Wait | None:
    """Rule 7: the stage before has not got through."""
    standing = case.standing
    place = before(standing, step.place)
    if place is None or finished(standing, place) is not None:
        return None
    stage = case.policy.stages[place]
    rows = rows_of(standing, place, this_round=True) or rows_of(standing, place, this_round=False)
    sent = day(rows[-1].queued_at, case.facts.zone)
    if stage.action is Action.CALL_TASK:
        return _wait(step, None, Code.CALL_OPEN, day=sent)
    if rows[-1].bounced_at is not None and len(rows) >= len(stage.roles):
        return _wait(step, None, Code.BOUNCED, stage=stage.name)
    return _wait(step, None, Code.AWAITING_DELIVERY, stage=stage.name, day=sent)


def too_early(case: Case, step: Step) -> Wait | None:
    """Rule 8: the stage's day has not come."""
    on = step_day(case, step)
    if case.today >= on:
        return None
    standing = case.standing
    until = midnight(on, case.facts.zone)
    if standing.extended and case.today <= standing.due:
        return _wait(step, until, Code.EXTENDED, due=standing.due)
    return _wait(step, until, Code.NOT_YET, stage=step.stage.name, date=on)


def too_little(case: Case, step: Step) -> Wait | None:
    """Rule 9: the policy names no minimum in this currency, or the debt is under it."""
    if step.deletion:
        return None
    if case.currency not in step.stage.min_overdue:
        return _wait(step, None, Code.CURRENCY_NOT_COVERED, currency=case.currency)
    if step.ripe >= step.need:
        return None
    values: dict[str, Value] = {"due": step.ripe, "min": step.need, "action": step.stage.action}
    return _wait(step, None, Code.BELOW_MINIMUM, **values)


def money_waiting(case: Case, step: Step) -> Wait | None:
    """Rule 10: money that came in, or is said to be on its way, may cover the debt."""
    receipts = case.facts.receipts
    if step.deletion or not receipts:
        return None
    arrived = sum((row.amount for row in receipts if row.kind is not ReceiptKind.CLAIMED), ZERO)
    rest = step.ripe - arrived
    if rest < step.need:
        return _wait(step, None, Code.MONEY_UNMATCHED, amount=arrived)
    return _claimed(case, step, rest)


def _claimed(case: Case, step: Step, rest: Decimal) -> Wait | None:
    claims = [row for row in case.facts.receipts if row.kind is ReceiptKind.CLAIMED]
    if not claims:
        return None
    first = min(claims, key=_claim_order)
    on = day(first.at, case.facts.zone)
    last = shift(on, case.policy.claim_days, Unit.BUSINESS_DAYS, case.facts.calendar)
    if case.today > last or rest - first.amount >= step.need:
        return None
    return _wait(step, _midnight(case, last + ONE_DAY), Code.CLAIMED_PAID, day=on)


def _claim_order(row: Receipt) -> tuple[datetime, Decimal]:
    return (utc(row.at), -row.amount)


def unannounced(case: Case, step: Step) -> Wait | None:
    """Rules 11 and 12: no notice has named a day, or no subscription may be reached."""
    if step.stage.action is not Action.SUSPEND:
        return None
    stages = case.policy.stages[: step.place]
    notices = [each for each in stages if each.action is Action.NOTICE and applies(case.standing, each)]
    named = {row.stage for row in announcements(case.standing)}
    if not notices or notices[-1].name not in named:
        return _wait(step, None, Code.NOT_ANNOUNCED)
    if not step.scope.covers:
        return _wait(step, None, Code.NOTHING_TO_SUSPEND)
    return None


def printed(case: Case, step: Step) -> Wait | None:
    """Rule 13: a notice that got through said not before a later instant."""
    if step.stage.action is not Action.SUSPEND:
        return None
    bound = binding(case)
    if bound is None or case.now >= bound:
        return None
    said = max(row.suspend_on for row in case.facts.notices if row.suspend_on and reached(row))
    return _wait(step, bound, Code.PRINTED_DATE, suspend_on=said)


def binding(case: Case) -> datetime | None:
    """The instant before which reached notices, of whatever round, forbid a suspension."""
    bounds: list[datetime] = []
    for row in case.facts.notices:
        if row.suspend_on is not None and reached(row) is not None:
            bounds.append(midnight(row.suspend_on, case.facts.zone))
            if row.not_before is not None:
                bounds.append(row.not_before)
    return max(bounds, default=None)


def bank_unread(case: Case, step: Step) -> Wait | None:
    """Rule 14: the bank was read too long ago to act on what it says."""
    if step.stage.action not in (Action.SUSPEND, Action.HAND_OVER):
        return None
    read = case.facts.bank_at
    if read is None:
        return _wait(step, None, Code.STALE_CASH, hours=None)
    age = case.now - read
    if age <= timedelta(hours=case.policy.stale_cash_hours):
        return None
    return _wait(step, None, Code.STALE_CASH, hours=int(age.total_seconds() // 3600))


def proposed(case: Case, step: Step) -> Wait | None:
    """Rule 15: a live proposal lacks approvals, or can still be undone."""
    proposal = case.facts.proposal
    if step.stage.action is not Action.SUSPEND or proposal is None:
        return None
    if not case.standing.this_round(proposal.proposed_at):
        return None
    if proposal.approvals < step.stage.approvals:
        values: dict[str, Value] = {"k": proposal.approvals, "n": step.stage.approvals}
        return _wait(step, None, Code.AWAITING_APPROVAL, **values)
    final = (proposal.approved_at or proposal.proposed_at) + timedelta(minutes=case.policy.undo_minutes)
    return _wait(step, final, Code.UNDO_WINDOW, until=final) if case.now < final else None


def at_rest(case: Case, step: Step) -> Wait | None:
    """Rule 16: nobody acts on a day of rest, and suspensions need an open window."""
    if step.stage.action is Action.SUSPEND:
        return _closed_window(case, step)
    if step.deletion or business_day(case.today, case.facts.calendar):
        return None
    until = _midnight(case, next_business_day(case.today, case.facts.calendar))
    return _wait(step, until, Code.REST_DAY, until=until)


def _closed_window(case: Case, step: Step) -> Wait | None:
    calendar = case.facts.calendar
    opens = window(case.now, calendar, case.facts.zone)
    if opens is not None and opens <= case.now:
        return None
    days = (case.today, day(case.now, calendar.zone))
    if not all(business_day(on, calendar) for on in days):
        code = Code.REST_DAY
    elif not all(suspendable(on, calendar) for on in days):
        code = Code.HOLIDAY_EVE
    else:
        code = Code.OUT_OF_HOURS
    return _wait(step, opens, code, until=opens)


def letter_sent(case: Case, step: Step) -> Wait | None:
    """Rule 17: the customer has had a letter today."""
    if step.stage.action is not Action.NOTICE:
        return None
    facts = case.facts
    notices = {stage.name for stage in case.policy.stages if stage.action is Action.NOTICE}
    own = (row.queued_at for row in facts.notices if row.stage in notices and row.waived_at is None)
    if not any(day(sent, facts.zone) == case.today for sent in (*facts.letters, *own)):
        return None
    until = _midnight(case, case.today + ONE_DAY)
    return _wait(step, until, Code.LETTER_TODAY, until=until)


RULES: tuple[Rule, ...] = (
    frozen,
    unconfirmed,
    unreached,
    too_early,
    too_little,
    money_waiting,
    unannounced,
    printed,
    bank_unread,
    proposed,
    at_rest,
    letter_sent,
)

AT_A_THAW = frozenset({Code.MONEY_UNMATCHED, Code.CLAIMED_PAID, Code.NOTHING_TO_SUSPEND})
AT_A_THAW_ONCE_PASSED = frozenset({Code.LADDER_DONE, Code.NOT_YET, Code.EXTENDED})


def obstacle(case: Case, step: Step) -> Wait | None:
    """The first rule that keeps the step from being taken now."""
    for rule in RULES:
        wait = rule(case, step)
        if wait is not None:
            return wait
    return None


def look_again(case: Case, step: Step | None, wait: Wait) -> Wait:
    """The wait, no longer than the next thaw where a thaw may change the decision."""
    code, actions = wait.because.code, set[Action]()
    if code in AT_A_THAW and step is not None:
        actions.add(step.stage.action)
    if case.standing.passed and code in AT_A_THAW | AT_A_THAW_ONCE_PASSED:
        actions.add(Action.SUSPEND)
    thaws = [case.frost(action).next_thaw(case.today) for action in actions]
    ends = [wait.until, *(_midnight(case, thaw) for thaw in thaws)]
    return Wait(min((end for end in ends if end is not None), default=None), wait.because, wait.stage)
