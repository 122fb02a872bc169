"""What was agreed with a customer about paying, and what may staff agree now? One section of two pages."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from billing.models import Claim, Hold, Invoice, PromiseToPay
from customers.models import Customer
from dunning.promising import counted, last_day, state_on
from dunning.publishing import policy_of

from .naming import KINDS, STATES, TONES

MOST = 20
A_YEAR = timedelta(days=365)


def agreed(customer: Customer, *, now: datetime, invoice: Invoice | None = None) -> dict[str, Any]:
    """Holds that count or will, promises with their state, reports not yet found; of a customer or one invoice."""
    today = now.astimezone(customer.tz).date()
    scope = Q(customer=customer) if invoice is None else Q(customer=customer, invoice=invoice)
    promises = _promises(scope, today)
    return {
        "agreed_holds": _holds(customer, invoice, today),
        "agreed_promises": promises[:MOST],
        "agreed_record": _record(promises, now),
        "agreed_claims": list(
            Claim.objects.filter(scope, gone_at=None).select_related("invoice", "by").order_by("at", "pk")[:MOST]
        ),
        "agreed_invoice": invoice,
    }


def _holds(customer: Customer, invoice: Invoice | None, today: date) -> list[dict[str, Any]]:
    rows = Hold.objects.filter(Q(until_on=None) | Q(until_on__gte=today), customer=customer)
    if invoice is not None:
        mine = invoice.lines.exclude(subscription=None).values("subscription")
        rows = rows.filter(Q(invoice=invoice) | Q(invoice=None, subscription=None) | Q(subscription__in=mine))
    found = rows.select_related("invoice", "subscription", "recorded_by").order_by("from_on", "pk")[:MOST]
    return [{"hold": row, "kind": KINDS[row.kind], "ahead": row.from_on > today} for row in found]


def _promises(scope: Q, today: date) -> list[dict[str, Any]]:
    rows = PromiseToPay.objects.filter(scope).select_related("partner", "invoice__case", "made_by").order_by("pk")
    mine: dict[int, list[PromiseToPay]] = defaultdict(list)
    for row in rows:
        mine[row.invoice_id].append(row)
    pausing = {pk for group in mine.values() for pk in _counted(group)}
    return [
        {
            "promise": row,
            "state": state_on(row, today),
            "word": STATES[state_on(row, today)],
            "tone": TONES.get(state_on(row, today), ""),
            "pauses": row.pk in pausing,
            "ended": last_day(row) < today,
        }
        for row in reversed([row for group in mine.values() for row in group])
    ]


def _counted(group: list[PromiseToPay]) -> set[int]:
    case = getattr(group[0].invoice, "case", None)
    return counted(group, policy_of(case.version_id)) if case else set()


def _record(promises: list[dict[str, Any]], now: datetime) -> dict[str, int]:
    """How many of the promises of a year were kept, of those that are decided."""
    year = [one for one in promises if one["promise"].made_at > now - A_YEAR]
    kept = sum(one["state"] == "kept" for one in year)
    return {"kept": kept, "of": kept + sum(one["state"] == "broken" for one in year)}
