"""What may be promised for an invoice, and was it kept? A word that pauses the ladder while it runs."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from billing.figures import undisputed_due
from billing.models import Allocation, Invoice, PromiseToPay
from billing.money import ZERO, plain, quantise
from customers.locking import lock_customer
from customers.models import Customer, Membership, TimelineEntry, User, acting_for
from customers.telling import tell

from . import policy as book
from .calendars import calendar_for
from .calling import check_may_chase
from .facts import Loaded, load
from .publishing import policy_of
from .reviewing import review


class BadPromise(Exception):
    """It can't be promised. `code` says in one word what is in the way: status, amount, by_on or count."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


@dataclass(frozen=True)
class Offer:
    """What may be promised today: by which day, how much, and how many promises of this invoice still count."""

    loaded: Loaded
    earliest: date
    latest: date
    most: Decimal
    counted: int

    @property
    def counts(self) -> bool:
        """Whether a further promise pauses anything."""
        return self.counted > 0 and bool(self.loaded.policy.promise_pauses)


def offer(invoice: Invoice, *, now: datetime) -> Offer:
    """The bounds of a promise under the policy that governs the invoice. Raises BadPromise (status)."""
    if invoice.status != Invoice.Status.ISSUED:
        raise BadPromise("status", "only an issued invoice can be promised")
    most = undisputed_due(invoice)
    loaded = next((one for one in load([invoice.customer], now=now) if one.invoice.pk == invoice.pk), None)
    if loaded is None or most <= ZERO:
        raise BadPromise("status", "nothing of this invoice is to pay")
    today = now.astimezone(invoice.customer.tz).date()
    left = loaded.policy.promise_count - len(loaded.facts.promises)
    return Offer(loaded, today, today + timedelta(days=loaded.policy.promise_days), most, max(left, 0))


def promise(
    invoice: Invoice,
    amount: Decimal | None,
    by_on: date,
    *,
    by: User,
    now: datetime,
    note: str = "",
) -> PromiseToPay:
    """Record that an amount of an invoice (none: all that is undisputed) is paid by a day, and review the customer.

    Only the first few of an invoice pause the ladder, as the policy says; a further one is refused to customers,
    while staff may record it. The same word again while it stands is the same promise. Raises BadPromise."""
    with acting_for(invoice.partner):
        customer = lock_customer(invoice.customer_id)
        invoice = Invoice.objects.get(pk=invoice.pk)
        invoice.customer = customer
        bounds = offer(invoice, now=now)
        amount = bounds.most if amount is None else amount
        before = _made_before(invoice, amount, by_on, by)
        if before is not None:
            return before
        _check(bounds, amount, by_on)
        if not bounds.counts and not _works_here(by, invoice):
            raise BadPromise("count", "this invoice has been promised as often as the policy allows")
        row = PromiseToPay.objects.create(
            partner_id=invoice.partner_id,
            customer=customer,
            invoice=invoice,
            amount=amount,
            currency=invoice.currency,
            by_on=by_on,
            made_at=now,
            made_by=by,
            note=note.strip()[:300],
        )
        _announce(customer, row, now=now)
        review([customer.pk], now=now)
        return row


def _made_before(invoice: Invoice, amount: Decimal, by_on: date, by: User) -> PromiseToPay | None:
    same = PromiseToPay.objects.filter(invoice=invoice, amount=amount, by_on=by_on, made_by=by, kept_at=None)
    return same.order_by("pk").first()


def _check(bounds: Offer, amount: Decimal, by_on: date) -> None:
    currency = bounds.loaded.invoice.currency
    if amount <= ZERO or quantise(amount, currency) != amount:
        raise BadPromise("amount", f"{amount} is not an amount more than zero")
    if amount > bounds.most:
        raise BadPromise("amount", f"{amount} is more than the {plain(bounds.most, currency)} that is to pay")
    if not bounds.earliest <= by_on <= bounds.latest:
        raise BadPromise("by_on", f"{by_on} is not between {bounds.earliest} and {bounds.latest}")


def _works_here(user: User, invoice: Invoice) -> bool:
    return Membership.objects.filter(user=user, partner_id=invoice.partner_id, customer=None).exists()


def _announce(customer: Customer, row: PromiseToPay, *, now: datetime) -> None:
    tell(
        customer,
        TimelineEntry.Kind.MONEY,
        "promise_made",
        now=now,
        about=row.invoice.number or "",
        values={
            "amount": plain(row.amount, row.currency),
            "currency": row.currency,
            "invoice": row.invoice.number,
            "by_on": row.by_on.isoformat(),
        },
        actor=row.made_by,
    )


