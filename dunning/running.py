"""What does a day do for a whole book? One run, in batches, kept as a document."""

import gc
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from customers import locking
from customers.models import Customer, Partner, acting_for

from . import policy as book
from .breaking import foreseen, watch
from .models import Breaker, Case, Run
from .resting import mark_seen, resting
from .reviewing import Judged, Reviewed, Rulebook, judge, review, tally
from .sparing import few_collections

BATCH = 1_000


@dataclass(frozen=True)
class Dry:
    """What a run would do now; nothing was written."""

    on: date
    result: Reviewed
    judged: list[Judged]
    # The breaker it would trip, or the one that stands.
    breaker: Breaker | None = None


def run(partner: Partner, *, now: datetime) -> tuple[Run, Reviewed]:
    """Review every customer of a partner with an open case, write what follows, keep the run's document; who was
    looked at today, and of whom nothing has changed, is counted from the cases. Where it proposes more suspensions
    than a day may carry, the circuit breaker trips."""
    document = Run(partner=partner, on=now.astimezone(partner.tz).date(), began_at=now)
    before, rulebook = resting(partner, now=now), Rulebook(now)
    if before.moving:
        # What a batch writes names its run.
        document.save()
    rest = before.skipped.total()
    result = Reviewed(evaluated=rest, unchanged=rest, skipped=before.skipped)
    with few_collections():
        for ids in _batches(before.moving):
            with acting_for(partner):
                result.add(review(ids, now=now, run=document, rulebook=rulebook))
            # The batch is gone but for its cycles, and they are the youngest of all objects.
            gc.collect(0)
    for ids in _batches(before.unmarked):
        mark_seen(partner, ids, now=now)
    for name in ("evaluated", "unchanged", "notices", "tasks", "proposals", "reinstatements"):
        setattr(document, name, getattr(result, name))
    document.skipped, document.changed, document.ended_at = dict(result.skipped), dict(result.changed), now
    document.save()
    watch(document, now=now)
    return document, result


def _batches(ids: list[int]) -> Iterator[list[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def dry_run(partner: Partner, *, now: datetime) -> Dry:
    """The same look without a deed: decides, counts and writes nothing."""
    result, all_judged = Reviewed(), []
    for ids in _batches(_customers(partner)):
        customers = list(Customer.objects.filter(pk__in=ids).select_related("partner").order_by("pk"))
        judged = judge(customers, now=now)
        result.add(tally(judged))
        all_judged += judged
    proposed = {one.loaded.customer.pk for one in all_judged if _would_propose(one)}
    breaker = foreseen(partner, proposed, now=now)
    return Dry(now.astimezone(partner.tz).date(), result, all_judged, breaker)


def _would_propose(one: Judged) -> bool:
    answer = one.decision.next
    return isinstance(answer, book.Take) and answer.action is book.Action.SUSPEND and answer.deed is book.Deed.PROPOSE


def alone(partner: Partner) -> AbstractContextManager[bool]:
    """One run at a time over a partner's book: inside, whether this one may."""
    return locking.alone("daily-run", partner.pk)


def ran_on(partner: Partner, day: date) -> bool:
    """Whether this partner's book was looked at on a day already."""
    return Run.objects.filter(partner=partner, on=day).exists()


def review_due(*, now: datetime, limit: int = 5_000) -> Reviewed:
    """Review the customers whose facts or dates call for it: one indexed query, whatever the book's size."""
    due = Customer.objects.filter(review_due_at__lte=now).order_by("review_due_at", "pk")
    result = Reviewed()
    by_partner: dict[int, list[int]] = {}
    for pk, partner_id in due.values_list("pk", "partner_id")[:limit]:
        by_partner.setdefault(partner_id, []).append(pk)
    with few_collections():
        for partner in Partner.objects.filter(pk__in=by_partner):
            with acting_for(partner):
                result.add(review(by_partner[partner.pk], now=now))
    return result


def _customers(partner: Partner) -> list[int]:
    """Those with an open case, or with an open invoice that has none yet."""
    with_case = Q(pk__in=Case.objects.filter(partner=partner, closed_at=None).values("customer_id"))
    new = Q(invoices__status="issued", invoices__balance__gt=0, invoices__case=None)
    return list(
        Customer.objects.filter(partner=partner)
        .filter(with_case | new)
        .distinct()
        .order_by("pk")
        .values_list("pk", flat=True)
    )
