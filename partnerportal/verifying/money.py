"""Does the money add up: nothing allocated twice, every stored balance the sum of its entries? (I23, I24, I25)"""

from psycopg.sql import SQL

from .asking import Question

# What was open and what was frozen of each line of an invoice at an instant. Facts of the same half minute are
# read in favour of the deed: allocations and disputes that near may have come after it.
LINES_AT = SQL("""
    SELECT l.id, l.subscription_id,
           l.total - coalesce((
               SELECT sum(a.amount) FROM billing_allocation a
               WHERE a.line_id = l.id AND a.at < {at} - %(concurrent)s::interval
           ), 0) + coalesce((
               SELECT sum(a.amount) FROM billing_allocation a
               WHERE a.offset_id = l.id AND a.at < {at} - %(concurrent)s::interval
           ), 0) AS open,
           q.disputed, q.disputed + q.untold AS frozen
    FROM billing_invoiceline l
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(q.questioned) FILTER (WHERE q.decided_at IS NULL OR q.decided_at > {at}), 0) AS disputed,
               coalesce(sum(q.amount) FILTER (
                   WHERE q.decided_at <= {at} AND q.outcome IN ('partly', 'rejected')
                     AND (q.told_at IS NULL OR q.told_at > {at})
               ), 0) AS untold
        FROM billing_disputedamount q
        WHERE q.line_id = l.id AND q.opened_at < {at} - %(concurrent)s::interval
    ) q
    WHERE l.invoice_id = {invoice}
""")

PAYMENT_SPENT = SQL("""
    SELECT p.id AS payment, p.amount::text, coalesce(sum(a.amount), 0)::text AS allocated,
           coalesce(sum(a.amount), 0) <= p.amount AS kept
    FROM billing_payment p LEFT JOIN billing_allocation a ON a.payment_id = p.id
    WHERE p.partner_id = ANY(%(partners)s) AND p.booked_at >= %(since)s::timestamptz
    GROUP BY p.id
""")

CREDIT_SPENT = SQL("""
    SELECT n.number AS credit_note, n.total::text, coalesce(sum(a.amount), 0)::text AS allocated,
           coalesce(sum(a.amount), 0) <= n.total AS kept
    FROM billing_creditnote n LEFT JOIN billing_allocation a ON a.credit_note_id = n.id
    WHERE n.partner_id = ANY(%(partners)s) AND n.issued_at >= %(since)s::timestamptz
    GROUP BY n.id
""")

INVOICE_OVERPAID = SQL("""
    SELECT i.id AS invoice_id, i.number AS invoice, i.total::text, coalesce(sum(a.amount), 0)::text AS allocated,
           coalesce(sum(a.amount), 0) <= i.total AND bool_and(coalesce(a.amount, 1) > 0) AS kept
    FROM billing_invoice i
    LEFT JOIN billing_invoiceline l ON l.invoice_id = i.id
    LEFT JOIN billing_allocation a ON a.line_id = l.id AND a.offset_id IS NULL
    WHERE i.status = 'issued' AND i.partner_id = ANY(%(partners)s) AND i.issued_at >= %(since)s::timestamptz
    GROUP BY i.id
""")

OFFSET_SPENT = SQL("""
    SELECT l.id AS line, l.total::text, sum(a.amount)::text AS allocated, sum(a.amount) <= -l.total AS kept
    FROM billing_allocation a JOIN billing_invoiceline l ON l.id = a.offset_id
    WHERE a.partner_id = ANY(%(partners)s) AND a.at >= %(since)s::timestamptz
    GROUP BY l.id
""")

LINE_OVERPAID = SQL("""
    SELECT l.id AS line, l.total::text, sum(a.amount)::text AS allocated, sum(a.amount) <= l.total AS kept
    FROM billing_allocation a JOIN billing_invoiceline l ON l.id = a.line_id
    WHERE a.partner_id = ANY(%(partners)s) AND a.at >= %(since)s::timestamptz
    GROUP BY l.id
""")

