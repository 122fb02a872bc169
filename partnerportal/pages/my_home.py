"""What does a customer owe, and until when is nothing at risk? Their home, in one sentence first."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from billing.figures import waiting_money
from billing.money import ZERO
from customers.entering import Here, customer, customer_here
from customers.roles import May
from disputes.models import Dispute
from subscriptions.models import Subscription

from . import my_happened, my_rails, my_sentences, my_word
from .my_invoices import row_of
from .my_outlook import Outlook, outlooks
from .my_saying import Voice, voice_of

LATEST = 5


@customer()
def home(request: Here) -> HttpResponse:
    """The sentence, the figures, what is open, what happens without payment, what happened last."""
    mine, voice = customer_here(request), voice_of(request)
    found = [one for one in outlooks(mine, now=request.now) if one.invoice.balance > ZERO or one.off]
    urgent = my_sentences.most_urgent(found, voice)
    words = my_word.words_of(request, found)
    subscriptions = Subscription.objects.visible_to(request.user).filter(customer=mine, status="active").count()
    cases = Dispute.objects.visible_to(request.user).filter(customer=mine).open().order_by("pk")
    return render(
        request,
        "my/home.html",
        {
            "customer": mine,
            "voice": voice,
            "sentences": my_sentences.of_home(found, voice),
            "figures": figures_of(found, waiting_money(Q(customer=mine)), voice),
            "rows": [{**row_of(one.invoice, one.frozen, voice), "word": words[one.invoice.pk]} for one in found],
            "word": words[urgent.invoice.pk] if urgent else None,
            "totals": totals(found),
            "urgent": urgent,
            "stops": my_rails.of_home(urgent, voice, subscriptions) if urgent else [],
            "off": [row for one in found for row in one.off],
            "cases": list(cases[:LATEST]),
            "entries": my_happened.latest(request, LATEST),
            "may_question": request.membership.may(May.QUESTION),
        },
    )


def totals(found: Sequence[Outlook]) -> list[dict[str, Any]]:
    """What is to pay of the open invoices; one row for each currency, for currencies are never added."""
    sums: dict[str, Decimal] = {}
    for one in found:
        sums[one.invoice.currency] = sums.get(one.invoice.currency, ZERO) + one.to_pay
    counts = {each: sum(1 for one in found if one.invoice.currency == each) for each in sums}
    return [{"currency": each, "sum": sums[each], "count": counts[each]} for each in sorted(sums)]


def figures_of(found: Sequence[Outlook], waiting: dict[str, Decimal], voice: Voice) -> list[list[dict[str, Any]]]:
    """To pay now, due soon, in dispute, credit to use: a row of figures for each currency."""
    currencies = sorted({one.invoice.currency for one in found} | set(waiting))
    return [
        _row([one for one in found if one.invoice.currency == each], each, waiting.get(each, ZERO), voice)
        for each in currencies
    ]


def _row(mine: Sequence[Outlook], currency: str, credit: Decimal, voice: Voice) -> list[dict[str, Any]]:
    late = [one for one in mine if one.due_before(voice.today)]
    soon = [one for one in mine if one.to_pay > ZERO and one not in late]
    due = [one.invoice.due_on for one in soon if one.invoice.due_on]
    frozen = [one for one in mine if one.frozen > ZERO]
    by = gettext("by %(on)s, %(near)s") % {"on": voice.when(min(due)), "near": voice.near(min(due))} if due else ""
    return [
        _figure(gettext("To pay now"), sum((one.to_pay for one in late), ZERO), currency, _overdue(len(late))),
        _figure(gettext("Due soon"), sum((one.to_pay for one in soon), ZERO), currency, by or gettext("none")),
        _figure(gettext("In dispute"), sum((one.frozen for one in frozen), ZERO), currency, _asked(len(frozen))),
        _figure(gettext("Credit to use"), credit, currency, "" if credit else gettext("none")),
    ]


def _figure(label: str, value: Decimal, currency: str, note: str) -> dict[str, Any]:
    return {"label": label, "value": value, "currency": currency, "note": note}


def _overdue(count: int) -> str:
    if not count:
        return gettext("nothing overdue")
    return ngettext("%(n)s invoice overdue", "%(n)s invoices overdue", count) % {"n": count}


def _asked(count: int) -> str:
    if not count:
        return gettext("none")
    return ngettext("frozen, on %(n)s invoice", "frozen, on %(n)s invoices", count) % {"n": count}
