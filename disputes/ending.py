"""What becomes of an escalation whose case needs it no more? It ends with the last case behind it."""

from datetime import datetime

from django.db.models import Q

from customers.models import Customer, User

from .models import Dispute, Escalation
from .turns import tell_ended


def end_with(case: Dispute, customer: Customer, *, by: User | None, now: datetime) -> None:
    """Withdraw what was prepared or filed for a case that is decided now, or for its common cause once none of its
    cases is undecided. The reference stays: somebody has to tell 21Vianet, which goes on with it otherwise. The
    caller holds the customer's lock and has saved the case; the customer reads the outcome in its own letter."""
    running = Q(dispute=case) | (Q(cause=case.cause_id) if case.cause_id else Q())
    found = Escalation.objects.select_for_update().filter(running, answered_at=None, withdrawn_at=None)
    for escalation in found.order_by("pk"):
        if escalation.cause_id and Dispute.objects.filter(cause=escalation.cause_id, decided_at=None).exists():
            continue
        escalation.withdrawn_at = now
        escalation.withdrawn_why = Escalation.Ended.WITHDRAWN if case.withdrawn else Escalation.Ended.ANSWERED
        escalation.save(update_fields=["withdrawn_at", "withdrawn_why"])
        tell_ended(escalation, case, customer, by=by, now=now)
