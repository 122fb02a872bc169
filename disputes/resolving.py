"""How is a case answered and closed? Nothing closes before the customer was told."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext

from billing.crediting import place_note, write_note
from billing.invoicing import announce_credit_note
from billing.models import CreditNote, DisputedAmount, InvoiceLine
from billing.money import ZERO, plain
from customers.locking import lock_customer
from customers.models import Customer, Letter, Message, TimelineEntry, User, acting_for
from customers.telling import tell
from customers.writing import promise_letter
from dunning.reviewing import review

from .agreeing import close_silent as close_silent_news
from .agreeing import close_with
from .ending import end_with
from .lines import answers_of, keep_answers
from .models import CaseEntry, CommonCause, Dispute
from .opening import after_business_days, soon
from .refusing import BadQuestion, NotOpen, check_may_answer, check_may_speak, worded

__all__ = ["BadQuestion", "NotOpen", "answer", "close_silent", "confirm", "promise_answer", "silent_until", "told"]

OUTCOMES = (DisputedAmount.Result.UPHELD, DisputedAmount.Result.PARTLY, DisputedAmount.Result.REJECTED)


def answer(
    dispute_id: int,
    *,
    text: str,
    by: User,
    now: datetime,
    outcome: str = "",
    refused: Mapping[int, Decimal] | None = None,
    words: Mapping[int, str] | None = None,
) -> Dispute:
    """Decide a case and promise the customer the answer. A dispute needs an outcome: upheld credits what was
    questioned in the same transaction; partly credits all but `refused` (amount per disputed row, by primary
    key); rejected credits nothing. `words` are those of single lines (by primary key) beside the text for all. The
    frozen money thaws only when the answer has reached the customer. The other kinds have words only.

    Raises NotOpen, BadQuestion (outcome, answer, refused, words), PermissionError."""
    found = Dispute.objects.select_related("partner").get(pk=dispute_id)
    check_may_answer(by, found.partner_id)
    if outcome not in (OUTCOMES if found.freezes else ("",)):
        raise BadQuestion(f"outcome: '{outcome}' is not one of the outcomes offered")
    said = worded("answer", text, gettext("Write what the customer will read."))
    with acting_for(found.partner):
        customer = lock_customer(found.customer_id)
        dispute = locked_case(dispute_id)
        if dispute.decided_at is not None:
            raise NotOpen(dispute.number)
        keep_answers(dispute, words or {}, rows_of(dispute).values_list("line_id", flat=True))
        credited = decide_amounts(dispute, outcome, refused or {}, now=now)
        dispute.outcome, dispute.answer = outcome, said
        dispute.decided_at, dispute.decided_by = now, by
        if credited:
            dispute.credit_note = _credit(dispute, customer, credited, now=now)
        promise_answer(dispute, customer, by, now=now)
        review([customer.pk], now=now)
        return dispute


def locked_case(pk: int) -> Dispute:
    """The case, locked, with its invoice; after its customer."""
    return Dispute.objects.select_for_update(of=("self",)).select_related("invoice", "partner").get(pk=pk)


def rows_of(dispute: Dispute) -> "QuerySet[DisputedAmount]":
    """Every amount ever frozen under a case; after reopening the refused ones once more."""
    return DisputedAmount.objects.filter(partner_id=dispute.partner_id, case_number=dispute.number)


def decide_amounts(
    dispute: Dispute, outcome: str, refused: Mapping[int, Decimal], *, now: datetime
) -> dict[int, Decimal]:
    """Set each undecided amount's outcome; answers what is credited per line. Credit + refused = questioned."""
    credited: dict[int, Decimal] = {}
    rows = list(rows_of(dispute).select_for_update().filter(decided_at=None).order_by("pk"))
    for row in rows:
        no = {
            DisputedAmount.Result.UPHELD: ZERO,
            DisputedAmount.Result.PARTLY: refused.get(row.pk, ZERO),
        }.get(DisputedAmount.Result(outcome), row.amount)
        if not ZERO <= no <= row.amount:
            raise BadQuestion(f"refused: {no} is not between nothing and the {row.amount} questioned")
        if row.amount - no > ZERO and outcome != DisputedAmount.Result.WITHDRAWN:
            credited[row.line_id] = credited.get(row.line_id, ZERO) + row.amount - no
        row.outcome, row.decided_at = outcome, now
        if outcome == DisputedAmount.Result.PARTLY:
            row.amount = no
        row.save(update_fields=["outcome", "decided_at", "amount"])
    if outcome == DisputedAmount.Result.PARTLY and rows and not credited:
        raise BadQuestion("refused: with nothing credited the outcome is rejected")
    return credited


