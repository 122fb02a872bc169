"""What if a mail's link no longer opens? A new one goes to the address the old one went to, and nowhere else."""

from datetime import datetime

from customers.linking import is_reached, known_link
from customers.locking import lock_customer
from customers.models import Letter, MailLink, Message, TimelineEntry, acting_for
from customers.telling import tell
from customers.writing import Wanted, promise_letters

from .invoicing import letter_values
from .models import Invoice


def send_new_link(token: str, *, now: datetime) -> Message | None:
    """Mail a new link in place of the one with this token, once a day for each invoice and contact.

    Answers None for a token that never was ours, for a contact that has gone or has another address, and for an
    invoice that is void. Whoever asks is not told which: they learn nothing but that they have asked."""
    link = known_link(token)
    if link is None or link.contact is None or not is_reached(link):
        return None
    invoice = Invoice.objects.filter(customer=link.customer, number=link.about).issued().first()
    if invoice is None:
        return None
    key = f"letter:link:{invoice.pk}:{link.contact_id}:{now.astimezone(link.customer.tz).date()}"
    with acting_for(link.partner):
        return _promise(link, invoice, key, now)


def _promise(link: MailLink, invoice: Invoice, key: str, now: datetime) -> Message:
    customer = lock_customer(link.customer_id)
    if found := Message.objects.filter(key=key).first():
        return found
    assert link.contact is not None
    values = {**letter_values(invoice), "days": customer.partner.link_days}
    wanted = Wanted(customer, Letter.LINK, key, link.about, values, (link.contact.role,))
    [message] = promise_letters([wanted], now=now)
    said = {"invoice": link.about, "email": link.email}
    kind = TimelineEntry.Kind.NOTICE
    tell(customer, kind, "link_asked", now=now, about=link.about, values=said, message=message)
    return message
