"""May this subscription be changed like that? The provider's own rules for a PATCH, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from subscriptions.gateway.profiles import Profile

from .book import Record
from .shapes import STATUSES, etag_for

NEEDED = ("id", "offerId", "quantity", "friendlyName", "status")
MOST_SEATS = 10_000

# [gap] No source lists the values of suspensionReasons; these two are ours.
BY_PARTNER = "SuspendedByPartner"
BY_PROVIDER = "SuspendedByProvider"


@dataclass
class Refusal(Exception):  # noqa: N818
    """The provider's no: HTTP status, its error code, and its words."""

    status: int
    code: str
    description: str


def amend(record: Record, subscription_id: str, body: Any, if_match: str | None, profile: Profile) -> bool:
    """Change the subscription in `record` as the full resource in `body` asks; whether anything did change.

    Raises Refusal, and then `record` is untouched. On the global profile a base takes its add-ons with it.
    """
    entry = record["subscriptions"][subscription_id]
    now: dict[str, Any] = entry["resource"]
    asked = _full(body, subscription_id)
    _check_etag(now, asked, if_match)
    if now["status"] == "deleted":
        raise Refusal(400, "2011", "The subscription was deleted and cannot be updated.")
    wanted = dict(now)
    wanted |= {name: asked[name] for name in ("quantity", "friendlyName", "status")}
    # Documented: what the full resource leaves out is reset, auto-renewal to off.
    wanted["autoRenewEnabled"] = asked.get("autoRenewEnabled") is True
    if wanted == now:
        return False
    _check_suspended(now, wanted)
    if wanted["status"] != now["status"]:
        _check_move(record, now, wanted["status"], profile)
        if entry["held"]:
            return False
        _settle_move(wanted, profile)
    touch(entry, wanted)
    if wanted["status"] == "suspended" and now["status"] == "active" and profile.suspends_add_ons:
        _take_add_ons_along(record, subscription_id)
    return True


def touch(entry: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Make `wanted` the resource, under a new ETag; what it was before stays for late readers."""
    entry["before"] = entry["resource"]
    entry["version"] += 1
    etag = etag_for(wanted["id"], entry["version"])
    entry["resource"] = {**wanted, "attributes": {"etag": etag, "objectType": "Subscription"}}


def _full(body: Any, subscription_id: str) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Refusal(400, "3000", "The body is not a subscription.")
    asked = {name[:1].lower() + name[1:]: value for name, value in body.items()}
    for name in NEEDED:
        if asked.get(name) is None:
            raise Refusal(400, "3000", f"The property {name} is missing: send the full subscription.")
    if str(asked["id"]).lower() != subscription_id:
        raise Refusal(400, "3000", "The id in the body is not the one in the address.")
    status = asked["status"]
    if isinstance(status, int) and 0 <= status < len(STATUSES):
        status = STATUSES[status]
    if not isinstance(status, str) or status.lower() not in STATUSES:
        raise Refusal(400, "3000", "The status is not valid.")
    quantity = asked["quantity"]
    if isinstance(quantity, bool) or not isinstance(quantity, int) or not 1 <= quantity <= MOST_SEATS:
        raise Refusal(400, "2002", "The quantity is outside the allowed range.")
    return {**asked, "status": status.lower()}


def _check_etag(now: dict[str, Any], asked: dict[str, Any], if_match: str | None) -> None:
    """An ETag is asked for wherever access could be lost; a reactivation may come without."""
    if if_match is None and asked["status"] == "active":
        return
    if if_match != f'"{now["attributes"]["etag"]}"':
        raise Refusal(400, "2055", "The ETag is no longer valid.")


def _check_suspended(now: dict[str, Any], wanted: dict[str, Any]) -> None:
    if now["status"] != "suspended":
        return
    if wanted["quantity"] != now["quantity"]:
        raise Refusal(400, "2001", "The quantity cannot be changed while the subscription is suspended.")
    if wanted["status"] == "suspended":
        raise Refusal(400, "800091", "A suspended subscription cannot be updated.")


def _check_move(record: Record, now: dict[str, Any], wanted: str, profile: Profile) -> None:
    moves = {
        ("active", "suspended"),
        ("suspended", "active"),
        ("active", "deleted"),
        ("suspended", "deleted"),
    }
    if (now["status"], wanted) not in moves:
        raise Refusal(400, "800040", f"The status cannot be changed from {now['status']} to {wanted}.")
    if wanted == "deleted" and not profile.cancels_by_api:
        raise Refusal(400, "800096", "The status of this subscription cannot be updated.")
    parent = record["subscriptions"].get(now.get("parentSubscriptionId") or "")
    if wanted == "active" and parent and parent["resource"]["status"] != "active":
        raise Refusal(409, "27009", "A child cannot be enabled while its parent is not active.")


def _settle_move(wanted: dict[str, Any], profile: Profile) -> None:
    wanted["suspensionReasons"] = [BY_PARTNER] if wanted["status"] == "suspended" else []
    if wanted["status"] == "suspended" and profile.suspends_add_ons and wanted.get("termDuration"):
        # New commerce: suspending ends auto-renewal, and reactivating does not bring it back.
        wanted["autoRenewEnabled"] = False


def _take_add_ons_along(record: Record, base: str) -> None:
    for entry in record["subscriptions"].values():
        add_on = entry["resource"]
        if add_on.get("parentSubscriptionId") == base and add_on["status"] == "active":
            touch(entry, {**add_on, "status": "suspended", "suspensionReasons": [BY_PARTNER]})
