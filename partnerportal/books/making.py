"""How does a large book come about? From a seed, set by set, under the same guards as any other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from customers.models import Customer, Partner
from dunning.founding import found
from partnerportal.demo.cast import PASSWORD, PRICES

from .steps import DRAW, STEPS

LAST: Final = date(2026, 11, 20)
BEGAN: Final = date(2024, 9, 2)
ZONE: Final = "Asia/Shanghai"
CURRENCY: Final = "CNY"
OPEN: Final = Decimal("0.3")
FIRSTS: Final = ("Golden", "Eastern", "Harbour", "Jade", "Northern", "River", "Silver", "Summit", "United", "Western")
SECONDS: Final = ("Logistics", "Trading", "Medical", "Foods", "Software", "Hotels", "Energy", "Textiles")
ZONES: Final = (*[ZONE] * 6, "Asia/Singapore", "Europe/Moscow")
# The letters of billing.numbering.payment_reference.
ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LABELS: Final = ("customers", "subscriptions", "billing", "dunning")


class BadBook(Exception):
    """The book can't be made; the message says which value and why."""


@dataclass(frozen=True)
class Made:
    """What the book holds."""

    partners: int
    customers: int
    subscriptions: int
    invoices: int
    open: int


def ended() -> datetime:
    """The evening of the book's last day."""
    return datetime.combine(LAST, time(18), tzinfo=ZoneInfo(ZONE))


def make_book(
    *,
    customers: int,
    invoices: int,
    seed: int,
    partners: int = 1,
    into: Partner | None = None,
    said: Callable[[str], None] = lambda step: None,
) -> Made:
    """Make a book of so many customers with four subscriptions each and so many invoices, 30 % of them open, all in
    one transaction. The same figures and seed make the same book, keys apart. It goes to partners of its own, or to
    the partner named, which must have no customers yet. `said` hears each step. Raises BadBook."""
    began = datetime.combine(BEGAN, time(9), tzinfo=ZoneInfo(ZONE))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('make-book'))")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(DRAW)
        owners = [_empty(into)] if into else _founded(partners, seed, began)
        values = _values(owners, customers, invoices, seed, began)
        for step, statement in STEPS.items():
            said(step)
            cursor.execute(statement, values)
    if not connection.in_atomic_block:
        _analyse()
    return Made(len(owners), customers, customers * 4, invoices, values["open"])


def _values(owners: Sequence[int], customers: int, invoices: int, seed: int, began: datetime) -> dict[str, Any]:
    return {
        "partners": list(owners),
        "partner_count": len(owners),
        "customers": customers,
        "invoices": invoices,
        "ranks": max(1, -(-invoices // customers)),
        "open": int((invoices * OPEN).to_integral_value()),
        # Seeds next to each other must not share draws.
        "seed": seed * 100,
        "began": began,
        "ended": ended(),
        "last": LAST,
        "firsts": list(FIRSTS),
        "first_count": len(FIRSTS),
        "seconds": list(SECONDS),
        "second_count": len(SECONDS),
        "zones": list(ZONES),
        "zone_count": len(ZONES),
        "offers": list(PRICES),
        "offer_count": len(PRICES),
        "prices": list(PRICES.values()),
        "alphabet": ALPHABET,
    }


def _empty(partner: Partner) -> int:
    if Customer.objects.filter(partner=partner).exists():
        raise BadBook(f"--partner: '{partner.slug}' has customers already")
    return partner.pk


def _founded(partners: int, seed: int, began: datetime) -> list[int]:
    """Partners with the standard policy; where nothing is real their people share the demo's password."""
    names = {n: f"book-{seed}" if partners == 1 else f"book-{seed}-{n}" for n in range(1, partners + 1)}
    taken = Partner.objects.filter(slug__in=names.values()).order_by("slug").first()
    if taken:
        raise BadBook(f"--seed: the book of seed {seed} is here already ('{taken.slug}')")
    password = None if settings.PRODUCTION else PASSWORD
    return [
        found(
            slug,
            name=f"Book {seed}.{n}",
            currency=CURRENCY,
            zone=ZONE,
            now=began,
            password=password,
            prefix=f"B{n}",
        )[0].pk
        for n, slug in names.items()
    ]


def _analyse() -> None:
    """Tell the planner how large the tables are now; only their owner may."""
    if not settings.DATABASE_OWNER_URL:
        return
    tables = [model._meta.db_table for label in LABELS for model in apps.get_app_config(label).get_models()]
    with psycopg.connect(
        settings.DATABASE_OWNER_URL, dbname=connection.settings_dict["NAME"], autocommit=True
    ) as owner:
        owner.execute(sql.SQL("ANALYZE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
