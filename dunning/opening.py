"""Which cases do some customers have, and under which version of the policy does a new one stand?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from billing.models import Invoice
from customers.models import Customer

from .models import Case, PolicyTold, PolicyVersion
from .publishing import version_for

# As printed, and of no interest to a decision.
WIDE = "party"


def cases_of(customers: Mapping[int, Customer], *, owed_only: bool) -> list[Case]:
    """The open cases of these customers in the order of their dates, then new ones, not saved yet, for open invoices
    that have none; with `owed_only` the cases of invoices of which something is owed."""
    cases = Case.objects.all().among("customer_id", customers).select_related("invoice").defer(f"invoice__{WIDE}")
    # What was paid before anybody looked needs no case.
    invoices = Invoice.objects.filter(case=None).open().among("customer_id", customers).defer(WIDE)
    if owed_only:
        cases = cases.filter(invoice__status="issued", invoice__balance__gt=0)
    else:
        cases = cases.filter(closed_at=None)
    known = list(cases.order_by("invoice__due_on", "invoice_id"))
    return known + _new(list(invoices.order_by("due_on", "pk")), customers)


def _new(invoices: Sequence[Invoice], customers: Mapping[int, Customer]) -> list[Case]:
    if not invoices:
        return []
    versions = _Versions({invoice.partner_id for invoice in invoices}, customers)
    governed = ((invoice, versions.of(invoice)) for invoice in invoices)
    return [_opened(invoice, version) for invoice, version in governed if version is not None]


def _opened(invoice: Invoice, version: int) -> Case:
    assert invoice.issued_at is not None
    return Case(
        partner_id=invoice.partner_id,
        customer_id=invoice.customer_id,
        invoice=invoice,
        version_id=version,
        opened_at=invoice.issued_at,
    )


class _Versions:
    """The versions of some partners, and what their customers were told of them. What governs a day is worked out
    once for all who were told the same."""

    def __init__(self, partners: set[int], customers: Mapping[int, Customer]) -> None:
        self.customers = customers
        self.versions: dict[int, list[PolicyVersion]] = defaultdict(list)
        for one in PolicyVersion.objects.filter(partner_id__in=partners).order_by("number"):
            self.versions[one.partner_id].append(one)
        self.told: dict[int, dict[int, datetime]] = defaultdict(dict)
        rows = PolicyTold.objects.all().among("customer_id", customers)
        for customer, version, told_at in rows.values_list("customer_id", "version_id", "told_at"):
            self.told[customer][version] = told_at
        self.seen: dict[tuple[int, date, str, frozenset[tuple[int, datetime]]], int] = {}

    def of(self, invoice: Invoice) -> int | None:
        """The primary key of the version that governs an invoice; none where its partner has no policy."""
        versions = self.versions[invoice.partner_id]
        if not versions:
            return None
        assert invoice.issued_on is not None
        customer, told = self.customers[invoice.customer_id], self.told[invoice.customer_id]
        key = (invoice.partner_id, invoice.issued_on, customer.zone, frozenset(told.items()))
        if key not in self.seen:
            self.seen[key] = version_for(customer, invoice.issued_on, versions, told)
        return self.seen[key]
