"""How much may a customer come to owe as things stand? What is billed and open, and what is used and not billed yet.

What runs is reckoned from the last bill: each subscription goes on costing what its last invoice took for it, day by
day since the end of that invoice's period, for at most twice as long as the period was; and drafts count whole."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connection

from .money import ZERO, quantise

HUNDRED: Final = Decimal(100)
RUNNING: Final = """
WITH last AS (
    SELECT DISTINCT ON (l.subscription_id) l.subscription_id, i.id, i.customer_id, i.period_start, i.period_end
    FROM billing_invoiceline l
    JOIN billing_invoice i ON i.id = l.invoice_id
    JOIN subscriptions_subscription s ON s.id = l.subscription_id
    WHERE i.customer_id = ANY(%(customers)s) AND i.currency = %(currency)s AND i.status <> 'void'
      AND i.period_start IS NOT NULL AND i.period_end >= i.period_start AND s.status <> 'deleted'
    ORDER BY l.subscription_id, i.period_end DESC, i.id DESC
)
SELECT last.customer_id,
       sum(l.total * least(greatest(%(today)s - last.period_end, 0), 2 * (last.period_end - last.period_start + 1))
           / (last.period_end - last.period_start + 1))
FROM last JOIN billing_invoiceline l ON l.invoice_id = last.id AND l.subscription_id = last.subscription_id
GROUP BY 1
UNION ALL
SELECT customer_id, sum(total) FROM billing_invoice
WHERE customer_id = ANY(%(customers)s) AND currency = %(currency)s AND status = 'draft' GROUP BY 1
"""


@dataclass(frozen=True)
class Exposure:
    """What one customer may come to owe in one currency, beside the limit."""

    billed: Decimal
    running: Decimal
    limit: Decimal

    @property
    def sum(self) -> Decimal:
        """Billed and running together."""
        return self.billed + self.running

    @property
    def over(self) -> Decimal:
        """How much of it lies above the limit; below zero there is room."""
        return self.sum - self.limit

    @property
    def share(self) -> Decimal:
        """Of the limit, in per cent; a limit of nothing is full with the first debt."""
        return self.sum / self.limit * HUNDRED if self.limit else HUNDRED if self.sum else ZERO


def running(customers: Collection[int], currency: str, *, today: date) -> Mapping[int, Decimal]:
    """What these customers (primary keys) have used up to a day and not been billed, not below zero; one query."""
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    with connection.cursor() as cursor:
        cursor.execute(RUNNING, {"customers": list(customers), "currency": currency, "today": today})
        for customer_id, amount in cursor.fetchall():
            found[customer_id] += amount
    return defaultdict(lambda: ZERO, {pk: max(quantise(sum_, currency), ZERO) for pk, sum_ in found.items()})
