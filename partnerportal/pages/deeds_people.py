"""Whom must somebody call, answer, or find an address for?"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    F,
    Min,
    OuterRef,
    Subquery,
    Sum,
)
from django.utils.translation import gettext, ngettext

from billing.models import Claim, DisputedAmount
from customers import formats
from customers.models import Message
from disputes.models import Dispute
from dunning.claiming import looked_for_by
from dunning.models import Case, Decision
from dunning.publishing import policy_of
from dunning.wording import because

from .deadlines import Row
from .desk import Desk
from .waiting import broken_promises, calls, claims, questions, returned, unreachable


def call_rows(desk: Desk) -> list[Row]:
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
        for one in calls(desk).select_related("invoice__customer").order_by("decided_at", "pk")[: desk.most]
    ]


def broken_promise_rows(desk: Desk) -> list[Row]:
    found = broken_promises(desk).select_related("customer", "invoice", "made_by").order_by("by_on", "pk")[: desk.most]
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


def claim_rows(desk: Desk) -> list[Row]:
    found = claims(desk).select_related("partner", "customer", "invoice__case", "by").order_by("at", "pk")[: desk.most]
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


def returned_rows(desk: Desk) -> list[Row]:
    letters: dict[int, list[Message]] = defaultdict(list)
    for one in returned(desk).select_related("customer", "contact").order_by("queued_at", "pk")[: desk.most]:
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


def unreachable_rows(desk: Desk) -> list[Row]:
    customers = list(unreachable(desk).order_by("pk")[: desk.most])
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


def question_rows(desk: Desk) -> list[Row]:
    frozen = DisputedAmount.objects.filter(
        partner=desk.partner, case_number=OuterRef("number"), decided_at=None
    ).values("case_number")
    cases = questions(desk).annotate(
        frozen=Subquery(frozen.annotate(sum=Sum("amount")).values("sum")), bounced=F("told_by__bounced_at")
    )
    return [
        Row(
            kind="dispute",
            pk=case.pk,
            title=_case_title(case),
            who=case.customer.name,
            why=gettext("%(case)s, on %(invoice)s") % {"case": case.number, "invoice": case.invoice.number}
            if case.invoice
            else formats.joined(case.number, case.title),
            due_at=_case_due(case, desk),
            about=case,
            amount=case.frozen,
            currency=case.invoice.currency if case.invoice else "",
            customer=case.customer,
        )
        for case in cases.select_related("customer", "invoice").order_by("answer_by", "pk")[: desk.most]
    ]


def _case_title(case: Any) -> str:
    """The one thing to do about a case that waits for us."""
    undelivered = case.status == Dispute.Status.DECIDED and case.bounced
    if undelivered or (case.decided_at is None and case.next_action == Dispute.Next.ARRIVAL):
        return gettext("Call: the answer to a case came back")
    match case.next_action:
        case Dispute.Next.READ:
            return gettext("Read what the customer wrote")
        case Dispute.Next.CALL_CUSTOMER:
            return gettext("Call: the customer has not answered")
        case Dispute.Next.ANSWER_AGAIN:
            return gettext("Answer again: the customer does not agree")
    if case.kind == Dispute.Kind.DISPUTE:
        return gettext("Answer a dispute")
    return gettext("Answer a question") if case.kind == Dispute.Kind.BILLING else gettext("Answer a call for help")


def _case_due(case: Any, desk: Desk) -> datetime:
    """By when: what we promised while it is undecided, else what is planned; a letter that came back, today."""
    at: datetime = case.answer_by if case.decided_at is None else case.next_at
    return desk.tonight() if case.decided_at and case.bounced else at
