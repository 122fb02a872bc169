"""How is a question answered and closed? Nothing closes before the customer was told."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from billing.allocating import credit_lines
from billing.crediting import write_note
from billing.invoicing import announce_credit_note
from billing.models import CreditNote, DisputedAmount, InvoiceLine
from billing.money import ZERO, plain
from customers.locking import lock_customer
from customers.models import Customer, Letter, Membership, Message, TimelineEntry, User, acting_for
from customers.roles import May
from customers.telling import tell
from customers.writing import promise_letter
from dunning.reviewing import review

from .models import Dispute
from .questioning import BadQuestion, after_business_days

WINDOW_BUSINESS_DAYS = 4


class NotOpen(Exception):
    """Somebody decided or closed this case meanwhile."""


def answer(
    dispute_id: int,
    *,
    outcome: str,
    text: str,
    by: User,
    now: datetime,
    refused: Mapping[int, Decimal] | None = None,
) -> Dispute:
    """Decide a case and promise the customer the answer. Upheld credits what was questioned in the same
    transaction; partly credits all but `refused` (amount per disputed row, by primary key); rejected credits
    nothing. The frozen money thaws only when the answer has reached the customer.

    Raises NotOpen, BadQuestion, PermissionError."""
    dispute = Dispute.objects.select_related("partner").get(pk=dispute_id)
    _check_may_answer(by, dispute)
    if outcome not in (DisputedAmount.Result.UPHELD, DisputedAmount.Result.PARTLY, DisputedAmount.Result.REJECTED):
        raise BadQuestion(f"outcome: '{outcome}' is not one of the outcomes offered")
    if not text.strip():
        raise BadQuestion("answer: write what the customer will read")
    with acting_for(dispute.partner):
        customer = lock_customer(dispute.customer_id)
        dispute = Dispute.objects.select_for_update().select_related("invoice").get(pk=dispute_id)
        if dispute.decided_at is not None:
            raise NotOpen(dispute.number)
        credited = _decide_amounts(dispute, outcome, refused or {}, now=now)
        dispute.outcome, dispute.answer = outcome, text.strip()[:4000]
        dispute.decided_at, dispute.decided_by, dispute.status = now, by, Dispute.Status.DECIDED
        if credited:
            dispute.credit_note = _credit(dispute, customer, credited, now=now)
        dispute.told_by = _promise_answer(dispute, customer, by, now=now)
        dispute.save()
        review([customer.pk], now=now)
        return dispute


def _check_may_answer(by: User, dispute: Dispute) -> None:
    place = Membership.objects.filter(user=by, partner_id=dispute.partner_id, customer=None).first()
    if place is None or not place.may(May.ANSWER):
        raise PermissionError("This person may not answer disputes of this partner.")


def _decide_amounts(
    dispute: Dispute, outcome: str, refused: Mapping[int, Decimal], *, now: datetime
) -> dict[int, Decimal]:
    """Set each questioned amount's outcome; answers what is credited per line. Credit + refused = questioned."""
    credited: dict[int, Decimal] = {}
    for row in DisputedAmount.objects.select_for_update().filter(
        partner_id=dispute.partner_id, case_number=dispute.number
    ):
        no = {
            DisputedAmount.Result.UPHELD: ZERO,
            DisputedAmount.Result.REJECTED: row.amount,
        }.get(DisputedAmount.Result(outcome), refused.get(row.pk, ZERO))
        if not ZERO <= no <= row.amount:
            raise BadQuestion(f"refused: {no} is not between nothing and the {row.amount} questioned")
        if row.amount - no > ZERO:
            credited[row.line_id] = credited.get(row.line_id, ZERO) + row.amount - no
        row.outcome, row.decided_at = outcome, now
        if outcome == DisputedAmount.Result.PARTLY:
            row.amount = no
        row.save(update_fields=["outcome", "decided_at", "amount"])
    if outcome == DisputedAmount.Result.PARTLY and not credited:
        raise BadQuestion("refused: with nothing credited the outcome is rejected")
    return credited


