"""Where do lines wait until all of them are good? In tables of this connection alone, filled by COPY.

The book's own tables are guarded row by row, and nothing can be copied into those. So lines are copied here and booked
from here in whole statements; nobody else sees them, and they are gone with the connection."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connection, transaction

from customers.models import Partner

from .charges import Summed, section_of, sections
from .layouts import Layout
from .reading import MOST_FAULTS, another_customer
from .streaming import Part

TABLE: Final = """
CREATE TEMPORARY TABLE staged_line (
    line integer NOT NULL DEFAULT nextval('staged_number'), customer_ref uuid NOT NULL, subscription_ref uuid NOT NULL,
    offer_id text, offer_name text, order_id text, charge_starts_on date, charge_ends_on date, starts_on date,
    ends_on date, charge_type text, unit_price numeric, quantity integer, amount numeric, discount numeric DEFAULT 0,
    subtotal numeric, tax numeric DEFAULT 0, total numeric, customer_name text, domain text DEFAULT '',
    subscription_name text DEFAULT '', extra jsonb
)
"""
# Numbers are handed out a thousand at a time, which is quicker; each COPY says where it begins.
NUMBERS: Final = "CREATE TEMPORARY SEQUENCE staged_number AS integer CACHE 1000"
# What the lines say by subscription. The line that says most about one is its last Cycle fee, else its last line: the
# greatest number made of that, of the day and of the line. A customer is named as in the last line.
GROUPS: Final = """
ANALYZE staged_line (line, subscription_ref, customer_ref, charge_type, charge_starts_on);
CREATE TEMPORARY TABLE staged_pair AS
SELECT subscription_ref, customer_ref, min(line) AS first_line, max(line) AS last_line,
    max((CASE WHEN lower(charge_type) = 'cycle fee' THEN 281474976710656 ELSE 0 END)
        + (charge_starts_on - DATE '2000-01-01')::bigint * 2147483648 + line) AS weight
FROM staged_line GROUP BY 1, 2;
CREATE TEMPORARY TABLE staged_subscription AS
SELECT g.subscription_ref, g.first_line, g.line, l.customer_ref, lower(l.offer_id) AS offer_id, l.offer_name,
    coalesce(nullif(l.subscription_name, ''), l.offer_name) AS name, greatest(l.quantity, 0) AS quantity, l.starts_on,
    l.ends_on, NULL::bigint AS pk, NULL::bigint AS customer_pk
FROM (
    SELECT subscription_ref, min(first_line) AS first_line, max(weight) % 2147483648 AS line FROM staged_pair GROUP BY 1
) AS g JOIN staged_line AS l ON l.line = g.line;
CREATE TEMPORARY TABLE staged_customer AS
SELECT g.customer_ref, g.line, l.customer_name AS name, lower(l.domain) AS domain, NULL::bigint AS pk
FROM (SELECT customer_ref, max(last_line) AS line FROM staged_pair GROUP BY 1) AS g
JOIN staged_line AS l ON l.line = g.line;
CREATE TEMPORARY TABLE staged_sum AS
SELECT charge_type, charge_starts_on, count(*) AS lines, min(line) AS line, sum(amount) AS amount,
    sum(discount) AS discount, sum(subtotal) AS subtotal, sum(tax) AS tax, sum(total) AS total,
    count(*) FILTER (WHERE amount < 0) AS credits,
    count(*) FILTER (WHERE subtotal + tax <> total OR charge_ends_on < charge_starts_on) AS faults
