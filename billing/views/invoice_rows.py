"""How is a row of the invoice list written? From plain columns: it is opened more often than anything else."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from html import escape as quoted
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from billing.models import DisputedAmount, Invoice
from billing.models.invoices import state_of
from customers import formats
from customers.entering import Here
from partnerportal.templatetags import pieces, words

COLUMNS: Final = (
    "pk",
    "number",
    "customer__name",
    "period",
    "issued_on",
    "due_on",
    "currency",
    "total",
    "balance",
    "written_off",
    "status",
)
ROW: Final = (
    '<tr data-row><th scope="row" class="cell-name"><a href="{url}">{number}</a>'
    '<span class="second only-phone">{name}</span></th><td>{name}</td><td>{period}</td>'
    '<td class="cell-sub">{due}</td><td class="num">{total}</td><td class="num cell-amount">{open}</td>'
    '<td class="cell-state">{state}</td></tr>'
)


def columns(found: QuerySet[Invoice]) -> QuerySet[Any, Any]:
    """What a row shows, as dicts; `questioned` where a part of the invoice is."""
    asked = DisputedAmount.objects.filter(line__invoice=OuterRef("pk"), decided_at=None)
    rows: QuerySet[Any, Any] = found.annotate(questioned=Exists(asked)).values(*COLUMNS, "questioned")
    return rows


def written(rows: Iterable[dict[str, Any]], request: Here) -> list[SafeString]:
    """The rows of one page; what many of them share is written once."""
    page = pieces.Page(now=request.now, zone=request.zone)
    start = reverse("invoice", args=[0]).removesuffix("0/")
    today, state, named, money = page.today, cache(words.status_word), cache(words.named), cache(words.amount_filter)

    @cache
    def due(on: date, late: bool) -> SafeString:
        if not late:
            return words.time_tag(on, page, formats.day(on, today), "")
        text = formats.joined(formats.moment(on, today, page.zone), formats.over(on, today))
        return words.time_tag(on, page, text, "", css="is-late")

    made = []
    for row in rows:
        code = _state(row, today)
        parts = {
            "url": f"{start}{row['pk']}/",
            "number": quoted(row["number"]),
            "name": named(row["customer__name"]),
            "period": quoted(row["period"]),
            "due": due(row["due_on"], code == "overdue"),
            "total": money(row["total"], row["currency"]),
            "open": money(row["balance"], row["currency"]),
            "state": state("invoice", "in_dispute" if row["questioned"] and row["balance"] > 0 else code),
        }
        made.append(mark_safe(ROW.format_map(parts)))  # nosec B703 - each part is escaped or markup of ours
    return made


def _state(row: dict[str, Any], today: date) -> str:
    return state_of(row["status"], row["total"], row["balance"], row["written_off"], row["due_on"], today)
