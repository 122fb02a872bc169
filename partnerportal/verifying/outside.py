"""What would somebody say who had only the provider's log, the mail that arrived, and the bills? (I1 to I12, I29, I30)

Each question begins with what took effect at the sandbox, or lies in the mail sink, and holds it against bills, money
and the notices that are in the sink. Of our own deeds only the attempt is read: the one row written before the other
side is spoken to, which says when (witnesses' clocks are not ours) and what was asked. Whether we decided, looked or
approved is asked elsewhere, of the record alone."""

from psycopg.sql import SQL

from .asking import Question
from .bank import KNOWN_AT
from .mends import MENDED
from .money import LINES_AT
from .silence import SETTLED, WITHIN

# What took access away for a debt, by the provider's own word; what a stop or a mend asked for has other reasons.
TAKEN = SQL("""
    SELECT DISTINCT ON (r.request_id) r.request_id, u.id AS subscription, u.customer_id, u.partner_id, t.began_at,
           ARRAY[u.id, coalesce(u.base_id, u.id)] AS owing
    FROM verify_operation r
    JOIN subscriptions_accessattempt t ON t.request_id::text = r.request_id
    JOIN subscriptions_accesschange c ON c.id = t.change_id AND c.wanted = 'suspended'
    JOIN subscriptions_subscription u ON lower(u.provider_id) = r.subscription AND u.partner_id = t.partner_id
    WHERE r.took_effect AND t.partner_id = ANY(%(partners)s) AND t.began_at >= %(since)s::timestamptz
      AND NOT EXISTS (SELECT FROM subscriptions_accessstop s WHERE s.change_id = c.id) AND NOT {mended}
    ORDER BY r.request_id, t.began_at
""").format(mended=MENDED)

# The bills that can be behind it: those with a line of the subscription, or of the base it follows, and what was
# undisputedly open of them. `own`: of these lines alone.
BEHIND = SQL("""
    SELECT p.id, p.number, p.currency, o.due, o.own, e.version_id
    FROM billing_invoice p
    LEFT JOIN dunning_case e ON e.invoice_id = p.id
    CROSS JOIN LATERAL (
        SELECT sum(l.open - least(l.open, l.disputed)) AS due,
               sum(l.open - least(l.open, l.disputed)) FILTER (WHERE l.subscription_id = ANY(w.owing)) AS own
        FROM ({lines}) l
    ) o
    WHERE p.customer_id = w.customer_id AND p.issued_at <= w.began_at AND EXISTS (
        SELECT FROM billing_invoiceline y WHERE y.invoice_id = p.id AND y.subscription_id = ANY(w.owing)
    )
""").format(lines=LINES_AT.format(invoice=SQL("p.id"), at=SQL("w.began_at")))

# The notices of a bill that lie in the sink, or were seen in the portal, from before an instant.
ARRIVED = SQL("""
    SELECT n.stage, n.not_before, n.suspend_on, n.facts ->> 'zone' AS zone
    FROM dunning_decision n JOIN customers_message m ON m.id = n.message_id
    WHERE n.invoice_id = {invoice} AND n.action = 'notice' AND n.decided_at <= {at} AND (m.seen_at <= {at} OR EXISTS (
        SELECT FROM verify_mail s WHERE s.message_id = m.message_id
    ))
""")

NO_WARNING = SQL("""
    SELECT w.request_id, w.subscription, w.began_at, EXISTS (
        SELECT FROM ({behind}) b CROSS JOIN LATERAL (
            SELECT max(a.not_before) AS not_before, max((a.suspend_on::timestamp AT TIME ZONE a.zone)) AS said,
                   bool_or(a.stage = (
                       SELECT q.of FROM dunning_stage q WHERE q.version_id = b.version_id AND q.action = 'suspend'
                   )) AS final
            FROM ({arrived}) a WHERE a.suspend_on IS NOT NULL
        ) p
        WHERE b.own > 0 AND p.final AND p.not_before <= w.began_at AND p.said <= w.began_at
    ) AS kept
    FROM ({taken}) w
""").format(taken=TAKEN, behind=BEHIND, arrived=ARRIVED.format(invoice=SQL("b.id"), at=SQL("w.began_at")))

