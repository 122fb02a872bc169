"""Which lines does money go to? As told, else the oldest due invoice first, then in line order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from customers.models import Customer

from .models import Allocation, CreditNote, Invoice, InvoiceLine, Payment
from .money import ZERO


@dataclass(frozen=True)
class Placed:
    """How much of the money went to one invoice."""

    invoice: Invoice
    amount: Decimal


def unapplied(source: Payment | CreditNote) -> Decimal:
    """What is left of a payment or credit note after its allocations."""
    total = source.amount if isinstance(source, Payment) else source.total
    return total - (source.allocations.aggregate(sum=Sum("amount"))["sum"] or ZERO)


def allocate(source: Payment | CreditNote, *, now: datetime, told: Sequence[Invoice] = ()) -> list[Placed]:
    """Put what is left of a payment or credit note against the customer's open invoices.

    `told` invoices come first, in their order; then the oldest due. The caller holds the customer's lock.
    What finds no debt stays unapplied."""
    left = unapplied(source)
    placed: list[Placed] = []
    for invoice in _in_order(source, told):
        if left <= ZERO:
            break
        amount = _place(source, invoice, left, now=now)
        left -= amount
        if amount > ZERO:
            placed.append(Placed(invoice, amount))
    return placed


def credit_lines(note: CreditNote, amounts: dict[int, Decimal], *, now: datetime) -> None:
    """Put a credit note against chosen lines (by primary key), at most what is open of each.

    The caller holds the customer's lock; what is left of the note stays an unused credit."""
    lines = InvoiceLine.objects.select_for_update().filter(pk__in=amounts).order_by("pk")
    for line in lines.select_related("invoice"):
        _book(note, line, min(amounts[line.pk], max(line.open, ZERO)), now=now)


def offset_lines(invoice: Invoice, *, now: datetime) -> None:
    """Put the lines below zero against the others: first those of the same subscription, then in line order.

    The invoice's balance stays; afterwards no line is below zero, so each line's open amount can be chased as
    it stands. The invoice's total is above zero, so there is always room."""
    lines = list(invoice.lines.select_for_update().order_by("position"))
    for credit in (line for line in lines if line.open < ZERO):
        same_first = sorted(lines, key=lambda line: (line.subscription_id != credit.subscription_id, line.position))
        for line in same_first:
            part = min(-credit.open, line.open)
            if part > ZERO:
                Allocation.objects.create(partner_id=invoice.partner_id, offset=credit, line=line, amount=part, at=now)
                credit.open += part
                line.open -= part
    InvoiceLine.objects.bulk_update(lines, ["open"])


def use_credits(customer: Customer, currency: str, *, now: datetime) -> None:
    """Let money that waits unapplied meet debts that are new; payments first, oldest first."""
    sources: list[Payment | CreditNote] = [
        *Payment.objects.filter(customer=customer, currency=currency).order_by("received_on", "pk"),
        *CreditNote.objects.filter(customer=customer, currency=currency).order_by("issued_on", "pk"),
    ]
    for source in sources:
        if unapplied(source) > ZERO:
            allocate(source, now=now)


def _in_order(source: Payment | CreditNote, told: Sequence[Invoice]) -> list[Invoice]:
    open_invoices = list(
        Invoice.objects.select_for_update()
        .filter(customer_id=source.customer_id, currency=source.currency)
        .open()
        .order_by("due_on", "pk")
    )
    rank = {invoice.pk: place for place, invoice in enumerate(told)}
    return sorted(open_invoices, key=lambda invoice: rank.get(invoice.pk, len(rank)))


def _place(source: Payment | CreditNote, invoice: Invoice, left: Decimal, *, now: datetime) -> Decimal:
    """Never more than the invoice's balance, so that a line below zero counts against the others."""
    room = min(left, invoice.balance)
    placed = ZERO
    for line in invoice.lines.select_for_update().filter(open__gt=0).order_by("position"):
        part = min(room - placed, line.open)
        if part <= ZERO:
            break
        line.invoice = invoice
        _book(source, line, part, now=now)
        placed += part
    return placed


def _book(source: Payment | CreditNote, line: InvoiceLine, amount: Decimal, *, now: datetime) -> None:
    if amount <= ZERO:
        return
    kind = {"payment": source} if isinstance(source, Payment) else {"credit_note": source}
    Allocation.objects.create(partner_id=source.partner_id, line=line, amount=amount, at=now, **kind)
    line.open -= amount
    line.save(update_fields=["open"])
    line.invoice.balance -= amount
    line.invoice.save(update_fields=["balance"])
