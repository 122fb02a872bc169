"""A subscription is never deleted: what was charged for it hangs on it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0001_tables"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="subscription",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="521ee268511e4f9032417bf5826f6493cce66e59",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_3cec9",
                    table="subscriptions_subscription",
                    when="BEFORE",
                ),
            ),
        ),
    ]
