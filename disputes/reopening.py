"""What if the customer does not agree, or no longer asks? The same case goes on with its own clock, or ends."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext

from billing.crediting import room_of
from billing.models import DisputedAmount, Invoice, InvoiceLine
from billing.money import ZERO, plain
from customers.locking import lock_customer
from customers.models import Customer, TimelineEntry, User, acting_for
from customers.telling import tell
from dunning.reviewing import review

from .lines import set_aside
from .models import CommonCause, Dispute, EarlierAnswer
from .opening import soon
from .questioning import freeze
from .refusing import NotOpen, check_may_speak, worded
from .resolving import decide_amounts, locked_case, promise_answer, rows_of


def reopen(case_id: int, *, why: str, by: User | None, now: datetime) -> Dispute:
    """The customer says: no, this is not resolved. The answer they did not accept is kept, what was refused is
    frozen anew, and the promised time stays what it was. `by` is empty where it came by mail. The same words by
    the same person again are the same reopening.

    Raises NotOpen unless an answer that reached them awaits their word, BadQuestion (why), PermissionError."""
    found = Dispute.objects.select_related("partner").get(pk=case_id)
    with acting_for(found.partner):
        customer = lock_customer(found.customer_id)
        check_may_speak(by, customer)
        words = worded("why", why, gettext("Say what is still wrong."))
        dispute = locked_case(case_id)
        if dispute.status != Dispute.Status.AWAITING_CONFIRMATION:
            if _reopened_so(dispute, words, by):
                return dispute
            raise NotOpen(dispute.number)
        refused = _refused(dispute)
        _set_aside(dispute, words, by, now=now)
        _take_up_again(dispute, customer, now=now)
        if dispute.cause_id is not None:
            # The cause behind it is not settled any more.
            CommonCause.objects.filter(pk=dispute.cause_id).update(settled_at=None)
        freeze(dispute, refused, now=now)
        frozen = sum((amount for _, amount in refused), ZERO)
        _tell(dispute, customer, "case_reopened", words, by, frozen, now=now)
        review([customer.pk], now=now)
        return dispute


def withdraw(case_id: int, *, why: str, by: User, now: datetime) -> Dispute:
    """The customer takes an unanswered case back; nothing is frozen any more. A letter says so, and its delivery
    closes the case. `why` may be empty. Twice is once.

    Raises NotOpen once an answer is decided, BadQuestion (why), PermissionError."""
    found = Dispute.objects.select_related("partner").get(pk=case_id)
    with acting_for(found.partner):
        customer = lock_customer(found.customer_id)
        check_may_speak(by, customer)
        words = worded("why", why or gettext("The customer withdrew the question."), gettext("Write something."))
        dispute = locked_case(case_id)
        if dispute.withdrawn:
            return dispute
        if dispute.decided_at is not None:
            raise NotOpen(dispute.number)
        decide_amounts(dispute, DisputedAmount.Result.WITHDRAWN, {}, now=now)
        dispute.outcome, dispute.answer = DisputedAmount.Result.WITHDRAWN, words
        dispute.decided_at, dispute.decided_by = now, by
        promise_answer(dispute, customer, by, now=now)
        review([customer.pk], now=now)
        return dispute


def _reopened_so(dispute: Dispute, why: str, by: User | None) -> bool:
    last = dispute.earlier_answers.order_by("-pk").first() if by and dispute.decided_at is None else None
    return last is not None and (last.why, last.reopened_by) == (why, by)


def _refused(dispute: Dispute) -> list[tuple[InvoiceLine, Decimal]]:
    """What the last answer refused of each line, at most what could still be credited of it."""
    # What was voided since is owed by nobody: there is nothing to freeze, and nothing to credit.
    if dispute.invoice is None or not dispute.freezes or dispute.invoice.status != Invoice.Status.ISSUED:
        return []
    room = room_of(dispute.invoice)
    refused = rows_of(dispute).filter(decided_at=dispute.decided_at).exclude(outcome=DisputedAmount.Result.UPHELD)
    amounts = [(row.line, min(row.amount, room[row.line_id])) for row in refused.select_related("line").order_by("pk")]
    return [(line, amount) for line, amount in amounts if amount > ZERO]


def _set_aside(dispute: Dispute, why: str, by: User | None, *, now: datetime) -> None:
    """Keep the answer that was not accepted; the case stands without one again."""
    assert dispute.decided_at and dispute.decided_by and dispute.told_by and dispute.told_at
    EarlierAnswer.objects.create(
        partner_id=dispute.partner_id,
        dispute=dispute,
        outcome=dispute.outcome,
        answer=dispute.answer,
        decided_at=dispute.decided_at,
        decided_by=dispute.decided_by,
        credit_note=dispute.credit_note,
        told_by=dispute.told_by,
        told_at=dispute.told_at,
        reopened_at=now,
        reopened_by=by,
        why=why,
        line_answers=set_aside(dispute),
    )
    dispute.outcome = dispute.answer = ""
    dispute.decided_at = dispute.told_at = dispute.window_ends_at = None
    dispute.decided_by = dispute.credit_note = dispute.told_by = None


def _take_up_again(dispute: Dispute, customer: Customer, *, now: datetime) -> None:
    """Ours again, by the time once promised; where that has passed, by the end of the next business day."""
    dispute.status, dispute.reopened_at, dispute.waiting_since = Dispute.Status.INVESTIGATING, now, None
    dispute.next_action = Dispute.Next.ANSWER_AGAIN
    dispute.next_at = dispute.answer_by if dispute.answer_by > now else soon(customer, now)
    dispute.save()


def _tell(
    dispute: Dispute, customer: Customer, code: str, why: str, by: User | None, frozen: Decimal, *, now: datetime
) -> None:
    number = (dispute.invoice.number if dispute.invoice else None) or ""
    currency = dispute.invoice.currency if dispute.invoice else customer.partner.currency
    values = {"case": dispute.number, "why": why[:280], "link": f"/my/cases/{dispute.pk}/"}
    if frozen > ZERO:
        code, values = f"{code}_frozen", {**values, "amount": plain(frozen, currency), "currency": currency}
    tell(
        customer,
        TimelineEntry.Kind.DISPUTE,
        code,
        now=now,
        about=number or dispute.number,
        values=values,
        actor=by,
    )
