"""Is each price what the rules say that are written beside it, and are these rules the book's? (I27)"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from psycopg.sql import SQL

from billing.models import CreditNoteLine, Invoice
from billing.price_notes import terms_of
from billing.pricing import Price, reckon
from payables.costing import charge_of
from payables.models import ProviderLine

from .asking import Finding, Question, Scope, shown

CHUNK = 500
WRONG = "reckoned again from the rules beside it, the price of a line comes out otherwise"

ADDS_UP = SQL("""
    SELECT i.number AS invoice, i.total::text, sum(l.total)::text AS lines,
           i.total = sum(l.total) AND i.total = sum(l.net) + sum(l.tax)
           AND bool_and(l.total = l.net + l.tax) AS kept
    FROM billing_invoice i JOIN billing_invoiceline l ON l.invoice_id = i.id
    WHERE i.status <> 'draft' AND i.partner_id = ANY(%(partners)s) AND i.issued_at >= %(since)s::timestamptz
    GROUP BY i.id
""")

NOTES = SQL("""
    SELECT l.id AS line, l.priced_by AS note, (l.priced_by ->> 'on')::date AS day, l.partner_id AS partner
    FROM billing_invoiceline l JOIN billing_invoice i ON i.id = l.invoice_id
    WHERE l.priced_by ? 'on' AND i.status <> 'draft'
      AND i.partner_id = ANY(%(partners)s) AND i.issued_at >= %(since)s::timestamptz
""")

# A rule never changes and can't be ended before an issued invoice was priced by it; the book must still say so.
NOT_THE_BOOKS = SQL("""
    SELECT n.line, n.day, n.note ->> 'book' AS book, n.note ->> 'pk' AS rule, CASE n.note ->> 'book'
               WHEN 'rule' THEN r.partner_id = n.partner AND r.effective_from <= n.day AND r.last_used_on >= n.day
                    AND r.markup_percent = (n.note ->> 'percent')::numeric
               ELSE e.partner_id = n.partner AND n.day BETWEEN e.from_on AND coalesce(e.until_on, n.day)
                    AND e.last_used_on >= n.day
                    AND coalesce(e.percent = (n.note ->> 'percent')::numeric, true)
                    AND coalesce(e.unit_price = (n.note ->> 'unit')::numeric, true)
           END
           AND (n.note ->> 'less_pk' IS NULL OR (
               d.partner_id = n.partner AND n.day BETWEEN d.from_on AND coalesce(d.until_on, n.day)
               AND d.method = 'discount' AND d.percent = (n.note ->> 'less')::numeric
           ))
           AND (n.note ->> 'tax_pk' IS NULL OR (
               t.partner_id = n.partner AND n.day BETWEEN t.from_on AND coalesce(t.until_on, n.day)
               AND t.rate = (n.note ->> 'tax')::numeric AND t.inclusive = (n.note ->> 'inclusive')::boolean
           )) AS kept
    FROM ({notes}) n
    LEFT JOIN billing_pricerule r ON n.note ->> 'book' = 'rule' AND r.id = (n.note ->> 'pk')::bigint
    LEFT JOIN billing_priceentry e ON n.note ->> 'book' = 'entry' AND e.id = (n.note ->> 'pk')::bigint
    LEFT JOIN billing_priceentry d ON d.id = (n.note ->> 'less_pk')::bigint
    LEFT JOIN billing_taxrule t ON t.id = (n.note ->> 'tax_pk')::bigint
""").format(notes=NOTES)

BORNE = SQL("""
    SELECT p.id AS provider_line, p.absorbed, b.billed_on, CASE p.absorbed
               WHEN 'credits' THEN w.credits = 'absorbed'
               WHEN 'prorations' THEN w.prorations = 'absorbed'
           END AS kept
    FROM payables_providerline p
    JOIN payables_providerbill b ON b.id = p.bill_id
    LEFT JOIN billing_passon w ON w.partner_id = p.partner_id
         AND b.billed_on BETWEEN w.from_on AND coalesce(w.until_on, b.billed_on)
    WHERE p.absorbed <> '' AND p.partner_id = ANY(%(partners)s)
""")


@dataclass(frozen=True)
class Reckoned:
    """The pure price, made again of each issued line that a rule priced; a few hundred in memory at a time."""

    promise: str = "I27"

    def look(self, scope: Scope) -> Finding:
        """Reckon every such line in scope again."""
        finding = Finding()

        def differing() -> Iterator[dict[str, Any]]:
            for source in _charged(scope).iterator(chunk_size=CHUNK):
                difference = _again(source)
                if difference is not None:
                    finding.checked += 1
                    if difference:
                        yield difference

        finding.violations = shown(differing(), WRONG)
        return finding


def _charged(scope: Scope) -> QuerySet[ProviderLine]:
    issued = ~Q(invoice_line__invoice__status=Invoice.Status.DRAFT) & Q(invoice_line__isnull=False)
    since = scope.since
    if since:
        issued &= Q(invoice_line__invoice__issued_at__gte=since)
    credited = Q(credit_line__credit_note__issued_at__gte=since) if since else Q(credit_line__isnull=False)
    lines = ProviderLine.objects.filter(issued | credited, partner_id__in=scope.partners)
    return lines.select_related("subscription", "invoice_line", "credit_line").order_by("pk")


def _again(source: ProviderLine) -> dict[str, Any] | None:
    """What differs, {} where nothing does, None where no rule priced the line."""
    line = source.invoice_line or source.credit_line
    if line is None or "on" not in line.priced_by:
        return None
    try:
        made = reckon(terms_of(line.priced_by), charge_of(source))
    except (KeyError, ValueError, TypeError, ArithmeticError) as error:
        return {"line": line.pk, "note": f"can't be read: {type(error).__name__} {error}"}
    sign = -1 if isinstance(line, CreditNoteLine) else 1
    stored = {"net": sign * line.net, "tax": sign * line.tax}
    return _difference(line.pk, stored, made)


def _difference(pk: int, stored: dict[str, Decimal], made: Price) -> dict[str, Any]:
    again = {"net": made.net, "tax": made.tax}
    if stored == again:
        return {}
    return {"line": pk} | {name: {"stored": str(stored[name]), "again": str(again[name])} for name in stored}


CHECKS = (
    Question("I27", "an invoice is not the sum of its lines and their tax", ADDS_UP),
    Question("I27", "a line names a rule that the price book didn't hold on its day", NOT_THE_BOOKS),
    Question("I27", "a charge stays with us that the price book doesn't absorb", BORNE),
    Reckoned(),
)
