"""Where do an invoice's lines stand? One address for each provider and kind, in either of two spellings.

The query spelling is the one of today's pages; the one with the names in the path is of 2017 and most likely the
one of the provider operated by 21Vianet. Source: get-invoiceline-items, and its version of 2017.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from .addresses import path_to
from .bills import LineKind, Source

STYLES = ("query", "2017")
PAGE_SIZE = 2000
PERIODS = ("current", "previous")

# In the address `onetime`, in JSON `one_time`; sending the latter is answered by 400 "The request is invalid."
_IN_QUERY = {Source.OFFICE: "office", Source.AZURE: "azure", Source.ONE_TIME: "onetime"}
_IN_PATH = {Source.OFFICE: "Office", Source.AZURE: "Azure", Source.ONE_TIME: "OneTime"}
_KINDS_IN_PATH = {LineKind.BILLING: "BillingLineItems", LineKind.USAGE: "UsageLineItems"}
_KINDS_IN_QUERY = {kind: name.lower() for kind, name in _KINDS_IN_PATH.items()}
_WRITTEN = {
    "query": {
        (Source.OFFICE, LineKind.BILLING),
        (Source.AZURE, LineKind.BILLING),
        (Source.AZURE, LineKind.USAGE),
        (Source.ONE_TIME, LineKind.BILLING),
        (Source.ONE_TIME, LineKind.USAGE),
    },
    "2017": {
        (Source.OFFICE, LineKind.BILLING),
        (Source.AZURE, LineKind.BILLING),
        (Source.AZURE, LineKind.USAGE),
        (Source.ONE_TIME, LineKind.BILLING),
    },
}

Paging = Callable[[int], str]
"""The address of the page that starts behind so many lines."""


def has_lines(style: str, provider: Source, kind: LineKind) -> bool:
    """Whether the provider documents an address for these lines in this spelling."""
    return (provider, kind) in _WRITTEN[style]


def seeks(provider: Source) -> bool:
    """Whether pages follow a continuation token; the others are counted by size and offset."""
    return provider is Source.ONE_TIME


def lines_at(style: str, invoice: str, provider: Source, kind: LineKind, size: int = PAGE_SIZE) -> Paging:
    """The addresses of an invoice's pages of lines; ValueError if `invoice` is no id."""
    if style == "2017":
        path = path_to("invoices", invoice, "lineitems", _IN_PATH[provider], _KINDS_IN_PATH[kind])
        named: dict[str, str] = {}
    else:
        path = path_to("invoices", invoice, "lineitems")
        named = {"provider": _IN_QUERY[provider], "invoicelineitemtype": _KINDS_IN_QUERY[kind]}
    return _paging(path, named, size, by_offset=not seeks(provider))


def unbilled_lines_at(currency: str, period: str, size: int = PAGE_SIZE) -> Paging:
    """The addresses of what is not billed yet: one-time charges of the current or the previous period."""
    if period not in PERIODS:
        raise ValueError(f"period {period!r} is neither current nor previous")
    named = {
        "provider": _IN_QUERY[Source.ONE_TIME],
        "invoicelineitemtype": _KINDS_IN_QUERY[LineKind.BILLING],
        "currencycode": currency,
        "period": period,
    }
    return _paging(path_to("invoices", "unbilled", "lineitems"), named, size, by_offset=False)


def _paging(path: str, named: dict[str, str], size: int, *, by_offset: bool) -> Paging:
    def address(offset: int) -> str:
        counted = {"size": size, "offset": offset} if by_offset else {"size": size}
        return f"{path}?{urlencode({**named, **counted})}"

    return address
