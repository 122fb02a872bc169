"""How are many rows found, added and changed at once? Without an expression, or a quoted value, for each."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Self, TypeVar

from django.db import connection, models
from django.db.models import BooleanField, F, Func, Value
from psycopg.sql import SQL, Composed, Identifier

M = TypeVar("M", bound=models.Model)
# Rows in one statement.
AT_ONCE: Final = 5_000
# What travels as it is; anything else asks its field first.
PLAIN: Final = frozenset({str, int, bool, type(None), Decimal, datetime, date})


class ManyRows(models.QuerySet[M]):
    """A table whose rows come by the thousand."""

    def among(self, column: str, keys: Iterable[int]) -> Self:
        """Rows whose column is one of these numbers: one parameter, however many there are."""
        return self.filter(
            Func(
                F(column),
                Value("{" + ",".join(map(str, keys)) + "}"),
                template="%(expressions)s::bigint[])",
                arg_joiner=" = ANY(",
                output_field=BooleanField(),
            )
        )

    def number(self, rows: Sequence[M]) -> None:
        """Give these new rows the primary keys under which `add_all` will write them."""
        if not rows:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [self.model._meta.db_table, len(rows)],
            )
            for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk = pk

    def add_all(self, rows: Sequence[M]) -> None:
        """Insert new rows through COPY, in their order, with the primary keys they have or will be given."""
        if not rows:
            return
        self.number([row for row in rows if row.pk is None])
        fields = [field for field in self.model._meta.concrete_fields if not field.generated]
        columns = [(field.attname, _as_written(field)) for field in fields]
        statement = SQL("COPY {} ({}) FROM STDIN").format(
            Identifier(self.model._meta.db_table), SQL(", ").join(Identifier(str(field.column)) for field in fields)
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                held = row.__dict__
                copy.write_row([written(held[name]) for name, written in columns])
        for row in rows:
            row._state.adding, row._state.db = False, connection.alias

    def save_each(self, rows: Sequence[M], fields: Sequence[str]) -> None:
        """Write these fields of many rows, found by primary key, in one statement for each few thousand: values
        travel as one JSON text, where `bulk_update` would build an expression for each."""
        columns: list[Any] = [self.model._meta.get_field(name) for name in fields]
        statement = _update_each(self.model, columns)
        for start in range(0, len(rows), AT_ONCE):
            some = [
                {"pk": row.pk, **{field.column: getattr(row, field.attname) for field in columns}}
                for row in rows[start : start + AT_ONCE]
            ]
            with connection.cursor() as cursor:
                cursor.execute(statement, [json.dumps(some, default=str)])


def _as_written(field: "models.Field[Any, Any]") -> Callable[[Any], Any]:
    """How a value of this column is handed to COPY."""
    if isinstance(field, models.JSONField):
        return lambda value: json.dumps(value, cls=field.encoder)
    return lambda value: value if type(value) in PLAIN else field.get_db_prep_save(value, connection)


def _update_each(model: type[models.Model], columns: Sequence[Any]) -> Composed:
    names = [Identifier(field.column) for field in columns]
    return SQL(
        "UPDATE {table} t SET {sets} FROM json_to_recordset(%s) AS v(pk bigint, {typed}) WHERE t.id = v.pk"
    ).format(
        table=Identifier(model._meta.db_table),
        sets=SQL(", ").join(SQL("{0} = v.{0}").format(name) for name in names),
        typed=SQL(", ").join(
            SQL("{} " + field.db_type(connection)).format(name) for name, field in zip(names, columns, strict=True)
        ),
    )
