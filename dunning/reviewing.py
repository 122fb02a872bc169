"""What does each case need now? The one door that brings cases into line with the facts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from customers.locking import lock_customers
from customers.models import Customer
from subscriptions.models import Suspension

from . import policy as book
from .afterwards import afterwards
from .approving import abort
from .facts import Loaded, load
from .models import Case, Run
from .policy.outlook import Decisions
from .recording import as_json
from .releasing import release, waiting_for_restoration
from .taking import Step, take

# What a look writes on a case.
NOTED = ("reviewed_at", "kind", "stage", "because", "values", "undisputed", "look_again_at", "closed_at")
# Waits that our own staff or machine end; a live proposal outlives them.
OURS = frozenset({book.Code.AWAITING_APPROVAL, book.Code.AWAITING_CONFIRMATION, book.Code.STALE_CASH})


@dataclass(frozen=True)
class Judged:
    """A case and what the rulebook says of it now."""

    loaded: Loaded
    decision: book.Decision


@dataclass
class Reviewed:
    """What a review came to. `skipped` counts the reasons of those left alone."""

    evaluated: int = 0
    unchanged: int = 0
    notices: int = 0
    tasks: int = 0
    proposals: int = 0
    reinstatements: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    # Whose answer is another one than at the look before: "not_yet>disputed".
    changed: Counter[str] = field(default_factory=Counter)
    released: list[int] = field(default_factory=list)

    def add(self, other: "Reviewed") -> None:
        """Sum up batches."""
        for name in ("evaluated", "unchanged", "notices", "tasks", "proposals", "reinstatements"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.skipped.update(other.skipped)
        self.changed.update(other.changed)
        self.released += other.released


class Rulebook:
    """The rulebook asked at one instant. It remembers what it said of invoices that are alike."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._by_policy: dict[int, Decisions] = {}

    def judge(self, cases: Iterable[Loaded]) -> list[Judged]:
        """What it says of each case, from the facts given."""
        return [Judged(loaded, self._of(loaded.policy).of(loaded.facts)) for loaded in cases]

    def _of(self, policy: book.Policy) -> Decisions:
        # The decisions hold their policy, so no other one gets its identity.
        if id(policy) not in self._by_policy:
            self._by_policy[id(policy)] = Decisions(policy, self.now)
        return self._by_policy[id(policy)]


def judge(customers: Sequence[Customer], *, now: datetime) -> list[Judged]:
    """Decide every open case of these customers without writing anything."""
    return Rulebook(now).judge(load(customers, now=now))


def after_the_lock(customers: Sequence[Customer], *, now: datetime) -> datetime:
    """The instant at which locked customers are looked at: no earlier than a suspension that began while we waited
    for the lock, since to an older instant it would not exist and could neither be seen nor lifted."""
    live = Suspension.objects.live().filter(customer__in=customers)
    latest: datetime | None = live.aggregate(latest=Max("began_at"))["latest"]
    return max(now, latest) if latest else now


def review(
    customer_ids: Iterable[int], *, now: datetime, run: Run | None = None, rulebook: Rulebook | None = None
) -> Reviewed:
    """Lock these customers, decide each of their open cases and write what follows, in the caller's
    transaction or one of its own. Repeating it changes nothing more. Batches of one instant may share a rulebook."""
    with transaction.atomic():
        customers = lock_customers(customer_ids)
        now = after_the_lock(customers, now=now)
        rules = rulebook if rulebook and rulebook.now == now else Rulebook(now)
        judged = rules.judge(load(customers, now=now))
        result = tally(judged)
        hands = _of_many_hands(judged)
        reread = [customer for customer in customers if customer.pk in hands]
        _number([one.loaded.case for one in judged], at_once=reread)
        result.released, steps = _do(judged, now=now, run=run)
        result.changed = _note(customers, _after(judged, steps, reread, rules), now=now)
    return result


def tally(judged: list[Judged]) -> Reviewed:
    """Count decisions as a run's document shows them; a dry run counts the same and writes nothing."""
    result = Reviewed()
    for one in judged:
        owed = one.loaded.invoice.balance > 0
        result.evaluated += owed
        left_alone = owed and not one.decision.release
        match one.decision.next:
            case book.Take(action=action, deed=deed):
                left_alone = False
                if action in (book.Action.NOTICE, book.Action.DELETION_NOTICE):
                    result.notices += 1
                elif action is not book.Action.SUSPEND:
                    result.tasks += 1
                elif deed is book.Deed.PROPOSE:
                    result.proposals += 1
                else:
                    left_alone = owed
            case book.Wait(because=because):
                result.skipped[str(because.code)] += 1
        result.unchanged += left_alone
        result.reinstatements += len(one.decision.release)
    return result


