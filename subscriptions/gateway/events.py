"""What does the provider tell us unasked? Where we want to be told, and what an event says.

Events only hint that something changed, up to 48 hours late; what is so is read from the provider.
Sources: partner-center-webhooks, partner-center-webhook-events.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .fields import UnreadableError, canonical, moment_of, objects, required, texts, words
from .reading import an_object, parse_json

REGISTRATION = "/webhooks/v1/registration"
TEST_EVENTS = f"{REGISTRATION}/validationEvents"

SUBSCRIPTION_UPDATED = "subscription-updated"
INVOICE_READY = "invoice-ready"
TEST_CREATED = "test-created"

_SUBSCRIPTION = re.compile(r"/customers/([^/?]+)/subscriptions/([^/?]+)", re.IGNORECASE)
_INVOICE = re.compile(r"/invoices/([^/?]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Registration:
    """Where the provider sends its events, and which."""

    url: str
    events: tuple[str, ...]


@dataclass(frozen=True)
class Trial:
    """What became of a test event: the provider's word for its state, and our answers in the order of its tries."""

    status: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Event:
    """One event. `customer_id` and `subscription_id` are lower case, or "" where the event is about something
    else; so is `invoice`. `changed_at` is None where the provider gives no date."""

    name: str
    resource: str
    customer_id: str
    subscription_id: str
    invoice: str
    changed_at: datetime | None


def registration_from(document: Any) -> Registration:
    """The registration in `document`, in either spelling of its fields."""
    raw = _lower(an_object(document))
    return Registration(required(raw, "webhookurl"), texts(raw, "webhookevents"))


def tried_from(document: Any) -> Trial:
    """How far the provider has come with a test event."""
    raw = an_object(document)
    return Trial(words(raw, "status"), tuple(words(one, "responseCode") for one in objects(raw, "results")))


def event_from(body: bytes) -> Event:
    """The event in a body whose signature was checked (signing.py); UnreadableError if it is none."""
    raw = _lower(an_object(parse_json(body)))
    uri = words(raw, "resourceuri")
    subject, bill = _SUBSCRIPTION.search(uri), _INVOICE.search(uri)
    return Event(
        name=required(raw, "eventname"),
        resource=words(raw, "resourcename"),
        customer_id=canonical(subject[1]).lower() if subject else "",
        subscription_id=canonical(subject[2]).lower() if subject else "",
        invoice=bill[1] if bill else "",
        changed_at=moment_of(raw.get("resourcechangeutcdate")),
    )


def _lower(raw: dict[str, Any]) -> dict[str, Any]:
    found = {name.lower(): value for name, value in raw.items()}
    if len(found) != len(raw):
        raise UnreadableError("a field stands twice")
    return found
