"""What does a fault make of an answer? The provider's own outcome, spoilt on the way to the caller."""

from __future__ import annotations

import gzip
import json
import uuid
from typing import Any

from subscriptions.gateway.reading import write_json

from .book import Book
from .desk import Desk
from .disguises import disguised
from .exchange import Outcome, Request, throttled
from .faults import Fault
from .replies import Reply, plain
from .rules import touch
from .shapes import link

HTML = b"<!DOCTYPE html><html><head><title>Gateway</title></head><body>One moment please</body></html>"


def prepare(fault: Fault, request: Request, book: Book, desk: Desk) -> None:
    """What happens before the request is looked at: a token ends, somebody else changes the resource."""
    if fault.do == "401":
        desk.forget_tokens()
    record = book.customer(request.named("customer") or "")
    entry = record["subscriptions"].get(request.named("subscription")) if record else None
    if fault.do == "etag_mismatch" and record and entry:
        touch(entry, entry["resource"])
        book.keep_all([record])


def spoil(fault: Fault, outcome: Outcome, request: Request, book: Book) -> Reply:
    """The reply of a request that met `fault`; `outcome` is the provider's own, carried out or not."""
    reply, given = plain(outcome), fault.parameters
    seconds = float(given.get("seconds", 60 if fault.do == "hang" else 0.05))
    if fault.do in ("reset", "truncate", "hang", "drip"):
        return Reply(reply.status, reply.body, reply.headers, cut=fault.do, seconds=seconds)
    if fault.do == "late_commit":
        return Reply(reply.status, b"", {}, cut="reset")
    if fault.do == "429":
        return _throttled(given.get("retry_after", "1"))
    if fault.do in ("500_before", "500_after"):
        status = int(given.get("status", 500))
        return Reply(status, b'{"message":"An error has occurred."}', {"Content-Type": "application/json"})
    if fault.do == "html":
        return Reply(int(given.get("status", 200)), HTML, {"Content-Type": "text/html"})
    if fault.do == "other_customer":
        return Reply(reply.status, _of_another(outcome, request).body(), reply.headers)
    if fault.do == "stale_read":
        return plain(_as_before(outcome, request, book))
    if fault.do == "answer":
        return _scripted(fault)
    return disguised(fault.do, outcome, reply)


def _throttled(wait: Any) -> Reply:
    after = {} if wait is None else {"Retry-After": str(wait)}
    body = json.dumps(throttled(None if wait is None else str(wait))).encode()
    return Reply(429, body, {"Content-Type": "application/json"} | after)


def _of_another(outcome: Outcome, request: Request) -> Outcome:
    """The same answer about somebody else: another id, another customer or invoice in its link."""
    shown = outcome.shown()
    if isinstance(shown, dict):
        found = [_renamed(item) for item in shown["items"]] if "items" in shown else None
        shown = {**shown, "items": found} if found is not None else _renamed(shown)
        if "/invoices/" in request.path:
            shown |= {"links": {"self": link("/invoices/D0ANOTHER1/lineitems")}}
    return Outcome(outcome.status, shown, with_bom=outcome.with_bom)


def _renamed(resource: dict[str, Any]) -> dict[str, Any]:
    other = str(uuid.uuid5(uuid.NAMESPACE_URL, str(resource.get("id"))))
    return {**resource, "id": other, "links": {"self": link(f"/customers/{other}/subscriptions/{other}")}}


def _as_before(outcome: Outcome, request: Request, book: Book) -> Outcome:
    """The subscription as it was before its last change, for a read that lags behind."""
    record = book.customer(request.named("customer") or "")
    entry = record["subscriptions"].get(request.named("subscription")) if record else None
    if outcome.status != 200 or not entry or not entry["before"]:
        return outcome
    return Outcome(200, {**outcome.document, **entry["before"]}, with_bom=outcome.with_bom)


def _scripted(fault: Fault) -> Reply:
    """An answer spelled out in the rule: status, headers, body, padded to `bytes`, gzipped if it says so."""
    given = fault.parameters
    body = given.get("body", "")
    data = body.encode() if isinstance(body, str) else write_json(body)
    data += b" " * (int(given.get("bytes", 0)) - len(data))
    headers = {str(name): str(value) for name, value in given.get("headers", {}).items()}
    if headers.get("Content-Encoding") == "gzip":
        data = gzip.compress(data)
    return Reply(int(given.get("status", 200)), data, {"Content-Type": "application/json"} | headers)
