"""Bills on their way in, and which of the provider's files a bill's lines stand in."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0001_tables"),
        ("payables", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Intake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(choices=[("file", "file"), ("provider", "21Vianet’s API")], max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reading", "is read"),
                            ("ready", "waits to be booked"),
                            ("fetching", "is fetched"),
                            ("booking", "is booked"),
                            ("done", "booked"),
                            ("refused", "can’t be used"),
                            ("dropped", "dropped"),
                        ],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("stored_as", models.CharField(blank=True, max_length=64)),
                ("size", models.BigIntegerField(default=0)),
                ("bill_number", models.CharField(blank=True, max_length=40)),
                ("billed_on", models.DateField(blank=True, null=True)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("found", models.JSONField(default=dict)),
                ("faults", models.JSONField(default=list)),
                ("already", models.BooleanField(default=False)),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="IntakePage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("part", models.CharField(max_length=30)),
                ("after", models.PositiveIntegerField()),
                ("lines", models.TextField()),
                ("number", models.PositiveIntegerField()),
                ("partner_ref", models.CharField(max_length=36)),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="providerbill",
            name="as_billed",
        ),
        migrations.AddField(
            model_name="providerbill",
            name="layout",
            field=models.CharField(
                choices=[
                    ("license", "licenses"),
                    ("usage", "usage"),
                    ("one_time", "one-time and new commerce"),
                    ("daily", "daily-rated usage"),
                ],
                default="license",
                max_length=10,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="providerbill",
            trigger=pgtrigger.compiler.Trigger(
                name="as_billed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."layout" IS DISTINCT FROM (NEW."layout") OR OLD."billed_on" IS DISTINCT FROM (NEW."billed_on") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."period" IS DISTINCT FROM (NEW."period") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."subtotal" IS DISTINCT FROM (NEW."subtotal") OR OLD."tax" IS DISTINCT FROM (NEW."tax") OR OLD."total" IS DISTINCT FROM (NEW."total") OR OLD."file_name" IS DISTINCT FROM (NEW."file_name") OR OLD."file_sha256" IS DISTINCT FROM (NEW."file_sha256") OR OLD."imported_at" IS DISTINCT FROM (NEW."imported_at") OR OLD."sections" IS DISTINCT FROM (NEW."sections"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="47f37ac92414768613bf46b1627d10d1ec74af33",
                    operation="UPDATE",
                    pgid="pgtrigger_as_billed_00b22",
                    table="payables_providerbill",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="intake",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="intake",
            name="bill",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="intakes",
                to="payables.providerbill",
            ),
        ),
        migrations.AddField(
            model_name="intake",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
            ),
        ),
        migrations.AddField(
            model_name="intakepage",
            name="intake",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="pages", to="payables.intake"
            ),
        ),
        migrations.AddField(
            model_name="intakepage",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
            ),
        ),
        migrations.AddIndex(
            model_name="intake",
            index=models.Index(fields=["partner", "-id"], name="payables_intake_newest"),
        ),
        migrations.AddConstraint(
            model_name="intake",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source", "provider"), ("state__in", ["fetching", "booking"])),
                fields=("partner", "name"),
                name="payables_intake_fetched_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="intakepage",
            constraint=models.UniqueConstraint(fields=("intake", "part", "after"), name="payables_intake_page_once"),
        ),
    ]
