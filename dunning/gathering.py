"""What do the tables say of some customers and their invoices? Each is read once, as rows of the rulebook, keyed by
whom it is about; models would cost more than the reading."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, Max, OuterRef
from django.db.models.functions import Coalesce

from billing.models import (
    BankReading,
    BankStatement,
    Candidate,
    Claim,
    DisputedAmount,
    Hold,
    InvoiceLine,
    Payment,
    PromiseToPay,
)
from customers.models import Letter, Message
from outbox.models import Outcome
from subscriptions.models import Subscription, Suspension

from . import policy as book
from .models import Decision, Proposal, Restart, Stage

# Only today's letters matter; so much covers every zone.
LATELY = timedelta(days=3)


def lines(invoices: Collection[int]) -> dict[int, tuple[book.Line, ...]]:
    """The lines of each invoice, with what is open of them."""
    rows = InvoiceLine.objects.all().among("invoice_id", invoices).order_by("position")
    return _grouped(
        (invoice, book.Line(str(pk), left, _text(subscription)))
        for invoice, pk, left, subscription in rows.values_list("invoice_id", "pk", "open", "subscription_id")
    )


def disputes(invoices: Collection[int]) -> dict[int, tuple[book.Dispute, ...]]:
    """What is questioned of each invoice, decided or not."""
    rows = DisputedAmount.objects.all().among("line__invoice_id", invoices).order_by("pk")
    return _grouped(
        (
            invoice,
            book.Dispute(
                line=str(line),
                amount=amount,
                opened_at=opened_at,
                decided_at=decided_at,
                outcome=book.Outcome(outcome) if outcome else None,
                told_at=told_at,
                case=number,
            ),
        )
        for invoice, line, amount, opened_at, decided_at, outcome, told_at, number in rows.values_list(
            "line__invoice_id", "line_id", "amount", "opened_at", "decided_at", "outcome", "told_at", "case_number"
        )
    )


def promises(invoices: Collection[int]) -> dict[int, tuple[book.Promise, ...]]:
    """What was promised to be paid of each invoice."""
    rows = PromiseToPay.objects.all().among("invoice_id", invoices).order_by("made_at", "pk")
    return _grouped(
        (invoice, book.Promise(amount=amount, by=by, made_at=made_at, kept_at=kept_at))
        for invoice, amount, by, made_at, kept_at in rows.values_list(
            "invoice_id", "amount", "by_on", "made_at", "kept_at"
        )
    )


def holds(customers: Collection[int], *, now: datetime) -> dict[int, tuple[tuple[int | None, book.Hold], ...]]:
    """The holds of each customer, recorded by `now`, each with the one invoice it is about, or none."""
    rows = Hold.objects.filter(recorded_at__lte=now).among("customer_id", customers)
    return _grouped((row.customer_id, (row.invoice_id, as_hold(row))) for row in rows)


def as_hold(row: Hold) -> book.Hold:
    """A hold as the rulebook knows it."""
    scope = book.HoldScope.CUSTOMER
    if row.invoice_id:
        scope = book.HoldScope.INVOICE
    elif row.subscription_id:
        scope = book.HoldScope.SUBSCRIPTION
    return book.Hold(
        kind=book.HoldKind(row.kind),
        scope=scope,
        from_on=row.from_on,
        until=row.until_on,
        subscription=_text(row.subscription_id),
        reason=row.reason,
    )


# Of a decision, what makes a notice; and of the letter that carried it.
STEP = ("stage", "decided_at", "called_at", "waived_at", "suspend_on", "not_before", "scope", "role")
ARRIVAL = ("delivered_at", "bounced_at", "seen_at")
BY_LETTER = tuple(f"message__{name}" for name in ARRIVAL)


def notices(invoices: Collection[int]) -> dict[int, tuple[book.Notice, ...]]:
    """The letters, calls and other steps taken for each invoice; suspensions are facts of their own."""
    taken = Decision.objects.exclude(action=Stage.Action.SUSPEND).among("invoice_id", invoices)
    rows = taken.order_by("decided_at", "pk").values_list(
        "invoice_id", *STEP, *(f"message__{name}" for name in ARRIVAL)
    )
    return _grouped((invoice, _notice(*row)) for invoice, *row in rows)


def as_notice(row: Decision) -> book.Notice:
    """A step just written, as `notices` will read it."""
    arrived = [getattr(row.message, name) for name in ARRIVAL] if row.message else [None, None, None]
    return _notice(*(getattr(row, name) for name in STEP), *arrived)


def _notice(
    stage: str,
    queued_at: datetime,
    called_at: datetime | None,
    waived_at: datetime | None,
    suspend_on: date | None,
    not_before: datetime | None,
    scope: list[int],
    role: str,
    delivered_at: datetime | None,
    bounced_at: datetime | None,
    seen_at: datetime | None,
) -> book.Notice:
    return book.Notice(
        stage,
        queued_at,
        delivered_at,
        bounced_at,
        seen_at,
        called_at,
        waived_at,
        suspend_on,
        not_before,
        frozenset(map(str, scope)) if suspend_on else None,
        role or None,
    )


def suspensions(customers: Collection[int]) -> dict[int, tuple[book.Suspension, ...]]:
    """Every suspension of each customer, live or ended, with the debt behind it."""
    rows = Suspension.objects.all().among("customer_id", customers).order_by("began_at", "pk")
    found = rows.values_list(
        "customer_id",
        "subscription_id",
        "cause",
        "debt__invoice_id",
        "began_at",
        "confirmed_at",
        "ended_at",
        "ended_why",
        "debt__debt",
    )
    return _grouped(
        (
            customer,
            book.Suspension(
                subscription=str(subscription),
                cause=cause,
                invoice=_text(invoice),
                began_at=began_at,
                confirmed_at=confirmed_at,
                ended_at=ended_at,
                ended_why=why or None,
                debt=debt,
            ),
        )
        for customer, subscription, cause, invoice, began_at, confirmed_at, ended_at, why, debt in found
    )


def proposals(invoices: Collection[int]) -> dict[int, book.Proposal]:
    """The live proposal to suspend for each invoice that has one."""
    live = Proposal.objects.filter(state__in=[Proposal.State.PROPOSED, Proposal.State.APPROVED])
    rows = live.among("decision__invoice_id", invoices).select_related("case").prefetch_related("approvals__user")
    return {
        row.case.invoice_id: book.Proposal(
            proposed_at=row.proposed_at,
            approvals=len(row.approvals.all()),
            approved_at=row.approved_at,
            names=tuple(str(one.user) for one in row.approvals.all()),
        )
        for row in rows
    }


def restarts(invoices: Collection[int]) -> dict[int, tuple[datetime, ...]]:
    """When the ladder of each invoice began anew."""
    rows = Restart.objects.all().among("case__invoice_id", invoices)
    return _grouped(rows.values_list("case__invoice_id", "at"))


def letters(customers: Collection[int], *, now: datetime) -> dict[int, tuple[datetime, ...]]:
    """The notices lately promised to each customer and not overtaken."""
    lately = Message.objects.filter(letter=Letter.NOTICE, queued_at__gt=now - LATELY).exclude(outcome=Outcome.MOOT)
    return _grouped(lately.among("customer_id", customers).values_list("customer_id", "queued_at"))


def addons(customers: Collection[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    """Each customer's add-ons with their bases."""
    rows = Subscription.objects.filter(base__isnull=False).among("customer_id", customers).order_by("pk")
    found = rows.values_list("customer_id", "pk", "base_id")
    return _grouped((customer, (str(addon), str(base))) for customer, addon, base in found)


