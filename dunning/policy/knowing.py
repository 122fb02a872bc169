"""What of the facts was known at an instant?"""

from dataclasses import replace
from datetime import UTC, datetime

from dunning.policy.days import utc
from dunning.policy.facts import Dispute, Facts, Notice, Promise, Proposal, Suspension


def known(facts: Facts, at: datetime) -> Facts:
    """The facts as they stood at `at`: later rows gone, later timestamps empty, instants in UTC.

    Holds keep their dates; open amounts are not turned back.
    """
    at = utc(at)
    if _all_by(facts, at):
        return facts
    return replace(
        facts,
        disputes=tuple(_dispute(row, at) for row in facts.disputes if utc(row.opened_at) <= at),
        promises=tuple(_promise(row, at) for row in facts.promises if utc(row.made_at) <= at),
        notices=tuple(_notice(row, at) for row in facts.notices if utc(row.queued_at) <= at),
        suspensions=tuple(_suspension(row, at) for row in facts.suspensions if utc(row.began_at) <= at),
        receipts=tuple(row for row in facts.receipts if utc(row.at) <= at),
        restarts=tuple(utc(t) for t in facts.restarts if utc(t) <= at),
        letters=tuple(utc(t) for t in facts.letters if utc(t) <= at),
        bank_at=_by(facts.bank_at, at),
        proposal=_proposal(facts.proposal, at),
    )


def _all_by(facts: Facts, at: datetime) -> bool:
    """Whether all of it had come by `at` and stands in UTC: the usual case, worth no copy."""
    times = [*facts.restarts, *facts.letters, facts.bank_at]
    for notice in facts.notices:
        times += (notice.queued_at, notice.delivered_at, notice.bounced_at, notice.seen_at)
        times += (notice.called_at, notice.waived_at)
        if notice.not_before is not None and notice.not_before.tzinfo is not UTC:
            return False
    for off in facts.suspensions:
        times += (off.began_at, off.confirmed_at, off.ended_at)
        if off.ended_at is None and off.ended_why is not None:
            return False
    for dispute in facts.disputes:
        times += (dispute.opened_at, dispute.decided_at, dispute.told_at)
        if dispute.decided_at is None and (dispute.outcome is not None or dispute.told_at is not None):
            return False
    for promise in facts.promises:
        times += (promise.made_at, promise.kept_at)
    times += [receipt.at for receipt in facts.receipts]
    if facts.proposal is not None:
        times += (facts.proposal.proposed_at, facts.proposal.approved_at)
    return all(time is None or (time.tzinfo is UTC and time <= at) for time in times)


def _by(instant: datetime | None, at: datetime) -> datetime | None:
    """The instant in UTC if it had come by `at`."""
    if instant is None:
        return None
    instant = utc(instant)
    return instant if instant <= at else None


def _notice(row: Notice, at: datetime) -> Notice:
    return Notice(
        stage=row.stage,
        queued_at=utc(row.queued_at),
        delivered_at=_by(row.delivered_at, at),
        bounced_at=_by(row.bounced_at, at),
        seen_at=_by(row.seen_at, at),
        called_at=_by(row.called_at, at),
        waived_at=_by(row.waived_at, at),
        suspend_on=row.suspend_on,
        not_before=utc(row.not_before) if row.not_before is not None else None,
        scope=row.scope,
        role=row.role,
    )


def _suspension(row: Suspension, at: datetime) -> Suspension:
    ended = _by(row.ended_at, at)
    return replace(
        row,
        began_at=utc(row.began_at),
        confirmed_at=_by(row.confirmed_at, at),
        ended_at=ended,
        ended_why=row.ended_why if ended is not None else None,
    )


def _promise(row: Promise, at: datetime) -> Promise:
    return replace(row, made_at=utc(row.made_at), kept_at=_by(row.kept_at, at))


def _dispute(row: Dispute, at: datetime) -> Dispute:
    """A dispute not decided by `at` has no outcome, and nobody was told of one."""
    decided = _by(row.decided_at, at)
    if decided is None:
        return replace(row, opened_at=utc(row.opened_at), decided_at=None, outcome=None, told_at=None)
    return replace(row, opened_at=utc(row.opened_at), decided_at=decided, told_at=_by(row.told_at, at))


def _proposal(row: Proposal | None, at: datetime) -> Proposal | None:
    """A proposal approved later lacked at least the approval that completed it."""
    if row is None or utc(row.proposed_at) > at:
        return None
    approved = _by(row.approved_at, at)
    approvals = row.approvals
    if approved is None and row.approved_at is not None:
        approvals = max(0, approvals - 1)
    return replace(row, proposed_at=utc(row.proposed_at), approvals=approvals, approved_at=approved)
