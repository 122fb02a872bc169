"""Which cases have one cause? Looked into once, answered for all, each customer told in a letter of their own."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext

from billing.models import DisputedAmount
from billing.numbering import next_number
from customers.locking import lock_customers
from customers.models import Partner, User, acting_for

from .models import CommonCause, Dispute
from .refusing import BadQuestion, NotOpen, check_may_answer, plain_text, worded
from .resolving import answer
from .working import tell_case

MOST_TITLE: Final = 200
MOST_TEXT: Final = 4000
FOR_ALL: Final = (DisputedAmount.Result.UPHELD, DisputedAmount.Result.REJECTED)


def gather(partner: Partner, cases: Collection[int], *, title: str, text: str, by: User, now: datetime) -> CommonCause:
    """Put undecided cases (by primary key) under a new common cause. The same title for the same cases again is the
    same cause.

    Raises BadQuestion (title, text, cases) and PermissionError."""
    check_may_answer(by, partner.pk)
    words = worded("title", title, gettext("Name the cause."), most=MOST_TITLE)
    more = plain_text(text)[:MOST_TEXT]
    with acting_for(partner):
        found = _locked(partner, cases)
        before = {case.cause for case in found}
        if len(before) == 1 and (one := before.pop()) is not None and one.title == words:
            return one
        cause = CommonCause.objects.create(
            partner=partner,
            number=next_number(partner, "cause", now.astimezone(partner.tz).date()),
            title=words,
            text=more,
            owner=by,
            opened_by=by,
            opened_at=now,
        )
        _join(cause, found, by, now=now)
        return cause


def add(cause_id: int, cases: Collection[int], *, by: User, now: datetime) -> int:
    """Put more undecided cases under a cause that is not settled; answers how many are new to it.

    Raises BadQuestion (cases), NotOpen, PermissionError."""
    cause = CommonCause.objects.select_related("partner").get(pk=cause_id)
    check_may_answer(by, cause.partner_id)
    with acting_for(cause.partner):
        found = _locked(cause.partner, cases)
        cause = CommonCause.objects.select_for_update().get(pk=cause_id)
        if cause.settled_at is not None:
            raise NotOpen(cause.number)
        return _join(cause, [case for case in found if case.cause_id != cause.pk], by, now=now)


def _locked(partner: Partner, cases: Collection[int]) -> list[Dispute]:
    """These cases, each undecided, with their customers locked first."""
    mine = Dispute.objects.filter(partner=partner, pk__in=cases)
    lock_customers(mine.values_list("customer_id", flat=True))
    found = list(
        mine.select_for_update(of=("self",)).select_related("customer__partner", "invoice", "cause").order_by("pk")
    )
    if not found or len(found) != len(set(cases)):
        raise BadQuestion("cases: " + gettext("Choose at least one case."))
    decided = [case.number for case in found if case.decided_at is not None]
    if decided:
        raise BadQuestion("cases: " + gettext("Decided already: %(cases)s") % {"cases": ", ".join(decided)})
    return found


def _join(cause: CommonCause, cases: Collection[Dispute], by: User, *, now: datetime) -> int:
    for case in cases:
        case.cause = cause
        if case.status == Dispute.Status.NEW:
            case.status = Dispute.Status.INVESTIGATING
        case.save(update_fields=["cause", "status"])
        values = {"cause": cause.number, "title": cause.title}
        tell_case(case, case.customer, "case_gathered", now=now, values=values, by=by, shared=False)
    return len(cases)


def answer_all(cause_id: int, *, outcome: str, text: str, by: User, now: datetime) -> list[Dispute]:
    """Answer every undecided case of a cause with one outcome and one text, in one transaction: each is decided for
    itself and each customer is told. Those decided before keep their answer. Answers those it decided.

    Upheld and rejected can be said for all; a part is a matter of each case. Raises BadQuestion (outcome, answer),
    NotOpen where nothing is left to answer, and PermissionError."""
    cause = CommonCause.objects.select_related("partner").get(pk=cause_id)
    check_may_answer(by, cause.partner_id)
    if outcome not in FOR_ALL:
        raise BadQuestion("outcome: " + gettext("Choose upheld or rejected."))
    words = worded("answer", text, gettext("Write what the customers will read."))
    with acting_for(cause.partner):
        held = lock_customers(cause.cases.values_list("customer_id", flat=True))
        cause = CommonCause.objects.select_for_update().get(pk=cause_id)
        # What was added since has its customer unlocked, and is answered another time.
        waiting = undecided(cause).filter(customer__in=held).order_by("customer_id", "pk")
        decided = [_answered(case, outcome, words, by, now) for case in waiting]
        if not decided:
            raise NotOpen(cause.number)
        return decided


def undecided(cause: CommonCause) -> "QuerySet[Dispute]":
    """The cases of a cause that still need an answer."""
    return Dispute.objects.filter(cause=cause, decided_at=None)


def _answered(case: Dispute, outcome: str, text: str, by: User, now: datetime) -> Dispute:
    asks_for_money = case.kind == Dispute.Kind.DISPUTE
    return answer(case.pk, outcome=outcome if asks_for_money else "", text=text, by=by, now=now)
