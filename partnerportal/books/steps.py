"""Which statements make the book? Each draws from the seed and a row's number alone, so a seed is a book.

Rows are prepared in temporary tables under numbers of their own and take their keys from the tables' sequences, so
a book can be made beside others. Guards and foreign keys stay in force. `hashint8extended` is a mix of bits that
depends on nothing but its arguments; the small number added to the seed keeps one draw apart from another."""

DRAW = """
CREATE OR REPLACE FUNCTION pg_temp.draw(seed bigint, n bigint, below integer) RETURNS integer
LANGUAGE sql IMMUTABLE AS
'SELECT ((hashint8extended(n, seed) & 2147483647) % below)::integer'
"""

CUSTOMERS = """
CREATE TEMP TABLE made_customer AS
SELECT n, nextval(pg_get_serial_sequence('customers_customer', 'id')) AS pk,
       (%(partners)s::bigint[])[1 + (n - 1) %% %(partner_count)s] AS partner_pk
FROM generate_series(1, %(customers)s) n;
ANALYZE made_customer;

INSERT INTO customers_customer
    (id, partner_id, provider_id, name, domain, language, zone, credit_limit, tags, contact_read_at, created_at)
SELECT pk, partner_pk, md5('customer' || %(seed)s || ':' || n)::uuid::text,
       (%(firsts)s::text[])[1 + pg_temp.draw(%(seed)s + 1, n, %(first_count)s)] || ' '
           || (%(seconds)s::text[])[1 + pg_temp.draw(%(seed)s + 2, n, %(second_count)s)] || ' '
           || lpad(n::text, greatest(5, length(n::text)), '0'),
       'c' || n || '.book-' || %(seed)s || '.example',
       (ARRAY['en', 'zh-hans', 'zh-hans', 'ru'])[1 + pg_temp.draw(%(seed)s + 3, n, 4)],
       (%(zones)s::text[])[1 + pg_temp.draw(%(seed)s + 4, n, %(zone_count)s)],
       NULL, '{}', %(began)s, %(began)s
FROM made_customer;

INSERT INTO customers_contact (partner_id, customer_id, role, name, email, language)
SELECT partner_pk, pk, role, '', role || '@c' || n || '.book-' || %(seed)s || '.example', ''
FROM made_customer CROSS JOIN unnest(ARRAY['billing', 'owner']) AS role
WHERE role = 'billing' OR n %% 3 = 0;

INSERT INTO dunning_policytold (partner_id, customer_id, version_id, told_at)
SELECT c.partner_pk, c.pk, v.id, %(began)s
FROM made_customer c JOIN dunning_policyversion v ON v.partner_id = c.partner_pk
"""

SUBSCRIPTIONS = """
CREATE TEMP TABLE made_subscription AS
SELECT c.n AS customer, k, c.pk AS customer_pk, c.partner_pk,
       nextval(pg_get_serial_sequence('subscriptions_subscription', 'id')) AS pk,
       1 + pg_temp.draw(%(seed)s + 5, c.n * 4 + k, %(offer_count)s) AS offer,
       1 + pg_temp.draw(%(seed)s + 6, c.n * 4 + k, 60) AS quantity
FROM made_customer c CROSS JOIN generate_series(0, 3) k;
ANALYZE made_subscription;

INSERT INTO subscriptions_subscription
    (id, partner_id, customer_id, provider_id, base_id, offer_id, offer_name, name, quantity, status, starts_on,
     ends_on, status_read_at)
SELECT s.pk, s.partner_pk, s.customer_pk,
       md5('subscription' || %(seed)s || ':' || s.customer || ':' || s.k)::uuid::text,
       CASE WHEN s.k = 3 AND s.customer %% 5 = 0 THEN b.pk END,
       md5((%(offers)s::text[])[s.offer])::uuid::text, (%(offers)s::text[])[s.offer], (%(offers)s::text[])[s.offer],
       s.quantity, 'active', %(began)s::date, NULL, %(began)s
FROM made_subscription s JOIN made_subscription b ON b.customer = s.customer AND b.k = 0
ORDER BY s.customer, s.k
"""

