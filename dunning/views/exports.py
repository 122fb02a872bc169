"""Which columns do the files of a run's lines and of proposals have?"""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from customers.entering import Here
from customers.exporting import CHUNK, Column, exported

from .lines import Line, Reader


def runs(request: Here, rows: QuerySet[Any]) -> HttpResponseBase:
    """All runs with their figures."""
    columns = [
        Column(_("Run"), lambda one: one.began_at.astimezone(request.zone)),
        Column(_("Evaluated"), lambda one: one.evaluated),
        Column(_("Unchanged"), lambda one: one.unchanged),
        Column(_("Notices"), lambda one: one.notices),
        Column(_("Tasks"), lambda one: one.tasks),
        Column(_("Proposed"), lambda one: one.proposals),
        Column(_("Reinstated"), lambda one: one.reinstatements),
        Column(_("Skipped"), lambda one: sum(one.skipped.values())),
    ]
    return exported(request, "runs", columns, rows.iterator(chunk_size=CHUNK))


def lines(
    request: Here, what: str, rows: QuerySet[Any], as_line: Callable[[Any, Reader], Line], *said: object
) -> HttpResponseBase:
    """The lines behind a figure, each with its reason in words."""
    reader = Reader(request.now.astimezone(request.zone).date(), request.zone)

    def each() -> Iterator[Line]:
        for row in rows.iterator(chunk_size=CHUNK):
            yield as_line(row, reader)

    columns = [
        Column(_("Customer"), lambda one: one.customer.name),
        Column(_("Invoice"), lambda one: one.number),
        Column(_("Currency"), lambda one: one.currency),
        Column(_("Amount"), lambda one: one.amount),
        Column(_("Step"), lambda one: one.step),
        Column(_("Because"), lambda one: one.why),
        Column(_("Looked at again"), lambda one: one.again.astimezone(request.zone) if one.again else None),
    ]
    return exported(request, what, columns, each(), *said)
