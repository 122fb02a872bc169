"""How is a stage taken? The decision is written with its facts, and the deed it needs is promised beside it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from billing.money import plain
from billing.referring import restoring_reference
from customers.models import Letter, Message, TimelineEntry
from customers.telling import entry, tell_all
from customers.writing import Wanted, promise_letters
from outbox.models import Outcome
from subscriptions.models import Subscription, Suspension

from . import policy as book
from .approving import promise
from .facts import Loaded
from .models import Decision, Proposal, Run
from .recording import as_json, edition, keep

# Longer than any day in any zone.
LATELY = timedelta(days=2)


@dataclass(frozen=True)
class Step:
    """One take of one case, with the row that records it."""

    loaded: Loaded
    decision: book.Decision
    take: book.Take
    row: Decision


def take(due: Sequence[tuple[Loaded, book.Decision]], *, now: datetime, run: Run | None) -> list[Step]:
    """Take the due stages of some customers' cases, in a number of queries that doesn't grow with them; the
    notices of today to one customer leave as one letter. Answers what was written.

    The caller holds the customers' locks; a case that is new has its number and may be saved later."""
    steps = _steps(due, now=now, run=run)
    if not steps:
        return []
    named = _named(steps)
    _day_letters([step for step in steps if step.take.action is book.Action.NOTICE], named, now=now)
    _deletion_letters([step for step in steps if step.take.action is book.Action.DELETION_NOTICE], named, now=now)
    Decision.objects.add_all([step.row for step in steps])
    _propose([step for step in steps if step.take.action is book.Action.SUSPEND], now=now)
    tell_all([_told(step, now=now) for step in steps])
    return steps


def _steps(due: Sequence[tuple[Loaded, book.Decision]], *, now: datetime, run: Run | None) -> list[Step]:
    """What is taken, not written yet. An approved suspension is promised already; the last look carries it out."""
    taken = [
        (loaded, decision, answer)
        for loaded, decision in due
        if isinstance(answer := decision.next, book.Take)
        and not (answer.action is book.Action.SUSPEND and answer.deed is book.Deed.DO)
    ]
    before = _attempts([loaded.case.invoice_id for loaded, _, _ in taken])
    editions = {calendar: edition(calendar) for calendar in {loaded.facts.calendar for loaded, _, _ in taken}}
    return [
        Step(loaded, decision, answer, _row(loaded, decision, answer, before, editions, now=now, run=run))
        for loaded, decision, answer in taken
    ]


def _attempts(invoices: Iterable[int]) -> Counter[tuple[int, int, str]]:
    return Counter(Decision.objects.all().among("invoice_id", invoices).values_list("invoice_id", "round", "stage"))


def round_of(facts: book.Facts) -> int:
    """Which round the case is in: one more for each restart and each cured suspension of this invoice."""
    cured = {
        one.ended_at
        for one in facts.suspensions
        if one.invoice == facts.invoice.id and one.ended_why == "cured" and one.ended_at
    }
    return 1 + len(set(facts.restarts) | cured)


def _row(
    loaded: Loaded,
    decision: book.Decision,
    answer: book.Take,
    before: Counter[tuple[int, int, str]],
    editions: dict[book.Calendar, str],
    *,
    now: datetime,
    run: Run | None,
) -> Decision:
    number, prints = round_of(loaded.facts), answer.prints
    return Decision(
        partner_id=loaded.case.partner_id,
        case=loaded.case,
        invoice=loaded.invoice,
        run=run,
        version_id=loaded.case.version_id,
        round=number,
        stage=answer.stage,
        attempt=before[loaded.invoice.pk, number, answer.stage] + 1,
        action=answer.action,
        because=answer.because.code,
        values=as_json(answer.because.values),
        role=answer.role or "",
        decided_at=now,
        facts=keep(loaded.facts, editions[loaded.facts.calendar]),
        amount=prints.amount if prints else decision.ripe,
        suspend_on=prints.suspend_on if prints else None,
        not_before=prints.not_before if prints else None,
        pay_by=prints.pay_by if prints else None,
        scope=sorted(int(pk) for pk in (prints.scope if prints else decision.covers)),
    )


# Of each invoice the subscriptions that its letter names: their names and seats.
Named = dict[int, list[tuple[str, int]]]


def _named(steps: Sequence[Step]) -> Named:
    """The subscriptions that a letter about each invoice names: those of its printed scope, and in a deletion
    notice those that are off because of it."""
    scope = {step.row.invoice_id: set(step.row.scope) for step in steps}
    deleted = [step.row.invoice_id for step in steps if step.take.action is book.Action.DELETION_NOTICE]
    if deleted:
        live = Suspension.objects.live().filter(debt__invoice__in=deleted)
        for invoice in deleted:
            scope[invoice] = set()
        for invoice, subscription in live.values_list("debt__invoice_id", "subscription_id"):
            scope[invoice].add(subscription)
    rows = Subscription.objects.all().among("pk", set().union(*scope.values()))
    known = {pk: (name, seats) for pk, name, seats in rows.values_list("pk", "name", "quantity")}
    return {invoice: [known[pk] for pk in sorted(pks)] for invoice, pks in scope.items()}


