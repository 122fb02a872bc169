"""Which lines does money go to? As told, else the oldest due invoice first, then in line order."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from customers.models import Customer

from .models import Allocation, CreditNote, Invoice, InvoiceLine, Payment, WriteOff
from .money import ZERO
from .posting import Placed, put


def unapplied(source: Payment | CreditNote) -> Decimal:
    """What is left of a payment or credit note: not allocated, refunded or taken back."""
    rows = type(source)._default_manager.filter(pk=source.pk)
    left: Decimal = rows.with_left().values_list("left", flat=True).get()
    return left


def allocate(
    source: Payment | CreditNote,
    *,
    now: datetime,
    told: Sequence[Invoice] = (),
    left: Decimal | None = None,
    only: bool = False,
) -> list[Placed]:
    """Put what is left of a payment or credit note (`left`, where the caller knows it) against the customer's open
    invoices.

    `told` invoices come first, in their order; then the oldest due, unless `only` these are meant. The caller holds
    the customer's lock. What finds no debt stays unapplied."""
    left = unapplied(source) if left is None else left
    if left <= ZERO:
        return []
    return put(source, source.customer_id, left, told=[invoice.pk for invoice in told], only=only, now=now)


def pay_lines(payment: Payment, amounts: Mapping[int, Decimal], *, now: datetime) -> list[Placed]:
    """Put a payment against chosen lines first (by primary key, in this order): at most so much of each, what is
    open of it and what is left of the payment.

    The caller holds the customer's lock and allocates the rest. Lines of other customers are passed over."""
    left = unapplied(payment)
    mine = InvoiceLine.objects.select_for_update(of=("self",)).filter(
        pk__in=amounts, invoice__customer_id=payment.customer_id, invoice__currency=payment.currency
    )
    found = mine.select_related("invoice").in_bulk()
    placed: dict[int, Decimal] = {}
    invoices = {line.invoice_id: line.invoice for line in found.values()}
    for pk, most in amounts.items():
        line = found.get(pk)
        part = min(most, line.open, left) if line else ZERO
        if line and part > ZERO:
            line.invoice = invoices[line.invoice_id]
            _book(payment, line, part, now=now)
            left -= part
            placed[line.invoice_id] = placed.get(line.invoice_id, ZERO) + part
    return [Placed(invoices[pk], amount) for pk, amount in placed.items()]


def credit_lines(note: CreditNote, amounts: dict[int, Decimal], *, now: datetime) -> None:
    """Put a credit note against chosen lines (by primary key), at most what is open of each.

    The caller holds the customer's lock; what is left of the note stays an unused credit."""
    lines = list(InvoiceLine.objects.select_for_update().filter(pk__in=amounts).order_by("pk"))
    invoices = Invoice.objects.select_for_update().in_bulk({line.invoice_id for line in lines})
    for line in lines:
        # Several lines of an invoice lessen the one balance.
        line.invoice = invoices[line.invoice_id]
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


def take_back(payment: Payment, *, now: datetime) -> dict[Invoice, Decimal]:
    """Undo every allocation of a payment by a row of the opposite amount; answers how much each invoice had of it.

    The caller holds the customer's lock. An allocation is undone once."""
    rows = list(payment.allocations.filter(undoes=None, undone_by=None).order_by("pk"))
    lines = InvoiceLine.objects.select_for_update().in_bulk({row.line_id for row in rows})
    invoices = Invoice.objects.select_for_update().in_bulk({line.invoice_id for line in lines.values()})
    undone: dict[Invoice, Decimal] = {}
    for row in rows:
        line, invoice = lines[row.line_id], invoices[lines[row.line_id].invoice_id]
        Allocation.objects.create(
            partner_id=row.partner_id, payment=payment, line=line, amount=-row.amount, undoes=row, at=now
        )
        line.open += row.amount
        invoice.balance += row.amount
        undone[invoice] = undone.get(invoice, ZERO) + row.amount
    InvoiceLine.objects.bulk_update(lines.values(), ["open"])
    Invoice.objects.bulk_update(invoices.values(), ["balance"])
    return dict(sorted(undone.items(), key=lambda entry: (str(entry[0].due_on), entry[0].pk)))


def give_up(write_off: WriteOff, invoice: Invoice, *, now: datetime) -> None:
    """Take an agreed write-off from the invoice's open lines, in line order; it is at most the invoice's balance.

    The caller holds the customer's lock."""
    for placed in put(write_off, invoice.customer_id, write_off.amount, told=[invoice.pk], only=True, now=now):
        invoice.balance = placed.invoice.balance
    invoice.written_off += write_off.amount
    invoice.save(update_fields=["written_off"])


def use_credits(customer: Customer, currency: str, *, now: datetime) -> None:
    """Let money that waits unapplied meet debts that are new; payments first, oldest first."""
    mine = {"customer": customer, "currency": currency, "left__gt": 0}
    sources: list[Payment | CreditNote] = [
        *Payment.objects.with_left().filter(**mine).order_by("received_on", "pk"),
        *CreditNote.objects.with_left().filter(**mine).order_by("issued_on", "pk"),
    ]
    for source in sources:
        allocate(source, now=now)


def _book(source: Payment | CreditNote | WriteOff, line: InvoiceLine, amount: Decimal, *, now: datetime) -> None:
    if amount <= ZERO:
        return
    kind = {Payment: "payment", CreditNote: "credit_note", WriteOff: "write_off"}[type(source)]
    Allocation.objects.create(partner_id=source.partner_id, line=line, amount=amount, at=now, **{kind: source})
    line.open -= amount
    line.save(update_fields=["open"])
    line.invoice.balance -= amount
    line.invoice.save(update_fields=["balance"])
