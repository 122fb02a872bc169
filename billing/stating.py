"""What did a customer owe, what has moved it, and what is open? The statement of account, in one currency."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import CharField, DecimalField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import TruncDate

from customers.models import Customer

from .aging import Buckets, totals
from .figures import waiting_money
from .models import CreditNote, Invoice, Payment, Refund, Reversal, WriteOff
from .money import ZERO

# In this order on one day: what raises the balance comes first.
KINDS: Final = ("invoice", "reversal", "refund", "void", "credit_note", "payment", "write_off")
AMOUNT: Final = DecimalField(max_digits=18, decimal_places=2)
NAMES: Final = ("m_rank", "m_day", "m_pk", "m_about", "m_text", "m_currency", "m_signed")


@dataclass(frozen=True)
class Movement:
    """One thing that raised (above zero) or lowered the balance, and the balance after it.

    `pk` names the row of its kind; of a void the invoice, of a reversal the payment."""

    kind: str
    on: date
    pk: int
    about: str
    text: str
    amount: Decimal
    balance: Decimal

    @property
    def lowered(self) -> Decimal:
        """By how much it lowered the balance."""
        return -self.amount


@dataclass(frozen=True)
class OpenItem:
    """An invoice that is not settled; `over` is days since its due day, at or below zero when it isn't due."""

    invoice: Invoice
    over: int
    bucket: int


@dataclass(frozen=True)
class Statement:
    """Between two days, both included; what is open is as of `today`.

    `cut` says that there was more to list than asked for; the sums are whole all the same."""

    customer: Customer
    currency: str
    first: date
    last: date
    today: date
    opening: Decimal
    closing: Decimal
    movements: list[Movement]
    items: list[OpenItem]
    buckets: Buckets
    aged: list[Decimal]
    waiting: Decimal
    cut: bool

    @property
    def open(self) -> Decimal:
        """What the open invoices come to."""
        return sum(self.aged, ZERO)

    @property
    def owed(self) -> Decimal:
        """What is open less what waits unapplied."""
        return self.open - self.waiting


def state(
    customer: Customer, currency: str, *, first: date, last: date, today: date, most: int | None = None
) -> Statement:
    """The statement of one customer in one currency. Days are those printed on the documents; a payment counts
    from the day the bank received it. At most `most` movements and open invoices are listed, the oldest.
    The number of queries doesn't grow."""
    buckets, scope = Buckets(), Q(customer=customer, currency=currency)
    opening = balances(customer, before=first).get(currency, ZERO)
    invoices = Invoice.objects.filter(scope).open().order_by("due_on", "pk")
    more = most + 1 if most else None
    movements = list(_running(customer, currency, first, last, opening, more))
    items = [_item(invoice, today, buckets) for invoice in invoices[:more]]
    sums = totals(scope, today=today, buckets=buckets)
    return Statement(
        customer=customer,
        currency=currency,
        first=first,
        last=last,
        today=today,
        opening=opening,
        closing=balances(customer, before=last + timedelta(days=1)).get(currency, ZERO),
        movements=movements[:most],
        items=items[:most],
        buckets=buckets,
        aged=sums[0].amounts if sums else [ZERO] * len(buckets.spans),
        waiting=waiting_money(scope).get(currency, ZERO),
        cut=most is not None and max(len(movements), len(items)) > most,
    )


def _item(invoice: Invoice, today: date, buckets: Buckets) -> OpenItem:
    over = (today - invoice.due_on).days if invoice.due_on else 0
    return OpenItem(invoice, over, buckets.place(over))


def balances(customer: Customer, *, before: date) -> dict[str, Decimal]:
    """What was owed in each currency when a day began; a currency that was never used is absent. One query."""
    parts = [rows.filter(m_day__lt=before) for rows in _sources(customer)]
    summed = [
        rows.values("m_currency").annotate(m_sum=Sum("m_signed")).values_list("m_currency", "m_sum") for rows in parts
    ]
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for currency, amount in summed[0].union(*summed[1:], all=True):
        found[currency] += amount
    return dict(found)


def currencies(customer: Customer) -> list[str]:
    """The currencies in which anything ever moved, in order; the partner's own where nothing did."""
    found = [rows.values_list("m_currency", flat=True) for rows in _sources(customer)]
    used = sorted(set(found[0].union(*found[1:])))
    return used or [customer.partner.currency]


def moved_in(customer: Customer, *, first: date, last: date) -> set[str]:
    """The currencies in which something moved between two days."""
    found = [
        rows.filter(m_day__range=(first, last)).values_list("m_currency", flat=True) for rows in _sources(customer)
    ]
    return set(found[0].union(*found[1:]))


def _running(
    customer: Customer, currency: str, first: date, last: date, opening: Decimal, most: int | None
) -> Iterator[Movement]:
    parts = [
        rows.filter(m_day__range=(first, last), m_currency=currency).values_list(*NAMES) for rows in _sources(customer)
    ]
    balance = opening
    ordered = parts[0].union(*parts[1:], all=True).order_by("m_day", "m_rank", "m_pk")
    for rank, day, pk, about, text, _, signed in ordered[:most]:
        balance += signed
        yield Movement(KINDS[rank], day, pk, about or "", text or "", signed, balance)


def _sources(customer: Customer) -> list[QuerySet[Any]]:
    """One set of rows for each kind of movement, all with the same columns; a void follows its invoice."""
    mine = {"customer": customer}
    issued = Invoice.objects.filter(**mine).exclude(status=Invoice.Status.DRAFT)
    written = WriteOff.objects.filter(agreed_at__isnull=False, **mine)
    agreed, voided = (TruncDate(name, tzinfo=customer.tz) for name in ("agreed_at", "voided_at"))
    return [
        _columns(issued, "invoice", F("issued_on"), F("number"), F("period"), F("total")),
        _columns(
            Reversal.objects.filter(**mine),
            "reversal",
            F("reversed_on"),
            F("payment__reference"),
            F("reason"),
            F("payment__amount"),
            currency="payment__currency",
            pk="payment_id",
        ),
        _columns(Refund.objects.filter(**mine), "refund", F("refunded_on"), F("reference"), None, F("amount")),
        _columns(
            issued.filter(status=Invoice.Status.VOID), "void", voided, F("number"), F("void_reason"), _less("total")
        ),
        _columns(
            CreditNote.objects.filter(**mine),
            "credit_note",
            F("issued_on"),
            F("number"),
            F("period"),
            _less("total"),
        ),
        _columns(Payment.objects.filter(**mine), "payment", F("received_on"), F("reference"), None, _less("amount")),
        _columns(written, "write_off", agreed, F("invoice__number"), None, _less("amount"), pk="invoice_id"),
    ]


def _less(name: str) -> Any:
    return Value(ZERO, output_field=AMOUNT) - F(name)


def _columns(
    rows: QuerySet[Any],
    kind: str,
    day: Any,
    about: Any,
    text: Any,
    signed: Any,
    *,
    currency: str = "currency",
    pk: str = "pk",
) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.order_by().annotate(
        m_rank=Value(KINDS.index(kind)),
        m_day=day,
        m_pk=F(pk),
        m_about=about,
        m_text=text if text is not None else Value("", output_field=CharField()),
        m_currency=F(currency),
        m_signed=signed,
    )
    return found
