"""The tables of this app, what they refuse, and who guards them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import outbox.triggers


class Migration(migrations.Migration):
    replaces = [
        ("dunning", "0001_initial"),
        ("dunning", "0002_drafts_and_breakers"),
        ("dunning", "0003_deletion_decisions"),
    ]

    initial = True

    dependencies = [
        ("billing", "0001_tables"),
        ("customers", "0001_tables"),
        ("subscriptions", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarEdition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=32, unique=True)),
                ("document", models.JSONField()),
            ],
            options={
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="immutable",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="34b97780c777323903d4da839f9d086176dbd6b3",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_immutable_065db",
                            table="dunning_calendaredition",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("effective_on", models.DateField()),
                ("published_at", models.DateTimeField()),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "seconded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("ignore_below", models.JSONField(default=dict)),
                ("cover_min", models.JSONField(default=dict)),
                ("promise_days", models.PositiveSmallIntegerField(default=14)),
                ("promise_count", models.PositiveSmallIntegerField(default=1)),
                (
                    "promise_pauses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                ("broken_days", models.PositiveSmallIntegerField(default=1)),
                ("resume_days", models.PositiveSmallIntegerField(default=3)),
                ("settle_days", models.PositiveSmallIntegerField(default=1)),
                ("claim_days", models.PositiveSmallIntegerField(default=3)),
                ("stale_cash_hours", models.PositiveSmallIntegerField(default=24)),
                (
                    "cure_level",
                    models.CharField(
                        choices=[("invoice", "invoice"), ("subscription", "subscription")],
                        default="invoice",
                        max_length=12,
                    ),
                ),
                ("cure_share", models.DecimalField(decimal_places=4, default=1, max_digits=5)),
                ("undo_minutes", models.PositiveSmallIntegerField(default=0)),
                ("deletion_days", models.PositiveSmallIntegerField(default=60)),
                ("notice_days", models.PositiveSmallIntegerField(default=30)),
            ],
            options={
                "ordering": ["partner_id", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "number"), name="dunning_version_number_once")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="immutable",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="ed5e5cd62ec097d85abdd4dbecbe8d4aa903bb89",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_immutable_a0fee",
                            table="dunning_policyversion",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("on", models.DateField()),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("evaluated", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("notices", models.PositiveIntegerField(default=0)),
                ("tasks", models.PositiveIntegerField(default=0)),
                ("proposals", models.PositiveIntegerField(default=0)),
                ("reinstatements", models.PositiveIntegerField(default=0)),
                ("skipped", models.JSONField(default=dict)),
                ("changed", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [models.Index(fields=["partner", "-began_at"], name="dunning_run_newest")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="6e9a2fe54fdb5a72ab4e70a88030772f46f79f19",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_97b56",
                            table="dunning_run",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DeletionDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deletion_decisions",
                        to="customers.customer",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deletion_decisions",
                        to="billing.invoice",
                    ),
                ),
                (
                    "choice",
                    models.CharField(choices=[("bring_back", "bring back"), ("let_go", "let go")], max_length=10),
                ),
                ("until_on", models.DateField(blank=True, null=True)),
                ("reason", models.CharField(max_length=300)),
                ("decided_at", models.DateTimeField()),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["invoice", "-decided_at"], name="dunning_deletion_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("choice", "bring_back"),
                                ("confirmed_at", None),
                                ("confirmed_by", None),
                                ("until_on__isnull", False),
                            ),
                            models.Q(
                                ("choice", "let_go"), ("confirmed_at", None), ("confirmed_by", None), ("until_on", None)
                            ),
                            models.Q(
                                ("choice", "let_go"),
                                ("confirmed_at__isnull", False),
                                ("until_on", None),
                                models.Q(("confirmed_by", models.F("decided_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="dunning_deletion_choice_fits",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="85a131cee9af1c01040075e8a1f3473ed2fd5c4d",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_d0c9f",
                            table="dunning_deletiondecision",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_decided",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id") OR OLD."choice" IS DISTINCT FROM (NEW."choice") OR OLD."until_on" IS DISTINCT FROM (NEW."until_on") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."decided_at" IS DISTINCT FROM (NEW."decided_at") OR OLD."decided_by_id" IS DISTINCT FROM (NEW."decided_by_id"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="b8389e9ad5d205cebedb3d587d4c68af068721b0",
                            operation="UPDATE",
                            pgid="pgtrigger_as_decided_70c9c",
                            table="dunning_deletiondecision",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="customers.customer"
                    ),
                ),
                (
                    "invoice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="case", to="billing.invoice"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="dunning.policyversion"
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("kind", models.CharField(blank=True, max_length=5)),
                ("stage", models.CharField(blank=True, max_length=40)),
                ("because", models.CharField(blank=True, max_length=30)),
                ("values", models.JSONField(default=dict)),
                ("undisputed", models.DecimalField(decimal_places=2, default=0, max_digits=18)),
                ("look_again_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("restored_after_minutes", models.PositiveIntegerField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("closed_at", None)), fields=["customer"], name="dunning_case_open")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="adfee8f53463e0caec5b2ae48207c9751d658340",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_3d07c",
                            table="dunning_case",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("mapping", models.JSONField()),
                ("edition", models.PositiveIntegerField(default=1)),
                ("effective_on", models.DateField(blank=True, null=True)),
                ("begun_at", models.DateTimeField()),
                (
                    "begun_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("saved_at", models.DateTimeField()),
                (
                    "saved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("offered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "offered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draft",
                        to="dunning.policyversion",
                    ),
                ),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("dropped_at", None), ("version", None)),
                        fields=("partner",),
                        name="dunning_one_open_draft",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="805993a41f85eb15ce5d37a39998e94a8b06bde4",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_0f337",
                            table="dunning_policydraft",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyTold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="policies_told",
                        to="customers.customer",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="told", to="dunning.policyversion"
                    ),
                ),
                ("told_at", models.DateTimeField()),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "policies told",
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "version"), name="dunning_policy_told_once")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="cd2780bea787072f8e1c58602c148cd24e962053",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_f5acd",
                            table="dunning_policytold",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_told",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."version_id" IS DISTINCT FROM (NEW."version_id") OR OLD."told_at" IS DISTINCT FROM (NEW."told_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="8a116528aeecf7f4b0fdae29642bb4f78572c6c8",
                            operation="UPDATE",
                            pgid="pgtrigger_as_told_0a62a",
                            table="dunning_policytold",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Stage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stages", to="dunning.policyversion"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=40)),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("notice", "notice"),
                            ("call_task", "call"),
                            ("suspend", "suspension"),
                            ("deletion_notice", "deletion notice"),
                            ("hand_over", "hand-over"),
                        ],
                        max_length=20,
                    ),
                ),
                ("anchor", models.CharField(default="due", max_length=12)),
                ("of", models.CharField(blank=True, max_length=40)),
                ("offset", models.SmallIntegerField(default=0)),
                ("unit", models.CharField(default="days", max_length=14)),
                ("gap", models.PositiveSmallIntegerField(default=1)),
                ("letter", models.CharField(blank=True, max_length=40)),
                ("channel", models.CharField(default="mail", max_length=20)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                ("min_overdue", models.JSONField(default=dict)),
                (
                    "tags_all",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                (
                    "tags_any",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                (
                    "tags_none",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("approvals", models.PositiveSmallIntegerField(default=1)),
            ],
            options={
                "ordering": ["version_id", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("version", "name"), name="dunning_stage_name_once"),
                    models.UniqueConstraint(fields=("version", "position"), name="dunning_stage_position_once"),
                    models.CheckConstraint(condition=models.Q(("approvals__lte", 2)), name="dunning_stage_approvals"),
                    models.CheckConstraint(condition=models.Q(("gap__gte", 1)), name="dunning_stage_gap"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="immutable",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="18475882b2ca6fd513a61e4a3845e3f0927569f0",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_immutable_81071",
                            table="dunning_stage",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Breaker",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "run",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="breaker",
                        to="dunning.run",
                    ),
                ),
                ("tripped_at", models.DateTimeField()),
                ("limit", models.PositiveIntegerField()),
                (
                    "customers",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["partner", "-tripped_at"], name="dunning_breaker_newest"),
                    models.Index(
                        condition=models.Q(("lifted_at", None)), fields=["partner"], name="dunning_breaker_open"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="ba2f31e6d980ba1d73e1a50731225f7bb13f90be",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_9368d",
                            table="dunning_breaker",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="dunning.case"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="billing.invoice"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="dunning.run",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dunning.policyversion"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField()),
                ("stage", models.CharField(max_length=40)),
                ("attempt", models.PositiveSmallIntegerField()),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("notice", "notice"),
                            ("call_task", "call"),
                            ("suspend", "suspension"),
                            ("deletion_notice", "deletion notice"),
                            ("hand_over", "hand-over"),
                        ],
                        max_length=20,
                    ),
                ),
                ("because", models.CharField(max_length=30)),
                ("values", models.JSONField(default=dict)),
                ("role", models.CharField(blank=True, max_length=20)),
                ("decided_at", models.DateTimeField()),
                ("facts", models.JSONField(default=dict)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("suspend_on", models.DateField(blank=True, null=True)),
                ("not_before", models.DateTimeField(blank=True, null=True)),
                ("pay_by", models.DateTimeField(blank=True, null=True)),
                ("scope", models.JSONField(default=list)),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="customers.message",
                    ),
                ),
                ("called_at", models.DateTimeField(blank=True, null=True)),
                (
                    "called_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("call_note", models.CharField(blank=True, max_length=300)),
                ("waived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["invoice", "decided_at"], name="dunning_decision_history")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("invoice", "round", "stage", "attempt"), name="dunning_decision_once"
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="5250fb612168c8dba6e0a1e3f74b17c7b831051e",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_a7442",
                            table="dunning_decision",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_decided",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."case_id" IS DISTINCT FROM (NEW."case_id") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id") OR OLD."run_id" IS DISTINCT FROM (NEW."run_id") OR OLD."version_id" IS DISTINCT FROM (NEW."version_id") OR OLD."round" IS DISTINCT FROM (NEW."round") OR OLD."stage" IS DISTINCT FROM (NEW."stage") OR OLD."attempt" IS DISTINCT FROM (NEW."attempt") OR OLD."action" IS DISTINCT FROM (NEW."action") OR OLD."because" IS DISTINCT FROM (NEW."because") OR OLD."values" IS DISTINCT FROM (NEW."values") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."decided_at" IS DISTINCT FROM (NEW."decided_at") OR OLD."facts" IS DISTINCT FROM (NEW."facts") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."suspend_on" IS DISTINCT FROM (NEW."suspend_on") OR OLD."not_before" IS DISTINCT FROM (NEW."not_before") OR OLD."pay_by" IS DISTINCT FROM (NEW."pay_by") OR OLD."scope" IS DISTINCT FROM (NEW."scope"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="65a229ec273eb19c5d5d99cdcea374b7abe51deb",
                            operation="UPDATE",
                            pgid="pgtrigger_as_decided_7547f",
                            table="dunning_decision",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Restart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="restarts", to="dunning.case"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("why", models.CharField(max_length=300)),
            ],
            options={
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="047cdeaa2363802cdb470c1141a9ddd59a37a2b1",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_07cce",
                            table="dunning_restart",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Simulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="simulations",
                        to="dunning.policydraft",
                    ),
                ),
                ("edition", models.PositiveIntegerField(default=0)),
                ("mapping", models.JSONField()),
                ("result", models.JSONField()),
            ],
            options={
                "indexes": [models.Index(fields=["partner", "-at"], name="dunning_simulation_newest")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="3c52a6a3a21c0bb62cae43bbe9e983d4b8afacf7",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_c0285",
                            table="dunning_simulation",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BreakerLift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "breaker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lifts", to="dunning.breaker"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("breaker", "user"), name="dunning_breaker_lift_once_each")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="df1c01542fe22abf109cb4c3f47d3ac27c149f4e",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_09e8a",
                            table="dunning_breakerlift",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposal", to="dunning.decision"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="dunning.case"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="customers.customer"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("approved", "approved"),
                            ("carried_out", "carried out"),
                            ("refused", "refused"),
                            ("aborted", "aborted"),
                        ],
                        default="proposed",
                        max_length=12,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("approvals_needed", models.PositiveSmallIntegerField()),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("covers", models.JSONField(default=list)),
                ("follows", models.JSONField(default=list)),
                (
                    "change",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposal",
                        to="subscriptions.accesschange",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_why", models.CharField(blank=True, max_length=300)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["proposed", "approved"])),
                        fields=("case",),
                        name="dunning_one_live_proposal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at", None), ("ended_at", None), ("state", "proposed")),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("change__isnull", False),
                                ("ended_at", None),
                                ("state", "approved"),
                            ),
                            models.Q(("change__isnull", False), ("ended_at__isnull", False), ("state", "carried_out")),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("state__in", ["refused", "aborted"]),
                                models.Q(("ended_why", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="dunning_proposal_state_fits_dates",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="5183185fa8181ae8acff3ff2dee10297002d86fd",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_75e6a",
                            table="dunning_proposal",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SuspensionDebt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "suspension",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="debt", to="subscriptions.suspension"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suspension_debts",
                        to="billing.invoice",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suspension_debts",
                        to="dunning.decision",
                    ),
                ),
                ("debt", models.DecimalField(decimal_places=2, max_digits=18)),
                ("earliest_at", models.DateTimeField()),
                ("looked_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("looked_at__gte", models.F("earliest_at"))),
                        name="dunning_never_before_the_printed_day",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="9f6b5b31e9302e14ec0d9ba2a9a6dc98811a191d",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_ce2a6",
                            table="dunning_suspensiondebt",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="approvals", to="dunning.proposal"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("proposal", "user"), name="dunning_approval_once_each")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="e8253ab7bea1c9854e563bae55b919952cf0c531",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_8cda7",
                            table="dunning_approval",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        outbox.triggers.InstallTriggers(
            models=[
                "CalendarEdition",
                "PolicyVersion",
                "Run",
                "DeletionDecision",
                "Case",
                "PolicyDraft",
                "PolicyTold",
                "Stage",
                "Breaker",
                "Decision",
                "Restart",
                "Simulation",
                "BreakerLift",
                "Proposal",
                "SuspensionDebt",
                "Approval",
            ],
        ),
    ]
