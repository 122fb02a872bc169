"""Which invoices are there, and which drafts shall go out? The list with its filters, and issuing."""

from functools import reduce
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from billing.forms import IssueForm
from billing.invoicing import NotADraft
from billing.models import CreditNote, Invoice
from billing.money import ZERO
from customers import exporting, formats
from customers.entering import Here, staff
from customers.models import Customer
from customers.paging import leaf
from customers.roles import May
from payables import earning, rebilling

from . import exports, invoice_rows
from .around import around
from .filters import STATES, Asked, summed, sums

NEWEST = ("-issued_on", "-pk")
BY_NAME = ("customer__name", "pk")


def mine(request: Here) -> QuerySet[Invoice]:
    """The invoices of this book that this person may see."""
    return Invoice.objects.visible_to(request.user).of(request.partner)


@require_safe
@staff(May.SEE_BOOK)
def invoices(request: Here) -> HttpResponseBase:
    """The invoices of a filter, with its totals; drafts under a tab of their own."""
    return _list(request, Asked.of(request.GET))


def _list(request: Here, asked: Asked, form: IssueForm | None = None, status: int = 200) -> HttpResponseBase:
    today = request.now.astimezone(request.zone).date()
    found = asked.narrow(mine(request), today)
    drafts = asked.state == "draft"
    order = BY_NAME if drafts else NEWEST
    if exporting.wanted(request):
        return exports.invoices(request, found.order_by(*order), asked, today)
    number, added_up = summed(found)
    shown = found.select_related("customer") if drafts else invoice_rows.columns(found)
    page = leaf(request, shown, *order, count=number)
    known = around(request.partner)
    context: dict[str, Any] = {
        "page": page,
        "rows": [{"invoice": one} for one in page.object_list]
        if drafts
        else invoice_rows.written(page.object_list, request),
        "sums": added_up,
        "asked": asked,
        "states": STATES,
        "drafts": known.drafts,
        "periods": known.periods,
        "whose": get_object_or_404(Customer.objects.visible_to(request.user).of(request.partner), pk=asked.customer)
        if asked.customer
        else None,
        "form": form or IssueForm(initial={"issued_on": today}),
        "confirming": None,
    }
    if drafts and request.membership.may(May.SEE_BILLS):
        _say_earned(request, context, found, asked)
    return render(request, "billing/invoices.html", context, status=status)


def _say_earned(request: Here, context: dict[str, Any], found: QuerySet[Invoice], asked: Asked) -> None:
    """Beside each draft and each sum what it costs us and earns, for those who may see it."""
    by_draft = earning.by_draft([row["invoice"] for row in context["rows"]])
    for row in context["rows"]:
        row["earned"] = by_draft[row["invoice"].pk]
    by_currency = earning.by_currency(found) if context["sums"] else {}
    nothing = earning.Earned(ZERO, ZERO)
    context["sums_earned"] = [(one, by_currency.get(one.currency, nothing)) for one in context["sums"]]
    context["borne"] = earning.borne(request.partner, asked.period)


@require_POST
@staff(May.ISSUE)
def issue(request: Here) -> HttpResponseBase:
    """Issue drafts: all of a filter or the chosen ones. Asked once, since mails leave and numbers stay."""
    asked = Asked.of({"state": "draft", "period": request.POST.get("period", ""), "q": request.POST.get("q", "")})
    form = IssueForm(request.POST)
    today = request.now.astimezone(request.zone).date()
    wanted = [int(pk) for pk in request.POST.getlist("draft") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    drafts = asked.narrow(mine(request), today)
    if "all" not in request.POST:
        drafts = drafts.filter(pk__in=wanted)
    if not form.is_valid():
        return _list(request, asked, form, status=422)
    if not drafts.exists():
        messages.info(request, gettext("No draft was chosen, or they were issued already. Nothing was changed."))
        return HttpResponseRedirect(_drafts_url(asked))
    if "sure" not in request.POST:
        return _ask(request, asked, form, drafts)
    _issue(request, drafts, form)
    return HttpResponseRedirect(_drafts_url(asked))


def _drafts_url(asked: Asked) -> str:
    period = f"&period={asked.period}" if asked.period else ""
    return f"{reverse('invoices')}?state=draft{period}"


def _ask(request: Here, asked: Asked, form: IssueForm, drafts: QuerySet[Invoice]) -> HttpResponse:
    context = {
        "asked": asked,
        "issued_on": form.cleaned_data["issued_on"],
        "sums": sums(drafts),
        "chosen": [] if "all" in request.POST else list(drafts.values_list("pk", flat=True)),
        "number": drafts.count(),
        "terms": request.partner.payment_terms_days,
        "keep_url": _drafts_url(asked),
    }
    return render(request, "billing/issue.html", context)


def _issue(request: Here, drafts: QuerySet[Invoice], form: IssueForm) -> None:
    issued = credits = gone = 0
    for pk in drafts.order_by("customer_id", "pk").values_list("pk", flat=True):
        try:
            document = rebilling.issue(pk, on=form.cleaned_data["issued_on"], now=request.now)
        except (NotADraft, Invoice.DoesNotExist):
            gone += 1
            continue
        credits += isinstance(document, CreditNote)
        issued += isinstance(document, Invoice)
    said = [ngettext("%(n)s invoice issued", "%(n)s invoices issued", issued) % {"n": issued}]
    if credits:
        text = ngettext("%(n)s became a credit note", "%(n)s became credit notes", credits)
        said.append(text % {"n": credits})
    if gone:
        said.append(gettext("%(n)s had been issued by somebody else") % {"n": gone})
    messages.success(request, reduce(formats.joined, said))