# A mail of a later step without any trace of the notice before: neither a mail nor a person's word.
OUT_OF_TURN = SQL("""
    SELECT m.message_id, i.number AS invoice, d.stage, b.name AS stage_before, b.name IS NULL OR EXISTS (
        SELECT FROM dunning_decision n LEFT JOIN customers_message y ON y.id = n.message_id
        WHERE n.invoice_id = d.invoice_id AND n.stage = b.name AND n.decided_at < d.decided_at AND (
            n.called_at <= d.decided_at OR n.waived_at <= d.decided_at OR y.seen_at <= d.decided_at
            OR EXISTS (SELECT FROM verify_mail s WHERE s.message_id = y.message_id)
        )
    ) AS kept
    FROM verify_mail v
    JOIN customers_message m ON m.message_id = v.message_id AND m.letter = 'notice'
    JOIN dunning_decision d ON d.message_id = m.id
    JOIN billing_invoice i ON i.id = d.invoice_id
    JOIN dunning_stage q ON q.version_id = d.version_id AND q.name = d.stage
    LEFT JOIN LATERAL (
        SELECT z.name FROM dunning_decision x JOIN dunning_stage z ON z.version_id = d.version_id AND z.name = x.stage
        WHERE x.invoice_id = d.invoice_id AND x.round = d.round AND x.action = 'notice' AND z.position < q.position
          AND x.decided_at < d.decided_at
        ORDER BY z.position DESC LIMIT 1
    ) b ON true
    WHERE m.partner_id = ANY(%(partners)s) AND m.queued_at >= %(since)s::timestamptz
""")

NOTHING_OWED = SQL("""
    SELECT w.request_id, w.subscription, w.began_at,
           EXISTS (SELECT FROM ({behind}) b WHERE b.due >= coalesce(nullif((
               SELECT (v.ignore_below ->> b.currency)::numeric FROM dunning_policyversion v WHERE v.id = b.version_id
           ), 0), 0.01)) AS kept
    FROM ({taken}) w
""").format(taken=TAKEN, behind=BEHIND)

ALL_DISPUTED = SQL("""
    SELECT w.request_id, w.subscription, w.began_at, EXISTS (SELECT FROM ({behind}) b WHERE b.own > 0) AS kept
    FROM ({taken}) w
""").format(taken=TAKEN, behind=BEHIND)

BANK_UNREAD = SQL("""
    SELECT w.request_id, w.subscription, w.began_at, k.at AS bank_read, k.at IS NULL OR EXISTS (
        SELECT FROM ({behind}) b JOIN dunning_policyversion v ON v.id = b.version_id
        WHERE w.began_at - k.at <= v.stale_cash_hours * interval '1 hour' + %(concurrent)s::interval
    ) AS kept
    FROM ({taken}) w CROSS JOIN LATERAL ({known}) k
""").format(taken=TAKEN, behind=BEHIND, known=KNOWN_AT.format(partner=SQL("w.partner_id"), at=SQL("w.began_at")))

# Told by the letter about it, by an invoice that came after it, or agreed to. A partner's first version always counts.
UNTOLD = SQL("""
    SELECT e.id AS case, i.number AS invoice, v.number AS version, EXISTS (
        SELECT FROM customers_message m JOIN verify_mail s ON s.message_id = m.message_id
        WHERE m.customer_id = e.customer_id AND (
            m.letter = 'policy' AND m.values ->> 'version' = v.number::text
            OR m.letter = 'invoice' AND (m.delivered_at AT TIME ZONE c.zone)::date >= v.effective_on
        )
    ) OR EXISTS (
        SELECT FROM dunning_policytold t
        WHERE t.customer_id = e.customer_id AND t.version_id = v.id AND t.acknowledged_at IS NOT NULL
    ) AS kept
    FROM dunning_case e
    JOIN billing_invoice i ON i.id = e.invoice_id
    JOIN customers_customer c ON c.id = e.customer_id
    JOIN dunning_policyversion v ON v.id = e.version_id
    WHERE v.number > (SELECT min(f.number) FROM dunning_policyversion f WHERE f.partner_id = v.partner_id)
      AND EXISTS (SELECT FROM dunning_decision d WHERE d.case_id = e.id)
      AND e.partner_id = ANY(%(partners)s) AND e.opened_at >= %(since)s::timestamptz
""")

