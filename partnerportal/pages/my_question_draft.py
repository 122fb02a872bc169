"""What has been filled in so far? Kept between the steps, one question for each invoice, until it is sent."""

from typing import Any, Final

from django.http import QueryDict

from billing.models import Invoice
from customers.entering import Here

KEY: Final = "question"
# Invoices with a question begun; the one left longest gives way.
MOST_DRAFTS: Final = 5
MOST_VALUE: Final = 10_000
STARTS: Final = ("line_", "how_", "seats_", "amount_", "ev_")
NAMES: Final = frozenset({"reason", "text", "wanted", "files_kept"})


def _is_ours(name: str) -> bool:
    return name in NAMES or name.startswith(STARTS)


def keep(request: Here, invoice: Invoice, data: QueryDict) -> None:
    """Keep what a step sent: each step sends everything, what it doesn't show in hidden fields."""
    drafts: dict[str, Any] = request.session.get(KEY, {})
    drafts.pop(str(invoice.pk), None)
    values = {name: [value[:MOST_VALUE] for value in data.getlist(name)] for name in data if _is_ours(name)}
    kept = [*drafts.items(), (str(invoice.pk), values)]
    request.session[KEY] = dict(kept[-MOST_DRAFTS:])


def kept(request: Here, invoice: Invoice) -> QueryDict:
    """What was filled in before; empty where nothing was."""
    data = QueryDict(mutable=True)
    for name, values in request.session.get(KEY, {}).get(str(invoice.pk), {}).items():
        data.setlist(name, values)
    return data


def forget(request: Here, invoice: Invoice) -> None:
    """It was sent."""
    drafts: dict[str, Any] = request.session.get(KEY, {})
    if drafts.pop(str(invoice.pk), None) is not None:
        request.session[KEY] = drafts


def hidden(data: QueryDict, *shown: str) -> list[tuple[str, str]]:
    """The fields that the step doesn't show (`shown` are the beginnings of those it does), to be sent along."""
    names = [name for name in data if _is_ours(name) and not name.startswith(shown)]
    return [(name, value) for name in names for value in data.getlist(name)]
