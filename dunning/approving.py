"""Who said yes to a suspension, and what ends a proposal?"""

from datetime import date, datetime, timedelta
from typing import Final

from billing.models import Hold
from customers.locking import lock_customer
from customers.models import Membership, PartnerOwned, TimelineEntry, User, acting_for
from customers.roles import May
from customers.telling import tell
from outbox.models import Outcome
from subscriptions.models import AccessChange

from .models import Approval, Proposal
from .publishing import policy_of


class NotAllowed(Exception):
    """This person may not do that; `code` says why in one word for programs."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


LIVE = (Proposal.State.PROPOSED, Proposal.State.APPROVED)
# A pause with a last day ends within a year; a longer one is open until a person lifts it. It also keeps every day
# that is counted from it within the calendar.
LONGEST_DAYS: Final = 366


def approve(proposal_id: int, *, by: User, now: datetime) -> Proposal:
    """Record one person's yes. With enough of them the suspension is promised for the end of the undo window;
    it is looked at once more before it happens.

    Raises NotAllowed (not_a_member, role, already_approved, not_live)."""
    proposal = Proposal.objects.select_related("partner", "customer").get(pk=proposal_id)
    with acting_for(proposal.partner):
        customer = lock_customer(proposal.customer_id)
        proposal = Proposal.objects.select_for_update().get(pk=proposal_id)
        check_may(by, proposal, May.APPROVE)
        if proposal.state != Proposal.State.PROPOSED:
            raise NotAllowed("not_live", "This proposal no longer waits for approval.")
        if proposal.approvals.filter(user=by).exists():
            raise NotAllowed("already_approved", "You have approved this already; somebody else is needed.")
        Approval.objects.create(partner_id=proposal.partner_id, proposal=proposal, user=by, at=now)
        tell(
            customer,
            TimelineEntry.Kind.ACCESS,
            "suspension_approved",
            now=now,
            about=proposal.case.invoice.number or "",
            values={"person": str(by), "invoice": proposal.case.invoice.number},
            actor=by,
            shared=False,
        )
        if proposal.approvals.count() >= proposal.approvals_needed:
            promise(proposal, now=now)
        return proposal


def promise(proposal: Proposal, *, now: datetime) -> None:
    """Enough people agreed (or none is needed): promise the change for the end of the undo window."""
    undo = timedelta(minutes=policy_of(proposal.case.version_id).undo_minutes)
    proposal.change = AccessChange.objects.create(
        partner_id=proposal.partner_id,
        customer_id=proposal.customer_id,
        wanted=AccessChange.Wanted.SUSPENDED,
        scope=proposal.covers,
        about=proposal.case.invoice.number or "",
        key=f"suspend:{proposal.decision_id}",
        queued_at=now,
        due_at=now + undo,
    )
    proposal.state, proposal.approved_at = Proposal.State.APPROVED, now
    proposal.save(update_fields=["state", "approved_at", "change"])


def refuse(proposal_id: int, *, by: User, reason: str, now: datetime, until: date | None = None) -> Proposal:
    """Say no, or postpone: the proposal ends and the invoice is held, openly or until the day before `until`.

    Raises NotAllowed, and ValueError without a reason or for a day more than a year away."""
    if not reason.strip():
        raise ValueError("reason: say why")
    proposal = Proposal.objects.select_related("partner").get(pk=proposal_id)
    with acting_for(proposal.partner):
        customer = lock_customer(proposal.customer_id)
        proposal = Proposal.objects.select_for_update().get(pk=proposal_id)
        check_may(by, proposal, May.APPROVE)
        today = now.astimezone(customer.tz).date()
        if until and (until - today).days > LONGEST_DAYS:
            raise ValueError("until: choose a day within a year")
        if proposal.state not in LIVE:
            raise NotAllowed("not_live", "This proposal has ended already.")
        Hold.objects.create(
            partner_id=proposal.partner_id,
            customer=customer,
            invoice_id=proposal.case.invoice_id,
            kind=Hold.Kind.HOLD,
            from_on=today,
            until_on=until - timedelta(days=1) if until else None,
            reason=reason.strip()[:300],
            recorded_at=now,
            recorded_by=by,
        )
        _end(proposal, Proposal.State.REFUSED, reason.strip(), now=now, by=by)
        customer.review_due_at = now
        customer.save(update_fields=["review_due_at"])
        return proposal


def abort(proposal: Proposal, why: str, *, now: datetime) -> None:
    """A fact overtook the proposal; `why` is the rulebook's code. The caller holds the customer's lock."""
    _end(proposal, Proposal.State.ABORTED, why, now=now, by=None)


def _end(proposal: Proposal, state: str, why: str, *, now: datetime, by: User | None) -> None:
    proposal.state, proposal.ended_at, proposal.ended_why, proposal.ended_by = state, now, why[:300], by
    proposal.save(update_fields=["state", "ended_at", "ended_why", "ended_by"])
    if proposal.change_id:
        stopped = [Outcome.WAITING, Outcome.PARKED]
        AccessChange.objects.filter(pk=proposal.change_id, outcome__in=stopped, lease_token=None).update(
            outcome=Outcome.MOOT, settled_at=now, reason=f"{state}: {why}"[:300]
        )
    refused = state == Proposal.State.REFUSED
    tell(
        proposal.customer,
        TimelineEntry.Kind.ACCESS,
        "suspension_refused" if refused else "suspension_aborted",
        now=now,
        about=proposal.case.invoice.number or "",
        values={
            "person": str(by) if by else "",
            "invoice": proposal.case.invoice.number,
            "reason" if refused else "because": why,
        },
        actor=by,
        shared=False,
    )


def check_may(user: User, about: PartnerOwned, what: May) -> None:
    """Raise NotAllowed unless this person works for the partner of this row in a role that may."""
    membership = Membership.objects.filter(
        user=user, user__is_active=True, partner_id=about.partner_id, customer=None
    ).first()
    if membership is None:
        raise NotAllowed("not_a_member", "This person doesn't work for this partner.")
    if not membership.may(what):
        raise NotAllowed("role", f"{membership.get_role_display()} may not {what.label}.")
