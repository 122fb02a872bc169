"""What will be mailed, to whom, in which language? A letter is promised here and leaves through sending.py."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from outbox.models import Outcome

from .models import Contact, Customer, Message

LANGUAGES = {code for code, _ in settings.LANGUAGES}


def language_of(customer: Customer, contact: Contact | None) -> str:
    """The language of a letter: the contact's, else the customer's, else English."""
    wanted = (contact.language if contact else "") or customer.language
    return wanted if wanted in LANGUAGES else "en"


def contact_for(customer: Customer, roles: Sequence[str]) -> Contact | None:
    """The first of these roles that has an address."""
    found = {contact.role: contact for contact in customer.contacts.all()}
    return next((found[role] for role in roles if role in found), None)


def promise_letter(
    customer: Customer,
    letter: str,
    *,
    key: str,
    now: datetime,
    about: str,
    values: dict[str, Any],
    roles: Sequence[str] = ("billing", "owner"),
) -> Message:
    """Promise one letter, once for each `key`.

    Without an address for any of `roles` the letter is parked at once and counts as bounced: a person has to
    find an address. Values are JSON: strings, decimal strings, ISO dates."""
    contact = contact_for(customer, roles)
    missing = contact is None
    message, _ = Message.objects.get_or_create(
        key=key,
        defaults={
            "partner_id": customer.partner_id,
            "customer": customer,
            "contact": contact,
            "letter": letter,
            "language": language_of(customer, contact),
            "to_email": contact.email if contact else "",
            "about": about[:300],
            "values": values,
            "message_id": message_id(key),
            "queued_at": now,
            "due_at": now,
            "bounced_at": now if missing else None,
            "outcome": Outcome.PARKED if missing else Outcome.WAITING,
            "reason": "no contact with an address" if missing else "",
        },
    )
    return message


def message_id(key: str) -> str:
    """The same letter always carries the same Message-ID, however often it is tried."""
    host = urlsplit(settings.PORTAL_URL).hostname or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}>"
