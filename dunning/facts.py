"""What is known about each open invoice of some customers? Read in a number of queries that doesn't grow."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import F, Model, QuerySet, Sum
from django.db.models.functions import Coalesce

from billing.models import DisputedAmount, Hold, Invoice, InvoiceLine, Payment
from billing.money import ZERO
from customers.models import Customer, Letter, Message
from subscriptions.models import Subscription, Suspension

from . import policy as book
from .calendars import calendar_of
from .models import Case, Decision, PolicyTold, PolicyVersion, Proposal, Restart, Stage
from .publishing import policy_of, version_for

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Loaded:
    """One case with what the rulebook needs to decide it. A case that is new is not saved yet."""

    case: Case
    invoice: Invoice
    customer: Customer
    policy: book.Policy
    facts: book.Facts


def load(customers: Sequence[Customer], *, now: datetime) -> list[Loaded]:
    """The open cases of these customers, new ones among them, each with its policy and facts.

    Constant in queries; the caller holds the customers' locks when it means to act."""
    by_pk = {customer.pk: customer for customer in customers}
    cases = _cases(by_pk)
    return _Loader(by_pk, cases, now).all()


def _cases(customers: dict[int, Customer]) -> list[Case]:
    known = list(
        Case.objects.filter(customer_id__in=customers, closed_at=None)
        .select_related("invoice")
        .order_by("invoice__due_on", "invoice_id")
    )
    without = Invoice.objects.filter(customer_id__in=customers, case=None).issued().order_by("due_on", "pk")
    return known + _new_cases(list(without), customers)


def _new_cases(invoices: list[Invoice], customers: dict[int, Customer]) -> list[Case]:
    if not invoices:
        return []
    versions: dict[int, list[PolicyVersion]] = defaultdict(list)
    for one in PolicyVersion.objects.filter(partner_id__in={invoice.partner_id for invoice in invoices}).order_by(
        "number"
    ):
        versions[one.partner_id].append(one)
    told: dict[int, dict[int, datetime]] = defaultdict(dict)
    for row in PolicyTold.objects.filter(customer_id__in=customers):
        told[row.customer_id][row.version_id] = row.told_at
    cases = []
    for invoice in invoices:
        if not versions[invoice.partner_id]:
            continue
        assert invoice.issued_on is not None and invoice.issued_at is not None
        version = version_for(
            customers[invoice.customer_id],
            invoice.issued_on,
            versions[invoice.partner_id],
            told[invoice.customer_id],
        )
        cases.append(
            Case(
                partner_id=invoice.partner_id,
                customer_id=invoice.customer_id,
                invoice=invoice,
                version_id=version,
                opened_at=invoice.issued_at,
            )
        )
    return cases


