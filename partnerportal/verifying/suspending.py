"""Was every suspension still owed at the last look, did it touch exactly its own subscriptions, and did the
provider hear each request once, and did two people agree where a day reached far? (I4, I10, I12, I16)"""

from psycopg.sql import SQL

from .asking import Question
from .ladder import PRINTED, REACHED_BY
from .mends import MENDED
from .money import LINES_AT

NOT_OWED = SQL("""
    SELECT d.suspension_id AS suspension, i.number AS invoice, d.looked_at, d.debt::text, o.due::text AS undisputed,
           n.need::text, x.began_at = d.looked_at AND d.debt > 0 AND d.debt <= o.due AND o.due >= n.need AS kept
    FROM dunning_suspensiondebt d
    JOIN subscriptions_suspension x ON x.id = d.suspension_id
    JOIN billing_invoice i ON i.id = d.invoice_id
    JOIN dunning_decision k ON k.id = d.decision_id
    JOIN dunning_policyversion v ON v.id = k.version_id
    JOIN dunning_stage s ON s.version_id = k.version_id AND s.name = k.stage
    CROSS JOIN LATERAL (SELECT sum(l.open - least(l.open, l.disputed)) AS due FROM ({lines}) l) o
    CROSS JOIN LATERAL (SELECT greatest(
        (s.min_overdue ->> i.currency)::numeric, (v.ignore_below ->> i.currency)::numeric, 0.01
    ) AS need) n
    WHERE d.partner_id = ANY(%(partners)s) AND d.looked_at >= %(since)s::timestamptz
""").format(lines=LINES_AT.format(invoice=SQL("d.invoice_id"), at=SQL("d.looked_at")))

LOOKED_EARLY = SQL("""
    SELECT d.suspension_id AS suspension, i.number AS invoice, d.looked_at, d.earliest_at, p.not_before,
           d.looked_at >= d.earliest_at AND d.earliest_at >= p.not_before AS kept
    FROM dunning_suspensiondebt d
    JOIN billing_invoice i ON i.id = d.invoice_id
    CROSS JOIN LATERAL ({printed}) p
    WHERE d.partner_id = ANY(%(partners)s) AND d.looked_at >= %(since)s::timestamptz
""").format(printed=PRINTED.format(invoice=SQL("d.invoice_id"), reached=REACHED_BY.format(at=SQL("d.looked_at"))))

# A stop that was decided: a hold, a no, an approval that is missing. An add-on that follows its base has no
# stop of its own.
STOPPED = SQL("""
    SELECT d.suspension_id AS suspension, i.number AS invoice, d.looked_at, o.state, y.approvals, o.approvals_needed,
           h.reason AS held,
           o.state = 'carried_out' AND y.approvals >= o.approvals_needed AND o.ended_at = d.looked_at
           AND h.id IS NULL AS kept
    FROM dunning_suspensiondebt d
    JOIN subscriptions_suspension x ON x.id = d.suspension_id
    JOIN billing_invoice i ON i.id = d.invoice_id
    JOIN dunning_decision k ON k.id = d.decision_id
    LEFT JOIN dunning_proposal o ON o.decision_id = d.decision_id
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT a.user_id) AS approvals FROM dunning_approval a
        WHERE a.proposal_id = o.id AND a.at <= d.looked_at
    ) y
    LEFT JOIN LATERAL (
        SELECT h.id, h.reason FROM billing_hold h
        WHERE h.customer_id = x.customer_id AND h.kind IN ('hold', 'exemption')
          AND h.recorded_at < d.looked_at - %(concurrent)s::interval
          AND (h.invoice_id IS NULL OR h.invoice_id = d.invoice_id)
          AND (h.subscription_id IS NULL OR h.subscription_id = x.subscription_id
               AND NOT o.follows @> to_jsonb(x.subscription_id))
          AND (d.looked_at AT TIME ZONE (k.facts ->> 'zone'))::date
              BETWEEN h.from_on AND coalesce(h.until_on, 'infinity'::date)
        LIMIT 1
    ) h ON true
    WHERE d.partner_id = ANY(%(partners)s) AND d.looked_at >= %(since)s::timestamptz
""")

SCOPE_GREW = SQL("""
    SELECT c.id AS access_change, i.number AS invoice, c.scope, o.covers,
           NOT EXISTS (
               SELECT FROM unnest(c.scope) pk LEFT JOIN subscriptions_subscription u ON u.id = pk
               WHERE u.customer_id IS DISTINCT FROM c.customer_id OR u.partner_id <> c.partner_id
           )
           AND (coalesce(s.scope = c.scope AND s.customer_id = c.customer_id,
               to_jsonb(c.scope) <@ o.covers AND o.follows <@ o.covers AND k.invoice_id = e.invoice_id
               AND NOT EXISTS (
                   SELECT FROM jsonb_array_elements_text(o.covers) pk
                   WHERE NOT o.follows @> to_jsonb(pk::bigint) AND NOT EXISTS (
                       SELECT FROM billing_invoiceline l
                       WHERE l.invoice_id = k.invoice_id AND l.subscription_id = pk::bigint
                   )
               )
           ) OR {mended}) AS kept
    FROM subscriptions_accesschange c
    LEFT JOIN dunning_proposal o ON o.change_id = c.id
    LEFT JOIN dunning_decision k ON k.id = o.decision_id
    LEFT JOIN dunning_case e ON e.id = o.case_id
    LEFT JOIN billing_invoice i ON i.id = k.invoice_id
    LEFT JOIN subscriptions_accessstop s ON s.change_id = c.id
    WHERE c.wanted = 'suspended' AND c.partner_id = ANY(%(partners)s) AND c.queued_at >= %(since)s::timestamptz
""").format(mended=MENDED)

