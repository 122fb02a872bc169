"""Does the money add up: nothing spent twice, nothing void owed, every stored balance the sum of its entries?
(I21, I23, I24, I25)"""

from psycopg.sql import SQL

from .asking import Question

# What was open and what was frozen of each line of an invoice at an instant. Facts of the same half minute are
# read in favour of the deed: allocations and disputes that near may have come after it.
LINES_AT = SQL("""
    SELECT l.id, l.subscription_id,
           CASE WHEN i.voided_at < {at} - %(concurrent)s::interval THEN 0 ELSE l.total - coalesce((
               SELECT sum(a.amount) FROM billing_allocation a
               WHERE a.line_id = l.id AND a.at < {at} - %(concurrent)s::interval
           ), 0) + coalesce((
               SELECT sum(a.amount) FROM billing_allocation a
               WHERE a.offset_id = l.id AND a.at < {at} - %(concurrent)s::interval
           ), 0) END AS open,
           q.disputed, q.disputed + q.untold AS frozen
    FROM billing_invoiceline l
    JOIN billing_invoice i ON i.id = l.invoice_id
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
    SELECT p.id AS payment, p.amount::text, a.sum::text AS allocated, r.sum::text AS refunded, b.id AS reversal,
           a.sum + r.sum <= p.amount AND a.sum >= 0 AND (b.id IS NULL OR (a.sum = 0 AND r.sum = 0)) AS kept
    FROM billing_payment p
    LEFT JOIN billing_reversal b ON b.payment_id = p.id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount), 0) AS sum FROM billing_allocation WHERE payment_id = p.id
    ) a
    CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS sum FROM billing_refund WHERE payment_id = p.id) r
    WHERE p.partner_id = ANY(%(partners)s) AND p.booked_at >= %(since)s::timestamptz
""")

CREDIT_SPENT = SQL("""
    SELECT n.number AS credit_note, n.total::text, a.sum::text AS allocated, r.sum::text AS refunded,
           a.sum + r.sum <= n.total AS kept
    FROM billing_creditnote n
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount), 0) AS sum FROM billing_allocation WHERE credit_note_id = n.id
    ) a
    CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS sum FROM billing_refund WHERE credit_note_id = n.id) r
    WHERE n.partner_id = ANY(%(partners)s) AND n.issued_at >= %(since)s::timestamptz
""")

INVOICE_OVERPAID = SQL("""
    SELECT i.id AS invoice_id, i.number AS invoice, i.total::text, coalesce(sum(a.amount), 0)::text AS allocated,
           coalesce(sum(a.amount), 0) BETWEEN 0 AND i.total
           AND bool_and(a.undoes_id IS NOT NULL OR coalesce(a.amount, 1) > 0) AS kept
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
    SELECT l.id AS line, l.total::text, sum(a.amount)::text AS allocated,
           sum(a.amount) BETWEEN 0 AND l.total AS kept
    FROM billing_allocation a JOIN billing_invoiceline l ON l.id = a.line_id
    WHERE a.partner_id = ANY(%(partners)s) AND a.at >= %(since)s::timestamptz
    GROUP BY l.id
""")

ELSEWHERE = SQL("""
    SELECT a.id AS allocation, i.number AS invoice, i.currency, s.currency AS came_in,
           s.currency = i.currency AND s.customer_id = i.customer_id AND s.partner_id = i.partner_id
           AND (i.status = 'issued' OR (i.status = 'void' AND a.at <= i.voided_at))
           AND coalesce(o.invoice_id = i.id, a.offset_id IS NULL)
           AND coalesce(w.invoice_id = i.id, a.write_off_id IS NULL) AS kept
    FROM billing_allocation a
    JOIN billing_invoiceline l ON l.id = a.line_id
    JOIN billing_invoice i ON i.id = l.invoice_id
    LEFT JOIN billing_payment p ON p.id = a.payment_id
    LEFT JOIN billing_creditnote n ON n.id = a.credit_note_id
    LEFT JOIN billing_invoiceline o ON o.id = a.offset_id
    LEFT JOIN billing_invoice f ON f.id = o.invoice_id
    LEFT JOIN billing_writeoff w ON w.id = a.write_off_id
    CROSS JOIN LATERAL (
        SELECT coalesce(p.currency, n.currency, f.currency, w.currency) AS currency,
               coalesce(p.customer_id, n.customer_id, f.customer_id, w.customer_id) AS customer_id,
               coalesce(p.partner_id, n.partner_id, f.partner_id, w.partner_id) AS partner_id
    ) s
    WHERE a.partner_id = ANY(%(partners)s) AND a.at >= %(since)s::timestamptz
""")

