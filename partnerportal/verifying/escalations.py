"""Did what came of a case at the provider reach its own customer, and nobody else? (I32)"""

from psycopg.sql import SQL

from .asking import Question

# A letter about a turn names one case, which is its reader's.
SOMEBODY_ELSES = SQL("""
    SELECT m.values ->> 'case' AS dispute, m.customer_id, m.values ->> 'turn' AS turn,
           EXISTS (
               SELECT FROM disputes_dispute q
               WHERE q.partner_id = m.partner_id AND q.customer_id = m.customer_id
                 AND q.number = m.values ->> 'case'
           ) AS kept
    FROM customers_message m
    WHERE m.letter = 'case_turn' AND m.partner_id = ANY(%(partners)s) AND m.queued_at >= %(since)s::timestamptz
""")

# Whoever was told that their case is filed is told what was answered, unless their loop was closed before.
LEFT_UNTOLD = SQL("""
    SELECT q.number AS dispute, e.reference, e.result, e.answered_at,
           (q.closed_at IS NOT NULL AND q.closed_at <= e.answered_at)
           OR EXISTS (
               SELECT FROM customers_message a
               WHERE a.letter = 'case_turn' AND a.customer_id = q.customer_id
                 AND a.values ->> 'case' = q.number AND a.values ->> 'turn' = 'answered'
                 AND a.values ->> 'reference' = e.reference AND a.queued_at >= e.answered_at
           ) AS kept
    FROM disputes_escalation e
    JOIN disputes_dispute q ON q.id = e.dispute_id OR q.cause_id = e.cause_id
    WHERE e.answered_at IS NOT NULL AND e.partner_id = ANY(%(partners)s)
      AND e.filed_at >= %(since)s::timestamptz
      AND EXISTS (
          SELECT FROM customers_message f
          WHERE f.letter = 'case_turn' AND f.customer_id = q.customer_id
            AND f.values ->> 'case' = q.number AND f.values ->> 'turn' = 'filed'
            AND f.values ->> 'reference' = e.reference
      )
""")

# 21Vianet is not left to work on what is decided without it.
LEFT_RUNNING = SQL("""
    SELECT e.id AS escalation, e.reference, e.filed_at,
           EXISTS (
               SELECT FROM disputes_dispute q
               WHERE (q.id = e.dispute_id OR q.cause_id = e.cause_id) AND q.decided_at IS NULL
           ) AS kept
    FROM disputes_escalation e
    WHERE e.answered_at IS NULL AND e.withdrawn_at IS NULL AND e.partner_id = ANY(%(partners)s)
      AND e.prepared_at >= %(since)s::timestamptz
""")

CHECKS = (
    Question("I32", "a letter about a case at the provider went to somebody else", SOMEBODY_ELSES),
    Question("I32", "a customer was not told what the provider answered", LEFT_UNTOLD),
    Question("I32", "an escalation goes on although its cases are decided", LEFT_RUNNING),
)
