"""What have we sent the provider? Written down once, taken back by a row of its own."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext

from billing.money import ZERO, quantise
from billing.refusing import NotPossible
from customers.models import User, acting_for

from .allowing import check_may_pay
from .models import ProviderBill, ProviderPayment


def pay(
    bill: ProviderBill,
    *,
    amount: Decimal,
    paid_on: date,
    reference: str,
    once: str,
    by: User,
    now: datetime,
) -> ProviderPayment:
    """Record money sent for a bill, in the bill's currency. `once` names the form: sent twice it is one payment.
    More than is owed is kept as credit. Raises NotPossible naming the field, PermissionError."""
    check_may_pay(by, bill.partner)
    with acting_for(bill.partner):
        bill = ProviderBill.objects.select_for_update().get(pk=bill.pk)
        known = ProviderPayment.objects.filter(partner=bill.partner, once=once).first()
        if known is not None:
            return _as_before(known, bill, amount)
        _check(bill, amount, paid_on, now)
        return ProviderPayment.objects.create(
            partner_id=bill.partner_id,
            bill=bill,
            amount=amount,
            currency=bill.currency,
            paid_on=paid_on,
            reference=reference.strip()[:140],
            recorded_at=now,
            recorded_by=by,
            once=once,
        )


def _as_before(known: ProviderPayment, bill: ProviderBill, amount: Decimal) -> ProviderPayment:
    if (known.bill_id, known.amount) != (bill.pk, amount):
        raise NotPossible(gettext("This form was sent before with other values. Open it anew"))
    return known


def _check(bill: ProviderBill, amount: Decimal, paid_on: date, now: datetime) -> None:
    if bill.document == ProviderBill.Kind.VOID:
        raise NotPossible(gettext("A void note is not paid"))
    if amount <= ZERO or quantise(amount, bill.currency) != amount:
        raise NotPossible(gettext("“%(value)s” is not an amount that can be sent") % {"value": amount}, "amount")
    if paid_on > now.astimezone(bill.partner.tz).date():
        raise NotPossible(gettext("“%(value)s” lies in the future") % {"value": paid_on.isoformat()}, "paid_on")


def take_back(payment: ProviderPayment, *, why: str, by: User, now: datetime) -> ProviderPayment:
    """Undo a payment that was written down by mistake or came back: a row with the opposite amount. Asked twice it is
    one row. Raises NotPossible, PermissionError."""
    check_may_pay(by, payment.partner)
    with acting_for(payment.partner):
        ProviderBill.objects.select_for_update().get(pk=payment.bill_id)
        undone = ProviderPayment.objects.filter(undoes=payment).first()
        if undone is not None:
            return undone
        if payment.undoes_id is not None:
            raise NotPossible(gettext("This row takes a payment back itself"))
        if not why.strip():
            raise NotPossible(gettext("Say why it is taken back"), "why")
        return ProviderPayment.objects.create(
            partner_id=payment.partner_id,
            bill_id=payment.bill_id,
            amount=-payment.amount,
            currency=payment.currency,
            paid_on=now.astimezone(payment.partner.tz).date(),
            reference=payment.reference,
            recorded_at=now,
            recorded_by=by,
            undoes=payment,
            why=why.strip()[:300],
            once=f"undo-{payment.pk}",
        )
