"""What does the database itself do for the history? Functions, guards and rights, installed by a migration."""

from typing import Final

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# Written as the owner of the tables: the application can't write a history of its own making. The person is whoever
# was told (customers.history.acting), else whoever the row itself names in what changed: `lifted_by_id`.
KEEP: Final = """
CREATE OR REPLACE FUNCTION customers_keep_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    hidden text[] := string_to_array(TG_ARGV[1], ',');
    skipped text[] := string_to_array(TG_ARGV[2], ',');
    counting text[] := nullif(string_to_array(TG_ARGV[3], ','), '{}');
    was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    is_now jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    whole jsonb := coalesce(is_now, was);
    before jsonb := was;
    after jsonb := is_now;
    acting jsonb := nullif(current_setting('app.acting', true), '')::jsonb;
    reason text := nullif(current_setting('app.why', true), '');
    who bigint := (acting ->> 'person')::bigint;
    called text := nullif(acting ->> 'name', '');
    secret text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(k, was -> k), jsonb_object_agg(k, is_now -> k) INTO before, after
        FROM jsonb_object_keys(is_now) AS k
        WHERE was -> k IS DISTINCT FROM is_now -> k AND k <> ALL (skipped)
            AND (counting IS NULL OR k = ANY (counting));
        IF after IS NULL THEN
            RETURN NULL;
        END IF;
    ELSE
        before := before - skipped;
        after := after - skipped;
    END IF;
    IF reason IS NULL THEN
        SELECT after ->> k INTO reason
        FROM unnest(ARRAY['why', 'reason', 'void_reason', 'ended_why', 'refused_why', 'withdrawn_why', 'dismissed_why',
                          'agreed_why', 'why_text', 'call_note']) AS k
        WHERE after ->> k <> '' LIMIT 1;
    END IF;
    IF who IS NULL THEN
        SELECT (after ->> k)::bigint INTO who FROM jsonb_object_keys(after) AS k
        WHERE (k LIKE '%\\_by\\_id' OR k = 'by_id') AND after ->> k IS NOT NULL
        ORDER BY (SELECT max(s.value) FROM jsonb_each_text(after) AS s
                  WHERE s.key = replace(k, '_by_id', '_at')) DESC NULLS LAST, k LIMIT 1;
        IF who IS NOT NULL THEN
            SELECT coalesce(nullif(u.name, ''), u.email) INTO called FROM customers_user u WHERE u.id = who;
        END IF;
    END IF;
    FOREACH secret IN ARRAY hidden LOOP
        IF before ? secret THEN
            before := jsonb_set(before, ARRAY[secret], '"***"');
        END IF;
        IF after ? secret THEN
            after := jsonb_set(after, ARRAY[secret], '"***"');
        END IF;
    END LOOP;
    INSERT INTO customers_change
        (partner_id, customer_id, "table", "row", what, before, after, why, person_id, name, through, work, at,
         machine_at)
    VALUES (
        CASE TG_ARGV[0] WHEN 'customers.Partner' THEN (whole ->> 'id')::bigint
                        ELSE (whole ->> 'partner_id')::bigint END,
        CASE TG_ARGV[0] WHEN 'customers.Customer' THEN (whole ->> 'id')::bigint
                        ELSE (whole ->> 'customer_id')::bigint END,
        TG_ARGV[0], (whole ->> 'id')::bigint,
        CASE TG_OP WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed' ELSE 'taken_away' END,
        before, after, coalesce(reason, ''), who,
        coalesce(called, CASE WHEN acting IS NULL THEN session_user ELSE '' END),
        coalesce(acting ->> 'through', 'database'), coalesce(acting ->> 'work', ''),
        coalesce((acting ->> 'at')::timestamptz,
                 clock_timestamp() + coalesce((SELECT c."offset" FROM outbox_clock c WHERE c.id = 1), interval '0')),
        clock_timestamp()
    );
    RETURN NULL;
END;
$$
"""

# Column by column, so that one that is added later changes no old seal; in UTC, whoever asks.
DIGEST: Final = """
CREATE OR REPLACE FUNCTION customers_change_digest(c customers_change, before_it text) RETURNS text
LANGUAGE sql STABLE SET timezone = 'UTC' SET search_path = public, pg_temp AS $$
    SELECT encode(sha256(convert_to(before_it || jsonb_build_array(
        c.id, c.partner_id, c.customer_id, c."table", c."row", c.what, c.before, c.after, c.why, c.person_id, c.name,
        c.through, c.work, c.at, c.machine_at
    )::text, 'UTF8')), 'hex')
$$
"""

# One at a time; whoever comes second finds nothing to do.
SEAL: Final = """
CREATE OR REPLACE FUNCTION customers_seal_changes(most integer)
RETURNS TABLE (partner bigint, "position" bigint, hash text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    one customers_change;
    chain bigint;
    at_end bigint;
    digest text;
    begun boolean := false;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('customers_seal_changes')) THEN
        RETURN;
    END IF;
    FOR one IN
        SELECT s.* FROM (SELECT * FROM customers_change u WHERE u.hash IS NULL ORDER BY u.id LIMIT most) s
        ORDER BY s.partner_id NULLS FIRST, s.id
    LOOP
        IF NOT begun OR chain IS DISTINCT FROM one.partner_id THEN
            begun := true;
            chain := one.partner_id;
            at_end := 0;
            digest := '';
            SELECT l.position, l.hash INTO at_end, digest FROM customers_change l
            WHERE l.partner_id IS NOT DISTINCT FROM chain AND l.position IS NOT NULL
            ORDER BY l.position DESC LIMIT 1;
            at_end := coalesce(at_end, 0);
            digest := coalesce(digest, '');
        END IF;
        at_end := at_end + 1;
        digest := customers_change_digest(one, digest);
        UPDATE customers_change t SET position = at_end, hash = digest WHERE t.id = one.id;
        partner := chain; "position" := at_end; hash := digest;
        RETURN NEXT;
    END LOOP;
END;
$$
"""

TAKE_OUT: Final = [
    "DROP FUNCTION customers_seal_changes(integer)",
    "DROP FUNCTION customers_change_digest(customers_change, text)",
    "DROP FUNCTION customers_keep_change() CASCADE",
]

# Tables of Django's and allauth's that decide who may sign in as whom. Their secrets are not kept.
OTHERS: Final = (
    ("account_emailaddress", "account.EmailAddress", "", ""),
    ("mfa_authenticator", "mfa.Authenticator", "data", "last_used_at"),
    ("customers_user_groups", "customers.User_groups", "", ""),
    ("customers_user_user_permissions", "customers.User_user_permissions", "", ""),
    ("auth_group", "auth.Group", "", ""),
    ("auth_group_permissions", "auth.Group_permissions", "", ""),
)
OF_OTHERS: Final = [
    f"CREATE TRIGGER kept AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW"
    f" EXECUTE FUNCTION customers_keep_change('{label}', '{hidden}', '{skipped}', '')"
    for table, label, hidden, skipped in OTHERS
]

ONLY_READ: Final = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = {role_text}) AND current_user <> {role_text} THEN
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON customers_change FROM {role};
    END IF;
END $$;
"""


def only_by_trigger(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The application reads the history; only the trigger writes it."""
    role = settings.DATABASE_APP_ROLE
    text = "'" + role.replace("'", "''") + "'"
    schema_editor.execute(ONLY_READ.format(role=schema_editor.quote_name(role), role_text=text))