ELSEWHERE = SQL("""
    SELECT a.id AS allocation, i.number AS invoice, i.currency, s.currency AS came_in,
           s.currency = i.currency AND s.customer_id = i.customer_id AND s.partner_id = i.partner_id
           AND i.status = 'issued' AND coalesce(o.invoice_id = i.id, a.offset_id IS NULL) AS kept
    FROM billing_allocation a
    JOIN billing_invoiceline l ON l.id = a.line_id
    JOIN billing_invoice i ON i.id = l.invoice_id
    LEFT JOIN billing_payment p ON p.id = a.payment_id
    LEFT JOIN billing_creditnote n ON n.id = a.credit_note_id
    LEFT JOIN billing_invoiceline o ON o.id = a.offset_id
    LEFT JOIN billing_invoice f ON f.id = o.invoice_id
    CROSS JOIN LATERAL (
        SELECT coalesce(p.currency, n.currency, f.currency) AS currency,
               coalesce(p.customer_id, n.customer_id, f.customer_id) AS customer_id,
               coalesce(p.partner_id, n.partner_id, f.partner_id) AS partner_id
    ) s
    WHERE a.partner_id = ANY(%(partners)s) AND a.at >= %(since)s::timestamptz
""")

BOOKED_TWICE = SQL("""
    SELECT p.source, p.external_id, count(*) AS payments, count(*) = 1 AND p.external_id <> '' AS kept
    FROM billing_payment p
    WHERE p.partner_id = ANY(%(partners)s) AND p.booked_at >= %(since)s::timestamptz
    GROUP BY p.partner_id, p.source, p.external_id
""")

# What was put against a line, less what a line below zero gave to its neighbours.
PUT = SQL("""
    SELECT y.line_id, sum(y.amount) AS put FROM (
        SELECT line_id, amount FROM billing_allocation
        UNION ALL
        SELECT offset_id, -amount FROM billing_allocation WHERE offset_id IS NOT NULL
    ) y GROUP BY y.line_id
""")

LINE_STORED = SQL("""
    SELECT l.id AS line, l.invoice_id AS invoice, l.open::text AS stored,
           (l.total - coalesce(x.put, 0))::text AS computed,
           l.open = l.total - coalesce(x.put, 0) AS kept
    FROM billing_invoiceline l LEFT JOIN ({put}) x ON x.line_id = l.id
    WHERE l.partner_id = ANY(%(partners)s)
""").format(put=PUT)

INVOICE_STORED = SQL("""
    SELECT i.id AS invoice_id, i.number AS invoice, i.total::text, i.balance::text AS stored,
           (sum(l.total) - coalesce(sum(x.put), 0))::text AS computed,
           i.balance = sum(l.total) - coalesce(sum(x.put), 0) AND i.total = sum(l.total)
           AND i.net = sum(l.net) AND i.tax = sum(l.tax) AS kept
    FROM billing_invoice i
    JOIN billing_invoiceline l ON l.invoice_id = i.id
    LEFT JOIN ({put}) x ON x.line_id = l.id
    WHERE i.partner_id = ANY(%(partners)s)
    GROUP BY i.id
""").format(put=PUT)

CREDIT_STORED = SQL("""
    SELECT n.number AS credit_note, n.total::text, sum(l.total)::text AS computed, n.total = sum(l.total) AS kept
    FROM billing_creditnote n LEFT JOIN billing_creditnoteline l ON l.credit_note_id = n.id
    WHERE n.partner_id = ANY(%(partners)s) AND n.issued_at >= %(since)s::timestamptz
    GROUP BY n.id
""")

CHECKS = (
    Question("I23", "more was allocated of a payment than came in", PAYMENT_SPENT),
    Question("I23", "more was allocated of a credit note than it gives", CREDIT_SPENT),
    Question("I23", "more was put against an invoice than it asks for", INVOICE_OVERPAID),
    Question("I23", "more was put against a line than it asks for", LINE_OVERPAID),
    Question("I23", "more was put against others of a line below zero than it is below", OFFSET_SPENT),
    Question("I23", "money went to another currency, customer, partner or draft", ELSEWHERE),
    Question("I24", "a payment was booked more than once", BOOKED_TWICE),
    Question("I25", "what a line says is open is not its total less its allocations", LINE_STORED),
    Question("I25", "what an invoice says it is, or is left of it, is not the sum of its lines", INVOICE_STORED),
    Question("I25", "a credit note is not the sum of its lines", CREDIT_STORED),
)
