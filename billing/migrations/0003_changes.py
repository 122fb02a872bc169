"""The guards of the history: what people change is kept."""

import pgtrigger.compiler
from django.db import migrations

import outbox.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0006_changes"),
        ("billing", "0002_lists"),
    ]

    operations = [
        outbox.triggers.AddTriggers(
            [
                (
                    "bankentry",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('billing.BankEntry', '', '', 'dismissed_at,dismissed_by_id,dismissed_why')",
                            func="RETURN NULL;",
                            hash="2beafddb366b69ad54ab46d72b75c2a118da20f2",
                            operation='UPDATE OF "dismissed_at", "dismissed_by_id", "dismissed_why"',
                            pgid="pgtrigger_kept_e7fbe",
                            table="billing_bankentry",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "checkout",
                    pgtrigger.compiler.Trigger(
                        name="whose",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."key" IS DISTINCT FROM (NEW."key"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="1f0b1fd66996d7b6d8cc672cda7506f22844852d",
                            operation="UPDATE",
                            pgid="pgtrigger_whose_74a6a",
                            table="billing_checkout",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "claim",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('billing.Claim', '', '', '')",
                            func="RETURN NULL;",
                            hash="b8cd2932126ba5ce109257052140e115590a5429",
                            operation="UPDATE OR INSERT",
                            pgid="pgtrigger_kept_09d7f",
                            table="billing_claim",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "hold",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('billing.Hold', '', '', '')",
                            func="RETURN NULL;",
                            hash="5ead756ef738104480b9e4dd65adc8136ab411a6",
                            operation="UPDATE OR INSERT",
                            pgid="pgtrigger_kept_1af5d",
                            table="billing_hold",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "invoice",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('billing.Invoice', '', '', 'tax_invoice,tax_invoice_number,voided_at,void_reason')",
                            func="RETURN NULL;",
                            hash="9adc7cb62aa137b76e2efb94c77ec0c9c7a2fb6b",
                            operation='UPDATE OF "tax_invoice", "tax_invoice_number", "voided_at", "void_reason"',
                            pgid="pgtrigger_kept_e3f48",
                            table="billing_invoice",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "passon",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('billing.PassOn', '', 'last_used_on', 'until_on,ended_by_id,ended_at,ended_why')",
                            func="RETURN NULL;",
                            hash="42b6cb7403f120e22f506513c80f2f7989530dd8",
                            operation='UPDATE OF "until_on", "ended_by_id", "ended_at", "ended_why" OR INSERT',
                            pgid="pgtrigger_kept_71ddf",
                            table="billing_passon",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "priceentry",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('billing.PriceEntry', '', 'last_used_on', 'until_on,ended_by_id,ended_at,ended_why')",
                            func="RETURN NULL;",
                            hash="293b3d1bd43c951f7d560bbb4734fe001ead1d28",
                            operation='UPDATE OF "until_on", "ended_by_id", "ended_at", "ended_why" OR INSERT',
                            pgid="pgtrigger_kept_a2a5c",
                            table="billing_priceentry",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "pricerule",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('billing.PriceRule', '', 'last_used_on', '')",
                            func="RETURN NULL;",
                            hash="872e1473370debef0a5adad3d9a6ee1392559a6f",
                            operation="UPDATE OR INSERT OR DELETE",
                            pgid="pgtrigger_kept_ab14f",
                            table="billing_pricerule",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "promisetopay",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('billing.PromiseToPay', '', '', '')",
                            func="RETURN NULL;",
                            hash="2f68519e6dd45cc6bb4456d742abc85690b7bfb0",
                            operation="UPDATE OR INSERT",
                            pgid="pgtrigger_kept_b401c",
                            table="billing_promisetopay",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "taxrule",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('billing.TaxRule', '', 'last_used_on', 'until_on,ended_by_id,ended_at,ended_why')",
                            func="RETURN NULL;",
                            hash="6ef93d0b3020fae126b0d3d00cc9f1acff1084c0",
                            operation='UPDATE OF "until_on", "ended_by_id", "ended_at", "ended_why" OR INSERT',
                            pgid="pgtrigger_kept_73bc3",
                            table="billing_taxrule",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "writeoff",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('billing.WriteOff', '', '', '')",
                            func="RETURN NULL;",
                            hash="3ed000ac7fe130c029539e3ab85457b9eb6cf1e1",
                            operation="UPDATE OR INSERT",
                            pgid="pgtrigger_kept_90d25",
                            table="billing_writeoff",
                            when="AFTER",
                        ),
                    ),
                ),
            ]
        ),
    ]
