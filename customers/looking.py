"""Who of ours looks at a customer's pages as the customer sees them? For half an hour, and the timeline keeps it.

Customers don't read it: nothing is shown to staff that staff does not see anyway."""

from datetime import datetime, timedelta
from typing import Final

from .locking import lock_customer
from .models import Customer, Membership, TimelineEntry, User, acting_for
from .roles import May, Role
from .telling import tell

LASTS: Final = timedelta(minutes=30)


def begin_to_look(customer: Customer, *, by: User, now: datetime) -> datetime:
    """Keep that somebody looks; answers until when."""
    until = now + LASTS
    _keep(customer, "looked_as", by, now, {"person": str(by), "until": until.isoformat()})
    return until


def look_no_more(customer: Customer, *, by: User, now: datetime) -> None:
    """Keep that somebody has stopped looking."""
    _keep(customer, "looked_enough", by, now, {"person": str(by)})


def seat_of(customer: Customer, place: Membership) -> Membership | None:
    """The place from which a customer's pages are seen by one of the partner's staff: a billing person's, held by
    nobody and stored nowhere. None where the place does not allow it, or the customer is another partner's."""
    if not place.is_staff or not place.may(May.LOOK_AS) or customer.partner_id != place.partner_id:
        return None
    return Membership(partner=place.partner, user=place.user, customer=customer, role=Role.CUSTOMER_BILLING)


def _keep(customer: Customer, code: str, by: User, now: datetime, values: dict[str, str]) -> None:
    with acting_for(customer.partner):
        locked = lock_customer(customer.pk)
        tell(locked, TimelineEntry.Kind.NOTE, code, now=now, values=values, actor=by, shared=False)
