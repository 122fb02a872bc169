"""What do we use, and what of it is off: why, until when, and how much brings it back?"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.money import ZERO
from customers import exporting
from customers.entering import Here, customer, customer_here
from customers.exporting import CHUNK, Column, exported
from customers.paging import leaf
from customers.roles import May
from dunning import policy as book
from partnerportal.templatetags.statuses import word
from subscriptions.models import Subscription, Suspension

from .my_access import asked_of
from .my_invoices import lines_of
from .my_outlook import Outlook, outlooks, reached_at
from .my_saying import Voice, listed, together, voice_of


@dataclass(frozen=True)
class Off:
    """What one unpaid invoice has switched off. `owed` is each subscription's own debt, by primary key."""

    outlook: Outlook
    owed: dict[int, Decimal]
    voice: Voice

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each suspended subscription with its own debt."""
        return [{"row": row, "owed": self.owed.get(row.subscription_id, ZERO)} for row in self.outlook.off]

    @property
    def since(self) -> date:
        """The day from which the days to deletion are counted."""
        first = min(row.confirmed_at or row.began_at for row in self.outlook.off)
        return first.astimezone(self.voice.zone).date()

    @property
    def days_left(self) -> int:
        """Days until the provider deletes the data, not below zero."""
        gone = self.outlook.deletes_on
        return max((gone - self.voice.today).days, 0) if gone else 0

    @property
    def days_gone(self) -> int:
        """Days since the suspension."""
        return (self.voice.today - self.since).days

    @property
    def days_all(self) -> int:
        """Days from suspension to deletion."""
        return self.outlook.policy.deletion_days if self.outlook.policy else 60

    @property
    def told_words(self) -> str:
        """How many days before the deletion we write: 30, 14, 7, 3 and 1."""
        return told_before(self.outlook.policy) if self.outlook.policy else ""

    @property
    def why(self) -> str:
        """Due when, which notice reached them when, and when its time ran out."""
        invoice = self.outlook.invoice
        due = self.voice.when(invoice.due_on) if invoice.due_on else ""
        first = gettext("Invoice %(number)s was due on %(due)s.") % {"number": invoice.number, "due": due}
        told = [row for row in self.outlook.history if row.pay_by and row.suspend_on and reached_at(row)]
        if not told:
            return first
        last = told[-1]
        said = {
            "at": self.voice.when(reached_at(last) or last.decided_at),
            "by": self.voice.when(last.pay_by or last.decided_at),
        }
        return together(first, gettext("The notice reached you %(at)s, and its time ended %(by)s.") % said)


def told_before(policy: book.Policy) -> str:
    """How many days before the provider deletes the data a policy's notices go out: 30, 14, 7, 3 and 1."""
    notices = [stage for stage in policy.stages if stage.action is book.Action.DELETION_NOTICE]
    return listed([str(policy.deletion_days - stage.offset) for stage in notices])


@customer()
def subscriptions(request: Here) -> HttpResponseBase:
    """What is suspended first, then everything with its state."""
    mine, voice = customer_here(request), voice_of(request)
    if exporting.wanted(request):
        return _file(request, Subscription.objects.visible_to(request.user).filter(customer=mine))
    found = outlooks(mine, now=request.now)
    off = [Off(one, _owed(one), voice) for one in found if one.off]
    rows = Subscription.objects.visible_to(request.user).filter(customer=mine)
    page = leaf(request, rows, "name", "pk")
    return render(
        request,
        "my/subscriptions.html",
        {
            "voice": voice,
            "off": off,
            "held": any(one.outlook.held for one in off),
            "others": _other_causes(request),
            "news": asked_of(request),
            "page": page,
            "rows": _rows(list(page.object_list), found, request),
            "lost": sum(one.outlook.locked_out for one in off),
            "may_question": request.membership.may(May.QUESTION),
        },
    )


def _file(request: Here, mine: Any) -> HttpResponseBase:
    columns = [
        Column(_("Subscription"), lambda one: one.name),
        Column(_("Number"), lambda one: one.provider_id),
        Column(_("Seats"), lambda one: one.quantity),
        Column(_("State"), lambda one: word("subscription", one.status)),
    ]
    return exported(request, "subscriptions", columns, mine.order_by("name", "pk").iterator(chunk_size=CHUNK))


def _owed(outlook: Outlook) -> dict[int, Decimal]:
    """The undisputed debt of each subscription of an invoice."""
    owed: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for shown in lines_of(outlook.invoice):
        if shown.line.subscription_id:
            owed[shown.line.subscription_id] += shown.line.open - shown.frozen
    return dict(owed)


def _other_causes(request: Here) -> list[Suspension]:
    """Suspensions that no payment lifts."""
    rows = Suspension.objects.visible_to(request.user).live().filter(customer=customer_here(request))
    return list(rows.exclude(cause=Suspension.Cause.NON_PAYMENT).select_related("subscription").order_by("pk"))


def _rows(found: list[Subscription], ahead: list[Outlook], request: Here) -> list[dict[str, Any]]:
    states = _states(found)
    threats = {
        one.pk: outlook
        for outlook in sorted(ahead, key=lambda each: each.suspends_at or request.now, reverse=True)
        for one in outlook.affected
        if outlook.suspends_at
    }
    gone = {row.subscription_id: each.deletes_on for each in ahead for row in each.off}
    return [
        {
            "subscription": one,
            "deletes_on": gone.get(one.pk),
            "state": states[one.pk],
            "threat": threats.get(one.pk) if states[one.pk] == "active" else None,
        }
        for one in found
    ]


def _states(found: list[Subscription]) -> dict[int, str]:
    """The state people read: why it is off, or on its way back, comes before what the provider last said."""
    states = {
        one.pk: "active" if one.status == "active" else "ended" if one.status == "deleted" else one.status
        for one in found
    }
    rows = Suspension.objects.filter(subscription__in=found).order_by("pk")
    for row in rows.filter(ended_at__isnull=False, restored_at=None, lifted_by__isnull=False):
        if row.confirmed_at:
            states[row.subscription_id] = "restoring"
    for row in rows.live():
        states[row.subscription_id] = "suspended" if row.confirmed_at else "suspending"
    return states
