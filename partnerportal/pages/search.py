"""Where is it? One search over customers, invoices, payments, subscriptions, cases and provider bills."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customers.entering import Here, staff
from customers.paging import leaf
from customers.roles import May

from .searching import PLACES, everywhere, hits, rows_of, words_in


@require_safe
@staff(May.SEE_BOOK)
def search(request: Here) -> HttpResponse:
    """What was found of each kind, or with `in` all of one kind; only the findings where the palette asks."""
    typed = request.GET.get("q", "")
    words, kind = words_in(typed), request.GET.get("in", "")
    context: dict[str, Any] = {"typed": typed[:100], "words": words}
    if kind in PLACES and words and request.membership.may(PLACES[kind].may):
        page = leaf(request, rows_of(request, kind, words), *PLACES[kind].order)
        found = hits(request, kind, page.object_list)
        return render(request, "search/one_kind.html", {**context, "page": page, "hits": found, "kind": PLACES[kind]})
    if words:
        context["found"] = [one for one in everywhere(request, words) if one.hits]
    palette = bool(request.htmx) and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    return render(request, "search/found.html" if palette else "search/search.html", context)
