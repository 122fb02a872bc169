"""How do our own tools put invoices and requests to support into the sandbox? Not the API."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

from subscriptions.gateway.addresses import path_to
from subscriptions.gateway.reading import write_json

from . import invoice_shapes as shapes
from .book import Book
from .side_door import BadLoadError
from .support_desk import STATUSES, add_note, close, new_paper, resource

FIRST_REQUEST = 616_122_290_000_001
DOCUMENTS = ("invoice", "void_note", "adjustment_note")
SETS = (("office", "billing"), ("azure", "billing"), ("azure", "usage"), ("one_time", "billing"), ("one_time", "usage"))
# What a line of each shape comes to.
_TOTALS = ("totalForCustomer", "postTaxTotal", "billingPreTaxTotal")


def load_invoice(book: Book, given: Any) -> dict[str, Any]:
    """Take in an invoice, or the next of its lines behind the first `at`; the same again changes nothing.

    `invoice` is `{number, billed_on, starts_on, ends_on, currency}` and perhaps `document`, `amends`, `paid`;
    `lines` are in the provider's words, of the set `provider` and `kind`."""
    try:
        about, part = given["invoice"], (str(given.get("provider", "office")), str(given.get("kind", "billing")))
        number, at = str(about["number"]), int(given.get("at", 0))
        path_to(number)
        if part not in SETS:
            raise ValueError("no such set of lines")
        paper = _paper(book, number, about)
        lines = [shapes.line(one, number, *part) for one in given.get("lines", [])]
        sums = [sum((_total(one) for one in lines), Decimal(0)), Decimal(str(paper["sums"].get(".".join(part), 0)))]
        book.lines.put(f"{number}.{'.'.join(part)}", [write_json(one) for one in lines], at=at)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise BadLoadError(f"invoice: {type(error).__name__} {error}") from None
    paper["sums"][".".join(part)] = str(sum(sums) if at else sums[0])
    paper["parts"] = [*paper["parts"], list(part)] if list(part) not in paper["parts"] else paper["parts"]
    paper["total"] = str(sum(map(Decimal, paper["sums"].values()), Decimal(0)))
    book.shelves["invoices"].put(number, paper)
    return {"number": number, "lines": len(book.lines.get(f"{number}.{'.'.join(part)}")), "total": paper["total"]}


def _paper(book: Book, number: str, about: dict[str, Any]) -> dict[str, Any]:
    document = str(about.get("document", "invoice"))
    if document not in DOCUMENTS:
        raise ValueError("no such document")
    known = book.shelves["invoices"].get(number) or {"sums": {}, "parts": []}
    return {
        "number": number,
        "billed_on": _day(about["billed_on"]),
        "starts_on": _day(about["starts_on"]) if about.get("starts_on") else None,
        "ends_on": _day(about["ends_on"]) if about.get("ends_on") else None,
        "currency": str(about["currency"]).upper(),
        "document": document,
        "amends": str(about.get("amends", "")),
        "paid": str(Decimal(str(about.get("paid", known.get("paid", 0))))),
        "sums": dict(known["sums"]),
        "parts": list(known["parts"]),
    }


def _day(text: Any) -> str:
    return date.fromisoformat(str(text)).isoformat()


def _total(line: dict[str, Any]) -> Decimal:
    return next((Decimal(str(line[name])) for name in _TOTALS if name in line), Decimal(0))


def change_request(book: Book, given: Any) -> dict[str, Any]:
    """Open a request to support (`title`, `description`, `severity`, `customer`), or answer the one with this `id`:
    `note` and `by` write on it, `status` sets how it stands. Returns it as it is now."""
    shelf = book.shelves["requests"]
    try:
        if "id" not in given:
            last = max((int(key) for key in shelf.names()), default=FIRST_REQUEST - 1)
            paper = new_paper(str(last + 1), given)
        else:
            paper = _answered(shelf.get(str(given["id"])), given)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadLoadError(f"request: {type(error).__name__} {error}") from None
    shelf.put(paper["id"], paper)
    return resource(paper)


def _answered(known: dict[str, Any] | None, given: dict[str, Any]) -> dict[str, Any]:
    if known is None:
        raise ValueError("no such request")
    paper, status = deepcopy(known), given.get("status")
    if status not in (None, *STATUSES):
        raise ValueError("no such status")
    if given.get("note"):
        add_note(paper, str(given["note"]), str(given.get("by", "Support Agent")))
    if status == "closed":
        close(paper)
    elif status:
        paper["status"] = status
    return paper
