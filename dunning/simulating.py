"""What would a policy change over the live book? Every open invoice decided twice, nothing written.

Each open invoice is looked ahead under the version that governs it now and under the candidate as if that governed
it, with the facts as they are: steps taken count for stages of the same name, printed days bind."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection, transaction

from billing.models import Invoice
from billing.models.invoices import InvoiceQuerySet
from customers.models import Customer, Partner

from . import policy as book
from .comparing import Pair, Seen, pairs
from .facts import load
from .models import PolicyDraft, Simulation
from .policy.mapping import policy_from_mapping
from .policy.outlook import Outlooks
from .policy.reading import MappingError
from .sparing import few_collections
from .weighing import Tally, row_of, told_of

# Customers in memory at a time.
BATCH: Final = 1_000
Heard = Callable[[int, int], None]


class BadPolicy(ValueError):
    """The policy can't be simulated; `faults` say what is wrong, by path."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def readable(mapping: Any) -> book.Policy:
    """The policy of a file or draft, without any fault; raises BadPolicy."""
    try:
        policy = policy_from_mapping(mapping)
    except MappingError as bad:
        raise BadPolicy([str(fault) for fault in bad.faults]) from bad
    found = [str(fault) for fault in book.faults(policy)]
    if found:
        raise BadPolicy(found)
    return policy


def simulate(
    partner: Partner, policy: book.Policy, *, now: datetime, heard: Heard = lambda done, all_: None
) -> dict[str, Any]:
    """What a policy would change over a partner's open invoices at `now`, as plain JSON values. Reads one snapshot
    and writes nothing; the same book, policy and instant give the same answer.

    `earlier` and `later` are subscriptions whose suspension comes earlier or later (where neither policy comes to
    one: their next step), `steps` those whose suspension stays and whose next step is another one or has another day;
    each row has both next steps in `next`. `found` counts them all, `suspended` those that move by a suspension, and at
    most `weighing.MOST_ROWS` of each are listed. `notices`, `suspensions` (subscriptions, each once), `seats` and
    `revenue` (the last invoice lines of these subscriptions) are those of the next `weighing.WEEKS` weeks under the
    candidate, the same names in `before` those of today's policies; letters that warn of deletion are left out.
    `cash_*` is expected by `weighing.expected_on`; `cash_later` has no day within these weeks. `heard` is told the
    customers done and all of them."""
    look, tally = _Look(partner, policy, now), Tally(partner, now)
    with snapshot(), few_collections():
        for done, ids in look.batches():
            tally.add(*look.at(ids))
            # The batch is gone but for its cycles, and they are the youngest of all objects.
            gc.collect(0)
            heard(done, look.customers)
    return tally.result()


def all_moves(partner: Partner, policy: book.Policy, *, now: datetime) -> Iterator[dict[str, Any]]:
    """Every row of the three lists, customer by customer, with `moves` naming its list; few in memory at a time."""
    look = _Look(partner, policy, now)
    for _, ids in look.batches():
        _, found = look.at(ids)
        known = told_of(found, partner.currency)
        yield from ({"moves": pair.kind, **row_of(pair, known)} for pair in found if pair.kind)


def simulate_draft(
    draft: PolicyDraft, *, now: datetime, by: Any = None, heard: Heard = lambda done, all_: None
) -> Simulation:
    """Simulate a draft as it is now and keep the result; raises BadPolicy."""
    policy = readable(draft.mapping)
    result = simulate(draft.partner, policy, now=now, heard=heard)
    return Simulation.objects.create(
        partner=draft.partner,
        at=now,
        by=by,
        draft=draft,
        edition=draft.edition,
        mapping=draft.mapping,
        result=result,
    )


def open_invoices(partner: Partner) -> InvoiceQuerySet:
    """The invoices a simulation of this partner's book looks at."""
    return Invoice.objects.filter(partner=partner).open()


@contextmanager
def snapshot() -> Iterator[None]:
    """One state of the book for all batches, in which nothing can be written; inside a transaction, that one's."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


class _Look:
    """The open invoices of a book under both policies, a batch of customers at a time."""

    def __init__(self, partner: Partner, policy: book.Policy, now: datetime) -> None:
        self.partner, self.now = partner, now.astimezone(UTC)
        self.candidate = Outlooks(policy, self.now)
        self.today: dict[int, Outlooks] = {}
        self.ids = list(
            Customer.objects.filter(pk__in=open_invoices(partner).values("customer_id"))
            .order_by("pk")
            .values_list("pk", flat=True)
        )

    @property
    def customers(self) -> int:
        """How many customers there are to look at."""
        return len(self.ids)

    def batches(self) -> Iterator[tuple[int, list[int]]]:
        """The customers by primary key, with how many are done at the end of each batch."""
        for start in range(0, len(self.ids), BATCH):
            ids = self.ids[start : start + BATCH]
            yield start + len(ids), ids

    def at(self, ids: list[int]) -> tuple[list[Seen], list[Pair]]:
        """The cases of these customers, and their subscriptions."""
        customers = list(Customer.objects.filter(pk__in=ids).order_by("pk"))
        for customer in customers:
            customer.partner = self.partner
        cases = []
        for loaded in load(customers, now=self.now, owed_only=True):
            mine = self.today.setdefault(loaded.case.version_id, Outlooks(loaded.policy, self.now))
            cases.append(Seen(loaded, mine.of(loaded.facts), self.candidate.of(loaded.facts)))
        return cases, pairs(cases)
