"""Was each letter sent once, was it delivered where we say so, and does it ask for nothing that is disputed?
(I2, I5, I15)"""

from psycopg.sql import SQL

from .asking import Question
from .money import LINES_AT

# An attempt whose answer never came may have delivered; such a doubling is known and can't be told from here. What
# came back goes out once more.
MAILED_TWICE = SQL("""
    SELECT m.id AS message, m.message_id, s.files, s.files <= 1 + a.unknown + b.returned AS kept
    FROM (SELECT message_id, count(*) AS files FROM verify_mail GROUP BY message_id) s
    JOIN customers_message m ON m.message_id = s.message_id
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE t.answer !~ '^[0-9]{3}') AS unknown
        FROM customers_messageattempt t WHERE t.message_id = m.id
    ) a
    CROSS JOIN LATERAL (
        SELECT count(*) AS returned FROM customers_timelineentry e
        WHERE e.message_id = m.id AND e.code = 'letter_bounced'
    ) b
    WHERE m.partner_id = ANY(%(partners)s) AND m.queued_at >= %(since)s::timestamptz
""")

NOT_DELIVERED = SQL("""
    SELECT m.id AS message, m.key, m.delivered_at,
           EXISTS (SELECT FROM verify_mail s WHERE s.message_id = m.message_id) AS kept
    FROM customers_message m
    WHERE m.delivered_at IS NOT NULL
      AND EXISTS (SELECT FROM customers_messageattempt t WHERE t.message_id = m.id AND t.answer = '250')
      AND m.partner_id = ANY(%(partners)s) AND m.queued_at >= %(since)s::timestamptz
""")

DONE_UNDELIVERED = SQL("""
    SELECT m.id AS message, m.key, m.outcome, m.delivered_at IS NOT NULL AS kept
    FROM customers_message m
    WHERE m.outcome = 'done' AND m.partner_id = ANY(%(partners)s) AND m.queued_at >= %(since)s::timestamptz
""")

DISPUTED_PRINTED = SQL("""
    SELECT d.id AS decision, i.number AS invoice, d.stage, d.amount::text AS printed, o.due::text AS undisputed,
           d.amount <= o.due AS kept
    FROM dunning_decision d
    JOIN billing_invoice i ON i.id = d.invoice_id
    CROSS JOIN LATERAL (SELECT sum(l.open - least(l.open, l.frozen)) AS due FROM ({lines}) l) o
    WHERE d.action = 'notice' AND d.partner_id = ANY(%(partners)s) AND d.decided_at >= %(since)s::timestamptz
""").format(lines=LINES_AT.format(invoice=SQL("d.invoice_id"), at=SQL("d.decided_at")))

LETTER_SAYS_OTHERWISE = SQL("""
    SELECT d.id AS decision, d.message_id AS message, e.said ->> 'amount' AS said, d.amount::text AS decided,
           (e.said ->> 'amount')::numeric = d.amount
           AND coalesce(nullif(e.said ->> 'suspend_on', '')::date = d.suspend_on, d.suspend_on IS NULL) AS kept
    FROM dunning_decision d JOIN customers_message m ON m.id = d.message_id
    CROSS JOIN LATERAL jsonb_array_elements(m.values -> 'invoices') e(said)
    WHERE d.action = 'notice' AND (e.said ->> 'invoice_id')::bigint = d.invoice_id
      AND d.partner_id = ANY(%(partners)s) AND d.decided_at >= %(since)s::timestamptz
""")

# Nothing is asked of whom a person has held or exempted, nor while a promise that counts is running.
ASKED_WHILE_HELD = SQL("""
    SELECT d.id AS decision, i.number AS invoice, d.stage, d.decided_at, h.reason AS held, p.by_on AS promised,
           h.id IS NULL AND p.id IS NULL AS kept
    FROM dunning_decision d
    JOIN billing_invoice i ON i.id = d.invoice_id
    JOIN dunning_policyversion v ON v.id = d.version_id
    CROSS JOIN LATERAL (SELECT (d.decided_at AT TIME ZONE (d.facts ->> 'zone'))::date AS on_day) t
    LEFT JOIN LATERAL (
        SELECT h.id, h.reason FROM billing_hold h
        WHERE h.customer_id = i.customer_id AND h.kind IN ('hold', 'exemption') AND h.subscription_id IS NULL
          AND (h.invoice_id IS NULL OR h.invoice_id = d.invoice_id)
          AND h.recorded_at < d.decided_at - %(concurrent)s::interval
          AND t.on_day BETWEEN h.from_on AND coalesce(h.until_on, 'infinity'::date)
        LIMIT 1
    ) h ON true
    LEFT JOIN LATERAL (
        SELECT p.id, p.by_on FROM billing_promisetopay p
        WHERE p.invoice_id = d.invoice_id AND d.action = ANY(v.promise_pauses) AND t.on_day <= p.by_on
          AND p.made_at < d.decided_at - %(concurrent)s::interval
          AND (p.kept_at IS NULL OR p.kept_at > d.decided_at)
          -- Kept by then, and what had kept it taken back since.
          AND NOT EXISTS (
              SELECT FROM customers_timelineentry e
              WHERE e.customer_id = p.customer_id AND e.code = 'promise_kept' AND e.about = i.number
                AND e.at BETWEEN p.made_at AND d.decided_at
          )
          AND p.by_on <= (p.made_at AT TIME ZONE (d.facts ->> 'zone'))::date + v.promise_days
          AND v.promise_count > (
              SELECT count(*) FROM billing_promisetopay q
              WHERE q.invoice_id = p.invoice_id AND (q.made_at, q.by_on, q.amount) < (p.made_at, p.by_on, p.amount)
          )
        LIMIT 1
    ) p ON true
    WHERE d.action IN ('notice', 'call_task', 'hand_over')
      AND d.partner_id = ANY(%(partners)s) AND d.decided_at >= %(since)s::timestamptz
""")

CHECKS = (
    Question("I2", "one letter lies in the mail sink more than once", MAILED_TWICE),
    Question("I5", "a notice asks for money that was disputed or not owed", DISPUTED_PRINTED),
    Question("I5", "the letter says another amount or day than was decided", LETTER_SAYS_OTHERWISE, same=True),
    Question("I5", "something was asked for that a person had held, or that was promised", ASKED_WHILE_HELD, same=True),
    Question("I15", "a letter counts as done and was not delivered", DONE_UNDELIVERED),
)
# Only where mail goes to the sink can its files be missed.
WITNESSED = (
    Question(
        "I15", "the mail server took it, says our record, and the sink has no such mail", NOT_DELIVERED, same=True
    ),
)
