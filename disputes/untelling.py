"""What if a letter that told a customer something comes back later? Silence counts for nothing any more."""

from datetime import datetime

from customers.locking import lock_customer
from customers.models import Customer, Message, TimelineEntry, acting_for
from customers.telling import tell

from .models import AccessNews, Dispute
from .opening import soon


def untell(message: Message, *, now: datetime) -> None:
    """A letter came back after it had been taken. What the customer said themselves stands: their yes, their no, a
    case they withdrew. A loop that silence closed is open again, and waits until the letter has arrived elsewhere; an
    owner sees to that by the end of the next business day. Money that thawed goes on thawed: its dates were told.

    Twice is once; other letters are left alone."""
    with acting_for(message.partner):
        customer = lock_customer(message.customer_id)
        _answer(message, customer, now=now)
        news = AccessNews.objects.filter(told_by=message, confirmed_at=None, objected_at=None)
        news.update(told_at=None, window_ends_at=None, closed_at=None)


def _answer(message: Message, customer: Customer, *, now: datetime) -> None:
    found = Dispute.objects.select_for_update(of=("self",)).select_related("invoice").filter(told_by=message)
    case = found.first()
    if case is None or case.confirmed_at is not None or case.next_action == Dispute.Next.ARRIVAL:
        return
    was_closed = case.status == Dispute.Status.CLOSED
    if case.withdrawn or case.rating is not None:
        return
    case.status, case.closed_at = Dispute.Status.AWAITING_CONFIRMATION, None
    if case.next_action != Dispute.Next.READ:
        case.next_action = Dispute.Next.ARRIVAL
    case.next_at = soon(customer, now)
    case.save(update_fields=["status", "closed_at", "next_action", "next_at"])
    if was_closed:
        tell(
            customer,
            TimelineEntry.Kind.DISPUTE,
            "case_open_again",
            now=now,
            about=(case.invoice.number or "" if case.invoice else "") or case.number,
            values={"case": case.number, "link": f"/my/cases/{case.pk}/"},
            shared=False,
        )
