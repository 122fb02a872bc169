"""Who owes how much for how long? The matrix of customers and ages, and its dots of age and balance."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from billing.aging import Aged, BadBuckets, Buckets, Totals, aged, by_customer, overdue_points, sheet
from billing.collecting_figures import months
from customers import formats
from customers.entering import Here, staff
from customers.exporting import CHUNK, Column, exported, wanted
from customers.roles import May
from partnerportal.pages.drawing import Scatter, scatter

PAGE: Final = 50


@require_safe
@staff(May.SEE_BOOK)
def receivables(request: Here) -> HttpResponseBase:
    """What is open by customer and age in one currency; `buckets=` says where one age ends and the next begins."""
    today = request.now.astimezone(request.zone).date()
    fault = ""
    try:
        buckets = Buckets.of(request.GET.get("buckets", ""))
    except BadBuckets as bad:
        buckets, fault = Buckets(), str(bad)
    scope = mine(request)
    skip = _skip(request.GET.get("page", ""))
    code = request.GET.get("currency") or request.partner.currency
    sums, rows = sheet(request.partner, code, today=today, buckets=buckets, skip=skip, most=PAGE)
    found = {row.currency: row for row in sums}
    if (known := chosen(request, found)) != code:
        code = known
        _, rows = sheet(request.partner, code, today=today, buckets=buckets, skip=skip, most=PAGE)
    if wanted(request) and not fault:
        return _file(request, by_customer(scope, code, today=today, buckets=buckets), buckets, code)
    page = Paginator(range(found[code].customers if code in found else 0), PAGE).get_page(skip // PAGE + 1)
    total = found.get(code, Totals(code, [formats.rounded(0, 2)] * len(buckets.spans)))
    context = {
        "page": page,
        "rows": [_row(one, buckets, code, total) for one in rows],
        "total": total,
        "labels": buckets.labels,
        "bar": _bar(total, buckets),
        "buckets": buckets,
        "fault": fault,
        "typed": request.GET.get("buckets", ""),
        "currency": code,
        "currencies": sorted(found),
        "dso": next(iter(months(scope, code, today=today, zone=request.partner.tz)[-1:]), None),
        **_dots(scope, code, buckets, today),
    }
    return render(request, "billing/aging.html", context, status=422 if fault else 200)


def _skip(text: str) -> int:
    """How many customers stand before the page of the address."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    return (max(number, 1) - 1) * PAGE


def mine(request: Here) -> Q:
    """The condition on rows of this book; its staff see all of it."""
    return Q(partner=request.partner)


def chosen(request: Here, known: Any) -> str:
    """The currency asked for, else the partner's own, else the first there is."""
    asked = request.GET.get("currency", "")
    own = request.partner.currency
    return asked if asked in known else own if own in known or not known else min(known)


def drill(code: str, first: int | None, last: int | None, customer: int | None = None) -> str:
    """The list of invoices behind a figure."""
    said = {"state": "open", "currency": code, "over_from": first, "over_to": last, "customer": customer}
    return f"{reverse('invoices')}?{urlencode({name: value for name, value in said.items() if value is not None})}"


def _row(one: Aged, buckets: Buckets, code: str, total: Totals) -> dict[str, Any]:
    ages = shades(len(buckets.spans))
    cells = [
        {"amount": amount, "url": drill(code, first, last, one.customer_id), "age": age if place else None}
        for place, (amount, (first, last), age) in enumerate(zip(one.amounts, buckets.spans, ages, strict=True))
    ]
    over = one.limit is not None and one.total > one.limit
    return {"one": one, "cells": cells, "url": drill(code, None, None, one.customer_id), "over_limit": over}


def shades(count: int) -> list[int]:
    """Which step of the six of the ramp each bucket is drawn in: the first pale, the last dark."""
    return [round(place * 5 / (count - 1)) for place in range(count)]


def _bar(total: Totals, buckets: Buckets) -> list[dict[str, Any]]:
    parts = zip(buckets.labels, total.amounts, buckets.spans, shades(len(buckets.spans)), strict=True)
    return [
        {"label": label, "amount": amount, "url": drill(total.currency, first, last), "age": age}
        for label, amount, (first, last), age in parts
    ]


def _dots(scope: Q, code: str, buckets: Buckets, today: date) -> dict[str, Any]:
    late = overdue_points(scope, code, today=today)
    ages = shades(len(buckets.spans))
    points = [((today - one.due_on).days, one) for one in late if one.due_on]
    drawn: Scatter | None = None
    if points:
        drawn = scatter(
            [
                (
                    days,
                    one.balance,
                    f"{one.customer.name}, {one.number}, {formats.amount(one.balance, code)}",
                    reverse("invoice", args=[one.pk]),
                    one.customer.name,
                    ages[buckets.place(days)],
                )
                for days, one in points
            ],
            buckets.edges,
        )
    return {"drawn": drawn, "points": [{"days": days, "invoice": one} for days, one in points]}


def _file(request: Here, rows: Any, buckets: Buckets, code: str) -> HttpResponseBase:
    columns = [
        Column(_("Customer"), lambda one: one.name),
        Column(_("Currency"), lambda _one: code),
        *(Column(label, _amount_of(place)) for place, label in enumerate(buckets.labels)),
        Column(_("Total"), lambda one: one.total),
    ]

    def each() -> Iterator[Aged]:
        for row in rows.iterator(chunk_size=CHUNK):
            yield from aged([row], buckets)

    return exported(request, "receivables", columns, each(), code, buckets.text)


def _amount_of(place: int) -> Any:
    return lambda one: one.amounts[place]
