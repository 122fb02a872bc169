"""How have overdue amounts and promises gone over the last weeks? Read back from what is open now and what came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from customers.models import Partner

from .models import PromiseToPay
from .money import ZERO

WEEKS: Final = 13
# Days over the due day at which each age begins.
AGES: Final = (1, 8, 15, 31, 61)

# What is open now stood on every day since it was issued; what was put against an invoice was open until then.
OVERDUE: Final = """
WITH parts AS (
    SELECT issued_on, due_on, balance AS amount, 'infinity'::timestamptz AS until FROM billing_invoice
    WHERE partner_id = %(partner)s AND currency = %(currency)s AND status = 'issued' AND balance > 0
    UNION ALL
    SELECT i.issued_on, i.due_on, a.amount, a.at FROM billing_allocation a
    JOIN billing_invoiceline l ON l.id = a.line_id JOIN billing_invoice i ON i.id = l.invoice_id
    WHERE a.partner_id = %(partner)s AND a.at >= %(since)s AND a.offset_id IS NULL
        AND i.currency = %(currency)s AND i.status = 'issued'
), few AS (
    SELECT issued_on, due_on, width_bucket(until, %(ends)s::timestamptz[]) AS stood, sum(amount) AS amount
    FROM parts GROUP BY 1, 2, 3
)
SELECT days.place, width_bucket(days.day - few.due_on, %(ages)s::int[]) AS age, sum(few.amount)
FROM few JOIN unnest(%(days)s::date[]) WITH ORDINALITY AS days (day, place)
    ON few.stood >= days.place AND few.issued_on <= days.day AND few.due_on < days.day
GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Overdue:
    """What was overdue when a day ended, by age."""

    day: date
    amounts: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal:
        """All of it."""
        return sum(self.amounts, ZERO)


def mondays(today: date, count: int = WEEKS) -> list[date]:
    """The last Mondays, the oldest first, and today where it is none."""
    monday = today - timedelta(days=today.weekday())
    found = [monday - timedelta(weeks=back) for back in reversed(range(count))]
    return found if monday == today else [*found, today]


def overdue_course(partner: Partner, currency: str, days: Sequence[date]) -> list[Overdue]:
    """What was overdue in a currency at the end of each of these days (rising), by age; one query."""
    ends = [datetime.combine(day + timedelta(days=1), time(), tzinfo=partner.tz) for day in days]
    said: dict[str, Any] = {"partner": partner.pk, "currency": currency, "since": ends[0], "ends": ends}
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE, {**said, "days": list(days), "ages": list(AGES)})
        sums = {(place, age): amount for place, age, amount in cursor.fetchall()}
    ages = range(1, len(AGES) + 1)
    return [Overdue(day, tuple(sums.get((place, age), ZERO) for age in ages)) for place, day in enumerate(days, 1)]


@dataclass(frozen=True)
class Kept:
    """Promises whose day has passed: how many, how many of them were kept, and the amounts."""

    due: int
    kept: int
    promised: Decimal
    came: Decimal


def promises_kept(scope: Q, currency: str, *, since: date, today: date) -> Kept:
    """Of the promises in a currency for a day from `since` to yesterday; kept are those whose money had come."""
    rows = PromiseToPay.objects.filter(scope, currency=currency, by_on__gte=since, by_on__lt=today)
    kept = Q(kept_at__isnull=False)
    sums = rows.aggregate(
        due=Count("pk"),
        kept=Count("pk", filter=kept),
        promised=Coalesce(Sum("amount"), ZERO),
        came=Coalesce(Sum("amount", filter=kept), ZERO),
    )
    return Kept(**sums)
