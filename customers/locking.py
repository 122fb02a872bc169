"""In which order do we lock? Customers by primary key, first of all and in one place."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from django.db import connection

from .models import Customer, Partner
from .plans import Plan

# Every deed about one customer begins with it.
LOCK: Final = """
SELECT {} FROM customers_customer c JOIN customers_partner p ON p.id = c.partner_id WHERE c.id = $1 FOR UPDATE OF c
"""


def lock_customers(pks: Iterable[int]) -> list[Customer]:
    """Lock these customers until the transaction ends, in the one order that can't deadlock.

    Raises RuntimeError outside a transaction, where a lock would be gone at once."""
    if not connection.in_atomic_block:
        raise RuntimeError("A lock outside a transaction protects nothing.")
    return list(Customer.objects.select_for_update().filter(pk__in=list(pks)).order_by("pk"))


def lock_customer(pk: int) -> Customer:
    """Lock one customer; raises Customer.DoesNotExist."""
    if not connection.in_atomic_block:
        raise RuntimeError("A lock outside a transaction protects nothing.")
    plan, mine, theirs = _plan()
    for row in plan.rows([pk]):
        customer = Customer.from_db(connection.alias, mine, row[: len(mine)])
        customer.partner = Partner.from_db(connection.alias, theirs, row[len(mine) :])
        return customer
    raise Customer.DoesNotExist


@cache
def _plan() -> tuple[Plan, list[str], list[str]]:
    """One customer under lock beside its partner, and the names of their columns."""
    customers, partners = Customer._meta.concrete_fields, Partner._meta.concrete_fields
    columns = [f'c."{field.column}"' for field in customers] + [f'p."{field.column}"' for field in partners]
    plan = Plan(LOCK.format(", ".join(columns)), ["bigint"])
    return plan, [field.attname for field in customers], [field.attname for field in partners]


@contextmanager
def alone(work: str, pk: int) -> Iterator[bool]:
    """Two beats ring twice; the second finds the first at this work, is told False and leaves.

    Held across transactions, until the end of the block or of the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s), %s)", [work, pk])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s), %s)", [work, pk])
