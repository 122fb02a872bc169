"""Did money arrive right after a letter asked for it? Then another letter says so, before they wonder."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto

from billing.figures import undisputed_due
from billing.models import Invoice, Payment
from billing.money import ZERO, plain
from customers.models import Letter
from customers.writing import Wanted, promise_letters

from .models import Decision
from .publishing import policy_of

LATELY = timedelta(hours=24)


class Rest(Enum):
    """What is left of an invoice after a payment."""

    NOTHING = auto()
    QUESTIONED = auto()
    DUE = auto()


def thank(payments: Iterable[Payment], *, now: datetime) -> None:
    """Promise the letter "received, nothing left to do" once for each payment after which nothing is left to press
    for of what a notice of the last 24 hours asked for: it is settled, or only what is questioned remains.

    The caller holds the customers' locks and has allocated the payments."""
    by_pk = {payment.pk: payment for payment in payments}
    asked = Decision.objects.filter(
        invoice__lines__allocations__payment__in=by_pk,
        message__letter=Letter.NOTICE,
        message__delivered_at__gt=now - LATELY,
    )
    pairs = set(asked.values_list("invoice__lines__allocations__payment", "invoice"))
    invoices = Invoice.objects.select_related("case").in_bulk({invoice for _, invoice in pairs})
    rests = {pk: _rest(invoice) for pk, invoice in invoices.items()}
    for pk in sorted({payment for payment, _ in pairs}):
        mine = [invoices[invoice] for payment, invoice in pairs if payment == pk]
        named = {
            rest: sorted(str(invoice.number) for invoice in mine if rests[invoice.pk] is rest)
            for rest in (Rest.NOTHING, Rest.QUESTIONED)
        }
        if any(named.values()):
            wanted = _letter(by_pk[pk], named[Rest.NOTHING], named[Rest.QUESTIONED])
            promise_letters([wanted], now=now)


def _rest(invoice: Invoice) -> Rest:
    """Too little to be pursued counts as nothing, as it does on the ladder."""
    ignored = policy_of(invoice.case.version_id).ignored(invoice.currency)
    if _too_little(invoice.balance, ignored):
        return Rest.NOTHING
    return Rest.QUESTIONED if _too_little(undisputed_due(invoice), ignored) else Rest.DUE


def _too_little(amount: Decimal, ignored: Decimal) -> bool:
    return amount <= ZERO or amount < ignored


def _letter(payment: Payment, settled: list[str], questioned: list[str]) -> Wanted:
    return Wanted(
        payment.customer,
        Letter.RECEIVED,
        key=f"letter:received:{payment.pk}",
        about=", ".join([*settled, *questioned]),
        values={
            "amount": plain(payment.amount, payment.currency),
            "currency": payment.currency,
            "received_on": payment.received_on.isoformat(),
            "invoices": settled,
            "questioned": questioned,
            "link": "/my/invoices/",
        },
    )
