"""We were told that access is off, or on again: is it so? Yes closes it, no opens a case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from customers.entering import Here, customer, customer_here
from customers.models import Message
from customers.models.partners import OwnedQuerySet
from customers.roles import May
from customers.sending import ABOUT_ACCESS
from disputes.agreeing import confirm, disagree, names_of, open_news
from disputes.models import AccessNews
from disputes.refusing import BadQuestion, NotOpen

from .my_saying import listed

# A newer piece of news says what holds now; the older ones close by themselves.
MOST = 3


@dataclass(frozen=True)
class News:
    """One piece of news as a page asks about it."""

    row: AccessNews
    names: str

    @property
    def is_back(self) -> bool:
        """Whether access came back."""
        return self.row.kind == AccessNews.Kind.RESTORED

    @property
    def at(self) -> datetime | None:
        """When they were told."""
        return self.row.told_at

    @classmethod
    def of(cls, row: AccessNews) -> "News":
        """With the names of its subscriptions as they are listed."""
        return cls(row, listed(names_of(row)))


def asked_of(request: Here, invoice: str = "") -> list[News]:
    """What this person can say yes or no to, the newest first, be it about one invoice (its number); one query."""
    if not request.membership.may(May.QUESTION):
        return []
    found = open_news(customer_here(request))
    return [News.of(one) for one in found[:MOST] if invoice in ("", one.told_by.values.get("invoice"))]


def mine(request: Here) -> OwnedQuerySet[AccessNews]:
    """This customer's news; foreign ones are as absent as none."""
    found = AccessNews.objects.visible_to(request.user).filter(customer=customer_here(request))
    return found.select_related("told_by", "case")


@require_safe
@customer()
def access_news(request: Here, pk: int) -> HttpResponse:
    """What we told them, what they said to it, and the two answers while it is open."""
    return _page(request, get_object_or_404(mine(request), pk=pk))


@require_safe
@customer()
def news_of_letter(request: Here, message_id: int) -> HttpResponse:
    """From the letter that told them to what it asks; until its delivery is recorded, to what they use."""
    found = mine(request).filter(told_by=message_id).first()
    if found is not None:
        return redirect("my-access", found.pk)
    letters = Message.objects.visible_to(request.user).filter(customer=customer_here(request))
    get_object_or_404(letters, pk=message_id, letter__in=ABOUT_ACCESS)
    return redirect("my-subscriptions")


@require_POST
@customer(May.QUESTION)
def say_right(request: Here, pk: int) -> HttpResponse:
    """Yes: the loop is closed by the customer."""
    found = get_object_or_404(mine(request), pk=pk)
    try:
        confirm(found.pk, by=request.user, now=request.now)
    except NotOpen:
        messages.error(request, gettext("This is closed already. Nothing was changed."))
    else:
        messages.success(request, gettext("Thank you. Nothing more is to be done."))
    return redirect("my-access", pk)


@require_POST
@customer(May.QUESTION)
def say_wrong(request: Here, pk: int) -> HttpResponse:
    """No: what is wrong, and a case is open."""
    found = get_object_or_404(mine(request), pk=pk)
    why = request.POST.get("why", "")
    try:
        case = disagree(found.pk, why=why, by=request.user, now=request.now)
    except BadQuestion as bad:
        return _page(request, found, why, bad.why, status=422)
    except NotOpen:
        found.refresh_from_db()
        error = gettext("You said before that all is well. Open a case under Ask us; your words are kept here.")
        return _page(request, found, why, error, status=409)
    return redirect("my-case-taken", case.pk)


def _page(request: Here, found: AccessNews, why: str = "", error: str = "", status: int = 200) -> HttpResponse:
    speaks = request.membership.may(May.QUESTION)
    waits = found.told_at is not None and found.objected_at is None and found.confirmed_at is None
    context: dict[str, Any] = {
        "news": News.of(found),
        "may_confirm": speaks and waits and found.closed_at is None,
        "may_disagree": speaks and (waits or bool(error)),
        "why": why,
        "error": error,
    }
    return render(request, "my/access_news.html", context, status=status)
