"""How are many rows made in one statement, where defaults live in the model?"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models


def pour(
    model: type[models.Model], given: Mapping[str, str], source: str, values: Sequence[Any] = (), **same: Any
) -> int:
    """Insert one row for each row of `source` (what follows FROM). `given` says by column what SQL stands in it, `same`
    by field what all rows have; every other column has the model's default. Answers how many."""
    columns: list[str] = []
    expressions: list[str] = []
    defaults: list[Any] = []
    for field in model._meta.concrete_fields:
        name = field.get_attname_column()[1] or ""
        if field.primary_key:
            continue
        columns.append(connection.ops.quote_name(name))
        if name in given:
            expressions.append(given[name])
        else:
            value = same.get(field.name, field.get_default)
            value = value() if callable(value) else value
            expressions.append(f"%s::{field.db_type(connection)}")
            defaults.append(field.get_db_prep_save(getattr(value, "pk", value), connection))
    table = connection.ops.quote_name(model._meta.db_table)
    statement = " ".join(
        ["INSERT INTO", table, f"({', '.join(columns)})", "SELECT", ", ".join(expressions), "FROM", source]
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*defaults, *values])
        return int(cursor.rowcount)
