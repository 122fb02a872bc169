"""The guards of the history: what people change is kept."""

import pgtrigger.compiler
from django.db import migrations

import outbox.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0006_changes"),
        ("disputes", "0003_returned"),
    ]

    operations = [
        outbox.triggers.AddTriggers(
            [
                (
                    "accessnews",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('disputes.AccessNews', '', '', 'confirmed_at,objected_at,said_by_id')",
                            func="RETURN NULL;",
                            hash="a7a51dbf073378129366d1b84b60ed3190de049e",
                            operation='UPDATE OF "confirmed_at", "objected_at", "said_by_id"',
                            pgid="pgtrigger_kept_149cd",
                            table="disputes_accessnews",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "caseline",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('disputes.CaseLine', '', '', 'answer')",
                            func="RETURN NULL;",
                            hash="69923bb95a9cf974b289f8e8efa4717914666b71",
                            operation='UPDATE OF "answer"',
                            pgid="pgtrigger_kept_4768b",
                            table="disputes_caseline",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "commoncause",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('disputes.CommonCause', '', '', '')",
                            func="RETURN NULL;",
                            hash="b284058d7fef1095dff4e56e947f0c68e537a329",
                            operation="UPDATE OR INSERT",
                            pgid="pgtrigger_kept_df7f6",
                            table="disputes_commoncause",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "dispute",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('disputes.Dispute', 'secret', '', '')",
                            func="RETURN NULL;",
                            hash="6c9687dbbf3dd74962436cee8ed9486ee6d9f3f7",
                            operation="UPDATE OR INSERT",
                            pgid="pgtrigger_kept_5a976",
                            table="disputes_dispute",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "escalation",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('disputes.Escalation', 'secret', 'request_read_at', '')",
                            func="RETURN NULL;",
                            hash="17f9e11a972f0d919a09a850d49043f1a2aeb572",
                            operation="UPDATE OR INSERT",
                            pgid="pgtrigger_kept_41cbf",
                            table="disputes_escalation",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "escalationterms",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('disputes.EscalationTerms', '', '', '')",
                            func="RETURN NULL;",
                            hash="259b9eac4eeff26809f940dc1bda5749202587fc",
                            operation="UPDATE OR INSERT OR DELETE",
                            pgid="pgtrigger_kept_dacd7",
                            table="disputes_escalationterms",
                            when="AFTER",
                        ),
                    ),
                ),
            ]
        ),
    ]
