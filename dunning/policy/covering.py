"""Which subscriptions would a suspension reach, and which may come back?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dunning.policy.codes import Action
from dunning.policy.facts import Facts, Line, Notice
from dunning.policy.freezing import undecided, undisputed
from dunning.policy.laddering import Standing, reached
from dunning.policy.terms import CENT, ZERO


@dataclass(frozen=True, slots=True)
class Scope:
    """The subscriptions a suspension calls off, and the add-ons that go with their base."""

    covers: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()


def announcements(standing: Standing) -> list[Notice]:
    """The notices of this round that got through and named a day."""
    return [
        row
        for row in standing.facts.notices
        if row.suspend_on is not None and standing.this_round(row.queued_at) and reached(row) is not None
    ]


def scope_of(standing: Standing, ripe: Mapping[str, Decimal]) -> Scope:
    """The scope of a suspension, given what is ripe per line for it."""
    facts = standing.facts
    called = _indebted(standing, ripe) & _announced(standing)
    bases = dict(facts.addons)
    called = {each for each in called if called.isdisjoint(ancestors(each, bases))}
    called -= standing.suspended_this_round()
    follows = (each for each in bases if not called.isdisjoint(ancestors(each, bases)))
    return Scope(tuple(sorted(called)), tuple(sorted(follows)))


def _indebted(standing: Standing, ripe: Mapping[str, Decimal]) -> set[str]:
    """The subscriptions with enough ripe debt of their own."""
    invoice = standing.facts.invoice
    sums: dict[str, Decimal] = {}
    for line in invoice.lines:
        if line.subscription is not None:
            sums[line.subscription] = sums.get(line.subscription, ZERO) + ripe[line.id]
    least = standing.policy.cover(invoice.currency)
    return {each for each, amount in sums.items() if amount >= least and amount > 0}


def _announced(standing: Standing) -> set[str]:
    """The subscriptions a notice of this round has named, or a dispute about which was decided."""
    lines = standing.facts.invoice.lines
    own = {line.subscription for line in lines if line.subscription is not None}
    decided = {row.line for row in standing.facts.disputes if row.decided_at is not None}
    named = {line.subscription for line in lines if line.subscription is not None and line.id in decided}
    for row in announcements(standing):
        if row.scope is None:
            return own
        named |= row.scope
    return named & own


def ancestors(addon: str, bases: Mapping[str, str]) -> Iterable[str]:
    """The base of an add-on, and its base in turn."""
    found: list[str] = []
    while addon in bases and bases[addon] not in (*found, addon):
        addon = bases[addon]
        found.append(addon)
    return found


def released(standing: Standing) -> tuple[str, ...]:
    """The suspended subscriptions whose own undisputed debt is gone."""
    facts = standing.facts
    least = max(standing.policy.ignored(facts.invoice.currency), CENT)
    names = {row.subscription for row in standing.live}
    return tuple(sorted(each for each in names if _own_due(facts, each) < least))


def _own_due(facts: Facts, subscription: str) -> Decimal:
    lines: list[Line] = [line for line in facts.invoice.lines if line.subscription == subscription]
    return undisputed(lines, undecided(facts))


def counts_for_suspension(standing: Standing) -> bool:
    """Whether the suspend stage acts on this invoice and was not waived in this round."""
    if standing.suspend is None:
        return False
    stage = standing.policy.stages[standing.suspend]
    waived = any(row.stage == stage.name and standing.this_round(row.queued_at) for row in standing.facts.notices)
    return stage.action is Action.SUSPEND and stage.fits(standing.facts.tags) and not waived
