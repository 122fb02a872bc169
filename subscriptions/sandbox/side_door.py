"""How do our own tools fill the sandbox, or change something behind the portal's back? Not the API."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from subscriptions.gateway.addresses import path_to

from .book import Book, Record
from .rules import touch
from .shapes import NO_DATE, STATUSES, etag_for

CHANGEABLE = {"status", "quantity", "friendlyName", "autoRenewEnabled", "suspensionReasons", "offerName"}


class BadLoadError(ValueError):
    """What came through the side door can't be used; nothing was changed."""


def load(book: Book, customers: Any) -> tuple[int, int]:
    """Take in customers with their subscriptions; how many of each were named.

    Loading again changes nothing, and a subscription that is known keeps its status and its ETag.
    """
    if not isinstance(customers, list):
        raise BadLoadError("customers is not a list")
    records: dict[str, Record] = {}
    named = 0
    for given in customers:
        try:
            key = str(given["id"]).lower()
            path_to(key)
            record = records.get(key) or book.customer(key) or _new_customer(key, given)
            _describe(record, given)
            for wanted in given.get("subscriptions", []):
                _take_in(record, wanted)
                named += 1
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadLoadError(f"customer {given!r:.80}: {type(error).__name__} {error}") from None
        records[key] = record
    book.keep_all(records.values())
    return len(customers), named


def change(book: Book, given: Any) -> dict[str, Any]:
    """Change one subscription as somebody else would: `customer`, `subscription`, then what differs.

    `held` says that the provider itself suspended it, so that a partner can't reactivate it; `gone: true`
    removes it. Returns the resource as it is now.
    """
    record = book.customer(str(given.get("customer", "")))
    entry = record["subscriptions"].get(str(given.get("subscription", "")).lower()) if record else None
    if record is None or entry is None:
        raise BadLoadError("no such subscription")
    wanted = {name: value for name, value in given.items() if name in CHANGEABLE}
    if wanted.get("status", "active") not in STATUSES:
        raise BadLoadError("no such status")
    entry["held"] = bool(given.get("held", entry["held"]))
    touch(entry, {**entry["resource"], **wanted})
    if given.get("gone"):
        del record["subscriptions"][entry["resource"]["id"]]
    book.keep_all([record])
    resource: dict[str, Any] = entry["resource"]
    return resource


def _new_customer(key: str, given: dict[str, Any]) -> Record:
    return {
        "id": key,
        "name": str(given["name"]),
        "domain": str(given.get("domain") or ""),
        "commerce_id": str(uuid.uuid5(uuid.NAMESPACE_URL, key)),
        "loaded_email": None,
        "profile": None,
        "profile_version": 0,
        "subscriptions": {},
        "done": {},
    }


def _describe(record: Record, given: dict[str, Any]) -> None:
    record["name"] = str(given["name"])
    record["domain"] = str(given.get("domain") or record["domain"])
    email = given.get("email")
    if not email or email == record["loaded_email"]:
        return
    record["loaded_email"] = email
    record["profile_version"] += 1
    etag = etag_for(record["id"], record["profile_version"])
    record["profile"] = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{record['id']}/billing")),
        "firstName": str(given.get("first_name") or "Billing"),
        "lastName": str(given.get("last_name", "Contact")),
        "email": str(email),
        "culture": str(given.get("culture") or "zh-CN"),
        "language": str(given.get("language") or "zh-CHS"),
        "companyName": record["name"],
        "defaultAddress": {"country": "CN", "city": "Shanghai", "addressLine1": "1 Example Road"},
        "attributes": {"etag": etag, "objectType": "CustomerBillingProfile"},
    }


def _take_in(record: Record, wanted: dict[str, Any]) -> None:
    key = str(wanted["id"]).lower()
    path_to(key)
    billed = {
        "offerId": str(wanted.get("offer_id") or ""),
        "offerName": str(wanted.get("offer_name") or ""),
        "friendlyName": str(wanted.get("name") or wanted.get("offer_name") or ""),
        "quantity": int(wanted["quantity"]),
        "parentSubscriptionId": str(wanted["parent"]).lower() if wanted.get("parent") else None,
        "commitmentEndDate": _moment(wanted.get("ends")),
    }
    entry = record["subscriptions"].get(key)
    if entry is None:
        resource = _new_resource(key, billed, wanted)
        entry = {"resource": resource, "before": None, "version": 0, "asked": 0, "held": False}
        record["subscriptions"][key] = entry
    elif billed.items() <= entry["resource"].items():
        return
    touch(entry, {**entry["resource"], **billed})


def _new_resource(key: str, billed: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    starts = _moment(wanted.get("starts"))
    term = {"termDuration": str(wanted["term"])} if wanted.get("term") else {}
    return {
        "id": key,
        **billed,
        "unitType": "Licenses",
        "creationDate": starts,
        "effectiveStartDate": starts,
        "status": "active",
        "autoRenewEnabled": True,
        "billingType": "license",
        "billingCycle": "monthly",
        "contractType": "subscription",
        "isTrial": False,
        "hasPurchasableAddons": False,
        "suspensionReasons": [],
        "orderId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{key}/order")),
        **term,
    }


def _moment(text: Any) -> str:
    """A date or time as the provider writes it; its year 1 for none."""
    return f"{datetime.fromisoformat(str(text)):%Y-%m-%dT%H:%M:%SZ}" if text else NO_DATE
