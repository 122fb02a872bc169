"""What do we owe the provider, and was each charge passed on? The bills, and one bill's lines."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from billing.money import ZERO
from billing.pricing import NoPriceRule
from customers import exporting, formats
from customers.entering import Here, staff
from customers.roles import May
from payables.charge_sections import in_order
from payables.forms import ImportForm
from payables.models import Intake, ProviderBill, ProviderLine
from payables.owing import Owed, owed
from payables.rebilling import draft as draft_period

from . import exports
from .tab_counts import tab_counts

PAGE = 50
LINES = 100
SHOWN_FAULTS: Final = 200
MOST_GOING: Final = 10
GOING: Final = (Intake.State.READING, Intake.State.FETCHING, Intake.State.BOOKING)
BUCKETS: Final = ("all", "unbilled", "unmapped")


def mine(request: Here) -> QuerySet[Any]:
    """The bills of this book, each with how many of its lines wait."""
    rows = ProviderBill.objects.visible_to(request.user).of(request.partner)
    return rows.annotate(
        n=Count("lines"),
        unmapped=Count("lines", filter=_unmapped("lines__")),
        unbilled=Count("lines", filter=_unbilled("lines__")),
    )


def _unmapped(path: str = "") -> Q:
    return Q(**{f"{path}mapped": False, f"{path}invoice_line": None, f"{path}credit_line": None})


def _unbilled(path: str = "") -> Q:
    return Q(**{f"{path}mapped": True, f"{path}invoice_line": None, f"{path}credit_line": None})


@require_safe
@staff(May.SEE_BILLS)
def bills(request: Here) -> HttpResponse:
    """The provider's bills, the newest first, with a form for the next file."""
    return bill_list(request, ImportForm())


def bill_list(request: Here, form: ImportForm, faults: list[str] | None = None, status: int = 200) -> HttpResponse:
    """The list, with what is wrong about a file that was sent."""
    today = request.now.astimezone(request.zone).date()
    page = Paginator(mine(request).order_by("-billed_on", "-pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [{"bill": one, "late": _late(one, today)} for one in page.object_list],
        "sums": _sums(request),
        "going": _going(request),
        "tab_counts": tab_counts(request),
        "form": form,
        "faults": (faults or [])[:SHOWN_FAULTS],
        "more_faults": max(len(faults or []) - SHOWN_FAULTS, 0),
    }
    return render(request, "payables/bills.html", context, status=status)


def _going(request: Here) -> list[Intake]:
    """Bills on their way in, the newest first; what was only looked at waits here too."""
    rows = Intake.objects.visible_to(request.user).of(request.partner)
    waiting = rows.filter(state__in=[*GOING, Intake.State.READY]).order_by("-pk")
    return list(waiting[:MOST_GOING])


def _late(one: ProviderBill, today: date) -> bool:
    return one.pay_by < today


def _sums(request: Here) -> list[Any]:
    rows = ProviderBill.objects.visible_to(request.user).of(request.partner).values("currency")
    return list(rows.annotate(sum=Sum("total"), n=Count("pk")).order_by("currency"))


@require_safe
@staff(May.SEE_BILLS)
def bill(request: Here, bill_id: int) -> HttpResponseBase:
    """One bill: each line and what it was billed as."""
    one = get_object_or_404(mine(request), pk=bill_id)
    today = request.now.astimezone(request.zone).date()
    show = request.GET.get("show", "all")
    show = show if show in BUCKETS else "all"
    words = request.GET.get("q", "").strip()[:100]
    every = ProviderLine.objects.visible_to(request.user).filter(bill=one)
    found = every.filter({"all": Q(), "unmapped": _unmapped(), "unbilled": _unbilled()}[show])
    if words:
        found = found.filter(Q(customer__name__icontains=words) | Q(offer_name__icontains=words))
    ordered = found.select_related("customer", "invoice_line__invoice", "credit_line__credit_note").order_by("row")
    if exporting.wanted(request):
        return exports.lines(request, ordered, one.number, show, words)
    page = Paginator(ordered, LINES).get_page(request.GET.get("page"))
    context = {
        "bill": one,
        "owed": _owed(request, one, today),
        "sent": list(one.payments.select_related("recorded_by", "undone_by").order_by("pk")),
        "late": _late(one, today),
        "page": page,
        "show": show,
        "words": words,
        "sum": found.aggregate(sum=Sum("total"))["sum"] or ZERO,
        "billed": _billed(every),
        "beside": ZERO if one.stated_total is None else one.stated_total - one.total,
        "sections": in_order(one.sections),
        "charge_types": list(
            every.values("charge_type", "mapped").annotate(n=Count("pk"), sum=Sum("subtotal")).order_by("-n")
        ),
    }
    return render(request, "payables/bill.html", context)


def _owed(request: Here, one: ProviderBill, today: date) -> Owed:
    (found,) = owed(request.partner, today=today, bills=ProviderBill.objects.filter(pk=one.pk))
    return found


def _billed(every: QuerySet[ProviderLine]) -> dict[str, Decimal]:
    """What the lines cost and what customers were billed for them, before tax."""
    cost = every.filter(invoice_line__isnull=False).aggregate(cost=Sum("subtotal"), price=Sum("invoice_line__net"))
    return {"cost": cost["cost"] or ZERO, "price": cost["price"] or ZERO}


@require_POST
@staff(May.ISSUE)
def draft(request: Here, bill_id: int) -> HttpResponse:
    """Draft one invoice for each customer with charges of this bill's period that nobody carries yet."""
    bills_seen = ProviderBill.objects.visible_to(request.user).of(request.partner)
    one = get_object_or_404(bills_seen, pk=bill_id)
    try:
        drafted = draft_period(request.partner, one.period, now=request.now)
    except NoPriceRule as missing:
        messages.error(request, gettext("Nothing was drafted: %(why)s") % {"why": missing})
        return redirect("provider_bill", one.pk)
    if not drafted.invoices:
        messages.info(request, gettext("Every known charge of this period is on an invoice. Nothing was drafted"))
        return redirect("provider_bill", one.pk)
    text = ngettext("%(n)s draft made, %(total)s", "%(n)s drafts made, %(total)s", len(drafted.invoices))
    total = formats.amount(drafted.total, drafted.invoices[0].currency)
    messages.success(request, text % {"n": formats.grouped(len(drafted.invoices)), "total": total})
    return HttpResponseRedirect(f"{reverse('invoices')}?state=draft&period={one.period}")
