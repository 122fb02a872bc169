"""The tables of this app, what they refuse, and who guards them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import outbox.triggers


class Migration(migrations.Migration):
    replaces = [
        ("subscriptions", "0001_initial"),
        ("subscriptions", "0002_access_stops"),
        ("subscriptions", "0003_provider_calls"),
        ("subscriptions", "0004_drift"),
    ]

    initial = True

    dependencies = [
        ("customers", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccessChange",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="access_changes",
                        to="customers.customer",
                    ),
                ),
                ("wanted", models.CharField(choices=[("suspended", "suspended"), ("active", "active")], max_length=10)),
                ("scope", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("about", models.CharField(blank=True, max_length=40)),
                (
                    "letter",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="access_change",
                        to="customers.message",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CustomerReading",
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
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reading", to="customers.customer"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DriftLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("after", models.BigIntegerField(default=0)),
                ("customers", models.PositiveIntegerField(default=0)),
                ("subscriptions", models.PositiveIntegerField(default=0)),
                ("found", models.JSONField(default=dict)),
                ("not_before", models.DateTimeField(blank=True, null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_why", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("partner",),
                        name="subscriptions_one_look_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderCall",
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
                ("verb", models.CharField(max_length=40)),
                ("method", models.CharField(max_length=8)),
                ("path", models.CharField(max_length=300)),
                ("status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("code", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["began_machine_at"], name="subscriptions_call_began"),
                    models.Index(fields=["request_id"], name="subscriptions_call_request"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="as_made",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."began_at" IS DISTINCT FROM (NEW."began_at") OR OLD."began_machine_at" IS DISTINCT FROM (NEW."began_machine_at") OR OLD."request_id" IS DISTINCT FROM (NEW."request_id") OR OLD."correlation_id" IS DISTINCT FROM (NEW."correlation_id") OR OLD."verb" IS DISTINCT FROM (NEW."verb") OR OLD."method" IS DISTINCT FROM (NEW."method") OR OLD."path" IS DISTINCT FROM (NEW."path"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="2f9ecac8ba905f392a55f1830b5a8ee2f434251c",
                            operation="UPDATE",
                            pgid="pgtrigger_as_made_79e57",
                            table="subscriptions_providercall",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=80)),
                ("resource", models.CharField(blank=True, max_length=80)),
                ("customer_ref", models.CharField(blank=True, max_length=64)),
                ("subscription_ref", models.CharField(blank=True, max_length=64)),
                ("invoice_ref", models.CharField(blank=True, max_length=64)),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                ("received_at", models.DateTimeField()),
                (
                    "taken",
                    models.CharField(
                        choices=[
                            ("read", "the subscription is read"),
                            ("kept", "kept, nothing follows"),
                            ("not_ours", "about nobody in this book"),
                            ("too_old", "too old"),
                        ],
                        max_length=10,
                    ),
                ),
                ("body", models.TextField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("partner", "digest"), name="subscriptions_event_once")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_changed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="bcfc0bb5bd3c042b23c3259086b334ff57f37f21",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_never_changed_8137f",
                            table="subscriptions_providerevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
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
                        related_name="subscriptions",
                        to="customers.customer",
                    ),
                ),
                ("provider_id", models.CharField(max_length=36)),
                (
                    "base",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="addons",
                        to="subscriptions.subscription",
                    ),
                ),
                ("offer_id", models.CharField(max_length=64)),
                ("offer_name", models.CharField(max_length=200)),
                ("name", models.CharField(max_length=200)),
                ("quantity", models.IntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "active"),
                            ("suspended", "suspended"),
                            ("deleted", "deleted"),
                            ("unknown", "unknown"),
                        ],
                        default="active",
                        max_length=10,
                    ),
                ),
                ("starts_on", models.DateField(blank=True, null=True)),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("status_read_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "provider_id"), name="subscriptions_subscription_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="AccessStop",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="stops", to="customers.customer"
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[("fraud", "fraud or misuse"), ("request", "the customer’s own request")], max_length=12
                    ),
                ),
                ("scope", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("evidence", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "waits for a second person"),
                            ("in_force", "in force"),
                            ("refused", "refused"),
                            ("lift_asked", "to be lifted, waits for a second person"),
                            ("ended", "ended"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("opened_at", models.DateTimeField()),
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
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("refused_why", models.CharField(blank=True, max_length=300)),
                (
                    "change",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stop",
                        to="subscriptions.accesschange",
                    ),
                ),
                ("outcome", models.TextField(blank=True)),
                (
                    "lift_asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("lift_asked_at", models.DateTimeField(blank=True, null=True)),
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
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "lift",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lifts",
                        to="subscriptions.accesschange",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["asked", "lift_asked"])),
                        fields=["partner"],
                        name="subscriptions_stop_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("change", None),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("opened_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="subscriptions_stop_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cause", "fraud"), _negated=True),
                            ("ended_at", None),
                            models.Q(
                                ("ended_by__isnull", False),
                                ("lift_asked_by__isnull", False),
                                models.Q(("ended_by", models.F("lift_asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="subscriptions_stop_for_fraud_lifted_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("ended_at", None), ("state", "asked")),
                            models.Q(
                                ("change", None),
                                ("decided_at__isnull", False),
                                ("ended_at", None),
                                ("state", "refused"),
                            ),
                            models.Q(
                                ("change__isnull", False),
                                ("decided_at__isnull", False),
                                ("ended_at", None),
                                ("state", "in_force"),
                            ),
                            models.Q(
                                ("change__isnull", False),
                                ("ended_at", None),
                                ("lift_asked_at__isnull", False),
                                ("state", "lift_asked"),
                            ),
                            models.Q(("change__isnull", False), ("ended_at__isnull", False), ("state", "ended")),
                            _connector="OR",
                        ),
                        name="subscriptions_stop_state_fits_dates",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="3478c7af58beaf85617c2da3d95ad1a735c876df",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_a3193",
                            table="subscriptions_accessstop",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_opened",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."cause" IS DISTINCT FROM (NEW."cause") OR OLD."scope" IS DISTINCT FROM (NEW."scope") OR OLD."evidence" IS DISTINCT FROM (NEW."evidence") OR OLD."opened_by_id" IS DISTINCT FROM (NEW."opened_by_id") OR OLD."opened_at" IS DISTINCT FROM (NEW."opened_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="95a1957c54ba72359f9640e05147601ae2b75b67",
                            operation="UPDATE",
                            pgid="pgtrigger_as_opened_294c8",
                            table="subscriptions_accessstop",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SubscriptionReading",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscription_readings",
                        to="customers.customer",
                    ),
                ),
                ("provider_id", models.CharField(max_length=64)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reading",
                        to="subscriptions.providerevent",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="QuantityChange",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quantity_changes",
                        to="customers.customer",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quantity_changes",
                        to="subscriptions.subscription",
                    ),
                ),
                ("was", models.IntegerField()),
                ("wanted", models.IntegerField()),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AccessAttempt",
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
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tries",
                        to="subscriptions.accesschange",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tries",
                        to="subscriptions.subscription",
                    ),
                ),
            ],
            options={
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="fab89248bf7187a800dd02324922347cfe759079",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_2a015",
                            table="subscriptions_accessattempt",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Suspension",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="suspensions", to="customers.customer"
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suspensions",
                        to="subscriptions.subscription",
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("non_payment", "non-payment"),
                            ("fraud", "fraud"),
                            ("request", "request"),
                            ("provider", "provider"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opened",
                        to="subscriptions.accesschange",
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lifted",
                        to="subscriptions.accesschange",
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_why", models.CharField(blank=True, max_length=20)),
                ("restored_at", models.DateTimeField(blank=True, null=True)),
                ("kept", models.JSONField(default=dict)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None), models.Q(("cause", "non_payment"), _negated=True)),
                        fields=("subscription", "cause"),
                        name="subscriptions_one_live_suspension_each_cause",
                    ),
                    models.UniqueConstraint(
                        fields=("subscription", "opened_by"), name="subscriptions_one_suspension_each_change"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at", None), ("confirmed_at__gte", models.F("began_at")), _connector="OR"
                            ),
                            models.Q(("ended_at", None), ("ended_at__gte", models.F("began_at")), _connector="OR"),
                            models.Q(
                                models.Q(("ended_at", None), ("ended_why", "")),
                                models.Q(("ended_at__isnull", False), models.Q(("ended_why", ""), _negated=True)),
                                _connector="OR",
                            ),
                        ),
                        name="subscriptions_suspension_in_order",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="64e01c2ce0035060d8dc6244e5f32774b25cfc4d",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_c683d",
                            table="subscriptions_suspension",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QuantityAttempt",
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
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tries",
                        to="subscriptions.quantitychange",
                    ),
                ),
            ],
            options={
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="234dda1cfadaeae2e0da7337c2173a25f0874556",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_bfc72",
                            table="subscriptions_quantityattempt",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Drift",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="drifts", to="customers.customer"
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drifts",
                        to="subscriptions.subscription",
                    ),
                ),
                ("provider_id", models.CharField(max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("on_there", "active at 21Vianet, suspended here"),
                            ("off_there", "suspended at 21Vianet without a reason here"),
                            ("seats", "seats differ"),
                            ("unknown", "subscription not in our book"),
                            ("gone", "gone at 21Vianet"),
                            ("terms", "name, offer or end differs"),
                            ("auto_renew", "auto-renewal lost"),
                            ("no_customer", "customer or relationship missing"),
                        ],
                        max_length=12,
                    ),
                ),
                ("ours", models.JSONField(default=dict)),
                ("theirs", models.JSONField(default=dict)),
                ("found_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("agrees", "the next look found both in agreement"),
                            ("recorded", "taken over into our book"),
                            ("set", "set at 21Vianet"),
                            ("accepted", "left as it is"),
                        ],
                        max_length=10,
                    ),
                ),
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
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "change",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drift",
                        to="subscriptions.accesschange",
                    ),
                ),
                (
                    "resize",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drift",
                        to="subscriptions.quantitychange",
                    ),
                ),
                (
                    "stop",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drifts",
                        to="subscriptions.accessstop",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["partner", "kind"],
                        name="subscriptions_drift_open",
                    ),
                    models.Index(fields=["partner", "provider_id"], name="subscriptions_drift_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("partner", "provider_id", "kind"),
                        name="subscriptions_drift_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_how", "")),
                            models.Q(("ended_at__isnull", False), models.Q(("ended_how", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="subscriptions_drift_ended_with_how",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="20f0c394951cc6d791c30b4238e553acd5846e35",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_faf0b",
                            table="subscriptions_drift",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_found",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."provider_id" IS DISTINCT FROM (NEW."provider_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."found_at" IS DISTINCT FROM (NEW."found_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="23f759f967396c4d427fe505ea8465f6442c6450",
                            operation="UPDATE",
                            pgid="pgtrigger_as_found_55006",
                            table="subscriptions_drift",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        outbox.triggers.InstallTriggers(
            models=[
                "ProviderCall",
                "ProviderEvent",
                "AccessStop",
                "AccessAttempt",
                "Suspension",
                "QuantityAttempt",
                "Drift",
            ],
        ),
    ]
