"""What becomes of a request to the provider's support? Requests and notes in our words, read from its answers.

Only the global cloud has them in its API; it lists, shows and takes notes, but no longer takes new requests
(create-a-service-request, given up on 31 August 2020). Source: service-request-resources.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from .fields import OtherSubjectError, canonical, inner, moment_of, objects, same_id, text, word_of, words
from .reading import an_object, own_link


class RequestStatus(StrEnum):
    """How a request stands; `unknown` is any word or number we have not met."""

    NONE = "none"
    OPEN = "open"
    CLOSED = "closed"
    ATTENTION_NEEDED = "attention_needed"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How bad it is; the provider's own word for none is `unknown` too."""

    CRITICAL = "critical"
    MODERATE = "moderate"
    MINIMAL = "minimal"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SupportNote:
    """One note on a request. `written_at` is None where the provider gives no date."""

    text: str
    written_by: str
    written_at: datetime | None


@dataclass(frozen=True)
class SupportRequest:
    """One request as the provider answered it. The id is digits in a text. Lists show no notes."""

    id: str
    title: str
    description: str
    status: RequestStatus
    severity: Severity
    organization_id: str
    product: str
    created_at: datetime | None
    changed_at: datetime | None
    closed_at: datetime | None
    notes: tuple[SupportNote, ...]


_STATUSES = ("none", "open", "closed", "attention_needed")
_SEVERITIES = ("unknown", "critical", "moderate", "minimal")


def request_from(document: Any, id_asked: str | None = None) -> SupportRequest:
    """The request in `document`, provided it is the one asked for."""
    raw = an_object(document)
    found = text(raw, "id")
    if not found or (id_asked is not None and not same_id(found, id_asked)):
        raise OtherSubjectError(f"asked for support request {id_asked or 'of any id'}, the answer has another")
    return SupportRequest(
        id=found,
        title=words(raw, "title"),
        description=words(raw, "description"),
        status=word_of(RequestStatus, raw.get("status"), _STATUSES),
        severity=word_of(Severity, raw.get("severity"), _SEVERITIES),
        organization_id=canonical(words(inner(raw, "organization"), "id")),
        product=words(raw, "productName"),
        created_at=moment_of(raw.get("createdDate")),
        changed_at=moment_of(raw.get("lastModifiedDate")),
        closed_at=moment_of(raw.get("lastClosedDate")),
        notes=tuple(
            SupportNote(words(note, "text"), words(note, "createdByName"), moment_of(note.get("createdDate")))
            for note in objects(raw, "notes")
        ),
    )


def check_list(document: Any, customer_id: str | None) -> None:
    """Refuse a list whose own link says that it belongs to another customer."""
    link = own_link(an_object(document)).lower()
    if customer_id and "customers/" in link and f"customers/{customer_id.lower()}/" not in link:
        raise OtherSubjectError(f"asked about customer {customer_id}, the answer is about another")