# A row that takes an allocation back is its mirror, and comes with the reversal of that payment.
UNDONE = SQL("""
    SELECT a.id AS allocation, u.id AS undoes, a.amount::text, b.id AS reversal,
           a.amount = -u.amount AND a.line_id = u.line_id AND a.payment_id = u.payment_id AND u.undoes_id IS NULL
           AND a.at >= u.at AND a.at = b.at AS kept
    FROM billing_allocation a
    JOIN billing_allocation u ON u.id = a.undoes_id
    LEFT JOIN billing_reversal b ON b.payment_id = a.payment_id
    WHERE a.partner_id = ANY(%(partners)s) AND a.at >= %(since)s::timestamptz
""")

REFUNDED_ELSEWHERE = SQL("""
    SELECT r.id AS refund, r.reference, r.amount::text,
           s.currency = r.currency AND s.customer_id = r.customer_id AND s.partner_id = r.partner_id AS kept
    FROM billing_refund r
    LEFT JOIN billing_payment p ON p.id = r.payment_id
    LEFT JOIN billing_creditnote n ON n.id = r.credit_note_id
    CROSS JOIN LATERAL (
        SELECT coalesce(p.currency, n.currency) AS currency, coalesce(p.customer_id, n.customer_id) AS customer_id,
               coalesce(p.partner_id, n.partner_id) AS partner_id
    ) s
    WHERE r.partner_id = ANY(%(partners)s) AND r.at >= %(since)s::timestamptz
""")

# Given up is exactly what two different people agreed to; what is only asked for, or refused, counts nothing.
GIVEN_UP = SQL("""
    SELECT w.id AS write_off, w.amount::text, coalesce(sum(a.amount), 0)::text AS allocated,
           coalesce(sum(a.amount), 0) = CASE WHEN w.agreed_at IS NULL THEN 0 ELSE w.amount END
           AND (w.agreed_at IS NULL OR w.agreed_by_id <> w.asked_by_id) AS kept
    FROM billing_writeoff w LEFT JOIN billing_allocation a ON a.write_off_id = w.id
    WHERE w.partner_id = ANY(%(partners)s) AND w.asked_at >= %(since)s::timestamptz
    GROUP BY w.id
""")

WRITTEN_OFF_STORED = SQL("""
    SELECT i.number AS invoice, i.written_off::text AS stored, coalesce(x.sum, 0)::text AS computed,
           i.written_off = coalesce(x.sum, 0) AS kept
    FROM billing_invoice i
    LEFT JOIN (
        SELECT l.invoice_id, sum(a.amount) AS sum
        FROM billing_allocation a JOIN billing_invoiceline l ON l.id = a.line_id
        WHERE a.write_off_id IS NOT NULL GROUP BY l.invoice_id
    ) x ON x.invoice_id = i.id
    WHERE i.partner_id = ANY(%(partners)s)
""")

