"""What will be mailed, to whom, in which language? A letter is promised here and leaves through sending.py."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from outbox.models import Outcome

from .choosing import choices_of, is_off, roles_for
from .models import Contact, Customer, Message

LANGUAGES = {code for code, _ in settings.LANGUAGES}


def language_of(customer: Customer, contact: Contact | None) -> str:
    """The language of a letter: the contact's, else the customer's, else English."""
    wanted = (contact.language if contact else "") or customer.language
    return wanted if wanted in LANGUAGES else "en"


def contact_for(customer: Customer, roles: Sequence[str]) -> Contact | None:
    """The first of these roles that has an address."""
    return _first({contact.role: contact for contact in customer.contacts.all()}, roles)


def _first(contacts: Mapping[str, Contact], roles: Sequence[str]) -> Contact | None:
    return next((contacts[role] for role in roles if role in contacts), None)


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
    """Promise one letter; see `promise_letters`."""
    return promise_letters([Wanted(customer, letter, key, about, values, roles)], now=now)[0]


@dataclass(frozen=True)
class Wanted:
    """A letter to promise. Its values are JSON: strings, decimal strings, ISO dates."""

    customer: Customer
    letter: str
    key: str
    about: str
    values: dict[str, Any]
    roles: Sequence[str] = ("billing", "owner")


def promise_letters(wanted: Sequence[Wanted], *, now: datetime) -> list[Message]:
    """Promise letters, each once for its `key`, in a number of queries that doesn't grow; answers them in order.
    The caller holds the customers' locks.

    Without an address for any of its `roles` a letter is parked at once and counts as bounced: a person has to
    find an address. One that the customer does without is kept as moot."""
    known = {message.key: message for message in Message.objects.filter(key__in=[one.key for one in wanted])}
    contacts: dict[int, dict[str, Contact]] = defaultdict(dict)
    for contact in Contact.objects.filter(customer__in={one.customer.pk for one in wanted}):
        contacts[contact.customer_id][contact.role] = contact
    chosen = choices_of({one.customer.pk for one in wanted})
    new = {
        one.key: _promised(one, contacts[one.customer.pk], chosen.get((one.customer.pk, one.letter)), now)
        for one in wanted
        if one.key not in known
    }
    Message.objects.add_all(list(new.values()))
    return [{**known, **new}[one.key] for one in wanted]


def _promised(one: Wanted, contacts: Mapping[str, Contact], chosen: str | None, now: datetime) -> Message:
    contact = _first(contacts, roles_for(one.letter, one.roles, chosen))
    off = is_off(one.letter, chosen)
    missing = contact is None and not off
    return Message(
        key=one.key,
        partner_id=one.customer.partner_id,
        customer=one.customer,
        contact=contact,
        letter=one.letter,
        language=language_of(one.customer, contact),
        to_email=contact.email if contact else "",
        about=one.about[:300],
        values=one.values,
        message_id=message_id(one.key),
        queued_at=now,
        due_at=now,
        bounced_at=now if missing else None,
        outcome=Outcome.MOOT if off else Outcome.PARKED if missing else Outcome.WAITING,
        settled_at=now if off else None,
        reason="the customer does without" if off else "no contact with an address" if missing else "",
    )


def message_id(key: str) -> str:
    """The same letter always carries the same Message-ID, however often it is tried."""
    host = urlsplit(settings.PORTAL_URL).hostname or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}>"
