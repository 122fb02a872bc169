"""Whose is an entry that waits? What a person says of it: this customer's, nobody's, or look again; and where the
rest of a payment goes."""

from collections.abc import Collection, Sequence
from datetime import datetime

from billing.allocating import allocate, unapplied
from billing.models import BankEntry, Invoice, Payment
from billing.posting import Placed
from customers.locking import lock_customer, lock_customers
from customers.models import Customer, User, acting_for

from .attributing import look_again, place
from .reviewing import after_the_lock
from .settling import Settled, follow


class NotWaiting(Exception):
    """The entry was matched or set aside meanwhile; nothing was changed."""


def match_by_hand(
    entry: BankEntry, customer: Customer, *, told: Collection[int], by: User, now: datetime, only: bool = False
) -> Settled:
    """Book an entry as the payment of a customer a person chose, its told invoices first, or `only` them. Those it
    might also have been from are looked at again in the same commit. Raises NotWaiting and billing's BadPayment."""
    with acting_for(customer.partner):
        others = _candidates(entry) - {customer.pk}
        locked = {one.pk: one for one in lock_customers({customer.pk, *others})}
        now = after_the_lock(list(locked.values()), now=now)
        row = _waiting(entry)
        received = place(row, locked[customer.pk], told=told, why=[["person", str(by)]], now=now, by=by, only=only)
        return Settled(received, follow([received.payment] if received.booked_now else [], by, now=now, beside=others))


def set_aside(entry: BankEntry, *, why: str, by: User, now: datetime) -> None:
    """Say that an entry is no customer's payment, with the reason; it holds nothing back any more. Of a debit
    that took a payment back it says that this is done. Raises NotWaiting."""
    with acting_for(entry.partner):
        lock_customers(_candidates(entry))
        row = _waiting(entry)
        row.dismissed_at, row.dismissed_by, row.dismissed_why = now, by, why[:300]
        row.save(update_fields=["dismissed_at", "dismissed_by", "dismissed_why"])
        look_again(_candidates(entry), now=now)


def bring_back(entry: BankEntry, *, now: datetime) -> None:
    """Undo that an entry was set aside: it waits again, and holds back what it could cover. Raises NotWaiting."""
    with acting_for(entry.partner):
        lock_customers(_candidates(entry))
        row = BankEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
        if row.dismissed_at is None:
            raise NotWaiting
        row.dismissed_at, row.dismissed_by, row.dismissed_why = None, None, ""
        row.save(update_fields=["dismissed_at", "dismissed_by", "dismissed_why"])
        look_again(_candidates(entry), now=now)


def allocate_rest(
    payment: Payment, told: Sequence[Invoice], *, by: User, now: datetime, only: bool = False
) -> list[Placed]:
    """Put what is left of a payment against these invoices first, then the oldest due, and review its customer in
    the same commit. `only` these: what they leave of it waits. Nothing left, nothing done."""
    with acting_for(payment.customer.partner):
        lock_customer(payment.customer_id)
        placed = allocate(payment, now=now, told=told, only=only) if unapplied(payment) > 0 else []
        if placed:
            follow([payment], by, now=now)
    return placed


def _candidates(entry: BankEntry) -> set[int]:
    return set(entry.candidates.values_list("customer_id", flat=True)) if entry.credit else set()


def _waiting(entry: BankEntry) -> BankEntry:
    row = BankEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if row.payment_id or row.dismissed_at:
        raise NotWaiting
    return row
