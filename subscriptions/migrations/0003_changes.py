"""The guards of the history: what people change is kept."""

import pgtrigger.compiler
from django.db import migrations

import outbox.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0006_changes"),
        ("subscriptions", "0002_never_deleted"),
    ]

    operations = [
        outbox.triggers.AddTriggers(
            [
                (
                    "accessattempt",
                    pgtrigger.compiler.Trigger(
                        name="whose",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."change_id" IS DISTINCT FROM (NEW."change_id") OR OLD."subscription_id" IS DISTINCT FROM (NEW."subscription_id") OR OLD."request_id" IS DISTINCT FROM (NEW."request_id"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="aaa908ffb149edf443cefc689387130e4c26a47a",
                            operation="UPDATE",
                            pgid="pgtrigger_whose_b3cc0",
                            table="subscriptions_accessattempt",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "accessstop",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('subscriptions.AccessStop', '', '', '')",
                            func="RETURN NULL;",
                            hash="bbb9a86ff7dd5de0c8c424c7d545a1dfa7c1ab07",
                            operation="UPDATE OR INSERT",
                            pgid="pgtrigger_kept_737c6",
                            table="subscriptions_accessstop",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "drift",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('subscriptions.Drift', '', '', 'decided_by_id,decided_at,ended_by_id,ended_why')",
                            func="RETURN NULL;",
                            hash="41cfbf87fa6d0ec0e6a02fb6d74f15ce8355804f",
                            operation='UPDATE OF "decided_by_id", "decided_at", "ended_by_id", "ended_why"',
                            pgid="pgtrigger_kept_8df8a",
                            table="subscriptions_drift",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "quantityattempt",
                    pgtrigger.compiler.Trigger(
                        name="whose",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."change_id" IS DISTINCT FROM (NEW."change_id") OR OLD."request_id" IS DISTINCT FROM (NEW."request_id"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="4c5eee05d9add17078d55c8bfac4bdf8077e1589",
                            operation="UPDATE",
                            pgid="pgtrigger_whose_b5475",
                            table="subscriptions_quantityattempt",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "suspension",
                    pgtrigger.compiler.Trigger(
                        name="whose",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."subscription_id" IS DISTINCT FROM (NEW."subscription_id"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="9f886b414d53b89ad7a48160b041f86fa88b87c8",
                            operation="UPDATE",
                            pgid="pgtrigger_whose_31442",
                            table="subscriptions_suspension",
                            when="BEFORE",
                        ),
                    ),
                ),
            ]
        ),
    ]
