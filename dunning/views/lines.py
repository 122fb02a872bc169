"""Which invoices stand behind each figure of a run, and why was each of them done or left alone?"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from billing.money import ZERO
from customers.models import Customer
from dunning import policy as book
from dunning.models import Case, Decision, Proposal, Run, Stage
from dunning.recording import as_json
from dunning.reviewing import Judged
from dunning.wording import because, stage
from subscriptions.models import Subscription, Suspension

BY_HAND = ("call_task", "hand_over")


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
    code: str = ""
    given: int = 0
    needed: int = 1


@dataclass(frozen=True)
class Reader:
    """In whose zone and on which day the document is read."""

    today: date
    zone: tzinfo

    def why(self, code: str, values: Any, currency: str) -> str:
        """A reason in words."""
        return because(code, values, currency=currency, today=self.today, zone=self.zone)


# A run that was written


def rows_of(one: Run, kind: str, why: str = "") -> tuple[QuerySet[Any], Callable[[Any, Reader], Line]]:
    """The rows behind a figure of a run, and how each becomes a line. What the run only looked at is known as long
    as no later look has changed what the case says."""
    if kind in ("notices", "calls", "proposed"):
        decided = Decision.objects.filter(run=one).select_related("invoice__customer", "message", "proposal")
        of_kind = {
            "notices": decided.filter(action__in=[Stage.Action.NOTICE, Stage.Action.DELETION_NOTICE]),
            "calls": decided.filter(action__in=BY_HAND),
            "proposed": decided.filter(action=Stage.Action.SUSPEND),
        }
        return of_kind[kind].order_by("-amount", "pk"), decided_line
    if kind == "restored":
        back = Suspension.objects.filter(partner_id=one.partner_id, lifted_by__queued_at=one.began_at)
        return back.select_related("customer", "subscription", "debt__invoice").order_by("pk"), _restored_line
    cases = Case.objects.filter(partner_id=one.partner_id, reviewed_at=one.began_at)
    if kind == "unchanged":
        cases = cases.exclude(decisions__run=one).filter(undisputed__gt=0)
    if kind == "skipped":
        cases = cases.filter(kind="wait", **({"because": why} if why else {}))
    return cases.select_related("invoice", "customer").order_by("-undisputed", "pk"), _looked_at_line


def decided_line(row: Decision, reader: Reader) -> Line:
    """A step that was taken."""
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


def _looked_at_line(case: Case, reader: Reader) -> Line:
    return Line(
        customer=case.customer,
        number=case.invoice.number or "",
        invoice_id=case.invoice_id,
        amount=case.undisputed,
        currency=case.invoice.currency,
        step=stage(case.stage) if case.stage else "",
        why=reader.why(case.because, case.values, case.invoice.currency),
        again=case.look_again_at,
    )


def _restored_line(row: Suspension, reader: Reader) -> Line:
    invoice = row.debt.invoice
    return Line(
        customer=row.customer,
        number=invoice.number or "",
        invoice_id=invoice.pk,
        amount=row.debt.debt,
        currency=invoice.currency,
        step=row.subscription.name,
        why=reader.why("settled", {"invoice": invoice.number}, invoice.currency),
        again=row.restored_at,
    )


def count_seats(lines: Iterable[Line]) -> None:
    """Say of each proposal how many subscriptions and users it would switch off."""
    with_proposal = [line for line in lines if line.proposal]
    covers = {pk for line in with_proposal if line.proposal for pk in line.proposal.covers}
    seats = dict(Subscription.objects.filter(pk__in=covers).values_list("pk", "quantity"))
    for line in with_proposal:
        assert line.proposal is not None
        line.covers = len(line.proposal.covers)
        line.seats = sum(seats.get(pk, 0) for pk in line.proposal.covers)


def sums(lines: Iterable[Line]) -> list[tuple[str, Decimal]]:
    """The lines' amounts, by currency."""
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        found[line.currency] += line.amount
    return sorted(found.items())


# A run that was only thought of


def judged_lines(judged: Iterable[Judged], reader: Reader) -> dict[str, list[Line]]:
    """The lines of a dry run under their figures, the largest amount first."""
    found: dict[str, list[Line]] = defaultdict(list)
    for one in judged:
        line = _judged_line(one, reader)
        for kind in _kinds(one):
            found[kind].append(line)
    for lines in found.values():
        lines.sort(key=lambda line: -line.amount)
    return found


def _kinds(one: Judged) -> list[str]:
    answer = one.decision.next
    owed = one.loaded.invoice.balance > 0
    kinds = ["evaluated"] if owed else []
    if one.decision.release:
        kinds.append("restored")
    if isinstance(answer, book.Wait):
        kinds.append("skipped")
    elif isinstance(answer, book.Take) and answer.action in (book.Action.NOTICE, book.Action.DELETION_NOTICE):
        return [*kinds, "notices"]
    elif isinstance(answer, book.Take) and answer.action is not book.Action.SUSPEND:
        return [*kinds, "calls"]
    elif isinstance(answer, book.Take) and answer.deed is book.Deed.PROPOSE:
        return [*kinds, "proposed"]
    return [*kinds, "unchanged"] if owed and not one.decision.release else kinds


def _judged_line(one: Judged, reader: Reader) -> Line:
    answer, invoice = one.decision.next, one.loaded.invoice
    name = getattr(answer, "stage", None)
    return Line(
        customer=one.loaded.customer,
        number=invoice.number or "",
        invoice_id=invoice.pk,
        amount=one.decision.undisputed,
        currency=invoice.currency,
        step=stage(name) if name else "",
        why=reader.why(str(answer.because.code), as_json(answer.because.values), invoice.currency),
        again=getattr(answer, "until", None),
        covers=len(one.decision.covers) + len(one.decision.follows),
        code=str(answer.because.code),
    )
