"""How does money reach the book and the lines it pays in one statement?

Of each open line the database knows how much it takes and how much the lines before it take together; so what each gets
follows from one sum over a window, and payment, allocations, balances and timeline are written in the same breath."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final

from django.db import connection, models

from customers.models import TimelineEntry
from customers.plans import Plan

from .models import CreditNote, Invoice, Payment, WriteOff

SOURCES: Final[dict[type[models.Model], str]] = {
    Payment: "payment_id",
    CreditNote: "credit_note_id",
    WriteOff: "write_off_id",
}
INVOICE: Final = Invoice._meta.concrete_fields

# A line takes what is open of it, and all lines of an invoice together no more than its balance, so that one below zero
# counts against the others. $1 customer, $2 currency, $3 the money, $4 told invoices, $5 words that name some, $6 only
# those, $7 now, $8 partner, $9 the source (the payment's own where it is written here).
ROOM: Final = """
room AS (
    SELECT l.id AS line_id, l.invoice_id, i.due_on, l.position,
           coalesce(array_position($4, i.id),
                    CASE WHEN i.number = ANY($5) OR i.reference = ANY($5) THEN 1 ELSE 2147483647 END) AS rank,
           least(l.open, greatest(0, i.balance - sum(l.open) OVER of_invoice + l.open)) AS room
    FROM billing_invoiceline l JOIN billing_invoice i ON i.id = l.invoice_id
    WHERE i.customer_id = $1 AND i.currency = $2 AND i.status = 'issued' AND i.balance > 0 AND l.open > 0
    WINDOW of_invoice AS (PARTITION BY l.invoice_id ORDER BY l.position)
),
line_by_line AS (
    SELECT *, row_number() OVER in_order AS place, least(room, $3 - sum(room) OVER in_order + room) AS part
    FROM room WHERE room > 0 AND (NOT $6 OR rank < 2147483647)
    WINDOW in_order AS (ORDER BY rank, due_on, invoice_id, position)
),
parts AS (SELECT * FROM line_by_line {joined} WHERE part > 0),
put AS (
    INSERT INTO billing_allocation (partner_id, {source}, line_id, amount, at)
    SELECT $8, {value}, line_id, part, $7 FROM parts ORDER BY place
),
less AS (UPDATE billing_invoiceline l SET open = l.open - p.part FROM parts p WHERE l.id = p.line_id),
sums AS (SELECT invoice_id, sum(part) AS part, min(place) AS place FROM parts GROUP BY invoice_id),
paid AS (
    UPDATE billing_invoice i SET balance = i.balance - s.part FROM sums s WHERE i.id = s.invoice_id
    RETURNING i.*, s.part, s.place
)
"""
TYPES: Final = ("bigint", "text", "numeric", "bigint[]", "text[]", "boolean", "timestamptz", "bigint")
PUT: Final = "WITH {room} SELECT {invoice}, part FROM paid ORDER BY place"
BOOKED: Final = "CROSS JOIN (SELECT id AS booked_id FROM booked) b"
POST: Final = """
WITH booked AS (
    INSERT INTO billing_payment ({paying}) VALUES ({paid_values})
    ON CONFLICT (partner_id, source, external_id) DO NOTHING RETURNING id
),
{room},
told AS (
    INSERT INTO customers_timelineentry ({telling}, about)
    SELECT {told_values}, coalesce((SELECT number FROM paid ORDER BY place LIMIT 1), '') FROM booked
),
due AS (UPDATE customers_customer SET review_due_at = $7 WHERE id = $1 AND EXISTS (SELECT FROM booked))
SELECT booked.id, {invoice}, paid.part FROM booked LEFT JOIN paid ON true ORDER BY paid.place
"""


@dataclass(frozen=True)
class Placed:
    """How much of the money went to one invoice."""

    invoice: Invoice
    amount: Decimal


def put(
    source: Payment | CreditNote | WriteOff,
    customer_id: int,
    left: Decimal,
    *,
    told: Sequence[int],
    only: bool,
    now: datetime,
) -> list[Placed]:
    """Put so much of a payment, credit note or write-off against open lines of the customer in its currency: the `told`
    invoices (primary keys) first, then, unless `only` these are meant, the oldest due. The caller holds the lock."""
    plan = _plan_of(type(source))
    values = [customer_id, source.currency, left, list(told), [], only, now, source.partner_id, source.pk]
    return [Placed(*_invoice(row)) for row in plan.rows(values)]


def post(
    payment: Payment,
    entry: TimelineEntry,
    *,
    told: Sequence[int],
    words: Collection[str],
    only: bool,
    now: datetime,
) -> list[Placed] | None:
    """Write a new payment with where it goes and the timeline's entry about it, whose `about` becomes the first invoice
    paid; the customer is due for a review. `words` are numbers and references that name invoices to be paid first.

    Gives the payment its primary key. None, with nothing written, where it was booked before."""
    plan, paying, telling = _plan_of_post()
    known = [payment.customer_id, payment.currency, payment.amount, list(told), list(words), only, now]
    values = [*known, payment.partner_id, *_values(payment, paying), *_values(entry, telling)]
    rows = plan.rows(values)
    if not rows:
        return None
    payment.pk = rows[0][0]
    payment._state.adding, payment._state.db = False, connection.alias
    return [Placed(*_invoice(row[1:])) for row in rows if row[-1] is not None]


def _invoice(row: Sequence[Any]) -> tuple[Invoice, Decimal]:
    *columns, part = row
    return Invoice.from_db(connection.alias, [field.attname for field in INVOICE], columns), part


@cache
def _plan_of(kind: type[models.Model]) -> Plan:
    room = ROOM.format(source=SOURCES[kind], value="$9", joined="")
    return Plan(PUT.format(room=room, invoice=_listed(INVOICE)), (*TYPES, "bigint"))


@cache
def _plan_of_post() -> tuple[Plan, list[Any], list[Any]]:
    """The statement, and the columns of payment and entry in the order of its last values."""
    paying, telling = (
        [field for field in kind._meta.concrete_fields if field.attname not in ("id", "about")]
        for kind in (Payment, TimelineEntry)
    )
    first = len(TYPES) + 1
    text = POST.format(
        room=ROOM.format(source="payment_id", value="booked_id", joined=BOOKED),
        invoice=", ".join(f'paid."{field.column}"' for field in INVOICE),
        paying=_listed(paying),
        paid_values=_numbered(first, len(paying)),
        telling=_listed(telling),
        told_values=_numbered(first + len(paying), len(telling)),
    )
    types = [*TYPES, *(str(field.db_type(connection)) for field in (*paying, *telling))]
    return Plan(text, types), paying, telling


def _listed(fields: Iterable[Any]) -> str:
    return ", ".join(f'"{field.column}"' for field in fields)


def _numbered(first: int, many: int) -> str:
    return ", ".join(f"${number}" for number in range(first, first + many))


def _values(row: models.Model, fields: Iterable[Any]) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
