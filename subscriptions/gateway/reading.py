"""What does this answer say? The provider's JSON, in all its spellings, turned into our words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from .fields import (
    OtherSubjectError,
    UnreadableError,
    canonical,
    inner,
    moment_of,
    objects,
    required,
    same_id,
    seats,
    texts,
    words,
)
from .protocol import BillingContact, CustomerSeen, ProviderStatus, SubscriptionSeen

__all__ = [
    "OtherSubjectError",
    "UnreadableError",
    "canonical",
    "moment_of",
    "same_id",
]

RETRY_AFTER_CAP = timedelta(hours=1)

_CUSTOMER_IN_LINK = re.compile(r"customers/([^/?]+)", re.IGNORECASE)
_TRY_AGAIN_IN = re.compile(r"try again in (\d{1,9}) second", re.IGNORECASE)
_STRAY_BYTES = 8
_PLAIN = re.compile(rb"[A-Za-z0-9<\"]")
_STATUS_BY_NUMBER = ("none", "active", "suspended", "deleted", "expired", "pending", "disabled")


@dataclass(frozen=True)
class Fault:
    """The provider's own words about a call it did not carry out. Empty texts where it said nothing."""

    code: str
    description: str


def parse_json(body: bytes) -> Any:
    """The document in `body`, fractions as Decimal; a BOM or stray characters before it are skipped."""
    start = min((i for i in (body.find(b"{"), body.find(b"[")) if i >= 0), default=-1)
    if start < 0 or start > _STRAY_BYTES or _PLAIN.search(body[:start]):
        raise UnreadableError("the answer is not JSON")
    try:
        return json.loads(
            body[start:].decode(),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_no_duplicates,
        )
    except UnreadableError:
        raise
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise UnreadableError(f"the answer is not JSON: {type(error).__name__}") from None


def _no_constant(word: str) -> Any:
    raise UnreadableError(f"{word} is not a number")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableError("a key occurs twice in one object")
    return found


def write_json(value: Any) -> bytes:
    """The document as bytes, a Decimal written digit for digit (so that a resource goes back as it came)."""
    return _written(value).encode()


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(str(k))}:{_written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_written, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)


def an_object(document: Any) -> dict[str, Any]:
    """`document` if it is a JSON object."""
    if not isinstance(document, dict):
        raise UnreadableError("the answer is not a JSON object")
    return document


def status_of(value: Any) -> ProviderStatus:
    """The status a word or number stands for; what is not known stays unknown, it never becomes active."""
    if isinstance(value, int) and not isinstance(value, bool):
        known = 0 <= value < len(_STATUS_BY_NUMBER)
        return ProviderStatus(_STATUS_BY_NUMBER[value]) if known else ProviderStatus.UNKNOWN
    word = value.strip().lower() if isinstance(value, str) else ""
    return ProviderStatus(word) if word in _STATUS_BY_NUMBER else ProviderStatus.UNKNOWN


def subscription_from(document: Any, customer_id: str, subscription_id: str | None = None) -> SubscriptionSeen:
    """The subscription in `document`, provided it is the one asked for."""
    raw = an_object(document)
    found = canonical(required(raw, "id"))
    if subscription_id is not None and not same_id(found, subscription_id):
        raise OtherSubjectError(f"asked for subscription {subscription_id}, the answer is about another")
    check_customer(raw, customer_id)
    parent = words(raw, "parentSubscriptionId")
    return SubscriptionSeen(
        id=found,
        customer_id=canonical(customer_id),
        status=status_of(raw.get("status")),
        quantity=seats(raw, "quantity"),
        offer_name=words(raw, "offerName"),
        friendly_name=words(raw, "friendlyName"),
        parent_id=canonical(parent) if parent else None,
        auto_renew=raw.get("autoRenewEnabled") is True,
        etag=etag_of(raw),
        commitment_ends_at=moment_of(raw.get("commitmentEndDate")),
        suspension_reasons=texts(raw, "suspensionReasons"),
        raw=raw,
    )