def receipts(customers: Collection[int]) -> dict[tuple[int, str], tuple[book.Receipt, ...]]:
    """Money by customer and currency that is not yet against an invoice: booked, at the bank, or said to be on its
    way."""
    booked = Payment.objects.all().among("customer_id", customers).with_left().filter(left__gt=0)
    likely = Candidate.objects.filter(entry__credit=True, entry__payment=None, entry__dismissed_at=None)
    said = Claim.objects.filter(gone_at=None).among("customer_id", customers)
    found: list[tuple[book.ReceiptKind, Iterable[tuple[int, str, Decimal, datetime]]]] = [
        (book.ReceiptKind.UNAPPLIED, booked.values_list("customer_id", "currency", "left", "booked_at")),
        (
            book.ReceiptKind.POSSIBLE,
            likely.among("customer_id", customers).values_list(
                "customer_id", "entry__currency", "entry__amount", Coalesce("found_at", "entry__recorded_at")
            ),
        ),
        (book.ReceiptKind.CLAIMED, said.values_list("customer_id", "currency", "amount", "at")),
    ]
    return _grouped(
        ((customer, currency), book.Receipt(kind, amount, at))
        for kind, rows in found
        for customer, currency, amount, at in rows
    )


def bank_at(partners: Collection[int], *, now: datetime) -> dict[int, datetime | None]:
    """Until when each partner's cash is known, of those that ever imported a statement or declared it complete; None
    while a statement is in the book that was not read to its end: anything may stand in the rest of it."""
    known = BankReading.objects.filter(recorded_at__lte=now, partner_id__in=partners)
    found: dict[int, datetime | None] = dict(known.values_list("partner_id").annotate(latest=Max("at")))
    read = BankReading.objects.filter(statement=OuterRef("pk"), recorded_at__lte=now)
    begun = BankStatement.objects.filter(~Exists(read), partner_id__in=partners, imported_at__lte=now)
    return found | dict.fromkeys(begun.values_list("partner_id", flat=True))


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, tuple[Any, ...]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for key, row in pairs:
        found[key].append(row)
    return defaultdict(tuple, {key: tuple(rows) for key, rows in found.items()})


def _text(pk: int | None) -> str | None:
    return None if pk is None else str(pk)
