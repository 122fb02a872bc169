"""What does the provider say of one subscription that our book does not? Pure: two records in, differences out."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from .gateway.protocol import CustomerSeen, ProviderStatus, SubscriptionSeen
from .models import Drift, Subscription, Suspension

Kind = Drift.Kind
# Its days are UTC's, ours the file's: the same end may stand one day apart.
SAME_END = timedelta(days=1)
RESELLER = "reseller"


@dataclass(frozen=True)
class Difference:
    """One difference; `ours` and `theirs` hold what each says, by field."""

    kind: Drift.Kind
    provider_id: str
    subscription: Subscription | None = None
    ours: dict[str, Any] = field(default_factory=dict)
    theirs: dict[str, Any] = field(default_factory=dict)


def of_customer(provider_id: str, seen: CustomerSeen | None) -> Difference | None:
    """Whether the provider knows this customer as one we resell to; None if it does."""
    if seen is None:
        return Difference(Kind.NO_CUSTOMER, provider_id, theirs={"customer": "unknown"})
    if seen.relationship not in ("", RESELLER):
        return Difference(Kind.NO_CUSTOMER, provider_id, theirs={"relationship": _text(seen.relationship)})
    return None


def of_book(
    known: Collection[Subscription], seen: Collection[SubscriptionSeen], reasons: dict[int, list[Suspension]]
) -> list[Difference]:
    """Every difference between a customer's subscriptions here and all of those there. `reasons` are the suspensions
    of each subscription by its primary key, ended ones too, the oldest first."""
    there = {one.id.lower(): one for one in seen}
    found: list[Difference] = []
    for one in known:
        found += of_one(one, there.pop(one.provider_id.lower(), None), reasons.get(one.pk, []))
    return found + [_unknown(one) for one in there.values() if one.status is not ProviderStatus.DELETED]


def of_one(
    subscription: Subscription | None, seen: SubscriptionSeen | None, reasons: Collection[Suspension]
) -> list[Difference]:
    """Every difference about one subscription; `seen` is None where the provider has none such."""
    if subscription is None:
        return [_unknown(seen)] if seen and seen.status is not ProviderStatus.DELETED else []
    if seen is None or seen.status is ProviderStatus.DELETED:
        if subscription.status == Subscription.Status.DELETED:
            return []
        said = "deleted" if seen else "not found"
        return [_of(Kind.GONE, subscription, {"status": subscription.status}, {"status": said})]
    return [
        found
        for found in (
            _access(subscription, seen, reasons),
            _seats(subscription, seen),
            _terms(subscription, seen),
            _renewal(subscription, seen, reasons),
        )
        if found is not None
    ]


def _of(kind: Drift.Kind, subscription: Subscription, ours: dict[str, Any], theirs: dict[str, Any]) -> Difference:
    return Difference(kind, subscription.provider_id.lower(), subscription, ours, theirs)


def _access(subscription: Subscription, seen: SubscriptionSeen, reasons: Collection[Suspension]) -> Difference | None:
    live = [one for one in reasons if one.ended_at is None]
    causes = sorted({str(one.cause) for one in live})
    # What was never confirmed is not off yet, and says nothing.
    if seen.status is ProviderStatus.ACTIVE and any(one.confirmed_at for one in live):
        return _of(Kind.ON_THERE, subscription, {"status": "suspended", "causes": causes}, {"status": "active"})
    if seen.status is ProviderStatus.SUSPENDED and not live:
        theirs = {"status": "suspended", "reasons": _text(", ".join(seen.suspension_reasons))}
        return _of(Kind.OFF_THERE, subscription, {"status": "active"}, theirs)
    return None


def _seats(subscription: Subscription, seen: SubscriptionSeen) -> Difference | None:
    if seen.quantity == subscription.quantity:
        return None
    return _of(Kind.SEATS, subscription, {"seats": subscription.quantity}, {"seats": seen.quantity})


def _terms(subscription: Subscription, seen: SubscriptionSeen) -> Difference | None:
    ours: dict[str, Any] = {}
    theirs: dict[str, Any] = {}
    name = seen.friendly_name or seen.offer_name
    pairs = [("name", subscription.name, name), ("offer", subscription.offer_name, seen.offer_name)]
    for name_of, here, there in pairs:
        if there and _text(there) != _text(here):
            ours[name_of], theirs[name_of] = here, _text(there)
    ends = ends_there(seen)
    if ends and subscription.ends_on and abs(ends - subscription.ends_on) > SAME_END:
        ours["ends_on"], theirs["ends_on"] = str(subscription.ends_on), str(ends)
    return _of(Kind.TERMS, subscription, ours, theirs) if theirs else None


def ends_there(seen: SubscriptionSeen) -> date | None:
    """The last day of the commitment, as the provider has it."""
    return seen.commitment_ends_at.date() if seen.commitment_ends_at else None


def _renewal(subscription: Subscription, seen: SubscriptionSeen, reasons: Collection[Suspension]) -> Difference | None:
    """What a suspension of ours dropped and nobody put back."""
    over = [one for one in reasons if one.confirmed_at and one.restored_at]
    if not over or len(over) < len([one for one in reasons if one.confirmed_at]) or seen.auto_renew:
        return None
    if seen.status is not ProviderStatus.ACTIVE or not over[-1].kept.get("auto_renew"):
        return None
    return _of(Kind.AUTO_RENEW, subscription, {"auto_renew": True}, {"auto_renew": False})


def _text(value: object, most: int = 200) -> str:
    """Somebody else's text as a row of ours can hold it."""
    return str(value or "").replace("\x00", "").strip()[:most]


def _unknown(seen: SubscriptionSeen) -> Difference:
    theirs = {
        "name": _text(seen.friendly_name or seen.offer_name or seen.id),
        "offer": _text(seen.offer_name),
        "offer_id": _text(seen.raw.get("offerId"), 64),
        "seats": seen.quantity,
        "status": str(seen.status),
        "parent": _text(seen.parent_id).lower(),
        "starts_on": _text(seen.raw.get("effectiveStartDate"), 10),
        "ends_on": str(ends_there(seen) or ""),
    }
    return Difference(Kind.UNKNOWN, _text(seen.id, 64).lower(), None, {}, theirs)