# Named by a notice of the round that reached the customer, or its line's dispute was decided.
NOT_NAMED = SQL("""
    SELECT o.id AS proposal, i.number AS invoice, pk::bigint AS subscription,
           EXISTS (
               SELECT FROM dunning_decision n LEFT JOIN customers_message m ON m.id = n.message_id
               WHERE n.invoice_id = k.invoice_id AND n.round = k.round AND n.suspend_on IS NOT NULL
                 AND n.scope @> to_jsonb(pk::bigint) AND {reached}
           ) OR EXISTS (
               SELECT FROM billing_disputedamount q JOIN billing_invoiceline l ON l.id = q.line_id
               WHERE l.invoice_id = k.invoice_id AND l.subscription_id = pk::bigint AND q.decided_at <= o.proposed_at
           ) AS kept
    FROM dunning_proposal o
    JOIN dunning_decision k ON k.id = o.decision_id
    JOIN billing_invoice i ON i.id = k.invoice_id
    CROSS JOIN LATERAL jsonb_array_elements_text(o.covers) pk
    WHERE NOT o.follows @> to_jsonb(pk::bigint)
      AND o.partner_id = ANY(%(partners)s) AND o.proposed_at >= %(since)s::timestamptz
""").format(reached=REACHED_BY.format(at=SQL("o.proposed_at")))

OPENED_BEYOND = SQL("""
    SELECT x.id AS suspension, x.subscription_id AS subscription, c.scope,
           c.wanted = 'suspended' AND x.subscription_id = ANY(c.scope) AND x.customer_id = c.customer_id
           AND u.customer_id = x.customer_id AS kept
    FROM subscriptions_suspension x
    JOIN subscriptions_subscription u ON u.id = x.subscription_id
    LEFT JOIN subscriptions_accesschange c ON c.id = x.opened_by_id
    WHERE x.cause = 'non_payment' AND x.partner_id = ANY(%(partners)s) AND x.began_at >= %(since)s::timestamptz
""")

# Within 24 hours before each: how many different customers, against the limit of that day, and whether a lifted breaker
# names this one. The last look noted the limit it was judged by. What has no such note, as a stop has none: a breaker
# that tripped in those hours froze the limit. Else it was not exceeded as the limit stood then: what the breakers
# before and after it recorded, or after the last of them what is set today, are the bounds.
REACHED_FAR = SQL("""
    SELECT x.id AS suspension, x.customer_id AS customer, x.began_at, n.customers, n.most, b.id AS breaker,
           n.customers <= n.most OR b.id IS NOT NULL AS kept
    FROM subscriptions_suspension x
    JOIN customers_partner p ON p.id = x.partner_id
    LEFT JOIN dunning_proposal o ON o.change_id = x.opened_by_id
    LEFT JOIN dunning_suspensiondebt d ON d.suspension_id = x.id
    CROSS JOIN LATERAL (
        SELECT (
            SELECT count(DISTINCT y.customer_id) FROM subscriptions_suspension y
            WHERE y.partner_id = x.partner_id AND y.cause = 'non_payment'
              AND y.began_at > x.began_at - interval '24 hours' AND y.began_at <= x.began_at
        ) AS customers, coalesce(d.day_limit, (
            SELECT w.limit FROM dunning_breaker w
            WHERE w.partner_id = x.partner_id
              AND w.tripped_at > x.began_at - interval '24 hours' AND w.tripped_at <= x.began_at
            ORDER BY w.tripped_at DESC, w.id DESC LIMIT 1
        ), greatest((
            SELECT w.limit FROM dunning_breaker w WHERE w.partner_id = x.partner_id AND w.tripped_at <= x.began_at
            ORDER BY w.tripped_at DESC, w.id DESC LIMIT 1
        ), coalesce((
            SELECT w.limit FROM dunning_breaker w WHERE w.partner_id = x.partner_id AND w.tripped_at > x.began_at
            ORDER BY w.tripped_at, w.id LIMIT 1
        ), least(p.breaker_cap, greatest(p.breaker_customers, floor(
            (SELECT count(*) FROM customers_customer k WHERE k.partner_id = p.id) * p.breaker_percent / 100
        )))))) AS most
    ) n
    LEFT JOIN LATERAL (
        SELECT w.id FROM dunning_breaker w
        WHERE w.partner_id = x.partner_id AND w.customers @> ARRAY[x.customer_id]
          AND w.lifted_at BETWEEN o.proposed_at AND x.began_at
          AND (SELECT count(*) FROM dunning_breakerlift l WHERE l.breaker_id = w.id AND l.at <= w.lifted_at) >= 2
        LIMIT 1
    ) b ON true
    WHERE x.cause <> 'provider' AND x.partner_id = ANY(%(partners)s) AND x.began_at >= %(since)s::timestamptz
""")

