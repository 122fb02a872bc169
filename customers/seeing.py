"""Which letters has the customer seen? Those that speak of a document they opened in the portal."""

from collections.abc import Collection
from datetime import datetime

from .locking import lock_customer
from .models import Customer, Letter, Message, TimelineEntry, User, acting_for
from .telling import tell

ABOUT_INVOICES = (Letter.INVOICE, Letter.NOTICE, Letter.DELETION, Letter.SUSPENDED, Letter.RESTORED)
ABOUT_CASES = (Letter.QUESTION_TAKEN, Letter.ANSWER, Letter.CASE_TURN)


def see(customer: Customer, document: str, letters: Collection[str], *, by: User, now: datetime) -> list[Message]:
    """Mark the delivered letters of these kinds that name a document (its number) as seen at `now`.

    Once for each letter: one seen before keeps its time. A letter that bounced was not delivered and stays as
    it is. Something seen stamps a review, since the next step may count from it. Answers what was marked."""
    if not _unseen(customer, document, letters):
        return []
    with acting_for(customer.partner):
        locked = lock_customer(customer.pk)
        messages = _unseen(locked, document, letters)
        for message in messages:
            message.seen_at = now
            message.save(update_fields=["seen_at"])
            tell(
                locked,
                TimelineEntry.Kind.NOTICE,
                "letter_seen",
                now=now,
                about=document[:40],
                values={"letter": message.letter, "subject": message.subject},
                message=message,
                actor=by,
            )
        if messages:
            locked.review_due_at = now
            locked.save(update_fields=["review_due_at"])
    return messages


def _unseen(customer: Customer, document: str, letters: Collection[str]) -> list[Message]:
    waiting = Message.objects.filter(
        customer=customer,
        letter__in=letters,
        about__contains=document,
        delivered_at__isnull=False,
        bounced_at=None,
        seen_at=None,
    )
    # HH-2026-00001 stands inside HH-2026-000010 too, so the whole number is compared.
    return [message for message in waiting.order_by("pk") if document in message.about.split(", ")]