class _Loader:
    """The tables read once for a whole batch, keyed so that each case finds its own."""

    def __init__(self, customers: dict[int, Customer], cases: list[Case], now: datetime) -> None:
        self.customers, self.cases, self.now = customers, cases, now
        self.invoices = [case.invoice_id for case in cases]
        self.lines = _grouped(
            InvoiceLine.objects.filter(invoice_id__in=self.invoices).order_by("position"), "invoice_id"
        )
        self.disputes = self._disputes()
        self.holds = _grouped(Hold.objects.filter(customer_id__in=customers, recorded_at__lte=now), "customer_id")
        self.decisions = _grouped(
            Decision.objects.filter(invoice_id__in=self.invoices)
            .exclude(action=Stage.Action.SUSPEND)
            .select_related("message")
            .order_by("decided_at", "pk"),
            "invoice_id",
        )
        self.suspensions = _grouped(
            Suspension.objects.filter(customer_id__in=customers).select_related("debt").order_by("began_at", "pk"),
            "customer_id",
        )
        self.proposals = self._proposals()
        self.restarts = _grouped(Restart.objects.filter(case__invoice_id__in=self.invoices), "case_id")
        self.letters = self._letters()
        self.addons = self._addons()
        self.unapplied = self._unapplied()

    def all(self) -> list[Loaded]:
        """Every case with its facts."""
        return [self._one(case) for case in self.cases]

    def _one(self, case: Case) -> Loaded:
        invoice, customer = case.invoice, self.customers[case.customer_id]
        partner = customer.partner
        lines = self.lines[invoice.pk]
        facts = book.Facts(
            invoice=book.Invoice(
                id=str(invoice.pk),
                number=invoice.number or "",
                issued_on=invoice.issued_on,
                due_on=invoice.due_on or date.max,
                currency=invoice.currency,
                lines=tuple(book.Line(str(line.pk), line.open, _text(line.subscription_id)) for line in lines),
            ),
            zone=customer.tz,
            calendar=calendar_of(partner.country, partner.zone),
            disputes=tuple(one for line in lines for one in self.disputes[line.pk]),
            holds=tuple(_hold(hold) for hold in self.holds[customer.pk] if hold.invoice_id in (None, invoice.pk)),
            notices=tuple(_notice(decision) for decision in self.decisions[invoice.pk]),
            suspensions=tuple(_suspension(row) for row in self.suspensions[customer.pk]),
            receipts=self.unapplied[customer.pk, invoice.currency],
            restarts=tuple(row.at for row in self.restarts[case.pk or 0]),
            letters=self.letters[customer.pk],
            tags=frozenset(customer.tags),
            addons=self.addons[customer.pk],
            # No statement was ever imported: cash is entered by hand and is as fresh as now.
            bank_at=self.now,
            proposal=self.proposals.get(invoice.pk),
        )
        return Loaded(case, invoice, customer, policy_of(case.version_id), facts)

    def _disputes(self) -> dict[int, list[book.Dispute]]:
        found: dict[int, list[book.Dispute]] = defaultdict(list)
        for row in DisputedAmount.objects.filter(line__invoice_id__in=self.invoices).order_by("pk"):
            found[row.line_id].append(
                book.Dispute(
                    line=str(row.line_id),
                    amount=row.amount,
                    opened_at=row.opened_at,
                    decided_at=row.decided_at,
                    outcome=book.Outcome(row.outcome) if row.outcome else None,
                    told_at=row.told_at,
                    case=row.case_number,
                )
            )
        return found

    def _proposals(self) -> dict[int, book.Proposal]:
        live = Proposal.objects.filter(
            decision__invoice_id__in=self.invoices, state__in=[Proposal.State.PROPOSED, Proposal.State.APPROVED]
        ).prefetch_related("approvals__user")
        return {
            invoice_id: book.Proposal(
                proposed_at=row.proposed_at,
                approvals=len(row.approvals.all()),
                approved_at=row.approved_at,
                names=tuple(str(one.user) for one in row.approvals.all()),
            )
            for row, invoice_id in ((row, row.case.invoice_id) for row in live.select_related("case"))
        }

    def _letters(self) -> dict[int, tuple[datetime, ...]]:
        """Only today's letters matter; three days cover every zone."""
        found: dict[int, list[datetime]] = defaultdict(list)
        sent = Message.objects.filter(
            customer_id__in=self.customers,
            letter=Letter.NOTICE,
            queued_at__gt=self.now - timedelta(days=3),
        ).exclude(outcome="moot")
        for customer_id, queued_at in sent.values_list("customer_id", "queued_at"):
            found[customer_id].append(queued_at)
        return defaultdict(tuple, {customer: tuple(moments) for customer, moments in found.items()})

    def _addons(self) -> dict[int, tuple[tuple[str, str], ...]]:
        found: dict[int, list[tuple[str, str]]] = defaultdict(list)
        rows = Subscription.objects.filter(customer_id__in=self.customers, base__isnull=False).order_by("pk")
        for customer_id, addon, base in rows.values_list("customer_id", "pk", "base_id"):
            found[customer_id].append((str(addon), str(base)))
        return defaultdict(tuple, {customer: tuple(pairs) for customer, pairs in found.items()})

    def _unapplied(self) -> dict[tuple[int, str], tuple[book.Receipt, ...]]:
        found: dict[tuple[int, str], list[book.Receipt]] = defaultdict(list)
        rows = (
            Payment.objects.filter(customer_id__in=self.customers)
            .annotate(left=F("amount") - Coalesce(Sum("allocations__amount"), ZERO))
            .filter(left__gt=0)
        )
        for customer_id, currency, left, at in rows.values_list("customer_id", "currency", "left", "booked_at"):
            found[customer_id, currency].append(book.Receipt(book.ReceiptKind.UNAPPLIED, left, at))
        return defaultdict(tuple, {key: tuple(receipts) for key, receipts in found.items()})


def _grouped(rows: "QuerySet[M]", key: str) -> dict[int, list[M]]:
    found: dict[int, list[M]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def _text(pk: int | None) -> str | None:
    return None if pk is None else str(pk)


def _hold(row: Hold) -> book.Hold:
    scope = book.HoldScope.CUSTOMER
    if row.invoice_id:
        scope = book.HoldScope.INVOICE
    elif row.subscription_id:
        scope = book.HoldScope.SUBSCRIPTION
    return book.Hold(
        kind=book.HoldKind(row.kind),
        scope=scope,
        from_on=row.from_on,
        until=row.until_on,
        subscription=_text(row.subscription_id),
        reason=row.reason,
    )


def _notice(row: Decision) -> book.Notice:
    message = row.message
    return book.Notice(
        stage=row.stage,
        queued_at=row.decided_at,
        delivered_at=message.delivered_at if message else None,
        bounced_at=message.bounced_at if message else None,
        seen_at=message.seen_at if message else None,
        called_at=row.called_at,
        waived_at=row.waived_at,
        suspend_on=row.suspend_on,
        not_before=row.not_before,
        scope=frozenset(map(str, row.scope)) if row.suspend_on else None,
        role=row.role or None,
    )


def _suspension(row: Suspension) -> book.Suspension:
    debt = getattr(row, "debt", None)
    return book.Suspension(
        subscription=str(row.subscription_id),
        cause=row.cause,
        invoice=_text(debt.invoice_id) if debt else None,
        began_at=row.began_at,
        confirmed_at=row.confirmed_at,
        ended_at=row.ended_at,
        ended_why=row.ended_why or None,
        debt=debt.debt if debt else None,
    )
