"""What does one policy make of many invoices: the next decision, or all until the suspension? Those alike at once."""

from bisect import bisect_right
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from dunning.policy.codes import Action
from dunning.policy.covering import ancestors
from dunning.policy.days import day, utc
from dunning.policy.deciding import decide
from dunning.policy.facts import Facts, Notice
from dunning.policy.forecasting import look_ahead
from dunning.policy.freezing import owed
from dunning.policy.knowing import known
from dunning.policy.laddering import attempt
from dunning.policy.result import Decision, Take
from dunning.policy.scheduling import schedule
from dunning.policy.terms import CENT, ZERO, Policy


@dataclass(frozen=True, slots=True)
class Coming:
    """One dated step to come; `on` is the day of `at` in the customer's zone."""

    on: date
    at: datetime
    stage: str
    action: Action


@dataclass(frozen=True, slots=True)
class Outlook:
    """The steps to come, up to and with the first suspension if one comes, and the subscriptions it calls off
    (`covers`) or takes with their base (`follows`)."""

    steps: tuple[Coming, ...]
    covers: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()

    @property
    def next(self) -> Coming | None:
        """The next step that has a day."""
        return self.steps[0] if self.steps else None

    @property
    def suspension(self) -> Coming | None:
        """The first suspension, with which the steps end."""
        last = self.steps[-1] if self.steps else None
        return last if last is not None and last.action is Action.SUSPEND else None


def outlook(policy: Policy, facts: Facts, now: datetime) -> Outlook:
    """The same steps as the entries of `schedule`, cut after the first suspension."""
    at = utc(now)
    return _ahead(policy, known(facts, at), at)


def _ahead(policy: Policy, facts: Facts, now: datetime) -> Outlook:
    future = look_ahead(policy, facts, now, decide(policy, facts, now), to_suspension=True)
    steps = tuple(Coming(entry.on, entry.at, entry.stage, entry.action) for entry in future.entries)
    return Outlook(steps, future.covers, future.follows)


class Alikes:
    """Many invoices under one policy at one instant; those that are alike are worked out once.

    Two invoices are alike when only their names, the hours of their letters and such amounts differ as the policy
    makes no difference between. Only an invoice on whose way nothing but letters and calls has happened is compared
    so; any other is looked at for itself."""

    def __init__(self, policy: Policy, now: datetime) -> None:
        self.policy, self.now = policy, utc(now)
        self.thresholds: dict[str, list[Decimal]] = {}

    def _key(self, facts: Facts, indebted: frozenset[str]) -> Hashable:
        invoice = facts.invoice
        return (
            invoice.due_on,
            invoice.currency,
            facts.zone,
            facts.calendar,
            facts.tags,
            facts.bank_at,
            bisect_right(self._thresholds(invoice.currency), owed(facts)),
            bool(_reach(facts, indebted)[0]),
            tuple(_said(row, facts) for row in sorted(facts.notices, key=attempt)),
            frozenset(day(sent, facts.zone) for sent in facts.letters),
        )

    def _thresholds(self, currency: str) -> list[Decimal]:
        """The amounts from which on the policy does more."""
        if currency not in self.thresholds:
            least = {stage.min_overdue.get(currency, ZERO) for stage in self.policy.stages}
            self.thresholds[currency] = sorted(least | {self.policy.ignored(currency), CENT, ZERO})
        return self.thresholds[currency]

    def _indebted(self, facts: Facts) -> frozenset[str]:
        """The invoice's subscriptions that carry enough debt of their own to be suspended."""
        sums: dict[str, Decimal] = {}
        for line in facts.invoice.lines:
            if line.subscription is not None:
                sums[line.subscription] = sums.get(line.subscription, ZERO) + line.open
        least = self.policy.cover(facts.invoice.currency)
        return frozenset(name for name, amount in sums.items() if amount >= least and amount > 0)


class Outlooks(Alikes):
    """The outlooks of many invoices."""

    def __init__(self, policy: Policy, now: datetime) -> None:
        super().__init__(policy, now)
        self.seen: dict[Hashable, Outlook] = {}

    def of(self, facts: Facts) -> Outlook:
        """The invoice's outlook, as `outlook` gives it."""
        then = known(facts, self.now)
        indebted = self._indebted(then)
        if not _plain(then, indebted):
            return _ahead(self.policy, then, self.now)
        key = self._key(then, indebted)
        if key not in self.seen:
            self.seen[key] = _ahead(self.policy, then, self.now)
        found = self.seen[key]
        return Outlook(found.steps, *_reach(then, indebted)) if found.covers else found


class Decisions(Alikes):
    """The next decisions about many invoices."""

    def __init__(self, policy: Policy, now: datetime) -> None:
        super().__init__(policy, now)
        self.seen: dict[Hashable, Decision] = {}

    def of(self, facts: Facts) -> Decision:
        """The invoice's decision, as `schedule` without forecast gives it."""
        then = known(facts, self.now)
        indebted = self._indebted(then)
        if not _plain(then, indebted):
            return schedule(self.policy, then, self.now, forecast=False)
        key = self._key(then, indebted)
        found = self.seen.get(key)
        if found is not None:
            return _with_its_own(found, owed(then), _reach(then, indebted))
        found = schedule(self.policy, then, self.now, forecast=False)
        # A reason that names an amount is about this invoice alone.
        if not any(isinstance(value, Decimal) for value in found.next.because.values.values()):
            self.seen[key] = found
        return found


def _with_its_own(like: Decision, amount: Decimal, reach: tuple[tuple[str, ...], tuple[str, ...]]) -> Decision:
    """The decision about an invoice that is like another: the same but for its amount and its subscriptions."""
    covers, follows = reach if like.covers else ((), ())
    answer = like.next
    if isinstance(answer, Take) and answer.prints is not None:
        scope = frozenset(reach[0]) if answer.prints.scope else answer.prints.scope
        answer = replace(answer, prints=replace(answer.prints, amount=amount, scope=scope))
    return Decision(answer, amount, amount, covers, follows, like.release)


def _plain(facts: Facts, indebted: frozenset[str]) -> bool:
    """Whether nothing but letters and calls has happened, naming all that could be suspended, and every line asks
    for money."""
    if any(row.scope is not None and not indebted <= row.scope for row in facts.notices):
        return False
    happened = (
        facts.disputes
        or facts.promises
        or facts.holds
        or facts.suspensions
        or facts.receipts
        or facts.restarts
        or facts.proposal
    )
    return not happened and owed(facts) > 0 and all(line.open >= 0 for line in facts.invoice.lines)


def _reach(facts: Facts, called: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whom a suspension of these reaches: those whose base isn't called too, and the add-ons that follow."""
    if not facts.addons:
        return tuple(sorted(called)), ()
    bases = dict(facts.addons)
    covers = {name for name in called if called.isdisjoint(ancestors(name, bases))}
    follows = (name for name in bases if not covers.isdisjoint(ancestors(name, bases)))
    return tuple(sorted(covers)), tuple(sorted(follows))


def _said(row: Notice, facts: Facts) -> Hashable:
    """A letter or call as the ladder counts it: by days, and by what it printed."""
    times = (row.queued_at, row.delivered_at, row.bounced_at, row.seen_at, row.called_at, row.waived_at)
    days = tuple(None if time is None else day(time, facts.zone) for time in times)
    return (row.stage, days, row.suspend_on, row.not_before, row.role)
