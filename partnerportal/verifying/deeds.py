"""Has every decision its deed and every deed its decision, and does every promise end and stay ended?
(I13, I14, I21)"""

from psycopg.sql import SQL

from .asking import Question
from .mends import MENDED

NO_DEED = SQL("""
    SELECT d.id AS decision, i.number AS invoice, d.action, d.decided_at, m.key AS letter, o.id AS proposal,
           CASE
               WHEN d.action IN ('notice', 'deletion_notice') THEN o.id IS NULL AND (
                   d.waived_at IS NOT NULL OR (
                       m.letter = CASE d.action WHEN 'notice' THEN 'notice' ELSE 'deletion' END
                       AND m.customer_id = i.customer_id AND m.queued_at = d.decided_at
                   )
               )
               WHEN d.action = 'suspend' THEN m.id IS NULL AND o.case_id = d.case_id AND o.proposed_at = d.decided_at
               ELSE m.id IS NULL AND o.id IS NULL
           END AS kept
    FROM dunning_decision d
    JOIN billing_invoice i ON i.id = d.invoice_id
    LEFT JOIN customers_message m ON m.id = d.message_id
    LEFT JOIN dunning_proposal o ON o.decision_id = d.id
    WHERE d.partner_id = ANY(%(partners)s) AND d.decided_at >= %(since)s::timestamptz
""")

LETTER_ALONE = SQL("""
    SELECT m.id AS message, m.key, m.queued_at,
           EXISTS (SELECT FROM dunning_decision d WHERE d.message_id = m.id) AS kept
    FROM customers_message m
    WHERE m.letter IN ('notice', 'deletion')
      AND m.partner_id = ANY(%(partners)s) AND m.queued_at >= %(since)s::timestamptz
""")

CHANGE_ALONE = SQL("""
    SELECT c.id AS access_change, c.key, c.wanted, CASE c.wanted
               WHEN 'suspended' THEN (o.id IS NOT NULL AND NOT (o.state = 'proposed')) OR s.decided_at = c.queued_at
               ELSE EXISTS (SELECT FROM subscriptions_suspension x WHERE x.lifted_by_id = c.id)
           END OR {mended} AS kept
    FROM subscriptions_accesschange c
    LEFT JOIN dunning_proposal o ON o.change_id = c.id
    LEFT JOIN subscriptions_accessstop s ON s.change_id = c.id
    WHERE c.partner_id = ANY(%(partners)s) AND c.queued_at >= %(since)s::timestamptz
""").format(mended=MENDED)

CARRIED_OUT_ALONE = SQL("""
    SELECT o.id AS proposal, o.state, o.change_id AS access_change, CASE o.state
               WHEN 'carried_out' THEN EXISTS (
                   SELECT FROM subscriptions_suspension x WHERE x.opened_by_id = o.change_id
               )
               ELSE NOT EXISTS (SELECT FROM subscriptions_suspension x WHERE x.opened_by_id = o.change_id)
           END AS kept
    FROM dunning_proposal o
    WHERE o.partner_id = ANY(%(partners)s) AND o.proposed_at >= %(since)s::timestamptz
""")

# Access that a person gave back for an open debt was that person's decision, at that instant.
BACK_BY_NOBODY = SQL("""
    SELECT x.id AS suspension, x.ended_at, (EXISTS (
               SELECT FROM dunning_deletiondecision n JOIN dunning_suspensiondebt d ON d.suspension_id = x.id
               WHERE n.invoice_id = d.invoice_id AND n.choice = 'bring_back' AND n.decided_at = x.ended_at
           ) OR EXISTS (
               SELECT FROM subscriptions_drift g
               WHERE g.subscription_id = x.subscription_id AND g.kind = 'on_there' AND g.ended_how = 'recorded'
                 AND g.ended_at = x.ended_at AND g.ended_by_id IS NOT NULL
           )) AND c.wanted = 'active' AND c.queued_at = x.ended_at AND x.subscription_id = ANY(c.scope) AS kept
    FROM subscriptions_suspension x
    LEFT JOIN subscriptions_accesschange c ON c.id = x.lifted_by_id
    WHERE x.cause = 'non_payment' AND x.ended_why = 'person'
      AND x.partner_id = ANY(%(partners)s) AND x.began_at >= %(since)s::timestamptz
""")

