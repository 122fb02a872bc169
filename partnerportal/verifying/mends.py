"""Which changes of access did a person decide over a difference with the provider? The condition that names them."""

from psycopg.sql import SQL

# Of a subscriptions_accesschange `c`: it is of exactly the subscription whose difference its key names.
MENDED = SQL("""EXISTS (
    SELECT FROM subscriptions_drift g
    WHERE g.customer_id = c.customer_id AND c.scope = ARRAY[g.subscription_id] AND c.key LIKE 'drift:' || g.id || ':%%'
      AND g.decided_by_id IS NOT NULL AND g.decided_at >= c.queued_at
)""")
