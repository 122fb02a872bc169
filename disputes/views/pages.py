"""Which questions wait for us, how long do they have, and what do we answer?"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from billing.models import DisputedAmount
from billing.money import ZERO
from customers import exporting, formats
from customers.entering import Here, staff
from customers.models import TimelineEntry
from customers.roles import May
from disputes.forms import AnswerForm
from disputes.models import Dispute
from disputes.questioning import BadQuestion
from disputes.resolving import WINDOW_BUSINESS_DAYS, NotOpen
from disputes.resolving import answer as give_answer
from dunning.wording import proof, timeline
from payables.models import ProviderLine

from . import exports

PAGE = 50
OPEN: Final = (
    Dispute.Status.NEW,
    Dispute.Status.INVESTIGATING,
    Dispute.Status.DECIDED,
    Dispute.Status.AWAITING_CONFIRMATION,
)
OURS: Final = (Dispute.Status.NEW, Dispute.Status.INVESTIGATING)


@dataclass(frozen=True)
class Timer:
    """How much of a promised time has passed, of a hundred, and the words beside the ring."""

    share: float
    text: str
    tone: str


def timer(case: Dispute, *, now: datetime, zone: tzinfo) -> Timer | None:
    """The clock that runs on a case: until our answer, or until the customer's window closes."""
    if case.status in OURS:
        began, ends = case.opened_at, case.answer_by
    elif case.status == Dispute.Status.AWAITING_CONFIRMATION and case.told_at and case.window_ends_at:
        began, ends = case.told_at, case.window_ends_at
    else:
        return None
    today, last = now.astimezone(zone).date(), ends.astimezone(zone).date()
    share = 100.0 if now >= ends else (now - began) / max(ends - began, timedelta(minutes=1)) * 100
    if now >= ends:
        return Timer(100, formats.over(last, today) if last < today else gettext("the hour has passed"), "bad")
    if last == today:
        return Timer(share, gettext("today %(hour)s") % {"hour": f"{ends.astimezone(zone):%H:%M}"}, "bad")
    left = (last - today).days
    return Timer(share, ngettext("%(n)s day left", "%(n)s days left", left) % {"n": left}, "")


def mine(request: Here) -> QuerySet[Dispute]:
    """The cases of this book that this person may see."""
    return Dispute.objects.visible_to(request.user).of(request.partner)


@require_safe
@staff(May.SEE_BOOK)
def disputes(request: Here) -> HttpResponseBase:
    """The cases by state, those with the least time left first."""
    counts = dict(mine(request).order_by().values_list("status").annotate(n=Count("pk")))
    show = request.GET.get("show", "")
    show = show if show in Dispute.Status.values else ""
    words = request.GET.get("q", "").strip()[:100]
    found = mine(request).filter(status__in=[show] if show else OPEN)
    if words:
        found = found.filter(Q(number__icontains=words) | Q(customer__name__icontains=words))
    order = "-closed_at" if show == Dispute.Status.CLOSED else "answer_by"
    ordered = found.select_related("customer", "invoice").order_by(order, "pk")
    if exporting.wanted(request):
        return exports.disputes(request, ordered, show, words)
    page = Paginator(ordered, PAGE)
    shown = page.get_page(request.GET.get("page"))
    sums = questioned(request, [case.number for case in shown.object_list])
    context = {
        "page": shown,
        "rows": [
            {"case": case, "timer": timer(case, now=request.now, zone=request.zone), "amount": sums[case.number]}
            for case in shown.object_list
        ],
        "show": show,
        "words": words,
        "open": sum(counts.get(status, 0) for status in OPEN),
        "tabs": [(status, counts.get(status, 0)) for status in Dispute.Status.values],
        "frozen": _frozen(request),
    }
    return render(request, "disputes/disputes.html", context)


def questioned(request: Here, numbers: list[str]) -> dict[str, Decimal]:
    """What each of these cases questioned (after a part was upheld: what was refused)."""
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    rows = DisputedAmount.objects.of(request.partner).filter(case_number__in=numbers)
    sums.update(rows.values_list("case_number").annotate(sum=Sum("amount")))
    return sums


