"""When the debt behind a suspension is gone: which subscriptions come back, and is the loop closed?"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from billing.models import Invoice
from customers.models import TimelineEntry
from customers.telling import tell
from outbox.models import Outcome
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
    if not rows:
        return []
    change = lift(loaded.invoice, rows, why="cured", now=now)
    tell(
        loaded.customer,
        TimelineEntry.Kind.ACCESS,
        "cured_still_off" if _all_held(change.scope) else "restoring",
        now=now,
        about=loaded.invoice.number or "",
    )
    return change.scope


def lift(invoice: Invoice, rows: list[Suspension], *, why: str, now: datetime) -> AccessChange:
    """End these suspensions of one invoice and promise their access back; `why` is "cured" or "person".

    The caller holds the customer's lock, and tells what happened."""
    # A base comes back before its add-ons, which can't be active without it.
    rows = sorted(rows, key=lambda row: (row.subscription.base_id is not None, row.subscription_id))
    change = AccessChange.objects.create(
        partner_id=invoice.partner_id,
        customer_id=invoice.customer_id,
        wanted=AccessChange.Wanted.ACTIVE,
        scope=[row.subscription_id for row in rows],
        about=invoice.number or "",
        key=f"restore:{invoice.pk}:{min(row.pk for row in rows)}",
        queued_at=now,
        due_at=now,
    )
    for row in rows:
        row.ended_at, row.ended_why, row.lifted_by = now, why, change
        row.save(update_fields=["ended_at", "ended_why", "lifted_by"])
    return change


def _all_held(scope: list[int]) -> bool:
    """Whether other reasons hold back all of it, so that paying brings nothing back yet."""
    held = Suspension.objects.live().filter(subscription_id__in=scope).values_list("subscription_id", flat=True)
    return set(scope) <= set(held)


def waits_for_restoration(case: Case) -> bool:
    """Whether access is still on its way back, or the customer has yet to be told that it is."""
    return bool(waiting_for_restoration([case]))


def waiting_for_restoration(cases: Collection[Case]) -> set[int]:
    """The invoices of those cases for which access is still on its way back, or the customer has yet to be told
    that it is.

    Where another cause still holds a subscription, nothing is on its way for this case."""
    if not cases:
        return set()
    mine = Suspension.objects.filter(debt__invoice_id__in=[case.invoice_id for case in cases])
    still_held = Suspension.objects.live().filter(subscription_id=OuterRef("subscription_id"))
    # A change that found everything still held is done without a letter; nobody waits for one.
    on_its_way = Q(lifted_by__outcome__in=[Outcome.WAITING, Outcome.PARKED]) | Q(lifted_by__letter__isnull=False)
    untold = mine.filter(
        on_its_way,
        ended_why__in=["cured", "person"],
        confirmed_at__isnull=False,
        lifted_by__letter__delivered_at=None,
    )
    live, told_late = mine.live(), untold.exclude(Exists(still_held))
    return {pk for rows in (live, told_late) for pk in rows.values_list("debt__invoice_id", flat=True)}