# A customer's invoices go back month by month, at most two years; the last of all is of the book's last day. The
# younger an invoice, the likelier it is open.
INVOICES = """
CREATE TEMP TABLE made_invoice AS
SELECT i.*, c.pk AS customer_pk, c.partner_pk,
       nextval(pg_get_serial_sequence('billing_invoice', 'id')) AS pk,
       %(last)s::date - CASE WHEN i.n = %(invoices)s THEN 0
           ELSE 30 * (i.back * least(%(ranks)s, 24) / %(ranks)s) + pg_temp.draw(%(seed)s + 7, i.n, 60) END AS issued_on,
       false AS open
FROM (SELECT n, 1 + (n - 1) %% %(customers)s AS customer, %(ranks)s - 1 - (n - 1) / %(customers)s AS back
      FROM generate_series(1, %(invoices)s) n) i
JOIN made_customer c ON c.n = i.customer
ORDER BY i.n;
UPDATE made_invoice i SET open = true FROM (
    SELECT n, row_number() OVER (ORDER BY issued_on - pg_temp.draw(%(seed)s + 8, n, 400) DESC, n) AS place
    FROM made_invoice
) x WHERE x.n = i.n AND x.place <= %(open)s;
ANALYZE made_invoice;

CREATE TEMP TABLE made_line AS
SELECT i.n AS invoice, i.pk AS invoice_pk, i.partner_pk, i.open AS unpaid, nth + 1 AS position, s.pk AS subscription_pk,
       (%(offers)s::text[])[s.offer] AS offer, s.quantity, (%(prices)s::numeric[])[s.offer] AS unit_price,
       s.quantity * (%(prices)s::numeric[])[s.offer] AS net,
       round(s.quantity * (%(prices)s::numeric[])[s.offer] * 0.06, 2) AS tax,
       nextval(pg_get_serial_sequence('billing_invoiceline', 'id')) AS pk,
       CASE WHEN NOT i.open THEN 'all' WHEN nth = 0 AND pg_temp.draw(%(seed)s + 9, i.n, 10) = 0 THEN 'half' END AS paid
FROM made_invoice i
CROSS JOIN LATERAL generate_series(0, pg_temp.draw(%(seed)s + 10, i.n, 3)) nth
JOIN made_subscription s
  ON s.customer = i.customer AND s.k = (pg_temp.draw(%(seed)s + 11, i.n, 4) + nth) %% 4
ORDER BY i.n, nth;
ALTER TABLE made_line ADD put numeric(18, 2);
UPDATE made_line SET put = CASE paid WHEN 'all' THEN net + tax WHEN 'half' THEN round((net + tax) / 2, 2) ELSE 0 END;
ANALYZE made_line;

CREATE TEMP TABLE made_total AS
SELECT invoice, sum(net) AS net, sum(tax) AS tax, sum(put) AS put FROM made_line GROUP BY invoice;
ANALYZE made_total;
"""

# References are six letters long and may meet in a large book: the first of them keeps it.
NUMBERED = """
CREATE TEMP TABLE made_number AS
SELECT d.*, CASE WHEN row_number() OVER (PARTITION BY partner_pk, code ORDER BY n) = 1 THEN code END AS reference
FROM (
    SELECT x.n, x.partner_pk, x.number, p.prefix || '-' || (
        SELECT string_agg(substr(%(alphabet)s, 1 + get_byte(digest, b) %% length(%(alphabet)s), 1), '' ORDER BY b)
        FROM generate_series(0, 5) b
    ) AS code
    FROM (
        SELECT i.n, i.partner_pk, sha256(convert_to(i.partner_pk || ':' || i.number, 'UTF8')) AS digest, i.number
        FROM (
            SELECT m.n, m.partner_pk, q.prefix || '-' || extract(year FROM m.issued_on) || '-'
                       || lpad(m.place::text, greatest(5, length(m.place::text)), '0') AS number
            FROM (
                SELECT n, partner_pk, issued_on, row_number() OVER (
                    PARTITION BY partner_pk, extract(year FROM issued_on) ORDER BY issued_on, n
                ) AS place
                FROM made_invoice
            ) m JOIN customers_partner q ON q.id = m.partner_pk
        ) i
    ) x JOIN customers_partner p ON p.id = x.partner_pk
) d;
ANALYZE made_number;

INSERT INTO billing_series (partner_id, kind, year, next_number)
SELECT partner_pk, 'invoice', extract(year FROM issued_on), count(*) + 1
FROM made_invoice GROUP BY partner_pk, extract(year FROM issued_on)
"""

