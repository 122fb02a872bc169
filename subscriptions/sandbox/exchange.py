"""What is asked of the provider, and what does it answer, before anything goes wrong?"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from subscriptions.gateway.reading import parse_json, write_json

from . import shapes
from .book import Record
from .rules import Refusal

ROUTES = re.compile(
    r"/v1/customers(?:/(?P<customer>[^/]+)"
    r"(?P<rest>/profiles/billing|/servicerequests(?:/[^/]+)?"
    r"|/subscriptions(?:/(?P<subscription>[^/]+)(?P<operation>/operations/[^/]+)?)?)?)?"
)


@dataclass(frozen=True)
class Request:
    """One request as it came in. Header names are in lower case. `for_person` says what its token is good for."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False, default=b"")
    for_person: bool = False

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The query, the last of repeated names counting."""
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def request_id(self) -> str:
        """The id the caller gave this call, in lower case; "" if none."""
        return self.headers.get("ms-requestid", "").lower()

    def named(self, what: str) -> str | None:
        """The id of the `customer` or `subscription` in the path, in lower case."""
        route = ROUTES.fullmatch(self.path)
        return route[what].lower() if route and route[what] else None

    def document(self) -> Any:
        """The body as JSON; Refusal if it is none."""
        try:
            return json.loads(self.body.decode("utf-8-sig"))
        except ValueError:
            raise Refusal(400, "3000", "The body is not JSON.") from None

    def fields(self) -> dict[str, Any]:
        """The body as an object, its names with a small first letter; Refusal if it is none."""
        found = self.document()
        if not isinstance(found, dict):
            raise Refusal(400, "3000", "The body is not an object.")
        return {name[:1].lower() + name[1:]: value for name, value in found.items()}

    def number(self, name: str, otherwise: int) -> int:
        """A number of the query; Refusal if it is none."""
        try:
            return int(self.query.get(name, otherwise))
        except ValueError:
            raise Refusal(400, "3000", f"{name} is not a number.") from None


@dataclass
class Outcome:
    """What the provider answers, and what it changed on the way, not yet on disk: a customer's record, or a paper
    as (shelf, key, document). `raw` is a body that is no JSON of ours, or JSON already written."""

    status: int
    document: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    changed: Record | None = None
    paper: tuple[str, str, Any] | None = None
    took_effect: bool = False
    with_bom: bool = False
    raw: bytes | None = None

    def body(self) -> bytes:
        """The document as bytes; nothing where there is none."""
        if self.raw is not None:
            return self.raw
        if self.document is None:
            return b""
        return (shapes.BOM if self.with_bom else b"") + write_json(self.document)

    def shown(self) -> Any:
        """The document, also where it was written already; None for a body that is no JSON."""
        if self.raw is None or self.raw[:1] not in b"{[":
            return self.document
        return parse_json(self.raw)


def refused(refusal: Refusal) -> Outcome:
    """The provider's no as an answer: one without a code has no body."""
    fault = {"code": refusal.code, "description": refusal.description, "data": [], "source": "sandbox"}
    return Outcome(refusal.status, fault if refusal.code else None)


def throttled(wait: str | None) -> dict[str, Any]:
    """The body of a 429, which has a shape of its own."""
    words = f" Try again in {wait} seconds." if wait else ""
    return {"statusCode": 429, "message": f"Rate limit is exceeded.{words}"}


def for_person_only(request: Request) -> None:
    """Refuse a call that the application alone may not make."""
    if not request.for_person:
        raise Refusal(403, "900329", "App-only tokens are not supported for this call.")
