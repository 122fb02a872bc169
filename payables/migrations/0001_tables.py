"""The tables of this app, what they refuse, and who guards them."""

import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import outbox.triggers


class Migration(migrations.Migration):
    replaces = [("payables", "0001_initial"), ("payables", "0002_owing")]

    initial = True

    dependencies = [
        ("billing", "0001_tables"),
        ("customers", "0001_tables"),
        ("subscriptions", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProviderBalance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("balance", models.DecimalField(decimal_places=2, max_digits=18)),
                ("accounting_on", models.DateField(blank=True, null=True)),
                ("last_payment_on", models.DateField(blank=True, null=True)),
                ("last_payment", models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True)),
                ("read_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["partner", "currency", "-read_at"], name="payables_balance_newest")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="63bf65f7aa68f2e6b990d831e5b54eb1e11f0a83",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_6b24a",
                            table="payables_providerbalance",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderBill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("number", models.CharField(max_length=40)),
                ("billed_on", models.DateField()),
                ("due_on", models.DateField()),
                ("period", models.CharField(max_length=7)),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("subtotal", models.DecimalField(decimal_places=2, max_digits=18)),
                ("tax", models.DecimalField(decimal_places=2, max_digits=18)),
                ("total", models.DecimalField(decimal_places=2, max_digits=18)),
                ("file_name", models.CharField(max_length=200)),
                ("file_sha256", models.CharField(max_length=64)),
                ("imported_at", models.DateTimeField()),
                (
                    "document",
                    models.CharField(
                        choices=[("invoice", "invoice"), ("void", "void note"), ("adjustment", "adjustment note")],
                        default="invoice",
                        max_length=10,
                    ),
                ),
                (
                    "amends",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amended_by",
                        to="payables.providerbill",
                    ),
                ),
                ("sections", models.JSONField(default=dict)),
                ("stated_total", models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True)),
                ("provider_paid", models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True)),
                ("provider_paid_at", models.DateTimeField(blank=True, null=True)),
                ("agreed_due_on", models.DateField(blank=True, null=True)),
                ("agreed_why", models.CharField(blank=True, max_length=300)),
                (
                    "agreed_by",
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
                    models.UniqueConstraint(fields=("partner", "number"), name="payables_bill_number_once"),
                    models.UniqueConstraint(fields=("partner", "file_sha256"), name="payables_bill_file_once"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="79e6cb31d3bbb1428495d56f68cd8b940b707e77",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_f9cf8",
                            table="payables_providerbill",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_billed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."billed_on" IS DISTINCT FROM (NEW."billed_on") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."period" IS DISTINCT FROM (NEW."period") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."subtotal" IS DISTINCT FROM (NEW."subtotal") OR OLD."tax" IS DISTINCT FROM (NEW."tax") OR OLD."total" IS DISTINCT FROM (NEW."total") OR OLD."file_name" IS DISTINCT FROM (NEW."file_name") OR OLD."file_sha256" IS DISTINCT FROM (NEW."file_sha256") OR OLD."imported_at" IS DISTINCT FROM (NEW."imported_at") OR OLD."sections" IS DISTINCT FROM (NEW."sections"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="697ff6e7c22e145deef888b01ce59f03776583e4",
                            operation="UPDATE",
                            pgid="pgtrigger_as_billed_00b22",
                            table="payables_providerbill",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("net_days", models.PositiveSmallIntegerField()),
                ("from_on", models.DateField()),
                ("agreement", models.CharField(blank=True, max_length=300)),
                ("legal_maximum", models.DecimalField(blank=True, decimal_places=5, max_digits=7, null=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "provider terms",
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "from_on"), name="payables_terms_once_a_day")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="2549a1b97ed1425c3913d1cc6403083539b302dd",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_096bc",
                            table="payables_providerterms",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("answer", "the provider refused a call"), ("person", "entered by a person")],
                        max_length=10,
                    ),
                ),
                ("why", models.CharField(max_length=300)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                        condition=models.Q(("ended_at", None)),
                        fields=("partner",),
                        name="payables_one_restriction_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None), ("ended_at__gte", models.F("began_at")), _connector="OR"
                        ),
                        name="payables_standing_in_order",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="c2fbc03bb58260e298041bc34df10e0a898c193e",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_4bef3",
                            table="payables_standing",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_begun",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."why" IS DISTINCT FROM (NEW."why") OR OLD."began_at" IS DISTINCT FROM (NEW."began_at") OR OLD."recorded_by_id" IS DISTINCT FROM (NEW."recorded_by_id"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="d8f086a6ba2b9964a6daec1da4cefbe8e7fd94c8",
                            operation="UPDATE",
                            pgid="pgtrigger_as_begun_27fbb",
                            table="payables_standing",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CashBalance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("balance", models.DecimalField(decimal_places=2, max_digits=18)),
                ("on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
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
                "indexes": [models.Index(fields=["partner", "currency", "-on", "-id"], name="payables_cash_newest")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="d185a80529aa8b701f5eb63cef46b5b9d031a195",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_604af",
                            table="payables_cashbalance",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="payables.providerbill"
                    ),
                ),
                ("row", models.PositiveIntegerField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="provider_lines",
                        to="customers.customer",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="provider_lines",
                        to="subscriptions.subscription",
                    ),
                ),
                ("charge_type", models.CharField(max_length=80)),
                ("mapped", models.BooleanField()),
                ("offer_name", models.CharField(max_length=200)),
                ("order_id", models.CharField(blank=True, max_length=64)),
                ("charge_starts_on", models.DateField()),
                ("charge_ends_on", models.DateField()),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=18)),
                ("quantity", models.IntegerField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("discount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("subtotal", models.DecimalField(decimal_places=2, max_digits=18)),
                ("tax", models.DecimalField(decimal_places=2, max_digits=18)),
                ("total", models.DecimalField(decimal_places=2, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("extra", models.JSONField(default=dict)),
                ("absorbed", models.CharField(blank=True, max_length=20)),
                (
                    "invoice_line",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="provider_line",
                        to="billing.invoiceline",
                    ),
                ),
                (
                    "credit_line",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="provider_line",
                        to="billing.creditnoteline",
                    ),
                ),
            ],
            options={
                "ordering": ["bill_id", "row"],
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("absorbed", ""), ("credit_line", None), ("invoice_line", None), ("mapped", True)
                        ),
                        fields=["partner", "customer", "id"],
                        name="payables_line_unbilled",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("bill", "row"), name="payables_line_row_once"),
                    models.CheckConstraint(
                        condition=models.Q(("invoice_line", None), ("credit_line", None), _connector="OR"),
                        name="payables_line_billed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("absorbed", ""), models.Q(("credit_line", None), ("invoice_line", None)), _connector="OR"
                        ),
                        name="payables_line_absorbed_is_not_billed",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="03fedc67223696886065f490792bdd0e4aa05339",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_2b2fe",
                            table="payables_providerline",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_the_file_gave_it",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."bill_id" IS DISTINCT FROM (NEW."bill_id") OR OLD."row" IS DISTINCT FROM (NEW."row") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."subscription_id" IS DISTINCT FROM (NEW."subscription_id") OR OLD."charge_type" IS DISTINCT FROM (NEW."charge_type") OR OLD."mapped" IS DISTINCT FROM (NEW."mapped") OR OLD."offer_name" IS DISTINCT FROM (NEW."offer_name") OR OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."charge_starts_on" IS DISTINCT FROM (NEW."charge_starts_on") OR OLD."charge_ends_on" IS DISTINCT FROM (NEW."charge_ends_on") OR OLD."unit_price" IS DISTINCT FROM (NEW."unit_price") OR OLD."quantity" IS DISTINCT FROM (NEW."quantity") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."discount" IS DISTINCT FROM (NEW."discount") OR OLD."subtotal" IS DISTINCT FROM (NEW."subtotal") OR OLD."tax" IS DISTINCT FROM (NEW."tax") OR OLD."total" IS DISTINCT FROM (NEW."total") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."extra" IS DISTINCT FROM (NEW."extra"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="b3eb734b37072da3656085b83982a1798b94be81",
                            operation="UPDATE",
                            pgid="pgtrigger_as_the_file_gave_it_88607",
                            table="payables_providerline",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderPayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="payables.providerbill"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("paid_on", models.DateField()),
                ("reference", models.CharField(blank=True, max_length=140)),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="payables.providerpayment",
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=300)),
                ("once", models.CharField(max_length=40)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "once"), name="payables_payment_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("undoes", None)),
                            models.Q(
                                ("amount__lt", 0), ("undoes__isnull", False), models.Q(("why", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="payables_payment_sign",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="c227d10abad5a6aafdd0c858738b6b34252f2b18",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_b53e0",
                            table="payables_providerpayment",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="payables.providerbill"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("seats", "seats"),
                            ("price", "price"),
                            ("period", "period"),
                            ("tax", "tax"),
                            ("provider_only", "provider only"),
                            ("billed_only", "billed only"),
                            ("adjustment", "adjustment"),
                            ("unmapped", "unknown charge"),
                        ],
                        max_length=14,
                    ),
                ),
                ("key", models.CharField(max_length=120)),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="customers.customer",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="subscriptions.subscription",
                    ),
                ),
                (
                    "provider_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="payables.providerline",
                    ),
                ),
                (
                    "invoice_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="findings",
                        to="billing.invoiceline",
                    ),
                ),
                ("provider_amount", models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True)),
                ("billed_amount", models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True)),
                ("difference", models.DecimalField(decimal_places=2, max_digits=18)),
                ("values", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("explained", "explained"),
                            ("accepted", "accepted"),
                            ("disputed", "in dispute"),
                            ("gone", "no longer there"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("explained_by", models.CharField(blank=True, max_length=30)),
                ("why", models.CharField(blank=True, max_length=300)),
                ("found_at", models.DateTimeField()),
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
                ("case_number", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["partner", "bill", "id"],
                        name="payables_finding_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("bill", "kind", "key"), name="payables_finding_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="payables_finding_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "disputed"), _negated=True),
                            models.Q(("case_number", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="payables_finding_disputed_has_a_case",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="fd8e445d389d283b6346684ffd97746c995dd1ce",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_cb8d6",
                            table="payables_finding",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_found",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."bill_id" IS DISTINCT FROM (NEW."bill_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."found_at" IS DISTINCT FROM (NEW."found_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="1e6123c9649cb82de45d11803a3697f6d43034f6",
                            operation="UPDATE",
                            pgid="pgtrigger_as_found_933fd",
                            table="payables_finding",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        outbox.triggers.InstallTriggers(
            models=[
                "ProviderBalance",
                "ProviderBill",
                "ProviderTerms",
                "Standing",
                "CashBalance",
                "ProviderLine",
                "ProviderPayment",
                "Finding",
            ],
        ),
    ]
