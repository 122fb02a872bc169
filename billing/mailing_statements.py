"""Who is mailed a statement of the month that is over? Once for each customer and month."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from customers.locking import lock_customer
from customers.models import Customer, Document, Letter, Message, Partner, acting_for
from customers.writing import promise_letter

from .models import CreditNote, Invoice, Payment
from .money import ZERO, plain
from .statement_papers import month_paper
from .stating import balances

# From this hour of the first day in the partner's zone; a beat missed that day is made up for on the next ones.
HOUR, UNTIL_DAY = 8, 5


def switch_statements(partner: Partner, *, on: bool) -> bool:
    """Whether customers are mailed a statement of each month that is over; answers whether that is a change."""
    with acting_for(partner):
        return bool(Partner.objects.filter(pk=partner.pk, monthly_statement=not on).update(monthly_statement=on))


def mail_statements(partner: Partner, *, now: datetime) -> int:
    """Promise last month's statement to every customer who owes, or with whom something moved in it; answers to
    how many. Says nothing where the partner doesn't want statements or it isn't the time; twice is once."""
    here = now.astimezone(partner.tz)
    if not partner.monthly_statement or here.day > UNTIL_DAY or (here.day == 1 and here.hour < HOUR):
        return 0
    last = here.date().replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    promised = 0
    for pk in _waiting(partner, first, last).order_by("pk").values_list("pk", flat=True):
        with acting_for(partner):
            promised += _promise(lock_customer(pk), first, last, now=now)
    return promised


def _waiting(partner: Partner, first: date, last: date) -> QuerySet[Customer]:
    """Customers the month concerns who haven't been promised its statement yet."""
    whose: dict[str, Any] = {"customer": OuterRef("pk")}
    month = (first, last)
    concerned = (
        Q(Exists(Invoice.objects.filter(**whose).open()))
        | Q(Exists(Invoice.objects.filter(**whose, issued_on__range=month).exclude(status=Invoice.Status.DRAFT)))
        | Q(Exists(Payment.objects.filter(**whose, received_on__range=month)))
        | Q(Exists(CreditNote.objects.filter(**whose, issued_on__range=month)))
    )
    told = Message.objects.filter(**whose, letter=Letter.STATEMENT, about=f"{first:%Y-%m}")
    return Customer.objects.filter(concerned, partner=partner).exclude(Exists(told))


def _promise(customer: Customer, first: date, last: date, *, now: datetime) -> bool:
    before, after = balances(customer, before=first), balances(customer, before=last + timedelta(days=1))
    rows = [
        {
            "currency": code,
            "opening": plain(before.get(code, ZERO), code),
            "closing": plain(after[code], code),
        }
        for code in sorted(after)
    ]
    if not rows:
        return False
    month = f"{first:%Y-%m}"
    promise_letter(
        customer,
        Letter.STATEMENT,
        key=f"letter:statement:{customer.pk}:{month}",
        now=now,
        about=month,
        values={
            "month": month,
            "first_on": str(first),
            "last_on": str(last),
            "balances": rows,
            "link": f"/my/statement/?from={first}&to={last}",
        },
    )
    return True


def statement_of(message: Message) -> Document:
    """The paper that goes with a statement's mail. Raises Unprinted."""
    first, last = (date.fromisoformat(message.values[name]) for name in ("first_on", "last_on"))
    return month_paper(message.customer, first, last, language=message.language, now=message.queued_at)
