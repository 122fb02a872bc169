"""Was this suspension right? All that a doubter would ask, as plain data, in the order they would ask it."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from billing.models import Allocation, Invoice
from billing.money import ZERO, plain
from customers.models import Message, User
from subscriptions.models import AccessChange, Suspension

from . import policy as book
from .facts import Loaded
from .models import Decision, PolicyTold, Stage, SuspensionDebt
from .policy.freezing import undecided, undisputed
from .proof_checks import checks
from .publishing import policy_of
from .rebuilding import at_the_look
from .recording import as_json, recall

RELATED = (
    "partner",
    "customer__partner",
    "subscription",
    "opened_by",
    "lifted_by__letter",
    "debt__invoice",
    "debt__decision__version__published_by",
    "debt__decision__version__seconded_by",
    "debt__decision__run",
)


def prove(row: Suspension) -> dict[str, Any]:
    """The proof of one suspension for non-payment: JSON, with instants in UTC and amounts as decimal strings.

    Constant in queries; fetch `row` with `select_related(*RELATED)`. It says what stands in the record and nothing
    else: what is missing there is null here."""
    debt, decision = row.debt, row.debt.decision
    history = list(
        Decision.objects.filter(invoice=debt.invoice, decided_at__lte=debt.looked_at)
        .exclude(action=Stage.Action.SUSPEND)
        .select_related("message", "called_by")
        .order_by("decided_at", "pk")
    )
    then = at_the_look(debt)
    told = PolicyTold.objects.filter(customer=row.customer, version=decision.version).select_related("acknowledged_by")
    approvals = _approvals(decision)
    bundle: dict[str, Any] = {
        "suspension": _suspension(row),
        "policy": _policy(decision, told.first(), debt.invoice),
        "debt": _debt(debt, then, row),
        "notices": [_notice(one, debt.invoice.currency) for one in history],
        "looked_for": looked_for(then, debt.looked_at) if then else {},
        "decision": _decision(decision),
        "approvals": approvals,
        "times": _times(row),
        "provider": _calls(row.opened_by, row),
        "told": _letter(row.opened_by.letter) if row.opened_by else None,
        "end": _end(row),
    }
    return {**bundle, "checks": checks(row, history, then, approvals)}


def _suspension(row: Suspension) -> dict[str, Any]:
    subscription = row.subscription
    return {
        "id": row.pk,
        "cause": row.cause,
        "partner": row.partner.name,
        "customer": row.customer.name,
        "customer_id_at_provider": row.customer.provider_id,
        "zone": row.customer.zone,
        "subscription": subscription.name,
        "subscription_id_at_provider": subscription.provider_id,
        "seats": subscription.quantity,
        "invoice": row.debt.invoice.number,
        "kept_from_before": row.kept,
    }


def _policy(decision: Decision, told: PolicyTold | None, invoice: Invoice) -> dict[str, Any]:
    version = decision.version
    return {
        "version": version.number,
        "effective_on": str(version.effective_on),
        "published_at": _at(version.published_at),
        "published_by": _who(version.published_by),
        "seconded_by": _who(version.seconded_by),
        "told_at": _at(told.told_at if told else None),
        "acknowledged_at": _at(told.acknowledged_at if told else None),
        "acknowledged_by": _who(told.acknowledged_by if told else None),
        "invoice_issued_on": str(invoice.issued_on),
        "invoice_due_on": str(invoice.due_on),
    }


def _debt(debt: SuspensionDebt, then: Loaded | None, row: Suspension) -> dict[str, Any]:
    """The lines as they were at the last look, turned back from the allocations."""
    invoice = debt.invoice
    names = {str(line.pk): line for line in invoice.lines.select_related("subscription").order_by("position")}
    lines: list[dict[str, Any]] = []
    questioned = undecided(then.facts) if then else {}
    for line in then.facts.invoice.lines if then else ():
        known, due = names[line.id], undisputed([line], questioned)
        lines.append(
            {
                "position": known.position,
                "description": known.description,
                "subscription": known.subscription.name if known.subscription else None,
                "billed": plain(known.total, invoice.currency),
                "open": plain(line.open, invoice.currency),
                "in_dispute": plain(line.open - due, invoice.currency),
                "undisputed_due": plain(due, invoice.currency),
                "suspended_for_it": known.subscription_id == row.subscription_id,
            }
        )
    total: Decimal = book.undisputed_due(then.facts) if then else ZERO
    return {
        "currency": invoice.currency,
        "recorded_then": plain(debt.debt, invoice.currency),
        "rebuilt_for_then": plain(total, invoice.currency),
        "lines": lines,
    }


def _notice(one: Decision, currency: str) -> dict[str, Any]:
    message = one.message
    return {
        "stage": one.stage,
        "action": one.action,
        "round": one.round,
        "decided_at": _at(one.decided_at),
        "amount": plain(one.amount, currency),
        "because": one.because,
        "values": one.values,
        "letter": _letter(message) if message else None,
        "called_at": _at(one.called_at),
        "called_by": _who(one.called_by),
        "call_note": one.call_note or None,
        "waived_at": _at(one.waived_at),
        "pay_by": _at(one.pay_by),
        "suspend_on": str(one.suspend_on) if one.suspend_on else None,
        "not_before": _at(one.not_before),
    }


def _letter(message: Message | None) -> dict[str, Any] | None:
    if message is None:
        return None
    return {
        "subject": message.subject,
        "to": message.to_email,
        "message_id": message.message_id,
        "queued_at": _at(message.queued_at),
        "delivered_at": _at(message.delivered_at),
        "bounced_at": _at(message.bounced_at),
        "seen_at": _at(message.seen_at),
    }


def looked_for(then: Loaded, at: datetime) -> dict[str, Any]:
    """Each reason not to press, as it was known at an instant."""
    facts, currency = then.facts, then.invoice.currency
    day = book.day(at, facts.zone)
    return {
        "holds": [
            {"kind": str(one.kind), "from": str(one.from_on), "until": _day(one.until), "reason": one.reason}
            for one in facts.holds
            if one.from_on <= day and (one.until is None or one.until >= day)
        ],
        "promises": [
            {"amount": plain(one.amount, currency), "by": str(one.by), "made_at": _at(one.made_at)}
            for one in facts.promises
            if one.kept_at is None
        ],
        "disputes": [
            {
                "case": one.case,
                "amount": plain(one.amount, currency),
                "opened_at": _at(one.opened_at),
                "decided_at": _at(one.decided_at),
                "outcome": str(one.outcome) if one.outcome else None,
            }
            for one in facts.disputes
        ],
        "receipts": [
            {"kind": str(one.kind), "amount": plain(one.amount, currency), "at": _at(one.at)} for one in facts.receipts
        ],
        "bank_read_at": _at(facts.bank_at),
    }


def _decision(decision: Decision) -> dict[str, Any]:
    """The proposal's decision, and whether the rulebook comes to the same from the facts stored with it."""
    again = book.schedule(policy_of(decision.version_id), recall(decision.facts), decision.decided_at, forecast=False)
    same = isinstance(again.next, book.Take) and (again.next.stage, str(again.next.because.code)) == (
        decision.stage,
        decision.because,
    )
    return {
        "stage": decision.stage,
        "because": decision.because,
        "values": decision.values,
        "decided_at": _at(decision.decided_at),
        "run_on": str(decision.run.on) if decision.run else None,
        "decided_again": {
            "because": str(again.next.because.code),
            "values": as_json(again.next.because.values),
            "same": same,
        },
    }


