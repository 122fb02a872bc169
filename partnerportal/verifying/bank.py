"""Is each payment from the bank exactly one entry of a statement, and was the bank freshly read whenever somebody
was to lose access? (I6, I24)"""

from psycopg.sql import SQL

from .asking import Question

NOT_ITS_ENTRY = SQL("""
    SELECT p.id AS payment, p.external_id, p.amount::text, e.amounts::text AS at_the_bank,
           e.n = 1 AND e.fits AS kept
    FROM billing_payment p
    CROSS JOIN LATERAL (
        SELECT count(*) AS n, sum(b.amount) AS amounts,
               bool_and(
                   b.credit AND b.dismissed_at IS NULL AND b.amount = p.amount AND b.currency = p.currency
                   AND b.partner_id = p.partner_id AND p.external_id = b.account || ':' || b.entry_id
               ) AS fits
        FROM billing_bankentry b WHERE b.payment_id = p.id
    ) e
    WHERE p.source = 'bank' AND p.partner_id = ANY(%(partners)s) AND p.booked_at >= %(since)s::timestamptz
""")

ENTRY_OF_ANOTHER = SQL("""
    SELECT b.id AS bank_entry, b.entry_id, p.id AS payment, p.source, p.source = 'bank' AS kept
    FROM billing_bankentry b JOIN billing_payment p ON p.id = b.payment_id
    WHERE b.partner_id = ANY(%(partners)s) AND b.recorded_at >= %(since)s::timestamptz
""")

# Money that came online is one checkout, ended by that payment, in the currency it was asked for.
NOT_ITS_CHECKOUT = SQL("""
    SELECT p.id AS payment, p.external_id, c.n, c.n = 1 AND c.fits AS kept
    FROM billing_payment p
    CROSS JOIN LATERAL (
        SELECT count(*) AS n,
               bool_and(
                   k.till_id = p.external_id AND k.currency = p.currency AND k.customer_id = p.customer_id
                   AND k.partner_id = p.partner_id AND k.declined_at IS NULL
               ) AS fits
        FROM billing_checkout k WHERE k.payment_id = p.id
    ) c
    WHERE p.source = 'online' AND p.partner_id = ANY(%(partners)s) AND p.booked_at >= %(since)s::timestamptz
""")

# Until when the cash was known at an instant. A partner of whom no reading was known enters its cash by hand.
KNOWN_AT = SQL("""
    SELECT max(r.at) AS at FROM billing_bankreading r
    WHERE r.partner_id = {partner} AND r.recorded_at <= {at}
""")

STALE = SQL("""
    SELECT k.id AS decision, i.number AS invoice, k.action, k.decided_at, r.at AS bank_read,
           r.at IS NULL OR k.decided_at - r.at <= v.stale_cash_hours * interval '1 hour' AS kept
    FROM dunning_decision k
    JOIN billing_invoice i ON i.id = k.invoice_id
    JOIN dunning_policyversion v ON v.id = k.version_id
    CROSS JOIN LATERAL ({known}) r
    WHERE k.action IN ('suspend', 'hand_over')
      AND k.partner_id = ANY(%(partners)s) AND k.decided_at >= %(since)s::timestamptz
""").format(known=KNOWN_AT.format(partner=SQL("k.partner_id"), at=SQL("k.decided_at")))

STALE_AT_THE_LOOK = SQL("""
    SELECT d.suspension_id AS suspension, i.number AS invoice, d.looked_at, r.at AS bank_read,
           r.at IS NULL OR d.looked_at - r.at <= v.stale_cash_hours * interval '1 hour' AS kept
    FROM dunning_suspensiondebt d
    JOIN billing_invoice i ON i.id = d.invoice_id
    JOIN dunning_decision k ON k.id = d.decision_id
    JOIN dunning_policyversion v ON v.id = k.version_id
    CROSS JOIN LATERAL ({known}) r
    WHERE d.partner_id = ANY(%(partners)s) AND d.looked_at >= %(since)s::timestamptz
""").format(known=KNOWN_AT.format(partner=SQL("d.partner_id"), at=SQL("d.looked_at")))

CHECKS = (
    Question("I6", "a suspension or hand-over was decided while the bank had not been read for too long", STALE),
    Question("I6", "access was taken while the bank had not been read for too long", STALE_AT_THE_LOOK),
    Question("I24", "a payment from the bank is not exactly one entry of a statement", NOT_ITS_ENTRY),
    Question("I24", "a payment online is not exactly one checkout", NOT_ITS_CHECKOUT),
    Question("I24", "an entry of the bank belongs to a payment that came another way", ENTRY_OF_ANOTHER, same=True),
)
