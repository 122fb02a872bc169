"""Which version of the policy governs an invoice, and is one version stricter than another?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal

from dunning.policy.codes import Action, Anchor, Eve
from dunning.policy.days import day
from dunning.policy.facts import Calendar, Facts, Invoice, Line
from dunning.policy.scheduling import schedule
from dunning.policy.terms import Policy

PLAIN = Calendar(UTC, weekend=frozenset(), eve=Eve.NONE)
PLAIN_DEBT = Decimal(10) ** 15
LOWER_IS_STRICTER = (
    "promise_days",
    "promise_count",
    "broken_days",
    "resume_days",
    "settle_days",
    "claim_days",
    "deletion_days",
    "undo_minutes",
)


@dataclass(frozen=True, slots=True)
class Version:
    """A policy version with the day it takes effect and when this customer was told of it."""

    policy: Policy
    effective_on: date
    told_at: datetime | None = None

    @property
    def number(self) -> int:
        """The version's number."""
        return self.policy.version


def governing_version(versions: Iterable[Version], issued_on: date, zone: tzinfo) -> Version:
    """The version that governs an invoice issued on a day in the customer's zone.

    Raises ValueError when there is no version at all.
    """
    ordered = sorted(versions, key=lambda version: version.number)
    if not ordered:
        raise ValueError("no version of the policy")
    governing = ordered[0]
    for predecessor, version in zip(ordered, ordered[1:], strict=False):
        counts = counts_from(version, predecessor, zone)
        if counts is not None and counts <= issued_on:
            governing = version
    return governing


def counts_from(version: Version, predecessor: Version, zone: tzinfo) -> date | None:
    """The first day of issue the version can govern; none while the customer is untold."""
    if version.told_at is None:
        return None
    told = day(version.told_at, zone)
    if stricter(version.policy, predecessor.policy):
        told += timedelta(days=predecessor.policy.notice_days)
    return max(version.effective_on, told)


def stricter(new: Policy, old: Policy) -> bool:
    """Whether some customer is worse off under `new` than under `old`."""
    if any(getattr(new, name) < getattr(old, name) for name in LOWER_IS_STRICTER):
        return True
    if new.cure_share > old.cure_share or new.stale_cash_hours > old.stale_cash_hours:
        return True
    currencies = sorted(_currencies(new) | _currencies(old))
    return any(_lower_amount(new, old, currency) for currency in currencies) or _earlier(new, old, currencies)


def _currencies(policy: Policy) -> set[str]:
    named: set[str] = {*policy.ignore_below, *(policy.cover_min or {})}
    return named.union(*(stage.min_overdue for stage in policy.stages))


def _lower_amount(new: Policy, old: Policy, currency: str) -> bool:
    if new.ignored(currency) < old.ignored(currency) or new.cover(currency) < old.cover(currency):
        return True
    new_least, old_least = _least(new, currency), _least(old, currency)
    return any(action in old_least and least < old_least[action] for action, least in new_least.items())


def _least(policy: Policy, currency: str) -> dict[Action, Decimal]:
    """The lowest minimum of each kind of action in a currency."""
    least: dict[Action, Decimal] = {}
    for stage in policy.stages:
        if currency in stage.min_overdue:
            amount = stage.min_overdue[currency]
            least[stage.action] = min(amount, least.get(stage.action, amount))
    return least


def _earlier(new: Policy, old: Policy, currencies: Iterable[str]) -> bool:
    """Whether, for a plain invoice, some kind of action comes earlier or newly."""
    tags = _tags(new) | _tags(old)
    kinds = [frozenset[str](), *(frozenset({tag}) for tag in sorted(tags))]
    for due in _due_days(new, old):
        for currency in currencies:
            for tagged in kinds:
                before = _first_days(old, due, currency, tagged)
                after = _first_days(new, due, currency, tagged)
                if any(action not in before or on < before[action] for action, on in after.items()):
                    return True
    return False


def _tags(policy: Policy) -> set[str]:
    return {tag for stage in policy.stages for tag in stage.tags_all | stage.tags_any | stage.tags_none}


def _due_days(*policies: Policy) -> Iterator[date]:
    """A due day; each day of a long and of a short month where a month's end counts."""
    yield date(2026, 1, 15)
    if any(stage.anchor is Anchor.MONTH_END for policy in policies for stage in policy.stages):
        for ahead in range(31 + 28):
            yield date(2026, 1, 1) + timedelta(days=ahead)


def _first_days(policy: Policy, due: date, currency: str, tags: frozenset[str]) -> Mapping[Action, date]:
    """The first day of each kind of action for a large debt nobody pays."""
    lead = 30 + max((abs(stage.offset) for stage in policy.stages), default=0)
    start = datetime(due.year, due.month, due.day, tzinfo=UTC) - timedelta(days=lead)
    invoice = Invoice("plain", due, currency, (Line("plain", PLAIN_DEBT, "plain"),))
    facts = Facts(invoice, UTC, PLAIN, tags=tags, bank_at=start)
    found: dict[Action, date] = {}
    for entry in schedule(policy, facts, start).schedule:
        found.setdefault(entry.action, entry.on)
    return found
