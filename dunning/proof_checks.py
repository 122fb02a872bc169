"""What of a suspension can its own record prove? Each answer is yes or no, worked out from what stood then."""

from datetime import datetime
from typing import Any

from subscriptions.models import Suspension

from . import policy as book
from .facts import Loaded
from .models import Decision


def checks(row: Suspension, history: list[Decision], then: Loaded | None, approvals: dict[str, Any]) -> dict[str, bool]:
    """What this proof itself can check; verify asks the same of the whole book."""
    debt = row.debt
    dated = [one for one in history if one.not_before and _reached(one, debt.looked_at)]
    days_left = [one.not_before for one in dated if one.not_before]
    by = {one["by"] for one in approvals["given"]}
    return {
        "not_before_the_printed_day": bool(days_left) and max(days_left) <= debt.earliest_at <= debt.looked_at,
        "a_dated_notice_had_reached_them": bool(dated),
        "enough_people_approved": approvals["needed"] is not None and len(by) >= approvals["needed"],
        "the_rule_asked_again_for_then_says_suspend": then is not None and _says_suspend(then, row),
    }


def _says_suspend(then: Loaded, row: Suspension) -> bool:
    """Whether the rulebook, on what was known at the last look, suspends this subscription."""
    decision = book.schedule(then.policy, then.facts, row.debt.looked_at, forecast=False)
    suspends = isinstance(decision.next, book.Take) and decision.next.action is book.Action.SUSPEND
    return suspends and str(row.subscription_id) in (*decision.covers, *decision.follows)


def _reached(one: Decision, at: datetime) -> bool:
    message = one.message
    moments = [one.called_at]
    if message is not None:
        bounced = message.bounced_at is not None and message.bounced_at <= at
        moments += [message.seen_at, None if bounced else message.delivered_at]
    return any(moment is not None and moment <= at for moment in moments)
