"""Who changed what, from what, to what, and why? The history of a book, searched by who, what and when."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from billing.fields import EARLIEST, LATEST
from billing.views.exports import batched
from customers.entering import Here, staff
from customers.exporting import AT_ONCE, CHUNK, Column, exported, wanted
from customers.history.phrasing import Line, Reading, line, names_in
from customers.history.words import SUBJECTS
from customers.models import Change
from customers.paging import leaf
from customers.roles import May

NEWEST: Final = "-pk"
# What a change says of money that not everybody of the staff sees.
NEEDS: Final = {"prices": May.PRICE, "provider": May.SEE_BILLS}


@dataclass(frozen=True)
class Asked:
    """What the address asks for; what it can't mean is as if it weren't said."""

    words: str = ""
    subject: str = ""
    customer: int | None = None
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, query: Any) -> "Asked":
        """Read from the address."""
        subject, customer = query.get("subject", ""), query.get("customer", "")
        known = customer.isascii() and customer.isdigit() and len(customer) < 19
        return cls(
            query.get("q", "").strip()[:100],
            subject if subject in SUBJECTS else "",
            int(customer) if known else None,
            _day(query.get("since", "")),
            _day(query.get("until", "")),
        )

    def narrow(self, changes: QuerySet[Change], zone: Any) -> QuerySet[Change]:
        """The changes that match; days are those of the reader's zone."""
        if self.subject:
            changes = changes.filter(table__in=SUBJECTS[self.subject][1])
        if self.customer is not None:
            changes = changes.filter(customer_id=self.customer)
        if self.since:
            changes = changes.filter(at__gte=datetime.combine(self.since, time.min, zone))
        if self.until:
            changes = changes.filter(at__lt=datetime.combine(self.until + timedelta(days=1), time.min, zone))
        if self.words:
            some = Q(name__icontains=self.words) | Q(why__icontains=self.words)
            changes = changes.filter(some | Q(customer__name__icontains=self.words) | Q(work__istartswith=self.words))
        return changes

    @property
    def anything(self) -> bool:
        """Whether the list is narrowed at all."""
        return self != Asked()


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if len(text) == 10 and EARLIEST <= found <= LATEST else None


@require_safe
@staff(May.SEE_BOOK)
def history(request: Here) -> HttpResponseBase:
    """The newest changes first, as sentences; as a file, column by column."""
    asked = Asked.of(request.GET)
    hidden = [
        table for name, right in NEEDS.items() if not request.membership.may(right) for table in SUBJECTS[name][1]
    ]
    mine = Change.objects.visible_to(request.user).of(request.partner).exclude(table__in=hidden)
    found = asked.narrow(mine, request.zone).select_related("customer")
    if wanted(request):
        rows = found.order_by(NEWEST).iterator(chunk_size=CHUNK)
        return exported(request, "history", COLUMNS, _each(request, rows), asked.subject, asked.words)
    page = leaf(request, found, NEWEST)
    context = {
        "page": page,
        "lines": _lines(request, page.object_list),
        "asked": asked,
        "subjects": [(name, text) for name, (text, _tables) in SUBJECTS.items() if _may(request, name)],
    }
    return render(request, "history.html", context)


def _may(request: Here, subject: str) -> bool:
    return subject not in NEEDS or request.membership.may(NEEDS[subject])


def _lines(request: Here, changes: list[Change]) -> list[Line]:
    today = request.now.astimezone(request.zone).date()
    reading = Reading(today, request.zone, request.partner.currency, names_in(changes))
    return [line(change, reading) for change in changes]


def _each(request: Here, changes: Iterator[Change]) -> Iterator[Line]:
    """Some hundred at a time: the names in them are looked up together."""
    for some in batched(changes, AT_ONCE):
        for one in _lines(request, some):
            one.change.at = one.change.at.astimezone(request.zone)
            yield one


def _facts(one: Line, side: str) -> str:
    return "; ".join(f"{fact.label}: {getattr(fact, side)}" for fact in one.facts if getattr(fact, side))


def _stored(change: Change) -> str:
    return json.dumps({"before": change.before, "after": change.after}, ensure_ascii=False, default=str)


COLUMNS: Final = (
    Column(_("When"), lambda one: one.change.at),
    Column(_("Who"), lambda one: one.who),
    Column(_("Customer"), lambda one: one.change.customer.name if one.change.customer else ""),
    Column(_("What"), lambda one: one.text),
    Column(_("From"), lambda one: _facts(one, "before")),
    Column(_("To"), lambda one: _facts(one, "after")),
    Column(_("Why"), lambda one: one.why),
    Column(_("Through"), lambda one: one.change.get_through_display()),
    Column(_("Page or task"), lambda one: one.change.work),
    Column(_("As stored"), lambda one: _stored(one.change)),
    Column(_("Seal"), lambda one: one.change.hash or ""),
)
