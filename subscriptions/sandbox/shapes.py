"""How does the provider write a thing down? Resources as JSON, with the oddities the real one is known for.

Which oddity meets which subscription or customer follows from its id alone, so a run can be repeated.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from enum import Enum
from typing import Any

from .book import Record

BOM = b"\xef\xbb\xbf"
NO_DATE = "0001-01-01T00:00:00"
STATUSES = ("none", "active", "suspended", "deleted", "expired", "pending", "disabled")
PAGE = 25


class Habit(Enum):
    """How the provider takes changes to one subscription; the share of ids is the second number, per cent."""

    PLAIN = "answers 200 with the resource", 50
    SLOW = "answers 202 and a Location that is done at the first look", 25
    THROTTLED = "answers 429 with Retry-After: 1 to the first change ever asked for", 15
    TOUCHED = "moves on between the first read and the first change, so that its ETag is stale", 10


def habit_of(subscription_id: str) -> Habit:
    """The habit a subscription has for life."""
    number = draw(subscription_id, "habit") % 100
    for habit in Habit:
        number -= habit.value[1]
        if number < 0:
            return habit
    return Habit.PLAIN


def draw(identifier: str, purpose: str) -> int:
    """A number that only depends on an id and on what it is for."""
    digest = hashlib.sha256(f"{purpose}/{identifier.lower()}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


def etag_for(identifier: str, version: int) -> str:
    """The ETag of one version of a resource."""
    text = json.dumps({"id": identifier[:8], "version": version}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()


def subscription(record: Record, resource: dict[str, Any], *, listed: bool = False) -> dict[str, Any]:
    """A subscription as it is answered: GUIDs in either case, statuses in some lists as numbers."""
    shown = {
        **resource,
        "links": {"self": link(f"/customers/{record['id']}/subscriptions/{resource['id']}")},
    }
    if draw(resource["id"], "case") % 2:
        shown["id"] = shown["id"].upper()
    if listed and draw(record["id"], "numbers") % 2:
        shown["status"] = STATUSES.index(resource["status"])
    return shown


def customer(record: Record, *, whole: bool) -> dict[str, Any]:
    """A customer; lists show less of it."""
    shown: dict[str, Any] = {
        "id": record["id"],
        "companyProfile": {
            "tenantId": record["id"],
            "domain": record["domain"],
            "companyName": record["name"],
            "attributes": {"objectType": "CustomerCompanyProfile"},
        },
        "relationshipToPartner": "reseller",
        "attributes": {"objectType": "Customer"},
    }
    if whole:
        shown |= {"commerceId": record["commerce_id"], "allowDelegatedAccess": True}
        shown |= {"billingProfile": profile(record)} if record["profile"] else {}
    return shown


def profile(record: Record) -> dict[str, Any]:
    """The billing profile of a customer that has one."""
    return {**record["profile"], "links": {"self": link(f"/customers/{record['id']}/profiles/billing")}}


def page_of(
    items: list[Any],
    path: str,
    customer_id: str,
    query: dict[str, str],
    token: str,
    show: Callable[[Any], Any],
) -> dict[str, Any]:
    """One page of a collection; by id the next page is named by an offset or by a continuation token."""
    size = max(1, min(int(query.get("size", PAGE)), 500))
    start = int(base64.urlsafe_b64decode(token)) if token else int(query.get("offset", 0))
    shown = [show(item) for item in items[start : start + size]]
    links = {"self": link(path)}
    if start + size < len(items):
        links["next"] = _next(path, customer_id, size, start + size)
    return {
        "totalCount": len(items),
        "items": shown,
        "links": links,
        "attributes": {"objectType": "Collection"},
    }


def counted_page(items: list[Any], path: str, size: int, offset: int) -> dict[str, Any]:
    """One page of a collection that is counted by size and offset."""
    size, offset = max(1, min(size, 500)), max(offset, 0)
    links = {"self": link(path)}
    if offset + size < len(items):
        links["next"] = link(f"{path}?size={size}&offset={offset + size}")
    shown = items[offset : offset + size]
    return {
        "totalCount": len(items),
        "items": shown,
        "links": links,
        "attributes": {"objectType": "Collection"},
    }


def _next(path: str, customer_id: str, size: int, start: int) -> dict[str, Any]:
    if draw(customer_id, "paging") % 2:
        return link(f"{path}?size={size}&offset={start}")
    token = base64.urlsafe_b64encode(str(start).encode()).decode()
    found = link(f"/v1{path}?size={size}&seekOperation=Next")
    return {**found, "headers": [{"key": "MS-ContinuationToken", "value": token}]}


def link(uri: str) -> dict[str, Any]:
    """A link as the provider writes one."""
    return {"uri": uri, "method": "GET", "headers": []}
