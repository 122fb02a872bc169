"""Is what consists of several parts only called done when each of them is? Asked of all at once. (I11)"""

from psycopg.sql import SQL

from .asking import Question

# The money of every line together, as a line below zero counts against its neighbours; and every suspension.
CLOSED_TOO_SOON = SQL("""
    SELECT e.id AS case, i.number AS invoice, e.closed_at, m.open::text, o.still_off,
           e.closed_at IS NULL OR (
               m.open < greatest((v.ignore_below ->> i.currency)::numeric, 0.01) AND coalesce(o.all_ended, true)
           ) AS kept
    FROM dunning_case e
    JOIN billing_invoice i ON i.id = e.invoice_id
    JOIN dunning_policyversion v ON v.id = e.version_id
    CROSS JOIN LATERAL (SELECT coalesce(sum(l.open), 0) AS open FROM billing_invoiceline l WHERE l.invoice_id = i.id) m
    CROSS JOIN LATERAL (
        SELECT bool_and(x.ended_at IS NOT NULL) AS all_ended, count(*) FILTER (WHERE x.ended_at IS NULL) AS still_off
        FROM dunning_suspensiondebt d JOIN subscriptions_suspension x ON x.id = d.suspension_id
        WHERE d.invoice_id = i.id
    ) o
    WHERE e.partner_id = ANY(%(partners)s) AND e.opened_at >= %(since)s::timestamptz
""")

# The other way round, once somebody has looked: nothing is left of any line, and nothing was ever off for it.
LEFT_OPEN = SQL("""
    SELECT e.id AS case, i.number AS invoice, e.reviewed_at, e.closed_at IS NOT NULL AS kept
    FROM dunning_case e
    JOIN billing_invoice i ON i.id = e.invoice_id
    JOIN customers_customer c ON c.id = e.customer_id
    WHERE c.review_due_at IS NULL AND e.reviewed_at IS NOT NULL
      AND (SELECT bool_and(l.open = 0) FROM billing_invoiceline l WHERE l.invoice_id = i.id)
      AND NOT EXISTS (SELECT FROM dunning_suspensiondebt d WHERE d.invoice_id = i.id)
      AND e.partner_id = ANY(%(partners)s) AND e.opened_at >= %(since)s::timestamptz
""")

# Off: each was read back as off, or lifted meanwhile. On: each was read back as on, or another reason holds it, or is
# on its way back by another change.
DONE_BY_HALF = SQL("""
    SELECT c.id AS access_change, c.key, c.wanted, p.parts, p.done, p.parts = p.done AS kept
    FROM subscriptions_accesschange c
    CROSS JOIN LATERAL (
        SELECT count(*) AS parts, count(*) FILTER (WHERE CASE c.wanted
            WHEN 'suspended' THEN x.confirmed_at IS NOT NULL OR x.ended_at IS NOT NULL
            ELSE x.restored_at IS NOT NULL OR EXISTS (
                SELECT FROM subscriptions_suspension y
                WHERE y.subscription_id = x.subscription_id AND y.ended_at IS NULL
            ) OR EXISTS (
                SELECT FROM subscriptions_accesschange z
                WHERE z.wanted = 'active' AND z.outcome IN ('waiting', 'parked') AND x.subscription_id = ANY(z.scope)
            )
        END) AS done
        FROM subscriptions_suspension x
        WHERE CASE c.wanted WHEN 'suspended' THEN x.opened_by_id ELSE x.lifted_by_id END = c.id
    ) p
    WHERE c.outcome = 'done' AND c.partner_id = ANY(%(partners)s) AND c.queued_at >= %(since)s::timestamptz
""")

CHECKS = (
    Question("I11", "a case is closed although a part of it is owed or still off", CLOSED_TOO_SOON),
    Question("I11", "a case is open although nothing of it is owed or was ever off", LEFT_OPEN, same=True),
    Question("I11", "a change of access counts as done although a subscription of it is not", DONE_BY_HALF),
)
