"""What is promised and due? `settle` keeps it now, in this process."""

from datetime import datetime
from typing import Any

from customers.models import Partner
from dunning.commands import Answer, PortalCommand
from outbox.keeping import keep_all


class Command(PortalCommand):
    """Work off the outbox."""

    help = "Keep every promise that is due, until nothing is due or only parked and later ones remain."
    of_a_partner = False

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Drain; something parked ends with 1."""
        kept = keep_all(partner.pk if partner else None)
        for error in kept.errors:
            self.stderr.write(error)
        answer = Answer(done=kept.done, moot=kept.moot, parked=kept.parked, waiting_until=kept.waiting_until)
        answer.broken = bool(kept.parked)
        return answer
