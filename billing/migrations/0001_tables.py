"""The tables of this app, what they refuse, and who guards them."""

from decimal import Decimal

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import outbox.triggers


class Migration(migrations.Migration):
    replaces = [
        ("billing", "0001_initial"),
        ("billing", "0002_receivables"),
        ("billing", "0003_void_is_final"),
        ("billing", "0004_pricing"),
        ("billing", "0005_online_payments"),
    ]

    initial = True

    dependencies = [
        ("customers", "0001_tables"),
        ("subscriptions", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Payment",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="customers.customer"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("reference", models.CharField(max_length=140)),
                ("received_on", models.DateField()),
                ("booked_at", models.DateTimeField()),
                ("source", models.CharField(default="hand", max_length=20)),
                ("external_id", models.CharField(max_length=400)),
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
                "indexes": [models.Index(fields=["partner", "-received_on", "-id"], name="billing_payment_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "source", "external_id"), name="billing_payment_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="billing_payment_positive"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="1e24bc032ddcd28615071696abe033ebd5b35a02",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_009d6",
                            table="billing_payment",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditNote",
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
                        related_name="credit_notes",
                        to="customers.customer",
                    ),
                ),
                ("number", models.CharField(max_length=40)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("period", "period below zero"),
                            ("dispute", "dispute"),
                            ("correction", "correction"),
                            ("goodwill", "goodwill"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("currency", models.CharField(max_length=3)),
                ("total", models.DecimalField(decimal_places=2, max_digits=18)),
                ("period", models.CharField(blank=True, max_length=7)),
                ("issued_on", models.DateField()),
                ("issued_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "number"), name="billing_credit_note_number_once"),
                    models.CheckConstraint(condition=models.Q(("total__gte", 0)), name="billing_credit_note_positive"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="a1703a89c4614711d9785c540f1020ea0ddd6fa9",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_35af7",
                            table="billing_creditnote",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BankStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("file_name", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("format", models.CharField(choices=[("camt.053", "camt.053"), ("csv", "CSV")], max_length=10)),
                ("account", models.CharField(blank=True, max_length=64)),
                ("entries", models.PositiveIntegerField(default=0)),
                ("imported_at", models.DateTimeField()),
                (
                    "imported_by",
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
                "indexes": [models.Index(fields=["partner", "-imported_at"], name="billing_statement_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "sha256"), name="billing_statement_file_once")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="5f1f40dcca08b68c1c301f7705bbaddf0664b5d3",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_d88bc",
                            table="billing_bankstatement",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="invoices", to="customers.customer"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "draft"), ("issued", "issued"), ("void", "void")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=40, null=True)),
                ("reference", models.CharField(blank=True, max_length=20, null=True)),
                ("period", models.CharField(max_length=7)),
                ("period_start", models.DateField(blank=True, null=True)),
                ("period_end", models.DateField(blank=True, null=True)),
                ("currency", models.CharField(max_length=3)),
                ("net", models.DecimalField(decimal_places=2, max_digits=18)),
                ("tax", models.DecimalField(decimal_places=2, max_digits=18)),
                ("total", models.DecimalField(decimal_places=2, max_digits=18)),
                ("balance", models.DecimalField(decimal_places=2, max_digits=18)),
                ("written_off", models.DecimalField(decimal_places=2, default=0, max_digits=18)),
                (
                    "source",
                    models.CharField(
                        choices=[("provider", "provider bill"), ("hand", "entered by hand"), ("file", "imported")],
                        default="provider",
                        max_length=10,
                    ),
                ),
                (
                    "rounding",
                    models.CharField(
                        choices=[
                            ("half_up", "each line is rounded half up"),
                            ("half_even", "each line is rounded half to even"),
                            ("unit", "each unit price is rounded half up, then multiplied"),
                        ],
                        default="half_up",
                        max_length=10,
                    ),
                ),
                (
                    "tax_invoice",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "none"),
                            ("requested", "requested"),
                            ("issued", "issued"),
                            ("reversed", "reversed"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("tax_invoice_number", models.CharField(blank=True, max_length=40)),
                ("issued_on", models.DateField(blank=True, null=True)),
                ("issued_at", models.DateTimeField(blank=True, null=True)),
                ("due_on", models.DateField(blank=True, null=True)),
                ("party", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "voided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("void_reason", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("balance__gt", 0), ("status", "issued")),
                        fields=["customer", "due_on", "id"],
                        name="billing_invoice_open",
                    ),
                    models.Index(
                        condition=models.Q(("balance__gt", 0), ("status", "issued")),
                        fields=["partner", "currency", "customer", "due_on"],
                        include=("balance",),
                        name="billing_invoice_ages",
                    ),
                    models.Index(fields=["partner", "-issued_on", "-id"], name="billing_invoice_newest"),
                    models.Index(
                        condition=models.Q(("status", "issued")),
                        fields=["partner", "-issued_at"],
                        name="billing_invoice_last",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "number"), name="billing_invoice_number_once"),
                    models.UniqueConstraint(fields=("partner", "reference"), name="billing_invoice_reference_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(models.Q(("status", "void"), _negated=True), ("voided_at", None)),
                            models.Q(
                                ("status", "void"),
                                ("voided_at__isnull", False),
                                models.Q(("void_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="billing_invoice_void_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "void"), _negated=True),
                            models.Q(("balance", 0), ("written_off", 0)),
                            _connector="OR",
                        ),
                        name="billing_invoice_void_owes_nothing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("issued_on", None), ("number", None), ("status", "draft")),
                            models.Q(
                                models.Q(("status", "draft"), _negated=True),
                                ("due_on__isnull", False),
                                ("issued_on__isnull", False),
                                ("number__isnull", False),
                                ("total__gt", 0),
                            ),
                            _connector="OR",
                        ),
                        name="billing_invoice_issued_is_complete",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="issued_stays",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.\"status\" IN ('issued', 'void'))",
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="866bbbc84ba2649a5ed8284c1b4f3f8e9ee57441",
                            operation="DELETE",
                            pgid="pgtrigger_issued_stays_9ecb0",
                            table="billing_invoice",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="issued_is_frozen",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."status" IN (\'issued\', \'void\') AND (OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."total" IS DISTINCT FROM (NEW."total") OR OLD."net" IS DISTINCT FROM (NEW."net") OR OLD."tax" IS DISTINCT FROM (NEW."tax") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."issued_on" IS DISTINCT FROM (NEW."issued_on") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."party" IS DISTINCT FROM (NEW."party") OR OLD."rounding" IS DISTINCT FROM (NEW."rounding") OR NEW."status" = \'draft\'))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="bd0368b136e5d6dc2fd15f688b0938121acb7b18",
                            operation="UPDATE",
                            pgid="pgtrigger_issued_is_frozen_1fad9",
                            table="billing_invoice",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="void_is_final",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."status" = \'void\' AND (OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."voided_at" IS DISTINCT FROM (NEW."voided_at") OR OLD."void_reason" IS DISTINCT FROM (NEW."void_reason")))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="34dc873adcf298e43f42b1ac6753bc9a30ceaf80",
                            operation="UPDATE",
                            pgid="pgtrigger_void_is_final_708f6",
                            table="billing_invoice",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="paid_is_not_voided",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (NEW."status" = \'void\' AND OLD."status" = \'issued\' AND NOT (OLD."balance" = (OLD."total")))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="94f0be09e9a212c7a36ba12da995ed27af8c5b1e",
                            operation="UPDATE",
                            pgid="pgtrigger_paid_is_not_voided_f1b0f",
                            table="billing_invoice",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PassOn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(blank=True, null=True)),
                ("reason", models.CharField(max_length=300)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
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
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("ended_why", models.CharField(blank=True, max_length=300)),
                ("last_used_on", models.DateField(blank=True, null=True)),
                (
                    "credits",
                    models.CharField(
                        choices=[("carried", "carried through"), ("absorbed", "absorbed")],
                        default="carried",
                        max_length=10,
                    ),
                ),
                (
                    "prorations",
                    models.CharField(
                        choices=[("carried", "carried through"), ("absorbed", "absorbed")],
                        default="carried",
                        max_length=10,
                    ),
                ),
                (
                    "rounding",
                    models.CharField(
                        choices=[
                            ("half_up", "each line is rounded half up"),
                            ("half_even", "each line is rounded half to even"),
                            ("unit", "each unit price is rounded half up, then multiplied"),
                        ],
                        default="half_up",
                        max_length=10,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "pass-on rules",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on", None),
                            (
                                "until_on__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("from_on"), "-", models.Value(1)
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="billing_pass_on_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on", None),
                            ("last_used_on", None),
                            ("until_on__gte", models.F("last_used_on")),
                            _connector="OR",
                        ),
                        name="billing_pass_on_under_use",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (
                                models.Func(
                                    models.F("partner"),
                                    models.F("partner"),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("from_on"),
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("until_on"), "+", models.Value(1)
                                    ),
                                    models.Value("[)"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="billing_pass_on_no_two",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="as_said",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."from_on" IS DISTINCT FROM (NEW."from_on") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."added_at" IS DISTINCT FROM (NEW."added_at") OR OLD."added_by_id" IS DISTINCT FROM (NEW."added_by_id") OR OLD."credits" IS DISTINCT FROM (NEW."credits") OR OLD."prorations" IS DISTINCT FROM (NEW."prorations") OR OLD."rounding" IS DISTINCT FROM (NEW."rounding"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="24b614c22bb60638d00c39bd47b30a1f6393412e",
                            operation="UPDATE",
                            pgid="pgtrigger_as_said_5f394",
                            table="billing_passon",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="f9a345d455d9b3863913161f500dba3f7e7ca9f6",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_40610",
                            table="billing_passon",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(blank=True, null=True)),
                ("reason", models.CharField(max_length=300)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
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
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("ended_why", models.CharField(blank=True, max_length=300)),
                ("last_used_on", models.DateField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                ("offer_id", models.CharField(blank=True, max_length=64)),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("cost_plus", "cost plus a percentage"),
                            ("fixed", "fixed price"),
                            ("discount", "discount"),
                        ],
                        max_length=10,
                    ),
                ),
                ("percent", models.DecimalField(blank=True, decimal_places=3, max_digits=7, null=True)),
                ("unit_price", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
            ],
            options={
                "verbose_name_plural": "price entries",
                "indexes": [models.Index(fields=["partner", "customer", "offer_id"], name="billing_price_entry_scope")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("currency", ""), ("method", "cost_plus"), ("percent__gte", -100), ("unit_price", None)
                            ),
                            models.Q(
                                ("currency", ""),
                                ("method", "discount"),
                                ("percent__gt", 0),
                                ("percent__lte", 100),
                                ("unit_price", None),
                            ),
                            models.Q(
                                ("method", "fixed"),
                                ("percent", None),
                                ("unit_price__gte", 0),
                                models.Q(("currency", ""), _negated=True),
                                models.Q(("offer_id", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="billing_price_entry_is_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on", None),
                            (
                                "until_on__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("from_on"), "-", models.Value(1)
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="billing_price_entry_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on", None),
                            ("last_used_on", None),
                            ("until_on__gte", models.F("last_used_on")),
                            _connector="OR",
                        ),
                        name="billing_price_entry_under_use",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("method", "discount"), _negated=True),
                        expressions=[
                            (
                                models.Func(
                                    models.F("partner"),
                                    models.F("partner"),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("customer"), models.Value(0)
                                    ),
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("customer"), models.Value(0)
                                    ),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.Func(
                                        models.F("offer_id"),
                                        models.Value(0),
                                        function="hashtextextended",
                                        output_field=models.BigIntegerField(),
                                    ),
                                    models.Func(
                                        models.F("offer_id"),
                                        models.Value(0),
                                        function="hashtextextended",
                                        output_field=models.BigIntegerField(),
                                    ),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("from_on"),
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("until_on"), "+", models.Value(1)
                                    ),
                                    models.Value("[)"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="billing_price_entry_no_two",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("method", "discount")),
                        expressions=[
                            (
                                models.Func(
                                    models.F("partner"),
                                    models.F("partner"),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("customer"), models.Value(0)
                                    ),
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("customer"), models.Value(0)
                                    ),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.Func(
                                        models.F("offer_id"),
                                        models.Value(0),
                                        function="hashtextextended",
                                        output_field=models.BigIntegerField(),
                                    ),
                                    models.Func(
                                        models.F("offer_id"),
                                        models.Value(0),
                                        function="hashtextextended",
                                        output_field=models.BigIntegerField(),
                                    ),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("from_on"),
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("until_on"), "+", models.Value(1)
                                    ),
                                    models.Value("[)"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="billing_discount_no_two",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="as_said",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."from_on" IS DISTINCT FROM (NEW."from_on") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."added_at" IS DISTINCT FROM (NEW."added_at") OR OLD."added_by_id" IS DISTINCT FROM (NEW."added_by_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."offer_id" IS DISTINCT FROM (NEW."offer_id") OR OLD."method" IS DISTINCT FROM (NEW."method") OR OLD."percent" IS DISTINCT FROM (NEW."percent") OR OLD."unit_price" IS DISTINCT FROM (NEW."unit_price") OR OLD."currency" IS DISTINCT FROM (NEW."currency"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="833fa965c7ed6f9897330842d46b2bcc5695b047",
                            operation="UPDATE",
                            pgid="pgtrigger_as_said_802bb",
                            table="billing_priceentry",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="962e2149c804fbd33fbe73bf88c2ae8730fb399f",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_a925e",
                            table="billing_priceentry",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("markup_percent", models.DecimalField(decimal_places=3, max_digits=7)),
                ("effective_from", models.DateField()),
                ("last_used_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "effective_from"), name="billing_price_rule_once")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="used_stays",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (NOT (OLD."last_used_on" IS NULL))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="66209be18c92a5dca8e703f445a8f3e85f89e5ac",
                            operation="DELETE",
                            pgid="pgtrigger_used_stays_32c80",
                            table="billing_pricerule",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="used_is_frozen",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (NOT (OLD."last_used_on" IS NULL) AND (OLD."markup_percent" IS DISTINCT FROM (NEW."markup_percent") OR OLD."effective_from" IS DISTINCT FROM (NEW."effective_from") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR NEW."last_used_on" IS NULL))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="331ecfc1a1552cdc43d4aa9486c2171f36db1406",
                            operation="UPDATE",
                            pgid="pgtrigger_used_is_frozen_fa296",
                            table="billing_pricerule",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("year", models.PositiveSmallIntegerField()),
                ("next_number", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name_plural": "series",
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "kind", "year"), name="billing_series_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="TaxRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(blank=True, null=True)),
                ("reason", models.CharField(max_length=300)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
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
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("ended_why", models.CharField(blank=True, max_length=300)),
                ("last_used_on", models.DateField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                ("offer_id", models.CharField(blank=True, max_length=64)),
                ("rate", models.DecimalField(decimal_places=4, max_digits=7)),
                ("inclusive", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [models.Index(fields=["partner", "customer", "offer_id"], name="billing_tax_rule_scope")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rate__gte", Decimal("0")), ("rate__lte", Decimal("1"))),
                        name="billing_tax_rule_rate",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on", None),
                            (
                                "until_on__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("from_on"), "-", models.Value(1)
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="billing_tax_rule_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on", None),
                            ("last_used_on", None),
                            ("until_on__gte", models.F("last_used_on")),
                            _connector="OR",
                        ),
                        name="billing_tax_rule_under_use",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (
                                models.Func(
                                    models.F("partner"),
                                    models.F("partner"),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("customer"), models.Value(0)
                                    ),
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("customer"), models.Value(0)
                                    ),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.Func(
                                        models.F("offer_id"),
                                        models.Value(0),
                                        function="hashtextextended",
                                        output_field=models.BigIntegerField(),
                                    ),
                                    models.Func(
                                        models.F("offer_id"),
                                        models.Value(0),
                                        function="hashtextextended",
                                        output_field=models.BigIntegerField(),
                                    ),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("from_on"),
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("until_on"), "+", models.Value(1)
                                    ),
                                    models.Value("[)"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="billing_tax_rule_no_two",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="as_said",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."from_on" IS DISTINCT FROM (NEW."from_on") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."added_at" IS DISTINCT FROM (NEW."added_at") OR OLD."added_by_id" IS DISTINCT FROM (NEW."added_by_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."offer_id" IS DISTINCT FROM (NEW."offer_id") OR OLD."rate" IS DISTINCT FROM (NEW."rate") OR OLD."inclusive" IS DISTINCT FROM (NEW."inclusive"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="fcd78e91ab9b2d65fc9a11d8fea1f955ac2c6c23",
                            operation="UPDATE",
                            pgid="pgtrigger_as_said_0c139",
                            table="billing_taxrule",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="dd6c42bf948c671243a03917ae078817c1038da3",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_1fcde",
                            table="billing_taxrule",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reversal",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="reversals", to="customers.customer"
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reversal", to="billing.payment"
                    ),
                ),
                ("reversed_on", models.DateField()),
                ("reason", models.CharField(max_length=300)),
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
            ],
            options={
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="00ad53a89bf1f659a1189e08414464b621a5eb45",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_ae3bf",
                            table="billing_reversal",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Refund",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="customers.customer"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="billing.payment",
                    ),
                ),
                (
                    "credit_note",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="billing.creditnote",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("refunded_on", models.DateField()),
                ("reference", models.CharField(max_length=140)),
                ("reason", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="billing_refund_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("credit_note", None), ("payment__isnull", False)),
                            models.Q(("credit_note__isnull", False), ("payment", None)),
                            _connector="OR",
                        ),
                        name="billing_refund_one_source",
                    ),
                    models.UniqueConstraint(fields=("partner", "customer", "reference"), name="billing_refund_once"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="01b130a77be3d7afb280a8d0dc6561e6e0c673cd",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_4cf75",
                            table="billing_refund",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BankEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="billing.bankstatement"
                    ),
                ),
                ("account", models.CharField(blank=True, max_length=64)),
                ("entry_id", models.CharField(max_length=200)),
                ("credit", models.BooleanField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("booked_on", models.DateField()),
                ("payer", models.CharField(blank=True, max_length=200)),
                ("payer_account", models.CharField(blank=True, max_length=64)),
                ("text", models.CharField(blank=True, max_length=500)),
                ("recorded_at", models.DateTimeField()),
                (
                    "payment",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bank_entry",
                        to="billing.payment",
                    ),
                ),
                ("matched_why", models.JSONField(default=list)),
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                ("dismissed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "dismissed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("dismissed_why", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "verbose_name_plural": "bank entries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("credit", True), ("dismissed_at", None), ("payment", None)),
                        fields=["partner", "booked_on", "id"],
                        name="billing_bank_entry_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "account", "entry_id"), name="billing_bank_entry_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="billing_bank_entry_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("payment", None), ("dismissed_at", None), _connector="OR"),
                        name="billing_bank_entry_one_end",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="bffd91c519ebc85e51c612a0a5912599543305a5",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_2c595",
                            table="billing_bankentry",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_the_bank_said",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."statement_id" IS DISTINCT FROM (NEW."statement_id") OR OLD."account" IS DISTINCT FROM (NEW."account") OR OLD."entry_id" IS DISTINCT FROM (NEW."entry_id") OR OLD."credit" IS DISTINCT FROM (NEW."credit") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."booked_on" IS DISTINCT FROM (NEW."booked_on") OR OLD."payer" IS DISTINCT FROM (NEW."payer") OR OLD."payer_account" IS DISTINCT FROM (NEW."payer_account") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="2c3a13ba283f2bdb08c78eb0aa87ade4c07b3b87",
                            operation="UPDATE",
                            pgid="pgtrigger_as_the_bank_said_fead5",
                            table="billing_bankentry",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "statement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to="billing.bankstatement",
                    ),
                ),
                (
                    "declared_by",
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
                "indexes": [models.Index(fields=["partner", "-at"], name="billing_bank_reading_latest")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="fdf4dc8779acd92a0bde85b485eb0c6c53828ea4",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_242d4",
                            table="billing_bankreading",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Checkout",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="checkouts", to="customers.customer"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="checkouts", to="billing.invoice"
                    ),
                ),
                ("reference", models.CharField(max_length=40)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("started_at", models.DateTimeField()),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                ("till_id", models.CharField(blank=True, max_length=100)),
                ("url", models.CharField(blank=True, max_length=500)),
                (
                    "payment",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checkout",
                        to="billing.payment",
                    ),
                ),
                ("declined_at", models.DateTimeField(blank=True, null=True)),
                ("declined_why", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome", "waiting")), fields=["due_at"], name="billing_checkout_due"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome__in", ["done", "moot"]), ("settled_at__isnull", False)),
                            models.Q(("outcome__in", ["waiting", "parked"]), ("settled_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="billing_checkout_settled_when_ended",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("till_id", ""), _negated=True),
                        fields=("partner", "till_id"),
                        name="billing_checkout_once",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="billing_checkout_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("payment", None), ("declined_at", None), _connector="OR"),
                        name="billing_checkout_one_end",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="265492b6941b34b2dcad30bac2cc801693679edc",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_3136b",
                            table="billing_checkout",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_started",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."started_at" IS DISTINCT FROM (NEW."started_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="05f0d78cdc9fc29604d8ebaa4dd6a58b85bea9c7",
                            operation="UPDATE",
                            pgid="pgtrigger_as_started_c4ca6",
                            table="billing_checkout",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="customers.customer"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="billing.invoice",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("paid_on", models.DateField()),
                ("reference", models.CharField(blank=True, max_length=140)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "gone_why",
                    models.CharField(
                        blank=True, choices=[("matched", "matched"), ("dismissed", "dismissed")], max_length=10
                    ),
                ),
                (
                    "gone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("gone_note", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("gone_at", None)), fields=["customer"], name="billing_claim_open")
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="billing_claim_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("gone_at", None), ("gone_why", "")),
                            models.Q(("gone_at__isnull", False), models.Q(("gone_why", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="billing_claim_gone_with_reason",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="b2478e33c64fe6e689dbac9620b19484e9ec653e",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_3c393",
                            table="billing_claim",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_claimed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."paid_on" IS DISTINCT FROM (NEW."paid_on") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."by_id" IS DISTINCT FROM (NEW."by_id"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="187008563e508cc9dd113e5a59e8689e6a747873",
                            operation="UPDATE",
                            pgid="pgtrigger_as_claimed_7c210",
                            table="billing_claim",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Hold",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="customers.customer"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("hold", "hold"), ("exemption", "exemption"), ("extension", "extension")],
                        max_length=10,
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="billing.invoice",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="subscriptions.subscription",
                    ),
                ),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(blank=True, null=True)),
                ("reason", models.CharField(max_length=300)),
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
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "lifted_by",
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
                    models.CheckConstraint(
                        condition=models.Q(("invoice", None), ("subscription", None), _connector="OR"),
                        name="billing_hold_scope",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "extension"), _negated=True),
                            models.Q(("subscription", None), ("until_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="billing_extension_not_of_a_subscription",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="a1e99b7c47202e90b6105f7770441f0903ff9646",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_3608d",
                            table="billing_hold",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_granted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id") OR OLD."subscription_id" IS DISTINCT FROM (NEW."subscription_id") OR OLD."from_on" IS DISTINCT FROM (NEW."from_on") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by_id" IS DISTINCT FROM (NEW."recorded_by_id"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="9eb23f6e606d0cf8615e594a2d7a25e366fb5ffd",
                            operation="UPDATE",
                            pgid="pgtrigger_as_granted_3c36e",
                            table="billing_hold",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="billing.invoice"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                (
                    "subscription",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoice_lines",
                        to="subscriptions.subscription",
                    ),
                ),
                ("description", models.CharField(max_length=300)),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("quantity", models.IntegerField()),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=18)),
                ("net", models.DecimalField(decimal_places=2, max_digits=18)),
                ("tax_rate", models.DecimalField(decimal_places=4, max_digits=7)),
                ("tax", models.DecimalField(decimal_places=2, max_digits=18)),
                ("total", models.DecimalField(decimal_places=2, max_digits=18)),
                ("open", models.DecimalField(decimal_places=2, max_digits=18)),
                ("priced_by", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "ordering": ["invoice_id", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("invoice", "position"), name="billing_line_position_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total",
                                django.db.models.expressions.CombinedExpression(models.F("net"), "+", models.F("tax")),
                            )
                        ),
                        name="billing_line_adds_up",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="as_billed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."subscription_id" IS DISTINCT FROM (NEW."subscription_id") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."detail" IS DISTINCT FROM (NEW."detail") OR OLD."quantity" IS DISTINCT FROM (NEW."quantity") OR OLD."unit_price" IS DISTINCT FROM (NEW."unit_price") OR OLD."net" IS DISTINCT FROM (NEW."net") OR OLD."tax_rate" IS DISTINCT FROM (NEW."tax_rate") OR OLD."tax" IS DISTINCT FROM (NEW."tax") OR OLD."total" IS DISTINCT FROM (NEW."total") OR OLD."priced_by" IS DISTINCT FROM (NEW."priced_by"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="b587923dee29b22b3037ad0fb87b793c5753a6cd",
                            operation="UPDATE",
                            pgid="pgtrigger_as_billed_02287",
                            table="billing_invoiceline",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="issued_lines_stay",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n                    IF (SELECT status FROM billing_invoice WHERE id = OLD.invoice_id) <> 'draft' THEN\n                        RAISE EXCEPTION 'a line of an issued invoice stays';\n                    END IF;\n                    RETURN OLD;\n                ",
                            hash="afe8ef83f259bb181db5bceccddfb448b775f502",
                            operation="DELETE",
                            pgid="pgtrigger_issued_lines_stay_b9173",
                            table="billing_invoiceline",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PromiseToPay",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="promises", to="customers.customer"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="promises", to="billing.invoice"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("by_on", models.DateField()),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("kept_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "promises to pay",
                "indexes": [
                    models.Index(
                        condition=models.Q(("kept_at", None)), fields=["partner", "by_on"], name="billing_promise_open"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="billing_promise_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("kept_at", None), ("kept_at__gte", models.F("made_at")), _connector="OR"),
                        name="billing_promise_kept_after_made",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="57b8da60277dff46f6d62ee33ba94524b6ac5500",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_6396d",
                            table="billing_promisetopay",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_promised",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."by_on" IS DISTINCT FROM (NEW."by_on") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."made_by_id" IS DISTINCT FROM (NEW."made_by_id") OR OLD."note" IS DISTINCT FROM (NEW."note"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="229e1bc179c08603c9b7bab37b4edfe3cb4df52f",
                            operation="UPDATE",
                            pgid="pgtrigger_as_promised_90b9f",
                            table="billing_promisetopay",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WriteOff",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="write_offs", to="customers.customer"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="write_offs", to="billing.invoice"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("reason", models.CharField(max_length=300)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("asked_at", models.DateTimeField()),
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
                ("agreed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "refused_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("refused_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="billing_write_off_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed_at", None), ("agreed_by", None)),
                            models.Q(
                                ("agreed_at__isnull", False),
                                ("refused_at", None),
                                models.Q(("agreed_by", models.F("asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="billing_write_off_by_two",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("agreed_at", None), ("refused_at", None)),
                        fields=("invoice",),
                        name="billing_write_off_one_asked",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="9902c788cd83cae2a9a5956677bf4659b7c26ac9",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_b664f",
                            table="billing_writeoff",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_asked",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."asked_by_id" IS DISTINCT FROM (NEW."asked_by_id") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="66cdd896457eeeba6925824aed9736feaf7d5061",
                            operation="UPDATE",
                            pgid="pgtrigger_as_asked_ef755",
                            table="billing_writeoff",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Candidate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="candidates", to="billing.bankentry"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bank_candidates",
                        to="customers.customer",
                    ),
                ),
                ("confidence", models.PositiveSmallIntegerField()),
                ("why", models.JSONField(default=list)),
                ("found_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("entry", "customer"), name="billing_candidate_once")],
            },
        ),
        migrations.CreateModel(
            name="TillEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "checkout",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="billing.checkout"
                    ),
                ),
                ("event_id", models.CharField(max_length=100)),
                ("sha256", models.CharField(max_length=64)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "event_id"), name="billing_till_event_once")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="f4588575be1333f076a9c44d37d3667d0f007274",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_a9a7c",
                            table="billing_tillevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditNoteLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "credit_note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="billing.creditnote"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                (
                    "invoice_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_lines",
                        to="billing.invoiceline",
                    ),
                ),
                ("description", models.CharField(max_length=300)),
                ("net", models.DecimalField(decimal_places=2, max_digits=18)),
                ("tax", models.DecimalField(decimal_places=2, max_digits=18)),
                ("total", models.DecimalField(decimal_places=2, max_digits=18)),
                ("priced_by", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "ordering": ["credit_note_id", "position"],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="5d31812e2d92c33fccda95a2c57ca31e2105b2bf",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_bb3d7",
                            table="billing_creditnoteline",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DisputedAmount",
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
                        related_name="disputed_amounts",
                        to="customers.customer",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputed_amounts",
                        to="billing.invoiceline",
                    ),
                ),
                ("case_number", models.CharField(max_length=40)),
                ("questioned", models.DecimalField(decimal_places=2, max_digits=18)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("opened_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
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
                ("told_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="billing_disputed_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("outcome", ""), ("told_at", None)),
                            models.Q(("decided_at__isnull", False), models.Q(("outcome", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="billing_disputed_decided_with_outcome",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="3fbc2e4f51a95f545df96f15adf23d5dd8920aa1",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_55d3d",
                            table="billing_disputedamount",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="as_questioned",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."line_id" IS DISTINCT FROM (NEW."line_id") OR OLD."case_number" IS DISTINCT FROM (NEW."case_number") OR OLD."questioned" IS DISTINCT FROM (NEW."questioned") OR OLD."opened_at" IS DISTINCT FROM (NEW."opened_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="3deab7965a5fca82da7a7ba669708dff2d931aee",
                            operation="UPDATE",
                            pgid="pgtrigger_as_questioned_1194c",
                            table="billing_disputedamount",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.partner"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="billing.payment",
                    ),
                ),
                (
                    "credit_note",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="billing.creditnote",
                    ),
                ),
                (
                    "offset",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offsets",
                        to="billing.invoiceline",
                    ),
                ),
                (
                    "write_off",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="billing.writeoff",
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="billing.allocation",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="billing.invoiceline",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["partner", "at"], name="billing_allocation_when")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("undoes", None)),
                            models.Q(("amount__lt", 0), ("payment__isnull", False), ("undoes__isnull", False)),
                            _connector="OR",
                        ),
                        name="billing_allocation_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("credit_note", None), ("offset", None), ("payment__isnull", False), ("write_off", None)
                            ),
                            models.Q(
                                ("credit_note__isnull", False), ("offset", None), ("payment", None), ("write_off", None)
                            ),
                            models.Q(
                                ("credit_note", None), ("offset__isnull", False), ("payment", None), ("write_off", None)
                            ),
                            models.Q(
                                ("credit_note", None), ("offset", None), ("payment", None), ("write_off__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="billing_allocation_one_source",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="5aebe0ba94061e75ec851caf93d41e97d4ce86cc",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_50eaf",
                            table="billing_allocation",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        outbox.triggers.InstallTriggers(
            models=[
                "Payment",
                "CreditNote",
                "BankStatement",
                "Invoice",
                "PassOn",
                "PriceEntry",
                "PriceRule",
                "TaxRule",
                "Reversal",
                "Refund",
                "BankEntry",
                "BankReading",
                "Checkout",
                "Claim",
                "Hold",
                "InvoiceLine",
                "PromiseToPay",
                "WriteOff",
                "TillEvent",
                "CreditNoteLine",
                "DisputedAmount",
                "Allocation",
            ],
        ),
    ]
