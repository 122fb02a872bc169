"""What was known of an invoice at an instant of the past? The tables as they are, turned back by their own dates.

What was only changed in place can't be turned back: the end of a hold that was lifted early, a customer's tags,
which subscription is an add-on of which."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db.models import DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from billing.models import Allocation, Candidate, Claim, DisputedAmount, Invoice, InvoiceLine, Payment, Refund
from billing.money import ZERO

from . import policy as book
from .facts import Loaded, load_cases
from .models import Case, Proposal, SuspensionDebt

MONEY = DecimalField(max_digits=18, decimal_places=2)


def as_of(invoices: "QuerySet[Invoice]", at: datetime) -> list[Loaded]:
    """The cases of these invoices with the facts as they were known at `at`; those opened later are left out."""
    cases = Case.objects.filter(invoice__in=invoices, opened_at__lte=at).select_related("invoice", "customer__partner")
    loaded = load_cases(list(cases.order_by("invoice__due_on", "invoice_id")), now=at)
    lines = _open_at([one.invoice.pk for one in loaded], at)
    return [replace(one, facts=_turned_back(one, lines, at)) for one in loaded]


def at_the_look(debt: SuspensionDebt) -> Loaded | None:
    """The case behind a suspension as it was known at the last look, before that look itself opened anything."""
    found = next(iter(as_of(Invoice.objects.filter(pk=debt.invoice_id), debt.looked_at)), None)
    if found is None:
        return None
    before = tuple(one for one in found.facts.suspensions if one.began_at < debt.looked_at)
    return replace(found, facts=replace(found.facts, suspensions=before))


def _turned_back(one: Loaded, lines: dict[str, Decimal], at: datetime) -> book.Facts:
    facts = one.facts
    then = tuple(replace(line, open=lines.get(line.id, line.open)) for line in facts.invoice.lines)
    return book.known(
        replace(
            facts,
            invoice=replace(facts.invoice, lines=then),
            disputes=_disputes(one.invoice, at),
            receipts=_receipts(one.invoice, at),
            proposal=_proposal(one.case, at),
        ),
        at,
    )


def _open_at(invoices: list[int], at: datetime) -> dict[str, Decimal]:
    """What was open of each line: its total less all that had been put against it. A void invoice owes nothing."""

    def put(name: str) -> Coalesce:
        rows = Allocation.objects.filter(**{name: OuterRef("pk")}, at__lte=at).order_by().values(name)
        return Coalesce(Subquery(rows.annotate(sum=Sum("amount")).values("sum")), Value(ZERO), output_field=MONEY)

    rows = InvoiceLine.objects.filter(invoice_id__in=invoices).annotate(then=F("total") - put("line") + put("offset"))
    found = {str(pk): left for pk, left in rows.values_list("pk", "then")}
    void = rows.filter(invoice__voided_at__lte=at).values_list("pk", flat=True)
    return found | {str(pk): ZERO for pk in void}


def _disputes(invoice: Invoice, at: datetime) -> tuple[book.Dispute, ...]:
    """Undecided then, all that was questioned was frozen."""
    rows = DisputedAmount.objects.filter(line__invoice=invoice, opened_at__lte=at).order_by("pk")
    return tuple(
        book.Dispute(
            line=str(row.line_id),
            amount=row.amount if row.decided_at and row.decided_at <= at else row.questioned,
            opened_at=row.opened_at,
            decided_at=row.decided_at,
            outcome=book.Outcome(row.outcome) if row.outcome else None,
            told_at=row.told_at,
            case=row.case_number,
        )
        for row in rows
    )


def _receipts(invoice: Invoice, at: datetime) -> tuple[book.Receipt, ...]:
    """Money of the customer that was not yet against an invoice."""
    mine = {"customer_id": invoice.customer_id, "currency": invoice.currency}
    found = [book.Receipt(book.ReceiptKind.UNAPPLIED, left, when) for left, when in _unapplied(mine, at)]
    waiting = Candidate.objects.filter(
        customer_id=invoice.customer_id,
        entry__credit=True,
        entry__currency=invoice.currency,
        entry__recorded_at__lte=at,
    ).exclude(Q(entry__dismissed_at__lte=at) | Q(entry__payment__booked_at__lte=at) | Q(found_at__gt=at))
    for amount, when in waiting.values_list("entry__amount", Coalesce("found_at", "entry__recorded_at")):
        found.append(book.Receipt(book.ReceiptKind.POSSIBLE, amount, when))
    said = Claim.objects.filter(**mine, at__lte=at).exclude(gone_at__lte=at)
    for amount, when in said.values_list("amount", "at"):
        found.append(book.Receipt(book.ReceiptKind.CLAIMED, amount, when))
    return tuple(found)


def _unapplied(mine: dict[str, object], at: datetime) -> list[tuple[Decimal, datetime]]:
    def gone(rows: "QuerySet[Allocation] | QuerySet[Refund]") -> Coalesce:
        sums = rows.filter(payment=OuterRef("pk"), at__lte=at).order_by().values("payment").annotate(sum=Sum("amount"))
        return Coalesce(Subquery(sums.values("sum")), Value(ZERO), output_field=MONEY)

    booked = Payment.objects.filter(**mine, booked_at__lte=at).exclude(reversal__at__lte=at)
    left = booked.annotate(then=F("amount") - gone(Allocation.objects.all()) - gone(Refund.objects.all()))
    return list(left.filter(then__gt=0).order_by("pk").values_list("then", "booked_at"))


def _proposal(case: Case, at: datetime) -> book.Proposal | None:
    """The proposal that was live then, with the approvals it had."""
    rows = Proposal.objects.filter(case=case, proposed_at__lte=at).exclude(ended_at__lte=at)
    row = rows.prefetch_related("approvals__user").order_by("-pk").first()
    if row is None:
        return None
    given = [one for one in row.approvals.all() if one.at <= at]
    approved = row.approved_at if row.approved_at and row.approved_at <= at else None
    return book.Proposal(row.proposed_at, len(given), approved, tuple(str(one.user) for one in given))
