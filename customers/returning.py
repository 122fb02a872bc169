"""What if a letter comes back after the mail server had taken it?"""

from datetime import datetime

from outbox.models import Outcome

from .locking import lock_customer
from .models import Message, TimelineEntry, acting_for
from .telling import tell


def come_back(message_id: str, to_email: str, *, reason: str, now: datetime) -> Message | None:
    """Void the delivery of the letter with this Message-ID to this address: it waits for another address, and the
    customer is reviewed again. Answers None where there is no such letter, or it went elsewhere, or is not delivered
    yet. One that came back before stays as it was."""
    found = Message.objects.filter(message_id=message_id, to_email__iexact=to_email, delivered_at__isnull=False)
    message = found.select_related("partner").first()
    if message is None:
        return None
    with acting_for(message.partner):
        customer = lock_customer(message.customer_id)
        message = Message.objects.select_for_update().get(pk=message.pk)
        if message.bounced_at is not None:
            return message
        message.bounced_at, message.outcome, message.settled_at = now, Outcome.PARKED, None
        message.reason = f"{message.to_email}: {reason}"[:300]
        message.save(update_fields=["bounced_at", "outcome", "settled_at", "reason"])
        tell(
            customer,
            TimelineEntry.Kind.NOTICE,
            "letter_bounced",
            now=now,
            about=message.about[:40],
            values={"letter": message.letter, "email": message.to_email, "reason": reason[:200]},
            message=message,
            shared=False,
        )
        customer.review_due_at = now
        customer.save(update_fields=["review_due_at"])
        return message
