"""How is a question taken? What it names is frozen from that moment; the rest of the invoice keeps its dates."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext

from billing.models import DisputedAmount, Invoice, InvoiceLine
from billing.money import ZERO, plain, quantise
from customers import formats
from customers.locking import lock_customer
from customers.models import Customer, User, acting_for
from dunning.reviewing import review

from .attaching import belong
from .lines import keep_ordered
from .models import CaseFile, Dispute
from .opening import after_business_days, announce_opening, open_case
from .refusing import BadQuestion, check_may_open, worded

__all__ = ["BadQuestion", "after_business_days", "asked_before", "asked_often", "question"]


def question(
    invoice: Invoice,
    amounts: Mapping[int, Decimal],
    *,
    reason: str,
    text: str,
    by: User,
    now: datetime,
    wanted: str = "",
    title: str = "",
    source: str = Dispute.Source.CUSTOMER,
    files: Sequence[CaseFile] = (),
    ordered: Mapping[int, int] | None = None,
) -> Dispute:
    """Take a question about lines of an invoice: `amounts` per line, by primary key.

    The amounts are frozen from this moment; the rest of the invoice keeps its dates. `ordered` says how many seats
    the customer ordered of a line. The same question by the same person, still unanswered, is the same case. Raises
    BadQuestion (lines, amount, reason, wanted, text, ordered), PermissionError, owning's NobodyToAnswer."""
    with acting_for(invoice.partner):
        customer = lock_customer(invoice.customer_id)
        check_may_open(by, customer, source)
        words = worded("text", text, gettext("Say in a sentence what is wrong."))
        before = asked_before(invoice, amounts, reason=reason, text=words, by=by)
        if before is not None:
            return before
        _check_choices(reason, wanted)
        lines = _questioned(invoice, amounts)
        _check_often([line for line, _ in lines], customer.partner.questions_per_line, source)
        dispute = open_case(
            customer,
            kind=Dispute.Kind.DISPUTE,
            title=title.strip()[:200],
            text=words,
            by=by,
            now=now,
            source=source,
            invoice=invoice,
            reason=reason,
            wanted=wanted,
        )
        freeze(dispute, lines, now=now)
        asked = {line.pk for line, _ in lines}
        keep_ordered(dispute, {pk: seats for pk, seats in (ordered or {}).items() if pk in asked})
        belong(files, dispute)
        _announce(dispute, customer, sum((amount for _, amount in lines), ZERO), by, now=now)
        review([customer.pk], now=now)
        return dispute


def freeze(dispute: Dispute, lines: Iterable[tuple[InvoiceLine, Decimal]], *, now: datetime) -> None:
    """Freeze amounts of lines under a case; the caller holds the customer's lock and reviews them."""
    for line, amount in lines:
        DisputedAmount.objects.create(
            partner_id=dispute.partner_id,
            customer_id=dispute.customer_id,
            line=line,
            case_number=dispute.number,
            questioned=amount,
            amount=amount,
            opened_at=now,
        )


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


def asked_often(lines: Iterable[int]) -> dict[int, int]:
    """How many cases have questioned each line so far, by primary key; those reopened count once, lines that
    nobody questioned are left out."""
    asked: dict[int, set[str]] = {}
    for line, case in DisputedAmount.objects.filter(line__in=lines).values_list("line_id", "case_number"):
        asked.setdefault(line, set()).add(case)
    return {line: len(cases) for line, cases in asked.items()}


def _check_choices(reason: str, wanted: str) -> None:
    if reason not in Dispute.Reason.values:
        raise BadQuestion(f"reason: '{reason}' is not one of the reasons offered")
    if wanted and wanted not in Dispute.Wanted.values:
        raise BadQuestion(f"wanted: '{wanted}' is not one of the outcomes offered")


def _check_often(lines: list[InvoiceLine], most: int, source: str) -> None:
    """What we find ourselves is taken however often it was asked."""
    if source == Dispute.Source.FINDING:
        return
    often = asked_often(line.pk for line in lines)
    for line in lines:
        if often.get(line.pk, 0) >= most:
            text = gettext("Line %(line)s was questioned %(n)s times already. Write to us or call us about it.")
            raise BadQuestion(f"lines: {text % {'line': line.position, 'n': often.get(line.pk, 0)}}")


def _questioned(invoice: Invoice, amounts: Mapping[int, Decimal]) -> list[tuple[InvoiceLine, Decimal]]:
    if invoice.status != Invoice.Status.ISSUED:
        raise BadQuestion("invoice: " + gettext("Only an issued invoice can be questioned."))
    if not amounts:
        raise BadQuestion("lines: " + gettext("Choose at least one line."))
    found = {line.pk: line for line in invoice.lines.filter(pk__in=amounts).order_by("position")}
    if len(found) != len(amounts):
        raise BadQuestion("lines: " + gettext("That line is not on this invoice."))
    lines = []
    for pk, line in found.items():
        amount, free = amounts[pk], line.open - _frozen(line)
        if amount <= ZERO or quantise(amount, invoice.currency) != amount:
            raise BadQuestion("amount: " + gettext("“%(typed)s” is not an amount more than zero.") % {"typed": amount})
        if amount > free:
            text = gettext("%(amount)s is more than the %(free)s that is open and not yet questioned of line %(line)s.")
            said = {"amount": formats.amount(amount, invoice.currency), "line": line.position}
            raise BadQuestion(f"amount: {text % {**said, 'free': formats.amount(max(free, ZERO), invoice.currency)}}")
        lines.append((line, amount))
    return lines


def _frozen(line: InvoiceLine) -> Decimal:
    return sum((row.amount for row in line.disputed_amounts.filter(decided_at=None)), ZERO)


def _announce(dispute: Dispute, customer: Customer, amount: Decimal, by: User, *, now: datetime) -> None:
    invoice = dispute.invoice
    assert invoice is not None
    values = {
        "amount": plain(amount, invoice.currency),
        "rest": plain(max(invoice.balance - amount, ZERO), invoice.currency),
        "currency": invoice.currency,
    }
    announce_opening(dispute, customer, "question_opened", values, by, now=now)
