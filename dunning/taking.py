"""How is a stage taken? The decision is written with its facts, and the deed it needs is promised beside it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billing.money import plain
from customers.models import Customer, Letter, Message, TimelineEntry
from customers.telling import tell
from customers.writing import promise_letter
from outbox.models import Outcome
from subscriptions.models import Subscription

from . import policy as book
from .approving import promise
from .facts import Loaded
from .models import Decision, Proposal, Run
from .recording import as_json, keep


@dataclass(frozen=True)
class Step:
    """One take of one case, with the row that records it."""

    loaded: Loaded
    decision: book.Decision
    take: book.Take
    row: Decision


def take(mine: list[tuple[Loaded, book.Decision]], *, now: datetime, run: Run | None) -> None:
    """Take the due stages of one customer's cases; its notices of today leave as one letter.

    The caller holds the customer's lock."""
    steps = [
        _record(loaded, decision, decision.next, now=now, run=run)
        for loaded, decision in mine
        if isinstance(decision.next, book.Take) and not _is_waiting_deed(decision.next)
    ]
    notices = [step for step in steps if step.take.action is book.Action.NOTICE]
    if notices:
        _letter(notices, now=now)
    for step in steps:
        match step.take.action:
            case book.Action.SUSPEND:
                _propose(step, now=now)
            case book.Action.DELETION_NOTICE:
                _deletion_letter(step, now=now)
            case book.Action.CALL_TASK:
                _tell(step, "call_due", now=now, shared=False)
            case book.Action.HAND_OVER:
                _tell(step, "handed_over", now=now, shared=False)


def _is_waiting_deed(answer: book.Take) -> bool:
    """An approved suspension is already promised; the last look carries it out."""
    return answer.action is book.Action.SUSPEND and answer.deed is book.Deed.DO


def round_of(facts: book.Facts) -> int:
    """Which round the case is in: one more for each restart and each cured suspension of this invoice."""
    cured = {
        one.ended_at
        for one in facts.suspensions
        if one.invoice == facts.invoice.id and one.ended_why == "cured" and one.ended_at
    }
    return 1 + len(set(facts.restarts) | cured)


def _record(loaded: Loaded, decision: book.Decision, answer: book.Take, *, now: datetime, run: Run | None) -> Step:
    number, prints = round_of(loaded.facts), answer.prints
    before = Decision.objects.filter(invoice=loaded.invoice, round=number, stage=answer.stage).count()
    row = Decision.objects.create(
        partner_id=loaded.case.partner_id,
        case=loaded.case,
        invoice=loaded.invoice,
        run=run,
        version_id=loaded.case.version_id,
        round=number,
        stage=answer.stage,
        attempt=before + 1,
        action=answer.action,
        because=answer.because.code,
        values=as_json(answer.because.values),
        role=answer.role or "",
        decided_at=now,
        facts=keep(loaded.facts),
        amount=prints.amount if prints else decision.ripe,
        suspend_on=prints.suspend_on if prints else None,
        not_before=prints.not_before if prints else None,
        pay_by=prints.pay_by if prints else None,
        scope=sorted(int(pk) for pk in (prints.scope if prints else decision.covers)),
    )
    return Step(loaded, decision, answer, row)


def _letter(steps: list[Step], *, now: datetime) -> None:
    """One letter for all of a customer's notices of the day; it speaks for the highest stage among them."""
    customer = steps[0].loaded.customer
    highest = max(steps, key=_height)
    today = now.astimezone(customer.tz).date()
    stage = highest.loaded.policy.stage(highest.take.stage)
    roles = [highest.take.role] if highest.take.role else list(stage.roles if stage else ["billing"])
    # A letter that was overtaken before it left makes room for another on the same day.
    key = f"letter:notice:{customer.pk}:{today}"
    overtaken = Message.objects.filter(customer=customer, key__startswith=key, outcome=Outcome.MOOT).count()
    message = promise_letter(
        customer,
        Letter.NOTICE,
        key=f"{key}:{overtaken + 1}" if overtaken else key,
        now=now,
        about=", ".join(step.loaded.invoice.number or "" for step in steps),
        roles=roles,
        values={
            "stage": highest.take.stage,
            "currency": highest.loaded.invoice.currency,
            "invoices": [notice_values(step, customer) for step in sorted(steps, key=_height, reverse=True)],
        },
    )
    for step in steps:
        Decision.objects.filter(pk=step.row.pk).update(message=message)
        _tell(step, "notice_due", now=now, message=message)


def _height(step: Step) -> int:
    return [stage.name for stage in step.loaded.policy.stages].index(step.take.stage)


def notice_values(step: Step, customer: Customer) -> dict[str, Any]:
    """What a notice says of one invoice, frozen as text."""
    invoice, row = step.loaded.invoice, step.row
    named = Subscription.objects.filter(pk__in=row.scope).order_by("pk")
    if step.take.action is book.Action.DELETION_NOTICE:
        named = Subscription.objects.filter(suspensions__debt__invoice=invoice, suspensions__ended_at=None).order_by(
            "pk"
        )
    return {
        "decision": row.pk,
        "invoice": invoice.number,
        "invoice_id": invoice.pk,
        "stage": step.take.stage,
        "amount": plain(row.amount, invoice.currency),
        "currency": invoice.currency,
        "due_on": str(invoice.due_on),
        "reference": invoice.reference,
        "suspend_on": str(row.suspend_on) if row.suspend_on else "",
        "not_before": row.not_before.isoformat() if row.not_before else "",
        "pay_by": row.pay_by.isoformat() if row.pay_by else "",
        "subscriptions": [one.name for one in named],
        "seats": sum(one.quantity for one in named),
        "deletion_days": step.loaded.policy.deletion_days,
        "link": f"/my/invoices/{invoice.pk}/",
    }


def _deletion_letter(step: Step, *, now: datetime) -> None:
    customer, invoice, row = step.loaded.customer, step.loaded.invoice, step.row
    message = promise_letter(
        customer,
        Letter.DELETION,
        key=f"letter:deletion:{row.pk}",
        now=now,
        about=invoice.number or "",
        values={**notice_values(step, customer), "deletes_on": str(row.values.get("date", ""))},
    )
    Decision.objects.filter(pk=row.pk).update(message=message)
    _tell(step, "notice_due", now=now, message=message)


def _propose(step: Step, *, now: datetime) -> None:
    stage = step.loaded.policy.stage(step.take.stage)
    needed = stage.approvals if stage else 1
    covers = [int(pk) for pk in step.decision.covers]
    follows = [int(pk) for pk in step.decision.follows]
    proposal = Proposal.objects.create(
        partner_id=step.row.partner_id,
        decision=step.row,
        case=step.loaded.case,
        customer=step.loaded.customer,
        proposed_at=now,
        approvals_needed=needed,
        covers=covers + follows,
        follows=follows,
    )
    _tell(step, "suspension_proposed", now=now, shared=False)
    if needed == 0:
        promise(proposal, now=now)


def _tell(step: Step, code: str, *, now: datetime, message: Message | None = None, shared: bool = True) -> None:
    invoice, row = step.loaded.invoice, step.row
    tell(
        step.loaded.customer,
        TimelineEntry.Kind.ACCESS if code == "suspension_proposed" else TimelineEntry.Kind.NOTICE,
        code,
        now=now,
        about=invoice.number or "",
        values={
            "stage": step.take.stage,
            "invoice": invoice.number,
            "amount": plain(row.amount, invoice.currency),
            "currency": invoice.currency,
            "count": len(step.decision.covers) + len(step.decision.follows),
        },
        message=message,
        shared=shared,
    )
