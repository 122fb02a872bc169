"""Did each step come in its turn: never early, never twice, none left out? (I1, I2, I3)"""

from psycopg.sql import SQL

from .asking import Question
from .mends import MENDED

# Reached, as it was known at an instant: a bounce that came later voids nothing that was done before.
REACHED_BY = SQL(
    "((m.delivered_at <= {at} AND (m.bounced_at IS NULL OR m.bounced_at > {at}))"
    " OR m.seen_at <= {at} OR n.called_at <= {at})"
)

PRINTED = SQL("""
    SELECT max(n.not_before) AS not_before, max(n.suspend_on) AS suspend_on
    FROM dunning_decision n LEFT JOIN customers_message m ON m.id = n.message_id
    WHERE n.invoice_id = {invoice} AND n.suspend_on IS NOT NULL AND n.action = 'notice' AND {reached}
""")

SUSPENDED_EARLY = SQL("""
    SELECT d.suspension_id AS suspension, i.number AS invoice, d.looked_at, p.not_before, p.suspend_on,
           d.looked_at >= p.not_before AND (d.looked_at AT TIME ZONE (k.facts ->> 'zone'))::date >= p.suspend_on AS kept
    FROM dunning_suspensiondebt d
    JOIN billing_invoice i ON i.id = d.invoice_id
    JOIN dunning_decision k ON k.id = d.decision_id
    CROSS JOIN LATERAL ({printed}) p
    WHERE d.partner_id = ANY(%(partners)s) AND d.looked_at >= %(since)s::timestamptz
""").format(printed=PRINTED.format(invoice=SQL("d.invoice_id"), reached=REACHED_BY.format(at=SQL("d.looked_at"))))

ASKED_EARLY = SQL("""
    SELECT t.id AS access_attempt, i.number AS invoice, t.began_at, p.not_before, p.suspend_on,
           t.began_at >= p.not_before AS kept
    FROM subscriptions_accessattempt t
    JOIN subscriptions_accesschange c ON c.id = t.change_id AND c.wanted = 'suspended'
    LEFT JOIN dunning_proposal o ON o.change_id = c.id
    LEFT JOIN dunning_decision k ON k.id = o.decision_id
    LEFT JOIN billing_invoice i ON i.id = k.invoice_id
    CROSS JOIN LATERAL ({printed}) p
    WHERE t.partner_id = ANY(%(partners)s) AND t.began_at >= %(since)s::timestamptz
      -- A stop that people decided for a reason beside money follows no notice; I30 looks at it.
      AND NOT EXISTS (SELECT FROM subscriptions_accessstop s WHERE s.change_id = c.id)
      -- Nor does what a person had suspended again, after somebody else had switched it on.
      AND NOT {mended}
""").format(
    mended=MENDED, printed=PRINTED.format(invoice=SQL("k.invoice_id"), reached=REACHED_BY.format(at=SQL("t.began_at")))
)

# Business days are at least as many days; before the due day a date may be rolled back, so those are left out.
TAKEN_EARLY = SQL("""
    SELECT d.id AS decision, i.number AS invoice, d.stage, d.decided_at, e.earliest,
           (d.decided_at AT TIME ZONE (d.facts ->> 'zone'))::date >= e.earliest AS kept
    FROM dunning_decision d
    JOIN billing_invoice i ON i.id = d.invoice_id
    JOIN dunning_stage s ON s.version_id = d.version_id AND s.name = d.stage
    CROSS JOIN LATERAL (SELECT greatest(i.due_on + 1, s."offset" + CASE s.anchor
        WHEN 'due' THEN i.due_on
        WHEN 'month_end' THEN (date_trunc('month', i.due_on) + interval '1 month - 1 day')::date
        WHEN 'delivered' THEN (
            SELECT min((m.delivered_at AT TIME ZONE (d.facts ->> 'zone'))::date)
            FROM dunning_decision n JOIN customers_message m ON m.id = n.message_id
            WHERE n.invoice_id = d.invoice_id AND n.stage = s.of AND n.decided_at < d.decided_at
        )
        WHEN 'suspended' THEN (
            SELECT min((x.confirmed_at AT TIME ZONE (d.facts ->> 'zone'))::date)
            FROM dunning_suspensiondebt b JOIN subscriptions_suspension x ON x.id = b.suspension_id
            WHERE b.invoice_id = d.invoice_id AND b.looked_at < d.decided_at
        )
    END) AS earliest) e
    WHERE d.partner_id = ANY(%(partners)s) AND d.decided_at >= %(since)s::timestamptz
      AND (s.anchor <> 'due' OR s."offset" > 0) AND (s.unit = 'days' OR s."offset" >= 0)
""")

DECIDED_TWICE = SQL("""
    SELECT d.invoice_id AS invoice, d.round, d.stage, d.attempt, count(*) AS decisions, count(*) = 1 AS kept
    FROM dunning_decision d
    WHERE d.partner_id = ANY(%(partners)s) AND d.decided_at >= %(since)s::timestamptz
    GROUP BY d.invoice_id, d.round, d.stage, d.attempt
""")

