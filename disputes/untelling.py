"""What if a letter that told a customer something comes back later? Silence counts for nothing any more."""

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from customers.locking import lock_customer
from customers.models import Customer, Message, TimelineEntry, acting_for
from customers.telling import tell
from customers.writing import language_of

from .agreeing import title_of
from .asking import MOST_TITLE
from .models import AccessNews, CaseEntry, Dispute
from .opening import open_case, soon
from .owning import may_own


def untell(message: Message, *, now: datetime) -> None:
    """A letter came back after it had been taken. What the customer said themselves stands: their yes, their no, a
    case they withdrew. A loop that is still open waits until the letter has arrived elsewhere; an owner sees to that
    by the end of the next business day. Money that thawed goes on thawed: its dates were told.

    A loop that silence had closed stays closed. It was closed rightly, on a letter that had been taken, and no program
    takes an end back (I21); but nobody knows whether its customer has read the answer (I31), so a case that follows
    opens, with an owner who sees that it arrives, and it ends as every case does.

    Twice is once; other letters are left alone."""
    with acting_for(message.partner):
        customer = lock_customer(message.customer_id)
        with translation.override(language_of(customer, message.contact)):
            _answer(message, customer, now=now)
            _news(message, customer, now=now)


def _answer(message: Message, customer: Customer, *, now: datetime) -> None:
    found = Dispute.objects.select_for_update(of=("self",)).select_related("invoice", "owner").filter(told_by=message)
    case = found.first()
    if case is None or case.confirmed_at is not None or case.withdrawn or case.rating is not None:
        return
    if case.status == Dispute.Status.CLOSED:
        title = case.title or gettext("Our answer to %(case)s") % {"case": case.number}
        kind = Dispute.Kind.BILLING if case.freezes else case.kind
        text = gettext("Our answer to %(case)s came back after the case had closed. We see that it reaches you.")
        _go_on(message, customer, kind, title, text % {"case": case.number}, case, now=now)
    elif case.next_action not in (Dispute.Next.ARRIVAL, Dispute.Next.READ):
        case.next_action, case.next_at = Dispute.Next.ARRIVAL, soon(customer, now)
        case.save(update_fields=["next_action", "next_at"])


def _news(message: Message, customer: Customer, *, now: datetime) -> None:
    found = AccessNews.objects.select_for_update(of=("self",)).select_related("told_by")
    news = found.filter(told_by=message, confirmed_at=None, objected_at=None).first()
    if news is None:
        return
    if news.closed_at is not None:
        text = gettext("The mail that said so came back after we had taken it for read. We see that it reaches you.")
        _go_on(message, customer, Dispute.Kind.SUPPORT, title_of(news), text, None, now=now)
        return
    news.told_at = news.window_ends_at = None
    news.save(update_fields=["told_at", "window_ends_at"])


def _go_on(
    message: Message, customer: Customer, kind: str, title: str, text: str, case: Dispute | None, *, now: datetime
) -> None:
    """Open the case in which somebody sees that what came back arrives; where the customer has gone on already, say
    so there."""
    if case is not None and _noted(case, text, now=now):
        return
    returned = Dispute.objects.filter(customer=customer, source=Dispute.Source.RETURNED, title=title[:MOST_TITLE])
    if returned.filter(opened_at__gte=message.bounced_at).exists():
        return
    owner = case.owner if case is not None and may_own(case.owner, customer.partner) else None
    follow = open_case(
        customer,
        kind=kind,
        title=title[:MOST_TITLE],
        text=text,
        by=None,
        now=now,
        source=Dispute.Source.RETURNED,
        invoice=case.invoice if case is not None else None,
        follows=case,
        owner=owner,
    )
    follow.next_action, follow.next_at = Dispute.Next.ARRIVAL, soon(customer, now)
    follow.save(update_fields=["next_action", "next_at"])
    _tell(follow, customer, now=now)


def _noted(case: Dispute, text: str, *, now: datetime) -> bool:
    """Whether the customer has gone on already; then it is noted there."""
    open_one = case.followed_by.open().order_by("-pk").first()
    if open_one is None or open_one.source == Dispute.Source.RETURNED:
        return open_one is not None
    known: dict[str, Any] = {"kind": CaseEntry.Kind.NOTE, "text": text, "partner_id": open_one.partner_id}
    open_one.entries.get_or_create(**known, defaults={"at": now})
    return True


def _tell(follow: Dispute, customer: Customer, *, now: datetime) -> None:
    """On the timeline alone: a receipt by mail would go to the address that has just failed."""
    tell(
        customer,
        TimelineEntry.Kind.DISPUTE,
        "case_returned",
        now=now,
        about=(follow.invoice.number or "" if follow.invoice else "") or follow.number,
        values={"case": follow.number, "title": follow.title, "link": f"/my/cases/{follow.pk}/"},
    )
