"""What did each look at the whole book come to? The runs, one run as a document, and a dry one."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from billing.money import ZERO
from customers.entering import Here, staff
from customers.models import Customer
from customers.roles import May
from dunning import policy as book
from dunning.models import Case, Decision, Proposal, Run, Stage
from dunning.recording import as_json
from dunning.reviewing import Judged
from dunning.running import alone, dry_run
from dunning.running import run as run_the_book
from dunning.wording import because, stage, waits
from subscriptions.models import Subscription

PAGE = 50
SHOWN = 200


@require_safe
@staff(May.SEE_BOOK)
def runs(request: Here) -> HttpResponse:
    """All runs, newest first."""
    found = Run.objects.visible_to(request.user).of(request.partner).order_by("-began_at", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [{"run": one, "skipped": sum(one.skipped.values())} for one in page.object_list]
    context = {"page": page, "rows": rows, "waiting": _waiting(request)}
    return render(request, "dunning/runs.html", context)


def _waiting(request: Here) -> int:
    live = Proposal.objects.visible_to(request.user).of(request.partner)
    return live.filter(state=Proposal.State.PROPOSED).count()


@require_POST
@staff(May.CHASE)
def run_now(request: Here) -> HttpResponse:
    """Look at the whole book now and write what follows; a second press finds the first at work."""
    with alone(request.partner) as mine:
        if not mine:
            messages.info(request, gettext("A run is at work already. Nothing was started."))
            return HttpResponseRedirect(reverse("collections"))
        document, _result = run_the_book(request.partner, now=request.now)
    messages.success(request, gettext("The run is done"))
    return redirect("run", document.pk)


@dataclass
class Line:
    """One invoice of a run: what it would have been, and why it was or wasn't done."""

    customer: Customer
    number: str
    invoice_id: int
    amount: Decimal
    currency: str
    step: str
    why: str
    again: datetime | None = None
    proposal: Proposal | None = None
    seats: int = 0
    covers: int = 0


@dataclass(frozen=True)
class Reader:
    """In whose zone and on which day the document is read."""

    today: date
    zone: tzinfo

    def why(self, code: str, values: Any, currency: str) -> str:
        """A reason in words."""
        return because(code, values, currency=currency, today=self.today, zone=self.zone)


@require_safe
@staff(May.SEE_BOOK)
def run(request: Here, run_id: int) -> HttpResponse:
    """One run as a document: figures, proposals, and each kind of line with its reasons."""
    one = get_object_or_404(Run.objects.visible_to(request.user).of(request.partner), pk=run_id)
    reader = Reader(request.now.astimezone(request.zone).date(), request.zone)
    decisions = list(
        Decision.objects.filter(run=one)
        .select_related("invoice__customer", "message", "proposal")
        .order_by("-amount", "pk")[: 4 * SHOWN]
    )
    proposed = [_decided(row, reader) for row in decisions if row.action == Stage.Action.SUSPEND]
    _count_seats(proposed)
    lists = {
        "skipped": _held(one, reader),
        "notices": [_decided(row, reader) for row in decisions if "notice" in row.action],
        "calls": [_decided(row, reader) for row in decisions if row.action in ("call_task", "hand_over")],
    }
    before = Run.objects.of(request.partner).filter(began_at__lt=one.began_at).order_by("-began_at").first()
    return render(request, "dunning/run.html", _document(request, one, before, proposed, lists))


def _decided(row: Decision, reader: Reader) -> Line:
    invoice = row.invoice
    return Line(
        customer=invoice.customer,
        number=invoice.number or "",
        invoice_id=invoice.pk,
        amount=row.amount,
        currency=invoice.currency,
        step=stage(row.stage),
        why=reader.why(row.because, row.values, invoice.currency),
        again=row.not_before,
        proposal=getattr(row, "proposal", None),
    )


def _count_seats(lines: list[Line]) -> None:
    covers = {pk for line in lines if line.proposal for pk in line.proposal.covers}
    seats = dict(Subscription.objects.filter(pk__in=covers).values_list("pk", "quantity"))
    for line in lines:
        if line.proposal:
            line.covers = len(line.proposal.covers)
            line.seats = sum(seats.get(pk, 0) for pk in line.proposal.covers)


