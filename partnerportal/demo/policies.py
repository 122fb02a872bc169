"""What does each house of the demo ask for before somebody loses access? The first the standard policy; the second
calls first, and wants two people and half an hour to undo."""

from dataclasses import replace

from dunning.founding import standard_policy
from dunning.policy import Action, Anchor, Policy, Stage


def policy_of(slug: str, currency: str) -> Policy:
    """The first policy of a house."""
    policy = standard_policy(currency)
    return policy if slug == "hanhai" else _careful(policy)


def _careful(policy: Policy) -> Policy:
    place = next(n for n, stage in enumerate(policy.stages) if stage.action is Action.SUSPEND)
    suspend = policy.stages[place]
    call = Stage(
        name="call",
        action=Action.CALL_TASK,
        anchor=Anchor.DELIVERED,
        of="final",
        offset=3,
        min_overdue=suspend.min_overdue,
    )
    stages = (*policy.stages[:place], call, replace(suspend, approvals=2, gap=2), *policy.stages[place + 1 :])
    return replace(policy, stages=stages, undo_minutes=30, stale_cash_hours=72)


def easier(policy: Policy) -> Policy:
    """What the first house thinks about: reminding two days later, and a week more to promise in."""
    stages = tuple(replace(one, offset=one.offset + 2) if one.name == "remind" else one for one in policy.stages)
    return replace(policy, stages=stages, promise_days=21)
