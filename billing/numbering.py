"""Which number comes next? Without gaps, under rollback and under parallel issue."""

import hashlib
from datetime import date
from itertools import count

from django.db import connection

from customers.models import Partner

from .models import Invoice, Series

# No letters or digits that are taken for one another.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def next_number(partner: Partner, kind: str, on: date) -> str:
    """Take the next number of a kind of document in a year: HH-2026-00001.

    Holds the counter's row until the transaction ends, so a rollback gives the number back."""
    if not connection.in_atomic_block:
        raise RuntimeError("A number taken outside a transaction leaves a gap when the rest fails.")
    Series.objects.get_or_create(partner=partner, kind=kind, year=on.year)
    series = Series.objects.select_for_update().get(partner=partner, kind=kind, year=on.year)
    number = series.next_number
    series.next_number = number + 1
    series.save(update_fields=["next_number"])
    return written(partner, kind, on.year, number)


def written(partner: Partner, kind: str, year: int, number: int) -> str:
    """A number of a kind of document as it is printed."""
    infix = {"invoice": "", "credit_note": "C", "dispute": "", "cause": ""}[kind]
    prefix = {"dispute": "D", "cause": "P"}.get(kind, partner.prefix)
    width = {"dispute": 4, "cause": 2}.get(kind, 5)
    return f"{prefix}-{year}-{infix}{number:0{width}d}"


def payment_reference(partner: Partner, number: str) -> str:
    """A short code for the transfer that no other invoice of the partner has: HH-4Q8T7K.

    Whoever asks has just taken the number and so holds the counter's row: nobody else takes a code meanwhile."""
    codes = (reference_code(partner, number, turn) for turn in count())
    return next(code for code in codes if not Invoice.objects.filter(partner=partner, reference=code).exists())


def reference_code(partner: Partner, number: str, turn: int = 0) -> str:
    """The code of an invoice's number, the same each time; another one for each further turn."""
    digest = hashlib.sha256(f"{partner.pk}:{number}{f':{turn}' if turn else ''}".encode()).digest()
    code = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:6])
    return f"{partner.prefix}-{code}"
