"""How do the provider's lines become what customers are billed? One draft for each customer and period."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from billing import invoicing
from billing.models import CreditNote, Invoice, InvoiceLine
from billing.money import ZERO
from billing.price_notes import note_of
from billing.pricing import Books, price
from customers.locking import lock_customers
from customers.models import Partner, acting_for

from .absorbing import bear
from .costing import charge_of
from .models import ProviderLine


@dataclass(frozen=True)
class Drafted:
    """The drafts that were made, with their lines and their sum (credits count against it)."""

    invoices: list[Invoice]
    lines: int
    total: Decimal


def draft(partner: Partner, period: str, *, now: datetime) -> Drafted:
    """Draft one invoice for each customer with unbilled, known charges of a period ("2026-10").

    Each line is tied to its provider line, so nothing is billed twice and a second call drafts nothing. Charges
    that stay with us by rule are marked so, and wait no longer. Raises NoPriceRule."""
    books = Books(partner)
    with acting_for(partner):
        unbilled = ProviderLine.objects.filter(partner=partner, bill__period=period).unbilled()
        customers = lock_customers(unbilled.values_list("customer_id", flat=True))
        groups: dict[tuple[int, str], list[ProviderLine]] = defaultdict(list)
        waiting = unbilled.select_for_update(of=("self",)).select_related("bill", "subscription")
        for line in bear(waiting.order_by("bill_id", "row"), books):
            groups[line.customer_id, line.currency].append(line)
        rank = {customer.pk: place for place, customer in enumerate(customers)}
        invoices = [
            _draft_one(partner, period, lines, books, now=now)
            for _, lines in sorted(groups.items(), key=lambda group: (rank[group[0][0]], group[0][1]))
        ]
    return Drafted(invoices, sum(map(len, groups.values())), sum((inv.total for inv in invoices), ZERO))


def _draft_one(partner: Partner, period: str, lines: list[ProviderLine], books: Books, *, now: datetime) -> Invoice:
    invoice = Invoice(
        partner=partner,
        customer_id=lines[0].customer_id,
        period=period,
        period_start=min(line.charge_starts_on for line in lines),
        period_end=max(line.charge_ends_on for line in lines),
        currency=lines[0].currency,
        rounding=books.on(lines[0].bill.billed_on).rounding,
        created_at=now,
    )
    priced = [line_of(source, books, invoice, position) for position, source in enumerate(lines, 1)]
    invoice.net = sum((line.net for line in priced), ZERO)
    invoice.tax = sum((line.tax for line in priced), ZERO)
    invoice.total = invoice.balance = invoice.net + invoice.tax
    invoice.save()
    for line in priced:
        line.invoice = invoice
    InvoiceLine.objects.bulk_create(priced)
    for source, line in zip(lines, priced, strict=True):
        source.invoice_line = line
    ProviderLine.objects.bulk_update(lines, ["invoice_line"], batch_size=500)
    return invoice


def line_of(source: ProviderLine, books: Books, invoice: Invoice, position: int) -> InvoiceLine:
    """A charge as a line of a draft, priced by the book of the day on which the provider billed it and rounded as
    the whole invoice is. Raises NoPriceRule."""
    priced = price(books.on(source.bill.billed_on), charge_of(source), rounding=invoice.rounding)
    plain_cycle = source.charge_type.casefold() == "cycle fee"
    return InvoiceLine(
        partner_id=source.partner_id,
        position=position,
        subscription_id=source.subscription_id,
        description=source.offer_name,
        detail="" if plain_cycle else f"{source.charge_type}, {source.charge_starts_on} – {source.charge_ends_on}",
        quantity=source.quantity,
        unit_price=priced.unit_price,
        net=priced.net,
        tax_rate=priced.tax_rate,
        tax=priced.tax,
        total=priced.total,
        open=priced.total,
        priced_by=note_of(priced),
    )


def drafts_of(partner: Partner, period: str) -> list[int]:
    """The drafts of a period that wait to be issued, oldest customer first."""
    drafts = Invoice.objects.filter(partner=partner, period=period, status=Invoice.Status.DRAFT)
    return list(drafts.order_by("customer_id", "pk").values_list("pk", flat=True))


def issue(invoice_id: int, *, on: date, now: datetime) -> Invoice | CreditNote:
    """Issue a draft; where it becomes a credit note, its provider lines follow and the draft goes.

    Raises billing.invoicing.NotADraft."""
    with transaction.atomic():
        document = invoicing.issue(invoice_id, on=on, now=now)
        if isinstance(document, CreditNote):
            by_position = {line.position: line for line in document.lines.all()}
            for source in ProviderLine.objects.filter(invoice_line__invoice_id=invoice_id).select_related(
                "invoice_line"
            ):
                assert source.invoice_line is not None
                source.credit_line = by_position[source.invoice_line.position]
                source.invoice_line = None
                source.save(update_fields=["credit_line", "invoice_line"])
            InvoiceLine.objects.filter(invoice_id=invoice_id).delete()
            Invoice.objects.filter(pk=invoice_id).delete()
        return document
