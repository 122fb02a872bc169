"""What do we owe the provider, and will the money be there? The desk: bills to pay, our standing, the cash gap,
and what differs on the newest bill."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import F, QuerySet, Subquery
from django.db.models.functions import Abs
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from billing.money import ZERO
from customers.entering import Here, staff
from customers.exporting import Column, exported, wanted
from customers.roles import May
from payables.cash_gap import Gap, Outgo, gap
from payables.expecting import cash, outgoes, receivables
from payables.gap_drawing import draw
from payables.models import CashBalance, Finding, ProviderBalance, ProviderBill
from payables.owing import Owed, State, owed
from payables.reconciling import summary
from payables.standing import REFUSED, how
from payables.terms import AllTerms

from .keeping import today_of
from .reconciliation import row_of
from .tab_counts import tab_counts

AHEAD: Final = timedelta(days=60)
# Of what is paid, so many bills are still shown.
PAID_SHOWN: Final = 3
# Of what differs.
FINDINGS_SHOWN: Final = 6


@dataclass(frozen=True)
class Course:
    """The cash gap of one currency: where it starts, both courses, the bills on it."""

    currency: str
    start: CashBalance | None
    found: Gap
    bills: list[Outgo]
    until: Any


@require_safe
@staff(May.SEE_BILLS)
def desk(request: Here) -> HttpResponseBase:
    """Bills to pay with what lateness may cost, our standing, and the cash gap of one currency."""
    today = today_of(request)
    terms = AllTerms(request.partner)
    rows = owed(request.partner, today=today, bills=_recent(request), terms=terms)
    codes = sorted({one.bill.currency for one in rows} | {request.partner.currency})
    code = request.GET.get("currency", "")
    code = code if code in codes else request.partner.currency
    course = _course(request, code, today, rows, terms)
    if wanted(request):
        return _file(request, course)
    counts = tab_counts(request)
    drawing = draw(course.found, course.bills, today=today, until=course.until)
    context = {
        "today": today,
        "rows": [_row(one) for one in _shown(rows)],
        "expected": [one for one in course.bills if one.expected],
        "how": how(counts.pop("restricted") > 0, rows),
        "refused": REFUSED,
        "charge": terms.on(today).monthly_charge * 100,
        "read": _read(request),
        "currency": code,
        "currencies": codes,
        "course": course,
        "drawing": drawing,
        "days": _days(course),
        "tab_counts": counts,
    }
    return render(request, "payables/desk.html", context)


def _recent(request: Here) -> QuerySet[ProviderBill]:
    mine: QuerySet[ProviderBill] = ProviderBill.objects.visible_to(request.user).of(request.partner)
    return mine.order_by("-billed_on", "-pk")


def _shown(rows: list[Owed]) -> list[Owed]:
    """Everything still to pay, and the last few that are settled; the newest first."""
    settled = [one for one in rows if one.state in (State.PAID, State.CREDIT)][-PAID_SHOWN:]
    open_ = [one for one in rows if one.to_pay > ZERO]
    return sorted([*open_, *settled], key=lambda one: (one.pay_by, one.bill.pk), reverse=True)


def _row(one: Owed) -> dict[str, Any]:
    if one.overdue:
        state = "overdue"
    else:
        state = {State.PAID: "paid", State.CREDIT: "paid", State.PARTLY: "partly_paid"}.get(one.state, "not_due")
    return {"one": one, "state": state}


def _course(request: Here, code: str, today: Any, rows: list[Owed], terms: AllTerms) -> Course:
    until = today + AHEAD
    start = cash(request.partner, code)
    bills = outgoes(code, rows, terms, today=today, until=until)
    owes = receivables(request.partner, code, today=today)
    found = gap(start.balance if start else ZERO, owes, bills, today=today, until=until)
    return Course(code, start, found, bills, until)


def _read(request: Here) -> list[ProviderBalance]:
    """What the provider last said we owe, per currency."""
    rows = ProviderBalance.objects.visible_to(request.user).of(request.partner)
    return list(rows.order_by("currency", "-read_at", "-pk").distinct("currency"))


@require_safe
@staff(May.SEE_BILLS)
def compared(request: Here) -> HttpResponse:
    """The desk's last part, which comes after it: the newest bill with anything open, else the newest; how it compares,
    and what weighs most of what is open."""
    waiting = Finding.objects.visible_to(request.user).of(request.partner).open()
    newest = waiting.order_by("-bill__billed_on", "-bill_id").values("bill_id")[:1]
    joined = waiting.filter(bill_id=Subquery(newest)).select_related(
        "bill", "customer", "subscription", "provider_line", "invoice_line__invoice", "decided_by"
    )
    found = list(joined.order_by(Abs(F("difference")).desc(), "pk")[:FINDINGS_SHOWN])
    bill = found[0].bill if found else _recent(request).first()
    context: dict[str, Any] = {"bill": bill}
    if bill:
        said = summary(bill)
        rows = [row_of(one) for one in found]
        context |= {"summary": said, "rows": rows, "more": max(said.open - len(rows), 0)}
    return render(request, "payables/compared.html", context)


def _days(course: Course) -> list[dict[str, Any]]:
    """The days on which anything moves, as the table behind the drawing."""
    careful = {step.on: step.balance for step in course.found.careful}
    hopeful = {step.on: step.balance for step in course.found.hopeful}
    bills: dict[Any, list[Outgo]] = {}
    for bill in course.bills:
        bills.setdefault(max(bill.on, course.found.hopeful[0].on), []).append(bill)
    rows, first, second = [], ZERO, ZERO
    for on in sorted({*careful, *hopeful}):
        first, second = hopeful.get(on, first), careful.get(on, second)
        rows.append({"on": on, "hopeful": first, "careful": second, "bills": bills.get(on, [])})
    return rows


def _file(request: Here, course: Course) -> HttpResponseBase:
    columns = [
        Column(_("Day"), lambda row: row["on"]),
        Column(_("Currency"), lambda _row: course.currency),
        Column(_("If all pays on its due day"), lambda row: row["hopeful"]),
        Column(_("Promises and usual payers only"), lambda row: row["careful"]),
        Column(_("Bills due"), lambda row: ", ".join(one.name or gettext("expected") for one in row["bills"])),
        Column(_("To pay"), lambda row: sum((one.amount for one in row["bills"]), Decimal(0))),
    ]
    return exported(request, "cash-gap", columns, _days(course), course.currency)
