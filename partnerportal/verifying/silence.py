"""Is whoever has paid left in peace? (I8)"""

from psycopg.sql import SQL

from .asking import Question

# The instant of the allocation with which an invoice was settled: nothing left, or less than is pursued.
SETTLED = SQL("""
    SELECT y.invoice_id, min(y.at) AS at
    FROM (
        SELECT l.invoice_id, a.at,
               i.total - sum(a.amount) OVER (PARTITION BY l.invoice_id ORDER BY a.at, a.id) AS left_over,
               (v.ignore_below ->> i.currency)::numeric AS ignored
        FROM billing_allocation a
        JOIN billing_invoiceline l ON l.id = a.line_id
        JOIN billing_invoice i ON i.id = l.invoice_id
        LEFT JOIN dunning_case e ON e.invoice_id = i.id
        LEFT JOIN dunning_policyversion v ON v.id = e.version_id
        WHERE i.partner_id = ANY(%(partners)s) AND a.offset_id IS NULL
    ) y
    WHERE y.left_over <= 0 OR y.left_over < y.ignored
    GROUP BY y.invoice_id
""")

WRITTEN_TO = SQL("""
    SELECT t.id AS message_attempt, m.key AS letter, i.number AS invoice, s.at AS settled_at, t.began_at,
           s.at IS NULL OR t.began_at <= s.at + %(concurrent)s::interval
           OR (m.letter = 'notice' AND NOT EXISTS (
               SELECT FROM jsonb_array_elements(m.values -> 'invoices') e
               WHERE (e ->> 'invoice_id')::bigint = d.invoice_id
           )) AS kept
    FROM customers_messageattempt t
    JOIN customers_message m ON m.id = t.message_id
    JOIN dunning_decision d ON d.message_id = m.id
    JOIN billing_invoice i ON i.id = d.invoice_id
    LEFT JOIN ({settled}) s ON s.invoice_id = d.invoice_id
    WHERE t.partner_id = ANY(%(partners)s) AND t.began_at >= %(since)s::timestamptz
""").format(settled=SETTLED)

SWITCHED_OFF = SQL("""
    SELECT t.id AS access_attempt, i.number AS invoice, s.at AS settled_at, t.began_at,
           s.at IS NULL OR t.began_at <= s.at + %(concurrent)s::interval AS kept
    FROM subscriptions_accessattempt t
    JOIN subscriptions_accesschange c ON c.id = t.change_id AND c.wanted = 'suspended'
    JOIN dunning_proposal o ON o.change_id = c.id
    JOIN dunning_decision k ON k.id = o.decision_id
    JOIN billing_invoice i ON i.id = k.invoice_id
    LEFT JOIN ({settled}) s ON s.invoice_id = k.invoice_id
    WHERE t.partner_id = ANY(%(partners)s) AND t.began_at >= %(since)s::timestamptz
""").format(settled=SETTLED)

DECIDED_AFTER = SQL("""
    SELECT d.id AS decision, i.number AS invoice, d.stage, s.at AS settled_at, d.decided_at,
           s.at IS NULL OR d.decided_at <= s.at + %(concurrent)s::interval AS kept
    FROM dunning_decision d
    JOIN billing_invoice i ON i.id = d.invoice_id
    LEFT JOIN ({settled}) s ON s.invoice_id = d.invoice_id
    WHERE d.partner_id = ANY(%(partners)s) AND d.decided_at >= %(since)s::timestamptz
""").format(settled=SETTLED)

CHECKS = (
    Question("I8", "a dunning letter left for an invoice that was settled", WRITTEN_TO),
    Question("I8", "the provider was asked to suspend for an invoice that was settled", SWITCHED_OFF),
    Question("I8", "a stage was taken for an invoice that was settled", DECIDED_AFTER),
)
