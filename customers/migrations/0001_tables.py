"""The tables of this app, what they refuse, and who guards them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import outbox.triggers


class Migration(migrations.Migration):
    replaces = [("customers", "0001_initial"), ("customers", "0002_documents"), ("customers", "0003_cases")]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(max_length=150)),
                ("language", models.CharField(default="en", max_length=10)),
                ("is_active", models.BooleanField(default=True)),
                ("is_staff", models.BooleanField(default=False)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"), name="customers_user_email_any_case"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Partner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(unique=True)),
                ("name", models.CharField(max_length=200)),
                ("currency", models.CharField(max_length=3)),
                ("zone", models.CharField(default="Asia/Shanghai", max_length=64)),
                ("country", models.CharField(default="CN", max_length=2)),
                ("language", models.CharField(default="en", max_length=10)),
                ("payment_terms_days", models.PositiveSmallIntegerField(default=20)),
                ("prefix", models.CharField(max_length=8)),
                ("mark", models.CharField(blank=True, max_length=2)),
                ("address", models.CharField(blank=True, max_length=300)),
                ("bank_account", models.CharField(blank=True, max_length=200)),
                ("bank_name", models.CharField(blank=True, max_length=200)),
                ("bank_number", models.CharField(blank=True, max_length=64)),
                ("reply_email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("breaker_customers", models.PositiveSmallIntegerField(default=3)),
                ("breaker_percent", models.DecimalField(decimal_places=2, default=2, max_digits=5)),
                ("breaker_cap", models.PositiveSmallIntegerField(default=20)),
                ("monthly_statement", models.BooleanField(default=False)),
                ("support_email", models.EmailField(blank=True, max_length=254)),
                ("support_phone", models.CharField(blank=True, max_length=40)),
                ("support_hours", models.CharField(blank=True, max_length=200)),
                ("answer_days", models.PositiveSmallIntegerField(default=3)),
                ("confirm_days", models.PositiveSmallIntegerField(default=4)),
                ("questions_per_line", models.PositiveSmallIntegerField(default=3)),
                (
                    "case_owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("provider_id", models.CharField(max_length=36)),
                ("name", models.CharField(max_length=200)),
                ("domain", models.CharField(blank=True, max_length=200)),
                ("language", models.CharField(default="en", max_length=10)),
                ("zone", models.CharField(max_length=64)),
                ("credit_limit", models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True)),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("contact_read_at", models.DateTimeField(blank=True, null=True)),
                ("review_due_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("review_due_at__isnull", False)),
                        fields=["review_due_at"],
                        name="customers_review_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "provider_id"), name="customers_customer_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderIdentity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="provider_identities",
                        to="customers.partner",
                    ),
                ),
                ("provider_id", models.CharField(max_length=36, unique=True)),
                ("adopted_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "provider identities",
            },
        ),
        migrations.CreateModel(
            name="Contact",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="contacts", to="customers.customer"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("billing", "billing"), ("owner", "owner"), ("technical", "technical")], max_length=20
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=150)),
                ("email", models.EmailField(max_length=254)),
                ("language", models.CharField(blank=True, max_length=10)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "customer", "role"), name="customers_contact_role_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="customers.partner"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="customers.customer",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("admin_agent", "Admin agent"),
                            ("billing", "Billing"),
                            ("collections", "Collections"),
                            ("sales", "Sales"),
                            ("help_desk", "Help desk"),
                            ("viewer", "Viewer"),
                            ("customer_billing", "Customer, billing"),
                            ("customer_viewer", "Customer, viewer"),
                        ],
                        max_length=20,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("partner", "user", "customer"), name="customers_membership_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("customer", None),
                                (
                                    "role__in",
                                    ["owner", "admin_agent", "billing", "collections", "sales", "help_desk", "viewer"],
                                ),
                            ),
                            models.Q(
                                ("customer__isnull", False), ("role__in", ["customer_billing", "customer_viewer"])
                            ),
                            _connector="OR",
                        ),
                        name="customers_membership_role_fits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Document",
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="customers.customer",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("invoice", "invoice"),
                            ("credit_note", "credit note"),
                            ("statement", "statement of account"),
                            ("policy", "collections policy"),
                            ("proof", "proof of a suspension"),
                            ("pack", "escalation pack"),
                        ],
                        max_length=12,
                    ),
                ),
                ("about", models.CharField(max_length=100)),
                ("language", models.CharField(max_length=10)),
                ("file_name", models.CharField(max_length=150)),
                ("content_type", models.CharField(default="application/pdf", max_length=60)),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("pages", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
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
                        fields=("partner", "kind", "about", "language", "content_type"), name="customers_document_once"
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="ed39d29d567660dc49580d741b06d70831237f9e",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_19ab6",
                            table="customers_document",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("key", models.CharField(max_length=200, unique=True)),
                ("queued_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("not_before_retry", models.DateTimeField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.UUIDField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("done", "done"), ("moot", "moot"), ("parked", "parked")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("last_error", models.TextField(blank=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="customers.customer"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.contact",
                    ),
                ),
                (
                    "letter",
                    models.CharField(
                        choices=[
                            ("invoice", "invoice"),
                            ("credit_note", "credit note"),
                            ("notice", "notice"),
                            ("deletion", "deletion notice"),
                            ("suspended", "suspended"),
                            ("restored", "restored"),
                            ("question_taken", "question taken"),
                            ("answer", "answer"),
                            ("policy", "new policy"),
                            ("statement", "statement of account"),
                            ("received", "payment received"),
                            ("case_word", "word in a case"),
                            ("case_turn", "turn of a case"),
                            ("case_late", "case past its time, to its owner"),
                        ],
                        max_length=20,
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("to_email", models.EmailField(blank=True, max_length=254)),
                ("about", models.CharField(blank=True, max_length=300)),
                ("values", models.JSONField(default=dict)),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("body_text", models.TextField(blank=True)),
                ("body_html", models.TextField(blank=True)),
                ("message_id", models.CharField(max_length=200, unique=True)),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                ("bounced_at", models.DateTimeField(blank=True, null=True)),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome", "waiting")), fields=["due_at"], name="customers_message_due"
                    ),
                    models.Index(fields=["customer", "queued_at"], name="customers_message_history"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome__in", ["done", "moot"]), ("settled_at__isnull", False)),
                            models.Q(("outcome__in", ["waiting", "parked"]), ("settled_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="customers_message_settled_when_ended",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="1cba8cf4893effb5476c1b845988133c1c6b466f",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_05a4b",
                            table="customers_message",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("began_machine_at", models.DateTimeField()),
                ("ended_machine_at", models.DateTimeField(blank=True, null=True)),
                ("request_id", models.UUIDField()),
                ("correlation_id", models.UUIDField()),
                ("answer", models.CharField(blank=True, max_length=300)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tries", to="customers.message"
                    ),
                ),
            ],
            options={
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="3cda34a12ac93a0399eae12b39f606a058bcea95",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_ecb97",
                            table="customers_messageattempt",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TimelineEntry",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="timeline", to="customers.customer"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("document", "document"),
                            ("notice", "notice"),
                            ("money", "money"),
                            ("dispute", "dispute"),
                            ("access", "access"),
                            ("note", "note"),
                        ],
                        max_length=10,
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                ("values", models.JSONField(default=dict)),
                ("about", models.CharField(blank=True, max_length=40)),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.message",
                    ),
                ),
                (
                    "actor",
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
                "verbose_name_plural": "timeline entries",
                "indexes": [models.Index(fields=["customer", "-at", "-id"], name="customers_timeline_newest")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="89da5308762ba12337ab0095da16fabea293519f",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_ba4dc",
                            table="customers_timelineentry",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        outbox.triggers.InstallTriggers(
            models=["Document", "Message", "MessageAttempt", "TimelineEntry"],
        ),
    ]