# Void is the end: nothing stands on it, nothing of it is owed, and somebody said why.
VOID = SQL("""
    SELECT i.number AS invoice, i.balance::text, i.voided_at, coalesce(sum(l.open), 0)::text AS open,
           i.balance = 0 AND i.written_off = 0 AND i.voided_at IS NOT NULL AND i.void_reason <> ''
           AND bool_and(l.open = 0) AND coalesce(sum(x.put), 0) = 0 AS kept
    FROM billing_invoice i
    LEFT JOIN billing_invoiceline l ON l.invoice_id = i.id
    LEFT JOIN (
        SELECT line_id, sum(amount) AS put FROM billing_allocation WHERE offset_id IS NULL GROUP BY line_id
    ) x ON x.line_id = l.id
    WHERE i.status = 'void' AND i.partner_id = ANY(%(partners)s)
    GROUP BY i.id
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
    SELECT l.id AS line, l.invoice_id AS invoice, l.open::text AS stored, c.open::text AS computed,
           l.open = c.open AS kept
    FROM billing_invoiceline l
    JOIN billing_invoice i ON i.id = l.invoice_id
    LEFT JOIN ({put}) x ON x.line_id = l.id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN i.status = 'void' THEN 0 ELSE l.total - coalesce(x.put, 0) END AS open
    ) c
    WHERE l.partner_id = ANY(%(partners)s)
""").format(put=PUT)

INVOICE_STORED = SQL("""
    SELECT i.id AS invoice_id, i.number AS invoice, i.total::text, i.balance::text AS stored,
           (sum(l.total) - coalesce(sum(x.put), 0))::text AS computed,
           (i.status = 'void' OR i.balance = sum(l.total) - coalesce(sum(x.put), 0)) AND i.total = sum(l.total)
           AND i.net = sum(l.net) AND i.tax = sum(l.tax) AS kept
    FROM billing_invoice i
    JOIN billing_invoiceline l ON l.invoice_id = i.id
    LEFT JOIN ({put}) x ON x.line_id = l.id
    WHERE i.partner_id = ANY(%(partners)s)
    GROUP BY i.id
""").format(put=PUT)

# A line is never given back beyond what was billed for it.
CREDITED = SQL("""
    SELECT l.id AS line, l.total::text, sum(c.total)::text AS credited,
           sum(c.total) <= l.total AND sum(c.tax) <= l.tax + 0.02 AS kept
    FROM billing_creditnoteline c JOIN billing_invoiceline l ON l.id = c.invoice_line_id
    WHERE c.partner_id = ANY(%(partners)s) AND l.total > 0
    GROUP BY l.id
""")

CREDIT_STORED = SQL("""
    SELECT n.number AS credit_note, n.total::text, sum(l.total)::text AS computed,
           n.total = sum(l.total) AND bool_and(l.total = l.net + l.tax) AS kept
    FROM billing_creditnote n LEFT JOIN billing_creditnoteline l ON l.credit_note_id = n.id
    WHERE n.partner_id = ANY(%(partners)s) AND n.issued_at >= %(since)s::timestamptz
    GROUP BY n.id
""")

CHECKS = (
    Question("I21", "something stands on a void invoice, or is owed of it", VOID),
    Question("I23", "more was allocated of a payment than came in", PAYMENT_SPENT),
    Question("I23", "more was allocated of a credit note than it gives", CREDIT_SPENT),
    Question("I23", "more was put against an invoice than it asks for", INVOICE_OVERPAID),
    Question("I23", "more was put against a line than it asks for", LINE_OVERPAID),
    Question("I23", "more was put against others of a line below zero than it is below", OFFSET_SPENT),
    Question("I23", "money went to another currency, customer, partner or draft", ELSEWHERE),
    Question("I23", "an allocation was taken back otherwise than it was put", UNDONE),
    Question(
        "I23", "money was sent back to another customer, or in another currency, than it came", REFUNDED_ELSEWHERE
    ),
    Question("I23", "given up is not what two people agreed to", GIVEN_UP),
    Question("I23", "more of a line was credited than was billed", CREDITED),
    Question("I24", "a payment was booked more than once", BOOKED_TWICE),
    Question("I25", "what a line says is open is not its total less its allocations", LINE_STORED),
    Question("I25", "what an invoice says it is, or is left of it, is not the sum of its lines", INVOICE_STORED),
    Question("I25", "what an invoice says was given up is not the sum of its write-offs", WRITTEN_OFF_STORED),
    Question("I25", "a credit note is not the sum of its lines", CREDIT_STORED),
)
