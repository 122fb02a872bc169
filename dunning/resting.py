"""Of whom would another look today find just what the last one did? They are counted, and not decided again.

What is known of a case changes by facts, and whoever records one stamps the customer's `review_due_at`; or by time,
and the answer says until when it stands. Within a day of the customer only the age of the bank's news and staffed hours
can turn one reason into another, so the answers that weigh these never rest; and no answer rests over midnight, so that
each day's run looks at everybody once."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection

from customers.locking import lock_customers
from customers.models import Customer, Partner, acting_for

from . import policy as book
from .policy.days import day, midnight

# Reasons that an hour may turn into another one.
RESTLESS: Final = (
    book.Code.STALE_CASH,
    book.Code.AWAITING_APPROVAL,
    book.Code.UNDO_WINDOW,
    book.Code.REST_DAY,
    book.Code.HOLIDAY_EVE,
    book.Code.OUT_OF_HOURS,
)

MOVING = """
WITH today AS MATERIALIZED (
    SELECT k.id, zones.morning, coalesce(k.review_due_at <= %(now)s, false) AS due FROM customers_customer k
    JOIN unnest(%(zones)s::text[], %(mornings)s::timestamptz[]) AS zones(zone, morning) ON zones.zone = k.zone
    WHERE k.partner_id = %(partner)s
), looked AS (
    SELECT c.customer_id, c.reviewed_at, c.reviewed_at BETWEEN today.morning AND %(now)s AND NOT today.due
        AND c.kind = 'wait' AND c.because <> ALL (%(restless)s::text[]) AS rests
    FROM dunning_case c JOIN today ON today.id = c.customer_id
    WHERE c.partner_id = %(partner)s AND c.closed_at IS NULL
)
SELECT customer_id, bool_or(rests IS NOT TRUE) FROM looked
WHERE rests IS NOT TRUE OR reviewed_at < %(now)s GROUP BY customer_id
UNION ALL
SELECT DISTINCT i.customer_id, true FROM billing_invoice i JOIN today ON today.id = i.customer_id
WHERE i.status = 'issued' AND i.balance > 0 AND NOT EXISTS (SELECT FROM dunning_case c WHERE c.invoice_id = i.id)
"""

COUNTED = """
SELECT because, count(*) FROM dunning_case
WHERE partner_id = %(partner)s AND closed_at IS NULL AND customer_id <> ALL (%(moving)s::bigint[])
GROUP BY because
"""

SEEN_AGAIN = """
UPDATE dunning_case SET reviewed_at = %(now)s
WHERE customer_id = ANY (%(customers)s::bigint[]) AND closed_at IS NULL AND kind = 'wait' AND reviewed_at < %(now)s
"""


@dataclass(frozen=True)
class Resting:
    """A book before a run: the customers to look at, those whose cases are only to be marked as seen, and how many
    cases rest, by reason. Each of them waits, so something is owed of it."""

    moving: list[int]
    unmarked: list[int]
    skipped: Counter[str]


def resting(partner: Partner, *, now: datetime) -> Resting:
    """Who rests and who doesn't, in a number of queries that doesn't grow, without reading any fact."""
    zones = list(Customer.objects.filter(partner=partner).values_list("zone", flat=True).distinct())
    mornings = [midnight(day(now, tz), tz) for tz in map(ZoneInfo, zones)]
    said: dict[str, Any] = {
        "partner": partner.pk,
        "now": now,
        "zones": zones,
        "mornings": mornings,
        "restless": list(map(str, RESTLESS)),
    }
    with connection.cursor() as cursor:
        cursor.execute(MOVING, said)
        rows = cursor.fetchall()
        moving = sorted({pk for pk, moves in rows if moves})
        cursor.execute(COUNTED, {"partner": partner.pk, "moving": moving})
        skipped = Counter(dict(cursor.fetchall()))
    return Resting(moving, sorted({pk for pk, _ in rows} - set(moving)), skipped)


def mark_seen(partner: Partner, customers: Collection[int], *, now: datetime) -> None:
    """Say on the cases of resting customers that they were looked at now, too; a later look's word stays."""
    with acting_for(partner), connection.cursor() as cursor:
        lock_customers(customers)
        cursor.execute(SEEN_AGAIN, {"customers": list(customers), "now": now})
