"""What may the application do in the database? Rows, but not tables; whatever is created later included."""

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

GRANTS = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = {role_text}) AND current_user <> {role_text} THEN
        GRANT USAGE ON SCHEMA public TO {role};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
        GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
        ALTER DEFAULT PRIVILEGES IN SCHEMA public
            GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role};
    END IF;
END $$;
"""


def grant(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give the application role its rows."""
    role = settings.DATABASE_APP_ROLE
    quoted = schema_editor.quote_name(role)
    text = "'" + role.replace("'", "''") + "'"
    schema_editor.execute(GRANTS.format(role=quoted, role_text=text))


class Migration(migrations.Migration):
    """The two roles."""

    dependencies = [("outbox", "0001_tables")]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
