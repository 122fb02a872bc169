"""How much, by when and under which reference keeps access or brings it back? Found by asking the rulebook."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from billing.models import Invoice
from billing.money import ZERO, decimals, plain
from billing.referring import restoring_reference

from . import policy as book
from .facts import Loaded, load
from .policy.deciding import decide
from .policy.forecasting import look_ahead
from .policy.freezing import undecided, undisputed
from .policy.knowing import known


@dataclass(frozen=True)
class Quote:
    """What to pay for access to these subscriptions (by primary key).

    `restores`: they are off and it brings them back. Otherwise it keeps them, if it is paid by `by`; none where
    that moment has passed and they may go off at any time."""

    invoice: Invoice
    amount: Decimal
    currency: str
    reference: str
    restores: bool
    subscriptions: tuple[int, ...]
    by: datetime | None

    @property
    def plain_amount(self) -> str:
        """What to type into a transfer."""
        return plain(self.amount, self.currency)


def quote_for(invoice: Invoice, *, now: datetime) -> Quote | None:
    """The quote for an invoice; none where nothing of it hangs on access."""
    loaded = _loaded(invoice, now)
    return quote(loaded, now=now) if loaded else None


def quote(
    loaded: Loaded, *, now: datetime, decision: book.Decision | None = None, by: datetime | None = None
) -> Quote | None:
    """The quote for a loaded case. `decision` is the rulebook's answer at `now` with its future, and `by` the last
    moment to pay that a notice has named, where they are known already."""
    off = _off(loaded)
    if off:
        amount = _cures(loaded, now)
        return _quote(loaded, amount, off, None, restores=True) if amount else None
    decided = decision or book.schedule(loaded.policy, loaded.facts, now)
    first = _first_suspension(decided)
    if first is None or isinstance(decided.next, book.Clear):
        return None
    amount = _keeps(loaded, now)
    by = by or counted_back(loaded, first, now=now)
    return _quote(loaded, amount, coming(loaded, now), by, restores=False) if amount else None


def _quote(
    loaded: Loaded, amount: Decimal, subscriptions: Iterable[str], by: datetime | None, *, restores: bool
) -> Quote:
    invoice = loaded.invoice
    return Quote(
        invoice=invoice,
        amount=amount,
        currency=invoice.currency,
        reference=restoring_reference(invoice),
        restores=restores,
        subscriptions=tuple(sorted(map(int, subscriptions))),
        by=by,
    )


def counted_back(loaded: Loaded, first: book.Entry, *, now: datetime) -> datetime | None:
    """The last moment to pay before a suspension to come, counted back from it; none once it has passed."""
    policy, calendar = loaded.policy, loaded.facts.calendar
    counted = first.at
    if policy.settle_days:
        last = book.shift(first.on, -policy.settle_days, book.Unit.BUSINESS_DAYS, calendar)
        counted = book.first_instant(last, calendar.closes, calendar.zone)
    return counted if counted > now else None


def lines_behind(invoice: Invoice, now: datetime) -> dict[int, Decimal]:
    """What a payment for access pays before all else, in this order: lines by primary key, at most the
    undisputed part of each. Those behind a suspension, else those that a coming one would cover."""
    loaded = _loaded(invoice, now)
    if loaded is None:
        return {}
    # The payment itself is among what came in by now; it must not hide what it is meant for.
    before = replace(loaded, facts=replace(loaded.facts, receipts=()))
    return {int(line): amount for line, amount in _first(before, now).items()}


def _loaded(invoice: Invoice, now: datetime) -> Loaded | None:
    return next((one for one in load([invoice.customer], now=now) if one.invoice.pk == invoice.pk), None)


def _off(loaded: Loaded) -> set[str]:
    """The subscriptions that this invoice holds off now."""
    mine = (one for one in loaded.facts.suspensions if one.cause == book.NON_PAYMENT)
    return {one.subscription for one in mine if one.invoice == loaded.facts.invoice.id and one.ended_at is None}


def coming(loaded: Loaded, now: datetime) -> tuple[str, ...]:
    """Whom the first suspension of the future would reach."""
    at = now.astimezone(UTC)
    policy, facts = loaded.policy, known(loaded.facts, at)
    return look_ahead(policy, facts, at, decide(policy, facts, at), to_suspension=True).covers


def _first_suspension(decision: book.Decision) -> book.Entry | None:
    return next((entry for entry in decision.schedule if entry.action is book.Action.SUSPEND), None)


def _due(loaded: Loaded) -> dict[str, Decimal]:
    """The undisputed part of each line that has one, in line order."""
    questioned = undecided(loaded.facts)
    parts = {line.id: undisputed([line], questioned) for line in loaded.facts.invoice.lines}
    return {line: part for line, part in parts.items() if part > ZERO}


def _first(loaded: Loaded, now: datetime) -> dict[str, Decimal]:
    """The lines that access hangs on; where the whole invoice has to be cured, its other lines after them."""
    off, due = _off(loaded), _due(loaded)
    named = off or set(coming(loaded, now))
    own = {line.id for line in loaded.facts.invoice.lines if line.subscription in named}
    first = {line: part for line, part in due.items() if line in own}
    if off and loaded.policy.cure_level is book.CureLevel.INVOICE:
        first |= {line: part for line, part in due.items() if line not in own}
    return first


def _cures(loaded: Loaded, now: datetime) -> Decimal:
    """The smallest payment after which the rulebook lets go of everything that is off; the whole where only a
    trifle would be left. Zero where none does.

    More money never holds access back, so halving the range finds it to the smallest coin."""
    order = _first(loaded, now)
    coin = Decimal(1).scaleb(-decimals(loaded.invoice.currency))
    whole = sum(order.values(), ZERO)
    low, high = 0, int(whole / coin)
    if not _lets_go(loaded, order, whole, now):
        return ZERO
    while low < high:
        middle = (low + high) // 2
        if _lets_go(loaded, order, middle * coin, now):
            high = middle
        else:
            low = middle + 1
    return high * coin if _is_pursued(loaded, whole - high * coin) else whole


def _is_pursued(loaded: Loaded, rest: Decimal) -> bool:
    return rest > ZERO and rest >= loaded.policy.ignored(loaded.invoice.currency)


def _lets_go(loaded: Loaded, order: Mapping[str, Decimal], amount: Decimal, now: datetime) -> bool:
    decision = book.schedule(loaded.policy, _paid(loaded.facts, order, amount), now, forecast=False)
    return isinstance(decision.next, book.Clear) or _off(loaded) <= set(decision.release)


def _keeps(loaded: Loaded, now: datetime) -> Decimal:
    """The undisputed debt that a coming suspension is about; all of the invoice's where paying only that would
    not keep it away."""
    order = _first(loaded, now)
    amount = sum(order.values(), ZERO)
    after = book.schedule(loaded.policy, _paid(loaded.facts, order, amount), now)
    away = isinstance(after.next, book.Clear) or _first_suspension(after) is None
    return amount if away else sum(_due(loaded).values(), ZERO)


def _paid(facts: book.Facts, order: Mapping[str, Decimal], amount: Decimal) -> book.Facts:
    """The facts after a payment of so much over these lines in their order."""
    parts: dict[str, Decimal] = {}
    for line, most in order.items():
        parts[line] = min(most, amount)
        amount -= parts[line]
    lines = tuple(replace(line, open=line.open - parts.get(line.id, ZERO)) for line in facts.invoice.lines)
    return replace(facts, invoice=replace(facts.invoice, lines=lines))
