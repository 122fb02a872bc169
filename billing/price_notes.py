"""What is written beside a line of how it was priced, how is it read again, and which rules were used?"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q

from .models import PassOn, PriceEntry, PriceRule, TaxRule
from .money import ZERO
from .pricing import Price, Terms

HAND: Final = "hand"


def note_of(price: Price) -> dict[str, Any]:
    """What `InvoiceLine.priced_by` keeps of a price: its terms, as text, without what is not said."""
    terms = price.terms
    note: dict[str, Any] = {"on": str(terms.on), "method": terms.method, "rounding": terms.rounding}
    note |= {"book": terms.book, "pk": terms.pk, "reach": terms.reach, "since": str(terms.since)}
    if terms.method == "fixed":
        note |= {"unit": f"{terms.unit:f}"}
    elif terms.method == "cost_plus":
        note |= {"percent": f"{terms.percent:f}"}
    if terms.less_pk is not None:
        note |= {"less": f"{terms.less:f}", "less_pk": terms.less_pk}
    if terms.tax is not None:
        note |= {"tax": f"{terms.tax:f}", "tax_pk": terms.tax_pk, "inclusive": terms.inclusive}
    if price.residue:
        note |= {"residue": f"{price.residue:f}"}
    if terms.pass_on_pk is not None:
        note |= {"pass_on_pk": terms.pass_on_pk}
    if (terms.days, terms.of_days) != (1, 1):
        note |= {"days": terms.days, "of_days": terms.of_days}
    return note


def changed_by_hand(note: dict[str, Any]) -> dict[str, Any]:
    """The note of a line that a person changed."""
    return note if note.get("method") == HAND else {"method": HAND, **({"instead_of": note} if note else {})}


def by_rule(note: dict[str, Any]) -> bool:
    """Whether a rule made the price, so that a rule may make it again."""
    return bool(note) and note.get("method") != HAND


def terms_of(note: dict[str, Any]) -> Terms:
    """The terms a note keeps. Raises KeyError or ValueError on a note that isn't one."""
    return Terms(
        on=date.fromisoformat(note["on"]),
        method=note["method"],
        rounding=note["rounding"],
        book=note["book"],
        pk=note["pk"],
        reach=note["reach"],
        since=date.fromisoformat(note["since"]),
        percent=Decimal(note.get("percent", 0)),
        unit=Decimal(note.get("unit", 0)),
        less=Decimal(note.get("less", 0)),
        less_pk=note.get("less_pk"),
        tax=Decimal(note["tax"]) if "tax" in note else None,
        tax_pk=note.get("tax_pk"),
        inclusive=note.get("inclusive", False),
        pass_on_pk=note.get("pass_on_pk"),
        days=note.get("days", 1),
        of_days=note.get("of_days", 1),
    )


def residue_of(note: dict[str, Any]) -> Decimal:
    """What of an included tax is there for the sum's sake."""
    return Decimal(note["residue"]) if "residue" in note else ZERO


def mark_used(notes: Iterable[dict[str, Any]]) -> None:
    """Say of each rule up to which day an issued document was priced by it, so that it can't be ended before. The
    caller is in the transaction that issues."""
    used: dict[type[Any], dict[int, date]] = defaultdict(dict)
    for note in filter(by_rule, notes):
        on = date.fromisoformat(note["on"])
        for model, pk in _named(note):
            used[model][pk] = max(on, used[model].get(pk, on))
    for model in (PriceRule, PriceEntry, TaxRule, PassOn):
        for pk, on in sorted(used[model].items()):
            rule = model.objects.filter(Q(last_used_on=None) | Q(last_used_on__lt=on), pk=pk)
            rule.update(last_used_on=on)


def _named(note: dict[str, Any]) -> list[tuple[type[Any], int]]:
    found = [
        (PriceRule if note["book"] == "rule" else PriceEntry, note["pk"]),
        (PriceEntry, note.get("less_pk")),
        (TaxRule, note.get("tax_pk")),
        (PassOn, note.get("pass_on_pk")),
    ]
    return [(model, pk) for model, pk in found if pk is not None]
