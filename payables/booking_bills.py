"""How do staged lines become customers, subscriptions and a bill's lines? In whole statements of one transaction."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.db import connection

from customers.models import Customer, Partner, TimelineEntry
from customers.telling import entry, tell_all
from subscriptions.models import CustomerReading, Subscription

from .layouts import Layout
from .looking_over import BadFile
from .models import ProviderBill, ProviderLine
from .pouring import pour
from .reading import MOST_FAULTS

AT_ONCE: Final = 500

LOCK: Final = """
SELECT c.id FROM customers_customer AS c JOIN staged_customer AS s ON c.provider_id = s.customer_ref::text
WHERE c.partner_id = %s ORDER BY c.id FOR UPDATE OF c
"""
KNOWN: Final = """
UPDATE staged_customer AS s SET pk = c.id FROM customers_customer AS c
WHERE c.partner_id = %s AND c.provider_id = s.customer_ref::text
"""
# A blank domain takes none away.
RENAMED: Final = """
UPDATE customers_customer AS c SET name = s.name, domain = coalesce(nullif(s.domain, ''), c.domain)
FROM staged_customer AS s
WHERE c.id = s.pk AND (c.name, c.domain) <> (s.name, coalesce(nullif(s.domain, ''), c.domain))
"""
NEW: Final = """
SELECT c.id FROM customers_customer AS c JOIN staged_customer AS s ON c.provider_id = s.customer_ref::text
WHERE c.partner_id = %s AND s.pk IS NULL ORDER BY s.line
"""
OWNERS: Final = """
UPDATE staged_subscription AS s SET customer_pk = c.pk FROM staged_customer AS c WHERE c.customer_ref = s.customer_ref
"""
KNOWN_SUBSCRIPTIONS: Final = """
UPDATE staged_subscription AS s SET pk = k.id FROM subscriptions_subscription AS k
WHERE k.partner_id = %s AND k.provider_id = s.subscription_ref::text
"""
ANOTHERS: Final = """
SELECT s.line FROM staged_subscription AS s JOIN subscriptions_subscription AS k ON k.id = s.pk
WHERE k.customer_id <> s.customer_pk ORDER BY s.line LIMIT %s
"""
CHANGED: Final = """
UPDATE subscriptions_subscription AS k
SET (offer_id, offer_name, name, quantity, starts_on, ends_on) = (
    s.offer_id, s.offer_name, s.name, s.quantity, s.starts_on, s.ends_on)
FROM staged_subscription AS s
WHERE k.id = s.pk AND (k.offer_id, k.offer_name, k.name, k.quantity, k.starts_on, k.ends_on) IS DISTINCT FROM (
    s.offer_id, s.offer_name, s.name, s.quantity, s.starts_on, s.ends_on)
"""


def book_customers(partner: Partner, bill: str, *, now: datetime) -> None:
    """Bring customers into line with the staged lines; a new one is told of and will be read from the provider. The
    known ones stay locked."""
    _run(LOCK, [partner.pk])
    _run(KNOWN, [partner.pk])
    _run(RENAMED)
    _new_customers(partner, bill, now=now)
    _run(KNOWN, [partner.pk])


def _new_customers(partner: Partner, bill: str, *, now: datetime) -> None:
    given = {"provider_id": "s.customer_ref::text", "name": "s.name", "domain": "s.domain"}
    common: dict[str, Any] = {"partner": partner, "language": partner.language, "zone": partner.zone, "created_at": now}
    pour(Customer, given, "staged_customer AS s WHERE s.pk IS NULL ORDER BY s.line", **common)
    given = {"customer_id": "n.id", "key": "'read:' || n.id"}
    pour(CustomerReading, given, f"({NEW}) AS n", [partner.pk], partner=partner, queued_at=now, due_at=now)
    kind, said = TimelineEntry.Kind.DOCUMENT, {"bill": bill}
    for some in _batches(NEW, [partner.pk]):
        made = [Customer(pk=pk, partner=partner) for (pk,) in some]
        tell_all([entry(one, kind, "customer_imported", now=now, values=said, shared=False) for one in made])


def book_subscriptions(partner: Partner, layout: Layout) -> None:
    """Bring subscriptions into line with the line that says most about each; a file without seats only adds those we
    don't know. Raises BadFile where one is another customer's."""
    _run(OWNERS)
    _run(KNOWN_SUBSCRIPTIONS, [partner.pk])
    anothers = _run(ANOTHERS, [MOST_FAULTS])
    if anothers:
        raise BadFile([f"line {line}, CustomerID: this subscription is another customer's" for (line,) in anothers])
    if layout.seats:
        _run(CHANGED)
    same = ("offer_id", "offer_name", "name", "quantity", "starts_on", "ends_on")
    given = {name: f"s.{name}" for name in same} | {
        "partner_id": str(int(partner.pk)),
        "customer_id": "s.customer_pk",
        "provider_id": "s.subscription_ref::text",
    }
    pour(Subscription, given, "staged_subscription AS s WHERE s.pk IS NULL ORDER BY s.line")
    _run(KNOWN_SUBSCRIPTIONS, [partner.pk])


def book_lines(bill: ProviderBill) -> None:
    """Every staged line as a line of the bill."""
    same = (
        *("charge_type", "offer_name", "order_id", "charge_starts_on", "charge_ends_on", "unit_price", "quantity"),
        *("amount", "discount", "subtotal", "tax", "total"),
    )
    given = {name: f"l.{name}" for name in same} | {
        "partner_id": str(int(bill.partner_id)),
        "bill_id": str(int(bill.pk)),
        "row": "l.line",
        "customer_id": "s.customer_pk",
        "subscription_id": "s.pk",
        "mapped": "l.charge_type NOT IN (SELECT charge_type FROM staged_type WHERE section IS NULL)",
        "currency": f"'{bill.currency}'",
        "extra": "coalesce(l.extra, '{}'::jsonb)",
    }
    pour(ProviderLine, given, "staged_line AS l JOIN staged_subscription AS s USING (subscription_ref)")


def _run(statement: str, values: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def _batches(statement: str, values: list[Any]) -> Iterator[list[Any]]:
    """Rows of a statement, so many at a time; all of them were found before the first is taken."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, values)
        while rows := cursor.fetchmany(AT_ONCE):
            yield rows