def _credit(dispute: Dispute, customer: Customer, amounts: dict[int, Decimal], *, now: datetime) -> CreditNote:
    assert dispute.invoice is not None
    note = write_note(
        customer,
        list(InvoiceLine.objects.filter(pk__in=amounts).order_by("position")),
        amounts,
        why=CreditNote.Why.DISPUTE,
        reason=dispute.number,
        currency=dispute.invoice.currency,
        now=now,
    )
    place_note(note, amounts, customer, now=now)
    announce_credit_note(note, customer, now=now)
    return note


def promise_answer(dispute: Dispute, customer: Customer, by: User | None, *, now: datetime) -> None:
    """The case is decided as it stands: promise the letter that says so, and save. Its delivery goes on in `told`."""
    number = (dispute.invoice.number if dispute.invoice else None) or ""
    values = _values(dispute, customer, number)
    message = promise_letter(
        customer,
        Letter.ANSWER,
        key=f"letter:answer:{dispute.pk}:{now.isoformat()}",
        now=now,
        about=", ".join(filter(None, (dispute.number, number))),
        values=values,
    )
    tell(
        customer,
        TimelineEntry.Kind.DISPUTE,
        "question_answered" if dispute.outcome else "case_answered",
        now=now,
        about=number or dispute.number,
        values=values,
        message=message,
        actor=by,
    )
    dispute.told_by, dispute.status = message, Dispute.Status.DECIDED
    dispute.waiting_since = None
    dispute.next_action, dispute.next_at = Dispute.Next.ARRIVAL, soon(customer, now)
    dispute.save()
    end_with(dispute, customer, by=by, now=now)
    _settle_cause(dispute, now=now)


def _settle_cause(dispute: Dispute, *, now: datetime) -> None:
    """The last case of a common cause that is decided settles it. The cause's row is locked after its customers."""
    if dispute.cause_id is None:
        return
    cause = CommonCause.objects.select_for_update().get(pk=dispute.cause_id)
    if cause.settled_at is None and not cause.cases.filter(decided_at=None).exists():
        cause.settled_at = now
        cause.save(update_fields=["settled_at"])


def _values(dispute: Dispute, customer: Customer, number: str) -> dict[str, Any]:
    currency = dispute.invoice.currency if dispute.invoice else customer.partner.currency
    return {
        "case": dispute.number,
        "kind": dispute.kind,
        "title": dispute.title,
        "invoice": number,
        "outcome": dispute.outcome,
        "answer": dispute.answer,
        "line_answers": answers_of(dispute),
        "credit_note": dispute.credit_note.number if dispute.credit_note else "",
        "credited": plain(dispute.credit_note.total if dispute.credit_note else ZERO, currency),
        "currency": currency,
        "window_days": customer.partner.confirm_days,
        "link": f"/my/cases/{dispute.pk}/",
    }


def told(message: Message) -> None:
    """The answer reached the customer: the money thaws from today and the window to disagree opens. What they had
    withdrawn themselves is over with that. The caller holds the customer's lock."""
    at = message.delivered_at
    assert at is not None
    found = Dispute.objects.select_for_update(of=("self",)).select_related("invoice", "customer__partner")
    dispute = found.filter(told_by=message).first()
    if dispute is None or dispute.status == Dispute.Status.CLOSED:
        return
    rows_of(dispute).filter(told_at=None, decided_at__isnull=False).update(told_at=at)
    dispute.told_at = at
    dispute.first_answer_at = dispute.first_answer_at or at
    if dispute.withdrawn:
        _close(dispute, "question_closed", None, now=at)
        return
    dispute.status = Dispute.Status.AWAITING_CONFIRMATION
    dispute.window_ends_at = after_business_days(dispute.customer, at, dispute.customer.partner.confirm_days)
    if dispute.next_action != Dispute.Next.READ:
        dispute.next_action, dispute.next_at = Dispute.Next.CONFIRMATION, dispute.window_ends_at
    dispute.save()


