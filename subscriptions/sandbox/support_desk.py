"""What does the provider's support answer? Requests are listed, shown and written on; new ones come in elsewhere.

On the global cloud only: operated by 21Vianet, the provider has no such addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from subscriptions.gateway.profiles import Profile

from .book import Book
from .exchange import Outcome, Request, for_person_only
from .rules import Refusal
from .shapes import NO_DATE, counted_page

STATUSES = ("none", "open", "closed", "attention_needed")
SEVERITIES = ("unknown", "critical", "moderate", "minimal")

_ROUTES = re.compile(r"/v1(?:/customers/(?P<customer>[^/]+))?/servicerequests(?:/(?P<request>[^/]+))?")


class SupportDesk:
    """The endpoints of support."""

    def __init__(self, book: Book, profile: Profile) -> None:
        self._book = book
        self._profile = profile

    def endpoint(self, request: Request) -> Callable[[Request], Outcome] | None:
        """Who answers this request, or None if it is none of ours."""
        route = _ROUTES.fullmatch(request.path)
        if not route:
            return None
        if not self._profile.has_support:
            raise Refusal(404, "", "")
        for_person_only(request)
        known = {
            ("GET", False): self._list,
            ("GET", True): self._shown,
            ("PATCH", True): self._changed,
        }
        try:
            return known[request.method, bool(route["request"])]
        except KeyError:
            raise Refusal(405, "", "") from None

    def _list(self, request: Request) -> Outcome:
        route = _ROUTES.fullmatch(request.path)
        customer = (route["customer"] or "").lower() if route else ""
        papers = [self._book.shelves["requests"].get(key) for key in self._book.shelves["requests"].names()]
        mine = [paper for paper in papers if not customer or paper["customer"] == customer]
        path = f"/customers/{customer}/servicerequests" if customer else "/servicerequests"
        size, offset = request.number("size", 100), request.number("offset", 0)
        return Outcome(200, counted_page([_listed(paper) for paper in mine], path, size, offset))

    def _shown(self, request: Request) -> Outcome:
        return Outcome(200, resource(self._paper(request)))

    def _changed(self, request: Request) -> Outcome:
        paper, asked = deepcopy(self._paper(request)), request.fields()
        if request.request_id and request.request_id in paper["done"]:
            return Outcome(200, resource(paper))
        note, status = asked.get("newNote") or {}, asked.get("status")
        text = {name[:1].lower() + name[1:]: value for name, value in note.items()}.get("text", "")
        if status not in (None, "closed") or not (text or status):
            raise Refusal(400, "3000", "Send a note, or close the request.")
        if text:
            add_note(paper, str(text), "Partner")
        if status:
            close(paper)
        paper["done"].append(request.request_id)
        return Outcome(200, resource(paper), paper=("requests", paper["id"], paper), took_effect=True)

    def _paper(self, request: Request) -> dict[str, Any]:
        route = _ROUTES.fullmatch(request.path)
        try:
            paper: dict[str, Any] | None = self._book.shelves["requests"].get(route["request"] if route else "")
        except ValueError:
            paper = None
        if paper is None or (route and route["customer"] and paper["customer"] != route["customer"].lower()):
            raise Refusal(404, "", "")
        return paper


def new_paper(key: str, given: dict[str, Any]) -> dict[str, Any]:
    """A request as support opens it."""
    severity = str(given.get("severity", "moderate"))
    if severity not in SEVERITIES:
        raise ValueError("no such severity")
    return {
        "id": key,
        "customer": str(given.get("customer") or "").lower(),
        "title": str(given["title"]),
        "description": str(given.get("description", "")),
        "severity": severity,
        "status": "open",
        "created": _now(),
        "changed": _now(),
        "closed": NO_DATE,
        "notes": [],
        "done": [],
    }


def add_note(paper: dict[str, Any], text: str, by: str) -> None:
    """Write a note on a request."""
    paper["notes"].append({"createdByName": by, "createdDate": _now().removesuffix("Z"), "text": text})
    paper["changed"] = _now()


def close(paper: dict[str, Any]) -> None:
    """Close a request."""
    paper["status"], paper["changed"], paper["closed"] = "closed", _now(), _now()


def resource(paper: dict[str, Any]) -> dict[str, Any]:
    """A request as it is answered."""
    return {
        "title": paper["title"],
        "description": paper["description"],
        "severity": paper["severity"],
        "supportTopicId": "32444671",
        "id": paper["id"],
        "status": paper["status"],
        "organization": {"id": "3b33e682-00c3-41ee-9dd2-a548adf50000", "name": "Example Partner"},
        "createdDate": paper["created"],
        "lastModifiedDate": paper["changed"],
        "lastClosedDate": paper["closed"],
        "notes": paper["notes"],
        "attributes": {"objectType": "ServiceRequest"},
    }


def _listed(paper: dict[str, Any]) -> dict[str, Any]:
    """A list shows numbers for words and no notes."""
    shown = {name: value for name, value in resource(paper).items() if name != "notes"}
    numbers = {"severity": SEVERITIES.index(paper["severity"]), "status": STATUSES.index(paper["status"])}
    return {**shown, **numbers}


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
