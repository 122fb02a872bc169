"""How do staff open a case for a customer: about lines of an invoice, or as a plain question?"""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from billing.models import DisputedAmount, Invoice, InvoiceLine
from billing.money import ZERO
from customers.entering import Here, staff
from customers.models import Customer
from customers.roles import May
from disputes.asking import ask
from disputes.attaching import Refused
from disputes.forms import NewCaseForm
from disputes.models import Dispute
from disputes.owning import NobodyToAnswer
from disputes.questioning import question
from disputes.refusing import BadQuestion

MOST_LISTED = 20


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.ANSWER)
def new(request: Here) -> HttpResponse:
    """The form for a customer or an invoice named in the address; without either, whom to choose."""
    invoice, customer = _about(request)
    if customer is None:
        return _choose(request)
    lines = _lines(invoice) if invoice else []
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = NewCaseForm(
        *data,
        lines=lines,
        currency=invoice.currency if invoice else "",
        customer=customer,
        by=request.user,
        now=request.now,
    )
    if request.method == "POST" and form.is_valid():
        made = _opened(request, form, customer, invoice if lines else None)
        if made is not None:
            said = {"case": made.number, "customer": customer.name}
            messages.success(request, gettext("%(case)s is open; %(customer)s is told") % said)
            return redirect("dispute", made.pk)
    context = {"form": form, "customer": customer, "invoice": invoice, "lines": lines, "invoices": _invoices(customer)}
    return render(request, "disputes/new.html", context, status=422 if form.is_bound else 200)


def _about(request: Here) -> tuple[Invoice | None, Customer | None]:
    """The invoice and the customer that the address names. Raises Http404 where they aren't of this book."""
    invoices = Invoice.objects.visible_to(request.user).of(request.partner).issued().select_related("customer__partner")
    if asked := request.GET.get("invoice", ""):
        invoice = get_object_or_404(invoices, pk=_key(asked))
        return invoice, invoice.customer
    if asked := request.GET.get("customer", ""):
        mine = Customer.objects.visible_to(request.user).of(request.partner).select_related("partner")
        return None, get_object_or_404(mine, pk=_key(asked))
    return None, None


def _key(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)


def _choose(request: Here) -> HttpResponse:
    """Customers by name, since a case is always somebody's."""
    words = request.GET.get("q", "").strip()[:100]
    mine = Customer.objects.visible_to(request.user).of(request.partner)
    found = list(mine.filter(name__icontains=words).order_by("name", "pk")[:MOST_LISTED]) if words else []
    return render(request, "disputes/new_whose.html", {"words": words, "found": found})


def _invoices(customer: Customer) -> list[Invoice]:
    """Which invoices a question could be about, the newest first."""
    return list(Invoice.objects.filter(customer=customer).open().order_by("-issued_on", "-pk")[:MOST_LISTED])


def _lines(invoice: Invoice) -> list[tuple[InvoiceLine, Decimal]]:
    """The lines of which something is open and not questioned yet, and how much."""
    frozen = DisputedAmount.objects.filter(line__invoice=invoice, decided_at=None).order_by()
    held: dict[int, Decimal] = dict(frozen.values_list("line").annotate(sum=Sum("amount")))
    lines = [(line, line.open - held.get(line.pk, ZERO)) for line in invoice.lines.order_by("position")]
    return [(line, free) for line, free in lines if free > ZERO]


def _opened(request: Here, form: NewCaseForm, customer: Customer, invoice: Invoice | None) -> Dispute | None:
    """The case; or nothing, and the form says why."""
    said = form.cleaned_data
    common: dict[str, Any] = {
        "text": said["text"],
        "title": said["title"],
        "by": request.user,
        "now": request.now,
        "source": Dispute.Source.STAFF,
        "files": said["files"],
    }
    try:
        if invoice is not None:
            asked = {"reason": said["reason"], "wanted": said["wanted"], "ordered": form.ordered()}
            return question(invoice, form.amounts(), **asked, **common)
        return ask(customer, kind=said["kind"], **common)
    except BadQuestion as bad:
        form.add_error(bad.field if bad.field in form.fields else None, bad.why)
    except Refused as no:
        form.add_error("files", str(no))
    except NobodyToAnswer:
        form.add_error(None, gettext("Nobody here may answer cases. Give somebody a role that may."))
    return None
