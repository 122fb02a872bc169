"""What goes on the shared timeline?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from .models import Customer, Message, TimelineEntry, User


def tell(
    customer: Customer,
    kind: TimelineEntry.Kind,
    code: str,
    *,
    now: datetime,
    about: str = "",
    values: dict[str, Any] | None = None,
    message: Message | None = None,
    actor: User | None = None,
    shared: bool = True,
) -> TimelineEntry:
    """Append one entry to a customer's timeline; see `entry`."""
    made = entry(customer, kind, code, now=now, about=about, values=values, message=message, actor=actor, shared=shared)
    made.save()
    return made


def tell_all(entries: Sequence[TimelineEntry]) -> None:
    """Append many entries in one statement."""
    TimelineEntry.objects.add_all(entries)


def entry(
    customer: Customer,
    kind: TimelineEntry.Kind,
    code: str,
    *,
    now: datetime,
    about: str = "",
    values: dict[str, Any] | None = None,
    message: Message | None = None,
    actor: User | None = None,
    shared: bool = True,
) -> TimelineEntry:
    """An entry of a customer's timeline, not yet appended.

    `code` names a sentence of customers.sentences, `values` what stands in its braces (strings; amounts as
    decimal strings beside a `currency`; dates and instants in ISO 8601)."""
    return TimelineEntry(
        partner_id=customer.partner_id,
        customer=customer,
        at=now,
        kind=kind,
        code=code,
        values=values or {},
        about=about,
        message=message,
        actor=actor,
        shared=shared,
    )
