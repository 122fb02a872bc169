"""What did we question, what was answered, and is it settled between us?"""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from billing.models import CreditNoteLine, DisputedAmount
from billing.money import ZERO
from customers.entering import Here, customer, customer_here
from customers.models.partners import OwnedQuerySet
from customers.roles import May
from customers.seeing import ABOUT_CASES, see
from disputes.models import Dispute
from disputes.resolving import NotOpen, confirm

from . import my_happened
from .my_outlook import outlook_of
from .my_question import REASONS
from .my_saying import Voice, money, together, voice_of
from .my_sentences import Opening

ROWS = 50


@dataclass(frozen=True)
class Asked:
    """One questioned line: what was asked of it, and what was credited once it is decided."""

    description: str
    position: int
    questioned: Decimal
    credited: Decimal


def mine(request: Here) -> OwnedQuerySet[Dispute]:
    """This customer's cases; foreign ones are as absent as none."""
    found = Dispute.objects.visible_to(request.user).filter(customer=customer_here(request))
    return found.select_related("invoice", "credit_note", "opened_by")


@customer()
def cases(request: Here) -> HttpResponse:
    """All cases, the newest first, with what each asked."""
    page = Paginator(mine(request).order_by("-opened_at", "-pk"), ROWS).get_page(request.GET.get("page"))
    numbers = [case.number for case in page.object_list]
    asked: dict[str, Decimal] = {}
    rows = DisputedAmount.objects.filter(customer=customer_here(request), case_number__in=numbers)
    for number, amount in rows.values_list("case_number", "questioned"):
        asked[number] = asked.get(number, ZERO) + amount
    listed = [{"case": case, "asked": asked.get(case.number, ZERO)} for case in page.object_list]
    return render(request, "my/cases.html", {"page": page, "rows": listed})


@customer()
def case(request: Here, pk: int) -> HttpResponse:
    """One case: where it stands, what is frozen, the question, the answer, and whether it is resolved."""
    found = get_object_or_404(mine(request), pk=pk)
    if request.method == "GET":
        see(found.customer, found.number, ABOUT_CASES, by=request.user, now=request.now)
    lines, voice = asked_of(found), voice_of(request)
    rest = outlook_of(found.invoice, now=request.now).to_pay
    return render(
        request,
        "my/case.html",
        {
            "case": found,
            "voice": voice,
            "opening": opening_of(found, lines, rest, voice),
            "lines": lines,
            "reason": REASONS.get(found.reason, found.get_reason_display()),
            "rest": rest,
            "entries": my_happened.of_case(request, found),
            "may_confirm": request.membership.may(May.QUESTION)
            and found.status == Dispute.Status.AWAITING_CONFIRMATION,
        },
    )


@require_POST
@customer(May.QUESTION)
def say_resolved(request: Here, pk: int) -> HttpResponse:
    """Yes, resolved: the loop is closed by the customer. Refused before they were told."""
    found = get_object_or_404(mine(request), pk=pk)
    try:
        confirm(found.pk, by=request.user, now=request.now)
    except NotOpen:
        found.refresh_from_db()
        if found.status != Dispute.Status.CLOSED:
            messages.error(request, gettext("This case waits for our answer. Nothing was changed."))
    else:
        messages.success(request, gettext("%(number)s is closed.") % {"number": found.number})
    return HttpResponseRedirect(reverse("my-case", args=[pk]))


def asked_of(found: Dispute) -> list[Asked]:
    """The questioned lines with what was credited of each."""
    credited: dict[int | None, Decimal] = {}
    if found.credit_note:
        for line, total in CreditNoteLine.objects.filter(credit_note=found.credit_note).values_list(
            "invoice_line_id", "total"
        ):
            credited[line] = credited.get(line, ZERO) + total
    rows = DisputedAmount.objects.filter(partner_id=found.partner_id, case_number=found.number)
    return [
        Asked(row.line.description, row.line.position, row.questioned, credited.get(row.line_id, ZERO))
        for row in rows.select_related("line").order_by("line__position")
    ]


def opening_of(found: Dispute, lines: list[Asked], rest: Decimal, voice: Voice) -> Opening:
    """Who has the ball, until when, and what of the money stands still."""
    currency = found.invoice.currency
    said = {
        "asked": money(sum((line.questioned for line in lines), ZERO), currency),
        "credited": money(found.credit_note.total if found.credit_note else ZERO, currency),
        "rest": money(rest, currency),
        "number": found.invoice.number,
        "by": voice.when(found.answer_by),
        "until": voice.when(found.window_ends_at) if found.window_ends_at else "",
        "closed": voice.when(found.closed_at) if found.closed_at else "",
    }
    if found.decided_at is None:
        kept = gettext("The other %(rest)s of %(number)s keeps its dates.") % said if rest > ZERO else ""
        frozen = gettext("%(asked)s is frozen until then: you need not pay it.") % said
        return Opening(gettext("We answer by %(by)s.") % said, together(frozen, kept))
    outcome = _outcome(found.outcome, said)
    if found.status == Dispute.Status.CLOSED:
        return Opening(outcome, gettext("Closed on %(closed)s.") % said)
    if found.status == Dispute.Status.AWAITING_CONFIRMATION:
        return Opening(outcome, gettext("Without a word from you the case closes on %(until)s.") % said)
    return Opening(outcome, gettext("Our answer is on its way to you by mail."))


def _outcome(outcome: str, said: dict[str, str | None]) -> str:
    match outcome:
        case DisputedAmount.Result.UPHELD:
            return gettext("You were right. %(credited)s is credited.") % said
        case DisputedAmount.Result.PARTLY:
            return gettext("%(credited)s of the %(asked)s is credited, the rest stays to pay.") % said
        case DisputedAmount.Result.WITHDRAWN:
            return gettext("The question was withdrawn. %(asked)s stays to pay.") % said
    return gettext("The %(asked)s stays to pay.") % said
