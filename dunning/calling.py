"""Who called, and what came of it? A logged call is the proof on which the ladder goes on."""

from datetime import datetime

from billing.models import Invoice
from customers.locking import lock_customer
from customers.models import Membership, Partner, TimelineEntry, User, acting_for
from customers.roles import May
from customers.telling import tell

from .approving import NotAllowed
from .models import Decision, Stage
from .reviewing import review

BY_HAND = (Stage.Action.CALL_TASK, Stage.Action.HAND_OVER)


class NoOpenCall(Exception):
    """No call or hand-over stands open for this invoice."""


def check_may_chase(by: User, partner: Partner) -> None:
    """Raise NotAllowed unless this person works for the partner in a role that logs calls and holds collections."""
    place = Membership.objects.filter(user=by, partner=partner, customer=None).first()
    if place is None:
        raise NotAllowed("not_a_member", "This person doesn't work for this partner.")
    if not place.may(May.CHASE):
        raise NotAllowed("role", f"{place.get_role_display()} may not {May.CHASE.label}.")


def log_call(partner: Partner, number: str, *, by: User, note: str, now: datetime) -> Decision:
    """Log the call or hand-over that stands open for an invoice, and review its customer.

    Raises NoOpenCall and NotAllowed."""
    check_may_chase(by, partner)
    invoice = Invoice.objects.filter(partner=partner, number=number).first()
    if invoice is None:
        raise NoOpenCall(f"there is no invoice '{number}'")
    with acting_for(partner):
        customer = lock_customer(invoice.customer_id)
        decision = (
            Decision.objects.select_for_update()
            .filter(invoice=invoice, action__in=BY_HAND, called_at=None, waived_at=None)
            .order_by("-decided_at")
            .first()
        )
        if decision is None:
            raise NoOpenCall(f"no call stands open for '{number}'")
        decision.called_at, decision.called_by, decision.call_note = now, by, note.strip()[:300]
        decision.save(update_fields=["called_at", "called_by", "call_note"])
        tell(
            customer,
            TimelineEntry.Kind.NOTICE,
            "call_logged",
            now=now,
            about=number,
            values={"person": str(by), "invoice": number, "note": note.strip()[:300]},
            actor=by,
            shared=False,
        )
        review([customer.pk], now=now)
        return decision