FROM staged_line GROUP BY 1, 2;
CREATE TEMPORARY TABLE staged_type (charge_type text, section text);
ANALYZE staged_subscription, staged_customer
"""
TABLES: Final = "staged_line, staged_pair, staged_subscription, staged_customer, staged_sum, staged_type"
TOTALS: Final = """
SELECT sum(lines), sum(amount), sum(subtotal), sum(tax), sum(total), sum(credits) FROM staged_sum
"""
# The customers of subscriptions that have several, and their lines.
MIXED: Final = """
SELECT s.line, g.first_line FROM staged_line AS s JOIN staged_subscription AS g USING (subscription_ref)
JOIN staged_pair AS f ON f.subscription_ref = g.subscription_ref AND f.first_line = g.first_line
WHERE s.customer_ref <> f.customer_ref
AND g.subscription_ref IN (SELECT subscription_ref FROM staged_pair GROUP BY 1 HAVING count(*) > 1)
ORDER BY s.line LIMIT %s
"""
FAULTS: Final = """
SELECT line, charge_ends_on < charge_starts_on, subtotal, tax, total FROM staged_line
WHERE subtotal + tax <> total OR charge_ends_on < charge_starts_on ORDER BY line LIMIT %s
"""
# Lines are the same by the few columns that tell charges apart; the rest follows from them. A print of those is
# quickly told from the others; where two are alike, the columns themselves decide.
ALIKE: Final = "subscription_ref, charge_starts_on, charge_ends_on, amount, quantity, charge_type, order_id, extra"
PRINTS: Final = """
SELECT count(*) FROM (SELECT DISTINCT hash_record_extended(ROW(%s), 0) FROM staged_line) AS prints
"""
REPEATED: Final = """
SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM staged_line GROUP BY %s HAVING count(*) > 1) AS same
"""
# So much of the backend's memory lets a million lines be grouped without files.
MEMORY: Final = "64MB"
# Parts copied in one go.
PARTS: Final = 200


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
def staging(skipped: Collection[str] = ()) -> Iterator[None]:
    """The staging tables, empty, with further columns that nobody will read; afterwards they are gone."""
    with connection.cursor() as cursor:
        _forget(cursor)
        cursor.execute(NUMBERS)
        cursor.execute(TABLE)
        if skipped:
            cursor.execute(f"ALTER TABLE staged_line {', '.join(f'ADD COLUMN {one} text' for one in skipped)}")
    try:
        yield
    finally:
        # In a transaction that failed, nothing can be said any more; its end takes the tables along.
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                _forget(cursor)


def _forget(cursor: Any) -> None:
    cursor.execute(f"DROP TABLE IF EXISTS {TABLES}")
    cursor.execute("DROP SEQUENCE IF EXISTS staged_number")


def fill(parts: Iterable[Part], heard: Callable[[], None] | None = None) -> None:
    """Copy lines into the staging table. `heard` is called now and then, outside of COPY and of transactions; while
    parts are made the connection answers nothing."""
    waiting = iter(parts)
    part = next(waiting, None)
    while part:
        statement, copied = part.statement, 0
        with transaction.atomic(), connection.cursor() as cursor:
            # The month first, as the provider writes it.
            cursor.execute("SET LOCAL datestyle = 'ISO, MDY'")
            if part.line is not None:
                cursor.execute("SELECT setval('staged_number', %s, false)", [part.line])
            with cursor.copy(statement) as copy:
                while part and part.statement == statement and copied < PARTS:
                    copy.write(part.text)
                    part, copied = next(waiting, None), copied + 1
        if heard:
            heard()


def group(layout: Layout) -> list[str]:
    """Find the customers and subscriptions of the staged lines, and add up. Answers what is wrong with them, a fault
    each, by line."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, false)", [MEMORY])
        for statement in GROUPS.split(";"):
            cursor.execute(statement)
        cursor.execute("SELECT DISTINCT charge_type FROM staged_sum")
        types = [one for (one,) in cursor.fetchall()]
        cursor.execute(
            "INSERT INTO staged_type SELECT * FROM unnest(%s::text[], %s::text[])",
            [types, [section_of(one, layout.code) for one in types]],
        )
    return _faulty() + _mixed_owners()


def _faulty() -> list[str]:
    if not _rows("SELECT sum(faults) FROM staged_sum")[0][0]:
        return []
    found = []
    for line, ends_first, subtotal, tax, total in _rows(FAULTS, [MOST_FAULTS + 1]):
        if ends_first:
            found.append(f"line {line}, ChargeEndDate: lies before ChargeStartDate")
        if subtotal + tax != total:
            found.append(f"line {line}, TotalForCustomer: {total} is not Subtotal {subtotal} plus Tax {tax}")
    return found


def _mixed_owners() -> list[str]:
    """The lines whose subscription belongs to another customer on its first line."""
    return [another_customer(line, before) for line, before in _rows(MIXED, [MOST_FAULTS + 1])]


def added_up() -> Staged:
    """What is staged and grouped, in a few sums."""
    (lines, amount, subtotal, tax, total, credits) = _rows(TOTALS)[0]
    by_section = _rows(
        """SELECT coalesce(section, ''), sum(amount), sum(discount), sum(tax), sum(total)
        FROM staged_sum JOIN staged_type USING (charge_type) GROUP BY 1"""
    )
    unmapped = """
        SELECT charge_type, sum(lines)::int FROM staged_sum JOIN staged_type USING (charge_type)
        WHERE section IS NULL GROUP BY 1 ORDER BY min(line)
    """
    starts = """
        SELECT charge_starts_on FROM staged_sum GROUP BY 1
        ORDER BY coalesce(sum(lines) FILTER (WHERE lower(charge_type) = 'cycle fee'), 0) DESC,
            CASE WHEN bool_or(lower(charge_type) = 'cycle fee') THEN 0 ELSE sum(lines) END DESC, 1 LIMIT 1
    """
    return Staged(
        lines=int(lines),
        customers=_rows("SELECT count(*) FROM staged_customer")[0][0],
        subscriptions=_rows("SELECT count(*) FROM staged_subscription")[0][0],
        amount=amount,
        subtotal=subtotal,
        tax=tax,
        total=total,
        credits=int(credits),
        unmapped=dict(_rows(unmapped)),
        sections=sections(Summed(*row) for row in by_section),
        cycle_starts_on=_rows(starts)[0][0],
        repeated=_repeated(int(lines)),
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


def _repeated(lines: int) -> int:
    if _rows(PRINTS % ALIKE)[0][0] == lines:
        return 0
    return int(_rows(REPEATED % ALIKE)[0][0])


def _rows(statement: str, values: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
