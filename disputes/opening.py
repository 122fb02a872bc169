"""How does a case begin? With a number, a promised time, an owner and a next action."""

from datetime import datetime
from typing import Any

from billing.models import Invoice
from billing.numbering import next_number
from customers.models import Customer, Letter, TimelineEntry, User
from customers.telling import tell
from customers.writing import promise_letter
from dunning import policy as book
from dunning.calendars import calendar_for

from .models import Dispute
from .owning import new_secret, owner_for


def open_case(
    customer: Customer,
    *,
    kind: str,
    title: str,
    text: str,
    by: User | None,
    now: datetime,
    source: str,
    invoice: Invoice | None = None,
    reason: str = "",
    wanted: str = "",
    follows: Dispute | None = None,
    owner: User | None = None,
) -> Dispute:
    """The row of a new case, its words checked already; whose it is stands in owning, unless the caller knows. The
    caller holds the customer's lock. Raises NobodyToAnswer."""
    answer_by = after_business_days(customer, now, customer.partner.answer_days)
    return Dispute.objects.create(
        partner_id=customer.partner_id,
        customer=customer,
        kind=kind,
        invoice=invoice,
        number=next_number(customer.partner, "dispute", now.astimezone(customer.tz).date()),
        title=title,
        reason=reason,
        wanted=wanted,
        text=text,
        source=source,
        opened_at=now,
        opened_by=by,
        answer_by=answer_by,
        owner=owner or owner_for(customer.partner),
        next_action=Dispute.Next.ANSWER,
        next_at=answer_by,
        follows=follows,
        secret=new_secret(),
    )


def announce_opening(
    dispute: Dispute, customer: Customer, code: str, values: dict[str, Any], by: User | None, *, now: datetime
) -> None:
    """Promise the customer the receipt and tell the timeline; `values` are those of this kind of case."""
    number = dispute.invoice.number if dispute.invoice else ""
    said = {
        "case": dispute.number,
        "kind": dispute.kind,
        "title": dispute.title,
        "invoice": number,
        "answer_by": dispute.answer_by.isoformat(),
        "text": dispute.text,
        "link": f"/my/cases/{dispute.pk}/",
        **values,
    }
    message = promise_letter(
        customer,
        Letter.QUESTION_TAKEN,
        key=f"letter:question:{dispute.pk}",
        now=now,
        about=", ".join(filter(None, (dispute.number, number))),
        values=said,
    )
    tell(
        customer,
        TimelineEntry.Kind.DISPUTE,
        code,
        now=now,
        about=number or dispute.number,
        values=said,
        message=message,
        actor=by,
    )


def after_business_days(customer: Customer, now: datetime, days: int) -> datetime:
    """The end of staffed hours on the n-th business day after an instant, on the partner's calendar."""
    partner = customer.partner
    calendar = calendar_for(partner)
    day = book.shift(now.astimezone(partner.tz).date(), days, book.Unit.BUSINESS_DAYS, calendar)
    return datetime.combine(day, calendar.closes, tzinfo=partner.tz)


def soon(customer: Customer, now: datetime) -> datetime:
    """The end of the next business day: when a case that came back to us is looked at, at the latest."""
    return after_business_days(customer, now, 1)
