"""The guards of the history: what people change is kept."""

import pgtrigger.compiler
from django.db import migrations

import outbox.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0006_changes"),
        ("payables", "0003_set_wise"),
    ]

    operations = [
        outbox.triggers.AddTriggers(
            [
                (
                    "finding",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('payables.Finding', '', '', 'decided_at,decided_by_id,why,explained_by')",
                            func="RETURN NULL;",
                            hash="bdab3652a33c951ed6db104ca54b6a4b1c521d6a",
                            operation='UPDATE OF "decided_at", "decided_by_id", "why", "explained_by"',
                            pgid="pgtrigger_kept_a1572",
                            table="payables_finding",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "providerbill",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('payables.ProviderBill', '', '', 'agreed_due_on,agreed_why,agreed_by_id')",
                            func="RETURN NULL;",
                            hash="9077c88085e266e0b8f1d83d4d5185b0d9435eb2",
                            operation='UPDATE OF "agreed_due_on", "agreed_why", "agreed_by_id"',
                            pgid="pgtrigger_kept_93897",
                            table="payables_providerbill",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "standing",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('payables.Standing', '', '', '')",
                            func="RETURN NULL;",
                            hash="27e67f2aedfb183f1a545f49e021aa662b441ffe",
                            operation="UPDATE OR INSERT",
                            pgid="pgtrigger_kept_317a6",
                            table="payables_standing",
                            when="AFTER",
                        ),
                    ),
                ),
            ]
        ),
    ]
