"""What do we say in a case: to the customer by letter, and to ourselves in a note?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext

from customers.models import Customer, Letter, Message, User
from customers.writing import promise_letter

from .attaching import belong
from .models import CaseEntry, CaseFile, Dispute
from .opening import after_business_days
from .refusing import BadQuestion, worded
from .working import at_work, take_up, tell_case

MOST_TEXT: Final = 10_000
# Business days we wait for the customer's word before we remind them.
PATIENCE_DAYS: Final = 2
# A second click follows the first at once.
DOUBLE: Final = timedelta(minutes=2)
OURS: Final = (Dispute.Status.NEW, Dispute.Status.INVESTIGATING, Dispute.Status.WAITING_CUSTOMER)


def write(
    case_id: int, *, text: str, by: User, now: datetime, files: Sequence[CaseFile] = (), wait: bool = False
) -> CaseEntry:
    """Write to the customer; the letter leaves by itself. With `wait` the next word is theirs, without it the next
    move is ours. The same words by the same person again are the same entry.

    Raises BadQuestion (text, wait), NotOpen, PermissionError."""
    with at_work(case_id, by) as (case, customer):
        before = _same(case, CaseEntry.Kind.STAFF, words := _words(text), by, now)
        if before is not None:
            return before
        if wait and case.status not in OURS:
            raise BadQuestion("wait: " + gettext("Only a case we look into can wait for the customer."))
        take_up(case)
        message = _letter(case, customer, words, by, wait=wait, now=now)
        entry = CaseEntry.objects.create(
            partner_id=case.partner_id,
            dispute=case,
            kind=CaseEntry.Kind.STAFF,
            text=words,
            at=now,
            by=by,
            message=message,
        )
        belong(files, case, entry)
        _pass_the_ball(case, customer, wait, now=now)
        values = {"person": str(by), "text": words[:280]}
        code = "case_waits_customer" if wait else "case_written"
        tell_case(case, customer, code, now=now, values=values, by=by, message=message)
        return entry


def note(case_id: int, *, text: str, by: User, now: datetime, files: Sequence[CaseFile] = ()) -> CaseEntry:
    """Write something down that only we read. Raises BadQuestion (text), NotOpen, PermissionError."""
    with at_work(case_id, by) as (case, customer):
        before = _same(case, CaseEntry.Kind.NOTE, words := _words(text), by, now)
        if before is not None:
            return before
        take_up(case)
        entry = CaseEntry.objects.create(
            partner_id=case.partner_id, dispute=case, kind=CaseEntry.Kind.NOTE, text=words, at=now, by=by
        )
        belong(files, case, entry)
        tell_case(case, customer, "case_noted", now=now, values={"person": str(by)}, by=by, shared=False)
        return entry


def _words(text: str) -> str:
    return worded("text", text, gettext("Write something."), most=MOST_TEXT)


def _same(case: Dispute, kind: str, text: str, by: User, now: datetime) -> CaseEntry | None:
    last = case.entries.order_by("-at", "-pk").first()
    same = last is not None and (last.kind, last.text, last.by_id) == (kind, text, by.pk) and now - last.at <= DOUBLE
    return last if same else None


def _pass_the_ball(case: Dispute, customer: Customer, wait: bool, *, now: datetime) -> None:
    if case.status not in OURS:
        return
    if wait:
        case.status, case.waiting_since = Dispute.Status.WAITING_CUSTOMER, now
        case.next_action, case.next_at = Dispute.Next.REMIND_CUSTOMER, after_business_days(customer, now, PATIENCE_DAYS)
    elif case.status == Dispute.Status.WAITING_CUSTOMER:
        case.status, case.waiting_since = Dispute.Status.INVESTIGATING, None
        case.next_action, case.next_at = Dispute.Next.ANSWER, case.answer_by
    case.save(update_fields=["status", "waiting_since", "next_action", "next_at"])


def _letter(case: Dispute, customer: Customer, text: str, by: User, *, wait: bool, now: datetime) -> Message:
    number = case.entries.filter(kind=CaseEntry.Kind.STAFF).count() + 1
    return promise_letter(
        customer,
        Letter.CASE_WORD,
        key=f"letter:case_word:{case.pk}:{number}",
        now=now,
        about=about(case),
        values={**letter_values(case), "text": text, "person": str(by), "waits": wait},
    )


def about(case: Dispute) -> str:
    """The numbers a letter of a case speaks about."""
    return ", ".join(filter(None, (case.number, case.invoice.number if case.invoice else "")))


def letter_values(case: Dispute) -> dict[str, Any]:
    """What every letter of a case says: its number, its invoice, its title, and where it stands."""
    return {
        "case": case.number,
        "invoice": case.invoice.number if case.invoice else "",
        "title": case.title,
        "freezes": case.freezes,
        "answer_by": case.answer_by.isoformat(),
        "link": f"/my/cases/{case.pk}/",
    }


def reached(message: Message) -> None:
    """A letter of ours reached the customer: if it is the first, the customer has an answer of sorts since then.
    Called where the delivery is recorded, under the customer's lock."""
    cases = Dispute.objects.filter(entries__message=message, first_answer_at=None)
    cases.update(first_answer_at=message.delivered_at)
