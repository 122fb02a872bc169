"""How does a rule come into the price book, and how does it end? It is added with its author and its reason, it takes
the place of the one before, and it never changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext

from customers import formats
from customers.models import Partner, User, acting_for
from customers.roles import May

from .models import PassOn, PriceEntry, PriceRule, TaxRule
from .refusing import NotPossible, check_may_of

Rule = PriceEntry | TaxRule | PassOn
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Added:
    """What was added, and which rules it ended. `known`: it was in the book already, so nothing was changed."""

    rule: Any
    ended: list[Any] = field(default_factory=list)
    known: bool = False


def add(rule: Rule, *, by: User, now: datetime) -> Added:
    """Put a rule, filled in but for its author, into its partner's book. One of the same scope that was to apply
    without an end ends on the day before. The same rule twice is once.

    Raises NotPossible where another one applies in its days, PermissionError."""
    return add_all([rule], by=by, now=now)[0]


def add_all(rules: Sequence[Rule], *, by: User, now: datetime) -> list[Added]:
    """Put several rules of one partner into its book, all of them or none; `NotPossible.field` is the number of the
    first that can't be. See `add`."""
    partner = rules[0].partner
    check_may_of(by, partner, May.PRICE)
    done: list[Added] = []
    with acting_for(partner):
        _alone(partner)
        for number, rule in enumerate(rules):
            try:
                done.append(_add(rule, by=by, now=now))
            except NotPossible as no:
                raise NotPossible(str(no), no.field if len(rules) == 1 else str(number)) from no
    return done


def end(rule: Rule, *, until: date, why: str, by: User, now: datetime) -> Any:
    """Let a rule end: `until` is its last day. One that never applied is withdrawn by a day before its first.

    Raises NotPossible where an issued invoice was priced by it later, or it ends earlier anyhow; PermissionError."""
    check_may_of(by, rule.partner, May.PRICE)
    if not why.strip():
        raise NotPossible(gettext("Say why, for your books"), "reason")
    with acting_for(rule.partner):
        _alone(rule.partner)
        mine: Any = type(rule).objects.select_for_update().get(pk=rule.pk)
        until = max(until, mine.from_on - DAY)
        if mine.until_on == until:
            return mine
        if mine.until_on is not None and mine.until_on < until:
            text = gettext("It ends on %(day)s already. Add a new rule from the day after")
            raise NotPossible(text % {"day": _day(mine.until_on)}, "until_on")
        _close(mine, until, why=why, by=by, now=now)
        return mine


def cut_short(rule: Rule) -> list[Any]:
    """The rules without an end that adding this one, which has an end, would close for good: after its last day none of
    them applies again."""
    if rule.until_on is None or rule.until_on < rule.from_on:
        return []
    others = _same_scope(rule).filter(until_on=None, from_on__lt=rule.from_on)
    return [other for other in others.order_by("from_on") if not _same(other, rule)]


def _alone(partner: Partner) -> None:
    """One person at a time changes a price book."""
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)


def _add(rule: Rule, *, by: User, now: datetime) -> Added:
    if rule.until_on is not None and rule.until_on < rule.from_on:
        raise NotPossible(gettext("This lies before the first day"), "until_on")
    if not rule.reason.strip():
        raise NotPossible(gettext("Say why, for your books"), "reason")
    others = list(_same_scope(rule).order_by("from_on"))
    known = next((other for other in others if _same(other, rule)), None)
    if known is not None:
        return Added(known, known=True)
    ended = []
    for other in others:
        if other.until_on is None and other.from_on < rule.from_on:
            _close(other, rule.from_on - DAY, why=rule.reason, by=by, now=now)
            ended.append(other)
        else:
            raise NotPossible(_in_the_way(other), "from_on")
    rule.added_by, rule.added_at, rule.reason = by, now, rule.reason.strip()[:300]
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
    except IntegrityError as error:
        raise NotPossible(
            gettext("Another rule applies in these days. See what the book says now."), "from_on"
        ) from error
    return Added(rule, ended)


def _same_scope(rule: Rule) -> QuerySet[Any]:
    """Rules of the same reach that apply on one of its days."""
    found: QuerySet[Any] = type(rule).objects.of(rule.partner).select_for_update()
    found = found.filter(Q(until_on=None) | Q(until_on__gte=rule.from_on))
    if rule.until_on is not None:
        found = found.filter(from_on__lte=rule.until_on)
    # One that was withdrawn applies on no day at all.
    found = found.filter(Q(until_on=None) | Q(until_on__gte=F("from_on")))
    if isinstance(rule, PassOn):
        return found
    found = found.filter(customer_id=rule.customer_id, offer_id=rule.offer_id)
    if isinstance(rule, TaxRule):
        return found
    discount = Q(method=PriceEntry.Method.DISCOUNT)
    return found.filter(discount if rule.method == PriceEntry.Method.DISCOUNT else ~discount)


VALUES = ("from_on", "until_on", "method", "percent", "unit_price", "currency", "rate", "inclusive", "credits")
ALSO = ("prorations", "rounding")


def _same(one: Any, other: Any) -> bool:
    return all(getattr(one, name, None) == getattr(other, name, None) for name in (*VALUES, *ALSO))


def _close(rule: Any, until: date, *, why: str, by: User, now: datetime) -> None:
    used = rule.last_used_on
    if used is not None and until < used:
        text = gettext("Invoices were priced by it up to %(day)s, so that is the earliest day on which it can end")
        raise NotPossible(text % {"day": _day(used)}, "until_on")
    rule.until_on, rule.ended_by, rule.ended_at, rule.ended_why = until, by, now, why.strip()[:300]
    rule.save(update_fields=["until_on", "ended_by", "ended_at", "ended_why"])


def _in_the_way(other: Any) -> str:
    if other.until_on is None:
        text = gettext("From %(first)s another rule of the same kind applies. End or withdraw it first")
        return text % {"first": _day(other.from_on)}
    text = gettext("From %(first)s to %(last)s another rule of the same kind applies. End it first, or begin later")
    return text % {"first": _day(other.from_on), "last": _day(other.until_on)}


def _day(on: date) -> str:
    return formats.day(on, on, weekday=False, year=True)


def first_rules(partner: Partner) -> list[PriceRule]:
    """The partner's first rules, cost plus a percentage on everything, the latest first."""
    return list(PriceRule.objects.filter(partner=partner).order_by("-effective_from"))
