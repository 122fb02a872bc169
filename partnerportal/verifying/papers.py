"""Is each kept paper still the one that was printed? (I28)"""

from psycopg.sql import SQL

from .asking import Question

FINGERPRINTS = SQL("""
    SELECT d.id AS document, d.file_name, encode(sha256(d.content), 'hex') = d.sha256 AS kept
    FROM customers_document d
    WHERE d.partner_id = ANY(%(partners)s) AND d.made_at >= %(since)s::timestamptz
""")

CHECKS = (Question("I28", "a kept paper is not the one that was printed", FINGERPRINTS),)
