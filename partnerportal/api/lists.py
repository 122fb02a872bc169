"""Which invoices, payments and runs does a program get? Newest first, each page as quick as the first."""

from collections.abc import Callable
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from billing.models import Invoice, Payment
from billing.money import plain
from customers.models import ApiToken, Reads
from dunning.models import Run

from .entering import by_token, refused

SIZE: Final = 100
MOST: Final = 500
BIGGEST: Final = 2**63 - 1


def _paged(request: HttpRequest, rows: QuerySet[Any], said: Callable[[Any], dict[str, Any]]) -> HttpResponseBase:
    """The rows before `?before=ID`, at most `?limit=`; `next` is the address that goes on, null at the end."""
    numbers = {}
    for name, first, most in (("limit", SIZE, MOST), ("before", 0, BIGGEST)):
        text = request.GET.get(name, "")
        if text and not (text.isascii() and text.isdecimal() and 1 <= int(text[:20]) <= most):
            return refused(400, "bad_number", f"{name}: '{text[:40]}' is not a whole number from 1 to {most}")
        numbers[name] = int(text) if text else first
    if numbers["before"]:
        rows = rows.filter(pk__lt=numbers["before"])
    found = list(rows.order_by("-pk")[: numbers["limit"] + 1])
    shown = found[: numbers["limit"]]
    following = f"{request.path}?limit={numbers['limit']}&before={shown[-1].pk}" if len(found) > len(shown) else None
    return JsonResponse({"rows": [said(row) for row in shown], "next": following})


@csrf_exempt
@by_token(Reads.INVOICES)
def invoices(request: HttpRequest, token: ApiToken) -> HttpResponseBase:
    """Invoices that were issued, with what is still owed of each."""
    rows = Invoice.objects.of(token.partner).exclude(status=Invoice.Status.DRAFT).select_related("customer")
    return _paged(request, rows, _invoice)


def _invoice(row: Invoice) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.number,
        "reference": row.reference,
        "customer": {"id": row.customer_id, "provider_id": row.customer.provider_id, "name": row.customer.name},
        "status": row.status,
        "period": row.period,
        "issued_on": row.issued_on,
        "due_on": row.due_on,
        "currency": row.currency,
        **{name: plain(getattr(row, name), row.currency) for name in ("net", "tax", "total", "balance", "written_off")},
    }


@csrf_exempt
@by_token(Reads.PAYMENTS)
def payments(request: HttpRequest, token: ApiToken) -> HttpResponseBase:
    """Payments that were booked, with what of each is put against nothing yet."""
    rows = Payment.objects.of(token.partner).with_left().select_related("customer")
    return _paged(request, rows, _payment)


def _payment(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "customer": {"id": row.customer_id, "provider_id": row.customer.provider_id, "name": row.customer.name},
        "currency": row.currency,
        "amount": plain(row.amount, row.currency),
        "unapplied": plain(row.left, row.currency),
        "reference": row.reference,
        "received_on": row.received_on,
        "booked_at": row.booked_at,
        "source": row.source,
    }


@csrf_exempt
@by_token(Reads.RUNS)
def runs(request: HttpRequest, token: ApiToken) -> HttpResponseBase:
    """Runs of the collections, with what each did and why not for the rest."""
    return _paged(request, Run.objects.of(token.partner), _run)


def _run(row: Run) -> dict[str, Any]:
    names = ("evaluated", "unchanged", "notices", "tasks", "proposals", "reinstatements", "skipped")
    told = {name: getattr(row, name) for name in names}
    return {"id": row.pk, "on": row.on, "began_at": row.began_at, "ended_at": row.ended_at, **told}
