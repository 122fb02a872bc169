"""Does a dunning letter still speak the truth when it leaves, and what does its delivery change?"""

from customers.models import Message, TimelineEntry
from customers.telling import tell
from outbox import clock

from . import policy as book
from .facts import load
from .models import Case
from .releasing import waits_for_restoration
from .reviewing import finished


def still_owed(message: Message) -> str:
    """Why a notice is overtaken, or "". What was paid since it was decided is taken out of the letter; with
    nothing left it doesn't leave. Runs under the customer's lock."""
    now = clock.now()
    open_now = {
        loaded.invoice.pk
        for loaded in load([message.customer], now=now)
        if not isinstance(book.schedule(loaded.policy, loaded.facts, now, forecast=False).next, book.Clear)
    }
    invoices = [one for one in message.values["invoices"] if one["invoice_id"] in open_now]
    message.values = {**message.values, "invoices": invoices}
    return "" if invoices else "settled"


def still_suspended(message: Message) -> str:
    """A deletion notice is overtaken when nothing is suspended for its invoice any more."""
    case = Case.objects.get(invoice_id=message.values["invoice_id"])
    live = case.invoice.suspension_debts.filter(suspension__ended_at=None).exists()
    return "" if live else "restored"


def close_loop(message: Message) -> None:
    """The customer was told that access is back: the case ends here if nothing is owed any more."""
    now = message.delivered_at or clock.now()
    change = message.access_change
    for case in Case.objects.filter(invoice__suspension_debts__suspension__lifted_by=change, closed_at=None).distinct():
        for loaded in load([message.customer], now=now):
            if loaded.case.pk != case.pk:
                continue
            decision = book.schedule(loaded.policy, loaded.facts, now, forecast=False)
            if finished(decision) and not waits_for_restoration(case):
                Case.objects.filter(pk=case.pk).update(closed_at=now)
                tell(
                    message.customer,
                    TimelineEntry.Kind.NOTE,
                    "loop_closed",
                    now=now,
                    about=loaded.invoice.number or "",
                    values={"invoice": loaded.invoice.number},
                )
