"""What does one invoice say, where did each line come from, and what happens to it next?"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from billing.models import Allocation, DisputedAmount, Invoice, InvoiceLine, Payment
from billing.money import ZERO
from customers.entering import Here, staff
from customers.models import TimelineEntry
from customers.roles import May
from dunning.explaining import explain_invoice
from dunning.picturing import Reading, headline, rail, why_panel
from dunning.wording import timeline
from payables.models import ProviderLine


@dataclass
class Line:
    """An invoice line beside the provider's line it passes on."""

    line: InvoiceLine
    source: ProviderLine | None = None
    frozen: Decimal = ZERO
    put: list[Allocation] = field(default_factory=list)


@require_safe
@staff(May.SEE_BOOK)
def invoice(request: Here, invoice_id: int) -> HttpResponse:
    """One invoice or draft with everything that stands against it."""
    mine = Invoice.objects.visible_to(request.user).of(request.partner).select_related("customer__partner")
    one = get_object_or_404(mine, pk=invoice_id)
    today = request.now.astimezone(request.zone).date()
    lines = lines_of(one, costs=request.membership.may(May.SEE_BILLS))
    context: dict[str, Any] = {
        "invoice": one,
        "state": one.state_on(today),
        "late": (today - one.due_on).days if one.due_on else 0,
        "lines": lines,
        "frozen": sum((line.frozen for line in lines), ZERO),
        "placed": placed(lines),
        "cost": sum((line.source.total for line in lines if line.source), ZERO),
    }
    if one.status != Invoice.Status.DRAFT:
        context |= _story(request, one, Reading(today, request.zone))
    return render(request, "billing/invoice.html", context)


def _story(request: Here, one: Invoice, reading: Reading) -> dict[str, Any]:
    story = explain_invoice(one, now=request.now)
    entries = TimelineEntry.objects.filter(customer_id=one.customer_id, about=one.number)
    newest = entries.select_related("message", "actor").defer("message__body_text", "message__body_html")
    made = {
        "story": story,
        "headline": headline(story, reading),
        "rail": rail(story, reading) if story.history or story.decision else [],
        "entries": timeline(newest.order_by("-at", "-pk")[:100], today=reading.today, zone=reading.zone),
    }
    return made | why_panel(story, reading) if "why" in request.GET else made


def lines_of(one: Invoice, *, costs: bool) -> list[Line]:
    """The lines in order; `costs` tells whether the provider's lines may be seen."""
    made = {line.pk: Line(line) for line in one.lines.select_related("subscription").order_by("position")}
    if costs:
        for source in ProviderLine.objects.filter(invoice_line_id__in=made).select_related("bill"):
            made[source.invoice_line_id or 0].source = source
    for row in DisputedAmount.objects.filter(line_id__in=made, decided_at=None):
        made[row.line_id].frozen += row.amount
    puts = Allocation.objects.filter(line_id__in=made).select_related("payment", "credit_note")
    for put in puts.order_by("at", "pk"):
        made[put.line_id].put.append(put)
    return list(made.values())


def placed(lines: list[Line]) -> list[dict[str, Any]]:
    """Where the money against the invoice came from, one row for each payment or credit note."""
    amounts: dict[Any, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        for put in line.put:
            amounts[put.payment or put.credit_note] += put.amount
    return [
        {"source": source, "amount": amount, "is_payment": isinstance(source, Payment)}
        for source, amount in amounts.items()
    ]