def _frozen(request: Here) -> list[Any]:
    rows = DisputedAmount.objects.of(request.partner).filter(decided_at=None).order_by()
    return list(rows.values("line__invoice__currency").annotate(sum=Sum("amount")))


@require_safe
@staff(May.SEE_BOOK)
def dispute(request: Here, dispute_id: int) -> HttpResponse:
    """One case: the question, our line beside the provider's, the answer, and what has happened."""
    return _page(request, _case(request, dispute_id))


def _case(request: Here, pk: int) -> Dispute:
    related = mine(request).select_related(
        "customer", "invoice", "opened_by", "decided_by", "credit_note", "told_by", "partner"
    )
    return get_object_or_404(related, pk=pk)


@dataclass
class Compared:
    """A questioned line beside the provider's line it passes on."""

    amount: DisputedAmount
    source: ProviderLine | None
    credited: Decimal


def _compared(case: Dispute, *, costs: bool) -> list[Compared]:
    rows = list(
        DisputedAmount.objects.filter(partner_id=case.partner_id, case_number=case.number)
        .select_related("line__subscription")
        .order_by("line__position", "pk")
    )
    sources = {
        source.invoice_line_id: source
        for source in ProviderLine.objects.filter(invoice_line__in=[row.line_id for row in rows]).select_related("bill")
    }
    credits = {line.invoice_line_id: line.total for line in (case.credit_note.lines.all() if case.credit_note else [])}
    return [Compared(row, sources.get(row.line_id) if costs else None, credits.get(row.line_id, ZERO)) for row in rows]


def _page(request: Here, case: Dispute, form: AnswerForm | None = None, status: int = 200) -> HttpResponse:
    today = request.now.astimezone(request.zone).date()
    lines = _compared(case, costs=request.membership.may(May.SEE_BILLS))
    frozen = sum((line.amount.amount for line in lines if line.amount.decided_at is None), ZERO)
    entries = TimelineEntry.objects.filter(customer_id=case.customer_id, kind=TimelineEntry.Kind.DISPUTE)
    newest = entries.filter(values__case=case.number).select_related("message", "actor")
    context = {
        "case": case,
        "lines": lines,
        "frozen": frozen,
        "rest": max(case.invoice.balance - frozen, ZERO),
        "timer": timer(case, now=request.now, zone=request.zone),
        "ours": case.status in OURS,
        "window_days": WINDOW_BUSINESS_DAYS,
        "form": form or _form(case, [line.amount for line in lines]),
        "proof": proof(case.told_by, today=today, zone=request.zone) if case.told_by else "",
        "entries": timeline(newest.order_by("-at", "-pk")[:50], today=today, zone=request.zone),
    }
    return render(request, "disputes/dispute.html", context, status=status)


def _form(case: Dispute, amounts: list[DisputedAmount], data: Any = None) -> AnswerForm:
    return AnswerForm(data, amounts=amounts, currency=case.invoice.currency)


@require_POST
@staff(May.ANSWER)
def answer(request: Here, dispute_id: int) -> HttpResponse:
    """Decide a case; the customer is told, and what is upheld is credited in the same moment."""
    case = _case(request, dispute_id)
    amounts = [line.amount for line in _compared(case, costs=False)]
    form = _form(case, amounts, request.POST)
    if case.decided_at is not None:
        messages.info(request, gettext("This case was decided already; nothing was changed."))
        return redirect("dispute", case.pk)
    if not form.is_valid():
        return _page(request, case, form, status=422)
    try:
        give_answer(
            case.pk,
            outcome=form.cleaned_data["outcome"],
            text=form.cleaned_data["answer"],
            refused=form.refused(),
            by=request.user,
            now=request.now,
        )
    except NotOpen:
        messages.info(request, gettext("Somebody decided this case meanwhile; nothing was changed."))
        return redirect("dispute", case.pk)
    except BadQuestion as bad:
        form.add_error(None, str(bad))
        return _page(request, case, form, status=422)
    except PermissionError as no:
        raise PermissionDenied from no
    messages.success(request, gettext("%(case)s is answered; the customer is told") % {"case": case.number})
    return redirect("dispute", case.pk)
