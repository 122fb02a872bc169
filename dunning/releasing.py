"""When the debt behind a suspension is gone: which subscriptions come back, and is the loop closed?"""

from datetime import datetime

from django.db.models import Exists, OuterRef

from customers.models import TimelineEntry
from customers.telling import tell
from subscriptions.models import AccessChange, Suspension

from . import policy as book
from .facts import Loaded
from .models import Case


def release(loaded: Loaded, decision: book.Decision, *, now: datetime) -> list[int]:
    """End our suspensions of the decided subscriptions and promise their access back, in one transaction with
    the fact that cured them. Answers the subscriptions' primary keys.

    Other causes stay: access returns where none is left."""
    wanted = {int(pk) for pk in decision.release}
    rows = list(
        Suspension.objects.select_for_update(of=("self",))
        .filter(
            debt__invoice=loaded.invoice,
            cause=Suspension.Cause.NON_PAYMENT,
            ended_at=None,
            subscription_id__in=wanted,
        )
        .select_related("subscription")
    )
    # A base comes back before its add-ons, which can't be active without it.
    rows.sort(key=lambda row: (row.subscription.base_id is not None, row.subscription_id))
    if not rows:
        return []
    change = AccessChange.objects.create(
        partner_id=loaded.case.partner_id,
        customer=loaded.customer,
        wanted=AccessChange.Wanted.ACTIVE,
        scope=[row.subscription_id for row in rows],
        about=loaded.invoice.number or "",
        key=f"restore:{loaded.invoice.pk}:{min(row.pk for row in rows)}",
        queued_at=now,
        due_at=now,
    )
    for row in rows:
        row.ended_at, row.ended_why, row.lifted_by = now, "cured", change
        row.save(update_fields=["ended_at", "ended_why", "lifted_by"])
    tell(
        loaded.customer,
        TimelineEntry.Kind.ACCESS,
        "restoring",
        now=now,
        about=loaded.invoice.number or "",
    )
    return change.scope


def waits_for_restoration(case: Case) -> bool:
    """Whether access is still on its way back, or the customer has yet to be told that it is.

    Where another cause still holds a subscription, nothing is on its way for this case."""
    mine = Suspension.objects.filter(debt__invoice_id=case.invoice_id)
    still_held = Suspension.objects.live().filter(subscription_id=OuterRef("subscription_id"))
    untold = mine.filter(ended_why="cured", confirmed_at__isnull=False, lifted_by__letter__delivered_at=None)
    return mine.live().exists() or untold.exclude(Exists(still_held)).exists()
