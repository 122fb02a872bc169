"""What did we ask, what was answered, whose turn is it, and is it settled between us?"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from billing.models import DisputedAmount
from billing.money import ZERO
from customers import exporting
from customers.entering import Here, customer, customer_here
from customers.exporting import CHUNK, Column, exported
from customers.models.partners import OwnedQuerySet
from customers.paging import leaf
from customers.roles import May
from customers.seeing import ABOUT_CASES, see
from disputes.fields import Taken
from disputes.models import Dispute
from disputes.resolving import silent_until
from partnerportal.templatetags.statuses import word

from . import my_happened
from .my_cases_sentences import about_of, asked_of, opening_of, turn_of
from .my_cases_talk import talk_of
from .my_outlook import outlook_of
from .my_question_reasons import REASONS, WANTED
from .my_saying import voice_of

STARS = (5, 4, 3, 2, 1)


def mine(request: Here) -> OwnedQuerySet[Dispute]:
    """This customer's cases; foreign ones are as absent as none."""
    found = Dispute.objects.visible_to(request.user).filter(customer=customer_here(request))
    return found.select_related("invoice", "credit_note", "opened_by", "customer", "partner", "follows", "told_by")


@customer()
def cases(request: Here) -> HttpResponseBase:
    """All cases of every kind, the newest first: what each is about, and whose turn it is."""
    if exporting.wanted(request):
        return _file(request)
    page = leaf(request, mine(request), "-opened_at", "-pk")
    asked = _questioned(request, [case.number for case in page.object_list])
    voice = voice_of(request)
    listed = [
        {"case": case, "asked": asked.get(case.number, ZERO), "turn": turn_of(case, voice), "about": about_of(case)}
        for case in page.object_list
    ]
    return render(request, "my/cases.html", {"page": page, "rows": listed})


def _file(request: Here) -> HttpResponseBase:
    voice = voice_of(request)
    columns = [
        Column(_("Case"), lambda one: one.number),
        Column(_("What it is about"), lambda one: str(about_of(one))),
        Column(_("Opened"), lambda one: one.opened_at.astimezone(request.zone)),
        Column(_("State"), lambda one: word("case", one.status)),
        Column(_("Whose turn"), lambda one: str(turn_of(one, voice))),
    ]
    rows = mine(request).order_by("-opened_at", "-pk").iterator(chunk_size=CHUNK)
    return exported(request, "cases", columns, rows)


def _questioned(request: Here, numbers: list[str]) -> dict[str, Decimal]:
    """What each case questioned; what was frozen again after reopening counts once."""
    first: dict[str, dict[int, Decimal]] = defaultdict(dict)
    rows = DisputedAmount.objects.filter(customer=customer_here(request), case_number__in=numbers).order_by("pk")
    for number, line, amount in rows.values_list("case_number", "line_id", "questioned"):
        first[number].setdefault(line, amount)
    return {number: sum(lines.values(), ZERO) for number, lines in first.items()}


@customer()
def case(request: Here, pk: int) -> HttpResponse:
    """One case: where it stands, what is frozen, the conversation, the answer, and whether it is resolved."""
    found = get_object_or_404(mine(request), pk=pk)
    if request.method == "GET":
        see(found.customer, found.number, ABOUT_CASES, by=request.user, now=request.now)
    return page_of(request, found)


@dataclass
class Typed:
    """A form of the page that was refused: which one, what was typed and chosen, and why."""

    form: str = ""
    text: str = ""
    stars: int = 0
    error: str = ""
    taken: Taken | None = None


def page_of(request: Here, found: Dispute, typed: Typed | None = None, status: int = 200) -> HttpResponse:
    """The page of a case, with a refused form as it was filled in."""
    lines, voice = asked_of(found), voice_of(request)
    rest = outlook_of(found.invoice, now=request.now).to_pay if found.invoice else ZERO
    silent = silent_until(found, found.customer)
    context = {
        "case": found,
        "voice": voice,
        "opening": opening_of(found, lines, rest, voice, silent),
        "lines": lines,
        "about": about_of(found),
        "reason": REASONS.get(found.reason, "") if found.title else "",
        "wanted": WANTED.get(found.wanted, ""),
        "rest": rest,
        "talk": talk_of(found, found.partner),
        "followed_by": found.followed_by.order_by("-pk").first() if found.status == Dispute.Status.CLOSED else None,
        "entries": my_happened.of_case(request, found),
        "typed": typed or Typed(),
        "taken": (typed and typed.taken) or Taken(),
        "silent": silent,
        "stars": STARS,
        **_may(request, found),
    }
    return render(request, "my/case.html", context, status=status)


def _may(request: Here, found: Dispute) -> dict[str, Any]:
    """What this person can do with the case as it stands."""
    speaks = request.membership.may(May.QUESTION)
    closed = found.status == Dispute.Status.CLOSED
    return {
        "may_confirm": speaks and found.status == Dispute.Status.AWAITING_CONFIRMATION,
        "may_write": speaks,
        "may_withdraw": speaks and found.decided_at is None,
        "may_rate": speaks and closed and not found.withdrawn and found.rating is None,
    }


@require_safe
@customer()
def taken(request: Here, pk: int) -> HttpResponse:
    """The receipt: the number, until when we answer, what is frozen and what is not."""
    found = get_object_or_404(mine(request), pk=pk)
    lines = asked_of(found)
    context = {
        "case": found,
        "voice": voice_of(request),
        "lines": lines,
        "about": about_of(found),
        "frozen": sum((line.frozen for line in lines), ZERO),
        "rest": outlook_of(found.invoice, now=request.now).to_pay if found.invoice else ZERO,
        "mail": _mail_of(found),
        "window_days": found.partner.confirm_days,
    }
    return render(request, "my/case_taken.html", context)


def _mail_of(found: Dispute) -> str:
    """The address to which the answer will go."""
    contacts = {contact.role: contact.email for contact in found.customer.contacts.all()}
    return contacts.get("billing") or contacts.get("owner") or ""
