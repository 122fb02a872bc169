"""Where do a bill and what we billed differ, and what do we make of it? The provider's side, the difference, ours."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, QuerySet
from django.db.models.functions import Abs
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from billing.refusing import NotPossible
from customers import formats
from customers.entering import Here, staff
from customers.exporting import wanted
from customers.models import Customer
from customers.roles import May
from disputes.finding_cases import gather_alike, open_cases
from disputes.owning import NobodyToAnswer
from disputes.refusing import BadQuestion
from payables.explaining import TONES, explained, said
from payables.models import Finding, ProviderBill
from payables.reconciling import accept, reconcile, reopen, summary

from .findings_file import findings_file
from .tab_counts import tab_counts

PAGE: Final = 50
LINES: Final = 100
MOST_CHOSEN: Final = 500
BILLS_SHOWN: Final = 6
ALIKE_SHOWN: Final = 3
STATES: Final = (*Finding.State.values, "all")


@dataclass(frozen=True)
class Asked:
    """What the address asks for; what it can't mean is as if it weren't said. `bill` 0 is every bill."""

    bill: int | None = None
    kind: str = ""
    state: str = ""
    customer: int | None = None

    @classmethod
    def of(cls, query: Any) -> "Asked":
        """Read from the address, or from a form that keeps it."""
        kind, state = query.get("kind", ""), query.get("state", "")
        return cls(
            _key(query.get("bill", "")),
            kind if kind in Finding.Kind.values else "",
            state if state in STATES else "",
            _key(query.get("customer", "")),
        )

    @property
    def shown_state(self) -> str:
        """Open ones unless something else is asked for."""
        return self.state or Finding.State.OPEN

    @property
    def url(self) -> str:
        """The address that asks for this."""
        named = {"bill": self.bill, "kind": self.kind, "state": self.state, "customer": self.customer}
        kept = {name: value for name, value in named.items() if value not in ("", None)}
        return reverse("provider_findings") + (f"?{urlencode(kept)}" if kept else "")


@require_safe
@staff(May.SEE_BILLS)
def findings(request: Here) -> HttpResponseBase:
    """What differs on a bill (the newest unless told), what is open of it first asked for."""
    asked = Asked.of(request.GET)
    if wanted(request):
        bill, found = _narrowed(request, asked)
        return findings_file(request, found, bill.number if bill else "", asked.kind, asked.shown_state)
    return _list(request, asked)


def _list(request: Here, asked: Asked, *, fault: str = "", status: int = 200) -> HttpResponse:
    bill, found = _narrowed(request, asked)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    open_ones = _mine(request).open().filter(bill=bill) if bill else _mine(request).open()
    whose = Customer.objects.visible_to(request.user).of(request.partner).filter(pk=asked.customer or 0).first()
    context = {
        "asked": asked,
        "bill": bill,
        "bills": _bills(request),
        "page": page,
        "rows": [row_of(one) for one in page.object_list],
        "summary": summary(bill) if bill else None,
        "kinds": _kinds(request, bill, asked),
        "states": [(code, label) for code, label in Finding.State.choices],
        "whose": whose,
        "alike": _alike(open_ones),
        "chosen": {int(one) for one in request.POST.getlist("finding") if _key(one) is not None},
        "why": request.POST.get("why", ""),
        "fault": fault,
        "tab_counts": tab_counts(request),
    }
    return render(request, "payables/findings.html", context, status=status)


def _mine(request: Here) -> Any:
    return Finding.objects.visible_to(request.user).of(request.partner)


def _narrowed(request: Here, asked: Asked) -> tuple[ProviderBill | None, QuerySet[Finding]]:
    """The bill asked for and the findings that match, what weighs most first."""
    bills = ProviderBill.objects.visible_to(request.user).of(request.partner)
    bill: ProviderBill | None = None
    if asked.bill is None:
        bill = bills.order_by("-billed_on", "-pk").first()
    elif asked.bill:
        bill = get_object_or_404(bills, pk=asked.bill)
    found = _mine(request).filter(bill=bill) if bill else _mine(request)
    if asked.shown_state != "all":
        found = found.filter(state=asked.shown_state)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.customer is not None:
        found = found.filter(customer=asked.customer)
    joined = found.select_related(
        "bill", "customer", "subscription", "provider_line", "invoice_line__invoice", "decided_by"
    )
    return bill, joined.order_by(Abs(F("difference")).desc(), "pk")


def _bills(request: Here) -> list[ProviderBill]:
    rows = ProviderBill.objects.visible_to(request.user).of(request.partner)
    return list(rows.order_by("-billed_on", "-pk")[:BILLS_SHOWN])


def _kinds(request: Here, bill: ProviderBill | None, asked: Asked) -> list[tuple[str, str, int]]:
    found = _mine(request).filter(bill=bill) if bill else _mine(request)
    if asked.shown_state != "all":
        found = found.filter(state=asked.shown_state)
    numbers = dict(found.order_by().values_list("kind").annotate(n=Count("pk")))
    return [(code, str(label), numbers.get(code, 0)) for code, label in Finding.Kind.choices]


def _alike(open_ones: Any) -> list[dict[str, Any]]:
    """The same kind of difference of one offer on one bill at two customers or more."""
    groups = open_ones.exclude(customer=None).exclude(subscription=None).order_by()
    groups = groups.values("bill_id", "kind", "subscription__offer_id", "subscription__offer_name")
    several = groups.annotate(customers=Count("customer", distinct=True)).filter(customers__gte=2)
    labels = dict(Finding.Kind.choices)
    rows = several.order_by("-customers", "kind", "subscription__offer_id")[:ALIKE_SHOWN]
    return [
        {
            "bill": row["bill_id"],
            "kind": row["kind"],
            "label": labels[row["kind"]],
            "offer": row["subscription__offer_id"],
            "name": row["subscription__offer_name"],
            "customers": row["customers"],
        }
        for row in rows
    ]


def row_of(one: Finding) -> dict[str, Any]:
    """One difference as the table shows it."""
    line, ours = one.provider_line, one.invoice_line
    at = f"?page={max(line.row - 2, 0) // LINES + 1}#line-{line.row}" if line else ""
    seats, billed = one.values.get("seats_theirs", "0"), one.values.get("seats_ours", "0")
    return {
        "one": one,
        "line": line,
        "ours": ours,
        "line_url": reverse("provider_bill", args=[one.bill_id]) + at,
        "said": said(one),
        "explained": explained(one),
        "tone": TONES.get(one.kind, "grey"),
        "seats": int(seats) if line and seats not in ("", "0") else None,
        "billed": int(billed) if ours and billed not in ("", "0") else (ours.quantity if ours else None),
    }


def _chosen(request: Here) -> list[int]:
    """The findings ticked, as far as they are this book's; the same for a group named by kind and offer."""
    if offer := request.POST.get("offer", ""):
        alike = (
            _mine(request)
            .open()
            .filter(
                bill=_key(request.POST.get("of", "")), kind=request.POST.get("what", ""), subscription__offer_id=offer
            )
        )
        return list(alike.values_list("pk", flat=True)[:MOST_CHOSEN])
    asked = [key for one in request.POST.getlist("finding") if (key := _key(one)) is not None]
    return list(_mine(request).filter(pk__in=asked[:MOST_CHOSEN]).values_list("pk", flat=True))


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _deed(request: Here, do: Callable[[list[int]], str]) -> HttpResponse:
    """Do something to the chosen findings and go back to the list; a fault is said on it, with what was chosen."""
    asked, chosen = Asked.of(request.POST), _chosen(request)
    fault = ""
    try:
        if chosen:
            messages.success(request, do(chosen))
            return HttpResponseRedirect(asked.url)
        fault = gettext("Choose at least one finding")
    except NotPossible as no:
        fault = str(no)
    except BadQuestion as bad:
        fault = bad.why
    except NobodyToAnswer:
        fault = gettext("Nobody here may answer cases. Give somebody a role that may.")
    return _list(request, asked, fault=fault, status=422)