def _approvals(decision: Decision) -> dict[str, Any]:
    proposal = getattr(decision, "proposal", None)
    given = proposal.approvals.select_related("user").order_by("at", "pk") if proposal else ()
    return {
        "needed": proposal.approvals_needed if proposal else None,
        "proposed_at": _at(proposal.proposed_at if proposal else None),
        "approved_at": _at(proposal.approved_at if proposal else None),
        "given": [{"by": str(one.user), "at": _at(one.at)} for one in given],
    }


def _times(row: Suspension) -> dict[str, Any]:
    debt = row.debt
    return {
        "earliest_permitted_at": _at(debt.earliest_at),
        "last_look_at": _at(debt.looked_at),
        "began_at": _at(row.began_at),
        "read_back_at": _at(row.confirmed_at),
    }


def _calls(change: AccessChange | None, row: Suspension) -> dict[str, Any] | None:
    """What the provider was asked about this subscription, and how it answered."""
    if change is None:
        return None
    tries = change.tries.filter(subscription=row.subscription_id).order_by("pk")
    return {
        "promised_at": _at(change.queued_at),
        "wanted": change.wanted,
        "outcome": change.outcome,
        "calls": [
            {
                "at": _at(one.began_at),
                "machine_began_at": _at(one.began_machine_at),
                "machine_ended_at": _at(one.ended_machine_at),
                "request_id": str(one.request_id),
                "correlation_id": str(one.correlation_id),
                "answer": one.answer or None,
            }
            for one in tries
        ],
    }


def _end(row: Suspension) -> dict[str, Any] | None:
    if row.ended_at is None:
        return None
    minutes = None
    if row.restored_at and row.lifted_by:
        minutes = int((row.restored_at - row.lifted_by.queued_at).total_seconds() // 60)
    return {
        "ended_at": _at(row.ended_at),
        "why": row.ended_why,
        "payments": [_payment(one, row.debt.invoice.currency) for one in _paid(row)],
        "restored_at": _at(row.restored_at),
        "minutes": minutes,
        "provider": _calls(row.lifted_by, row),
        "told": _letter(row.lifted_by.letter) if row.lifted_by else None,
    }


def _paid(row: Suspension) -> Iterable[Allocation]:
    """What was put against the invoice while it was off."""
    rows = Allocation.objects.filter(line__invoice=row.debt.invoice_id, at__gt=row.began_at, at__lte=row.ended_at)
    return rows.exclude(offset__isnull=False).select_related("payment", "credit_note", "write_off").order_by("at", "pk")


def _payment(one: Allocation, currency: str) -> dict[str, Any]:
    source = "payment" if one.payment_id else "credit_note" if one.credit_note_id else "write_off"
    named = one.payment.reference if one.payment else one.credit_note.number if one.credit_note else None
    return {"source": source, "reference": named, "amount": plain(one.amount, currency), "at": _at(one.at)}


def _at(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _day(on: Any) -> str | None:
    return str(on) if on else None


def _who(person: User | None) -> str | None:
    return str(person) if person else None
