"""How does each deed that waits read as a row: what to do, for whom, why, over how much, by when?"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import (
    Count,
    Min,
    Model,
    OuterRef,
    Subquery,
    Sum,
)
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from billing.bank.standing import last_reading
from billing.models import Candidate, Claim, DisputedAmount
from customers import formats
from customers.models import Message
from dunning.breaking import PEOPLE
from dunning.claiming import looked_for_by
from dunning.models import Case, Decision
from dunning.publishing import policy_of
from dunning.wording import because
from subscriptions.models import AccessChange, CustomerReading, Subscription

from .deadlines import Row
from .waiting import (
    KINDS,
    Desk,
    breakers,
    broken_promises,
    calls,
    claims,
    drafts,
    held_by_the_bank,
    near_deletion,
    proposals,
    questions,
    receipts,
    returned,
    returns,
    stops,
    stuck,
    unknown_charges,
    unreachable,
    write_offs,
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


def _stops(desk: Desk) -> list[Row]:
    waiting = list(stops(desk).select_related("customer", "opened_by", "lift_asked_by").order_by("opened_at")[:MOST])
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


def _broken(desk: Desk) -> list[Row]:
    found = broken_promises(desk).select_related("customer", "invoice", "made_by").order_by("by_on", "pk")[:MOST]
    return [
        Row(
            kind="promise",
            pk=one.pk,
            title=gettext("Call about a broken promise"),
            who=one.customer.name,
            why=gettext("%(invoice)s, promised by %(day)s")
            % {"invoice": one.invoice.number, "day": formats.day(one.by_on, desk.today)},
            due_at=desk.tonight(),
            about=one,
            amount=min(one.amount, one.invoice.balance),
            currency=one.currency,
            customer=one.customer,
        )
        for one in found
    ]


def _claims(desk: Desk) -> list[Row]:
    found = claims(desk).select_related("partner", "customer", "invoice__case", "by").order_by("at", "pk")[:MOST]
    return [
        Row(
            kind="claim",
            pk=one.pk,
            title=gettext("Check: the customer says they have paid"),
            who=one.customer.name,
            why=formats.joined(
                str(one.invoice.number) if one.invoice else gettext("no invoice named"),
                gettext("paid on %(day)s") % {"day": formats.day(one.paid_on, desk.today)},
            ),
            due_at=desk.tonight(_look_by(one)),
            about=one,
            amount=one.amount,
            currency=one.currency,
            customer=one.customer,
        )
        for one in found
    ]


def _look_by(one: Claim) -> date:
    """The last business day on which the claim holds the next step."""
    case = getattr(one.invoice, "case", None)
    return looked_for_by(one, policy_of(case.version_id).claim_days if case else 0)


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


def _receipts(desk: Desk) -> list[Row]:
    found = list(receipts(desk).order_by("booked_on", "pk")[:MOST])
    best: dict[int, Candidate] = {}
    guesses = Candidate.objects.filter(entry__in=found).select_related("customer")
    for one in guesses.order_by("entry_id", "-confidence", "pk"):
        best.setdefault(one.entry_id, one)
    return [
        Row(
            kind="receipt",
            pk=one.pk,
            title=gettext("Place a receipt"),
            who=one.payer or gettext("no name"),
            why=gettext("possibly of %(customer)s") % {"customer": best[one.pk].customer.name}
            if one.pk in best
            else gettext("nothing points to a customer"),
            due_at=desk.tonight(),
            about=one,
            amount=one.amount,
            currency=one.currency,
            customer=best[one.pk].customer if one.pk in best else None,
        )
        for one in found
    ]


def _taken_back(desk: Desk) -> list[Row]:
    found = returns(desk).prefetch_related("candidates__customer").order_by("booked_on", "pk")[:MOST]
    return [
        Row(
            kind="taken_back",
            pk=one.pk,
            title=gettext("Take a payment back"),
            who=one.candidates.all()[0].customer.name,
            why=gettext("the bank took it back, here it still counts"),
            due_at=desk.tonight(),
            about=one,
            amount=one.amount,
            currency=one.currency,
            customer=one.candidates.all()[0].customer,
        )
        for one in found
    ]


def _bank(desk: Desk) -> list[Row]:
    read, held = last_reading(desk.partner), held_by_the_bank(desk).count()
    hours = int((desk.now - read.at).total_seconds() // 3600) if read else 0
    said = ngettext("It holds %(n)s step back", "It holds %(n)s steps back", held) % {"n": formats.grouped(held)}
    ago = ngettext("last read %(n)s hour ago", "last read %(n)s hours ago", hours) % {"n": formats.grouped(hours)}
    return [
        Row(
            kind="bank",
            pk=desk.partner.pk,
            title=gettext("Import a bank statement"),
            who=ago,
            why=said,
            due_at=desk.tonight(),
            about=read,
        )
    ]


def _questions(desk: Desk) -> list[Row]:
    frozen = DisputedAmount.objects.filter(
        partner=desk.partner, case_number=OuterRef("number"), decided_at=None
    ).values("case_number")
    cases = questions(desk).annotate(frozen=Subquery(frozen.annotate(sum=Sum("amount")).values("sum")))
    return [
        Row(
            kind="dispute",
            pk=case.pk,
            title=gettext("Answer a dispute"),
            who=case.customer.name,
            why=gettext("%(case)s, on %(invoice)s") % {"case": case.number, "invoice": case.invoice.number},
            due_at=case.answer_by,
            about=case,
            amount=case.frozen,
            currency=case.invoice.currency,
            customer=case.customer,
        )
        for case in cases.select_related("customer", "invoice").order_by("answer_by", "pk")[:MOST]
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


def _write_offs(desk: Desk) -> list[Row]:
    found = write_offs(desk).select_related("customer", "invoice", "asked_by").order_by("asked_at", "pk")
    return [
        Row(
            kind="write_off",
            pk=one.pk,
            title=gettext("Agree to a write-off"),
            who=one.customer.name,
            why=gettext("%(who)s asks: %(reason)s") % {"who": one.asked_by, "reason": one.reason},
            due_at=None,
            about=one,
            amount=one.amount,
            currency=one.currency,
            customer=one.customer,
        )
        for one in found[:MOST]
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


def _breakers(desk: Desk) -> list[Row]:
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
        for one in breakers(desk).annotate(given=Count("lifts")).order_by("pk")[:MOST]
    ]


def _customers_text(n: int) -> str:
    return ngettext("%(n)s customer", "%(n)s customers", n) % {"n": formats.grouped(n)}


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
    "stop": _stops,
    "breaker": _breakers,
    "deletion": _deletions,
    "call": _calls,
    "promise": _broken,
    "claim": _claims,
    "bounced": _returned,
    "contact": _unreachable,
    "receipt": _receipts,
    "taken_back": _taken_back,
    "bank": _bank,
    "dispute": _questions,
    "draft": _drafts,
    "write_off": _write_offs,
    "unmapped": _unknown_charges,
    "access": _stuck("access", AccessChange, _("Help a change of access along")),
    "reading": _stuck("reading", CustomerReading, _("Read a customer from 21Vianet again")),
}
