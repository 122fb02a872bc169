"""What does the provider answer about what it bills: invoices, lines in both spellings, balances, statements?"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from subscriptions.gateway.reading import write_json
from subscriptions.gateway.reading_bills import number_of

from . import invoice_shapes as shapes
from .book import Book
from .exchange import Outcome, Request, for_person_only
from .printing import statement
from .rules import Refusal
from .shapes import counted_page, draw, link

PAGE = 2000

_ROUTES = re.compile(
    r"/v1/invoices(?:/(?P<summary>summary|summaries)|/(?P<number>[^/]+)"
    r"(?:/(?P<lines>lineitems)(?:/(?P<provider>[^/]+)/(?P<kind>[^/]+))?|/(?P<statement>documents/statement))?)?"
)
_PROVIDERS = {"office": "office", "azure": "azure", "onetime": "one_time"}
_KINDS = {"billinglineitems": "billing", "usagelineitems": "usage"}


class BillingDesk:
    """The endpoints about invoices."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def endpoint(self, request: Request) -> Callable[[Request], Outcome] | None:
        """Who answers this request, or None if it is none of ours."""
        route = _ROUTES.fullmatch(request.path)
        if not route:
            return None
        if request.method != "GET":
            raise Refusal(405, "", "")
        if route["summary"]:
            return self._summary if route["summary"] == "summary" else self._summaries
        if route["lines"]:
            return self._lines
        if route["statement"]:
            return self._statement
        return self._invoice if route["number"] else self._invoices

    def _papers(self) -> list[dict[str, Any]]:
        shelf = self._book.shelves["invoices"]
        found = [shelf.get(key) for key in shelf.names()]
        return sorted(found, key=lambda paper: (paper["billed_on"], paper["number"]), reverse=True)

    def _paper(self, request: Request) -> dict[str, Any]:
        route = _ROUTES.fullmatch(request.path)
        try:
            paper: dict[str, Any] | None = self._book.shelves["invoices"].get(
                number_of(route["number"] if route else "")
            )
        except ValueError:
            paper = None
        if paper is None:
            raise Refusal(404, "", "")
        return paper

    def _invoices(self, request: Request) -> Outcome:
        size, offset = request.number("size", 100), request.number("offset", 0)
        page = counted_page(self._papers(), "/invoices", size, offset)
        return Outcome(200, {**page, "items": [shapes.invoice(paper) for paper in page["items"]]}, with_bom=True)

    def _invoice(self, request: Request) -> Outcome:
        for_person_only(request)
        return Outcome(200, shapes.invoice(self._paper(request)), with_bom=True)

    def _statement(self, request: Request) -> Outcome:
        for_person_only(request)
        paper = self._paper(request)
        # Labelled as the provider's own sample labels it.
        named = f"attachment; filename=Invoice_{paper['number']}.pdf"
        headers = {"Content-Type": "application/json", "Content-Disposition": named}
        return Outcome(200, headers=headers, raw=statement(shapes.statement_words(paper)))

    def _summary(self, request: Request) -> Outcome:
        found = self._balances()
        if not found:
            raise Refusal(404, "", "")
        return Outcome(200, found[0], with_bom=True)

    def _summaries(self, request: Request) -> Outcome:
        for_person_only(request)
        found = self._balances()
        return Outcome(200, counted_page(found, "/invoices/summaries", len(found) or 1, 0))

    def _balances(self) -> list[dict[str, Any]]:
        papers = self._papers()
        currencies = dict.fromkeys(paper["currency"] for paper in papers)
        return [shapes.balance([one for one in papers if one["currency"] == currency]) for currency in currencies]

    def _lines(self, request: Request) -> Outcome:
        paper, (provider, kind) = self._paper(request), _asked(request)
        key = f"{paper['number']}.{provider}.{kind}"
        lines, size = self._book.lines.get(key), max(1, min(request.number("size", PAGE), PAGE))
        seeking = provider == "one_time"
        start = _sought(request) if seeking else max(request.number("offset", 0), 0)
        links = {"self": link(f"/invoices/{paper['number']}/lineitems")}
        if start + size < len(lines) and (seeking or draw(paper["number"], "next") % 2):
            links["next"] = _next(request, size, start + size, seeking=seeking)
        around = write_json(
            {"totalCount": len(lines), "links": links, "attributes": {"objectType": "Collection"}, "items": []}
        )
        page = b",".join(lines[start : start + size])
        return Outcome(200, headers={}, raw=around.removesuffix(b"]}") + page + b"]}")


def _asked(request: Request) -> tuple[str, str]:
    """Which lines are asked for, in either spelling; refused as the provider refuses."""
    route, query = _ROUTES.fullmatch(request.path), request.query
    if route and route["provider"]:
        provider, kind = route["provider"].lower(), route["kind"].lower()
        if provider == "onetime" and kind == "usagelineitems":
            raise Refusal(404, "", "")
    else:
        provider, kind = query.get("provider", "").lower(), query.get("invoicelineitemtype", "").lower()
    if provider not in _PROVIDERS or kind not in _KINDS:
        raise Refusal(400, "2000", "The request is invalid.")
    if (provider, kind) == ("office", "usagelineitems"):
        raise Refusal(400, "2000", "Invoice Line Item type is not valid.")
    return _PROVIDERS[provider], _KINDS[kind]


def _sought(request: Request) -> int:
    if request.query.get("seekOperation", "").lower() != "next":
        return 0
    try:
        return int(base64.urlsafe_b64decode(request.headers.get("ms-continuationtoken", "")))
    except ValueError:
        raise Refusal(400, "3000", "The continuation token is not valid.") from None


def _next(request: Request, size: int, start: int, *, seeking: bool) -> dict[str, Any]:
    named = {name: value for name, value in request.query.items() if name not in ("size", "offset", "seekOperation")}
    path = request.path.removeprefix("/v1")
    asked = "&".join(f"{name}={value}" for name, value in {**named, "size": size}.items())
    if not seeking:
        # A second question mark, as in some of the provider's own samples.
        return link(f"{path}?{asked}?offset={start}")
    token = base64.urlsafe_b64encode(str(start).encode()).decode()
    found = link(f"{path}?{asked}&seekOperation=Next")
    return {**found, "headers": [{"key": "MS-ContinuationToken", "value": token}]}
