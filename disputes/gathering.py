"""Which cases have one cause? Looked into once, answered for all, each customer told in a letter of their own."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext

from billing.models import DisputedAmount
from billing.money import ZERO, quantise
from billing.numbering import next_number
from customers.locking import lock_customers
from customers.models import Partner, User, acting_for

from .models import CommonCause, Dispute
from .refusing import BadQuestion, NotOpen, check_may_answer, plain_text, worded
from .resolving import answer, rows_of
from .working import tell_case

MOST_TITLE: Final = 200
MOST_TEXT: Final = 4000
FOR_ALL: Final = (DisputedAmount.Result.UPHELD, DisputedAmount.Result.PARTLY, DisputedAmount.Result.REJECTED)
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True)
class Part:
    """How much of each questioned amount is credited: so many per cent of it, or so much for each seat of its line,
    tax included, in the invoice's currency, and never more than was questioned. One of the two."""

    percent: Decimal = ZERO
    per_seat: Decimal = ZERO

    def of(self, row: DisputedAmount, currency: str) -> Decimal:
        """What is credited of an amount, rounded; the rest of it is refused, so the two are the amount again."""
        share = row.amount * self.percent / HUNDRED if self.percent else self.per_seat * row.line.quantity
        return min(max(quantise(share, currency), ZERO), row.amount)


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


def answer_all(
    cause_id: int, *, outcome: str, text: str, by: User, now: datetime, part: Part | None = None
) -> list[Dispute]:
    """Answer every undecided case of a cause with one outcome and one text, in one transaction: each is decided for
    itself and each customer is told. Those decided before keep their answer. Answers those it decided.

    Partly credits `part` of each questioned amount; a case of which that is all is upheld. Raises BadQuestion
    (outcome, answer, part), NotOpen where nothing is left to answer, and PermissionError."""
    cause = CommonCause.objects.select_related("partner").get(pk=cause_id)
    check_may_answer(by, cause.partner_id)
    if outcome not in FOR_ALL:
        raise BadQuestion("outcome: " + gettext("Choose upheld, partly upheld or rejected."))
    if outcome == DisputedAmount.Result.PARTLY:
        _check_part(part)
    words = worded("answer", text, gettext("Write what the customers will read."))
    with acting_for(cause.partner):
        held = lock_customers(cause.cases.values_list("customer_id", flat=True))
        cause = CommonCause.objects.select_for_update().get(pk=cause_id)
        # What was added since has its customer unlocked, and is answered another time.
        waiting = undecided(cause).filter(customer__in=held).order_by("customer_id", "pk")
        found = list(waiting.select_related("invoice"))
        if part is not None and part.per_seat and len({case.invoice.currency for case in found if case.invoice}) > 1:
            raise BadQuestion("part: " + gettext("The cases are in several currencies. Say a percentage."))
        decided = [_answered(case, outcome, part, words, by, now) for case in found]
        if not decided:
            raise NotOpen(cause.number)
        return decided


def undecided(cause: CommonCause) -> "QuerySet[Dispute]":
    """The cases of a cause that still need an answer."""
    return Dispute.objects.filter(cause=cause, decided_at=None)


def _check_part(part: Part | None) -> None:
    if part is None or (part.percent == ZERO) == (part.per_seat == ZERO):
        raise BadQuestion("part: " + gettext("Say a percentage or an amount for each seat, one of the two."))
    if not ZERO <= part.percent < HUNDRED or part.per_seat < ZERO:
        raise BadQuestion("part: " + gettext("A part is more than nothing, and less than 100 percent."))


def _answered(case: Dispute, outcome: str, part: Part | None, text: str, by: User, now: datetime) -> Dispute:
    said: dict[str, Any] = {"text": text, "by": by, "now": now}
    if case.kind != Dispute.Kind.DISPUTE:
        return answer(case.pk, **said)
    if outcome != DisputedAmount.Result.PARTLY:
        return answer(case.pk, outcome=outcome, **said)
    assert part is not None and case.invoice is not None
    rows = list(rows_of(case).filter(decided_at=None).select_related("line"))
    refused = {row.pk: row.amount - part.of(row, case.invoice.currency) for row in rows}
    if not any(refused.values()):
        return answer(case.pk, outcome=DisputedAmount.Result.UPHELD, **said)
    if all(refused[row.pk] == row.amount for row in rows):
        raise BadQuestion("part: " + gettext("That credits nothing of %(case)s.") % {"case": case.number})
    return answer(case.pk, outcome=outcome, refused=refused, **said)
