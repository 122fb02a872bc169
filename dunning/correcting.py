"""What does a correction change for the ladder? The money, the debt and the access that hangs on it, in one commit."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from billing import crediting, refunding, reversing, voiding, writing_off
from billing.models import CreditNote, Invoice, Payment, WriteOff
from billing.refunding import Sent
from billing.reversing import Reversed
from customers.locking import lock_customer
from customers.models import Customer, User, acting_for
from payables.unbilling import free
from subscriptions.models import Subscription

from .facts import load
from .models import Case, Restart
from .promising import keep_promises
from .reviewing import after_the_lock, review

Done = TypeVar("Done")


@dataclass(frozen=True)
class Restored:
    """A correction that may have ended a debt, and the access that comes back with it."""

    invoice: Invoice
    reinstated: list[Subscription]


def take_payment_back(
    payment: Payment, *, reversed_on: date, reason: str, now: datetime, by: User | None = None
) -> Reversed:
    """Book that the bank took a payment back. Each debt it had paid starts a new round: a closed case is open
    again, and the customer is warned anew before anything is suspended. What was restored stays on until then.

    Raises billing's NotPossible."""

    def deed(customer: Customer, at: datetime) -> Reversed:
        done = reversing.reverse(payment.pk, customer, reversed_on=reversed_on, reason=reason, now=at, by=by)
        keep_promises([customer.pk], now=at)
        _start_again(customer, done.reopened, f"payment taken back: {done.reversal.reason}", now=at)
        return done

    done, _ = _correct(payment.customer, deed, now=now)
    return done


def send_back(
    source: Payment | CreditNote,
    *,
    amount: Decimal,
    refunded_on: date,
    reference: str,
    reason: str,
    by: User,
    now: datetime,
) -> Sent:
    """Book a refund. Money that had held up a step no longer does. Raises billing's NotPossible, PermissionError."""

    def deed(customer: Customer, at: datetime) -> Sent:
        return refunding.refund(
            source,
            customer,
            amount=amount,
            refunded_on=refunded_on,
            reference=reference,
            reason=reason,
            by=by,
            now=at,
        )

    return _correct(source.customer, deed, now=now)[0]


def ask_to_write_off(invoice: Invoice, *, amount: Decimal, reason: str, by: User, now: datetime) -> WriteOff:
    """Ask that a debt be given up; the ladder goes on meanwhile. Raises billing's NotPossible, PermissionError."""
    with acting_for(invoice.partner):
        customer = lock_customer(invoice.customer_id)
        return writing_off.ask(invoice.pk, customer, amount=amount, reason=reason, by=by, now=now)


def agree_to_write_off(asked: WriteOff, *, by: User, now: datetime) -> Restored:
    """Give the debt up; a suspension behind it ends. Raises billing's NotPossible, PermissionError."""

    def deed(customer: Customer, at: datetime) -> Invoice:
        return writing_off.agree(asked.pk, customer, by=by, now=at).invoice

    return Restored(*_correct(asked.customer, deed, now=now))


def refuse_write_off(asked: WriteOff, *, by: User, now: datetime) -> WriteOff:
    """Say no; the debt stays. Raises billing's NotPossible, PermissionError."""
    with acting_for(asked.partner):
        return writing_off.refuse(asked.pk, lock_customer(asked.customer_id), by=by, now=now)


def void_invoice(invoice: Invoice, *, reason: str, bill_again: bool, by: User, now: datetime) -> Restored:
    """Void an issued invoice; a suspension behind it ends. With `bill_again` the provider's charges on it wait to
    be billed with the next drafts. Raises billing's NotPossible, PermissionError."""

    def deed(customer: Customer, at: datetime) -> Invoice:
        before = invoice.status
        done = voiding.void(invoice.pk, customer, reason=reason, by=by, now=at)
        if bill_again and done.status != before:
            free(done)
        return done

    return Restored(*_correct(invoice.customer, deed, now=now))


def credit_invoice(
    invoice: Invoice,
    amounts: Mapping[int, Decimal],
    *,
    why: str,
    reason: str,
    by: User,
    now: datetime,
    seen: int | None = None,
) -> CreditNote:
    """Issue a credit note on lines of an invoice; a debt it ends brings access back.

    Raises billing's NotPossible, PermissionError."""

    def deed(customer: Customer, at: datetime) -> CreditNote:
        return crediting.credit(invoice.pk, customer, amounts, why=why, reason=reason, by=by, now=at, seen=seen)

    return _correct(invoice.customer, deed, now=now)[0]


def _correct(
    customer: Customer, deed: Callable[[Customer, datetime], Done], *, now: datetime
) -> tuple[Done, list[Subscription]]:
    """Do it under the customer's lock and review the customer in the same transaction."""
    with acting_for(customer.partner):
        locked = lock_customer(customer.pk)
        now = after_the_lock([locked], now=now)
        done = deed(locked, now)
        reviewed = review([locked.pk], now=now)
        return done, list(Subscription.objects.filter(pk__in=reviewed.released).order_by("pk"))


def _start_again(customer: Customer, invoices: Iterable[Invoice], why: str, *, now: datetime) -> None:
    """A new round for each of these debts; one that was paid before anybody looked gets its case first."""
    for loaded in load([customer], now=now):
        if loaded.case._state.adding:
            loaded.case.save()
    cases = Case.objects.select_for_update().filter(invoice__in=[one.pk for one in invoices], invoice__balance__gt=0)
    for case in cases.order_by("pk"):
        Restart.objects.create(partner_id=case.partner_id, case=case, at=now, why=why[:300])
        if case.closed_at is not None:
            case.closed_at = None
            case.save(update_fields=["closed_at"])
