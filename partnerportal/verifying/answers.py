"""Was every case answered before it was closed, did its money go where the answer said, and is none without somebody
who does something next? (I31, I33, I34)"""

from psycopg.sql import SQL

from .asking import Question

# When the mail server took a letter, be it that it came back and was taken elsewhere later.
TAKEN = """(m.delivered_at = {told} OR EXISTS (
               SELECT FROM customers_timelineentry h
               WHERE h.message_id = m.id AND h.code = 'letter_handed' AND h.at = {told}))"""

# A letter that came back leaves the answer unread, unless the customer said something themselves: yes, how they found
# it, or that they ask no more. One that came back after silence had closed the case has a case that follows. It may
# have gone out once more since; then the timeline knows when it was taken first.
CLOSED_UNTOLD = SQL("""
    SELECT q.number AS dispute, q.decided_at, m.delivered_at, q.told_at, q.closed_at,
           m.letter = 'answer' AND m.customer_id = q.customer_id AND {taken}
           AND q.decided_at <= q.told_at AND q.told_at <= q.closed_at
           AND (m.bounced_at IS NULL OR q.confirmed_at IS NOT NULL OR q.rated_at IS NOT NULL
                OR q.outcome = 'withdrawn'
                OR (m.bounced_at >= q.closed_at
                    AND EXISTS (SELECT FROM disputes_dispute f WHERE f.follows_id = q.id))) AS kept
    FROM disputes_dispute q LEFT JOIN customers_message m ON m.id = q.told_by_id
    WHERE q.status = 'closed' AND q.partner_id = ANY(%(partners)s) AND q.opened_at >= %(since)s::timestamptz
""").format(taken=SQL(TAKEN.format(told="q.told_at")))

REOPENED_UNTOLD = SQL("""
    SELECT q.number AS dispute, e.decided_at, m.delivered_at, e.told_at, e.reopened_at,
           m.letter = 'answer' AND m.customer_id = q.customer_id AND m.delivered_at = e.told_at
           AND e.decided_at <= m.delivered_at AND m.delivered_at <= e.reopened_at AS kept
    FROM disputes_earlieranswer e
    JOIN disputes_dispute q ON q.id = e.dispute_id LEFT JOIN customers_message m ON m.id = e.told_by_id
    WHERE q.partner_id = ANY(%(partners)s) AND q.opened_at >= %(since)s::timestamptz
""")

# Each answer decides what was frozen then. What was questioned at first stands, unchangeable, in the timeline too.
NOT_CONSERVED = SQL("""
    SELECT a.number AS dispute, a.outcome, r.questioned::text, coalesce(n.total, 0)::text AS credited, r.refused::text,
           coalesce(n.total, 0) + r.refused = r.questioned
           AND (a.turn > 1 OR coalesce(s.questioned = r.questioned, true)) AS kept
    FROM (
        SELECT w.*, row_number() OVER (PARTITION BY w.id ORDER BY w.decided_at) AS turn
        FROM (
            SELECT q.id, q.number, q.partner_id, q.customer_id, q.outcome, q.decided_at, q.credit_note_id
            FROM disputes_dispute q
            WHERE q.kind = 'dispute' AND q.decided_at IS NOT NULL
              AND q.partner_id = ANY(%(partners)s) AND q.opened_at >= %(since)s::timestamptz
            UNION ALL
            SELECT q.id, q.number, q.partner_id, q.customer_id, e.outcome, e.decided_at, e.credit_note_id
            FROM disputes_earlieranswer e JOIN disputes_dispute q ON q.id = e.dispute_id
            WHERE q.kind = 'dispute' AND q.partner_id = ANY(%(partners)s) AND q.opened_at >= %(since)s::timestamptz
        ) w
    ) a
    LEFT JOIN billing_creditnote n ON n.id = a.credit_note_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(d.questioned), 0) AS questioned,
               coalesce(sum(d.amount) FILTER (WHERE d.outcome <> 'upheld'), 0) AS refused
        FROM billing_disputedamount d
        WHERE d.partner_id = a.partner_id AND d.case_number = a.number AND d.decided_at = a.decided_at
    ) r
    LEFT JOIN LATERAL (
        SELECT max((e.values ->> 'amount')::numeric) AS questioned FROM customers_timelineentry e
        WHERE e.customer_id = a.customer_id AND e.code = 'question_opened' AND e.values ->> 'case' = a.number
    ) s ON true
""")