SENT_AGAIN = SQL("""
    SELECT d.id AS decision, i.number AS invoice, d.stage, d.round, d.attempt, d.decided_at,
           NOT EXISTS (
               SELECT FROM dunning_decision n JOIN customers_message m ON m.id = n.message_id
               WHERE n.invoice_id = d.invoice_id AND n.round = d.round AND n.stage = d.stage
                 AND n.attempt < d.attempt AND {reached}
           ) AS kept
    FROM dunning_decision d
    JOIN billing_invoice i ON i.id = d.invoice_id
    WHERE d.action = 'notice' AND d.partner_id = ANY(%(partners)s) AND d.decided_at >= %(since)s::timestamptz
""").format(reached=REACHED_BY.format(at=SQL("d.decided_at")))

# The stage before (`b`) is the nearest lower one with a row of this round, else of earlier ones; a suspension
# counts once it was carried out. What lies between may only be missing where it did not apply that day.
IN_TURN = SQL("""
    SELECT d.id AS decision, i.number AS invoice, d.round, d.stage, d.decided_at, b.name AS stage_before,
           f.finished_on, s.gap, k.skipped,
           s.id IS NOT NULL AND k.skipped IS NULL AND (
               b.name IS NULL
               OR (d.decided_at AT TIME ZONE (d.facts ->> 'zone'))::date >= f.finished_on + s.gap
           ) AS kept
    FROM dunning_decision d
    JOIN billing_invoice i ON i.id = d.invoice_id
    LEFT JOIN dunning_stage s ON s.version_id = d.version_id AND s.name = d.stage
    LEFT JOIN LATERAL (
        SELECT q.name, q.position, x.round = d.round AS this_round
        FROM dunning_decision x JOIN dunning_stage q ON q.version_id = d.version_id AND q.name = x.stage
        WHERE x.invoice_id = d.invoice_id AND q.position < s.position AND x.round <= d.round
          AND x.decided_at < d.decided_at
          AND (x.action <> 'suspend' OR EXISTS (SELECT FROM dunning_suspensiondebt y WHERE y.decision_id = x.id))
        ORDER BY x.round = d.round DESC, q.position DESC LIMIT 1
    ) b ON true
    LEFT JOIN LATERAL ({finished}) f ON b.name IS NOT NULL
    LEFT JOIN LATERAL ({skipped}) k ON d.because NOT IN ('renewed', 'fallback_contact')
    WHERE d.partner_id = ANY(%(partners)s) AND d.decided_at >= %(since)s::timestamptz
""")

FINISHED = SQL("""
    SELECT (CASE WHEN b.this_round THEN min(r.at) ELSE max(r.at) END AT TIME ZONE (d.facts ->> 'zone'))::date
           AS finished_on
    FROM dunning_decision n LEFT JOIN customers_message m ON m.id = n.message_id
    CROSS JOIN LATERAL (SELECT CASE
        WHEN n.action IN ('deletion_notice', 'hand_over') THEN n.decided_at
        WHEN n.action = 'suspend' THEN (
            SELECT coalesce(min(z.confirmed_at), min(z.ended_at))
            FROM dunning_suspensiondebt y JOIN subscriptions_suspension z ON z.id = y.suspension_id
            WHERE y.decision_id = n.id
        )
        ELSE least(
            CASE WHEN m.bounced_at IS NULL OR m.bounced_at > d.decided_at THEN m.delivered_at END,
            m.seen_at, n.called_at, n.waived_at
        )
    END AS at) r
    WHERE n.invoice_id = d.invoice_id AND n.stage = b.name AND r.at <= d.decided_at
      AND CASE WHEN b.this_round THEN n.round = d.round ELSE n.round < d.round END
""")

SKIPPED = SQL("""
    SELECT string_agg(q.name, ', ' ORDER BY q.position) AS skipped
    FROM dunning_stage q,
         (SELECT ARRAY(SELECT jsonb_array_elements_text(d.facts -> 'tags')) AS tags) g
    WHERE q.version_id = d.version_id AND q.position < s.position AND q.position > coalesce(b.position, 0)
      AND q.tags_all::text[] <@ g.tags AND (q.tags_any = '{{}}' OR q.tags_any::text[] && g.tags)
      AND NOT q.tags_none::text[] && g.tags
      AND NOT (
          q.anchor = 'due' AND q."offset" <= 0
          AND (d.decided_at AT TIME ZONE (d.facts ->> 'zone'))::date > i.due_on
      )
      AND (q.action <> 'deletion_notice' OR EXISTS (
          SELECT FROM dunning_suspensiondebt y JOIN subscriptions_suspension z ON z.id = y.suspension_id
          WHERE y.invoice_id = d.invoice_id AND z.began_at <= d.decided_at
            AND (z.ended_at IS NULL OR z.ended_at > d.decided_at)
      ))
""").format()

CHECKS = (
    Question("I1", "suspended before the day that a delivered notice printed", SUSPENDED_EARLY),
    Question("I1", "asked the provider before the instant that a delivered notice promised", ASKED_EARLY),
    Question("I1", "a stage was taken before its day", TAKEN_EARLY),
    Question("I2", "one step was decided more than once", DECIDED_TWICE),
    Question("I2", "a notice was repeated although it had reached the customer", SENT_AGAIN, same=True),
    Question(
        "I3",
        "a stage was left out, or the stage before was not finished for the whole gap",
        IN_TURN.format(finished=FINISHED, skipped=SKIPPED),
    ),
)
