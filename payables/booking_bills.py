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
UPDATE customers_customer AS c SET name = l.customer_name, domain = coalesce(nullif(l.domain, ''), c.domain)
FROM staged_customer AS s JOIN staged_line AS l ON l.line = s.line
WHERE c.id = s.pk AND (c.name, c.domain) <> (l.customer_name, coalesce(nullif(l.domain, ''), c.domain))
"""
NEW: Final = """
SELECT s.customer_ref::text, l.customer_name, l.domain
FROM staged_customer AS s JOIN staged_line AS l ON l.line = s.line WHERE s.pk IS NULL ORDER BY s.line
"""
KNOWN_SUBSCRIPTIONS: Final = """
UPDATE staged_subscription AS s SET pk = k.id FROM subscriptions_subscription AS k
WHERE k.partner_id = %s AND k.provider_id = s.subscription_ref::text
"""
ANOTHERS: Final = """
SELECT s.line FROM staged_subscription AS s JOIN staged_line AS l ON l.line = s.line
JOIN staged_customer AS c USING (customer_ref) JOIN subscriptions_subscription AS k ON k.id = s.pk
WHERE k.customer_id <> c.pk ORDER BY s.line LIMIT %s
"""
CHANGED: Final = """
UPDATE subscriptions_subscription AS k
SET (offer_id, offer_name, name, quantity, starts_on, ends_on) = (
    l.offer_id, l.offer_name, coalesce(nullif(l.subscription_name, ''), l.offer_name), greatest(l.quantity, 0),
    l.starts_on, l.ends_on)
FROM staged_subscription AS s JOIN staged_line AS l ON l.line = s.line
WHERE k.id = s.pk AND (k.offer_id, k.offer_name, k.name, k.quantity, k.starts_on, k.ends_on) IS DISTINCT FROM (
    l.offer_id, l.offer_name, coalesce(nullif(l.subscription_name, ''), l.offer_name), greatest(l.quantity, 0),
    l.starts_on, l.ends_on)
"""


def book_customers(partner: Partner, bill: str, *, now: datetime) -> None:
    """Bring customers into line with the staged lines; a new one is told of and will be read from the provider. The
    known ones stay locked."""
    _run(LOCK, [partner.pk])
    _run(KNOWN, [partner.pk])
    _run(RENAMED)
    for some in _batches(NEW):
        _new_customers(partner, some, bill, now=now)
    _run(KNOWN, [partner.pk])


def _new_customers(partner: Partner, rows: list[Any], bill: str, *, now: datetime) -> None:
    common = {"partner": partner, "language": partner.language, "zone": partner.zone, "created_at": now}
    made = Customer.objects.bulk_create(
        Customer(provider_id=ref, name=name, domain=domain, **common) for ref, name, domain in rows
    )
    CustomerReading.objects.bulk_create(
        CustomerReading(partner=partner, customer=one, key=f"read:{one.pk}", queued_at=now, due_at=now) for one in made
    )
    kind = TimelineEntry.Kind.DOCUMENT
    tell_all([entry(one, kind, "customer_imported", now=now, values={"bill": bill}, shared=False) for one in made])


def book_subscriptions(partner: Partner, layout: Layout) -> None:
    """Bring subscriptions into line with the line that says most about each; a file without seats only adds those we
    don't know. Raises BadFile where one is another customer's."""
    _run(KNOWN_SUBSCRIPTIONS, [partner.pk])
    anothers = _run(ANOTHERS, [MOST_FAULTS])
    if anothers:
        raise BadFile([f"line {line}, CustomerID: this subscription is another customer's" for (line,) in anothers])
    if layout.seats:
        _run(CHANGED)
    given = {
        "partner_id": str(int(partner.pk)),
        "customer_id": "c.pk",
        "provider_id": "s.subscription_ref::text",
        "offer_id": "l.offer_id",
        "offer_name": "l.offer_name",
        "name": "coalesce(nullif(l.subscription_name, ''), l.offer_name)",
        "quantity": "greatest(l.quantity, 0)",
        "starts_on": "l.starts_on",
        "ends_on": "l.ends_on",
    }
    source = """staged_subscription AS s JOIN staged_line AS l ON l.line = s.line
        JOIN staged_customer AS c USING (customer_ref) WHERE s.pk IS NULL ORDER BY s.line"""
    pour(Subscription, given, source)
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
        "customer_id": "c.pk",
        "subscription_id": "s.pk",
        "mapped": "l.section IS NOT NULL",
        "currency": f"'{bill.currency}'",
        "extra": "coalesce(l.extra, '{}'::jsonb)",
    }
    source = """staged_line AS l JOIN staged_customer AS c USING (customer_ref)
        JOIN staged_subscription AS s USING (subscription_ref)"""
    pour(ProviderLine, given, source)


def _run(statement: str, values: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def _batches(statement: str) -> Iterator[list[Any]]:
    """Rows of a statement, so many at a time; all of them were found before the first is taken."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(AT_ONCE):
            yield rows
