"""What does the provider say it billed and what is still owed? Invoices and balances in our words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .bills import (
    BalancePart,
    DocumentKind,
    InvoiceKind,
    InvoicePart,
    LineKind,
    ProviderBalance,
    ProviderInvoice,
    Source,
)
from .fields import (
    OtherSubjectError,
    UnreadableError,
    day_of,
    inner,
    moment_of,
    money,
    number,
    objects,
    required,
    same_id,
    word_of,
    words,
)
from .reading import an_object

# Numbers of the enumerations, in their order; older answers have azure_data_market where marketplace stands.
_SOURCES = ("", "office", "azure", "one_time", "marketplace")
_KINDS = ("", "usage", "billing")
_DOCUMENTS = ("", "invoice", "void_note", "adjustment_note")
_CURRENCY = re.compile(r"[A-Z]{3}")
_PREFIX = re.compile(r"^(recurring|onetime|one_time)-", re.IGNORECASE)
_IN_LINK = re.compile(r"invoices/([^/?]+)", re.IGNORECASE)
_DEEPEST = 3


def number_of(identifier: str) -> str:
    """An invoice's number without the `Recurring-` or `OneTime-` that links put before it."""
    return _PREFIX.sub("", identifier.strip(), count=1)


def invoice_from(document: Any, number_asked: str | None = None, deep: int = 0) -> ProviderInvoice:
    """The invoice in `document`, provided it is the one asked for."""
    raw = an_object(document)
    found = number_of(required(raw, "id"))
    if number_asked is not None and not same_id(found, number_of(number_asked)):
        raise OtherSubjectError(f"asked for invoice {number_asked}, the answer is about another")
    billed_on = day_of(raw, "invoiceDate")
    if billed_on is None:
        raise UnreadableError("invoiceDate is missing")
    starts_on, ends_on = day_of(raw, "billingPeriodStartDate"), day_of(raw, "billingPeriodEndDate")
    if starts_on and ends_on and ends_on < starts_on:
        raise UnreadableError("billingPeriodEndDate lies before billingPeriodStartDate")
    if deep > _DEEPEST:
        raise UnreadableError("amendments of amendments have no end")
    return ProviderInvoice(
        number=found,
        kind=word_of(InvoiceKind, raw.get("invoiceType")),
        document=word_of(DocumentKind, raw.get("documentType"), _DOCUMENTS),
        billed_on=billed_on,
        period_starts_on=starts_on,
        period_ends_on=ends_on,
        total=money(raw, "totalCharges"),
        paid=abs(number(raw, "paidAmount") or Decimal(0)),
        currency=currency_of(raw, "currencyCode"),
        parts=tuple(map(part_from, objects(raw, "invoiceDetails"))),
        amends=number_of(words(raw, "amendsOf")),
        amendments=tuple(invoice_from(one, deep=deep + 1) for one in objects(raw, "amendments")),
    )


def part_from(raw: Mapping[str, Any]) -> InvoicePart:
    """Which lines one of an invoice's details stands for; words we do not know stay unknown."""
    return InvoicePart(source_of(raw), kind_of(raw))


def source_of(raw: Mapping[str, Any]) -> Source:
    """The billing system a detail or a line names."""
    value = raw.get("billingProvider")
    old = isinstance(value, str) and same_id(value, "azure_data_market")
    return Source.MARKETPLACE if old else word_of(Source, value, _SOURCES)


def kind_of(raw: Mapping[str, Any]) -> LineKind:
    """Whether a detail or a line is of billing or of usage."""
    value = raw.get("invoiceLineItemType")
    if isinstance(value, str):
        value = re.sub(r"_?line_?items$", "", value.strip(), flags=re.IGNORECASE)
    return word_of(LineKind, value, _KINDS)


def currency_of(raw: Mapping[str, Any], name: str) -> str:
    """A currency's three letters, in capitals."""
    value = words(raw, name).upper()
    if not _CURRENCY.fullmatch(value):
        raise UnreadableError(f"{name} is not a currency")
    return value


def check_invoice(link: str, number_asked: str) -> None:
    """Refuse a resource whose own link says that it belongs to another invoice."""
    named = _IN_LINK.search(link)
    if named and not same_id(number_of(named[1]), number_of(number_asked)):
        raise OtherSubjectError(f"asked about invoice {number_asked}, the answer is about another")


def balance_from(document: Any) -> ProviderBalance:
    """What is owed in one currency."""
    raw = an_object(document)
    return ProviderBalance(
        owed=money(raw, "balanceAmount"),
        currency=currency_of(raw, "currencyCode"),
        as_of=moment_of(raw.get("accountingDate")),
        first_billed_at=moment_of(raw.get("firstInvoiceCreationDate")),
        latest_billed_at=moment_of(raw.get("latestInvoiceDate")),
        last_paid_at=moment_of(raw.get("lastPaymentDate")),
        last_paid=number(raw, "lastPaymentAmount"),
        parts=tuple(
            BalancePart(
                word_of(InvoiceKind, detail.get("invoiceType")), money(inner(detail, "summary"), "balanceAmount")
            )
            for detail in objects(raw, "details")
        ),
    )


def statement_from(body: bytes, disposition: str, number_asked: str) -> bytes:
    """A statement's PDF, known by its first bytes; the label the provider gives it is wrong in its own samples."""
    start = body[:1024].find(b"%PDF-")
    if start < 0:
        raise UnreadableError("the answer is not a PDF")
    named = re.search(r"Invoice_([A-Za-z0-9._-]+)\.pdf", disposition, re.IGNORECASE)
    if named and not same_id(number_of(named[1]), number_of(number_asked)):
        raise OtherSubjectError(f"asked for the statement of {number_asked}, the answer is another's")
    return body[start:]
