"""Lists that turn their pages along an index, and what a partner chooses about its receivables."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes in the order of the lists; the choices of a partner."""

    dependencies = [
        ("billing", "0001_tables"),
        ("customers", "0003_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReceivablesSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("credits_meet_others", models.BooleanField(default=True)),
                ("online_payment", models.BooleanField(default=True)),
                ("set_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name="invoice",
            name="billing_invoice_newest",
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("gone_at", None)), fields=["partner", "-at", "-id"], name="billing_claim_newest"
            ),
        ),
        migrations.AddIndex(
            model_name="creditnote",
            index=models.Index(fields=["partner", "-issued_on", "-id"], name="billing_credit_note_newest"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("status", "draft"), _negated=True),
                fields=["partner", "-issued_on", "-id"],
                name="billing_invoice_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("balance__gt", 0), ("status", "issued")),
                fields=["partner", "-issued_on", "-id"],
                name="billing_invoice_open_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("status", "void"), ("written_off__gt", 0), _connector="OR"),
                fields=["partner", "-issued_on", "-id"],
                name="billing_invoice_rare_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["partner", "period"], name="billing_invoice_periods"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("status", "draft")), fields=["partner", "id"], name="billing_invoice_drafts"
            ),
        ),
        migrations.AddField(
            model_name="receivablessetting",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
            ),
        ),
        migrations.AddField(
            model_name="receivablessetting",
            name="set_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="receivablessetting",
            index=models.Index(fields=["partner", "-id"], name="billing_receivables_newest"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="receivablessetting",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="aaea5261833e7dc62f8771823abc145c09f76e6e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_ce9b3",
                    table="billing_receivablessetting",
                    when="BEFORE",
                ),
            ),
        ),
    ]