def _credit(dispute: Dispute, customer: Customer, amounts: dict[int, Decimal], *, now: datetime) -> CreditNote:
    note = write_note(
        customer,
        list(InvoiceLine.objects.filter(pk__in=amounts).order_by("position")),
        amounts,
        why=CreditNote.Why.DISPUTE,
        reason=dispute.number,
        currency=dispute.invoice.currency,
        now=now,
    )
    credit_lines(note, amounts, now=now)
    announce_credit_note(note, customer, now=now)
    return note


def _promise_answer(dispute: Dispute, customer: Customer, by: User, *, now: datetime) -> Message:
    invoice = dispute.invoice
    values = {
        "case": dispute.number,
        "invoice": invoice.number,
        "outcome": dispute.outcome,
        "answer": dispute.answer,
        "credit_note": dispute.credit_note.number if dispute.credit_note else "",
        "credited": plain(dispute.credit_note.total if dispute.credit_note else ZERO, invoice.currency),
        "currency": invoice.currency,
        "window_days": WINDOW_BUSINESS_DAYS,
        "link": f"/my/cases/{dispute.pk}/",
    }
    message = promise_letter(
        customer,
        Letter.ANSWER,
        key=f"letter:answer:{dispute.pk}:{now.isoformat()}",
        now=now,
        about=f"{dispute.number}, {invoice.number}",
        values=values,
    )
    tell(
        customer,
        TimelineEntry.Kind.DISPUTE,
        "question_answered",
        now=now,
        about=invoice.number or "",
        values=values,
        message=message,
        actor=by,
    )
    return message


def told(message: Message) -> None:
    """The answer reached the customer: the money thaws from today and the window to disagree opens."""
    at = message.delivered_at
    assert at is not None
    dispute = Dispute.objects.select_for_update().get(told_by=message)
    DisputedAmount.objects.filter(
        partner_id=dispute.partner_id, case_number=dispute.number, told_at=None, decided_at__isnull=False
    ).update(told_at=at)
    dispute.told_at, dispute.status = at, Dispute.Status.AWAITING_CONFIRMATION
    dispute.window_ends_at = after_business_days(dispute.customer, at, WINDOW_BUSINESS_DAYS)
    dispute.save(update_fields=["told_at", "status", "window_ends_at"])


def confirm(dispute_id: int, *, by: User, now: datetime) -> Dispute:
    """The customer says: yes, resolved. Raises NotOpen unless the case awaits exactly that."""
    dispute = Dispute.objects.select_related("partner").get(pk=dispute_id)
    with acting_for(dispute.partner):
        lock_customer(dispute.customer_id)
        dispute = Dispute.objects.select_for_update().get(pk=dispute_id)
        if dispute.status != Dispute.Status.AWAITING_CONFIRMATION:
            raise NotOpen(dispute.number)
        dispute.confirmed_at = now
        _close(dispute, "question_confirmed", by, now=now)
        return dispute


def close_silent(*, now: datetime) -> int:
    """Close the cases whose window to disagree has passed without a word; answers how many."""
    closed = 0
    due = Dispute.objects.filter(status=Dispute.Status.AWAITING_CONFIRMATION, window_ends_at__lte=now)
    for found in list(due.select_related("partner")):
        with acting_for(found.partner):
            lock_customer(found.customer_id)
            dispute = Dispute.objects.select_for_update().get(pk=found.pk)
            if dispute.status == Dispute.Status.AWAITING_CONFIRMATION:
                _close(dispute, "question_closed", None, now=now)
                closed += 1
    return closed


def _close(dispute: Dispute, code: str, by: User | None, *, now: datetime) -> None:
    dispute.status, dispute.closed_at = Dispute.Status.CLOSED, now
    dispute.save(update_fields=["status", "closed_at", "confirmed_at"])
    tell(
        dispute.customer,
        TimelineEntry.Kind.DISPUTE,
        code,
        now=now,
        about=dispute.invoice.number or "",
        values={"case": dispute.number},
        actor=by,
    )