def _held(one: Run, reader: Reader) -> list[Line]:
    """Those this run left alone, as long as no later look has changed what the case says."""
    cases = Case.objects.filter(partner_id=one.partner_id, reviewed_at=one.began_at, kind="wait")
    rows = cases.select_related("invoice", "customer").order_by("-undisputed", "pk")[:SHOWN]
    return [
        Line(
            customer=case.customer,
            number=case.invoice.number or "",
            invoice_id=case.invoice_id,
            amount=case.undisputed,
            currency=case.invoice.currency,
            step=stage(case.stage) if case.stage else "",
            why=reader.why(case.because, case.values, case.invoice.currency),
            again=case.look_again_at,
        )
        for case in rows
    ]


def _document(
    request: Here, one: Run, before: Run | None, proposed: list[Line], lists: dict[str, list[Line]]
) -> dict[str, Any]:
    shown = request.GET.get("show", "skipped")
    shown = shown if shown in lists else "skipped"
    waiting = [line for line in proposed if line.proposal and line.proposal.state == Proposal.State.PROPOSED]
    return {
        "run": one,
        "dry": False,
        "figures": figure_rows(one, before),
        "proposed": proposed,
        "proposed_sums": sums(proposed),
        "waiting": waiting,
        "waiting_covers": sum(line.covers for line in waiting),
        "waiting_seats": sum(line.seats for line in waiting),
        "lists": lists,
        "shown": shown,
        "lines": lists[shown],
        "reasons": [{"word": waits(code), "n": n} for code, n in sorted(one.skipped.items())],
    }


def sums(lines: list[Line]) -> list[tuple[str, Decimal]]:
    """The lines' amounts, by currency."""
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        found[line.currency] += line.amount
    return sorted(found.items())


def figure_rows(one: Any, before: Run | None = None) -> list[dict[str, Any]]:
    """The run's figures, each beside the run before."""
    rows = (
        ("evaluated", gettext("Evaluated")),
        ("unchanged", gettext("Unchanged")),
        ("notices", gettext("Notices")),
        ("tasks", gettext("Tasks")),
        ("proposals", gettext("Suspensions proposed")),
        ("reinstatements", gettext("Reinstatements")),
    )
    made = []
    for name, label in rows:
        value = getattr(one, name)
        change = value - getattr(before, name) if before else 0
        note = "" if before is None else gettext("same") if not change else f"{change:+,d}".replace("-", "−")
        made.append({"label": label, "value": f"{value:,d}", "note": note})
    return made


@require_safe
@staff(May.SEE_BOOK)
def dry(request: Here) -> HttpResponse:
    """What a run would do now. Nothing is written."""
    look = dry_run(request.partner, now=request.now)
    reader = Reader(look.on, request.zone)
    found = [_judged(one, reader) for one in look.judged if one.loaded.invoice.balance > 0]
    lists: dict[str, list[Line]] = {"skipped": [], "notices": [], "calls": []}
    proposed: list[Line] = []
    for kind, line in found:
        (proposed if kind == "proposed" else lists[kind]).append(line)
    for lines in (*lists.values(), proposed):
        lines.sort(key=lambda line: -line.amount)
    shown = request.GET.get("show", "skipped")
    shown = shown if shown in lists else "skipped"
    context = {
        "run": None,
        "on": request.now,
        "dry": True,
        "result": look.result,
        "figures": figure_rows(look.result),
        "proposed": proposed,
        "proposed_sums": sums(proposed),
        "lists": lists,
        "shown": shown,
        "lines": lists[shown][:SHOWN],
        "reasons": [{"word": waits(code), "n": n} for code, n in sorted(look.result.skipped.items())],
    }
    return render(request, "dunning/run.html", context)


def _judged(one: Judged, reader: Reader) -> tuple[str, Line]:
    answer, invoice = one.decision.next, one.loaded.invoice
    name = getattr(answer, "stage", None)
    line = Line(
        customer=one.loaded.customer,
        number=invoice.number or "",
        invoice_id=invoice.pk,
        amount=one.decision.undisputed,
        currency=invoice.currency,
        step=stage(name) if name else "",
        why=reader.why(str(answer.because.code), as_json(answer.because.values), invoice.currency),
        again=getattr(answer, "until", None),
        covers=len(one.decision.covers) + len(one.decision.follows),
    )
    if not isinstance(answer, book.Take):
        return "skipped", line
    if answer.action is book.Action.SUSPEND:
        return ("proposed" if answer.deed is book.Deed.PROPOSE else "skipped"), line
    notice = answer.action in (book.Action.NOTICE, book.Action.DELETION_NOTICE)
    return ("notices" if notice else "calls"), line
