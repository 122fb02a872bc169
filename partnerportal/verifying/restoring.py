"""Does paying bring access back, at once, and lift no reason but its own? (I29, I30)"""

from psycopg.sql import SQL

from .asking import Question

# Each payment put against the invoice behind a suspension, with what was undisputedly due after it: of the
# invoice, and of the suspended subscription alone. Two payments of one instant are read as one.
AFTER_PAYING = SQL("""
    SELECT l.id, l.subscription_id,
           l.total - coalesce((
               SELECT sum(a.amount) FROM billing_allocation a WHERE a.line_id = l.id AND a.at <= w.at
           ), 0) + coalesce((
               SELECT sum(a.amount) FROM billing_allocation a WHERE a.offset_id = l.id AND a.at <= w.at
           ), 0) AS open,
           coalesce((
               SELECT sum(q.questioned) FROM billing_disputedamount q
               WHERE q.line_id = l.id AND q.opened_at <= w.at AND (q.decided_at IS NULL OR q.decided_at > w.at)
           ), 0) AS disputed
    FROM billing_invoiceline l WHERE l.invoice_id = d.invoice_id
""")

NOT_RESTORED = SQL("""
    SELECT x.id AS suspension, i.number AS invoice, w.payment_id AS payment, w.at AS paid_at, o.due::text AS undisputed,
           x.ended_at, c.queued_at AS restore_queued_at,
           x.ended_at <= w.at AND (
               x.ended_at < w.at OR x.ended_why <> 'cured'
               OR (x.lifted_by_id IS NULL AND x.confirmed_at IS NULL)
               OR (c.wanted = 'active' AND c.queued_at = w.at)
           ) AS kept
    FROM dunning_suspensiondebt d
    JOIN subscriptions_suspension x ON x.id = d.suspension_id
    JOIN billing_invoice i ON i.id = d.invoice_id
    JOIN dunning_decision k ON k.id = d.decision_id
    JOIN dunning_policyversion v ON v.id = k.version_id
    JOIN LATERAL (
        SELECT a.at, min(a.payment_id) AS payment_id
        FROM billing_invoiceline l
        JOIN billing_allocation a ON a.line_id = l.id
        JOIN billing_payment p ON p.id = a.payment_id AND p.booked_at = a.at
        WHERE l.invoice_id = d.invoice_id AND a.at > x.began_at
        GROUP BY a.at
    ) w ON true
    CROSS JOIN LATERAL (
        SELECT sum(z.open) AS owed, sum(z.open - least(z.open, z.disputed)) AS due,
               coalesce(sum(z.open - least(z.open, z.disputed))
                        FILTER (WHERE z.subscription_id = x.subscription_id), 0) AS own,
               coalesce((v.ignore_below ->> i.currency)::numeric, 0) AS ignored
        FROM ({after}) z
    ) o
    LEFT JOIN subscriptions_accesschange c ON c.id = x.lifted_by_id
    WHERE (o.owed <= 0 OR o.owed < o.ignored OR o.due <= 0 OR o.due < o.ignored OR o.due <= (1 - v.cure_share) * d.debt
           OR (v.cure_level = 'subscription' AND o.own < greatest(o.ignored, 0.01)))
      AND x.partner_id = ANY(%(partners)s) AND w.at >= %(since)s::timestamptz
""").format(after=AFTER_PAYING)

NEVER_PROMISED = SQL("""
    SELECT x.id AS suspension, x.subscription_id AS subscription, x.ended_at, c.queued_at,
           c.wanted = 'active' AND c.queued_at = x.ended_at AND x.subscription_id = ANY(c.scope) AS kept
    FROM subscriptions_suspension x
    LEFT JOIN subscriptions_accesschange c ON c.id = x.lifted_by_id
    WHERE x.cause = 'non_payment' AND x.ended_why = 'cured'
      AND (x.confirmed_at IS NOT NULL OR x.lifted_by_id IS NOT NULL)
      AND x.partner_id = ANY(%(partners)s) AND x.began_at >= %(since)s::timestamptz
""")

LIFTED_TOO_MUCH = SQL("""
    SELECT t.id AS access_attempt, t.subscription_id AS subscription, t.began_at,
           NOT EXISTS (
               SELECT FROM subscriptions_suspension x
               WHERE x.subscription_id = t.subscription_id AND x.began_at < t.began_at - %(concurrent)s::interval
                 AND (x.ended_at IS NULL OR x.ended_at > t.began_at + %(concurrent)s::interval)
           ) AS kept
    FROM subscriptions_accessattempt t
    JOIN subscriptions_accesschange c ON c.id = t.change_id AND c.wanted = 'active'
    WHERE t.partner_id = ANY(%(partners)s) AND t.began_at >= %(since)s::timestamptz
""")

# Off at the provider by our own deed, though no reason is left and nothing is under way.
LEFT_OFF = SQL("""
    SELECT x.id AS suspension, x.subscription_id AS subscription, x.ended_at, c.outcome,
           x.ended_at IS NULL OR x.restored_at IS NOT NULL OR x.lifted_by_id IS NULL
           OR c.outcome IN ('waiting', 'parked')
           OR EXISTS (
               SELECT FROM subscriptions_suspension y
               WHERE y.subscription_id = x.subscription_id AND y.id <> x.id AND y.began_at <= c.settled_at
                 AND (y.ended_at IS NULL OR y.ended_at > x.ended_at)
           ) AS kept
    FROM subscriptions_suspension x
    LEFT JOIN subscriptions_accesschange c ON c.id = x.lifted_by_id
    WHERE x.confirmed_at IS NOT NULL
      AND x.partner_id = ANY(%(partners)s) AND x.began_at >= %(since)s::timestamptz
""")

# What no payment lifts: two people opened it, and its own resolution ended it, by two again where it was fraud.
STOPPED_BY_ONE = SQL("""
    SELECT x.id AS suspension, x.cause, x.began_at, x.ended_at, x.ended_why, s.state,
           s.cause = x.cause AND x.subscription_id = ANY(s.scope) AND s.decided_by_id <> s.opened_by_id
           AND s.decided_at = x.began_at
           AND (x.ended_at IS NULL AND s.ended_at IS NULL
                OR x.ended_at = s.ended_at AND x.ended_why = 'resolved' AND x.lifted_by_id = s.lift_id
                   AND (s.cause <> 'fraud' OR s.ended_by_id <> s.lift_asked_by_id)) AS kept
    FROM subscriptions_suspension x
    LEFT JOIN subscriptions_accessstop s ON s.change_id = x.opened_by_id
    WHERE x.cause IN ('fraud', 'request')
      AND x.partner_id = ANY(%(partners)s) AND x.began_at >= %(since)s::timestamptz
""")

CHECKS = (
    Question("I29", "a payment cured the debt and access was not promised back with it", NOT_RESTORED),
    Question("I29", "a suspension ended as cured without the promise of access", NEVER_PROMISED),
    Question("I30", "access was switched on while another reason held it back", LIFTED_TOO_MUCH),
    Question("I30", "no reason is left, and access is not back nor on its way", LEFT_OFF),
    Question("I30", "a reason beside money was opened or ended without the people it takes", STOPPED_BY_ONE),
)
