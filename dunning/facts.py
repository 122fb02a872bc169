"""What is known about each open invoice of some customers? Read in a number of queries that doesn't grow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import prefetch_related_objects

from billing.models import Invoice
from customers.models import Customer

from . import gathering
from . import policy as book
from .calendars import calendar_for
from .models import Case
from .opening import cases_of
from .publishing import policy_of


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
    return _Loader(by_pk, cases_of(by_pk, owed_only=owed_only), now).all()


def load_cases(cases: Sequence[Case], *, now: datetime) -> list[Loaded]:
    """These cases, closed ones among them, from the facts as they stand; constant in queries. Each needs its
    invoice and its customer with the partner."""
    return _Loader({case.customer_id: case.customer for case in cases}, list(cases), now).all()


class _Loader:
    """The tables read once for a whole batch, keyed so that each case finds its own."""

    def __init__(self, customers: Mapping[int, Customer], cases: list[Case], now: datetime) -> None:
        self.customers, self.cases, self.now = customers, cases, now
        invoices, mine = [case.invoice_id for case in cases], list(customers)
        self.lines = gathering.lines(invoices)
        self.disputes = gathering.disputes(invoices)
        self.promises = gathering.promises(invoices)
        self.holds = gathering.holds(mine, now=now)
        self.notices = gathering.notices(invoices)
        self.suspensions = gathering.suspensions(mine)
        self.proposals = gathering.proposals(invoices)
        self.restarts = gathering.restarts(invoices)
        self.letters = gathering.letters(mine, now=now)
        self.addons = gathering.addons(mine)
        self.receipts = gathering.receipts(mine)
        self.bank_at = gathering.bank_at({customer.partner_id for customer in customers.values()}, now=now)
        self.calendars = {customer.partner_id: calendar_for(customer.partner) for customer in customers.values()}

    def all(self) -> list[Loaded]:
        """Every case with its facts."""
        return [self._one(case) for case in self.cases]

    def _one(self, case: Case) -> Loaded:
        invoice, customer = case.invoice, self.customers[case.customer_id]
        pk, owner = invoice.pk, customer.pk
        facts = book.Facts(
            invoice=book.Invoice(
                id=str(pk),
                number=invoice.number or "",
                issued_on=invoice.issued_on,
                due_on=invoice.due_on or date.max,
                currency=invoice.currency,
                lines=self.lines[pk],
            ),
            zone=customer.tz,
            calendar=self.calendars[customer.partner_id],
            disputes=self.disputes[pk],
            promises=self.promises[pk],
            holds=tuple(hold for only, hold in self.holds[owner] if only in (None, pk)),
            notices=self.notices[pk],
            suspensions=self.suspensions[owner],
            receipts=self.receipts[owner, invoice.currency],
            restarts=self.restarts[pk],
            letters=self.letters[owner],
            tags=frozenset(customer.tags),
            addons=self.addons[owner],
            # No statement was ever imported: cash is entered by hand and is as fresh as now.
            bank_at=self.bank_at.get(customer.partner_id, self.now),
            proposal=self.proposals.get(pk),
        )
        return Loaded(case, invoice, customer, policy_of(case.version_id), facts)
