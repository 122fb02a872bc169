"""How is what the provider bills us asked for: invoices, their lines, balances, statements?

Sources: get-a-collection-of-invoices, get-invoice-by-id, get-invoiceline-items, get-invoice-statement,
get-the-reseller-s-current-account-balance, get-invoice-summaries.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .bills import LineKind, ProviderBalance, ProviderCharge, ProviderInvoice, Source
from .http import Way
from .line_paths import PAGE_SIZE, Paging, has_lines, lines_at, seeks, unbilled_lines_at
from .protocol import NotOffered
from .reading import items_of, own_link
from .reading_bills import balance_from, check_invoice, invoice_from, number_of, statement_from
from .reading_lines import charge_from
from .refusals import Answer, Ids, trouble
from .talking import Talker, as_json, correlated

INVOICES_A_PAGE = 200
MOST_PAGES = 200
# Ten million lines.
MOST_PAGES_OF_LINES = 5_000
LINES_CAP = 16_000_000
PDF_CAP = 20_000_000


class InvoiceVerbs(Talker):
    """Invoices and what belongs to them."""

    def invoices(self, *, correlation_id: str | None = None) -> tuple[ProviderInvoice, ...]:
        """Every invoice of the partner, all pages, each once."""

        def at(offset: int) -> str:
            return f"/v1/invoices?size={INVOICES_A_PAGE}&offset={offset}"

        way, correlation = Way("invoices", cap=LINES_CAP), correlated(correlation_id)
        found: dict[str, ProviderInvoice] = {}
        for page in self._pages(at(0), correlation, _invoices, most=MOST_PAGES, by_offset=at, way=way):
            for one in page:
                found.setdefault(one.number, one)
        return tuple(found.values())

    def invoice(self, number: str, *, correlation_id: str | None = None) -> ProviderInvoice:
        """One invoice. Needs a person's consent."""
        correlation = correlated(correlation_id)
        address = self._address(correlation, "invoices", number)
        reading = as_json(lambda found: invoice_from(found, number))
        return self._read(address, correlation, reading, way=Way("invoice", for_person=True))

    def lines(
        self, invoice_id: str, provider: Source, kind: LineKind, *, after: int = 0, correlation_id: str | None = None
    ) -> Iterator[ProviderCharge]:
        """The lines of one invoice behind the first `after`, page by page as they are taken. NotOffered at once,
        before the first is taken, for lines the provider documents no address for."""
        correlation, style = correlated(correlation_id), self._settings.line_paths
        if not has_lines(style, provider, kind):
            raise trouble(NotOffered, f"the provider has no lines of {provider} {kind}", Ids("", correlation))
        number = number_of(invoice_id)
        self._placed(correlation, lambda: lines_at(style, number, provider, kind)(0))
        at = lines_at(style, number, provider, kind, PAGE_SIZE)
        return self._lines(at, number, provider, kind, correlation, after)

    def unbilled_lines(
        self, currency: str, period: str, *, correlation_id: str | None = None
    ) -> Iterator[ProviderCharge]:
        """What is charged and not billed yet, of the `current` or the `previous` period."""
        correlation = correlated(correlation_id)
        if not has_lines(self._settings.line_paths, Source.ONE_TIME, LineKind.USAGE):
            raise trouble(NotOffered, "this provider has no list of what is not billed yet", Ids("", correlation))
        at = unbilled_lines_at(currency, period)
        return self._lines(at, "", Source.ONE_TIME, LineKind.BILLING, correlation)

    def _lines(
        self, at: Paging, number: str, provider: Source, kind: LineKind, correlation: str, after: int = 0
    ) -> Iterator[ProviderCharge]:
        def read(page: Any, before: int) -> list[ProviderCharge]:
            if number:
                check_invoice(own_link(page), number)
            members = enumerate(items_of(page), before + 1)
            return [charge_from(item, position, number, provider, kind) for position, item in members]

        way = Way("lines", cap=LINES_CAP, within=self._settings.page_timeout)
        # Where pages follow a token, those that are known already are passed over.
        by_offset, begin = (None, 0) if seeks(provider) else (at, after)
        most = MOST_PAGES_OF_LINES
        for page in self._pages(at(begin), correlation, read, most=most, by_offset=by_offset, way=way, seen=begin):
            yield from (charge for charge in page if charge.position > after)

    def balance(self, *, correlation_id: str | None = None) -> ProviderBalance:
        """What we owe the provider, in the currency of the account."""
        correlation = correlated(correlation_id)
        address = self._address(correlation, "invoices", "summary")
        return self._read(address, correlation, as_json(balance_from), way=Way("balance"))

    def balances(self, *, correlation_id: str | None = None) -> tuple[ProviderBalance, ...]:
        """What we owe the provider in each currency. Needs a person's consent."""
        way, correlation = Way("balances", for_person=True), correlated(correlation_id)
        pages = self._pages("/v1/invoices/summaries", correlation, _balances, most=MOST_PAGES, way=way)
        return tuple(balance for page in pages for balance in page)

    def statement(self, number: str, *, correlation_id: str | None = None) -> bytes:
        """The invoice as the provider's PDF; asked for each time, because links to it end after half an hour."""
        correlation = correlated(correlation_id)
        address = self._address(correlation, "invoices", number, "documents", "statement")

        def read(answer: Answer) -> bytes:
            return statement_from(answer.body, str(answer.headers.get("Content-Disposition") or ""), number)

        way = Way("statement", cap=PDF_CAP, within=self._settings.page_timeout, for_person=True)
        return self._read(address, correlation, read, way=way)


def _invoices(page: Any, _: int) -> list[ProviderInvoice]:
    return [invoice_from(item) for item in items_of(page)]


def _balances(page: Any, _: int) -> list[ProviderBalance]:
    return [balance_from(item) for item in items_of(page)]
