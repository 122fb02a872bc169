"""Did nobody get everything at once, not even after an outage: a letter a day at most, and a step in each gap? (I9)"""

from psycopg.sql import SQL

from .asking import Question

# Whose day it was: the zone is taken from the decisions the letter carries, as they knew it.
TWO_A_DAY = SQL("""
    SELECT m.customer_id AS customer, z.on_day, count(*) AS letters, array_agg(m.key) AS keys, count(*) = 1 AS kept
    FROM customers_message m JOIN customers_customer c ON c.id = m.customer_id
    CROSS JOIN LATERAL (SELECT (m.queued_at AT TIME ZONE coalesce(
        (SELECT min(d.facts ->> 'zone') FROM dunning_decision d WHERE d.message_id = m.id), c.zone
    ))::date AS on_day) z
    WHERE m.letter = 'notice' AND m.outcome <> 'moot'
      AND m.partner_id = ANY(%(partners)s) AND m.queued_at >= %(since)s::timestamptz
    GROUP BY m.customer_id, z.on_day
""")

# By the decisions alone: from the first try of the highest stage below, in the same round, to this one. Business days
# are at least as many days. What may be rolled back before the due day, or was never carried out, is left out.
TOO_SOON = SQL("""
    SELECT d.id AS decision, i.number AS invoice, d.stage, d.decided_at, b.stage AS stage_before,
           b.decided_at AS decided_before, s.gap,
           coalesce(
               (d.decided_at AT TIME ZONE (d.facts ->> 'zone'))::date
               >= (b.decided_at AT TIME ZONE (d.facts ->> 'zone'))::date + s.gap, true
           ) AS kept
    FROM dunning_decision d
    JOIN billing_invoice i ON i.id = d.invoice_id
    JOIN dunning_stage s ON s.version_id = d.version_id AND s.name = d.stage
    LEFT JOIN LATERAL (
        SELECT x.stage, x.decided_at
        FROM dunning_decision x JOIN dunning_stage q ON q.version_id = d.version_id AND q.name = x.stage
        WHERE x.invoice_id = d.invoice_id AND x.round = d.round AND q.position < s.position
          AND x.decided_at <= d.decided_at AND x.id <> d.id AND x.waived_at IS NULL
          AND (x.action <> 'suspend' OR EXISTS (SELECT FROM dunning_suspensiondebt y WHERE y.decision_id = x.id))
        ORDER BY q.position DESC, x.attempt LIMIT 1
    ) b ON true
    WHERE (s.anchor <> 'due' OR s."offset" > 0)
      AND d.partner_id = ANY(%(partners)s) AND d.decided_at >= %(since)s::timestamptz
""")

CHECKS = (
    Question("I9", "a customer had more than one notice letter on a day", TWO_A_DAY),
    Question("I9", "two steps of an invoice are nearer to each other than the gap", TOO_SOON),
)
