"""What money do we expect to come and go: what customers owe, how they usually pay, and which bills fall due?"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.db.models import DecimalField, F, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Least

from billing.models import DisputedAmount, Invoice, PromiseToPay
from billing.money import ZERO
from customers.models import Partner

from .cash_gap import Outgo, Receivable
from .models import CashBalance, ProviderBill
from .owing import Owed
from .terms import AllTerms

# How many settled invoices say something about a customer, and over which last ones the median is taken.
ENOUGH: Final = 3
LAST: Final = 6
MONTH: Final = 30


def receivables(partner: Partner, currency: str, *, today: date) -> list[Receivable]:
    """The undisputed money customers owe, with promises and habits; constant in queries. Disputed money is left out."""
    usual, promised = habits(partner), _promises(partner, currency, today)
    found = []
    for row in _open_invoices(partner, currency):
        late = usual.get(row["customer_id"])
        day = None if late is None else row["due_on"] + timedelta(days=late)
        found.append(
            Receivable(
                key=row["pk"],
                who=row["who"],
                number=row["number"],
                amount=row["due"],
                due_on=row["due_on"],
                usual_on=day if day and day > today else None,
                promised=tuple(promised.get(row["pk"], ())),
            )
        )
    return found


def _open_invoices(partner: Partner, currency: str) -> Any:
    money = DecimalField(max_digits=18, decimal_places=2)
    frozen = (
        DisputedAmount.objects.filter(line__invoice=OuterRef("pk"), decided_at=None)
        .order_by()
        .values("line__invoice")
        .annotate(sum=Sum(Least("amount", "line__open")))
        .values("sum")
    )
    rows: Any = Invoice.objects.filter(partner=partner, currency=currency).open()
    rows = rows.annotate(frozen=Coalesce(Subquery(frozen, output_field=money), Value(ZERO, output_field=money)))
    rows = rows.annotate(due=F("balance") - F("frozen")).filter(due__gt=0)
    read = rows.values("pk", "number", "customer_id", "due_on", "due", who=F("customer__name"))
    return read.order_by("due_on", "pk").iterator()


def _promises(partner: Partner, currency: str, today: date) -> dict[int, list[tuple[date, Decimal]]]:
    found: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    running = PromiseToPay.objects.filter(partner=partner, currency=currency, kept_at=None, by_on__gte=today)
    for invoice, on, amount in running.order_by("pk").values_list("invoice_id", "by_on", "amount"):
        found[invoice].append((on, amount))
    return found


def habits(partner: Partner) -> dict[int, int]:
    """How many days after the due day each customer usually pays: the median over its last six settled invoices, in
    whole days, below zero where it pays early; only customers with at least three."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT customer_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY late)
            FROM (
                SELECT i.customer_id, max(p.received_on) - i.due_on AS late,
                       row_number() OVER (PARTITION BY i.customer_id ORDER BY i.due_on DESC, i.id DESC) AS nth
                FROM billing_invoice i
                JOIN billing_invoiceline l ON l.invoice_id = i.id
                JOIN billing_allocation a ON a.line_id = l.id AND a.undoes_id IS NULL
                JOIN billing_payment p ON p.id = a.payment_id
                WHERE i.partner_id = %s AND i.status = 'issued' AND i.balance = 0 AND i.written_off = 0
                GROUP BY i.id, i.customer_id, i.due_on
            ) settled
            WHERE nth <= %s GROUP BY customer_id HAVING count(*) >= %s
            """,
            [partner.pk, LAST, ENOUGH],
        )
        return dict(cursor.fetchall())


def outgoes(currency: str, bills: Sequence[Owed], terms: AllTerms, *, today: date, until: date) -> list[Outgo]:
    """The bills to pay up to a day, and the next ones that can be expected: as large as the newest bill, one a month
    after it. `bills` is what a partner owes on that day in any currency, `terms` are its terms."""
    rows = [one for one in bills if one.bill.currency == currency]
    found = [
        Outgo(one.bill.number, one.to_pay, one.pay_by, one.month_late, key=one.bill.pk)
        for one in rows
        if one.to_pay > ZERO
    ]
    return found + _expected(rows, terms, today, until)


def _expected(rows: list[Owed], terms: AllTerms, today: date, until: date) -> list[Outgo]:
    monthly = [one for one in rows if one.bill.document == ProviderBill.Kind.INVOICE and one.amount > ZERO]
    if not monthly:
        return []
    newest = max(monthly, key=lambda one: (one.bill.billed_on, one.bill.pk))
    found, day = [], newest.bill.billed_on
    for _ in range(12):
        day = a_month_after(day)
        due = terms.due_day(day)
        if due > until:
            break
        if due > today:
            late = newest.amount * terms.on(day).monthly_charge
            found.append(Outgo("", newest.amount, due, late, expected=True))
    return found


def a_month_after(day: date) -> date:
    """The same day of the next month, or its last."""
    first_of_next = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (first_of_next + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first_of_next.replace(day=min(day.day, last.day))


def cash(partner: Partner, currency: str) -> CashBalance | None:
    """What we last knew to have in the bank."""
    known = CashBalance.objects.filter(partner=partner, currency=currency)
    return known.order_by("-on", "-pk").first()