TAKEN_FROM_WHO_PAID = SQL("""
    SELECT w.request_id, w.subscription, w.began_at, EXISTS (
        SELECT FROM ({behind}) b WHERE NOT EXISTS (SELECT FROM ({settled}) s WHERE s.invoice_id = b.id AND {within})
    ) AS kept
    FROM ({taken}) w
""").format(taken=TAKEN, behind=BEHIND, settled=SETTLED, within=WITHIN.format(at=SQL("w.began_at")))

# A letter that came back and is sent again may meet another one; it counts on the day it was promised on.
MAILS_A_DAY = SQL("""
    SELECT m.customer_id AS customer, z.on_day, count(*) AS mails, array_agg(m.message_id) AS ids, count(*) = 1 AS kept
    FROM (SELECT DISTINCT message_id FROM verify_mail) v
    JOIN customers_message m ON m.message_id = v.message_id AND m.letter = 'notice'
    JOIN customers_customer c ON c.id = m.customer_id
    CROSS JOIN LATERAL (SELECT (m.queued_at AT TIME ZONE coalesce(
        (SELECT min(d.facts ->> 'zone') FROM dunning_decision d WHERE d.message_id = m.id), c.zone
    ))::date AS on_day) z
    WHERE m.partner_id = ANY(%(partners)s) AND m.queued_at >= %(since)s::timestamptz
    GROUP BY m.customer_id, z.on_day
""")

# A change that counts as done reached every subscription it had to be written for, in the provider's own words.
LEFT_OUT = SQL("""
    SELECT c.id AS access_change, c.wanted, count(DISTINCT t.subscription_id) AS written,
           count(DISTINCT r.subscription) AS heard,
           count(DISTINCT t.subscription_id) = count(DISTINCT r.subscription) AS kept
    FROM subscriptions_accesschange c
    JOIN subscriptions_accessattempt t ON t.change_id = c.id AND t.answer = 'accepted'
    LEFT JOIN verify_operation r ON r.request_id = t.request_id::text
    WHERE c.outcome = 'done' AND c.partner_id = ANY(%(partners)s) AND c.queued_at >= %(since)s::timestamptz
    GROUP BY c.id
""")

# Within 24 hours before each: the limit is the one that was noted when people had to agree or at the last look.
REACHED_FAR = SQL("""
    SELECT w.request_id, w.customer_id AS customer, w.began_at, n.customers, n.most, n.customers <= n.most OR EXISTS (
        SELECT FROM dunning_breaker k
        WHERE k.partner_id = w.partner_id AND k.customers @> ARRAY[w.customer_id] AND k.lifted_at <= w.began_at
          AND (SELECT count(DISTINCT l.user_id) FROM dunning_breakerlift l WHERE l.breaker_id = k.id) >= 2
    ) AS kept
    FROM ({taken}) w
    JOIN customers_partner p ON p.id = w.partner_id
    CROSS JOIN LATERAL (
        SELECT (
            SELECT count(DISTINCT y.customer_id) FROM ({taken}) y
            WHERE y.partner_id = w.partner_id
              AND y.began_at > w.began_at - interval '24 hours' AND y.began_at <= w.began_at
        ) AS customers, coalesce((
            SELECT max(d.day_limit)
            FROM dunning_suspensiondebt d JOIN subscriptions_suspension x ON x.id = d.suspension_id
            WHERE x.subscription_id = w.subscription AND d.looked_at <= w.began_at
              AND d.looked_at > w.began_at - interval '24 hours'
        ), p.breaker_cap) AS most
    ) n
""").format(taken=TAKEN)

# The last change of access in the log, by its place there, for each subscription that has any.
LAST = SQL("""
    SELECT DISTINCT ON (u.id) u.id AS subscription, u.customer_id, u.base_id, r.request_id, c.wanted, t.began_at
    FROM verify_operation r
    JOIN subscriptions_accessattempt t ON t.request_id::text = r.request_id
    JOIN subscriptions_accesschange c ON c.id = t.change_id
    JOIN subscriptions_subscription u ON lower(u.provider_id) = r.subscription AND u.partner_id = t.partner_id
    WHERE r.took_effect AND NOT r.late AND t.partner_id = ANY(%(partners)s) AND t.began_at >= %(since)s::timestamptz
    ORDER BY u.id, r.place DESC
""")

