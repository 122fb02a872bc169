"""What does one invoice say, where did each line come from, and what happens to it next?"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from billing.drafting import margin
from billing.models import Allocation, CreditNote, CreditNoteLine, DisputedAmount, Invoice, InvoiceLine
from billing.money import ZERO
from billing.papers import invoice_paper
from billing.price_notes import by_rule
from billing.price_words import because, rounding_said, tax_said
from customers import formats
from customers.entering import Here, staff
from customers.models import Document, TimelineEntry
from customers.roles import May
from dunning.explaining import explain_invoice
from dunning.picturing import Reading, headline, rail, why_panel
from dunning.views.agreed import agreed
from dunning.wording import timeline
from payables.models import ProviderLine


@dataclass
class Line:
    """An invoice line beside the provider's line it passes on."""

    line: InvoiceLine
    source: ProviderLine | None = None
    frozen: Decimal = ZERO
    put: list[Allocation] = field(default_factory=list)
    because: str = ""

    @property
    def earned(self) -> Mapping[str, Decimal] | None:
        """What the line earns on the provider's charge, before tax."""
        return margin(self.line.net, self.source.subtotal) if self.source else None


@require_safe
@staff(May.SEE_BOOK)
def invoice(request: Here, invoice_id: int) -> HttpResponse:
    """One invoice or draft with everything that stands against it."""
    mine = Invoice.objects.visible_to(request.user).of(request.partner).select_related("customer__partner", "partner")
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
        "credits": credits_of(one),
        "rounding": rounding_said(one.rounding),
        "asked_off": one.write_offs.filter(agreed_at=None, refused_at=None).select_related("asked_by").first(),
    }
    if one.status == Invoice.Status.DRAFT:
        context["earned"] = earned(one, lines)
    if one.status != Invoice.Status.DRAFT:
        context |= _story(request, one, Reading(today, request.zone))
        context["papers"] = papers_of(one)
        context |= agreed(one.customer, now=request.now, invoice=one)
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
    puts = Allocation.objects.filter(line_id__in=made, offset=None).select_related(
        "payment", "credit_note", "write_off"
    )
    for put in puts.order_by("at", "pk"):
        made[put.line_id].put.append(put)
    for shown in made.values():
        shown.because = _because(shown.line, one.currency) if costs else ""
    return list(made.values())


def _because(line: InvoiceLine, currency: str) -> str:
    """Which rules made the price and the tax."""
    said = because(line.priced_by, currency)
    return formats.joined(said, tax_said(line.priced_by, currency)) if by_rule(line.priced_by) else said


def placed(lines: list[Line]) -> list[dict[str, Any]]:
    """Where the money against the invoice came from, one row for each payment, credit note or write-off; a payment
    that was taken back leaves nothing."""
    amounts: dict[Any, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        for put in line.put:
            amounts[put.payment or put.credit_note or put.write_off] += put.amount
    return [
        {"source": source, "amount": amount, "kind": type(source).__name__}
        for source, amount in amounts.items()
        if amount
    ]


def papers_of(one: Invoice) -> list[Document]:
    """The invoice's papers as they were made, with their fingerprints."""
    paper = invoice_paper(one)
    made = Document.objects.of(paper.partner).filter(kind=paper.kind, about=paper.about)
    return list(made.defer("content").order_by("language"))


def credits_of(one: Invoice) -> list[CreditNote]:
    """The credit notes that correct this invoice, each with what is left of it."""
    mine = CreditNoteLine.objects.filter(invoice_line__invoice=one).values("credit_note_id")
    return list(CreditNote.objects.with_left().filter(pk__in=mine).order_by("issued_at", "pk"))


def earned(one: Invoice, lines: list[Line]) -> Mapping[str, Decimal] | None:
    """What a draft earns on the provider's charges it passes on, before tax; none where it passes on none."""
    costs = [line.source.subtotal for line in lines if line.source]
    return margin(one.net, sum(costs, ZERO)) | {"cost": sum(costs, ZERO)} if costs else None
