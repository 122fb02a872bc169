"""What is known about each open invoice of some customers? Read in a number of queries that doesn't grow."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from django.db.models import Max, Model, QuerySet, prefetch_related_objects

from billing.models import (
    BankReading,
    Candidate,
    Claim,
    DisputedAmount,
    Hold,
    Invoice,
    InvoiceLine,
    Payment,
    PromiseToPay,
)
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


def load(customers: Sequence[Customer], *, now: datetime, owed_only: bool = False) -> list[Loaded]:
    """The open cases of these customers, new ones among them, each with its policy and facts; with `owed_only` the
    cases of invoices of which something is owed instead, also where the case is closed over a trifle.

    Constant in queries; the caller holds the customers' locks when it means to act."""
    by_pk = {customer.pk: customer for customer in customers}
    prefetch_related_objects(list(customers), "partner")
    cases = _cases(by_pk, owed_only)
    return _Loader(by_pk, cases, now).all()


def load_cases(cases: Sequence[Case], *, now: datetime) -> list[Loaded]:
    """These cases, closed ones among them, from the facts as they stand; constant in queries. Each needs its
    invoice and its customer with the partner."""
    return _Loader({case.customer_id: case.customer for case in cases}, list(cases), now).all()


def _cases(customers: dict[int, Customer], owed_only: bool) -> list[Case]:
    cases = Case.objects.filter(customer_id__in=customers)
    # What was paid before anybody looked needs no case.
    invoices = Invoice.objects.filter(customer_id__in=customers, case=None).open()
    if owed_only:
        cases = cases.filter(invoice__status="issued", invoice__balance__gt=0)
    else:
        cases = cases.filter(closed_at=None)
    known = list(cases.select_related("invoice").order_by("invoice__due_on", "invoice_id"))
    return known + _new_cases(list(invoices.order_by("due_on", "pk")), customers)


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
        self.promises = _grouped(
            PromiseToPay.objects.filter(invoice_id__in=self.invoices).order_by("made_at", "pk"), "invoice_id"
        )
        self.receipts = self._receipts()
        self.bank_at = self._bank_at()

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
            promises=tuple(_promise(row) for row in self.promises[invoice.pk]),
            holds=tuple(as_hold(hold) for hold in self.holds[customer.pk] if hold.invoice_id in (None, invoice.pk)),
            notices=tuple(_notice(decision) for decision in self.decisions[invoice.pk]),
            suspensions=tuple(_suspension(row) for row in self.suspensions[customer.pk]),
            receipts=tuple(self.receipts[customer.pk, invoice.currency]),
            restarts=tuple(row.at for row in self.restarts[case.pk or 0]),
            letters=self.letters[customer.pk],
            tags=frozenset(customer.tags),
            addons=self.addons[customer.pk],
            # No statement was ever imported: cash is entered by hand and is as fresh as now.
            bank_at=self.bank_at.get(customer.partner_id, self.now),
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

    def _receipts(self) -> dict[tuple[int, str], list[book.Receipt]]:
        """Money of the customer that is not yet against an invoice: booked, at the bank, or said to be on its way."""
        found: dict[tuple[int, str], list[book.Receipt]] = defaultdict(list)

        def add(kind: book.ReceiptKind, rows: Iterable[tuple[int, str, Decimal, datetime]]) -> None:
            for customer_id, currency, amount, at in rows:
                found[customer_id, currency].append(book.Receipt(kind, amount, at))

        mine = self.customers
        booked = Payment.objects.filter(customer_id__in=mine).with_left().filter(left__gt=0)
        add(book.ReceiptKind.UNAPPLIED, booked.values_list("customer_id", "currency", "left", "booked_at"))
        likely = Candidate.objects.filter(
            customer_id__in=mine, entry__credit=True, entry__payment=None, entry__dismissed_at=None
        )
        add(
            book.ReceiptKind.POSSIBLE,
            likely.values_list("customer_id", "entry__currency", "entry__amount", "entry__recorded_at"),
        )
        said = Claim.objects.filter(customer_id__in=mine, gone_at=None)
        add(book.ReceiptKind.CLAIMED, said.values_list("customer_id", "currency", "amount", "at"))
        return found

    def _bank_at(self) -> dict[int, datetime]:
        """Until when each partner's cash is known, of those that ever imported a statement or declared it complete."""
        known = BankReading.objects.filter(
            partner_id__in={customer.partner_id for customer in self.customers.values()}, recorded_at__lte=self.now
        )
        return dict(known.values_list("partner_id").annotate(latest=Max("at")))


def _grouped(rows: "QuerySet[M]", key: str) -> dict[int, list[M]]:
    found: dict[int, list[M]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def _text(pk: int | None) -> str | None:
    return None if pk is None else str(pk)


def as_hold(row: Hold) -> book.Hold:
    """A hold as the rulebook knows it."""
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


def _promise(row: PromiseToPay) -> book.Promise:
    return book.Promise(amount=row.amount, by=row.by_on, made_at=row.made_at, kept_at=row.kept_at)


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
