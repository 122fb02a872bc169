"""Which cases have one cause, and how are they gathered, added to, and answered together?"""

from typing import Any

from django.contrib import messages
from django.db.models import Case, Count, Q, Value, When
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from customers import exporting, formats
from customers.entering import Here, staff
from customers.paging import leaf
from customers.roles import May
from disputes import gathering
from disputes.answer_forms import AnswerAllForm
from disputes.forms import CauseForm
from disputes.models import CommonCause, Dispute
from disputes.refusing import BadQuestion, NotOpen

from . import exports
from .board import around, mine_causes
from .cards import cards
from .comparing import over_ordered
from .escalations import block
from .filters import BY_TIME, Asked, mine, with_amounts, with_deadline
from .timers import Clock

MOST_CHOSEN = 200


@require_safe
@staff(May.SEE_BOOK)
def causes(request: Here) -> HttpResponseBase:
    """The common causes, those still open first, and the newest of each first."""
    open_ones = ~Q(cases__status=Dispute.Status.CLOSED)
    counted = (
        mine_causes(request)
        .select_related("owner")
        .annotate(
            all=Count("cases", distinct=True),
            waiting=Count("cases", filter=Q(cases__decided_at=None), distinct=True),
            open=Count("cases", filter=open_ones, distinct=True),
            customers=Count("cases__customer", distinct=True),
            over=Case(When(settled_at=None, then=Value(0)), default=Value(1)),
        )
    )
    if exporting.wanted(request):
        return exports.causes(request, counted.order_by("over", "-opened_at", "-pk"))
    page = leaf(request, counted, "over", "-opened_at", "-pk")
    context = {**around(request, Asked(), "table"), "causes_here": True, "page": page, "found": page.object_list}
    return render(request, "disputes/causes.html", context)


@require_safe
@staff(May.SEE_BOOK)
def cause(request: Here, cause_id: int) -> HttpResponse:
    """One cause: its cases, what could join them, and the one answer."""
    return _page(request, _here(request, cause_id))


def _here(request: Here, pk: int) -> CommonCause:
    return get_object_or_404(mine_causes(request).select_related("owner", "opened_by", "partner"), pk=pk)


def _page(
    request: Here, one: CommonCause, form: AnswerAllForm | None = None, status: int = 200, fault: str = ""
) -> HttpResponse:
    clock = Clock.of(request.partner, now=request.now, zone=request.zone)
    mine_of = with_deadline(mine(request).filter(cause=one))
    page = leaf(request, mine_of, *BY_TIME)
    shown = with_amounts(mine_of.filter(pk__in=[case.pk for case in page.object_list]))
    rows = cards(shown.order_by(*BY_TIME), clock)
    billed = over_ordered([row.case.pk for row in rows], costs=request.membership.may(May.SEE_BILLS))
    for row in rows:
        row.says = billed.get(row.case.pk, "")
    left = gathering.undecided(one)
    may = request.membership.may(May.ANSWER) and one.settled_at is None
    alike = mine(request).filter(decided_at=None).exclude(cause=one).select_related("customer").order_by("-pk")
    reasons = {row.case.reason for row in rows if row.case.reason}
    context = {
        "cause": one,
        "page": page,
        "rows": rows,
        "left": left.count(),
        "customers": mine(request).filter(cause=one).aggregate(n=Count("customer", distinct=True))["n"],
        "form": (form or _form(one)) if may else None,
        "alike": list(alike.filter(reason__in=reasons)[:20]) if may and reasons else [],
        "fault": fault,
        "escalating": block(one, request),
    }
    return render(request, "disputes/cause.html", context, status=status)


def _form(one: CommonCause, data: Any = None) -> AnswerAllForm:
    return AnswerAllForm(data, money=gathering.undecided(one).filter(kind=Dispute.Kind.DISPUTE).exists())


@require_POST
@staff(May.ANSWER)
def gather(request: Here) -> HttpResponse:
    """Put the chosen cases under a new common cause."""
    chosen = _chosen(request)
    form = CauseForm(request.POST)
    if chosen and form.is_valid():
        try:
            made = gathering.gather(
                request.partner,
                chosen,
                title=form.cleaned_data["title"],
                text=form.cleaned_data["text"],
                by=request.user,
                now=request.now,
            )
        except BadQuestion as bad:
            form.add_error(bad.field if bad.field in form.fields else None, bad.why)
        else:
            messages.success(request, gettext("%(cause)s is opened") % {"cause": made.number})
            return redirect("dispute_cause", made.pk)
    cases = mine(request).filter(pk__in=chosen).select_related("customer").order_by("pk")
    context = {"form": form, "cases": list(cases)}
    return render(request, "disputes/gather.html", context, status=422)


def _chosen(request: Here) -> list[int]:
    """The cases ticked in the list, as far as they are this book's."""
    asked = [int(one) for one in request.POST.getlist("case") if one.isascii() and one.isdigit() and len(one) < 19]
    return list(mine(request).filter(pk__in=asked[:MOST_CHOSEN]).values_list("pk", flat=True))


@require_POST
@staff(May.ANSWER)
def add(request: Here, cause_id: int) -> HttpResponse:
    """Put more cases under the cause: those ticked, or one by its number."""
    one = _here(request, cause_id)
    number = request.POST.get("number", "").replace("\x00", "").strip()
    chosen = _chosen(request)
    if number:
        named = mine(request).filter(number__iexact=number).values_list("pk", flat=True).first()
        if named is None:
            said = gettext("“%(number)s” is no case of this book") % {"number": number[:40]}
            return _page(request, one, status=422, fault=said)
        chosen.append(named)
    try:
        more = gathering.add(one.pk, chosen, by=request.user, now=request.now)
    except BadQuestion as bad:
        return _page(request, one, status=422, fault=bad.why)
    except NotOpen:
        return _page(request, one, status=409, fault=gettext("This cause is answered already. Nothing was changed."))
    messages.success(request, ngettext("%(n)s case added", "%(n)s cases added", more) % {"n": more})
    return redirect("dispute_cause", one.pk)


@require_POST
@staff(May.ANSWER)
def answer_all(request: Here, cause_id: int) -> HttpResponse:
    """Answer all cases of a cause at once; each customer is told in a letter of their own."""
    one = _here(request, cause_id)
    form = _form(one, request.POST)
    if not form.is_valid():
        return _page(request, one, form, status=422)
    outcome, words = form.cleaned_data.get("outcome", "upheld"), form.cleaned_data["answer"]
    try:
        decided = gathering.answer_all(
            one.pk, outcome=outcome, text=words, part=form.part(), by=request.user, now=request.now
        )
    except BadQuestion as bad:
        form.add_error(bad.field if bad.field in form.fields else None, bad.why)
        return _page(request, one, form, status=422)
    except NotOpen:
        fault = gettext("Somebody answered this cause meanwhile. Nothing was changed.")
        return _page(request, _here(request, cause_id), status=409, fault=fault)
    said = ngettext(
        "%(n)s case answered; the customer is told", "%(n)s cases answered; each customer is told", len(decided)
    )
    messages.success(request, said % {"n": formats.grouped(len(decided))})
    return redirect("dispute_cause", one.pk)
