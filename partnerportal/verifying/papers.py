"""Does an invoice go by one number and one amount wherever it stands, and is no number missing or given twice? (I28)

What is printed in a paper is tested where papers are made; here each kept paper is the one that was printed, and that
of an invoice its customer has."""

from psycopg.sql import SQL

from .asking import Question

FINGERPRINTS = SQL("""
    SELECT d.id AS document, d.file_name, encode(sha256(d.content), 'hex') = d.sha256 AS kept
    FROM customers_document d
    WHERE d.partner_id = ANY(%(partners)s) AND d.made_at >= %(since)s::timestamptz
""")

OF_NOTHING = SQL("""
    SELECT d.id AS document, d.file_name, d.about, i.number AS invoice,
           i.id IS NOT NULL AND i.customer_id = d.customer_id AND i.issued_at <= d.made_at
           AND position(i.number in d.file_name) > 0 AS kept
    FROM customers_document d
    LEFT JOIN billing_invoice i ON i.partner_id = d.partner_id AND i.number = split_part(d.about, ', ', 1)
    WHERE d.kind = 'invoice' AND d.partner_id = ANY(%(partners)s) AND d.made_at >= %(since)s::timestamptz
""")

# What the mail and the timeline said of it, as text frozen when it was issued.
SAID_OTHERWISE = SQL("""
    SELECT i.number AS invoice, i.total::text, s.source, s.said ->> 'invoice' AS said_number,
           s.said ->> 'amount' AS said_amount,
           s.said ->> 'invoice' = i.number AND (s.said ->> 'amount')::numeric = i.total
           AND s.said ->> 'currency' = i.currency AND s.said ->> 'reference' = i.reference AS kept
    FROM billing_invoice i
    JOIN (
        SELECT 'mail' AS source, split_part(m.key, ':', 3) AS pk, m.values AS said
        FROM customers_message m WHERE m.letter = 'invoice' AND m.key LIKE 'letter:invoice:%%'
        UNION ALL
        SELECT 'timeline', split_part(m.key, ':', 3), e.values
        FROM customers_timelineentry e JOIN customers_message m ON m.id = e.message_id
        WHERE e.code = 'invoice_issued' AND m.key LIKE 'letter:invoice:%%'
    ) s ON s.pk = i.id::text
    WHERE i.status <> 'draft' AND i.partner_id = ANY(%(partners)s) AND i.issued_at >= %(since)s::timestamptz
""")

# The counter says how many were taken in a year; as many different ones stand on papers. Numbers that came with a book
# from elsewhere are not ours to count.
MISSING = SQL("""
    SELECT s.kind, s.year, s.next_number - 1 AS taken, n.papers, n.numbers,
           n.papers = s.next_number - 1 AND n.numbers = n.papers AND coalesce(n.last = n.papers, true) AS kept
    FROM billing_series s
    CROSS JOIN LATERAL (
        SELECT count(*) AS papers, count(DISTINCT p.number) AS numbers, max(p.place) AS last
        FROM (
            SELECT x.number, substring(x.number from '([0-9]+)$')::bigint AS place
            FROM (
                SELECT i.number FROM billing_invoice i
                WHERE s.kind = 'invoice' AND i.partner_id = s.partner_id
                  AND coalesce(i.party #>> '{{made_from,number}}', '') = ''
                UNION ALL
                SELECT c.number FROM billing_creditnote c WHERE s.kind = 'credit_note' AND c.partner_id = s.partner_id
            ) x
            WHERE x.number ~ ('-' || s.year || CASE s.kind WHEN 'invoice' THEN '-[0-9]+$' ELSE '-C[0-9]+$' END)
        ) p
    ) n
    WHERE s.kind IN ('invoice', 'credit_note') AND s.partner_id = ANY(%(partners)s)
""").format()

CHECKS = (
    Question("I28", "a kept paper is not the one that was printed", FINGERPRINTS),
    Question("I28", "a paper is of no invoice its customer has", OF_NOTHING, same=True),
    Question("I28", "a mail or the timeline says another number or amount than the invoice", SAID_OTHERWISE),
    Question("I28", "a number of a year is missing, or was given twice", MISSING),
)