@require_POST
@staff(May.PAY)
def accept_findings(request: Here) -> HttpResponse:
    """Take the chosen findings as they are, with a reason."""

    def do(chosen: list[int]) -> str:
        why = request.POST.get("why", "")
        n = accept(request.partner, chosen, why=why, by=request.user, now=request.now)
        text = ngettext("%(n)s finding accepted", "%(n)s findings accepted", n)
        return text % {"n": formats.grouped(n)}

    return _deed(request, do)


@require_POST
@staff(May.PAY)
def reopen_findings(request: Here) -> HttpResponse:
    """Take back that the chosen findings were accepted."""

    def do(chosen: list[int]) -> str:
        n = reopen(request.partner, chosen, by=request.user, now=request.now)
        return ngettext("%(n)s finding is open again", "%(n)s findings are open again", n) % {"n": formats.grouped(n)}

    return _deed(request, do)


@require_POST
@staff(May.PAY)
def dispute_findings(request: Here) -> HttpResponse:
    """Open a case for each of the chosen findings; their customers are told that we look into it."""

    def do(chosen: list[int]) -> str:
        cases = open_cases(request.partner, chosen, by=request.user, now=request.now)
        n = len(cases)
        text = ngettext("%(cases)s is open", "%(n)s cases are open: %(cases)s", n)
        return text % {"n": formats.grouped(n), "cases": ", ".join(one.number for one in cases[:5])}

    return _deed(request, do)


@require_POST
@staff(May.PAY)
def gather_findings(request: Here) -> HttpResponse:
    """Open a case for each of these findings and put them under one cause."""

    def do(chosen: list[int]) -> str:
        title = request.POST.get("title", "")
        cause, cases = gather_alike(request.partner, chosen, title=title, by=request.user, now=request.now)
        text = ngettext("%(cause)s is open with %(n)s case", "%(cause)s is open with %(n)s cases", len(cases))
        return text % {"cause": cause.number, "n": formats.grouped(len(cases))}

    return _deed(request, do)


@require_POST
@staff(May.PAY)
def compare(request: Here, bill_id: int) -> HttpResponse:
    """Compare a bill with what was billed, again."""
    bill = get_object_or_404(ProviderBill.objects.visible_to(request.user).of(request.partner), pk=bill_id)
    found = reconcile(bill, now=request.now)
    text = ngettext("%(bill)s compared: %(n)s difference", "%(bill)s compared: %(n)s differences", found.differ)
    messages.success(request, text % {"bill": bill.number, "n": formats.grouped(found.differ)})
    return redirect(f"{reverse('provider_findings')}?bill={bill.pk}")