ISSUED = """
INSERT INTO billing_invoice
    (id, partner_id, customer_id, status, number, reference, period, period_start, period_end, currency, net, tax,
     total, balance, written_off, source, tax_invoice, tax_invoice_number, issued_on, issued_at, due_on, party,
     created_at, void_reason, rounding)
SELECT i.pk, i.partner_pk, i.customer_pk, 'issued', x.number, x.reference,
       to_char(i.issued_on - interval '1 month', 'YYYY-MM'),
       date_trunc('month', i.issued_on - interval '1 month')::date, date_trunc('month', i.issued_on)::date - 1,
       p.currency, t.net, t.tax, t.net + t.tax, t.net + t.tax - t.put, 0, 'file', '', '', i.issued_on,
       (i.issued_on + time '10:00') AT TIME ZONE p.zone, i.issued_on + p.payment_terms_days,
       jsonb_build_object(
           'seller', jsonb_build_object('name', p.name, 'address', p.address, 'bank_account', p.bank_account,
                                        'bank_name', p.bank_name, 'bank_number', p.bank_number),
           'buyer', jsonb_build_object('name', c.name, 'domain', c.domain, 'contact', '',
                                       'email', 'billing@' || c.domain)),
       (i.issued_on + time '10:00') AT TIME ZONE p.zone, '', 'half_up'
FROM made_invoice i
JOIN made_total t ON t.invoice = i.n
JOIN made_number x ON x.n = i.n
JOIN customers_partner p ON p.id = i.partner_pk
JOIN customers_customer c ON c.id = i.customer_pk
ORDER BY i.n;

INSERT INTO billing_invoiceline
    (id, partner_id, invoice_id, position, subscription_id, description, detail, quantity, unit_price, net, tax_rate,
     tax, total, open, priced_by)
SELECT pk, partner_pk, invoice_pk, position, subscription_pk, offer, '', quantity, unit_price, net, 0.06, tax,
       net + tax, net + tax - put, '{}'
FROM made_line ORDER BY pk
"""

PAID = """
CREATE TEMP TABLE made_payment AS
SELECT i.n, i.pk AS invoice_pk, i.partner_pk, i.customer_pk, x.number, x.reference, t.put, p.currency,
       nextval(pg_get_serial_sequence('billing_payment', 'id')) AS pk,
       least(i.issued_on + 3 + pg_temp.draw(%(seed)s + 12, i.n, 30), %(last)s::date) AS received_on, p.zone
FROM made_invoice i
JOIN made_total t ON t.invoice = i.n AND t.put > 0
JOIN made_number x ON x.n = i.n
JOIN customers_partner p ON p.id = i.partner_pk
ORDER BY i.n;
ANALYZE made_payment;

INSERT INTO billing_payment
    (id, partner_id, customer_id, amount, currency, reference, received_on, booked_at, source, external_id)
SELECT pk, partner_pk, customer_pk, put, currency, coalesce(reference, number), received_on,
       (received_on + time '15:00') AT TIME ZONE zone, 'book', number
FROM made_payment ORDER BY n;

INSERT INTO billing_allocation (partner_id, payment_id, line_id, amount, at)
SELECT l.partner_pk, p.pk, l.pk, l.put, (p.received_on + time '15:00') AT TIME ZONE p.zone
FROM made_line l JOIN made_payment p ON p.n = l.invoice
WHERE l.put > 0 ORDER BY l.pk
"""

# Whoever owes something is looked at by the next sweep, as after an issue or a payment.
DUE = """
UPDATE customers_customer c SET review_due_at = %(ended)s
WHERE c.id IN (SELECT customer_pk FROM made_invoice WHERE open)
"""

DONE = """
DROP TABLE made_customer, made_subscription, made_invoice, made_line, made_total, made_number, made_payment
"""

STEPS = {
    "customers": CUSTOMERS,
    "subscriptions": SUBSCRIPTIONS,
    "amounts": INVOICES,
    "numbers": NUMBERED,
    "invoices": ISSUED,
    "payments": PAID,
    "what is due": DUE,
    "done": DONE,
}
