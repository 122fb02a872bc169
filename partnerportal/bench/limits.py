"""What is the least the database must do for a job? A plain insert of the rows the job wrote, into the same tables.

The rows travel from the database in which the job ran to a copy of the one from which it started, into tables
without an index; the limit is INSERT … SELECT from there, guards, keys and indexes in force, in one transaction."""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.apps import apps
from django.db import connection
from psycopg import sql

from customers.models import Partner, acting_for

from .copies import owner

FLOORS = ("outbox", "customers", "subscriptions", "billing", "payables", "dunning", "disputes")


def tables() -> list[str]:
    """Our tables whose rows are numbered, in the order of the floors."""
    return [
        model._meta.db_table
        for floor in FLOORS
        for model in apps.get_app_config(floor).get_models()
        if model._meta.pk.column == "id" and not model._meta.proxy
    ]


def marks() -> dict[str, int]:
    """The last number of each table now."""
    with connection.cursor() as cursor:
        found = {}
        for table in tables():
            cursor.execute(sql.SQL("SELECT coalesce(max(id), 0) FROM {}").format(sql.Identifier(table)))
            found[table] = int(cursor.fetchone()[0])
        return found


def written(before: dict[str, int]) -> dict[str, int]:
    """How many rows each table has gained since; only those that gained any."""
    with connection.cursor() as cursor:
        found = {}
        for table, last in before.items():
            cursor.execute(sql.SQL("SELECT count(*) FROM {} WHERE id > %s").format(sql.Identifier(table)), [last])
            found[table] = int(cursor.fetchone()[0])
    return {table: count for table, count in found.items() if count}


def carry(source: str, target: str, before: dict[str, int]) -> dict[str, sql.Composed]:
    """Bring the rows numbered after `before` from one database into waiting tables of another; answers the tables
    that have any, with their columns. Both are the server's names."""
    carried = {}
    with owner(source) as here, owner(target) as there:
        for table, last in before.items():
            name, waiting = sql.Identifier(table), sql.Identifier(f"bench_{table}")
            columns = _columns(here, table)
            there.execute(sql.SQL("CREATE TABLE {} (LIKE {})").format(waiting, name))
            out = sql.SQL("COPY (SELECT {} FROM {} WHERE id > {} ORDER BY id) TO STDOUT (FORMAT binary)").format(
                columns, name, sql.Literal(last)
            )
            into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(waiting, columns)
            with here.cursor() as reader, there.cursor() as writer:
                with reader.copy(out) as rows, writer.copy(into) as sink:
                    for block in rows:
                        sink.write(block)
                if writer.rowcount:
                    carried[table] = columns
    return carried


def _columns(link: "psycopg.Connection[Any]", table: str) -> sql.Composed:
    rows = link.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return sql.SQL(", ").join(sql.Identifier(name) for (name,) in rows)


def insert(partner: Partner, carried: Mapping[str, sql.Composed]) -> None:
    """The limit itself: the waiting rows go where the job wrote them."""
    with acting_for(partner), connection.cursor() as cursor:
        for table, columns in carried.items():
            cursor.execute(
                sql.SQL("INSERT INTO {} ({columns}) SELECT {columns} FROM {}").format(
                    sql.Identifier(table), sql.Identifier(f"bench_{table}"), columns=columns
                )
            )
