"""The tables of this app, what they refuse, and who guards them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import outbox.triggers


class Migration(migrations.Migration):
    replaces = [("disputes", "0001_initial"), ("disputes", "0002_cases")]

    initial = True

    dependencies = [
        ("billing", "0001_tables"),
        ("customers", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="CommonCause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("number", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=200)),
                ("text", models.TextField(blank=True, max_length=4000)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "number"), name="disputes_cause_number_once")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="090bbfcc52996aa86d866c2663a2c85490d92a7f",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_49b44",
                            table="disputes_commoncause",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Dispute",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="customers.customer"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("dispute", "dispute"),
                            ("billing", "billing question"),
                            ("support", "technical support"),
                            ("misuse", "fraud or misuse"),
                        ],
                        default="dispute",
                        max_length=10,
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="billing.invoice",
                    ),
                ),
                ("number", models.CharField(max_length=40)),
                ("title", models.CharField(blank=True, max_length=200)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("investigating", "investigating"),
                            ("waiting_customer", "waiting for customer"),
                            ("waiting_provider", "waiting for 21Vianet"),
                            ("decided", "decided"),
                            ("awaiting_confirmation", "awaiting confirmation"),
                            ("closed", "closed"),
                        ],
                        default="new",
                        max_length=24,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("price", "price"),
                            ("quantity", "quantity or proration"),
                            ("period", "wrong period"),
                            ("tax", "tax"),
                            ("duplicate", "duplicate"),
                            ("cancelled", "cancelled service"),
                            ("not_received", "service not received"),
                            ("credit_missing", "credit missing"),
                            ("other", "other"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "wanted",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("credit", "a credit note"),
                            ("refund", "money back"),
                            ("correction", "the next invoice put right"),
                            ("explanation", "an explanation"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.TextField(max_length=4000)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("customer", "customer"),
                            ("staff", "staff, for the customer"),
                            ("finding", "reconciliation"),
                            ("mail", "mail"),
                        ],
                        default="customer",
                        max_length=10,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answer_by", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("next_action", models.CharField(max_length=200)),
                ("next_at", models.DateTimeField()),
                ("waiting_since", models.DateTimeField(blank=True, null=True)),
                ("first_answer_at", models.DateTimeField(blank=True, null=True)),
                ("late_told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cause",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="disputes.commoncause",
                    ),
                ),
                (
                    "follows",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followed_by",
                        to="disputes.dispute",
                    ),
                ),
                ("secret", models.CharField(max_length=32, unique=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upheld", "upheld"),
                            ("partly", "partly upheld"),
                            ("rejected", "rejected"),
                            ("withdrawn", "withdrawn"),
                        ],
                        max_length=10,
                    ),
                ),
                ("answer", models.TextField(blank=True, max_length=4000)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "credit_note",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispute",
                        to="billing.creditnote",
                    ),
                ),
                (
                    "told_by",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispute",
                        to="customers.message",
                    ),
                ),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("window_ends_at", models.DateTimeField(blank=True, null=True)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("reopened_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("rating", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("rated_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "closed"), _negated=True),
                        fields=["partner", "answer_by"],
                        name="disputes_open",
                    ),
                    models.Index(
                        condition=models.Q(("status", "closed")),
                        fields=["partner", "-closed_at", "-id"],
                        name="disputes_closed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "number"), name="disputes_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), models.Q(("status", "closed"), _negated=True)),
                            models.Q(
                                ("closed_at__gte", models.F("told_at")),
                                ("closed_at__isnull", False),
                                ("decided_at__isnull", False),
                                ("status", "closed"),
                                ("told_at__gte", models.F("decided_at")),
                                ("told_at__isnull", False),
                                ("told_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="disputes_closed_only_when_told",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None),
                                ("outcome", ""),
                                ("status__in", ["new", "investigating", "waiting_customer", "waiting_provider"]),
                            ),
                            models.Q(models.Q(("answer", ""), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="disputes_decided_is_answered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "dispute"), _negated=True),
                            models.Q(
                                ("invoice__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                                models.Q(
                                    ("decided_at", None), models.Q(("outcome", ""), _negated=True), _connector="OR"
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="disputes_a_dispute_has_an_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "closed"), models.Q(("next_action", ""), _negated=True), _connector="OR"
                        ),
                        name="disputes_always_a_next_action",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rated_at", None), ("rating", None)),
                            models.Q(("rated_at__isnull", False), ("rating__gte", 1), ("rating__lte", 5)),
                            _connector="OR",
                        ),
                        name="disputes_rating_of_five",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="3372e32d0514c1d2af38ca7c8500c06d5adeede4",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_0f324",
                            table="disputes_dispute",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="disputes.dispute"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("customer", "from the customer"),
                            ("staff", "to the customer"),
                            ("note", "note, only for us"),
                            ("provider", "from 21Vianet"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.TextField(max_length=20000)),
                ("quoted", models.TextField(blank=True, max_length=20000)),
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
                ("from_email", models.EmailField(blank=True, max_length=254)),
                (
                    "message",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="case_entry",
                        to="customers.message",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "case entries",
                "indexes": [models.Index(fields=["dispute", "at", "id"], name="disputes_entries_in_order")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="5b94b94f3c487c4773d13057b8e560a65b7362ee",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_51aad",
                            table="disputes_caseentry",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_said",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."dispute_id" IS DISTINCT FROM (NEW."dispute_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."quoted" IS DISTINCT FROM (NEW."quoted") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."by_id" IS DISTINCT FROM (NEW."by_id") OR OLD."from_email" IS DISTINCT FROM (NEW."from_email"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="239247d386146c78168f40dd72914af12531be10",
                            operation="UPDATE",
                            pgid="pgtrigger_as_said_dc91a",
                            table="disputes_caseentry",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EarlierAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="earlier_answers",
                        to="disputes.dispute",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upheld", "upheld"),
                            ("partly", "partly upheld"),
                            ("rejected", "rejected"),
                            ("withdrawn", "withdrawn"),
                        ],
                        max_length=10,
                    ),
                ),
                ("answer", models.TextField(max_length=4000)),
                ("decided_at", models.DateTimeField()),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "credit_note",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.creditnote",
                    ),
                ),
                (
                    "told_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.message"
                    ),
                ),
                ("told_at", models.DateTimeField()),
                ("reopened_at", models.DateTimeField()),
                (
                    "reopened_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("why", models.TextField(max_length=4000)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reopened_at__gte", models.F("told_at")), ("told_at__gte", models.F("decided_at"))
                        ),
                        name="disputes_reopened_after_told",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="99381ff34faf68e362401555f89e0a12e3936921",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_87471",
                            table="disputes_earlieranswer",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="disputes.dispute",
                    ),
                ),
                (
                    "cause",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="disputes.commoncause",
                    ),
                ),
                ("tried", models.TextField(max_length=4000)),
                (
                    "why",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("training", "training"), ("documentation", "documentation"), ("tools", "tools")],
                            max_length=15,
                        ),
                        size=None,
                    ),
                ),
                ("why_text", models.TextField(max_length=2000)),
                ("asked_for", models.TextField(max_length=2000)),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("prepared_at", models.DateTimeField()),
                ("reference", models.CharField(blank=True, max_length=80)),
                (
                    "filed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("filed_at", models.DateTimeField(blank=True, null=True)),
                ("remind_at", models.DateTimeField(blank=True, null=True)),
                ("request_id", models.CharField(blank=True, max_length=40)),
                ("request_status", models.CharField(blank=True, max_length=20)),
                ("request_read_at", models.DateTimeField(blank=True, null=True)),
                ("secret", models.CharField(max_length=32, unique=True)),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("accepted", "accepted"),
                            ("partly", "partly accepted"),
                            ("refused", "refused"),
                            ("information", "information only"),
                        ],
                        max_length=12,
                    ),
                ),
                ("answer", models.TextField(blank=True, max_length=20000)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answer_recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cause", None), ("dispute__isnull", False)),
                            models.Q(("cause__isnull", False), ("dispute", None)),
                            _connector="OR",
                        ),
                        name="disputes_escalation_of_one_thing",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None), ("withdrawn_at", None)),
                        fields=("dispute",),
                        name="disputes_one_open_escalation_each_case",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None), ("withdrawn_at", None)),
                        fields=("cause",),
                        name="disputes_one_open_escalation_each_cause",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reference", ""), _negated=True),
                        fields=("partner", "reference"),
                        name="disputes_reference_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("filed_at", None), ("filed_by", None), ("reference", "")),
                            models.Q(
                                ("filed_at__isnull", False),
                                ("filed_by__isnull", False),
                                models.Q(("reference", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="disputes_filed_by_someone_under_a_reference",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("result", "")),
                            models.Q(
                                ("answered_at__gte", models.F("filed_at")),
                                ("filed_at__isnull", False),
                                models.Q(("result", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="disputes_escalation_answered_after_filed",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="b600437007fcbcf8ccd833522d501ac40eda1e28",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_7bc75",
                            table="disputes_escalation",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseFile",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="case_files", to="customers.customer"
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="disputes.dispute",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="disputes.caseentry",
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("stored_as", models.CharField(max_length=64, unique=True)),
                ("content_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("uploaded_at", models.DateTimeField()),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("shared", models.BooleanField(default=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="disputes_file_not_empty")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="as_uploaded",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."stored_as" IS DISTINCT FROM (NEW."stored_as") OR OLD."content_type" IS DISTINCT FROM (NEW."content_type") OR OLD."size" IS DISTINCT FROM (NEW."size") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."uploaded_at" IS DISTINCT FROM (NEW."uploaded_at") OR OLD."uploaded_by_id" IS DISTINCT FROM (NEW."uploaded_by_id") OR OLD."shared" IS DISTINCT FROM (NEW."shared"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="d9e55e1f21be735aceafb030c56fa4054f43d2f6",
                            operation="UPDATE",
                            pgid="pgtrigger_as_uploaded_7f018",
                            table="disputes_casefile",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="filed_stays",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."dispute_id" IS NOT NULL)',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="3f16702b18211bee4493b7b0a0055bf04cb1f49e",
                            operation="DELETE",
                            pgid="pgtrigger_filed_stays_3a06f",
                            table="disputes_casefile",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mails",
                        to="disputes.dispute",
                    ),
                ),
                (
                    "escalation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mails",
                        to="disputes.escalation",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mail",
                        to="disputes.caseentry",
                    ),
                ),
                ("message_id", models.CharField(max_length=300)),
                ("sha256", models.CharField(max_length=64)),
                ("from_email", models.CharField(blank=True, max_length=320)),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("received_at", models.DateTimeField()),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("taken", "taken"),
                            ("automatic", "automatic reply, dropped"),
                            ("loop", "our own mail, dropped"),
                            ("too_big", "too big"),
                            ("unreadable", "unreadable"),
                            ("closed", "opened a case that follows"),
                        ],
                        max_length=10,
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "message_id", "sha256"), name="disputes_mail_once")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="0c4ad9390a61a6abd6f1be885ac87d0f47687459",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_a875b",
                            table="disputes_casemail",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        outbox.triggers.InstallTriggers(
            models=["CommonCause", "Dispute", "CaseEntry", "EarlierAnswer", "Escalation", "CaseFile", "CaseMail"],
        ),
    ]