# On its way, or between people: a promise that waits or is parked, a difference with the provider that is open. Or the
# provider had done it before we came, and it was only read back.
UNDER_WAY = SQL("""
    (EXISTS (
        SELECT FROM subscriptions_accesschange z
        WHERE z.outcome IN ('waiting', 'parked') AND w.subscription = ANY(z.scope)
    ) OR EXISTS (
        SELECT FROM subscriptions_drift g WHERE g.subscription_id = w.subscription AND g.ended_at IS NULL
    ) OR EXISTS (
        SELECT FROM subscriptions_subscription u WHERE u.id = w.subscription AND u.status IN ('deleted', 'unknown')
    ) OR EXISTS (
        SELECT FROM subscriptions_suspension x
        WHERE x.subscription_id = w.subscription AND x.restored_at >= w.began_at AND NOT EXISTS (
            SELECT FROM subscriptions_accessattempt t
            WHERE t.change_id = x.lifted_by_id AND t.subscription_id = w.subscription AND t.answer = 'accepted'
        )
    ))
""")

PAID_AND_STILL_OFF = SQL("""
    SELECT w.request_id, w.subscription, w.began_at, w.wanted = 'active' OR {under_way}
           OR EXISTS (
               SELECT FROM billing_invoice i JOIN billing_invoiceline l ON l.invoice_id = i.id
               WHERE i.customer_id = w.customer_id AND i.voided_at IS NULL
                 AND l.subscription_id IN (w.subscription, w.base_id) AND i.issued_at <= w.began_at
                 AND (SELECT sum(y.open) FROM billing_invoiceline y WHERE y.invoice_id = i.id) > 0
           )
           OR EXISTS (
               SELECT FROM subscriptions_suspension x
               WHERE x.subscription_id = w.subscription AND x.cause <> 'non_payment' AND x.ended_at IS NULL
           ) AS kept
    FROM ({last}) w
""").format(last=LAST, under_way=UNDER_WAY)

# `written`: reasons for which the provider had to be asked, as it had not switched off by itself.
NOT_AS_THE_REASONS = SQL("""
    SELECT w.request_id, w.subscription, w.wanted, x.reasons,
           CASE w.wanted WHEN 'active' THEN x.written = 0 ELSE x.reasons > 0 END OR {under_way} AS kept
    FROM ({last}) w
    CROSS JOIN LATERAL (
        SELECT count(*) AS reasons, count(*) FILTER (WHERE EXISTS (
            SELECT FROM subscriptions_accessattempt t
            WHERE t.change_id = x.opened_by_id AND t.subscription_id = x.subscription_id AND t.answer = 'accepted'
        )) AS written
        FROM subscriptions_suspension x
        WHERE x.subscription_id = w.subscription AND x.ended_at IS NULL
    ) x
""").format(last=LAST, under_way=UNDER_WAY)

WITNESSED = (
    Question("I1", "the provider took access before the day that a mail in the sink printed", NO_WARNING, same=True),
    Question("I3", "a notice lies in the mail sink, and the one before it never arrived", OUT_OF_TURN, same=True),
    Question("I4", "the provider took access though the bills say that nothing was owed", NOTHING_OWED, same=True),
    Question("I5", "the provider took access for lines that were wholly in question", ALL_DISPUTED, same=True),
    Question("I6", "the provider took access while the bank had not been read for too long", BANK_UNREAD, same=True),
    Question("I7", "steps were taken under terms that no mail in the sink had told of", UNTOLD, same=True),
    Question("I8", "the provider took access from somebody who had paid", TAKEN_FROM_WHO_PAID, same=True),
    Question("I9", "a customer finds two notices of one day in the mail sink", MAILS_A_DAY, same=True),
    Question("I11", "a change counts as done, and the provider's log lacks a part of it", LEFT_OUT, same=True),
    Question("I12", "the provider took access from more customers than two people agreed to", REACHED_FAR, same=True),
    Question(
        "I29", "the bills are paid, and the provider's last word is that it is off", PAID_AND_STILL_OFF, same=True
    ),
    Question(
        "I30", "the provider's last word is not what the reasons that are left say", NOT_AS_THE_REASONS, same=True
    ),
)
