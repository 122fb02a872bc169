"""What a decision was made on, fingerprinted; and the limit by which a day was judged."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    """Two columns that verify asks about."""

    dependencies = [
        ("dunning", "0002_minds"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="decision",
            name="as_decided",
        ),
        migrations.AddField(
            model_name="decision",
            name="facts_print",
            field=models.CharField(default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="suspensiondebt",
            name="day_limit",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decision",
            trigger=pgtrigger.compiler.Trigger(
                name="as_decided",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."case_id" IS DISTINCT FROM (NEW."case_id") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id") OR OLD."run_id" IS DISTINCT FROM (NEW."run_id") OR OLD."version_id" IS DISTINCT FROM (NEW."version_id") OR OLD."round" IS DISTINCT FROM (NEW."round") OR OLD."stage" IS DISTINCT FROM (NEW."stage") OR OLD."attempt" IS DISTINCT FROM (NEW."attempt") OR OLD."action" IS DISTINCT FROM (NEW."action") OR OLD."because" IS DISTINCT FROM (NEW."because") OR OLD."values" IS DISTINCT FROM (NEW."values") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."decided_at" IS DISTINCT FROM (NEW."decided_at") OR OLD."facts" IS DISTINCT FROM (NEW."facts") OR OLD."facts_print" IS DISTINCT FROM (NEW."facts_print") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."suspend_on" IS DISTINCT FROM (NEW."suspend_on") OR OLD."not_before" IS DISTINCT FROM (NEW."not_before") OR OLD."pay_by" IS DISTINCT FROM (NEW."pay_by") OR OLD."scope" IS DISTINCT FROM (NEW."scope"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="27c56d28cbff0a9d19d2d41bacc5786e8683c6ec",
                    operation="UPDATE",
                    pgid="pgtrigger_as_decided_7547f",
                    table="dunning_decision",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decision",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_printed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.facts_print = encode(sha256(convert_to(NEW.facts::text, 'UTF8')), 'hex'); RETURN NEW;",
                    hash="6f1a9e55dd9a9a58952f9a171fd513934f57b194",
                    operation="INSERT",
                    pgid="pgtrigger_facts_printed_5c78a",
                    table="dunning_decision",
                    when="BEFORE",
                ),
            ),
        ),
    ]