def confirm(dispute_id: int, *, by: User, now: datetime) -> Dispute:
    """The customer says: yes, resolved. Raises NotOpen unless the case awaits exactly that, PermissionError."""
    found = Dispute.objects.select_related("partner").get(pk=dispute_id)
    with acting_for(found.partner):
        customer = lock_customer(found.customer_id)
        check_may_speak(by, customer)
        dispute = locked_case(dispute_id)
        if dispute.status != Dispute.Status.AWAITING_CONFIRMATION:
            raise NotOpen(dispute.number)
        dispute.confirmed_at = now
        _close(dispute, "question_confirmed", by, now=now)
        return dispute


def close_silent(*, now: datetime) -> int:
    """Close the cases whose window to disagree has passed without a word; answers how many. A word of the
    customer's keeps a case open until we have answered it, and then for another window; so does an answer that
    came back. Silence after news of access closes that loop too."""
    close_silent_news(now=now)
    closed = 0
    last = CaseEntry.objects.filter(dispute=OuterRef("pk"), at__gte=OuterRef("decided_at")).shared()
    due = (
        Dispute.objects.filter(
            status=Dispute.Status.AWAITING_CONFIRMATION, window_ends_at__lte=now, told_by__bounced_at=None
        )
        .annotate(last_word=Subquery(last.order_by("-at", "-pk").values("kind")[:1]))
        .filter(Q(last_word=None) | Q(last_word=CaseEntry.Kind.STAFF))
    )
    for found in list(due.select_related("partner").order_by("customer_id", "pk")):
        with acting_for(found.partner):
            customer = lock_customer(found.customer_id)
            closed += _close_if_silent(locked_case(found.pk), customer, now=now)
    return closed


def _close_if_silent(dispute: Dispute, customer: Customer, *, now: datetime) -> bool:
    if dispute.status != Dispute.Status.AWAITING_CONFIRMATION:
        return False
    ends = silent_until(dispute, customer)
    if ends is None or ends > now:
        if ends is not None and ends != dispute.window_ends_at:
            dispute.window_ends_at, dispute.next_at = ends, ends
            dispute.next_action = Dispute.Next.CONFIRMATION
            dispute.save(update_fields=["window_ends_at", "next_action", "next_at"])
        return False
    _close(dispute, "question_closed", None, now=now)
    return True


def silent_until(dispute: Dispute, customer: Customer) -> datetime | None:
    """When a told case closes by silence: at the end of its window; where the customer spoke since it was decided,
    a whole window after our last word to them. None while their word waits for ours, nothing was told, or what told
    them came back."""
    if dispute.status != Dispute.Status.AWAITING_CONFIRMATION or dispute.window_ends_at is None:
        return None
    if dispute.told_by is None or dispute.told_by.bounced_at is not None:
        return None
    said = list(
        dispute.entries.shared().filter(at__gte=dispute.decided_at).order_by("at", "pk").values_list("kind", "at")
    )
    if not any(kind == CaseEntry.Kind.CUSTOMER for kind, _ in said):
        return dispute.window_ends_at
    kind, at = said[-1]
    if kind == CaseEntry.Kind.CUSTOMER:
        return None
    return max(dispute.window_ends_at, after_business_days(customer, at, customer.partner.confirm_days))


def _close(dispute: Dispute, code: str, by: User | None, *, now: datetime) -> None:
    dispute.status, dispute.closed_at = Dispute.Status.CLOSED, now
    dispute.save()
    close_with(dispute, now=now)
    number = (dispute.invoice.number if dispute.invoice else None) or ""
    tell(
        dispute.customer,
        TimelineEntry.Kind.DISPUTE,
        code,
        now=now,
        about=number or dispute.number,
        values={"case": dispute.number, "link": f"/my/cases/{dispute.pk}/"},
        actor=by,
    )
