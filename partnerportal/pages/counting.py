"""How much of each kind waits in this book? One statement, asked by every page of staff."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from customers.entering import Here
from customers.models import Partner
from subscriptions.models import AccessChange, CustomerReading

from .desk import KINDS, Desk
from .prepared import ask
from .waiting import (
    NEAR_DELETION,
    bills_to_pay,
    breakers,
    broken_promises,
    calls,
    claims,
    drafts,
    drifts,
    held_by_the_bank,
    near_deletion,
    open_findings,
    proposals,
    questions,
    receipts,
    returned,
    returns,
    stops,
    stuck,
    to_ask,
    to_call_off,
    to_file,
    to_read,
    unknown_charges,
    unreachable,
    write_offs,
)


def counts(desk: Desk) -> dict[str, int]:
    """How many deeds of each kind wait, all of them, in one query. Every page of staff asks it, so it is written once
    a day for each of them."""
    late = desk.now > desk.tonight()
    where = (desk.partner.country, desk.partner.zone, desk.partner.opens, desk.partner.closes, *desk.partner.days_off)
    key = (desk.user.pk, desk.partner.pk, *where, str(desk.zone), desk.today, late)
    numbers = ask(key, lambda: _all_counts(desk), desk.now, moving=[timedelta(), NEAR_DELETION])
    return {kind: n for kind, n in zip(KINDS, numbers, strict=True) if desk.membership.may(KINDS[kind].may)}


def _all_counts(desk: Desk) -> QuerySet[Any, Any]:
    found = {
        "approve": (proposals(desk), "pk"),
        "stop": (stops(desk), "pk"),
        "breaker": (breakers(desk), "pk"),
        "deletion": (near_deletion(desk), "debt__invoice"),
        "call": (calls(desk), "pk"),
        "promise": (broken_promises(desk), "pk"),
        "claim": (claims(desk), "pk"),
        "bounced": (returned(desk), "customer"),
        "contact": (unreachable(desk), "pk"),
        "receipt": (receipts(desk), "pk"),
        "taken_back": (returns(desk), "pk"),
        "bank": (held_by_the_bank(desk), "partner"),
        "dispute": (questions(desk), "pk"),
        "to_read": (to_read(desk), "pk"),
        "to_ask": (to_ask(desk), "pk"),
        "to_file": (to_file(desk), "pk"),
        "to_call_off": (to_call_off(desk), "pk"),
        "draft": (drafts(desk), "period"),
        "write_off": (write_offs(desk), "pk"),
        "unmapped": (unknown_charges(desk), "bill"),
        "to_pay": (bills_to_pay(desk), "pk"),
        "finding": (open_findings(desk), "bill"),
        "access": (stuck(desk, AccessChange), "pk"),
        "reading": (stuck(desk, CustomerReading), "pk"),
        "drift": (drifts(desk), "kind"),
    }
    numbers = {kind: Coalesce(Subquery(_number(*found[kind])), 0) for kind in KINDS}
    return Partner.objects.filter(pk=desk.partner.pk).values_list(*numbers.values())


def _number(rows: QuerySet[Any], by: str) -> QuerySet[Any]:
    of_all: QuerySet[Any] = rows.order_by().annotate(all=Value(1)).values("all")
    counted: QuerySet[Any] = of_all.annotate(n=Count(by, distinct=True)).values("n")
    return counted


def deeds_of(request: Here) -> dict[str, int]:
    """The counts for this request, asked once."""
    known: dict[str, int] | None = getattr(request, "deeds", None)
    if known is None:
        known = counts(Desk(request.user, request.membership, request.partner, request.zone, request.now))
        request.deeds = known  # type: ignore[attr-defined]
    return known