# An amount is frozen as long as its case is unanswered, whole; afterwards it is what one of its answers made of it.
# Reopening freezes at most what the answer before refused of the same line.
FROZEN_OTHERWISE = SQL("""
    SELECT q.number AS dispute, d.line_id AS line, d.questioned::text, d.amount::text, d.outcome, d.decided_at,
           CASE WHEN d.decided_at IS NULL
                THEN q.decided_at IS NULL AND d.amount = d.questioned
                ELSE d.decided_at IN (
                    SELECT q.decided_at UNION ALL
                    SELECT e.decided_at FROM disputes_earlieranswer e WHERE e.dispute_id = q.id
                ) END
           AND (d.opened_at = q.opened_at OR EXISTS (
               SELECT FROM billing_disputedamount b
               WHERE b.partner_id = d.partner_id AND b.case_number = d.case_number AND b.line_id = d.line_id
                 AND b.id < d.id AND b.decided_at <= d.opened_at AND b.outcome <> 'upheld' AND b.amount >= d.questioned
           )) AS kept
    FROM billing_disputedamount d
    JOIN disputes_dispute q ON q.partner_id = d.partner_id AND q.number = d.case_number
    WHERE q.partner_id = ANY(%(partners)s) AND q.opened_at >= %(since)s::timestamptz
""")

# The record's own last instant says how late it is: a day after the promised time the owner has been told.
ORPHANED = SQL("""
    SELECT q.number AS dispute, q.status, q.next_action, q.next_at, q.answer_by, q.late_told_at,
           btrim(q.next_action) <> '' AND EXISTS (
               SELECT FROM customers_membership p
               WHERE p.user_id = q.owner_id AND p.partner_id = q.partner_id AND p.customer_id IS NULL
           ) AND (
               q.decided_at IS NOT NULL OR q.late_told_at IS NOT NULL
               OR coalesce(q.answer_by + interval '1 day' >= l.at, true)
           ) AS kept
    FROM disputes_dispute q
    LEFT JOIN LATERAL (
        SELECT max(e.at) AS at FROM customers_timelineentry e WHERE e.partner_id = q.partner_id
    ) l ON true
    WHERE q.status <> 'closed' AND q.partner_id = ANY(%(partners)s) AND q.opened_at >= %(since)s::timestamptz
""")

# The same loop, for news of access: told first, then their word, or silence after a letter that stayed there.
NEWS_UNTOLD = SQL("""
    SELECT n.id AS news, n.kind, m.delivered_at, n.told_at, n.closed_at,
           m.letter = n.kind AND m.customer_id = n.customer_id AND {taken}
           AND n.told_at <= n.closed_at
           AND (n.confirmed_at IS NOT NULL OR n.objected_at IS NOT NULL
                OR ((m.bounced_at IS NULL OR m.bounced_at >= n.closed_at) AND n.closed_at >= n.window_ends_at)) AS kept
    FROM disputes_accessnews n JOIN customers_message m ON m.id = n.told_by_id
    WHERE n.closed_at IS NOT NULL AND n.partner_id = ANY(%(partners)s) AND m.queued_at >= %(since)s::timestamptz
""").format(taken=SQL(TAKEN.format(told="n.told_at")))

# What stays off for another reason is not asked about. A no is always a case.
NEWS_UNASKED = SQL("""
    SELECT m.id AS letter, m.letter AS kind, m.delivered_at,
           n.id IS NOT NULL AND (n.objected_at IS NULL) = (n.case_id IS NULL) AS kept
    FROM customers_message m LEFT JOIN disputes_accessnews n ON n.told_by_id = m.id
    WHERE m.letter IN ('suspended', 'restored') AND m.delivered_at IS NOT NULL
      AND NOT (jsonb_array_length(coalesce(m.values -> 'still_off', '[]')) > 0
               AND jsonb_array_length(coalesce(m.values -> 'returned', '[]')) = 0)
      AND m.partner_id = ANY(%(partners)s) AND m.queued_at >= %(since)s::timestamptz
""")

CHECKS = (
    Question("I31", "a case was closed before its outcome had reached the customer", CLOSED_UNTOLD),
    Question("I31", "a case was reopened on an answer that had not reached the customer", REOPENED_UNTOLD),
    Question("I31", "news of access is closed before the customer had it", NEWS_UNTOLD),
    Question("I31", "a customer who was told of their access was not asked", NEWS_UNASKED, same=True),
    Question("I33", "credited and refused are not what was disputed", NOT_CONSERVED),
    Question("I33", "what is frozen is not what the case says", FROZEN_OTHERWISE, same=True),
    Question("I34", "an open case has nobody, nothing next, or is late in silence", ORPHANED),
)