# The provider's own word: which subscription of whom did our request change?
WRONG_SUBSCRIPTION = SQL("""
    SELECT t.id AS access_attempt, r.request_id, r.customer, r.subscription, c.scope,
           u.id = t.subscription_id AND u.id = ANY(c.scope) AND r.customer = lower(k.provider_id)
           AND (c.wanted = 'active' OR o.covers @> to_jsonb(u.id) OR u.id = ANY(s.scope) OR {mended}) AS kept
    FROM verify_operation r
    JOIN subscriptions_accessattempt t ON t.request_id::text = r.request_id
    JOIN subscriptions_accesschange c ON c.id = t.change_id
    JOIN customers_customer k ON k.id = c.customer_id
    LEFT JOIN dunning_proposal o ON o.change_id = c.id
    LEFT JOIN subscriptions_accessstop s ON s.change_id = c.id
    LEFT JOIN subscriptions_subscription u ON lower(u.provider_id) = r.subscription AND u.partner_id = t.partner_id
    WHERE t.partner_id = ANY(%(partners)s) AND t.began_at >= %(since)s::timestamptz
""").format(mended=MENDED)

TOOK_EFFECT_TWICE = SQL("""
    SELECT t.change_id AS access_change, t.subscription_id AS subscription, count(r.request_id) AS effects,
           count(r.request_id) <= 1 AS kept
    FROM (
        -- What only put auto-renewal back changed no access.
        SELECT DISTINCT change_id, subscription_id, request_id, partner_id FROM subscriptions_accessattempt
        WHERE answer NOT LIKE '%%auto-renewal%%'
    ) t
    JOIN subscriptions_accesschange c ON c.id = t.change_id
    LEFT JOIN verify_operation r ON r.request_id = t.request_id::text AND r.took_effect
    WHERE t.partner_id = ANY(%(partners)s) AND c.queued_at >= %(since)s::timestamptz
    GROUP BY t.change_id, t.subscription_id
""")

REQUEST_TWICE = SQL("""
    SELECT r.request_id, count(*) AS effects, count(*) = 1 AS kept
    FROM verify_operation r
    JOIN subscriptions_subscription u ON lower(u.provider_id) = r.subscription AND u.partner_id = ANY(%(partners)s)
    WHERE r.took_effect
    GROUP BY r.request_id
""")

UNEXPLAINED = SQL("""
    SELECT r.request_id, r.customer, r.subscription, r.took_effect,
           EXISTS (SELECT FROM subscriptions_accessattempt t WHERE t.request_id::text = r.request_id)
           OR EXISTS (SELECT FROM subscriptions_quantityattempt t WHERE t.request_id::text = r.request_id) AS kept
    FROM verify_operation r
    JOIN subscriptions_subscription u ON lower(u.provider_id) = r.subscription AND u.partner_id = ANY(%(partners)s)
    WHERE NOT r.late
""")

UNHEARD = SQL("""
    SELECT t.id AS access_attempt, t.change_id AS access_change, t.request_id,
           EXISTS (SELECT FROM verify_operation r WHERE r.request_id = t.request_id::text) AS kept
    FROM subscriptions_accessattempt t
    WHERE t.answer = 'accepted' AND t.partner_id = ANY(%(partners)s) AND t.began_at >= %(since)s::timestamptz
""")

CHECKS = (
    Question("I4", "suspended for less than was undisputedly owed at the last look", NOT_OWED),
    Question("I4", "the last look came before the promised instant", LOOKED_EARLY, same=True),
    Question(
        "I4", "suspended although somebody had decided otherwise, or without enough approvals", STOPPED, same=True
    ),
    Question("I10", "a suspension's scope is not its proposal's", SCOPE_GREW),
    Question("I10", "a subscription was to be suspended that no delivered notice had named", NOT_NAMED),
    Question("I10", "a suspension was opened outside the scope that was decided", OPENED_BEYOND),
    Question("I10", "the provider changed a subscription outside the scope", WRONG_SUBSCRIPTION),
    Question("I12", "more customers suspended within a day than the limit, and no two people agreed", REACHED_FAR),
    Question("I2", "one request took effect at the provider more than once", REQUEST_TWICE),
    Question("I16", "one change of access took effect at the provider more than once", TOOK_EFFECT_TWICE),
    Question("I16", "the provider was asked for a change without an attempt of ours", UNEXPLAINED),
)
# Only where the provider is the sandbox can its log be missed.
WITNESSED = (Question("I16", "accepted, says our record, and the provider knows nothing of it", UNHEARD, same=True),)
