"""How does a list of fixed prices come into the price book? All of the file or nothing, each fault by its line."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext

from customers.models import Customer, Partner, User
from subscriptions.models import Subscription

from .models import PriceEntry
from .reading_invoices import READERS, BadFile, Row, columns_of, lines_of, where
from .refusing import NotPossible
from .setting_prices import add_all

NEEDED: Final = ("offer", "unit_price", "currency", "from")
KNOWN: Final = (*NEEDED, "until", "customer", "reason")
ALIASES: Final = {
    "offer_id": "offer",
    "offer_name": "offer",
    "price": "unit_price",
    "from_on": "from",
    "until_on": "until",
}
MOST: Final = 5_000
# The cells of these columns are read as those of an invoice file are.
READ_AS: Final = {"from": "issued_on", "until": "issued_on"}


@dataclass(frozen=True)
class Imported:
    """How many prices were added, how many were known, and how many rules before them ended."""

    added: int
    known: int
    ended: int


def import_prices(partner: Partner, content: bytes, *, reason: str, by: User, now: datetime) -> Imported:
    """Add the fixed prices of a CSV file: offer (its name or id), unit_price, currency, from; until, customer and
    reason where they differ. `reason` is why, where a line gives none. The same file again changes nothing.

    Raises BadFile with one line for each fault, PermissionError."""
    lines = lines_of(content)
    columns = columns_of(lines[0], NEEDED, KNOWN, ALIASES)
    faults: list[str] = []
    rows = [_row(at, columns, cells, faults) for at, cells in enumerate(lines[1:], 2) if any(map(str.strip, cells))]
    if len(rows) > MOST:
        raise BadFile([gettext("A file may hold at most %(n)s lines") % {"n": MOST}])
    if not rows and not faults:
        faults.append(gettext("The file holds no price, only its head"))
    find_offer, find_customer = _offers(partner), _customers(partner)
    entries = [_entry(partner, row, find_offer, find_customer, reason, faults) for row in rows]
    if faults:
        raise BadFile(faults)
    try:
        done = add_all(entries, by=by, now=now)
    except NotPossible as no:
        number = int(no.field) if no.field.isdigit() else 0
        raise BadFile([f"{where(rows[number].at, 'from')}: {no}"]) from no
    known = sum(one.known for one in done)
    return Imported(len(done) - known, known, sum(len(one.ended) for one in done))


def _row(at: int, columns: list[str], cells: list[str], faults: list[str]) -> Row:
    row = Row(at)
    if len(cells) != len(columns):
        text = gettext("line %(line)s: %(cells)s cells, the head has %(columns)s")
        faults.append(text % {"line": at, "cells": len(cells), "columns": len(columns)})
        return row
    for name, cell in zip(columns, cells, strict=True):
        text = cell.strip()
        if not name or (not text and name not in NEEDED):
            continue
        reader = READERS.get(READ_AS.get(name, name), READERS["description"])
        try:
            row.values[name] = reader(text)
        except ValueError as fault:
            faults.append(f"{where(at, name)}: {fault}")
    if row.unit_price is not None and row.unit_price < 0:
        faults.append(f"{where(at, 'unit_price')}: " + gettext("a price is not less than nothing"))
    if row.until is not None and row.values.get("from") is not None and row.until < row.values["from"]:
        faults.append(f"{where(at, 'until')}: " + gettext("lies before the first day"))
    return row


Find = Callable[[str], Any]


def _entry(
    partner: Partner, row: Row, find_offer: Find, find_customer: Find, reason: str, faults: list[str]
) -> PriceEntry:
    offer, customer = "", None
    first: Any = row.values.get("from")
    try:
        offer = find_offer(row.offer) if row.offer else ""
    except ValueError as fault:
        faults.append(f"{where(row.at, 'offer')}: {fault}")
    try:
        customer = find_customer(row.customer) if row.customer else None
    except ValueError as fault:
        faults.append(f"{where(row.at, 'customer')}: {fault}")
    return PriceEntry(
        partner=partner,
        customer_id=customer,
        offer_id=offer,
        method=PriceEntry.Method.FIXED,
        unit_price=row.unit_price,
        currency=row.currency or "",
        from_on=first,
        until_on=row.until,
        reason=row.reason or reason,
    )


def offers_of(partner: Partner) -> Mapping[str, str]:
    """The offers that customers of the partner have, by id: the name each goes by."""
    rows = Subscription.objects.filter(partner=partner).order_by("offer_name", "offer_id")
    return {offer: name for offer, name in rows.values_list("offer_id", "offer_name").distinct() if offer}


def _offers(partner: Partner) -> Find:
    known = offers_of(partner)
    by_name: dict[str, list[str]] = defaultdict(list)
    for offer, name in known.items():
        by_name[name.casefold()].append(offer)

    def find(text: str) -> str:
        found = [text.lower()] if text.lower() in known else by_name.get(text.casefold(), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(gettext("“%(value)s” is the name of several offers, write its id") % {"value": text})
        # An offer that nobody has yet is named by its id.
        if len(text) == 36 and text.count("-") == 4:
            return text.lower()
        raise ValueError(gettext("no offer is called “%(value)s”") % {"value": text[:60]})

    return find


def _customers(partner: Partner) -> Find:
    by_name: dict[str, list[int]] = defaultdict(list)
    for pk, provider_id, name in Customer.objects.filter(partner=partner).values_list("pk", "provider_id", "name"):
        by_name[name.casefold()].append(pk)
        by_name[provider_id.casefold()].append(pk)

    def find(text: str) -> int:
        found = set(by_name.get(text.casefold(), []))
        if len(found) == 1:
            return found.pop()
        if found:
            raise ValueError(gettext("several customers are called “%(value)s”") % {"value": text})
        raise ValueError(gettext("no customer is called “%(value)s”") % {"value": text[:60]})

    return find
