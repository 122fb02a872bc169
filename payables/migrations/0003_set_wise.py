"""What a provider line belongs to is asked of all lines of a statement at once."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0003_people"),
        ("payables", "0002_intakes"),
        ("subscriptions", "0001_tables"),
    ]

    operations = [
        migrations.AlterField(
            model_name="providerline",
            name="bill",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="payables.providerbill",
            ),
        ),
        migrations.AlterField(
            model_name="providerline",
            name="customer",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="provider_lines",
                to="customers.customer",
            ),
        ),
        migrations.AlterField(
            model_name="providerline",
            name="partner",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.partner",
            ),
        ),
        migrations.AlterField(
            model_name="providerline",
            name="subscription",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="provider_lines",
                to="subscriptions.subscription",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="providerline",
            trigger=pgtrigger.compiler.Trigger(
                name="kin",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF EXISTS (\n    SELECT FROM fresh AS l\n    LEFT JOIN payables_providerbill AS b ON b.id = l.bill_id AND b.partner_id = l.partner_id\n    LEFT JOIN subscriptions_subscription AS s\n        ON s.id = l.subscription_id AND s.customer_id = l.customer_id AND s.partner_id = l.partner_id\n    WHERE b.id IS NULL OR s.id IS NULL\n) THEN\n    RAISE EXCEPTION 'a line without its bill, subscription and customer' USING ERRCODE = 'foreign_key_violation';\nEND IF;\nRETURN NULL;\n",
                    hash="1520c9381286a7a05f0159480307db7b17a12d0a",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_kin_b09ef",
                    referencing="REFERENCING NEW TABLE AS fresh ",
                    table="payables_providerline",
                    when="AFTER",
                ),
            ),
        ),
    ]
