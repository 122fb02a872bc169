"""Which invoice does a mail's link open, for whom, and until when? Made with the letter, revoked by a person."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.crypto import salted_hmac

from .locking import lock_customer
from .models import Contact, Customer, MailLink, Message, TimelineEntry, User, acting_for
from .models.letters import MailLinkQuerySet
from .telling import tell

PATH: Final = "/link/{token}/"
INVOICES: Final = "/my/invoices/"


def make_links(message: Message, *, now: datetime) -> dict[str, str]:
    """Make the links of a letter that is about to leave; the caller holds the customer's lock.

    Answers for each address of an invoice's page in it the address that opens the same without a password; the same
    ones when the letter is handed over again. Empty for a letter without a contact, and where the partner wants
    letters to lead to signing in."""
    if message.contact_id is None or not message.partner.link_days:
        return {}
    wanted = dict(_invoices(message.values))
    if not wanted:
        return {}
    kept = {link.about: link for link in MailLink.objects.filter(message=message, revoked_at=None)}
    made = {path: kept.get(number) or _make(message, number, now) for path, number in wanted.items()}
    return {path: PATH.format(token=token_of(link)) for path, link in made.items()}


def _invoices(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The invoices' pages a letter leads to, each with the invoice's number."""
    for one in (values, *values.get("invoices", ())):
        if isinstance(one, Mapping) and one.get("invoice") and _is_page(str(one.get("link", ""))):
            yield str(one["link"]), str(one["invoice"])


def _is_page(link: str) -> bool:
    return link.startswith(INVOICES) and link.removeprefix(INVOICES).rstrip("/").isdigit()


def _make(message: Message, number: str, now: datetime) -> MailLink:
    link = MailLink(
        partner_id=message.partner_id,
        customer=message.customer,
        contact_id=message.contact_id,
        message=message,
        about=number,
        email=message.to_email,
        salt=secrets.token_hex(16),
        made_at=now,
        expires_at=now + timedelta(days=message.partner.link_days),
    )
    link.token_hash = fingerprint(token_of(link))
    link.save()
    return link


def token_of(link: MailLink) -> str:
    """The token that stands in the mail: 256 bits nobody can tell from the database alone."""
    secret = salted_hmac("customers.linking", link.salt, algorithm="sha256").digest()
    return urlsafe_b64encode(secret).decode().rstrip("=")


def fingerprint(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def live_link(token: str, *, now: datetime) -> MailLink | None:
    """The link that this token opens now; None for a token that is unknown, over, revoked, or whose contact has gone
    or has another address."""
    found = known_link(token)
    if found is None or found.revoked_at is not None or found.expires_at <= now or not is_reached(found):
        return None
    return found


def known_link(token: str) -> MailLink | None:
    """The link that was mailed with this token, whether it still opens anything or not."""
    found = MailLink.objects.filter(token_hash=fingerprint(token))
    return found.select_related("partner", "customer__partner", "contact").first()


def is_reached(link: MailLink) -> bool:
    """Whether the contact it was mailed to is still there, under the same address."""
    return link.contact is not None and link.contact.email.lower() == link.email.lower()


def note_use(link: MailLink, *, now: datetime) -> None:
    """Keep that a link was used; the timeline says so for the first use of a day."""
    if not _is_first(link, now):
        return
    with acting_for(link.partner):
        customer = lock_customer(link.customer_id)
        link.refresh_from_db(fields=["used_at"])
        if not _is_first(link, now):
            return
        link.used_at = now
        link.save(update_fields=["used_at"])
        values = {"invoice": link.about, "email": link.email}
        tell(customer, TimelineEntry.Kind.NOTICE, "link_used", now=now, about=link.about, values=values)


def _is_first(link: MailLink, now: datetime) -> bool:
    zone = link.customer.tz
    return link.used_at is None or link.used_at.astimezone(zone).date() < now.astimezone(zone).date()


def open_links(customer: Customer, *, now: datetime) -> MailLinkQuerySet:
    """The links that still open something, the newest first."""
    mine: MailLinkQuerySet = MailLink.objects.filter(customer=customer, revoked_at=None, expires_at__gt=now)
    return mine.select_related("contact", "message").order_by("-made_at", "-pk")


def revoke(customer: Customer, link_ids: list[int] | None, *, by: User, staff: bool, now: datetime) -> int:
    """Revoke these links of a customer, or all that are open; answers how many. One that is over stays as it was."""
    why = MailLink.Why.STAFF if staff else MailLink.Why.CUSTOMER
    with acting_for(customer.partner):
        locked = lock_customer(customer.pk)
        mine = open_links(locked, now=now)
        found = list(mine if link_ids is None else mine.filter(pk__in=link_ids))
        _end(found, why, by=by, now=now)
        for link in found:
            values = {"invoice": link.about, "email": link.email, "person": str(by)}
            about, kind = link.about, TimelineEntry.Kind.NOTICE
            tell(locked, kind, "link_revoked", now=now, about=about, values=values, actor=by)
        return len(found)


def revoke_of(contact: Contact, *, by: User, now: datetime) -> int:
    """Revoke the links mailed to a contact that goes or gets another address; the caller holds the lock."""
    found = list(MailLink.objects.filter(contact=contact, revoked_at=None, expires_at__gt=now))
    _end(found, MailLink.Why.CONTACT, by=by, now=now)
    return len(found)


def _end(links: list[MailLink], why: MailLink.Why, *, by: User, now: datetime) -> None:
    for link in links:
        link.revoked_at, link.revoked_by, link.revoked_why = now, by, why
    MailLink.objects.bulk_update(links, ["revoked_at", "revoked_by", "revoked_why"])
