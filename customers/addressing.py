"""Who at the customer is written to? A person sets the address, and the letters that waited for it leave."""

from datetime import datetime

from django.db.models import Q

from outbox.models import Outcome

from .linking import revoke_of
from .locking import lock_customer
from .models import (
    Contact,
    ContactPreference,
    ContactRole,
    Customer,
    MailLink,
    Message,
    TimelineEntry,
    User,
    acting_for,
)
from .telling import tell
from .writing import LANGUAGES


def set_address(
    customer: Customer,
    *,
    role: str,
    email: str,
    name: str,
    language: str,
    by: User,
    now: datetime,
    theirs: bool = False,
) -> tuple[Contact, int]:
    """Set the address of one role; letters to its old address and letters without any are tried again.

    Answers the contact and how many letters go out. `language` is one of the portal's, or "" for the
    customer's own. The same address again only tries again; another one ends the links mailed to the old.
    `theirs`: a person of the customer does it, and the customer reads that."""
    with acting_for(customer.partner):
        customer = lock_customer(customer.pk)
        before = customer.contacts.filter(role=role).exclude(email__iexact=email).first()
        if before is not None:
            revoke_of(before, by=by, now=now)
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
            "contact_chosen" if theirs else "contact_set",
            now=now,
            values={"email": email, "role": role, "person": str(by)} if theirs else {"email": email},
            actor=by,
            shared=theirs,
        )
        return contact, sent


class Needed(Exception):
    """The billing contact can't go: without it letters reach nobody."""


def remove_address(customer: Customer, *, role: str, by: User, now: datetime) -> bool:
    """A customer's person takes a contact away; what it was to get goes to the billing contact, and the links mailed
    to it open nothing any more. Answers whether there was one. Raises Needed for the billing contact."""
    if role == ContactRole.BILLING:
        raise Needed
    with acting_for(customer.partner):
        customer = lock_customer(customer.pk)
        contact = customer.contacts.filter(role=role).first()
        if contact is None:
            return False
        revoke_of(contact, by=by, now=now)
        Message.objects.filter(contact=contact).update(contact=None)
        MailLink.objects.filter(contact=contact).update(contact=None)
        ContactPreference.objects.filter(customer=customer, role=role).delete()
        contact.delete()
        customer.review_due_at = now
        customer.save(update_fields=["review_due_at"])
        values = {"email": contact.email, "role": role, "person": str(by)}
        tell(customer, TimelineEntry.Kind.NOTE, "contact_removed", now=now, values=values, actor=by)
        return True


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
