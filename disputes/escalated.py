"""Which cases hang on an escalation, and what does it do to them when 21Vianet moves?"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from django.db.models import Q

from customers.locking import lock_customers
from customers.models import Partner, User, acting_for

from .models import CaseEntry, CommonCause, Dispute, Escalation
from .opening import soon
from .refusing import check_may_answer

Subject = Dispute | CommonCause
OURS: Final = (Dispute.Status.NEW, Dispute.Status.INVESTIGATING)
UNDECIDED: Final = (*OURS, Dispute.Status.WAITING_CUSTOMER, Dispute.Status.WAITING_PROVIDER)


def hangs_on(subject: Subject) -> Q:
    """The escalations of one case, or of one common cause."""
    return Q(dispute=subject) if isinstance(subject, Dispute) else Q(cause=subject)


def cases_of(escalation: Escalation) -> Q:
    """The cases behind an escalation."""
    return cases_behind(escalation.dispute_id, escalation.cause_id)


def cases_behind(dispute_id: int | None, cause_id: int | None) -> Q:
    """One case, or all of a common cause."""
    return Q(pk=dispute_id) if dispute_id is not None else Q(cause_id=cause_id)


def state_of(escalation: Escalation) -> str:
    """Where it stands: prepared, waiting, answered (be it after it was let go) or withdrawn."""
    if escalation.answered_at is not None:
        return "answered"
    if escalation.withdrawn_at is not None:
        return "withdrawn"
    return "prepared" if escalation.filed_at is None else "waiting"


def still_open(cases: Sequence[Dispute]) -> list[Dispute]:
    """Those whose loop is not closed: their customers hear of every turn."""
    return [case for case in cases if case.closed_at is None]


@contextmanager
def locked(partner: Partner, cases: Q) -> Iterator[list[Dispute]]:
    """These cases in one transaction, their customers locked before them."""
    with acting_for(partner):
        mine = Dispute.objects.of(partner).filter(cases)
        lock_customers(mine.values_list("customer_id", flat=True))
        rows = mine.select_for_update(of=("self",)).select_related("customer__partner", "partner", "invoice")
        yield list(rows.order_by("pk"))


@contextmanager
def at_work(escalation_id: int, by: User) -> Iterator[tuple[Escalation, list[Dispute]]]:
    """The escalation and its cases, locked in one transaction, for somebody who may answer them.

    Raises PermissionError."""
    found = Escalation.objects.select_related("partner").get(pk=escalation_id)
    check_may_answer(by, found.partner_id)
    with locked(found.partner, cases_of(found)) as cases:
        yield Escalation.objects.select_for_update(of=("self",)).select_related("partner").get(pk=escalation_id), cases


def heard(
    case: Dispute, text: str, *, now: datetime, by: User | None = None, quoted: str = "", from_email: str = ""
) -> CaseEntry:
    """Keep what 21Vianet said in a case, for us to read. The caller holds the locks."""
    return CaseEntry.objects.create(
        partner_id=case.partner_id,
        dispute=case,
        kind=CaseEntry.Kind.PROVIDER,
        text=text,
        quoted=quoted,
        at=now,
        by=by,
        from_email=from_email,
    )


def ours_again(case: Dispute, action: str, *, now: datetime, waits_on: bool = False) -> None:
    """The next move is ours, by the end of the next business day. With `waits_on` the case still counts as waiting
    for 21Vianet until a person has read what came. A case that is decided keeps its plan."""
    if case.status not in UNDECIDED:
        return
    if case.status == Dispute.Status.WAITING_PROVIDER and not waits_on:
        case.status, case.waiting_since = Dispute.Status.INVESTIGATING, None
    elif case.status == Dispute.Status.WAITING_CUSTOMER:
        return
    case.next_action, case.next_at = action, soon(case.customer, now)
    case.save(update_fields=["status", "waiting_since", "next_action", "next_at"])