def _day_letters(steps: Sequence[Step], named: Named, *, now: datetime) -> None:
    """One letter for all of a customer's notices of the day; it speaks for the highest stage among them."""
    by_customer: dict[int, list[Step]] = defaultdict(list)
    for step in steps:
        by_customer[step.loaded.customer.pk].append(step)
    if not by_customer:
        return
    groups = list(by_customer.values())
    overtaken = _overtaken(by_customer, now)
    wanted = [_day_letter(group, named, overtaken, now=now) for group in groups]
    for group, message in zip(groups, promise_letters(wanted, now=now), strict=True):
        for step in group:
            step.row.message = message


def _day_key(step: Step, now: datetime) -> str:
    customer = step.loaded.customer
    return f"letter:notice:{customer.pk}:{now.astimezone(customer.tz).date()}"


def _overtaken(customers: Iterable[int], now: datetime) -> Counter[str]:
    """How many letters of a day were overtaken before they left, by the day's key: each makes room for another."""
    moot = Message.objects.filter(
        customer__in=list(customers), queued_at__gt=now - LATELY, letter=Letter.NOTICE, outcome=Outcome.MOOT
    )
    return Counter(":".join(key.split(":")[:4]) for key in moot.values_list("key", flat=True))


def _day_letter(steps: list[Step], named: Named, overtaken: Counter[str], *, now: datetime) -> Wanted:
    highest = max(steps, key=_height)
    stage = highest.loaded.policy.stage(highest.take.stage)
    key = _day_key(highest, now)
    return Wanted(
        highest.loaded.customer,
        Letter.NOTICE,
        key=f"{key}:{overtaken[key] + 1}" if overtaken[key] else key,
        about=", ".join(step.loaded.invoice.number or "" for step in steps),
        roles=[highest.take.role] if highest.take.role else list(stage.roles if stage else ["billing"]),
        values={
            "stage": highest.take.stage,
            "currency": highest.loaded.invoice.currency,
            "invoices": [_says(step, named) for step in sorted(steps, key=_height, reverse=True)],
        },
    )


def _height(step: Step) -> int:
    return [stage.name for stage in step.loaded.policy.stages].index(step.take.stage)


def _says(step: Step, named: Named) -> dict[str, Any]:
    """What a notice says of one invoice, frozen as text."""
    invoice, row, subscriptions = step.loaded.invoice, step.row, named[step.row.invoice_id]
    return {
        "invoice": invoice.number,
        "invoice_id": invoice.pk,
        "stage": step.take.stage,
        "amount": plain(row.amount, invoice.currency),
        "currency": invoice.currency,
        "due_on": str(invoice.due_on),
        # What it pays first is what the day named is about.
        "reference": restoring_reference(invoice) if row.suspend_on else invoice.reference,
        "suspend_on": str(row.suspend_on) if row.suspend_on else "",
        "not_before": row.not_before.isoformat() if row.not_before else "",
        "pay_by": row.pay_by.isoformat() if row.pay_by else "",
        "subscriptions": [name for name, _ in subscriptions],
        "seats": sum(seats for _, seats in subscriptions),
        "deletion_days": step.loaded.policy.deletion_days,
        "link": f"/my/invoices/{invoice.pk}/",
    }


def _deletion_letters(steps: Sequence[Step], named: Named, *, now: datetime) -> None:
    wanted = [
        Wanted(
            step.loaded.customer,
            Letter.DELETION,
            key=f"letter:deletion:{step.row.invoice_id}:{step.row.round}:{step.row.stage}:{step.row.attempt}",
            about=step.loaded.invoice.number or "",
            values={**_says(step, named), "deletes_on": str(step.row.values.get("date", ""))},
        )
        for step in steps
    ]
    for step, message in zip(steps, promise_letters(wanted, now=now), strict=True):
        step.row.message = message


def _propose(steps: Sequence[Step], *, now: datetime) -> None:
    proposals = []
    for step in steps:
        stage = step.loaded.policy.stage(step.take.stage)
        follows = [int(pk) for pk in step.decision.follows]
        proposals.append(
            Proposal(
                partner_id=step.row.partner_id,
                decision=step.row,
                case=step.loaded.case,
                customer=step.loaded.customer,
                proposed_at=now,
                approvals_needed=stage.approvals if stage else 1,
                covers=[int(pk) for pk in step.decision.covers] + follows,
                follows=follows,
            )
        )
    Proposal.objects.bulk_create(proposals)
    for proposal in proposals:
        if proposal.approvals_needed == 0:
            promise(proposal, now=now)


# What the timeline says of each action, under which filter, and whether the customer sees it.
TOLD = {
    book.Action.NOTICE: ("notice_due", TimelineEntry.Kind.NOTICE, True),
    book.Action.DELETION_NOTICE: ("notice_due", TimelineEntry.Kind.NOTICE, True),
    book.Action.CALL_TASK: ("call_due", TimelineEntry.Kind.NOTICE, False),
    book.Action.HAND_OVER: ("handed_over", TimelineEntry.Kind.NOTICE, False),
    book.Action.SUSPEND: ("suspension_proposed", TimelineEntry.Kind.ACCESS, False),
}


def _told(step: Step, *, now: datetime) -> TimelineEntry:
    invoice, row = step.loaded.invoice, step.row
    code, kind, shared = TOLD[step.take.action]
    return entry(
        step.loaded.customer,
        kind,
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
        message=row.message,
        shared=shared,
    )