def _of_many_hands(judged: list[Judged]) -> set[int]:
    """The customers whose access is in question: what a deed leaves behind is read back from the tables, since
    people and machines have a part in it."""
    return {
        one.loaded.customer.pk
        for one in judged
        if one.decision.release
        or one.loaded.facts.proposal
        or (isinstance(one.decision.next, book.Take) and one.decision.next.action is book.Action.SUSPEND)
    }


def _number(cases: Iterable[Case], *, at_once: Sequence[Customer]) -> None:
    """Number new cases, so that what is written can name them. Those of whom the tables are read again are saved at
    once, the others when it is known what they say."""
    new = [case for case in cases if case._state.adding]
    Case.objects.number(new)
    read = {customer.pk for customer in at_once}
    Case.objects.add_all([case for case in new if case.customer_id in read])


def _do(judged: list[Judged], *, now: datetime, run: Run | None) -> tuple[list[int], list[Step]]:
    """Carry out what was decided; answers the subscriptions that are let go, and the steps taken."""
    released: list[int] = []
    for one in judged:
        _end_overtaken_proposal(one, now=now)
        if one.decision.release:
            released += release(one.loaded, one.decision, now=now)
    return released, take([(one.loaded, one.decision) for one in judged], now=now, run=run)


def _after(judged: list[Judged], steps: list[Step], reread: list[Customer], rules: Rulebook) -> list[Judged]:
    """What stands once the deeds are written: those with a deed are decided again, the rest keep their answer."""
    read = {customer.pk for customer in reread}
    moved = {step.loaded.customer.pk for step in steps} - read
    deeds = moved | read
    still = [one for one in judged if one.loaded.customer.pk not in deeds]
    told = afterwards([one.loaded for one in judged if one.loaded.customer.pk in moved], steps)
    found = load(reread, now=rules.now) if reread else []
    return still + rules.judge(told + found)


def _end_overtaken_proposal(one: Judged, *, now: datetime) -> None:
    """A proposal stands while the same suspension is still due, or only time or our own staff hold it up."""
    if one.loaded.facts.proposal is None:
        return
    proposal = one.loaded.case.proposals.filter(state__in=["proposed", "approved"]).first()
    answer = one.decision.next
    scope = {int(pk) for pk in (*one.decision.covers, *one.decision.follows)}
    same = not scope or proposal is None or scope == set(proposal.covers)
    if isinstance(answer, book.Take):
        stands = answer.action is book.Action.SUSPEND and same
    else:
        held_by_time_or_us = isinstance(answer, book.Wait) and (answer.until is not None or answer.because.code in OURS)
        stands = same and held_by_time_or_us
    if proposal and not stands:
        abort(proposal, str(answer.because.code) if same else "scope_changed", now=now)


def _note(customers: list[Customer], judged: list[Judged], *, now: datetime) -> Counter[str]:
    """Write on each case what the last look found, and on each customer when to look again. Answers how many
    answers turned into which others."""
    looks: dict[int, list[datetime]] = defaultdict(list)
    changed: Counter[str] = Counter()
    wait = waiting_for_restoration([one.loaded.case for one in judged if finished(one.decision)])
    for one in judged:
        case, answer = one.loaded.case, one.decision.next
        if case.because and case.because != str(answer.because.code):
            changed[f"{case.because}>{answer.because.code}"] += 1
        case.reviewed_at, case.kind = now, answer.kind
        case.stage = getattr(answer, "stage", None) or ""
        case.because = str(answer.because.code)
        case.values = as_json(answer.because.values)
        case.undisputed = one.decision.undisputed
        case.look_again_at = answer.until if isinstance(answer, book.Wait) else None
        if finished(one.decision) and case.invoice_id not in wait:
            case.closed_at = now
        if case.look_again_at:
            looks[case.customer_id].append(case.look_again_at)
    new = [one.loaded.case for one in judged if one.loaded.case._state.adding]
    Case.objects.save_each([one.loaded.case for one in judged if not one.loaded.case._state.adding], NOTED)
    Case.objects.add_all(new)
    for customer in customers:
        customer.review_due_at = min(looks[customer.pk], default=None)
    Customer.objects.save_each(customers, ["review_due_at"])
    return changed


def finished(decision: book.Decision) -> bool:
    """Nothing is owed any more, so the case itself ends."""
    answer = decision.next
    return isinstance(answer, book.Clear) and answer.because.code in (book.Code.SETTLED, book.Code.TRIFLE)
