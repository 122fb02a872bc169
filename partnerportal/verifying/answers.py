"""Was every question answered before it was closed, and did its money go where the answer said? (I31, I33)"""

from psycopg.sql import SQL

from .asking import Question

CLOSED_UNTOLD = SQL("""
    SELECT q.number AS dispute, q.decided_at, m.delivered_at, q.told_at, q.closed_at,
           m.letter = 'answer' AND m.customer_id = q.customer_id AND m.delivered_at = q.told_at
           AND q.decided_at <= m.delivered_at AND m.delivered_at <= q.closed_at
           AND (m.bounced_at IS NULL OR m.bounced_at > q.closed_at) AS kept
    FROM disputes_dispute q LEFT JOIN customers_message m ON m.id = q.told_by_id
    WHERE q.status = 'closed' AND q.partner_id = ANY(%(partners)s) AND q.opened_at >= %(since)s::timestamptz
""")

# What was questioned stands with each amount and, unchangeable, in the timeline.
NOT_CONSERVED = SQL("""
    SELECT q.number AS dispute, q.outcome, r.questioned::text, coalesce(n.total, 0)::text AS credited, r.refused::text,
           coalesce(n.total, 0) + r.refused = r.questioned AND coalesce(s.questioned = r.questioned, true) AS kept
    FROM disputes_dispute q
    LEFT JOIN billing_creditnote n ON n.id = q.credit_note_id
    CROSS JOIN LATERAL (
        SELECT sum(a.questioned) AS questioned,
               coalesce(sum(a.amount) FILTER (WHERE a.outcome <> 'upheld'), 0) AS refused
        FROM billing_disputedamount a WHERE a.partner_id = q.partner_id AND a.case_number = q.number
    ) r
    LEFT JOIN LATERAL (
        SELECT max((e.values ->> 'amount')::numeric) AS questioned FROM customers_timelineentry e
        WHERE e.customer_id = q.customer_id AND e.code = 'question_opened' AND e.values ->> 'case' = q.number
    ) s ON true
    WHERE q.decided_at IS NOT NULL
      AND q.partner_id = ANY(%(partners)s) AND q.opened_at >= %(since)s::timestamptz
""")

CHECKS = (
    Question("I31", "a dispute was closed before its outcome had reached the customer", CLOSED_UNTOLD),
    Question("I33", "credited and refused are not what was disputed", NOT_CONSERVED),
)