# Every kind of effect, with its first attempts told apart by table.
EFFECTS = SQL("""
    SELECT 'message' AS kind, id, key, partner_id, queued_at, due_at, outcome, settled_at, attempts, reason,
           lease_token, lease_until FROM customers_message
    UNION ALL
    SELECT 'access change', id, key, partner_id, queued_at, due_at, outcome, settled_at, attempts, reason,
           lease_token, lease_until FROM subscriptions_accesschange
    UNION ALL
    SELECT 'reading', id, key, partner_id, queued_at, due_at, outcome, settled_at, attempts, reason,
           lease_token, lease_until FROM subscriptions_customerreading
    UNION ALL
    SELECT 'change of seats', id, key, partner_id, queued_at, due_at, outcome, settled_at, attempts, reason,
           lease_token, lease_until FROM subscriptions_quantitychange
    UNION ALL
    SELECT 'subscription reading', id, key, partner_id, queued_at, due_at, outcome, settled_at, attempts, reason,
           lease_token, lease_until FROM subscriptions_subscriptionreading
""")

# The machine's time is held against the machine's time only. A lease that ran out is taken over by the next
# worker within seconds; long after that nobody is looking.
STUCK = SQL("""
    SELECT e.kind, e.id, e.key, e.outcome, e.reason, e.lease_until, CASE e.outcome
               WHEN 'waiting' THEN e.lease_token IS NULL
                                   OR e.lease_until >= %(machine)s::timestamptz - interval '15 minutes'
               WHEN 'parked' THEN e.reason <> ''
               ELSE true
           END AND e.attempts <= 9 AS kept
    FROM ({effects}) e
    WHERE e.partner_id = ANY(%(partners)s) AND e.queued_at >= %(since)s::timestamptz
""").format(effects=EFFECTS)

ENDED_TWICE = SQL("""
    SELECT e.kind, e.id, e.key, e.outcome, e.settled_at, t.began_at AS tried_again_at,
           (e.outcome IN ('done', 'moot')) = (e.settled_at IS NOT NULL) AND e.settled_at >= e.queued_at
           AND e.lease_token IS NULL
           AND coalesce(t.began_at <= e.settled_at + %(concurrent)s::interval, true) AS kept
    FROM ({effects}) e
    LEFT JOIN LATERAL (
        SELECT max(a.began_at) AS began_at FROM customers_messageattempt a
        WHERE e.kind = 'message' AND a.message_id = e.id
        UNION ALL
        SELECT max(a.began_at) FROM subscriptions_accessattempt a
        WHERE e.kind = 'access change' AND a.change_id = e.id
        ORDER BY 1 DESC NULLS LAST LIMIT 1
    ) t ON true
    WHERE (e.outcome IN ('done', 'moot') OR e.settled_at IS NOT NULL)
      AND e.partner_id = ANY(%(partners)s) AND e.queued_at >= %(since)s::timestamptz
""").format(effects=EFFECTS)

# The timeline is never changed: what it once said was handed over must still say so.
TAKEN_BACK = SQL("""
    SELECT m.id AS message, m.key, m.outcome, e.moments AS handed_over_at, m.delivered_at,
           m.delivered_at = ANY(e.moments) AND m.outcome <> 'moot' AS kept
    FROM (
        SELECT message_id, array_agg(at) AS moments FROM customers_timelineentry WHERE code = 'letter_handed' GROUP BY 1
    ) e
    JOIN customers_message m ON m.id = e.message_id
    WHERE m.partner_id = ANY(%(partners)s) AND m.queued_at >= %(since)s::timestamptz
""")

CHECKS = (
    Question("I13", "a decision without its deed, or with another one", NO_DEED),
    Question("I13", "a dunning letter that no decision asked for", LETTER_ALONE),
    Question("I13", "a change of access that nobody decided", CHANGE_ALONE),
    Question("I13", "a suspension that a person ended without deciding so", BACK_BY_NOBODY),
    Question("I13", "a proposal whose suspensions don't fit its state", CARRIED_OUT_ALONE),
    Question("I14", "a promise stands still: its worker is gone, or nobody knows why it is parked", STUCK),
    Question("I21", "a promise that had ended was worked on again", ENDED_TWICE),
    Question("I21", "a letter that was handed over no longer counts as delivered", TAKEN_BACK, same=True),
)
