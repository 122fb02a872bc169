"""What lies ahead of each open invoice, until when is nothing at risk, and how much is to pay?"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from billing.models import DisputedAmount, Invoice
from billing.money import ZERO, plain
from customers.models import Customer
from dunning import policy as book
from dunning.facts import Loaded, load
from dunning.models import Decision
from dunning.quoting import Quote, coming, counted_back, quote
from subscriptions.models import Subscription, Suspension

NOTICES = (book.Action.NOTICE, book.Action.CALL_TASK, book.Action.DELETION_NOTICE)


@dataclass(frozen=True)
class Outlook:
    """One invoice with its money and its future; `decision` is none once its case is closed.

    `suspends_at` is the instant of the first suspension ahead, `pay_by` the last moment to prevent it; both
    none where the future holds no suspension. `affected` would lose sign-in then. `off` is switched off because
    of this invoice now; `coming_back` says that what was off is on its way back. `quote` is what to pay for access;
    `held`: another reason than money holds some of what is off, so paying alone doesn't bring it back."""

    invoice: Invoice
    frozen: Decimal
    decision: book.Decision | None
    policy: book.Policy | None
    history: tuple[Decision, ...]
    suspends_at: datetime | None = None
    pay_by: datetime | None = None
    affected: tuple[Subscription, ...] = ()
    deletes_on: date | None = None
    off: tuple[Suspension, ...] = ()
    coming_back: bool = False
    quote: Quote | None = None
    held: bool = False

    @property
    def to_pay(self) -> Decimal:
        """What is open and not in dispute, not below zero."""
        return max(self.invoice.balance - self.frozen, ZERO)

    @property
    def minus_frozen(self) -> Decimal:
        """The frozen part as a deduction."""
        return -self.frozen

    @property
    def plain_to_pay(self) -> str:
        """What to type into a transfer."""
        return plain(self.to_pay, self.invoice.currency)

    @property
    def people(self) -> int:
        """How many seats would lose sign-in."""
        return sum(one.quantity for one in self.affected)

    @property
    def locked_out(self) -> int:
        """How many seats can't sign in now because of this invoice."""
        return sum(row.subscription.quantity for row in self.off)

    @property
    def brings_back(self) -> Decimal:
        """The payment that lifts the suspension, as the rulebook has it."""
        return self.quote.amount if self.quote and self.quote.restores else self.to_pay

    @property
    def last_notice(self) -> Decision | None:
        """The latest notice that reached the customer."""
        reached = [row for row in self.history if row.action in NOTICES and reached_at(row)]
        return reached[-1] if reached else None

    def due_before(self, today: date) -> bool:
        """Overdue on this day, with something to pay."""
        return self.to_pay > ZERO and self.invoice.due_on is not None and self.invoice.due_on < today


def reached_at(row: Decision) -> datetime | None:
    """When a notice reached the customer: seen, called about, or delivered and not bounced."""
    message = row.message
    found = [row.called_at]
    if message:
        found += [message.seen_at, None if message.bounced_at else message.delivered_at]
    return min((instant for instant in found if instant), default=None)


def outlooks(customer: Customer, *, now: datetime) -> list[Outlook]:
    """Every invoice of a customer that is open or whose case is, the earliest due first.

    The rulebook is asked once for the whole customer; the number of queries doesn't grow."""
    cases = {one.invoice.pk: one for one in load([customer], now=now)}
    invoices = {pk: one.invoice for pk, one in cases.items()}
    for invoice in Invoice.objects.filter(customer=customer).open().exclude(pk__in=invoices):
        invoices[invoice.pk] = invoice
    frozen, history, off = frozen_of(invoices), _history(invoices, now), _off(invoices)
    names = Subscription.objects.filter(customer=customer).in_bulk()
    found = [
        _outlook(invoice, cases.get(pk), frozen.get(pk, ZERO), history[pk], off[pk], names, now=now)
        for pk, invoice in invoices.items()
    ]
    back = _coming_back(invoices)
    found = [replace(one, coming_back=one.invoice.pk in back) for one in found]
    return sorted(found, key=lambda one: (one.invoice.due_on or date.max, one.invoice.pk))


def outlook_of(invoice: Invoice, *, now: datetime) -> Outlook:
    """The outlook of one issued invoice, paid ones included."""
    mine = [one for one in outlooks(invoice.customer, now=now) if one.invoice.pk == invoice.pk]
    if mine:
        return mine[0]
    pks = [invoice.pk]
    back = invoice.pk in _coming_back(pks)
    return Outlook(invoice, ZERO, None, None, tuple(_history(pks, now)[invoice.pk]), coming_back=back)


