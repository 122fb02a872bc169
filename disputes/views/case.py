"""One case: what was billed, what was said, how long is left, what comes next, and what do we decide?"""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from billing.money import ZERO
from customers import formats
from customers.entering import Here, staff
from customers.models import Contact, ContactRole, Membership, User
from customers.roles import ALLOWS, May
from disputes.answer_forms import AnswerForm
from disputes.forms import HandOverForm, PlanForm, WriteForm
from disputes.gating import told_it
from disputes.models import Dispute
from dunning import policy as book
from dunning.supposing import suppose_all
from dunning.wording import stage

from .comparing import Compared, compared, known_here, said_of_lines
from .escalations import block
from .filters import DEADLINE, UNDECIDED, mine
from .talk import conversation, read
from .timers import Clock, timer

# Forms that were refused, by their name on the page.
Forms = dict[str, Any]


@require_safe
@staff(May.SEE_BOOK)
def dispute(request: Here, dispute_id: int) -> HttpResponse:
    """One case with its evidence on the left and what it means on the right. What would follow a rejection takes the
    whole rulebook, so it is asked for by itself once the page stands."""
    case = case_here(request, dispute_id)
    if request.GET.get("if") != "rejected":
        return page(request, case)
    clock = Clock.of(request.partner, now=request.now, zone=request.zone)
    rejected = _if_rejected(case, now=request.now, clock=clock) if case.decided_at is None else ""
    alone = "disputes/if_rejected.html" if request.htmx else "disputes/what_follows.html"  # type: ignore[attr-defined]
    return render(request, alone, {"case": case, "rejected": rejected})


def case_here(request: Here, pk: int) -> Dispute:
    """The case, if this person may see it; absent and foreign ones are alike."""
    beside = ("customer", "invoice", "opened_by", "decided_by", "credit_note", "told_by", "partner", "owner", "cause")
    billing = Contact.objects.filter(customer=OuterRef("customer"), role=ContactRole.BILLING)
    found = mine(request).annotate(contact=Subquery(billing.values("name")[:1]), told_it=told_it())
    return get_object_or_404(found.select_related(*beside, "follows"), pk=pk)


def page(request: Here, case: Dispute, status: int = 200, faster: str = "", **forms: Any) -> HttpResponse:
    """The page; `forms` are those that were refused, with their input, and `faster` says who was."""
    known = read(case)
    lines = compared(case, known.earlier, costs=request.membership.may(May.SEE_BILLS))
    known = replace(known, lines=said_of_lines(lines))
    clock = Clock.of(request.partner, now=request.now, zone=request.zone)
    frozen = sum((line.amount.amount for line in lines if line.amount.decided_at is None), ZERO)
    undecided = case.status in UNDECIDED
    context = {
        "case": case,
        "currency": case.invoice.currency if case.invoice else "",
        "lines": lines,
        "frozen": frozen,
        "rest": max(case.invoice.balance - frozen, ZERO) if case.invoice else ZERO,
        "asks_if_rejected": bool(undecided and frozen),
        "timer": timer(case, clock),
        "hours": clock.hours_left(case.answer_by) if undecided and request.now < case.answer_by else 0,
        "undecided": undecided,
        "yours": case.owner_id == request.user.pk and case.status != Dispute.Status.NEW,
        "words": conversation(case, known, today=clock.now.astimezone(clock.zone).date(), zone=clock.zone),
        "window_days": request.partner.confirm_days,
        "whom": whom(case),
        "followed": _followed(case),
        "faster": faster,
        "escalating": block(case, request, known_here(case, lines, known.files)),
        **_place(request, case),
        **(_forms(request, case, lines, frozen, forms) if request.membership.may(May.ANSWER) else {}),
    }
    return render(request, "disputes/case.html", context, status=status)


def whom(case: Dispute) -> str:
    """Who reads what we write: who asked, if they are of the customer's, else the billing contact."""
    if case.opened_by is not None and case.source == Dispute.Source.CUSTOMER:
        return str(case.opened_by)
    contact: str | None = getattr(case, "contact", None)
    return contact or case.customer.name


def _followed(case: Dispute) -> list[Dispute]:
    """The cases that go on from here: a word after the end has opened them."""
    ended = (Dispute.Status.CLOSED, Dispute.Status.AWAITING_CONFIRMATION)
    return list(case.followed_by.order_by("pk")[:5]) if case.status in ended else []


