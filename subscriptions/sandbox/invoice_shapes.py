"""How does the provider write an invoice, its lines and a balance down? With the oddities the real ones have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .shapes import NO_DATE, draw, link

SYMBOLS = {"CNY": "¥", "EUR": "€", "USD": "$", "GBP": "£"}
_IN_PATH = {"office": "Office", "azure": "Azure", "one_time": "OneTime"}
_KINDS = {"billing": "BillingLineItems", "usage": "UsageLineItems"}
_OBJECTS = {
    ("office", "billing"): "LicenseBasedLineItem",
    ("azure", "billing"): "UsageBasedLineItem",
    ("azure", "usage"): "DailyUsageLineItem",
    ("one_time", "billing"): "OneTimeInvoiceLineItem",
    ("one_time", "usage"): "DailyRatedUsageLineItem",
}
_IDS = ("customerId", "syndicationPartnerSubscriptionNumber", "subscriptionId")


def kind_of(paper: Mapping[str, Any]) -> str:
    """Recurring or OneTime, as the number says."""
    return "OneTime" if str(paper["number"]).startswith("G") else "Recurring"


def invoice(paper: Mapping[str, Any]) -> dict[str, Any]:
    """An invoice as it is answered; a payment is shown below zero or above, as the provider's pages disagree."""
    number, kind = str(paper["number"]), kind_of(paper)
    sign = -1 if draw(number, "sign") % 2 else 1
    return {
        "id": f"{kind}-{number}" if draw(number, "prefix") % 2 else number,
        "invoiceDate": _moment(paper["billed_on"]),
        "billingPeriodStartDate": _moment(paper["starts_on"]),
        "billingPeriodEndDate": _moment(paper["ends_on"]),
        "totalCharges": _amount(paper["total"]),
        "paidAmount": sign * _amount(paper["paid"]),
        "currencyCode": paper["currency"],
        "currencySymbol": SYMBOLS.get(paper["currency"], paper["currency"]),
        "pdfDownloadLink": f"/invoices/{number}/documents/statement",
        "invoiceDetails": [_detail(number, kind, *part) for part in paper["parts"]],
        "amendments": [],
        "documentType": paper["document"],
        "invoiceType": kind,
        "amendsOf": paper.get("amends") or None,
        "attributes": {"objectType": "Invoice"},
    }


def _detail(number: str, kind: str, provider: str, lines: str) -> dict[str, Any]:
    uri = f"/invoices/{kind}-{number}/lineitems/{_IN_PATH[provider]}/{_KINDS[lines]}"
    return {
        "invoiceLineItemType": f"{lines}_line_items",
        "billingProvider": provider,
        "links": {"self": link(uri)},
        "attributes": {"objectType": "InvoiceDetail"},
    }


def line(given: Mapping[str, Any], number: str, provider: str, kind: str) -> dict[str, Any]:
    """A line as it is answered: its ids in capitals on half of the invoices."""
    shown = {
        **given,
        "invoiceLineItemType": f"{kind}_line_items",
        "billingProvider": provider,
        "attributes": {"objectType": _OBJECTS[provider, kind]},
    }
    if draw(number, "case") % 2:
        shown |= {name: str(shown[name]).upper() for name in _IDS if name in shown}
    return shown


def balance(papers: list[dict[str, Any]]) -> dict[str, Any]:
    """What is owed on these invoices, all in one currency, the newest first."""
    kinds = dict.fromkeys(kind_of(paper) for paper in papers)
    parts = [
        {"invoiceType": kind, "summary": _sum([paper for paper in papers if kind_of(paper) == kind])} for kind in kinds
    ]
    return {
        **_sum(papers),
        "currencySymbol": SYMBOLS.get(papers[0]["currency"], papers[0]["currency"]),
        "accountingDate": _moment((date.fromisoformat(papers[0]["billed_on"]) + timedelta(days=1)).isoformat()),
        "firstInvoiceCreationDate": _moment(papers[-1]["billed_on"]),
        "lastPaymentDate": NO_DATE,
        "lastPaymentAmount": sum((_amount(paper["paid"]) for paper in papers), Decimal(0)),
        "latestInvoiceDate": _moment(papers[0]["billed_on"]),
        "details": parts,
    }


def _sum(papers: list[dict[str, Any]]) -> dict[str, Any]:
    owed = sum((_amount(paper["total"]) - _amount(paper["paid"]) for paper in papers), Decimal(0))
    return {
        "balanceAmount": owed,
        "currencyCode": papers[0]["currency"],
        "attributes": {"objectType": "InvoiceSummary"},
    }


def statement_words(paper: Mapping[str, Any]) -> list[str]:
    """What stands on an invoice's statement."""
    return [
        f"Invoice {paper['number']}",
        f"Billing date {paper['billed_on']}",
        f"Total {_amount(paper['total'])} {paper['currency']}",
    ]


def _amount(value: Any) -> Decimal:
    return Decimal(str(value))


def _moment(day: str | None) -> str:
    return f"{day}T00:00:00Z" if day else NO_DATE
