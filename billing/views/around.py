"""What stands around every list of invoices? How many drafts wait, and which periods were billed."""

from dataclasses import dataclass
from typing import Final

from django.db import connection

from customers.models import Partner
from customers.paging import COUNTED, Counted

PERIODS: Final = 24
# From one period to the next one before it: as many steps in the index as there are periods, not as there are invoices.
AROUND: Final = """
WITH RECURSIVE billed (period) AS (
    SELECT max(period) FROM billing_invoice WHERE partner_id = %(partner)s
    UNION ALL
    SELECT (SELECT max(i.period) FROM billing_invoice i WHERE i.partner_id = %(partner)s AND i.period < billed.period)
    FROM billed WHERE billed.period IS NOT NULL
)
SELECT ARRAY(SELECT period FROM billed WHERE period IS NOT NULL LIMIT %(periods)s),
       (SELECT count(*) FROM (
           SELECT 1 FROM billing_invoice WHERE partner_id = %(partner)s AND status = 'draft' LIMIT %(most)s
       ) AS drafts)
"""


@dataclass(frozen=True)
class Around:
    """The newest periods, at most 24, and the number of drafts."""

    periods: list[str]
    drafts: Counted


def around(partner: Partner) -> Around:
    """For the whole book of this partner, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(AROUND, {"partner": partner.pk, "periods": PERIODS, "most": COUNTED + 1})
        periods, drafts = cursor.fetchone()
    return Around(periods, Counted.of(drafts, COUNTED))
