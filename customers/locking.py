"""In which order do we lock? Customers by primary key, first of all and in one place."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

from .models import Customer


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
    return Customer.objects.select_for_update().get(pk=pk)


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