def _place(request: Here, case: Dispute) -> dict[str, Any]:
    """Which of the open cases it is, by the time they have left, and its neighbours."""
    open_ones = list(mine(request).open().order_by(DEADLINE, "pk").values_list("pk", flat=True))
    if case.pk not in open_ones:
        return {}
    at = open_ones.index(case.pk)
    return {
        "place": at + 1,
        "of": len(open_ones),
        "before": open_ones[at - 1] if at else None,
        "after": open_ones[at + 1] if at + 1 < len(open_ones) else None,
    }


def _forms(request: Here, case: Dispute, lines: list[Compared], frozen: Decimal, refused: Forms) -> dict[str, Any]:
    """The forms of somebody who may answer; those that were refused keep their input."""
    if case.status == Dispute.Status.CLOSED and not refused:
        return {}
    people = answerers(request)
    made: dict[str, Any] = {
        "write": WriteForm(
            customer=case.customer,
            by=request.user,
            now=request.now,
            initial={"wait": case.status == Dispute.Status.WAITING_CUSTOMER},
        ),
        "plan": plan_form(request, case),
        "hand_over": HandOverForm(people=[one for one in people if one.pk != case.owner_id]),
        "decide": answer_form(case, lines),
        **refused,
    }
    amount = formats.amount(frozen, case.invoice.currency) if case.invoice else ""
    said = {"amount": amount, "whom": whom(case)}
    made["do"] = {
        "upheld": gettext("Credit %(amount)s and tell %(whom)s") % said,
        "partly": gettext("Credit the rest and tell %(whom)s") % said,
        "rejected": gettext("Reject and tell %(whom)s") % said,
        "none": gettext("Decide and tell %(whom)s") % said,
        "words": gettext("Answer %(whom)s") % said,
    }
    return made


def answerers(request: Here) -> list[User]:
    """Everybody of this partner who may answer a case, by name."""
    roles = [role for role, allowed in ALLOWS.items() if May.ANSWER in allowed]
    places = Membership.objects.filter(partner=request.partner, customer=None, role__in=roles, user__is_active=True)
    return [place.user for place in places.select_related("user").order_by("user__name", "user_id")]


def plan_form(request: Here, case: Dispute, data: Any = None) -> PlanForm:
    """What comes next, as it stands."""
    initial = {"next_action": case.next_words, "next_at": case.next_at.astimezone(request.zone).replace(tzinfo=None)}
    return PlanForm(data, initial=initial, zone=request.zone)


def answer_form(case: Dispute, lines: list[Compared], data: Any = None) -> AnswerForm:
    """The form that decides what is undecided."""
    amounts = [line.amount for line in lines if line.amount.decided_at is None]
    return AnswerForm(data, amounts=amounts, currency=case.invoice.currency if case.invoice and case.freezes else "")


def _if_rejected(case: Dispute, *, now: datetime, clock: Clock) -> str:
    """What would come next if the customer were told today that all of it is refused."""
    if case.invoice is None:
        return ""

    def told(one: book.Dispute) -> book.Dispute:
        if one.case != case.number or one.decided_at is not None:
            return one
        return replace(one, decided_at=now, outcome=book.Outcome.REJECTED, told_at=now)

    def refused(facts: book.Facts) -> book.Facts:
        return replace(facts, disputes=tuple(map(told, facts.disputes)))

    found = suppose_all(case.customer, refused, now=now, invoices=[case.invoice.pk])
    coming = found[0].after.schedule[0] if found and found[0].after.schedule else None
    if coming is None:
        return gettext("If rejected, nothing comes of it by itself.")
    today = now.astimezone(clock.zone).date()
    said = {"step": stage(coming.stage), "when": formats.spoken(coming.at, today, clock.zone)}
    resumes = gettext("If rejected today, the frozen part resumes with the days it had left.")
    return resumes + " " + gettext("Next for the invoice: %(step)s, %(when)s.") % said


def stands_decided(case: Dispute, request: Here) -> str:
    """Who decided it, and when, for somebody who came later."""
    case.refresh_from_db()
    today = request.now.astimezone(request.zone).date()
    if case.decided_at is None:
        return gettext("Somebody moved this case on meanwhile; nothing was changed.")
    said = {"who": case.decided_by or case.customer, "when": formats.spoken(case.decided_at, today, request.zone)}
    return gettext("Decided by %(who)s meanwhile, %(when)s. Nothing was changed.") % said
