"""Who at the customer is written to? A person sets the address, and the letters that waited for it leave."""

from datetime import datetime

from django.db.models import Q

from outbox.models import Outcome

from .locking import lock_customer
from .models import Contact, Customer, Message, TimelineEntry, User, acting_for
from .telling import tell
from .writing import LANGUAGES


def set_address(
    customer: Customer, *, role: str, email: str, name: str, language: str, by: User, now: datetime
) -> tuple[Contact, int]:
    """Set the address of one role; letters to its old address and letters without any are tried again.

    Answers the contact and how many letters go out. `language` is one of the portal's, or "" for the
    customer's own. The same address again only tries again."""
    with acting_for(customer.partner):
        customer = lock_customer(customer.pk)
        contact, _ = Contact.objects.update_or_create(
            partner_id=customer.partner_id,
            customer=customer,
            role=role,
            defaults={"email": email, "name": name, "language": language},
        )
        sent = _try_again(customer, contact)
        customer.review_due_at = now
        customer.save(update_fields=["review_due_at"])
        tell(
            customer,
            TimelineEntry.Kind.NOTE,
            "contact_set",
            now=now,
            values={"email": email},
            actor=by,
            shared=False,
        )
        return contact, sent


def _try_again(customer: Customer, contact: Contact) -> int:
    """Parked letters of this contact, and those that had nobody: from the beginning, to the new address."""
    language = contact.language or customer.language
    parked = Message.objects.filter(Q(contact=contact) | Q(to_email=""), customer=customer, outcome=Outcome.PARKED)
    return parked.update(
        contact=contact,
        to_email=contact.email,
        language=language if language in LANGUAGES else "en",
        # One that came back later goes out again; it is delivered when that is taken.
        delivered_at=None,
        bounced_at=None,
        outcome=Outcome.WAITING,
        attempts=0,
        not_before_retry=None,
        lease_until=None,
        lease_token=None,
        reason="",
    )
