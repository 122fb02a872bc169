"""Is a history kept of every table that people change, and is every other one a ledger that refuses change?

Both lists are held against the models: a new model that stands in neither fails here."""

from __future__ import annotations

from itertools import combinations

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction

from customers.history import tables
from customers.history.keeping import Kept
from customers.models import Change
from tests.admin.test_ledgers import refused_as_application

OURS = ("outbox", "customers", "subscriptions", "billing", "payables", "dunning", "disputes")
# Money that follows from other rows of the record, which verify reckons again.
RECKONED = {("billing.InvoiceLine", "open"), ("billing.DisputedAmount", "amount"), ("dunning.Case", "undisputed")}
REFUSALS = ("pgtrigger: Cannot", "permission denied", "a line of an issued invoice stays")
# What makes a row somebody's, and what it is called.
IDENTITY = ("partner", "customer", "invoice", "number", "currency", "reference", "key", "email", "request_id")


def our_models():
    return {model._meta.label: model for label in OURS for model in apps.get_app_config(label).get_models()}


def kept_trigger(model):
    return next((one for one in getattr(model._meta, "triggers", ()) if isinstance(one, Kept)), None)


def test_every_model_is_either_kept_or_a_ledger_or_machinery_with_its_reason():
    lists = (tables.KEPT, tables.LEDGERS, tables.MACHINERY)
    named = [label for one in lists for label in one]

    assert sorted(named) == sorted(our_models())
    assert all(reason for one in (*lists, tables.OF_OTHERS) for reason in one.values())
    assert {label for label, model in our_models().items() if kept_trigger(model)} == set(tables.KEPT)
    others = {config.label for config in apps.get_app_configs() if list(config.get_models())} - set(OURS)
    assert others == set(tables.OF_OTHERS)


def other_value(field) -> str:
    """SQL for a value that differs from the one that stands there."""
    column = f'"{field.column}"'
    match field:
        case models.BooleanField():
            return f"NOT {column}"
        case models.CharField() if field.choices:
            values = [str(value) for value, _label in field.flatchoices]
            return f"(SELECT v FROM unnest(ARRAY{values}) v WHERE v <> {column} LIMIT 1)"
        case models.EmailField():
            return f"'x' || {column}"
        case models.CharField() | models.TextField():
            return f"left('x' || {column}, {field.max_length or 200})"
        case models.DecimalField() | models.IntegerField() | models.ForeignKey():
            return f"coalesce({column}, 0) + 1"
        case models.DateTimeField():
            return f"coalesce({column}, now()) + interval '1 second'"
        case models.DateField():
            return f"coalesce({column}, current_date) + 1"
        case models.UUIDField():
            return "gen_random_uuid()"
        case models.JSONField():
            return "'{\"other\": 1}'::jsonb"
    return f"array_append({column}, 'x')"


def changed_as_application(model, fields, pk) -> list[Change]:
    """Change these columns as the application does; what the history kept of it. What a rule of the table refuses is
    left alone."""
    before = Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    values = ", ".join(f'"{field.column}" = {other_value(field)}' for field in fields)
    statement = f"UPDATE {model._meta.db_table} SET {values} WHERE id = %s"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {settings.DATABASE_APP_ROLE}")
            cursor.execute(statement, [pk])
            cursor.execute("RESET ROLE")
            found = list(Change.objects.filter(pk__gt=before))
            transaction.set_rollback(True)
            return found
    except DatabaseError:
        return []


def test_each_change_of_a_kept_table_has_its_row(full_book):
    silent = []
    for label in tables.KEPT:
        model = our_models()[label]
        trigger = kept_trigger(model)
        rows = list(model._default_manager.order_by("pk")[:3])
        assert rows, f"{label}: the book has none"
        if not any(heard_of(label, model, trigger, row.pk) for row in rows):
            silent.append(label)
    assert silent == []


def heard_of(label, model, trigger, pk) -> int:
    """Change a row's columns, one by one, or those together that only change together; how often it was heard."""
    names = trigger.of or [field.column for field in model._meta.concrete_fields]
    kept = [field for field in model._meta.concrete_fields if field.column in names and not field.primary_key]
    columns = [field for field in kept if field.column not in (*trigger.skipped, "partner_id")]
    heard = 0
    for number in (1, 2, 3):
        for fields in combinations(columns, number):
            found = changed_as_application(model, fields, pk)
            for change in found:
                assert (change.table, change.row, change.what) == (label, pk, "changed")
                assert set(change.after) == set(change.before) == {field.column for field in fields}, label
            assert len(found) < 2, f"{label}: two rows of history for one change"
            heard += len(found)
        if heard:
            break
    return heard


def test_each_row_that_people_added_has_its_row_of_history(full_book):
    for label in tables.KEPT:
        model = our_models()[label]
        if "INSERT" not in str(kept_trigger(model).operation):
            continue
        added = Change.objects.filter(table=label, what="added").values_list("row", flat=True)
        assert sorted(added) == sorted(model._default_manager.values_list("pk", flat=True)), label


def test_no_ledger_lets_the_application_change_its_money_or_whose_it_is_or_delete_a_row(full_book):
    let_through = []
    for label in tables.LEDGERS:
        model = our_models()[label]
        row = model._default_manager.order_by("pk").first()
        assert row is not None, f"{label}: the book has none"
        table = model._meta.db_table
        deeds = [f"DELETE FROM {table} WHERE id = %s"]
        for field in model._meta.concrete_fields:
            if (label, field.name) in RECKONED:
                continue
            if isinstance(field, models.DecimalField) or field.name in IDENTITY:
                deeds.append(f'UPDATE {table} SET "{field.column}" = {other_value(field)} WHERE id = %s')
        for deed in deeds:
            answer = refused_as_application(deed, row.pk)
            if not any(refusal in answer for refusal in REFUSALS):
                let_through.append(f"{deed}: {answer or 'done'}")
    assert let_through == [], "\n".join(let_through)
