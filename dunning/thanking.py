"""Did money arrive right after a letter asked for it? Then another letter says so, before they wonder."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from billing.models import Payment
from billing.money import plain
from customers.models import Letter
from customers.writing import Wanted, promise_letters

from .models import Decision

LATELY = timedelta(hours=24)


def thank(payments: Iterable[Payment], *, now: datetime) -> None:
    """Promise the letter "received, nothing left to do" once for each payment that settled what a notice of the
    last 24 hours asked for. The caller holds the customers' locks and has allocated the payments."""
    by_pk = {payment.pk: payment for payment in payments}
    asked = Decision.objects.filter(
        invoice__lines__allocations__payment__in=by_pk,
        invoice__balance__lte=0,
        message__letter=Letter.NOTICE,
        message__delivered_at__gt=now - LATELY,
    )
    settled: dict[int, set[str]] = defaultdict(set)
    for pk, number in asked.values_list("invoice__lines__allocations__payment", "invoice__number"):
        settled[pk].add(str(number))
    if settled:
        promise_letters([_letter(by_pk[pk], sorted(numbers)) for pk, numbers in settled.items()], now=now)


def _letter(payment: Payment, numbers: list[str]) -> Wanted:
    return Wanted(
        payment.customer,
        Letter.RECEIVED,
        key=f"letter:received:{payment.pk}",
        about=", ".join(numbers),
        values={
            "amount": plain(payment.amount, payment.currency),
            "currency": payment.currency,
            "received_on": payment.received_on.isoformat(),
            "invoices": numbers,
            "link": "/my/invoices/",
        },
    )
