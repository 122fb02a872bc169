"""Which columns do the files of the lists of money have? What those show, for the whole filter."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from customers.entering import Here
from customers.exporting import AT_ONCE, CHUNK, Column, exported
from customers.roles import May
from partnerportal.templatetags.statuses import word
from payables import earning

from .filters import Asked


def invoices(request: Here, found: QuerySet[Any], asked: Asked, today: date) -> HttpResponseBase:
    """The invoices of a filter, in the order of the list; for staff with the customer's name. Drafts also say what they
    cost and earn, to those who may see it."""
    rows = found.select_related("customer").only(*INVOICE, "customer__name").iterator(chunk_size=CHUNK)
    said = (asked.state, asked.period, asked.currency, asked.customer and f"customer-{asked.customer}", asked.words)
    columns = [Column(_("Customer"), lambda one: one.customer.name), *_invoice(today)]
    if asked.state == "draft" and request.membership.may(May.SEE_BILLS):
        return exported(request, "invoices", [*columns, *EARNED], _earning(rows), *said)
    return exported(request, "invoices", columns, rows, *said)


def _earning(drafts: Iterable[Any]) -> Iterator[Any]:
    """Each draft with what it earns, some hundred looked up at once."""
    for some in batched(drafts, AT_ONCE):
        earned = earning.by_draft(some)
        for one in some:
            one.earned = earned[one.pk]
            yield one


def batched(rows: Iterable[Any], number: int) -> Iterator[list[Any]]:
    """The rows in lists of so many."""
    rest = iter(rows)
    while some := list(islice(rest, number)):
        yield some


EARNED = (
    Column(_("Cost"), lambda one: one.earned.cost),
    Column(_("Margin"), lambda one: one.earned.amount),
    Column(_("Margin, per cent"), lambda one: one.earned.percent),
    Column(_("Lines without a rule"), lambda one: one.earned.without_rule),
)


INVOICE = (
    "number",
    "reference",
    "period",
    "issued_on",
    "due_on",
    "status",
    "currency",
    "net",
    "tax",
    "total",
    "balance",
    "tax_invoice_number",
)


def _invoice(today: date) -> list[Column]:
    return [
        Column(_("Invoice"), lambda one: one.number or ""),
        Column(_("Payment reference"), lambda one: one.reference or ""),
        Column(_("Period"), lambda one: one.period),
        Column(_("Issued"), lambda one: one.issued_on),
        Column(_("Due"), lambda one: one.due_on),
        Column(_("State"), lambda one: word("invoice", one.state_on(today))),
        Column(_("Currency"), lambda one: one.currency),
        Column(_("Before tax"), lambda one: one.net),
        Column(_("Tax"), lambda one: one.tax),
        Column(_("Total"), lambda one: one.total),
        Column(_("Open"), lambda one: one.balance),
        Column(_("Tax invoice"), lambda one: one.tax_invoice_number),
    ]


def my_invoices(request: Here, found: QuerySet[Any], today: date) -> HttpResponseBase:
    """A customer's own invoices."""
    rows = found.only(*INVOICE).iterator(chunk_size=CHUNK)
    return exported(request, "invoices", _invoice(today), rows)


def payments(request: Here, found: QuerySet[Any], *said: str) -> HttpResponseBase:
    """The payments of a filter with what is left of each."""
    columns = [
        Column(_("Received"), lambda one: one.received_on),
        Column(_("Customer"), lambda one: one.customer.name),
        Column(_("Reference"), lambda one: one.reference),
        Column(_("Currency"), lambda one: one.currency),
        Column(_("Amount"), lambda one: one.amount),
        Column(_("Unapplied"), lambda one: one.left),
        Column(_("Booked"), lambda one: one.booked_at.astimezone(request.zone)),
    ]
    return exported(request, "payments", columns, found.iterator(chunk_size=CHUNK), *said)


def bank_entries(request: Here, found: QuerySet[Any], why: Callable[[Any], str], show: str) -> HttpResponseBase:
    """The entries of the bank that wait, or that were set aside; `why` says in words what is known of one."""
    columns = [
        Column(_("Booked"), lambda one: one.booked_on),
        Column(_("Payer"), lambda one: one.payer),
        Column(_("Payer’s account"), lambda one: one.payer_account),
        Column(_("Text"), lambda one: one.text),
        Column(_("Currency"), lambda one: one.currency),
        Column(_("Amount"), lambda one: one.amount if one.credit else -one.amount),
        Column(_("Entry"), lambda one: one.entry_id),
        Column(_("Statement"), lambda one: one.statement.file_name),
        Column(_("What is known"), why),
    ]
    rows = found.select_related("statement").iterator(chunk_size=CHUNK)
    return exported(request, "bank-entries", columns, rows, show or "waiting")


def bank_statements(request: Here, found: QuerySet[Any]) -> HttpResponseBase:
    """The statements that were imported, and what became of their entries."""
    columns = [
        Column(_("File"), lambda one: one.file_name),
        Column(_("Account"), lambda one: one.account),
        Column(_("Imported"), lambda one: one.imported_at.astimezone(request.zone)),
        Column(_("Entries"), lambda one: one.entries),
        Column(_("Credits"), lambda one: one.credits),
        Column(_("Booked as payments"), lambda one: one.booked),
        Column(_("Waiting"), lambda one: one.wait),
    ]
    return exported(request, "bank-statements", columns, found.order_by("-imported_at", "-pk").iterator(CHUNK))


def prices(request: Here, rules: QuerySet[Any], say: Callable[[Any], Any], *said: str) -> HttpResponseBase:
    """The rules of one tab of the price book, each as the page says it; `say` writes one."""
    columns = [
        Column(_("For whom"), lambda one: one[1].whom),
        Column(_("Rule"), lambda one: one[1].says),
        Column(_("From"), lambda one: one[0].from_on),
        Column(_("Until"), lambda one: one[0].until_on),
        Column(_("Reason"), lambda one: one[0].reason),
        Column(_("Added by"), lambda one: str(one[0].added_by or "")),
    ]
    rows = ((one, say(one)) for one in rules.iterator(chunk_size=CHUNK))
    return exported(request, "prices", columns, rows, *said)
