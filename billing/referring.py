"""Which invoice does a transfer's reference name, and does it ask for access? One reading for every door for money.

Beside its reference each invoice has a second one with a fixed ending. It pays, before anything else, exactly the
lines behind a suspension, or those that a coming suspension would cover."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db.models import Q, QuerySet

from customers.models import Customer, Partner

from .models import Invoice

ENDING: Final = "-R"
# Banks cut, join and decorate what people type; these stand for one another.
GAPS: Final = r"[\s\-‐-―−_./·]*"
TOKEN: Final = re.compile(r"[^\s,;:()\[\]{}<>\"'“”]+")
CODE: Final = 6

# The lines to pay first, by primary key, each with at most so much; said by the floor that suspends.
Behind = Callable[[Invoice, datetime], dict[int, Decimal]]
_behind: list[Behind] = []


def behind_with(rule: Behind) -> None:
    """Said once, by the wiring: who knows which lines are behind a suspension."""
    _behind[:] = [rule]


@dataclass(frozen=True)
class Named:
    """An invoice that a text names; `restores` where it is the reference that pays for access."""

    invoice: Invoice
    restores: bool


def restoring_reference(invoice: Invoice) -> str:
    """The reference that pays first what keeps access or brings it back: HH-4Q8T7K-R."""
    return f"{invoice.reference}{ENDING}" if invoice.reference else ""


def lines_first(named: Named, *, now: datetime) -> dict[int, Decimal]:
    """What a payment under this reference pays before all else: lines by primary key, at most so much of each."""
    return _behind[0](named.invoice, now) if named.restores and _behind else {}


def words_of(partner: Partner, text: str) -> tuple[list[str], bool]:
    """The numbers and references that a text may name, and whether one of them asks for access."""
    asked = _asked(partner, text)
    return sorted({word for word, _ in asked}), any(restores for _, restores in asked)


def named_by(customer: Customer, text: str) -> list[Named]:
    """The open invoices of one customer that a text names, the earliest due first. Never another customer's."""
    return _named(Invoice.objects.filter(customer=customer), customer.partner, text)


def named_in_book(partner: Partner, text: str) -> list[Named]:
    """The open invoices of a whole book that a text names, the earliest due first."""
    return _named(Invoice.objects.filter(partner=partner), partner, text)


def _named(mine: QuerySet[Invoice], partner: Partner, text: str) -> list[Named]:
    """Whole references and numbers only: HH-2026-00001 is not named by HH-2026-000012."""
    asked = _asked(partner, text)
    plain = {word for word, _ in asked}
    found = mine.filter(status=Invoice.Status.ISSUED, balance__gt=0)
    found = found.filter(Q(number__in=plain) | Q(reference__in=plain)).order_by("due_on", "pk")
    return [
        Named(invoice, bool({(invoice.reference, True), (invoice.number, True)} & asked))
        for invoice in found.select_related("customer")
    ]


def _asked(partner: Partner, text: str) -> set[tuple[str, bool]]:
    """The references and numbers a text may name, each with whether it carries the ending."""
    text = text.replace("\x00", " ")
    words = [word.strip("-").rstrip(".") for word in TOKEN.findall(text)]
    # A number that came with an invoice made elsewhere may be in small letters.
    return set(_split([*words, *map(str.upper, words)])) | set(_of_prefix(partner.prefix, text.upper()))


def _split(words: Iterable[str]) -> Iterable[tuple[str, bool]]:
    for word in words:
        yield word, False
        if word.endswith(ENDING):
            yield word.removesuffix(ENDING), True


def _of_prefix(prefix: str, text: str) -> Iterable[tuple[str, bool]]:
    """What was typed with other gaps than we print: HH 4Q8T7K R, HH202600001."""
    if not prefix:
        return
    start = rf"(?<![A-Z0-9]){re.escape(prefix.upper())}{GAPS}"
    for found in re.finditer(rf"{start}([A-Z2-9]{{{CODE}}})(?:{GAPS}(R))?(?![A-Z0-9])", text):
        yield f"{prefix}-{found[1]}", bool(found[2])
    for found in re.finditer(rf"{start}(\d{{4}}){GAPS}(\d{{5,}})(?:{GAPS}(R))?(?![A-Z0-9])", text):
        yield f"{prefix}-{found[1]}-{found[2]}", bool(found[3])