def customer_from(document: Any) -> CustomerSeen:
    """A customer of a list, as far as lists show one."""
    raw = an_object(document)
    company = inner(raw, "companyProfile")
    return CustomerSeen(
        id=canonical(required(raw, "id")),
        name=words(company, "companyName"),
        domain=words(company, "domain").lower(),
        relationship=words(raw, "relationshipToPartner").lower(),
    )


def check_customer(raw: Mapping[str, Any], customer_id: str) -> None:
    """Refuse a resource whose own link says that it belongs to another customer."""
    named = _CUSTOMER_IN_LINK.search(own_link(raw))
    if named and not same_id(named[1], customer_id):
        raise OtherSubjectError(f"asked about customer {customer_id}, the answer is about another")


def own_link(raw: Mapping[str, Any]) -> str:
    """The address a resource or a list says it has; "" if it says none."""
    return words(inner(inner(raw, "links"), "self"), "uri")


def contact_from(document: Any, customer_id: str) -> BillingContact | None:
    """The contact in a billing profile, or None if it holds no address one could write to."""
    raw = an_object(document)
    check_customer(raw, customer_id)
    email = words(raw, "email")
    if email.count("@") != 1 or any(c.isspace() or not c.isprintable() for c in email):
        return None
    names = ("firstName", "lastName", "language", "culture", "companyName")
    return BillingContact(email, *(words(raw, name) for name in names))


def etag_of(raw: Mapping[str, Any]) -> str:
    """The resource's version without the quotes it may be written with; empty if it has none."""
    return words(inner(raw, "attributes"), "etag").removeprefix("W/").strip('"')


def fault_from(body: bytes) -> Fault:
    """What a refusal says in any of its shapes: code and description, message, OAuth's error, nothing."""
    try:
        raw = an_object(parse_json(body))
    except UnreadableError:
        return Fault("", "")
    code = raw.get("code", raw.get("error", ""))
    words = raw.get("description") or raw.get("error_description") or raw.get("message") or ""
    code = str(code) if isinstance(code, str | int) else ""
    return Fault(code[:40], " ".join(str(words).split())[:1024])


def retry_after(header: str | None, body: bytes, now: datetime) -> timedelta | None:
    """How long the provider asks us to wait: seconds, an HTTP date, or a sentence; at most one hour.

    None if it does not say or says nonsense (a negative number, a word). `now` is the machine's clock.
    """
    text = (header or "").strip()
    if re.fullmatch(r"\d{1,15}(\.\d+)?", text):
        return min(timedelta(seconds=min(float(text), 1e6)), RETRY_AFTER_CAP)
    if text[:1].isalpha():
        return _until_date(text, now)
    sentence = _TRY_AGAIN_IN.search(fault_from(body).description) if not text else None
    return min(timedelta(seconds=int(sentence[1])), RETRY_AFTER_CAP) if sentence else None


def _until_date(text: str, now: datetime) -> timedelta | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta()), RETRY_AFTER_CAP)


def items_of(document: Any) -> list[Any]:
    """The members of a collection."""
    items = an_object(document).get("items")
    if not isinstance(items, list):
        raise UnreadableError("a collection without items")
    return items


def next_page(document: Any) -> tuple[str, str] | None:
    """The next page's address and its continuation token ("" if paging is by offset); None at the end."""
    link = inner(inner(an_object(document), "links"), "next")
    uri = words(link, "uri")
    if not uri:
        return None
    # Some links hold a second question mark.
    first, mark, rest = uri.partition("?")
    tokens = [
        str(header.get("value", ""))
        for header in objects(link, "headers")
        if same_id(str(header.get("key", "")), "MS-ContinuationToken")
    ]
    return first + mark + rest.replace("?", "&"), tokens[0] if tokens else ""


def total_of(document: Any) -> int | None:
    """How many members a collection says it has in all; None if it does not say."""
    count = an_object(document).get("totalCount")
    return count if isinstance(count, int) and not isinstance(count, bool) else None