def keep_promises(customers: Collection[int], *, now: datetime) -> list[PromiseToPay]:
    """Stamp the promises of these customers that payments have now kept, and take the stamp back where the bank took
    back what had kept one. Answers those kept now; the caller holds the customers' locks.

    Kept is a promise whose amount has been put against its invoice by payments since it was made, or whose
    invoice a payment since has settled. The same money keeps one promise only. A credit alone keeps nothing, and once
    the settling days have passed a promise stays broken: the ladder has gone on from there."""
    rows = PromiseToPay.objects.filter(customer_id__in=customers).select_related("invoice__case", "customer", "partner")
    of_invoice: dict[int, list[PromiseToPay]] = defaultdict(list)
    for row in rows.order_by("made_at", "by_on", "pk"):
        of_invoice[row.invoice_id].append(row)
    money = _money_of(of_invoice)
    kept: list[PromiseToPay] = []
    for invoice_id, promised in of_invoice.items():
        # What has kept a promise is spent on it before others look for theirs.
        for row in sorted(promised, key=lambda one: one.kept_at is None):
            holds = _paid_up(row, money[invoice_id])
            if row.kept_at is None and holds and last_day(row) >= _day(now, row.customer):
                _stamp(row, now, "promise_kept", now=now)
                kept.append(row)
            elif row.kept_at is not None and not holds and _taken_back(row):
                _stamp(row, None, "promise_unkept", now=now)
            if row.kept_at is not None:
                _spend(row, money[invoice_id])
    return kept


@dataclass
class _Money:
    """What a payment put against an invoice and no promise was kept by yet."""

    at: datetime
    left: Decimal


def _money_of(invoices: Collection[int]) -> dict[int, list[_Money]]:
    """The payments' allocations that stand, by invoice, oldest first."""
    found: dict[int, list[_Money]] = {pk: [] for pk in invoices}
    standing = Allocation.objects.filter(
        line__invoice__in=invoices, payment__isnull=False, undoes=None, undone_by=None
    ).order_by("at", "pk")
    for invoice_id, at, amount in standing.values_list("line__invoice", "at", "amount"):
        found[invoice_id].append(_Money(at, amount))
    return found


def _in_time(row: PromiseToPay, money: Iterable[_Money]) -> list[_Money]:
    last = last_day(row)
    return [one for one in money if row.made_at <= one.at and _day(one.at, row.customer) <= last]


def _paid_up(row: PromiseToPay, money: Iterable[_Money]) -> bool:
    paid = sum((one.left for one in _in_time(row, money)), ZERO)
    return paid >= row.amount or (paid > ZERO and row.invoice.balance <= ZERO)


def _spend(row: PromiseToPay, money: Iterable[_Money]) -> None:
    wanted = row.amount
    for one in _in_time(row, money):
        taken = min(one.left, wanted)
        one.left -= taken
        wanted -= taken


def _taken_back(row: PromiseToPay) -> bool:
    """Whether some of what had come in by the day it was kept was taken back since."""
    undone = Allocation.objects.filter(line__invoice=row.invoice_id, undoes=None, undone_by__isnull=False)
    return undone.filter(at__gte=row.made_at, at__lte=row.kept_at).exists()


def _stamp(row: PromiseToPay, kept_at: datetime | None, code: str, *, now: datetime) -> None:
    row.kept_at = kept_at
    row.save(update_fields=["kept_at"])
    tell(
        row.customer,
        TimelineEntry.Kind.MONEY,
        code,
        now=now,
        about=row.invoice.number or "",
        values={"amount": plain(row.amount, row.currency), "currency": row.currency, "invoice": row.invoice.number},
    )


def _day(now: datetime, customer: Customer) -> date:
    return now.astimezone(customer.tz).date()


def last_day(row: PromiseToPay) -> date:
    """The last day on which a payment keeps it: the promised one and the days money may need to arrive."""
    case = getattr(row.invoice, "case", None)
    settle_days = policy_of(case.version_id).settle_days if case else 0
    partner = row.partner
    calendar = calendar_for(partner)
    return book.shift(row.by_on, settle_days, book.Unit.BUSINESS_DAYS, calendar)


def state_on(row: PromiseToPay, today: date) -> str:
    """kept, open, settled (nothing is owed any more) or broken, on the customer's day."""
    if row.kept_at is not None:
        return "kept"
    if row.invoice.balance <= ZERO:
        return "settled"
    return "open" if today <= last_day(row) else "broken"


def counted(rows: Iterable[PromiseToPay], policy: book.Policy) -> set[int]:
    """Which promises of one invoice pause its ladder, by primary key: the first few that were made."""
    ordered = sorted(rows, key=lambda row: (row.made_at, row.by_on, row.amount))
    return {row.pk for row in ordered[: policy.promise_count]} if policy.promise_pauses else set()


def log_promise_call(row: PromiseToPay, *, by: User, note: str, now: datetime) -> None:
    """Log that somebody called about a broken promise; it stands on the timeline, for staff alone. The same words
    again within a minute are a second click.

    Raises NotAllowed."""
    check_may_chase(by, row.partner)
    said = note.strip()[:300]
    with acting_for(row.partner):
        customer = lock_customer(row.customer_id)
        lately = customer.timeline.filter(code="call_logged", actor=by, at__gt=now - timedelta(minutes=1))
        if lately.filter(values__promise=row.pk, values__note=said).exists():
            return
        tell(
            customer,
            TimelineEntry.Kind.NOTICE,
            "call_logged",
            now=now,
            about=row.invoice.number or "",
            values={"person": str(by), "invoice": row.invoice.number, "note": said, "promise": row.pk},
            actor=by,
            shared=False,
        )
