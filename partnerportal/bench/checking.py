"""Is the answer right before its speed counts? Asked on the same databases, before the first round."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from threading import Thread
from typing import Any

from django.db import connection

from customers.models import Customer, Partner
from dunning import policy as book
from dunning.facts import load
from dunning.models import Decision

from .limits import marks, written
from .working import alone, day, sweep

# Which of a decision's columns must agree.
Key = tuple[int, str, str, str]


class Wrong(Exception):
    """The job's answer is not the right one, so no time of it means anything."""


def decided_alone(ids: Sequence[int], *, now: datetime) -> set[Key]:
    """What the rulebook takes for these customers' open invoices, each customer loaded and each invoice decided by
    itself; nothing is written."""
    found = set()
    for customer in Customer.objects.filter(pk__in=ids).select_related("partner"):
        for loaded in load([customer], now=now):
            answer = alone(loaded, now=now).next
            if isinstance(answer, book.Take):
                found.add((loaded.invoice.pk, answer.stage, str(answer.action), str(answer.because.code)))
    return found


def decided(ids: Sequence[int] | None = None) -> Counter[Key]:
    """The decisions written, of these customers or of all."""
    rows = Decision.objects.all() if ids is None else Decision.objects.filter(case__customer__in=ids)
    return Counter(rows.values_list("invoice_id", "stage", "action", "because"))


def as_decided_alone(expected: set[Key], ids: Sequence[int]) -> None:
    """Raises Wrong unless the sweep decided exactly what is decided invoice by invoice."""
    got = decided(ids)
    if Counter(expected) != got:
        missing, more = Counter(expected) - got, got - Counter(expected)
        raise Wrong(f"the sweep left out {missing.total()} decisions of the sample and made {more.total()} others")


def writes_nothing_again(partner: Partner, *, now: datetime) -> None:
    """Raises Wrong when a second look at the same instant writes more than the document of its run."""
    before = marks()
    day(now=now)
    gained: dict[str, Any] = written(before)
    if gained:
        raise Wrong(f"with nothing due a look wrote {gained}")
    sweep(partner, now=now)
    gained = written(before)
    if gained != {"dunning_run": 1}:
        raise Wrong(f"a second sweep wrote {gained}")


def twice_at_once(partner: Partner, expected: Counter[Key], *, now: datetime) -> None:
    """Two sweeps at the same time; raises Wrong unless together they decide what one does. Needs connections of
    its own, so never inside a transaction."""
    faults: list[Exception] = []

    def one() -> None:
        try:
            # The second waits for whole batches of the first.
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = 0")
            sweep(partner, now=now)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    both = [Thread(target=one), Thread(target=one)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    if faults:
        raise Wrong(f"of two sweeps at once one failed: {faults[0]}")
    if decided() != expected:
        raise Wrong("two sweeps at once decide other than one")
