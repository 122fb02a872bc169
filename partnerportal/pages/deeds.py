"""How does each deed that waits read as a row: what to do, for whom, why, over how much, by when?"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import (
    Count,
    Min,
    Model,
    Sum,
)
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from billing.models import DisputedAmount
from customers import formats
from customers.models import Message
from dunning.models import Case, Decision
from dunning.wording import because
from subscriptions.models import AccessChange, CustomerReading, Subscription

from .deadlines import Row
from .waiting import (
    KINDS,
    Desk,
    calls,
    drafts,
    near_deletion,
    proposals,
    questions,
    returned,
    stuck,
    unknown_charges,
    unreachable,
)

# More of one kind is a list of its own; the counts are of all.
MOST = 200


def rows(desk: Desk, waiting: Mapping[str, int], tab: str = "") -> list[Row]:
    """The deeds of a tab (or all), the nearest deadline first, then the largest amount; only kinds of which some
    are `waiting` are asked for."""
    found: list[Row] = []
    for kind, build in BUILDERS.items():
        if waiting.get(kind) and tab in ("", KINDS[kind].tab):
            found += build(desk)
    far = desk.now + timedelta(days=3650)
    return sorted(found, key=lambda row: ((row.due_at or far).date(), -(row.amount or 0), row.key))


def _approvals(desk: Desk) -> list[Row]:
    waiting = list(
        proposals(desk).select_related("customer", "decision__invoice", "case").order_by("proposed_at", "pk")[:MOST]
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


def _calls(desk: Desk) -> list[Row]:
    return [
        Row(
            kind="call",
            pk=one.pk,
            title=gettext("Hand over to an agency") if one.action == "hand_over" else gettext("Call about an invoice"),
            who=one.invoice.customer.name,
            why=formats.joined(str(one.invoice.number), _due_text(one, desk)),
            due_at=desk.tonight(),
            about=one,
            amount=one.invoice.balance,
            currency=one.invoice.currency,
            customer=one.invoice.customer,
        )
        for one in calls(desk).select_related("invoice__customer").order_by("decided_at", "pk")[:MOST]
    ]


def _due_text(one: Decision, desk: Desk) -> str:
    text = because(one.because, one.values, currency=one.invoice.currency, today=desk.today, zone=desk.zone)
    return text.rstrip(".。")


def _returned(desk: Desk) -> list[Row]:
    letters: dict[int, list[Message]] = defaultdict(list)
    for one in returned(desk).select_related("customer", "contact").order_by("queued_at", "pk")[:MOST]:
        letters[one.customer_id].append(one)
    owed = _owed(letters)
    return [
        Row(
            kind="bounced",
            pk=customer,
            title=gettext("Mend a bounced notice"),
            who=mine[0].customer.name,
            why=_bounce_text(mine),
            due_at=desk.tonight(),
            about=mine,
            amount=owed.get(customer, (None, ""))[0],
            currency=owed.get(customer, (None, ""))[1],
            customer=mine[0].customer,
        )
        for customer, mine in letters.items()
    ]


def _bounce_text(mine: list[Message]) -> str:
    text = ngettext(
        "%(n)s letter to %(email)s came back, the ladder waits",
        "%(n)s letters to %(email)s came back, the ladder waits",
        len(mine),
    )
    return text % {"n": len(mine), "email": mine[-1].to_email}


def _owed(customers: Iterable[int]) -> dict[int, tuple[Decimal, str]]:
    """What is chased of each customer, from what the last review found."""
    sums = Case.objects.filter(customer_id__in=list(customers), closed_at=None, undisputed__gt=0)
    found = sums.values("customer_id").annotate(sum=Sum("undisputed"), currency=Min("invoice__currency"))
    return {row["customer_id"]: (row["sum"], row["currency"]) for row in found}


def _unreachable(desk: Desk) -> list[Row]:
    customers = list(unreachable(desk).order_by("pk")[:MOST])
    owed = _owed([customer.pk for customer in customers])
    return [
        Row(
            kind="contact",
            pk=customer.pk,
            title=gettext("Find a billing contact"),
            who=customer.name,
            why=gettext("21Vianet names nobody; letters wait for an address"),
            due_at=desk.tonight(),
            about=customer,
            amount=owed.get(customer.pk, (None, ""))[0],
            currency=owed.get(customer.pk, (None, ""))[1],
            customer=customer,
        )
        for customer in customers
    ]


def _questions(desk: Desk) -> list[Row]:
    cases = list(questions(desk).select_related("customer", "invoice").order_by("answer_by", "pk")[:MOST])
    frozen = DisputedAmount.objects.filter(
        partner=desk.partner, case_number__in=[case.number for case in cases], decided_at=None
    )
    sums = dict(frozen.values_list("case_number").annotate(sum=Sum("amount")))
    return [
        Row(
            kind="dispute",
            pk=case.pk,
            title=gettext("Answer a dispute"),
            who=case.customer.name,
            why=gettext("%(case)s, on %(invoice)s") % {"case": case.number, "invoice": case.invoice.number},
            due_at=case.answer_by,
            about=case,
            amount=sums.get(case.number),
            currency=case.invoice.currency,
            customer=case.customer,
        )
        for case in cases
    ]


def _drafts(desk: Desk) -> list[Row]:
    found = drafts(desk).values("period", "currency").annotate(n=Count("pk"), sum=Sum("total"), first=Min("pk"))
    return [
        Row(
            kind="draft",
            pk=one["first"],
            title=ngettext("Issue %(n)s draft", "Issue %(n)s drafts", one["n"]) % {"n": formats.grouped(one["n"])},
            who=gettext("period %(period)s") % {"period": one["period"]},
            why=gettext("Nobody is billed before they are issued"),
            due_at=None,
            about=one,
            amount=one["sum"],
            currency=one["currency"],
        )
        for one in found.order_by("period", "currency")[:MOST]
    ]


def _unknown_charges(desk: Desk) -> list[Row]:
    found = unknown_charges(desk).values("bill_id", "bill__number", "bill__due_on", "currency")
    return [
        Row(
            kind="unmapped",
            pk=one["bill_id"],
            title=gettext("Look at charges we don’t know"),
            who=one["bill__number"],
            why=ngettext("%(n)s line is billed to nobody", "%(n)s lines are billed to nobody", one["n"])
            % {"n": formats.grouped(one["n"])},
            due_at=desk.tonight(one["bill__due_on"]),
            about=one,
            amount=one["sum"],
            currency=one["currency"],
        )
        for one in found.annotate(n=Count("pk"), sum=Sum("subtotal")).order_by("bill_id")[:MOST]
    ]


def _deletions(desk: Desk) -> list[Row]:
    groups: dict[int, list[Any]] = defaultdict(list)
    near = near_deletion(desk).select_related("customer", "subscription", "debt__invoice", "debt__decision__version")
    for one in near.order_by("deletes_at", "pk")[:MOST]:
        groups[one.debt.invoice_id].append(one)
    return [
        Row(
            kind="deletion",
            pk=invoice,
            title=gettext("Decide before data is deleted"),
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


def _stuck(kind: str, model: type[Model], title: str | Promise) -> Callable[[Desk], list[Row]]:
    def build(desk: Desk) -> list[Row]:
        found = stuck(desk, model).select_related("customer").order_by("queued_at", "pk")[:MOST]
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


BUILDERS: Final[dict[str, Callable[[Desk], list[Row]]]] = {
    "approve": _approvals,
    "deletion": _deletions,
    "call": _calls,
    "bounced": _returned,
    "contact": _unreachable,
    "dispute": _questions,
    "draft": _drafts,
    "unmapped": _unknown_charges,
    "access": _stuck("access", AccessChange, _("Help a change of access along")),
    "reading": _stuck("reading", CustomerReading, _("Read a customer from 21Vianet again")),
}
