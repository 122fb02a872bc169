"""Where does each run find the same book again? In a fresh copy of a database, made by the tables' owner.

A copy commits as in earnest, has the same tables, indexes, guards and statistics, and nothing of an earlier run. It
is written to disk before it is handed over, so no run pays for another's checkpoint."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

PREFIX = "bench_"


@contextmanager
def owner(database: str = "postgres") -> Iterator["psycopg.Connection[Any]"]:
    """A connection of the tables' owner."""
    with psycopg.connect(settings.DATABASE_OWNER_URL, dbname=database, autocommit=True) as link:
        yield link


class Copies:
    """The databases of one measurement; the portal's connection moves between them."""

    def __init__(self) -> None:
        self.home = str(connection.settings_dict["NAME"])
        self.made: set[str] = set()

    def copy(self, source: str, name: str) -> None:
        """Make `name` a copy of `source` ("" is the database the measurement began in) and move there."""
        self.move("")
        connection.close()
        with owner() as link:
            target = sql.Identifier(PREFIX + name)
            link.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(target))
            link.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    target, sql.Identifier(self.name(source))
                )
            )
        self.made.add(name)
        self.move(name)

    def move(self, name: str) -> None:
        """Work in that database from now on; "" is the one we came from."""
        connection.close()
        connection.settings_dict["NAME"] = self.name(name)

    def name(self, name: str) -> str:
        """What the server calls it."""
        return PREFIX + name if name else self.home

    def tidy(self, name: str) -> None:
        """VACUUM ANALYZE, as a database that has rested would be."""
        with owner(self.name(name)) as link:
            link.execute("SET client_min_messages = error")
            link.execute("VACUUM ANALYZE")

    def forget(self) -> None:
        """Go back and drop every copy."""
        self.move("")
        with owner() as link:
            for name in self.made:
                link.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(PREFIX + name)))
        self.made.clear()
