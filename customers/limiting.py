"""How much may a customer owe before staff is warned? A person says so, and the timeline keeps who did."""

from datetime import datetime
from decimal import Decimal

from .history.acting import because
from .locking import lock_customer
from .models import Customer, TimelineEntry, User, acting_for
from .telling import tell


def set_limit(customer: Customer, limit: Decimal | None, *, by: User, now: datetime, why: str = "") -> Customer:
    """Set the credit limit in the partner's currency; None takes it away. The same limit again changes nothing. `why`
    stands in the history, for staff.

    A limit only warns: it stops no invoice and no access, so nothing is reviewed. Customers don't see it."""
    with acting_for(customer.partner):
        locked = lock_customer(customer.pk)
        if locked.credit_limit == limit:
            return locked
        because(why)
        locked.credit_limit = limit
        locked.save(update_fields=["credit_limit"])
        tell(
            locked,
            TimelineEntry.Kind.NOTE,
            "limit_set" if limit is not None else "limit_removed",
            now=now,
            values={"amount": f"{limit:f}", "currency": customer.partner.currency} if limit is not None else {},
            actor=by,
            shared=False,
        )
        return locked
