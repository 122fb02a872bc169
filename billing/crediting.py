"""How is an issued invoice corrected? By a credit note on its lines, with a reason, to the cent."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext

from customers import formats
from customers.models import Customer, User
from customers.roles import May

from .allocating import allocate, credit_lines
from .invoicing import announce_credit_note
from .models import Allocation, CreditNote, CreditNoteLine, DisputedAmount, Invoice, InvoiceLine
from .models.settings import choices_of
from .money import ZERO, quantise
from .numbering import next_number
from .refusing import NotPossible, check_may

BY_HAND = (CreditNote.Why.CORRECTION, CreditNote.Why.GOODWILL)


def credit(
    invoice_id: int,
    customer: Customer,
    amounts: Mapping[int, Decimal],
    *,
    why: str,
    reason: str,
    by: User,
    now: datetime,
    seen: int | None = None,
) -> CreditNote:
    """Give back amounts (with tax) on lines of an invoice, by the lines' primary keys. They meet what is open of
    these lines; what was paid already meets other debts or waits as an unused credit. `seen` is how many lines
    had been credited when the person looked: the same click twice is refused, not credited twice.

    The caller holds the customer's lock in a transaction. Raises NotPossible, PermissionError."""
    check_may(by, customer, May.WRITE_OFF)
    invoice = Invoice.objects.select_for_update().get(pk=invoice_id, customer=customer)
    if invoice.status != Invoice.Status.ISSUED:
        raise NotPossible(gettext("Only an issued invoice is credited."))
    if seen is not None and seen != times_credited(invoice):
        raise NotPossible(gettext("This invoice was credited while you looked. See what is left and decide again."))
    if why not in BY_HAND:
        raise NotPossible(gettext("Choose what the credit is for"), "why")
    if not reason.strip():
        raise NotPossible(gettext("Write what the customer will read"), "reason")
    wanted = {pk: amount for pk, amount in amounts.items() if amount != ZERO}
    lines = list(invoice.lines.select_for_update().filter(pk__in=wanted).order_by("position"))
    if not lines or len(lines) != len(wanted):
        raise NotPossible(gettext("Enter an amount beside at least one line"))
    _check_room(lines, wanted, room_of(invoice), invoice.currency)
    note = write_note(
        customer, lines, wanted, why=CreditNote.Why(why), reason=reason, currency=invoice.currency, now=now
    )
    place_note(note, wanted, customer, now=now)
    announce_credit_note(note, customer, now=now)
    return note


def place_note(note: CreditNote, amounts: Mapping[int, Decimal], customer: Customer, *, now: datetime) -> None:
    """Put a note against its own lines; what they don't need meets the customer's other debts, the oldest first, where
    the partner wants it so, and else waits. The caller holds the customer's lock."""
    credit_lines(note, dict(amounts), now=now)
    if choices_of(customer.partner).credits_meet_others:
        allocate(note, now=now)


def write_note(
    customer: Customer,
    lines: list[InvoiceLine],
    amounts: Mapping[int, Decimal],
    *,
    why: CreditNote.Why,
    reason: str,
    currency: str,
    now: datetime,
) -> CreditNote:
    """The numbered document itself: a line for each credited line, the tax in proportion. Over all its credits a
    line gives back exactly its own tax."""
    today = now.astimezone(customer.tz).date()
    note = CreditNote.objects.create(
        partner_id=customer.partner_id,
        customer=customer,
        number=next_number(customer.partner, "credit_note", today),
        why=why,
        reason=reason.strip()[:300],
        currency=currency,
        total=sum((amounts[line.pk] for line in lines), ZERO),
        issued_on=today,
        issued_at=now,
    )
    before = _credited(lines)
    for position, line in enumerate(lines, 1):
        tax = tax_of(line, amounts[line.pk], currency, before=before.get(line.pk, (ZERO, ZERO)))
        CreditNoteLine.objects.create(
            partner_id=customer.partner_id,
            credit_note=note,
            position=position,
            invoice_line=line,
            description=line.description,
            net=amounts[line.pk] - tax,
            tax=tax,
            total=amounts[line.pk],
        )
    return note


def tax_of(
    line: InvoiceLine, amount: Decimal, currency: str, *, before: tuple[Decimal, Decimal] = (ZERO, ZERO)
) -> Decimal:
    """The tax within an amount given back of a line, when `before` (total, tax) was given back already: what is
    due of the whole so far less what was given, so that no cent is left when the whole line is credited."""
    if not line.total:
        return ZERO
    given, taxed = before
    so_far = quantise((given + amount) * line.tax / line.total, currency)
    return min(max(so_far - taxed, ZERO), amount)


def room_of(invoice: Invoice) -> dict[int, Decimal]:
    """How much of each line may still be credited: its total less what was credited, what was written off and
    what is questioned. What nobody paid and nobody owes any more gives no credit."""
    lines = list(invoice.lines.all())
    credited = _credited(lines)
    given_up = dict(
        Allocation.objects.filter(line__in=lines, write_off__isnull=False)
        .order_by()
        .values_list("line_id")
        .annotate(sum=Sum("amount"))
    )
    asked = dict(
        DisputedAmount.objects.filter(line__in=lines, decided_at=None)
        .order_by()
        .values_list("line_id")
        .annotate(sum=Sum("amount"))
    )
    return {
        line.pk: max(
            line.total
            - credited.get(line.pk, (ZERO, ZERO))[0]
            - given_up.get(line.pk, ZERO)
            - asked.get(line.pk, ZERO),
            ZERO,
        )
        for line in lines
    }


def times_credited(invoice: Invoice) -> int:
    """How many credit note lines there are for this invoice."""
    return CreditNoteLine.objects.filter(invoice_line__invoice=invoice).count()


def _credited(lines: list[InvoiceLine]) -> dict[int, tuple[Decimal, Decimal]]:
    rows = CreditNoteLine.objects.filter(invoice_line__in=lines).order_by().values_list("invoice_line_id")
    return {pk: (total, tax) for pk, total, tax in rows.annotate(t=Sum("total"), x=Sum("tax"))}


def _check_room(
    lines: list[InvoiceLine], wanted: Mapping[int, Decimal], room: Mapping[int, Decimal], currency: str
) -> None:
    for line in lines:
        amount = wanted[line.pk]
        if amount < ZERO or quantise(amount, currency) != amount:
            text = gettext("“%(value)s” is not an amount of this currency") % {"value": amount}
            raise NotPossible(text, f"line_{line.pk}")
        if amount > room[line.pk]:
            text = gettext("At most %(room)s of this line can be credited")
            raise NotPossible(text % {"room": formats.amount(room[line.pk], currency)}, f"line_{line.pk}")
