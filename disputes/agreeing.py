"""Whoever was told that access is off, or on again: do they agree? A word, or silence, closes the loop."""

from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext

from billing.models import Invoice
from customers.locking import lock_customer
from customers.models import Customer, Letter, Message, TimelineEntry, User, acting_for
from customers.telling import tell

from .asking import MOST_TITLE, ask
from .models import AccessNews, Dispute
from .opening import after_business_days
from .refusing import NotOpen, check_may_speak, worded

KINDS: Final = {Letter.SUSPENDED: AccessNews.Kind.SUSPENDED, Letter.RESTORED: AccessNews.Kind.RESTORED}


def told(message: Message) -> None:
    """A letter about access reached the customer: the window to disagree opens, anew where it came back before.
    What stays off for another reason is not asked about. The caller holds the customer's lock."""
    at = message.delivered_at
    assert at is not None
    if message.values.get("still_off") and not message.values.get("returned"):
        return
    news, _new = AccessNews.objects.select_for_update().get_or_create(
        told_by=message,
        defaults={
            "partner_id": message.partner_id,
            "customer_id": message.customer_id,
            "kind": KINDS[Letter(message.letter)],
        },
    )
    if news.closed_at is not None or news.objected_at is not None:
        return
    news.told_at = at
    news.window_ends_at = after_business_days(message.customer, at, message.partner.confirm_days)
    news.save(update_fields=["told_at", "window_ends_at"])


def confirm(news_id: int, *, by: User, now: datetime) -> AccessNews:
    """The customer says: yes, so it is. Twice is once. Raises NotOpen where the loop is closed in silence or they
    said otherwise, PermissionError."""
    found = AccessNews.objects.select_related("partner").get(pk=news_id)
    with acting_for(found.partner):
        customer = lock_customer(found.customer_id)
        check_may_speak(by, customer)
        news = _locked(news_id)
        if news.confirmed_at is not None:
            return news
        if news.closed_at is not None or news.objected_at is not None or news.told_at is None:
            raise NotOpen(str(news))
        news.confirmed_at = news.closed_at = now
        news.said_by = by
        news.save(update_fields=["confirmed_at", "closed_at", "said_by"])
        _tell(news, customer, "access_confirmed", by, now=now)
        return news


def disagree(news_id: int, *, why: str, by: User, now: datetime) -> Dispute:
    """The customer says: no, something is wrong. It opens a case in the queue of technical support, with an owner, a
    next action and a promised time, and the loop ends with it; one that silence closed is open again. Twice is once.

    Raises BadQuestion (text), NotOpen where they said yes before, PermissionError, owning's NobodyToAnswer."""
    found = AccessNews.objects.select_related("partner").get(pk=news_id)
    with acting_for(found.partner):
        customer = lock_customer(found.customer_id)
        check_may_speak(by, customer)
        words = worded("text", why, gettext("Say what is wrong."))
        news = _locked(news_id)
        if news.case is not None:
            return news.case
        if news.confirmed_at is not None or news.told_at is None:
            raise NotOpen(str(news))
        case = ask(
            customer,
            kind=Dispute.Kind.SUPPORT,
            title=title_of(news),
            text=words,
            by=by,
            now=now,
            invoice=_invoice(news),
        )
        news.case, news.objected_at, news.said_by, news.closed_at = case, now, by, None
        news.save(update_fields=["case", "objected_at", "said_by", "closed_at"])
        _tell(news, customer, "access_questioned", by, now=now, case=case.number)
        return case


def title_of(news: AccessNews) -> str:
    """What the news is about, as its case is called."""
    names = ", ".join(names_of(news))
    suspended = news.kind == AccessNews.Kind.SUSPENDED
    text = gettext("Suspension of %(names)s") if suspended else gettext("Access to %(names)s after its return")
    return (text % {"names": names})[:MOST_TITLE]


def names_of(news: AccessNews) -> list[str]:
    """The subscriptions it speaks of, as they were called in the letter."""
    said = news.told_by.values
    found: list[str] = said.get("returned") or said.get("subscriptions") or []
    return found


def open_news(customer: Customer) -> "QuerySet[AccessNews]":
    """What a customer may still say yes or no to, the newest first."""
    found: QuerySet[AccessNews] = AccessNews.objects.filter(customer=customer).asking().select_related("told_by")
    return found.order_by("-told_at", "-pk")


def close_silent(*, now: datetime) -> int:
    """Close the loops whose window has passed without a word; answers how many. A letter that came back closes
    nothing."""
    due = AccessNews.objects.asking().filter(window_ends_at__lte=now)
    closed = 0
    for found in list(due.select_related("partner").order_by("customer_id", "pk")):
        with acting_for(found.partner):
            lock_customer(found.customer_id)
            closed += due.filter(pk=found.pk).update(closed_at=now)
    return closed


def close_with(case: Dispute, *, now: datetime) -> None:
    """A case is closed, and with it the loop that opened it. The caller holds the customer's lock."""
    AccessNews.objects.filter(case=case, closed_at=None).update(closed_at=now)


def _locked(pk: int) -> AccessNews:
    return AccessNews.objects.select_for_update(of=("self",)).select_related("told_by", "case").get(pk=pk)


def _invoice(news: AccessNews) -> Invoice | None:
    """The invoice it was about, where it was about one."""
    number = news.told_by.values.get("invoice")
    return Invoice.objects.filter(customer=news.customer_id, number=number).first() if number else None


def _tell(news: AccessNews, customer: Customer, code: str, by: User, *, now: datetime, case: str = "") -> None:
    values = {"subscriptions": ", ".join(names_of(news)), "person": str(by), "case": case}
    about = str(news.told_by.values.get("invoice") or "")
    tell(customer, TimelineEntry.Kind.ACCESS, code, now=now, about=about, values=values, actor=by)
