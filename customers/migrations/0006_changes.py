"""The history of what people change: its table, its functions, and its guards."""

import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import customers.models.changes
import outbox.triggers
from customers.history.sql import DIGEST, KEEP, OF_OTHERS, SEAL, TAKE_OUT, only_by_trigger


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0001_initial"),
        ("auth", "0001_initial"),
        ("mfa", "0001_initial"),
        ("outbox", "0002_roles"),
        ("customers", "0005_settings"),
    ]

    operations = [
        migrations.RunSQL(KEEP, TAKE_OUT),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(max_length=60)),
                ("row", models.BigIntegerField()),
                (
                    "what",
                    models.CharField(
                        choices=[("added", "added"), ("changed", "changed"), ("taken_away", "taken away")],
                        max_length=10,
                    ),
                ),
                ("before", models.JSONField(blank=True, decoder=customers.models.changes.Exact, null=True)),
                ("after", models.JSONField(blank=True, decoder=customers.models.changes.Exact, null=True)),
                ("why", models.TextField(blank=True)),
                ("name", models.CharField(max_length=254)),
                (
                    "through",
                    models.CharField(
                        choices=[
                            ("request", "a page"),
                            ("task", "the background"),
                            ("command", "a command"),
                            ("database", "the database itself"),
                        ],
                        max_length=10,
                    ),
                ),
                ("work", models.CharField(blank=True, max_length=120)),
                ("at", models.DateTimeField()),
                ("machine_at", models.DateTimeField()),
                ("position", models.BigIntegerField(blank=True, null=True)),
                ("hash", models.CharField(blank=True, max_length=64, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="change",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="partner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.partner",
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="person",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["partner", "-id"], name="customers_change_newest"),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["table", "row", "-id"], name="customers_change_of_row"),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(condition=models.Q(("hash", None)), fields=["id"], name="customers_change_unsealed"),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(
                condition=models.Q(("position__isnull", False)),
                fields=("partner", "position"),
                name="customers_change_place",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("hash", None), ("position", None)),
                    models.Q(("hash__isnull", False), ("position__gt", 0)),
                    _connector="OR",
                ),
                name="customers_change_sealed",
            ),
        ),
        migrations.RunSQL([DIGEST, SEAL], migrations.RunSQL.noop),
        outbox.triggers.AddTriggers(
            [
                (
                    "apitoken",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('customers.ApiToken', '', 'secret_hash,used_at', '')",
                            func="RETURN NULL;",
                            hash="e9bdfeaf7921d0df3cd10deb2a05deeb3b08ccf1",
                            operation="UPDATE OR INSERT",
                            pgid="pgtrigger_kept_d7b3a",
                            table="customers_apitoken",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "apitoken",
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="21e7558d36961f1bb2f98b13119f58b9ec390d01",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_73a13",
                            table="customers_apitoken",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "accountmail",
                    pgtrigger.compiler.Trigger(
                        name="whose",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."key" IS DISTINCT FROM (NEW."key"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="ff5a3672b62c88e94703c1feeb3a5f1d1d6ecbcb",
                            operation="UPDATE",
                            pgid="pgtrigger_whose_3f5d7",
                            table="customers_accountmail",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "contact",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('customers.Contact', '', '', '')",
                            func="RETURN NULL;",
                            hash="1c8653cd7e1ee0c1c243747cf2fb436188c8c67e",
                            operation="UPDATE OR INSERT OR DELETE",
                            pgid="pgtrigger_kept_bbecc",
                            table="customers_contact",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "contactpreference",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('customers.ContactPreference', '', '', '')",
                            func="RETURN NULL;",
                            hash="7f7b3a8ca4e4b0dfc28fd7537e2376be2ec0fdd3",
                            operation="UPDATE OR INSERT OR DELETE",
                            pgid="pgtrigger_kept_97c16",
                            table="customers_contactpreference",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "customer",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('customers.Customer', '', '', 'name,domain,language,zone,credit_limit,tags')",
                            func="RETURN NULL;",
                            hash="cb5a209e9b13694657c7fd37bbdb85ba015b24eb",
                            operation='UPDATE OF "name", "domain", "language", "zone", "credit_limit", "tags" OR DELETE',
                            pgid="pgtrigger_kept_093a1",
                            table="customers_customer",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "invitation",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('customers.Invitation', '', 'secret_hash', '')",
                            func="RETURN NULL;",
                            hash="bb5f898f315b364c0fd59458fb856cf6e54bf705",
                            operation="UPDATE OR INSERT",
                            pgid="pgtrigger_kept_c0f07",
                            table="customers_invitation",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "letterwords",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('customers.LetterWords', '', '', '')",
                            func="RETURN NULL;",
                            hash="13655a9888fbf4e9f4d4134881591a166916d954",
                            operation="UPDATE OR INSERT OR DELETE",
                            pgid="pgtrigger_kept_32157",
                            table="customers_letterwords",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "maillink",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('customers.MailLink', '', '', 'revoked_at,revoked_by_id,revoked_why')",
                            func="RETURN NULL;",
                            hash="6f533b763e9837bc28369b73de01a5f5738efe13",
                            operation='UPDATE OF "revoked_at", "revoked_by_id", "revoked_why"',
                            pgid="pgtrigger_kept_f0aaf",
                            table="customers_maillink",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "membership",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('customers.Membership', '', '', '')",
                            func="RETURN NULL;",
                            hash="7fd631af2a1e80871cd29d5c031fd31b6e3841d9",
                            operation="UPDATE OR INSERT OR DELETE",
                            pgid="pgtrigger_kept_e8200",
                            table="customers_membership",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "message",
                    pgtrigger.compiler.Trigger(
                        name="whose",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."key" IS DISTINCT FROM (NEW."key"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="68aae68ec97a25809a421bcb5b958adda08b2a7c",
                            operation="UPDATE",
                            pgid="pgtrigger_whose_811d1",
                            table="customers_message",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "messageattempt",
                    pgtrigger.compiler.Trigger(
                        name="whose",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."message_id" IS DISTINCT FROM (NEW."message_id") OR OLD."request_id" IS DISTINCT FROM (NEW."request_id"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="4179a1f6545402dab7c28d48bece6d2885078275",
                            operation="UPDATE",
                            pgid="pgtrigger_whose_34ae3",
                            table="customers_messageattempt",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "partner",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('customers.Partner', '', '', '')",
                            func="RETURN NULL;",
                            hash="8987e0b6365d07fb84a5507b661174bd2d503b8e",
                            operation="UPDATE OR INSERT OR DELETE",
                            pgid="pgtrigger_kept_0e291",
                            table="customers_partner",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "user",
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            execute="customers_keep_change('customers.User', 'password', '', 'password,is_superuser,email,name,language,is_active,is_staff')",
                            func="RETURN NULL;",
                            hash="236a92ff1fd32b3d44a02cfb2d4331f06f665ffe",
                            operation='UPDATE OF "password", "is_superuser", "email", "name", "language", "is_active", "is_staff" OR INSERT OR DELETE',
                            pgid="pgtrigger_kept_4b0e5",
                            table="customers_user",
                            when="AFTER",
                        ),
                    ),
                ),
                (
                    "change",
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="9dba38604fed2fb2916bc1bcb25558e317f54e37",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_45fae",
                            table="customers_change",
                            when="BEFORE",
                        ),
                    ),
                ),
                (
                    "change",
                    pgtrigger.compiler.Trigger(
                        name="only_sealed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.hash IS NOT NULL OR NEW.hash IS NULL OR to_jsonb(OLD) - 'hash' - 'position' IS DISTINCT FROM to_jsonb(NEW) - 'hash' - 'position')",
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="ff6109338e0af78fc9b9bd273e23ef3f3d1fbd48",
                            operation="UPDATE",
                            pgid="pgtrigger_only_sealed_3ce35",
                            table="customers_change",
                            when="BEFORE",
                        ),
                    ),
                ),
            ]
        ),
        migrations.RunSQL(OF_OTHERS, migrations.RunSQL.noop),
        migrations.RunPython(only_by_trigger, migrations.RunPython.noop),
    ]
