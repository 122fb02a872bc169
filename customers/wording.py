"""How does a timeline entry read in the reader's language? The one sentence for each code, its values filled in."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import formats
from .models import ContactRole, TimelineEntry
from .sentences import SENTENCES

Words = Mapping[str, "str | Promise"]
AMOUNTS: Final = frozenset({"amount", "owed", "due", "min", "debt", "rest", "credited", "open"})
DECIMAL: Final = re.compile(r"-?\d+(\.\d+)?")
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")

LETTERS: Final[Words] = {
    "invoice": _("The invoice mail"),
    "credit_note": _("The credit note"),
    "notice": _("A notice"),
    "deletion": _("The deletion notice"),
    "suspended": _("The mail about the suspension"),
    "restored": _("The mail about the restored access"),
    "question_taken": _("The receipt of the question"),
    "answer": _("The answer"),
    "statement": _("The statement of account"),
    "policy": _("The mail about the new policy"),
    "received": _("The mail that a payment has arrived"),
    "link": _("The mail with a new link"),
    "case_turn": _("The mail about the case at 21Vianet"),
    "case_word": _("The letter about the case"),
    "case_late": _("The mail to the owner of the case"),
}


def sentence(
    entry: TimelineEntry,
    *,
    today: date,
    zone: tzinfo,
    words: Mapping[str, Words] | None = None,
    own: Mapping[str, Callable[[], str]] | None = None,
) -> str:
    """The entry as one sentence. `words` translates values that are codes, by their name (a stage, an outcome);
    `own` gives the words of a value that another floor knows how to say."""
    text = SENTENCES.get(entry.code)
    if text is None:
        return entry.code.replace("_", " ").capitalize()
    tables = {"letter": LETTERS, "role": dict(ContactRole.choices), **(words or {})}
    currency = str(entry.values.get("currency", ""))
    said = {
        name: str(tables[name].get(str(value), value)) if name in tables else shown(name, value, currency, today, zone)
        for name, value in entry.values.items()
    }
    said |= {name: speak() for name, speak in (own or {}).items()}
    return str(text).format_map(defaultdict(lambda: "…", said)).rstrip(" :.：。")


def shown(name: str, value: Any, currency: str, today: date, zone: tzinfo) -> str:
    """One value inside a sentence: an amount with its currency, a day as people say it, anything else as it is.

    Amounts may be Decimals or decimal strings, days and instants may be in ISO 8601."""
    if isinstance(value, str):
        value = parsed(name, value)
    if isinstance(value, Decimal):
        return formats.amount(value, currency)
    if isinstance(value, date):
        return formats.spoken(value, today, zone)
    if isinstance(value, list):
        return formats.listed(value)
    return "" if value is None else str(value)


def parsed(name: str, value: str) -> Any:
    """What a stored text stands for: a day, an instant, an amount, or only itself."""
    if DAY.match(value):
        try:
            return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        except ValueError:
            return value
    if name in AMOUNTS and DECIMAL.fullmatch(value):
        return Decimal(value)
    return value
