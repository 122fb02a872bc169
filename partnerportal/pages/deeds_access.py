"""Which suspensions, stops and ends of data wait for a person, and what is stuck at the provider?"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db.models import (
    Count,
    Model,
)
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext

from customers import formats
from dunning.breaking import PEOPLE
from subscriptions.models import Drift, Subscription

from .deadlines import Row
from .desk import Desk
from .waiting import breakers, drifts, near_deletion, proposals, stops, stuck


def approval_rows(desk: Desk) -> list[Row]:
    waiting = list(
        proposals(desk)
        .select_related("customer", "decision__invoice", "case")
        .order_by("proposed_at", "pk")[: desk.most]
    )
    seats = dict(
        Subscription.objects.filter(pk__in={pk for one in waiting for pk in one.covers}).values_list("pk", "quantity")
    )
    return [
        Row(
            kind="approve",
            pk=one.pk,
            title=gettext("Approve a suspension"),
            who=one.customer.name,
            why=scope_text(len(one.covers), sum(seats.get(pk, 0) for pk in one.covers)),
            due_at=desk.tonight(),
            about=one,
            amount=one.decision.amount,
            currency=one.decision.invoice.currency,
            customer=one.customer,
        )
        for one in waiting
    ]


def scope_text(subscriptions: int, users: int) -> str:
    """3 subscriptions, 42 users."""
    first = ngettext("%(n)s subscription", "%(n)s subscriptions", subscriptions) % {"n": subscriptions}
    second = ngettext("%(n)s user", "%(n)s users", users) % {"n": formats.grouped(users)}
    return formats.joined(first, second)


def stop_rows(desk: Desk) -> list[Row]:
    waiting = list(
        stops(desk).select_related("customer", "opened_by", "lift_asked_by").order_by("opened_at")[: desk.most]
    )
    seats = dict(
        Subscription.objects.filter(pk__in={pk for one in waiting for pk in one.scope}).values_list("pk", "quantity")
    )
    return [
        Row(
            kind="stop",
            pk=one.pk,
            title=gettext("Agree to a suspension") if one.state == "asked" else gettext("Agree to lift a suspension"),
            who=one.customer.name,
            why=formats.joined(
                one.get_cause_display(), scope_text(len(one.scope), sum(seats.get(pk, 0) for pk in one.scope))
            ),
            due_at=desk.tonight(),
            about=one,
            customer=one.customer,
        )
        for one in waiting
    ]


def deletion_rows(desk: Desk) -> list[Row]:
    groups: dict[int, list[Any]] = defaultdict(list)
    near = near_deletion(desk).select_related("customer", "subscription", "debt__invoice", "debt__decision__version")
    for one in near.order_by("deletes_at", "pk")[: desk.most]:
        groups[one.debt.invoice_id].append(one)
    return [
        Row(
            kind="deletion",
            pk=invoice,
            title=gettext("Decide: bring back until a date, or let the data go"),
            who=mine[0].customer.name,
            why=scope_text(len(mine), sum(one.subscription.quantity for one in mine)),
            due_at=mine[0].deletes_at,
            about=mine,
            amount=mine[0].debt.invoice.balance,
            currency=mine[0].debt.invoice.currency,
            customer=mine[0].customer,
        )
        for invoice, mine in groups.items()
    ]


def breaker_rows(desk: Desk) -> list[Row]:
    return [
        Row(
            kind="breaker",
            pk=one.pk,
            title=gettext("Lift the circuit breaker, or don’t"),
            who=_customers_text(len(one.customers)),
            why=gettext("more than %(n)s within 24 hours; %(k)s of %(all)s people agree")
            % {"n": formats.grouped(one.limit), "k": one.given, "all": PEOPLE},
            due_at=desk.tonight(),
            about=one,
        )
        for one in breakers(desk).annotate(given=Count("lifts")).order_by("pk")[: desk.most]
    ]


def _customers_text(n: int) -> str:
    return ngettext("%(n)s customer", "%(n)s customers", n) % {"n": formats.grouped(n)}


def drift_rows(desk: Desk) -> list[Row]:
    """A kind of difference with the provider is one deed: who decides about one, decides about its like."""
    groups: dict[str, list[Drift]] = defaultdict(list)
    for one in drifts(desk).select_related("customer", "subscription").order_by("found_at", "pk")[: desk.most]:
        groups[one.kind].append(one)
    return [
        Row(
            kind="drift",
            pk=mine[0].pk,
            title=gettext("Decide about a difference with 21Vianet"),
            who=mine[0].customer.name if len({one.customer_id for one in mine}) == 1 else _customers(mine),
            why=formats.joined(
                mine[0].get_kind_display(),
                ngettext("%(n)s subscription", "%(n)s subscriptions", len(mine)) % {"n": formats.grouped(len(mine))},
            ),
            due_at=desk.tonight(),
            about=mine,
            customer=mine[0].customer if len({one.customer_id for one in mine}) == 1 else None,
        )
        for mine in groups.values()
    ]


def _customers(mine: list[Drift]) -> str:
    return _customers_text(len({one.customer_id for one in mine}))


def stuck_rows(kind: str, model: type[Model], title: str | Promise) -> Callable[[Desk], list[Row]]:
    def build(desk: Desk) -> list[Row]:
        found = stuck(desk, model).select_related("customer").order_by("queued_at", "pk")[: desk.most]
        return [
            Row(
                kind=kind,
                pk=one.pk,
                title=str(title),
                who=one.customer.name,
                why=one.reason or gettext("given up after several tries"),
                due_at=desk.tonight(),
                about=one,
                customer=one.customer,
            )
            for one in found
        ]

    return build
