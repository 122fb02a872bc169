"""Where do typed lines wait until all of them are good? In tables of this connection alone, filled by COPY.

The book's own tables are guarded row by row, and nothing can be copied into those. So lines are copied here and booked
from here in whole statements; nobody else sees them, and they are gone with the connection."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from django.db import connection, transaction

from customers.models import Partner

from .charges import Summed, sections
from .reading import MOST_FAULTS, another_customer
from .streaming import COLUMNS

TABLE: Final = """
CREATE TEMPORARY TABLE staged_line (
    line integer NOT NULL, customer_ref uuid NOT NULL, subscription_ref uuid NOT NULL, offer_id text, offer_name text,
    order_id text, charge_starts_on date, charge_ends_on date, starts_on date, ends_on date, charge_type text,
    section text, unit_price numeric, quantity integer, amount numeric, discount numeric, subtotal numeric,
    tax numeric, total numeric, customer_name text, domain text, subscription_name text, extra jsonb
)
"""
# The line that says most about a subscription is its last Cycle fee, else its last line: the greatest number made of
# that, of the day and of the line. A customer is named as in the last line.
GROUPS: Final = """
CREATE TEMPORARY TABLE staged_subscription AS
SELECT subscription_ref, min(line) AS first_line, max(weight) % 2147483648 AS line, NULL::bigint AS pk
FROM (
    SELECT subscription_ref, line, (CASE WHEN lower(charge_type) = 'cycle fee' THEN 281474976710656 ELSE 0 END)
        + (charge_starts_on - DATE '2000-01-01')::bigint * 2147483648 + line AS weight
    FROM staged_line
) AS weighed GROUP BY subscription_ref;
CREATE TEMPORARY TABLE staged_customer AS
SELECT customer_ref, max(line) AS line, NULL::bigint AS pk FROM staged_line GROUP BY customer_ref;
ANALYZE staged_line, staged_subscription, staged_customer
"""
TABLES: Final = "staged_line, staged_subscription, staged_customer"
TOTALS: Final = """
SELECT count(*), coalesce(sum(amount), 0), coalesce(sum(subtotal), 0), coalesce(sum(tax), 0), coalesce(sum(total), 0),
    count(*) FILTER (WHERE amount < 0) FROM staged_line
"""
# So much of the backend's memory lets a million lines be grouped without files.
MEMORY: Final = "64MB"
# Parts copied in one go.
PARTS: Final = 5


@dataclass(frozen=True)
class Staged:
    """What waits in the staging tables, added up."""

    lines: int
    customers: int
    subscriptions: int
    amount: Decimal
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    credits: int
    unmapped: dict[str, int]
    sections: dict[str, Decimal]
    cycle_starts_on: date
    # Lines that say the same as one before them, of everything but their number.
    repeated: int


@contextmanager
def staging() -> Iterator[None]:
    """The staging tables, empty; afterwards they are gone."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLES}")
        cursor.execute(TABLE)
    try:
        yield
    finally:
        # In a transaction that failed, nothing can be said any more; its end takes the tables along.
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE IF EXISTS {TABLES}")


def fill(parts: Iterable[str], heard: Callable[[], None] | None = None) -> None:
    """Copy typed lines into the staging table. `heard` is called now and then, outside of COPY and of transactions."""
    statement = f"COPY staged_line ({', '.join(COLUMNS)}) FROM STDIN"
    waiting = iter(parts)
    # Parts are made before they are copied: while COPY goes on, the connection answers nothing else.
    while some := list(islice(waiting, PARTS)):
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(statement) as copy:
            for part in some:
                copy.write(part)
        if heard:
            heard()


def group() -> None:
    """Find the customers and subscriptions of the staged lines."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, false)", [MEMORY])
        for statement in GROUPS.split(";"):
            cursor.execute(statement)


def mixed_owners() -> list[str]:
    """The lines whose subscription belongs to another customer on its first line, a fault each."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.line, f.line FROM staged_line AS s JOIN staged_subscription AS g USING (subscription_ref)
            JOIN staged_line AS f ON f.line = g.first_line
            WHERE s.customer_ref <> f.customer_ref ORDER BY s.line LIMIT %s
            """,
            [MOST_FAULTS + 1],
        )
        return [another_customer(line, before) for line, before in cursor.fetchall()]


def added_up() -> Staged:
    """What is staged, in a few sums."""
    (lines, amount, subtotal, tax, total, credits) = _rows(TOTALS)[0]
    by_section = _rows(
        "SELECT coalesce(section, ''), sum(amount), sum(discount), sum(tax), sum(total) FROM staged_line GROUP BY 1"
    )
    unmapped = "SELECT charge_type, count(*) FROM staged_line WHERE section IS NULL GROUP BY 1 ORDER BY min(line)"
    starts = """
        SELECT charge_starts_on FROM staged_line GROUP BY 1
        ORDER BY count(*) FILTER (WHERE lower(charge_type) = 'cycle fee') DESC,
            CASE WHEN bool_or(lower(charge_type) = 'cycle fee') THEN 0 ELSE count(*) END DESC, 1 LIMIT 1
    """
    return Staged(
        lines=lines,
        customers=_rows("SELECT count(*) FROM staged_customer")[0][0],
        subscriptions=_rows("SELECT count(*) FROM staged_subscription")[0][0],
        amount=amount,
        subtotal=subtotal,
        tax=tax,
        total=total,
        credits=credits,
        unmapped=dict(_rows(unmapped)),
        sections=sections(Summed(*row) for row in by_section),
        cycle_starts_on=_rows(starts)[0][0],
        repeated=_repeated(),
    )


def new_customers(partner: Partner) -> int:
    """How many of the staged customers the partner's book doesn't have."""
    found = _rows(
        """
        SELECT count(*) FROM staged_customer AS s LEFT JOIN customers_customer AS c
        ON c.partner_id = %s AND c.provider_id = s.customer_ref::text WHERE c.id IS NULL
        """,
        [partner.pk],
    )
    return int(found[0][0])


def _repeated() -> int:
    """By the few columns that tell charges apart; the rest follows from them."""
    found = _rows(
        """
        SELECT coalesce(sum(n - 1), 0) FROM (
            SELECT count(*) AS n FROM staged_line
            GROUP BY subscription_ref, charge_starts_on, charge_ends_on, amount, quantity, charge_type, order_id, extra
            HAVING count(*) > 1
        ) AS same
        """
    )
    return int(found[0][0])


def _rows(statement: str, values: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
