"""Is whoever has paid left in peace? (I8)"""

from psycopg.sql import SQL

from .asking import Question

# The spells in which an invoice was settled: from the allocation that left nothing, or less than is pursued, or
# from its voiding; until a payment was taken back and something was owed again.
SETTLED = SQL("""
    SELECT x.invoice_id, x.at, x.until
    FROM (
        SELECT z.invoice_id, z.at, z.settled,
               lead(z.at) OVER (PARTITION BY z.invoice_id ORDER BY z.at, z.id) AS until
        FROM (
            SELECT y.*, y.settled IS DISTINCT FROM lag(y.settled) OVER (
                       PARTITION BY y.invoice_id ORDER BY y.at, y.id
                   ) AS turns
            FROM (
                SELECT l.invoice_id, a.at, a.id,
                       i.total - sum(a.amount) OVER (PARTITION BY l.invoice_id ORDER BY a.at, a.id)
                       < greatest((v.ignore_below ->> i.currency)::numeric, 0.01) AS settled
                FROM billing_allocation a
                JOIN billing_invoiceline l ON l.id = a.line_id
                JOIN billing_invoice i ON i.id = l.invoice_id
                LEFT JOIN dunning_case e ON e.invoice_id = i.id
                LEFT JOIN dunning_policyversion v ON v.id = e.version_id
                WHERE i.partner_id = ANY(%(partners)s) AND a.offset_id IS NULL
                UNION ALL
                SELECT i.id, i.voided_at, 9223372036854775807, true
                FROM billing_invoice i
                WHERE i.partner_id = ANY(%(partners)s) AND i.voided_at IS NOT NULL
            ) y
        ) z
        WHERE z.turns
    ) x
    WHERE x.settled
""")

# Those that ended or began within the half minute are read in favour of the deed.
WITHIN = SQL("""s.at + %(concurrent)s::interval < {at}
        AND (s.until IS NULL OR {at} < s.until - %(concurrent)s::interval)""")

WRITTEN_TO = SQL("""
    SELECT t.id AS message_attempt, m.key AS letter, i.number AS invoice, s.at AS settled_at, t.began_at,
           s.at IS NULL OR (m.letter = 'notice' AND NOT EXISTS (
               SELECT FROM jsonb_array_elements(m.values -> 'invoices') e
               WHERE (e ->> 'invoice_id')::bigint = d.invoice_id
           )) AS kept
    FROM customers_messageattempt t
    JOIN customers_message m ON m.id = t.message_id
    JOIN dunning_decision d ON d.message_id = m.id
    JOIN billing_invoice i ON i.id = d.invoice_id
    LEFT JOIN ({settled}) s ON s.invoice_id = d.invoice_id AND {within}
    WHERE t.partner_id = ANY(%(partners)s) AND t.began_at >= %(since)s::timestamptz
""").format(settled=SETTLED, within=WITHIN.format(at=SQL("t.began_at")))

SWITCHED_OFF = SQL("""
    SELECT t.id AS access_attempt, i.number AS invoice, s.at AS settled_at, t.began_at, s.at IS NULL AS kept
    FROM subscriptions_accessattempt t
    JOIN subscriptions_accesschange c ON c.id = t.change_id AND c.wanted = 'suspended'
    JOIN dunning_proposal o ON o.change_id = c.id
    JOIN dunning_decision k ON k.id = o.decision_id
    JOIN billing_invoice i ON i.id = k.invoice_id
    LEFT JOIN ({settled}) s ON s.invoice_id = k.invoice_id AND {within}
    WHERE t.partner_id = ANY(%(partners)s) AND t.began_at >= %(since)s::timestamptz
""").format(settled=SETTLED, within=WITHIN.format(at=SQL("t.began_at")))

DECIDED_AFTER = SQL("""
    SELECT d.id AS decision, i.number AS invoice, d.stage, s.at AS settled_at, d.decided_at, s.at IS NULL AS kept
    FROM dunning_decision d
    JOIN billing_invoice i ON i.id = d.invoice_id
    LEFT JOIN ({settled}) s ON s.invoice_id = d.invoice_id AND {within}
    WHERE d.partner_id = ANY(%(partners)s) AND d.decided_at >= %(since)s::timestamptz
""").format(settled=SETTLED, within=WITHIN.format(at=SQL("d.decided_at")))

CHECKS = (
    Question("I8", "a dunning letter left for an invoice that was settled", WRITTEN_TO),
    Question("I8", "the provider was asked to suspend for an invoice that was settled", SWITCHED_OFF),
    Question("I8", "a stage was taken for an invoice that was settled", DECIDED_AFTER),
)
