"""What would happen to an invoice if one fact were different? The rulebook's own answer, before anybody confirms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from billing.models import Hold, Invoice
from customers.models import Customer

from . import policy as book
from .facts import Loaded, load
from .gathering import as_hold

Change = Callable[[book.Facts], book.Facts]


@dataclass(frozen=True)
class Step:
    """One coming step, as it comes when things stay as they are and as it would come; none where it doesn't."""

    stage: str
    action: book.Action
    before: book.Entry | None
    after: book.Entry | None

    @property
    def suspends(self) -> bool:
        """Whether it takes access away, so that the hour matters."""
        return self.action is book.Action.SUSPEND

    @property
    def moved(self) -> bool:
        """Whether the change moves it."""
        return (self.before and self.before.at) != (self.after and self.after.at)


@dataclass(frozen=True)
class Supposed:
    """One invoice decided twice: as things stand, and with a fact added or changed."""

    loaded: Loaded
    before: book.Decision
    after: book.Decision

    @property
    def invoice(self) -> Invoice:
        """The invoice that was decided."""
        return self.loaded.invoice

    @property
    def changes(self) -> bool:
        """Whether anything of the answer is different."""
        return (self.before.next, self.before.schedule) != (self.after.next, self.after.schedule)

    @property
    def quiet_until(self) -> datetime | None:
        """Before this instant nothing would happen; none where nothing happens by itself."""
        return self.after.schedule[0].at if self.after.schedule else None

    @property
    def steps(self) -> list[Step]:
        """The coming steps up to the suspension, in the order in which they would come."""
        old, new = _up_to_suspension(self.before), _up_to_suspension(self.after)
        names = list(dict.fromkeys([*new, *old]))
        return [Step(name, (new.get(name) or old[name]).action, old.get(name), new.get(name)) for name in names]


def suppose(one: Loaded, change: Change, *, now: datetime) -> Supposed:
    """Decide one case as it stands and as it would with the change; nothing is written."""
    before = book.schedule(one.policy, one.facts, now)
    return Supposed(one, before, book.schedule(one.policy, change(one.facts), now))


def suppose_all(customer: Customer, change: Change, *, now: datetime, invoices: Sequence[int] = ()) -> list[Supposed]:
    """The same for every open case of a customer on which something is owed, or only for these invoices."""
    mine = [one for one in load([customer], now=now) if one.invoice.balance > 0]
    wanted = [one for one in mine if not invoices or one.invoice.pk in invoices]
    return [suppose(one, change, now=now) for one in wanted]


def with_promise(promise: book.Promise) -> Change:
    """As if this had been promised."""
    return lambda facts: replace(facts, promises=(*facts.promises, promise))


def with_hold(row: Hold) -> Change:
    """As if this hold, exemption or extension (not saved) had been granted, wherever it reaches."""

    def change(facts: book.Facts) -> book.Facts:
        reaches = row.invoice_id is None or str(row.invoice_id) == facts.invoice.id
        return replace(facts, holds=(*facts.holds, as_hold(row))) if reaches else facts

    return change


def with_end(row: Hold, until: date) -> Change:
    """As if this hold had ended on that day."""
    old = as_hold(row)

    def change(facts: book.Facts) -> book.Facts:
        return replace(facts, holds=tuple(replace(one, until=until) if one == old else one for one in facts.holds))

    return change


def with_claim(receipt: book.Receipt) -> Change:
    """As if this payment had been reported."""
    return lambda facts: replace(facts, receipts=(*facts.receipts, receipt))


def without_claim(receipt: book.Receipt) -> Change:
    """As if this reported payment counted no more."""

    def change(facts: book.Facts) -> book.Facts:
        left = list(facts.receipts)
        if receipt in left:
            left.remove(receipt)
        return replace(facts, receipts=tuple(left))

    return change


def with_restart(at: datetime) -> Change:
    """As if a person had chosen to warn again."""
    return lambda facts: replace(facts, restarts=(*facts.restarts, at), proposal=None)


def _up_to_suspension(decision: book.Decision) -> dict[str, book.Entry]:
    found: dict[str, book.Entry] = {}
    for entry in decision.schedule:
        found.setdefault(entry.stage, entry)
        if entry.action is book.Action.SUSPEND:
            break
    return found
