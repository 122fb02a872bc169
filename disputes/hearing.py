"""What becomes of a customer's word in a case? It is kept in order, and the next move is ours."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext

from customers.locking import lock_customer
from customers.models import Customer, TimelineEntry, User, acting_for
from customers.telling import tell

from .asking import ask, title_of
from .attaching import belong
from .models import CaseEntry, CaseFile, Dispute
from .opening import soon
from .refusing import MOST_TEXT, MOST_WORD, check_may_speak, plain_text, worded


def hear(
    case_id: int,
    *,
    text: str,
    by: User | None,
    now: datetime,
    from_email: str = "",
    quoted: str = "",
    files: Sequence[CaseFile] = (),
) -> CaseEntry:
    """Keep a word of the customer's; `by` is empty where it came by mail. Files may come without words.

    A case that waited for the customer is ours again. While the outcome awaits their confirmation, a word keeps
    the case open until we have answered it. A word after the end is kept there and opens a case that follows, or
    goes on in the one that is open. The same words by the same person, nothing said in between, are the same
    entry. Raises BadQuestion (text), PermissionError."""
    found = Dispute.objects.select_related("partner").get(pk=case_id)
    with acting_for(found.partner):
        customer = lock_customer(found.customer_id)
        check_may_speak(by, customer)
        words = plain_text(text)
        if not (files and not words):
            words = worded("text", text, gettext("Write something."), most=MOST_WORD)
        case = Dispute.objects.select_for_update(of=("self",)).select_related("invoice").get(pk=case_id)
        if case.status == Dispute.Status.CLOSED:
            open_one = case.followed_by.open().order_by("-pk").first()
            if open_one is not None:
                opened_it = _opening_word(case, open_one, words, by) if not files else None
                if opened_it is not None:
                    return opened_it
                return hear(open_one.pk, text=text, by=by, now=now, from_email=from_email, quoted=quoted, files=files)
        elif not files and (before := _said_before(case, words, by)) is not None:
            return before
        entry = _keep(case, words, by, from_email=from_email, quoted=quoted, now=now)
        if case.status == Dispute.Status.CLOSED:
            _go_on(case, customer, words, by, files, now=now)
            return entry
        belong(files, case, entry)
        _ours_again(case, customer, now=now)
        _tell(case, customer, words, by, from_email, now=now)
        return entry


def _said_before(case: Dispute, text: str, by: User | None) -> CaseEntry | None:
    last = case.entries.shared().order_by("-at", "-pk").first() if by else None
    return last if last and last.by_id == (by and by.pk) and last.text == text else None


def _opening_word(case: Dispute, follow: Dispute, text: str, by: User | None) -> CaseEntry | None:
    """The word after the end that opened the case that follows, where it is said again and nothing since."""
    before = _said_before(case, text, by)
    return None if before is None or follow.opened_at != before.at or follow.entries.shared().exists() else before


def _keep(case: Dispute, text: str, by: User | None, *, from_email: str, quoted: str, now: datetime) -> CaseEntry:
    return CaseEntry.objects.create(
        partner_id=case.partner_id,
        dispute=case,
        kind=CaseEntry.Kind.CUSTOMER,
        text=text,
        quoted=quoted[:MOST_WORD],
        at=now,
        by=by,
        from_email=from_email,
    )


def _go_on(
    case: Dispute, customer: Customer, text: str, by: User | None, files: Sequence[CaseFile], *, now: datetime
) -> None:
    """After the end: a case of its own. What was disputed is over; new money is questioned on the invoice."""
    kind = Dispute.Kind.BILLING if case.freezes else case.kind
    title = case.title or (title_of(text) if text else gettext("Files for %(case)s") % {"case": case.number})
    ask(
        customer,
        kind=kind,
        title=title,
        text=text[:MOST_TEXT] or gettext("Files came without words."),
        by=by,
        now=now,
        invoice=case.invoice,
        source=Dispute.Source.CUSTOMER if by else Dispute.Source.MAIL,
        files=files,
        follows=case,
    )


def _ours_again(case: Dispute, customer: Customer, *, now: datetime) -> None:
    match case.status:
        case Dispute.Status.WAITING_CUSTOMER:
            case.status, case.waiting_since = Dispute.Status.INVESTIGATING, None
        case Dispute.Status.DECIDED | Dispute.Status.AWAITING_CONFIRMATION:
            pass
        case _:
            # What we planned to do goes on; the word stands in the case and on the worklist.
            return
    case.next_action, case.next_at = Dispute.Next.READ, soon(customer, now)
    if case.decided_at is None and now < case.answer_by < case.next_at:
        case.next_at = case.answer_by
    case.save(update_fields=["status", "waiting_since", "next_action", "next_at"])


def _tell(case: Dispute, customer: Customer, text: str, by: User | None, from_email: str, *, now: datetime) -> None:
    number = case.invoice.number if case.invoice else ""
    tell(
        customer,
        TimelineEntry.Kind.DISPUTE,
        "case_heard",
        now=now,
        about=number or case.number,
        values={
            "case": case.number,
            "person": str(by) if by else from_email,
            "text": text[:280],
            "link": f"/my/cases/{case.pk}/",
        },
        actor=by,
    )
