"""Who works on a case, what do they do next, and by when? A case is never without the three."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext

from customers.locking import lock_customer
from customers.models import Customer, TimelineEntry, User, acting_for
from customers.telling import tell

from .models import Dispute
from .refusing import BadQuestion, NotOpen, check_may_answer, worded

LONGEST_PLAN: Final = timedelta(days=366)
MOST_ACTION: Final = 200


@contextmanager
def at_work(case_id: int, by: User) -> Iterator[tuple[Dispute, Customer]]:
    """The case and its customer, locked in one transaction, for somebody who may answer it.

    Raises NotOpen once it is closed, and PermissionError."""
    found = Dispute.objects.select_related("partner").get(pk=case_id)
    check_may_answer(by, found.partner_id)
    with acting_for(found.partner):
        customer = lock_customer(found.customer_id)
        case = Dispute.objects.select_for_update(of=("self",)).select_related("invoice", "owner").get(pk=case_id)
        if case.status == Dispute.Status.CLOSED:
            raise NotOpen(case.number)
        yield case, customer


def begin(case_id: int, *, by: User, now: datetime) -> Dispute:
    """Look into a new case; one that is looked into already stays as it is. Raises NotOpen, PermissionError."""
    with at_work(case_id, by) as (case, _customer):
        take_up(case)
        return case


def take_up(case: Dispute) -> None:
    """The first deed of ours takes a new case out of the new ones. The caller holds the locks."""
    if case.status == Dispute.Status.NEW:
        case.status = Dispute.Status.INVESTIGATING
        case.save(update_fields=["status"])


def claim(case_id: int, *, by: User, now: datetime) -> Dispute:
    """Make a case one's own and look into it; twice is once. Raises NotOpen, PermissionError."""
    with at_work(case_id, by) as (case, customer):
        mine = case.owner_id == by.pk and case.status != Dispute.Status.NEW
        take_up(case)
        if not mine:
            _give(case, customer, by, by, "case_claimed", now=now)
        return case


def hand_over(case_id: int, to: User, *, by: User, now: datetime) -> Dispute:
    """Give a case to somebody else who may answer it. Raises BadQuestion (to), NotOpen, PermissionError."""
    with at_work(case_id, by) as (case, customer):
        _check_to(to, customer)
        if case.owner_id != to.pk:
            take_up(case)
            _give(case, customer, to, by, "case_handed_over", now=now)
        return case


def _check_to(to: User, customer: Customer) -> None:
    try:
        check_may_answer(to, customer.partner_id)
    except PermissionError as no:
        raise BadQuestion("to: " + gettext("%(person)s may not answer cases.") % {"person": to}) from no


def _give(case: Dispute, customer: Customer, to: User, by: User, code: str, *, now: datetime) -> None:
    case.owner = to
    case.save(update_fields=["owner"])
    tell_case(case, customer, code, now=now, values={"person": str(to)}, by=by)


def plan(case_id: int, *, next_action: str, next_at: datetime, by: User, now: datetime) -> Dispute:
    """Say what is done next, and by when: while the move is ours, not later than the promised time.

    Raises BadQuestion (next_action, next_at), NotOpen, PermissionError."""
    with at_work(case_id, by) as (case, customer):
        action = worded("next_action", next_action, gettext("Say what is done next."), most=MOST_ACTION)
        _check_when(case, next_at, now)
        if (case.next_action, case.next_at) == (action, next_at):
            return case
        take_up(case)
        case.next_action, case.next_at = action, next_at
        case.save(update_fields=["next_action", "next_at"])
        values = {"action": action, "until": next_at.isoformat()}
        tell_case(case, customer, "case_planned", now=now, values=values, by=by, shared=False)
        return case


def _check_when(case: Dispute, next_at: datetime, now: datetime) -> None:
    ours = case.status in (Dispute.Status.NEW, Dispute.Status.INVESTIGATING)
    if next_at <= now:
        why = gettext("That time has passed.")
    elif next_at > now + LONGEST_PLAN:
        why = gettext("That is more than a year away.")
    elif ours and now < case.answer_by < next_at:
        why = gettext("That is later than the answer we promised.")
    else:
        return
    raise BadQuestion(f"next_at: {why}")


def tell_case(
    case: Dispute,
    customer: Customer,
    code: str,
    *,
    now: datetime,
    values: dict[str, Any] | None = None,
    by: User | None = None,
    shared: bool = True,
    **more: Any,
) -> None:
    """Put a turn of a case on its customer's timeline."""
    about = case.invoice.number or "" if case.invoice else case.number
    said_of = {"case": case.number, "link": f"/my/cases/{case.pk}/", **(values or {})}
    tell(
        customer,
        TimelineEntry.Kind.DISPUTE,
        code,
        now=now,
        about=about,
        values=said_of,
        actor=by,
        shared=shared,
        **more,
    )
