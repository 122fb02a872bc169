"""Is this suspension still right, in the second before it happens? The same function as every day, under lock."""

from datetime import datetime

from customers.locking import lock_customer
from customers.models import acting_for
from outbox import clock
from outbox.keeping import Moot, Park, Postpone, Result
from subscriptions import provisioning
from subscriptions.gateway.protocol import ProviderStatus, SubscriptionSeen
from subscriptions.models import AccessChange, Suspension
from subscriptions.switching import kept_before

from . import policy as book
from .approving import abort
from .breaking import REASON, lets_go
from .facts import Loaded, load
from .models import Case, Proposal, SuspensionDebt


def last_look(change: AccessChange, seen: dict[int, SubscriptionSeen]) -> Result | None:
    """Decide the proposal's case once more. Only if the answer is still to suspend exactly these are the
    suspensions opened and the attempts written, and None answered; otherwise why the change waits or ends."""
    now = clock.now()
    with acting_for(change.partner):
        lock_customer(change.customer_id)
        proposal = Proposal.objects.select_for_update().get(change=change)
        if proposal.state != Proposal.State.APPROVED:
            return Moot(f"{proposal.state}: {proposal.ended_why}")
        judged = judge_again(proposal.case, now=now)
        if judged is None:
            abort(proposal, "settled", now=now)
            return Moot("settled")
        loaded, decision = judged
        held = _held_back(proposal, decision, seen, now=now)
        if held is not None:
            return held
        limit = lets_go(proposal, now=now)
        if limit is None:
            return Park(REASON)
        _open(change, proposal, loaded, decision, seen, limit=limit, now=now)
    return None


def _held_back(
    proposal: Proposal, decision: book.Decision, seen: dict[int, SubscriptionSeen], *, now: datetime
) -> Result | None:
    answer = decision.next
    if isinstance(answer, book.Wait) and answer.until is not None:
        return Postpone(answer.until, str(answer.because.code))
    scope = {int(pk) for pk in (*decision.covers, *decision.follows)}
    going = isinstance(answer, book.Take) and answer.action is book.Action.SUSPEND
    if not going or scope != set(proposal.covers):
        why = str(answer.because.code) if not going else "scope_changed"
        abort(proposal, why, now=now)
        return Moot(why)
    gone = [one for one in seen.values() if one.status not in (ProviderStatus.ACTIVE, ProviderStatus.SUSPENDED)]
    if gone:
        abort(proposal, "provider_state", now=now)
        return Moot(f"the provider says {gone[0].status} of {gone[0].id}")
    return None


def _open(
    change: AccessChange,
    proposal: Proposal,
    loaded: Loaded,
    decision: book.Decision,
    seen: dict[int, SubscriptionSeen],
    *,
    limit: int,
    now: datetime,
) -> None:
    earliest = _earliest(loaded)
    for pk, subscription in provisioning.subscriptions_of(change).items():
        row = Suspension.objects.create(
            partner_id=change.partner_id,
            customer_id=change.customer_id,
            subscription=subscription,
            cause=Suspension.Cause.NON_PAYMENT,
            opened_by=change,
            began_at=now,
            kept=kept_before(subscription, seen[pk]),
        )
        SuspensionDebt.objects.create(
            partner_id=change.partner_id,
            suspension=row,
            invoice=loaded.invoice,
            decision=proposal.decision,
            debt=decision.undisputed,
            earliest_at=earliest,
            looked_at=now,
            day_limit=limit,
        )
        if seen[pk].status is ProviderStatus.ACTIVE:
            provisioning.open_attempt(change, subscription)
    proposal.state, proposal.ended_at = Proposal.State.CARRIED_OUT, now
    proposal.save(update_fields=["state", "ended_at"])


def _earliest(loaded: Loaded) -> datetime:
    """The latest instant that any notice the customer got has promised not to precede."""
    return max(notice.not_before for notice in loaded.facts.notices if notice.not_before and book.reached(notice))


def judge_again(case: Case, *, now: datetime) -> tuple[Loaded, book.Decision] | None:
    """Decide one case again from the facts as they are; the caller holds the customer's lock."""
    for loaded in load([case.customer], now=now):
        if loaded.case.pk == case.pk:
            return loaded, book.schedule(loaded.policy, loaded.facts, now, forecast=False)
    return None
