"""What would two policies send, suspend and bring in, week by week, and which rows tell the difference?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from billing.money import ZERO, plain
from customers.models import Partner
from subscriptions.models import Subscription

from . import policy as book
from .comparing import Found, Pair, Seen, step_as_json
from .facts import Loaded
from .policy.outlook import Coming, Outlook

WEEKS: Final = 8
# So many rows of a list are kept, those that move furthest; the page streams the rest.
MOST_ROWS: Final = 500
# Suspended earlier, or later; or only the step that comes next is another one, or has another day.
LISTS: Final = ("earlier", "later", "steps")
ASKS: Final = frozenset({book.Action.NOTICE, book.Action.CALL_TASK, book.Action.SUSPEND})


@dataclass
class Count:
    """What one policy does within the weeks looked at. Money is in the partner's currency."""

    first_monday: date
    currency: str
    notices: Counter[int] = field(default_factory=Counter)
    suspensions: Counter[int] = field(default_factory=Counter)
    cash: dict[int, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    seats: int = 0
    revenue: Decimal = ZERO

    def week(self, on: date) -> int:
        """Which week a day falls in; WEEKS where it comes later than all of them."""
        return min(max((on - self.first_monday).days // 7, 0), WEEKS)

    def add(self, loaded: Loaded, outlook: Outlook, today: date) -> None:
        """Count one invoice's letters and expect its money."""
        for step in outlook.steps:
            if step.action is book.Action.NOTICE and self.week(step.on) < WEEKS:
                self.notices[self.week(step.on)] += 1
        if loaded.invoice.currency == self.currency:
            on = expected_on(loaded.facts, outlook.steps, today)
            self.cash[WEEKS if on is None else self.week(on)] += book.undisputed_due(loaded.facts)

    def suspends(self, found: Found | None) -> bool:
        """Count one subscription's first suspension; whether it falls within the weeks."""
        if found is None or self.week(found.step.on) >= WEEKS:
            return False
        self.suspensions[self.week(found.step.on)] += 1
        return True


def expected_on(facts: book.Facts, steps: Sequence[Coming], today: date) -> date | None:
    """The day on which the undisputed due of an invoice is expected: the day it is promised for, if that has not
    passed, or the next letter, call or suspension that has a day (the due day if that is later), whichever is first;
    none where neither is known."""
    promised = [one.by for one in facts.promises if one.kept_at is None and one.by >= today]
    asked = next((step.on for step in steps if step.action in ASKS), None)
    days = promised if asked is None else [*promised, max(asked, facts.invoice.due_on)]
    return min(days, default=None)


def weeks(first_monday: date) -> Iterator[tuple[int, date]]:
    """The weeks looked at, by number and Monday."""
    for number in range(WEEKS):
        yield number, first_monday + timedelta(weeks=number)


@dataclass(frozen=True)
class Told:
    """What is told of a subscription: its names, its seats, and the total of its last invoice's lines."""

    provider_id: str
    name: str
    seats: int
    revenue: Decimal


Known = Mapping[int, Told]


@dataclass
class Moved:
    """The rows of one direction: all counted, those that move furthest kept."""

    count: int = 0
    # Those of them in which a suspension moves, not only another step.
    suspensions: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, row: dict[str, Any], *, suspension: bool) -> None:
        """Take a row in."""
        self.count += 1
        self.suspensions += suspension
        self.rows.append(row)
        if len(self.rows) >= 4 * MOST_ROWS:
            self.rows = self.kept()

    def kept(self) -> list[dict[str, Any]]:
        """What comes under one policy only first, then by days."""
        return sorted(self.rows, key=furthest_first)[:MOST_ROWS]


def furthest_first(row: dict[str, Any]) -> tuple[int, str, str]:
    """The order of the rows."""
    days = row["days"]
    return (-(10**6) if days is None else -abs(days), row["customer"], row["subscription"] or row["invoice"])


class Tally:
    """What the simulation comes to so far."""

    def __init__(self, partner: Partner, now: datetime) -> None:
        self.at, self.currency = now.astimezone(UTC), partner.currency
        self.today = now.astimezone(partner.tz).date()
        self.monday = self.today - timedelta(days=self.today.weekday())
        self.old, self.new = Count(self.monday, self.currency), Count(self.monday, self.currency)
        self.moved = {name: Moved() for name in LISTS}
        self.evaluated = self.compared = self.elsewhere = 0

    def add(self, cases: Sequence[Seen], found: Sequence[Pair]) -> None:
        """Count one batch."""
        self.evaluated += len(cases)
        self.compared += len(found)
        self.elsewhere += sum(case.loaded.invoice.currency != self.currency for case in cases)
        for case in cases:
            self.old.add(case.loaded, case.old, self.today)
            self.new.add(case.loaded, case.new, self.today)
        known = told_of(found, self.currency)
        for pair in found:
            if pair.kind:
                suspension = bool(pair.moves and (pair.old.suspension or pair.new.suspension))
                self.moved[pair.kind].add(row_of(pair, known), suspension=suspension)
        _touch(self.old, [pair.subscription for pair in found if self.old.suspends(pair.old.suspension)], known)
        _touch(self.new, [pair.subscription for pair in found if self.new.suspends(pair.new.suspension)], known)

    def result(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "at": self.at.isoformat(),
            "currency": self.currency,
            "evaluated": self.evaluated,
            "subscriptions": self.compared,
            "elsewhere": self.elsewhere,
            "found": {name: rows.count for name, rows in self.moved.items()},
            "suspended": {name: rows.suspensions for name, rows in self.moved.items() if name != "steps"},
            **{name: rows.kept() for name, rows in self.moved.items()},
            **_sums(self.new),
            "before": _sums(self.old),
            "by_week": [_week(number, on, self.old, self.new) for number, on in weeks(self.monday)],
            "cash_later": {
                "old": plain(self.old.cash[WEEKS], self.currency),
                "new": plain(self.new.cash[WEEKS], self.currency),
            },
        }


REVENUE = """
    SELECT l.subscription_id, sum(l.total)
    FROM (
        SELECT DISTINCT ON (x.subscription_id) x.subscription_id, x.invoice_id
        FROM billing_invoiceline x JOIN billing_invoice i ON i.id = x.invoice_id
        WHERE x.subscription_id = ANY(%s) AND i.status = 'issued' AND i.currency = %s
        ORDER BY x.subscription_id, i.issued_on DESC, i.id DESC
    ) newest
    JOIN billing_invoiceline l ON l.invoice_id = newest.invoice_id AND l.subscription_id = newest.subscription_id
    GROUP BY l.subscription_id
"""


def told_of(found: Iterable[Pair], currency: str) -> Known:
    pks = [pair.subscription for pair in found if pair.subscription is not None]
    with connection.cursor() as cursor:
        cursor.execute(REVENUE, [pks, currency])
        revenue = dict(cursor.fetchall())
    rows = Subscription.objects.filter(pk__in=pks).values_list("pk", "provider_id", "name", "quantity")
    return {pk: Told(guid, name, seats, revenue.get(pk, ZERO)) for pk, guid, name, seats in rows}


def _touch(count: Count, suspended: Iterable[int | None], known: Known) -> None:
    """Add the seats and the revenue of these subscriptions."""
    for pk in suspended:
        if pk is not None and pk in known:
            count.seats += known[pk].seats
            count.revenue += known[pk].revenue


def row_of(pair: Pair, known: Known) -> dict[str, Any]:
    old, new = pair.told
    told = (new or old) if pair.moves == "earlier" else (old or new)
    loaded = told.loaded if told else pair.loaded
    subscription = known.get(pair.subscription) if pair.subscription is not None else None
    return {
        "invoice": loaded.invoice.number,
        "invoice_id": loaded.invoice.pk,
        "customer": loaded.customer.name,
        "customer_id": loaded.customer.pk,
        "subscription": subscription.provider_id if subscription else None,
        "name": subscription.name if subscription else None,
        "seats": subscription.seats if subscription else 0,
        "old": step_as_json(old),
        "new": step_as_json(new),
        "days": pair.days,
        "next": {"old": step_as_json(pair.old.next), "new": step_as_json(pair.new.next)},
    }


def _sums(count: Count) -> dict[str, Any]:
    return {
        "notices": count.notices.total(),
        "suspensions": count.suspensions.total(),
        "seats": count.seats,
        "revenue": plain(count.revenue, count.currency),
    }


def _week(number: int, monday: date, old: Count, new: Count) -> dict[str, Any]:
    sides = {"old": old, "new": new}
    return {
        "week": monday.isoformat(),
        **{
            name: {"notices": one.notices[number], "suspensions": one.suspensions[number]}
            for name, one in sides.items()
        },
        **{f"cash_{name}": plain(one.cash[number], one.currency) for name, one in sides.items()},
    }
