"""How is a question taken? What it names is frozen from that moment; the rest of the invoice keeps its dates."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from billing.models import DisputedAmount, Invoice, InvoiceLine
from billing.money import ZERO, plain, quantise
from billing.numbering import next_number
from customers.locking import lock_customer
from customers.models import Customer, Letter, TimelineEntry, User, acting_for
from customers.telling import tell
from customers.writing import promise_letter
from dunning import policy as book
from dunning.calendars import calendar_of
from dunning.reviewing import review

from .models import Dispute

ANSWER_BUSINESS_DAYS = 3


class BadQuestion(Exception):
    """The question can't be taken; the message says which value and why."""


def question(
    invoice: Invoice,
    amounts: Mapping[int, Decimal],
    *,
    reason: str,
    text: str,
    by: User,
    now: datetime,
) -> Dispute:
    """Take a question about lines of an invoice: `amounts` per line, by primary key.

    The amounts are frozen from this moment; the rest of the invoice keeps its dates. The same question by the
    same person, still unanswered, is the same case. Raises BadQuestion."""
    with acting_for(invoice.partner):
        customer = lock_customer(invoice.customer_id)
        before = asked_before(invoice, amounts, reason=reason, text=text.strip(), by=by)
        if before is not None:
            return before
        lines = _questioned(invoice, amounts)
        if reason not in Dispute.Reason.values:
            raise BadQuestion(f"reason: '{reason}' is not one of the reasons offered")
        if not text.strip():
            raise BadQuestion("text: say in a sentence what is wrong")
        dispute = Dispute.objects.create(
            partner_id=invoice.partner_id,
            customer=customer,
            invoice=invoice,
            number=next_number(customer.partner, "dispute", now.astimezone(customer.tz).date()),
            reason=reason,
            text=text.strip()[:4000],
            opened_at=now,
            opened_by=by,
            answer_by=after_business_days(customer, now, ANSWER_BUSINESS_DAYS),
        )
        for line, amount in lines:
            DisputedAmount.objects.create(
                partner_id=invoice.partner_id,
                customer=customer,
                line=line,
                case_number=dispute.number,
                questioned=amount,
                amount=amount,
                opened_at=now,
            )
        _announce_question(dispute, customer, sum((amount for _, amount in lines), ZERO), by, now=now)
        review([customer.pk], now=now)
        return dispute


def asked_before(invoice: Invoice, lines: Iterable[int], *, reason: str, text: str, by: User) -> Dispute | None:
    """The unanswered case that this person's same words about the same lines have opened already, if any.
    Reliable under the customer's lock."""
    wanted = set(lines)
    same = Dispute.objects.filter(invoice=invoice, opened_by=by, reason=reason, text=text, decided_at=None)
    for dispute in same.order_by("-pk"):
        rows = DisputedAmount.objects.filter(partner_id=dispute.partner_id, case_number=dispute.number)
        if set(rows.values_list("line_id", flat=True)) == wanted:
            return dispute
    return None


def _questioned(invoice: Invoice, amounts: Mapping[int, Decimal]) -> list[tuple[InvoiceLine, Decimal]]:
    if invoice.status != Invoice.Status.ISSUED:
        raise BadQuestion("invoice: only an issued invoice can be questioned")
    if not amounts:
        raise BadQuestion("lines: choose at least one line")
    found = {line.pk: line for line in invoice.lines.filter(pk__in=amounts)}
    lines = []
    for pk, amount in amounts.items():
        line = found.get(pk)
        if line is None:
            raise BadQuestion("lines: that line is not on this invoice")
        frozen = _frozen(line)
        if amount <= ZERO or quantise(amount, invoice.currency) != amount:
            raise BadQuestion(f"amount: {amount} is not an amount more than zero")
        if amount > line.open - frozen:
            raise BadQuestion(
                f"amount: {amount} is more than the {plain(line.open - frozen, invoice.currency)} that is open "
                f"and not yet questioned of line {line.position}"
            )
        lines.append((line, amount))
    return lines


def _frozen(line: InvoiceLine) -> Decimal:
    return sum((row.amount for row in line.disputed_amounts.filter(decided_at=None)), ZERO)


def _announce_question(dispute: Dispute, customer: Customer, amount: Decimal, by: User, *, now: datetime) -> None:
    invoice = dispute.invoice
    values = {
        "case": dispute.number,
        "invoice": invoice.number,
        "amount": plain(amount, invoice.currency),
        "rest": plain(max(invoice.balance - amount, ZERO), invoice.currency),
        "currency": invoice.currency,
        "answer_by": dispute.answer_by.isoformat(),
        "text": dispute.text,
        "link": f"/my/cases/{dispute.pk}/",
    }
    message = promise_letter(
        customer,
        Letter.QUESTION_TAKEN,
        key=f"letter:question:{dispute.pk}",
        now=now,
        about=f"{dispute.number}, {invoice.number}",
        values=values,
    )
    tell(
        customer,
        TimelineEntry.Kind.DISPUTE,
        "question_opened",
        now=now,
        about=invoice.number or "",
        values=values,
        message=message,
        actor=by,
    )


def after_business_days(customer: Customer, now: datetime, days: int) -> datetime:
    """The end of staffed hours on the n-th business day after an instant, on the partner's calendar."""
    partner = customer.partner
    calendar = calendar_of(partner.country, partner.zone)
    day = book.shift(now.astimezone(partner.tz).date(), days, book.Unit.BUSINESS_DAYS, calendar)
    return datetime.combine(day, calendar.closes, tzinfo=partner.tz)
