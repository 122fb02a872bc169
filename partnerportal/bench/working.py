"""Which jobs are measured? The sweep, the day, the same one by one, and a simulation; each on the database at hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from billing.models import Invoice
from customers.locking import lock_customer
from customers.models import Customer, Partner, acting_for
from dunning import policy as book
from dunning.facts import Loaded, load, load_cases
from dunning.models import Case, PolicyVersion
from dunning.publishing import policy_of
from dunning.reviewing import Reviewed, review
from dunning.running import BATCH, review_due, run
from dunning.simulating import simulate
from dunning.taking import take


def sweep(partner: Partner, *, now: datetime) -> Reviewed:
    """The day's run over every open case."""
    return run(partner, now=now)[1]


def day(*, now: datetime) -> Reviewed:
    """Whoever is due, until nobody is."""
    result = Reviewed()
    while (some := review_due(now=now)).evaluated:
        result.add(some)
    return result


def sweep_but(partner: Partner, left_out: Sequence[int], *, now: datetime) -> None:
    """Look at everybody except these customers, who stay due."""
    rest = [pk for pk in owing(partner) if pk not in set(left_out)]
    for start in range(0, len(rest), BATCH):
        with acting_for(partner):
            review(rest[start : start + BATCH], now=now)


def owing(partner: Partner) -> list[int]:
    """The customers with an open invoice."""
    ids = Invoice.objects.filter(partner=partner).open().values("customer_id")
    return list(Customer.objects.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))


def spread(ids: Sequence[int], count: int) -> list[int]:
    """So many of them, evenly over the book."""
    step = max(1, len(ids) // max(1, count))
    return list(ids[::step][:count])


def open_cases(partner: Partner, ids: Sequence[int], *, now: datetime) -> list[int]:
    """Open the cases of these customers, so that a loop finds each; answers them in the order of their dates."""
    customers = list(Customer.objects.filter(pk__in=ids).select_related("partner").order_by("pk"))
    cases = [loaded.case for loaded in load(customers, now=now)]
    with acting_for(partner):
        Case.objects.bulk_create([case for case in cases if case.pk is None])
    return [case.pk for case in cases]


def one_by_one(partner: Partner, cases: Sequence[int], *, now: datetime) -> None:
    """What is usually written: a loop over the open cases, each loaded, decided, taken and saved by itself, with
    the same models and the same rulebook."""
    for pk in cases:
        with acting_for(partner):
            case = Case.objects.select_related("invoice", "customer__partner").get(pk=pk)
            customer = lock_customer(case.customer_id)
            (loaded,) = load_cases([case], now=now)
            decision = alone(loaded, now=now)
            take([(loaded, decision)], now=now, run=None)
            answer = decision.next
            case.reviewed_at, case.kind, case.because = now, answer.kind, str(answer.because.code)
            case.look_again_at = answer.until if isinstance(answer, book.Wait) else None
            case.save()
            customer.review_due_at = case.look_again_at
            customer.save()


def alone(loaded: Loaded, *, now: datetime) -> book.Decision:
    """The rulebook's answer about one case."""
    return book.schedule(loaded.policy, loaded.facts, now, forecast=False)


def simulation(partner: Partner, *, now: datetime) -> int:
    """Today's policy against one that pursues nothing below 500; answers how many invoices were looked at."""
    version = PolicyVersion.objects.filter(partner=partner).latest("number")
    candidate = replace(policy_of(version.pk), ignore_below={partner.currency: Decimal(500)})
    return int(simulate(partner, candidate, now=now)["evaluated"])
