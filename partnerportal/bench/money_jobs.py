"""Which jobs about money are measured, and is what they come to right? Ages, posting, and the lists' contents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db import connection, transaction
from django.db.models import Sum

from billing.aging import Buckets, sheet
from billing.models import Allocation, Invoice, Payment
from billing.receiving import receive
from customers.locking import lock_customer
from customers.models import Customer, Partner, acting_for
from customers.paging import AFTER, Turn

from .checking import Wrong
from .copies import owner
from .working import owing, spread, sweep

PAGE: Final = 50
SOURCE: Final = "bench"

SCAN: Final = """
SELECT count(*), sum(balance) FROM billing_invoice
WHERE partner_id = %s AND currency = %s AND status = 'issued' AND balance > 0
"""
BARE: Final = """
INSERT INTO billing_payment
    (partner_id, customer_id, amount, currency, reference, received_on, booked_at, source, external_id)
VALUES (%s, %s, %s, %s, 'transfer', %s, %s, 'bench', %s)
"""


@dataclass(frozen=True)
class Due:
    """A payment to come: whose, how much, and what they owe before it."""

    customer: int
    amount: Decimal
    currency: str
    owed: Decimal


def index_only(partner: Partner) -> tuple[int, Decimal]:
    """The least for ages: one scan of an index that holds the open amounts."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(SCAN, [partner.pk, partner.currency])
        number, whole = cursor.fetchone()
        return int(number), whole


def ages(partner: Partner, today: date) -> Decimal:
    """Everything about ages that the page asks for: the totals, how many customers, and the first of them."""
    buckets = Buckets()
    found, _page = sheet(partner, partner.currency, today=today, buckets=buckets, most=PAGE)
    return sum((one.total for one in found if one.currency == partner.currency), Decimal(0))


def ages_are_right(partner: Partner, today: date) -> None:
    """Raises Wrong unless the buckets of all customers, invoice by invoice, are what the page's SQL says."""
    buckets = Buckets()
    sums_of_all, _page = sheet(partner, partner.currency, today=today, buckets=buckets, most=PAGE)
    found = next(one for one in sums_of_all if one.currency == partner.currency)
    sums = [Decimal(0)] * len(buckets.spans)
    rows = Invoice.objects.of(partner).open().filter(due_on__isnull=False, currency=partner.currency)
    for due_on, balance in rows.values_list("due_on", "balance"):
        assert due_on is not None
        sums[buckets.place((today - due_on).days)] += balance
    if found.amounts != sums or index_only(partner)[1] != sum(sums):
        raise Wrong(f"the ages are {found.amounts}; invoice by invoice they are {sums}")


def limit_is_the_index(partner: Partner) -> None:
    """Raises Wrong unless the limit is read from the index alone; in a small table anything may be as good."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("EXPLAIN " + SCAN, [partner.pk, partner.currency])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    if "Index Only Scan" not in plan:
        raise Wrong(f"the limit of ages is not an index-only scan:\n{plan}")


def list_is_right(page: bytes, partner: Partner) -> None:
    """Raises Wrong unless the first page shows the newest fifty invoices."""
    rows = Invoice.objects.of(partner).exclude(status="draft").order_by("-issued_on", "-pk")
    missing = [number for number in rows.values_list("number", flat=True)[:PAGE] if str(number).encode() not in page]
    if missing:
        raise Wrong(f"the first page of invoices leaves out {missing[:3]}")


def middle(partner: Partner) -> str:
    """The word of the address for the page in the middle of the list."""
    rows = Invoice.objects.of(partner).exclude(status="draft").order_by("-issued_on", "-pk")
    before = rows.count() // 2
    return Turn(AFTER, before, rows.values_list("issued_on", "pk")[before - 1]).word


def to_pay(partner: Partner, most: int) -> list[Due]:
    """Of customers spread over the book: one and a half times what the oldest debt of each asks for."""
    found = []
    for pk in spread(owing(partner), most):
        rows = Invoice.objects.filter(customer=pk).open().order_by("due_on", "pk")
        oldest = rows[0]
        mine = rows.filter(currency=oldest.currency).aggregate(sum=Sum("balance"))["sum"]
        amount = (oldest.balance * Decimal("1.5")).quantize(Decimal("0.01"))
        found.append(Due(pk, amount, oldest.currency, mine))
    return found


def bare_inserts(partner: Partner, due: Sequence[Due], *, now: datetime) -> None:
    """The least: the rows of the payments, each committed."""
    with owner(str(connection.settings_dict["NAME"])) as link:
        for at, one in enumerate(due):
            values = [partner.pk, one.customer, one.amount, one.currency, now.date(), now, f"{at}"]
            link.execute(BARE, values)


def post(partner: Partner, due: Sequence[Due], *, now: datetime) -> None:
    """Ours: under the customer's lock, booked once, put against the oldest debt, told on the timeline."""
    for at, one in enumerate(due):
        with acting_for(partner):
            receive(
                lock_customer(one.customer),
                amount=one.amount,
                currency=one.currency,
                reference="transfer",
                received_on=now.date(),
                now=now,
                source=SOURCE,
                external_id=f"{at}",
            )


def post_by_objects(partner: Partner, due: Sequence[Due], *, now: datetime) -> None:
    """What is usually written: each invoice and line fetched as an object, changed and saved by itself."""
    for at, one in enumerate(due):
        with acting_for(partner):
            customer = Customer.objects.select_for_update().get(pk=one.customer)
            payment = Payment.objects.create(
                partner=partner,
                customer=customer,
                amount=one.amount,
                currency=one.currency,
                reference="transfer",
                received_on=now.date(),
                booked_at=now,
                source=SOURCE,
                external_id=f"{at}",
            )
            left = one.amount
            for invoice in Invoice.objects.filter(customer=customer, currency=one.currency).order_by("due_on", "pk"):
                left -= _pay_one(payment, invoice, left, now=now) if invoice.balance > 0 else 0


def _pay_one(payment: Payment, invoice: Invoice, left: Decimal, *, now: datetime) -> Decimal:
    paid = Decimal(0)
    for line in invoice.lines.all():
        part = min(left - paid, line.open)
        if part > 0:
            Allocation.objects.create(partner_id=invoice.partner_id, payment=payment, line=line, amount=part, at=now)
            line.open -= part
            line.save()
            invoice.balance -= part
            invoice.save()
            paid += part
    return paid


def paid_is_right(due: Sequence[Due]) -> None:
    """Raises Wrong unless each payment lowered what is owed by just its amount."""
    for one in due:
        rows = Invoice.objects.filter(customer=one.customer, currency=one.currency).open()
        left = rows.aggregate(sum=Sum("balance"))["sum"] or Decimal(0)
        if left != max(one.owed - one.amount, Decimal(0)):
            raise Wrong(f"customer {one.customer} owes {left} after paying {one.amount} of {one.owed}")


def furnish(partner: Partner, *, now: datetime) -> None:
    """What a book has after its first run: cases, letters, calls, proposals."""
    sweep(partner, now=now)