def frozen_of(invoices: Iterable[int]) -> dict[int, Decimal]:
    """How much of each invoice (by primary key) is in dispute: per line at most what is open of it."""
    lines: dict[tuple[int, int], tuple[Decimal, Decimal]] = {}
    rows = DisputedAmount.objects.filter(line__invoice_id__in=list(invoices), decided_at=None)
    for invoice, line, left, amount in rows.values_list("line__invoice_id", "line_id", "line__open", "amount"):
        lines[invoice, line] = (left, lines.get((invoice, line), (left, ZERO))[1] + amount)
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for (invoice, _), (left, amount) in lines.items():
        found[invoice] += max(min(left, amount), ZERO)
    return dict(found)


def _history(invoices: Iterable[int], now: datetime) -> dict[int, list[Decision]]:
    rows = Decision.objects.filter(invoice_id__in=list(invoices), decided_at__lte=now)
    found: dict[int, list[Decision]] = defaultdict(list)
    for row in rows.select_related("message", "called_by", "version").order_by("decided_at", "pk"):
        found[row.invoice_id].append(row)
    return found


def _off(invoices: Iterable[int]) -> dict[int, list[Suspension]]:
    rows = Suspension.objects.live().filter(debt__invoice_id__in=list(invoices))
    found: dict[int, list[Suspension]] = defaultdict(list)
    for row in rows.select_related("subscription", "debt").order_by("pk"):
        found[row.debt.invoice_id].append(row)
    return found


def _coming_back(invoices: Iterable[int]) -> set[int]:
    """Invoices whose suspension has ended while the provider has yet to say "active"."""
    rows = Suspension.objects.filter(
        debt__invoice_id__in=list(invoices),
        ended_at__isnull=False,
        confirmed_at__isnull=False,
        lifted_by__isnull=False,
        restored_at=None,
    )
    return set(rows.values_list("debt__invoice_id", flat=True))


def _outlook(
    invoice: Invoice,
    loaded: Loaded | None,
    frozen: Decimal,
    history: Sequence[Decision],
    off: Sequence[Suspension],
    names: dict[int, Subscription],
    *,
    now: datetime,
) -> Outlook:
    if loaded is None:
        return Outlook(invoice, frozen, None, None, tuple(history), off=tuple(off))
    policy, customer = loaded.policy, loaded.customer
    decision = book.schedule(policy, loaded.facts, now)
    first = next((entry for entry in decision.schedule if entry.action is book.Action.SUSPEND), None)
    gone = [row.confirmed_at for row in off if row.confirmed_at]
    since = min(gone).astimezone(customer.tz).date() if gone else first.on if first else None
    pay_by = _pay_by(loaded, first, history, now=now) if first else None
    return Outlook(
        invoice,
        frozen,
        decision,
        policy,
        tuple(history),
        suspends_at=first.at if first else None,
        pay_by=pay_by,
        affected=tuple(names[int(pk)] for pk in coming(loaded, now)) if first else (),
        deletes_on=since + timedelta(days=policy.deletion_days) if since else None,
        off=tuple(off),
        quote=quote(loaded, now=now, decision=decision, by=pay_by),
        held=_held(loaded, off),
    )


def _held(loaded: Loaded, off: Sequence[Suspension]) -> bool:
    """Whether another reason than money holds some of what is off."""
    mine = {str(row.subscription_id) for row in off}
    others = (one for one in loaded.facts.suspensions if one.cause != book.NON_PAYMENT and one.ended_at is None)
    return any(one.subscription in mine for one in others)


def _pay_by(loaded: Loaded, first: book.Entry, history: Sequence[Decision], *, now: datetime) -> datetime | None:
    """The last moment to pay: as the latest notice that got through has printed it, else counted back from
    the suspension; none once it has passed."""
    printed = [row for row in history if row.pay_by and reached_at(row)]
    # A promise, a hold or an extension since has moved the suspension, and the time to pay with it.
    stands = printed and not (printed[-1].suspend_on and first.on > printed[-1].suspend_on)
    if stands and printed[-1].pay_by and printed[-1].pay_by > now:
        return printed[-1].pay_by
    return counted_back(loaded, first, now=now)
