"""The guards of the history: what people change is kept."""

import pgtrigger.compiler
from django.db import migrations

import outbox.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0006_changes"),
        ("dunning", "0003_prints"),
    ]

    operations = [
        outbox.triggers.AddTriggers(
            [
                (
                    "breaker",
                    pgtrigger.compiler.Trigger(
                        name="whose",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="528dace8fc3ce4b5476182db38566b24ef8eaea9",
                            operation="UPDATE",
                            pgid="pgtrigger_whose_fa2f2",
                            table="dunning_breaker",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "case",
                    pgtrigger.compiler.Trigger(
                        name="whose",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="81ae29f1c2787df606c878291357eb0b148df1f1",
                            operation="UPDATE",
                            pgid="pgtrigger_whose_e5d56",
                            table="dunning_case",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "decision",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('dunning.Decision', '', '', 'called_at,called_by_id,call_note')",
                            func="RETURN NULL;",
                            hash="c2d75194a7f5e6b278273073b18d665d8837082c",
                            operation='UPDATE OF "called_at", "called_by_id", "call_note"',
                            pgid="pgtrigger_kept_e008a",
                            table="dunning_decision",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "deedmark",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('dunning.DeedMark', '', '', '')",
                            func="RETURN NULL;",
                            hash="a2992acf1681f93c54cbd6c5bd73ab93b9d41344",
                            operation="UPDATE OR INSERT OR DELETE",
                            pgid="pgtrigger_kept_cd0c3",
                            table="dunning_deedmark",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "deletiondecision",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('dunning.DeletionDecision', '', '', '')",
                            func="RETURN NULL;",
                            hash="22219e0353346e72391ce5d66ae47a462bf7e3c1",
                            operation="UPDATE OR INSERT",
                            pgid="pgtrigger_kept_cc8ef",
                            table="dunning_deletiondecision",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "policydraft",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('dunning.PolicyDraft', '', '', '')",
                            func="RETURN NULL;",
                            hash="1dd2fa16d5370dd964719e30b2f6487deffcfc5f",
                            operation="UPDATE OR INSERT",
                            pgid="pgtrigger_kept_24c3a",
                            table="dunning_policydraft",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "policytold",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('dunning.PolicyTold', '', '', 'acknowledged_at,acknowledged_by_id')",
                            func="RETURN NULL;",
                            hash="fa1f2a6558620e6dc987407a9e4423b76b56cb00",
                            operation='UPDATE OF "acknowledged_at", "acknowledged_by_id"',
                            pgid="pgtrigger_kept_15d9d",
                            table="dunning_policytold",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "proposal",
                    pgtrigger.compiler.Trigger(
                        name="whose",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."case_id" IS DISTINCT FROM (NEW."case_id") OR OLD."decision_id" IS DISTINCT FROM (NEW."decision_id"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="672f2c732e6c08ff1d3fb3b225f911dd7d5bf8cf",
                            operation="UPDATE",
                            pgid="pgtrigger_whose_d68e0",
                            table="dunning_proposal",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "run",
                    pgtrigger.compiler.Trigger(
                        name="whose",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="fd3e4bbf712e48b6bb2f035377eed3f4efe709a8",
                            operation="UPDATE",
                            pgid="pgtrigger_whose_1f78f",
                            table="dunning_run",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "savedview",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('dunning.SavedView', '', '', '')",
                            func="RETURN NULL;",
                            hash="295d8bbe44b6b2f74429556a77f10c296eb332f4",
                            operation="UPDATE OR INSERT OR DELETE",
                            pgid="pgtrigger_kept_cf3a8",
                            table="dunning_savedview",
                            when="AFTER",
                        ),
                    ),
                ),
            ]
        ),
    ]
