"""Is a made book like one that was lived: the same for the same seed, true to every promise, ready for its sweep?"""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from billing.models import Allocation, Invoice, InvoiceLine, Payment, Series
from billing.numbering import next_number, reference_code
from customers.models import Customer, Partner
from dunning.models import Case, Decision
from outbox import clock
from partnerportal.books.making import LAST, BadBook, ended, make_book
from partnerportal.verifying.verdict import verify
from subscriptions.models import Subscription
from tests.commanding import manage

pytestmark = pytest.mark.django_db

# Everything that is not a key, in an order of its own.
DIGEST = """
SELECT md5(string_agg(row, '|' ORDER BY row)) FROM (
    SELECT concat_ws(';', c.provider_id, c.name, c.zone, c.language, c.review_due_at) AS row FROM customers_customer c
    UNION ALL
    SELECT concat_ws(';', s.provider_id, s.name, s.quantity, b.provider_id)
    FROM subscriptions_subscription s LEFT JOIN subscriptions_subscription b ON b.id = s.base_id
    UNION ALL
    SELECT concat_ws(';', c.provider_id, i.number, i.issued_on, i.due_on, i.total, i.balance, l.position,
                     s.provider_id, l.quantity, l.total, l.open)
    FROM billing_invoice i JOIN customers_customer c ON c.id = i.customer_id
    JOIN billing_invoiceline l ON l.invoice_id = i.id JOIN subscriptions_subscription s ON s.id = l.subscription_id
    UNION ALL
    SELECT concat_ws(';', p.external_id, p.amount, p.received_on, a.amount, a.at)
    FROM billing_payment p JOIN billing_allocation a ON a.payment_id = p.id
) AS rows
"""


def digest() -> str:
    with connection.cursor() as cursor:
        cursor.execute(DIGEST)
        return cursor.fetchone()[0]


def test_the_same_seed_is_the_same_book_and_another_is_not():
    seen = []
    for seed in (7, 7, 8):
        with transaction.atomic():
            make_book(customers=12, invoices=100, seed=seed)
            seen.append(digest())
            transaction.set_rollback(True)
    assert seen[0] == seen[1] != seen[2]


def test_the_book_is_as_large_as_asked_and_a_third_of_it_is_open():
    said = manage("make_book", "--customers", 20, "--invoices", 200, "--seed", 3, "--partners", 3)
    assert (said.code, said.answer) == (
        0,
        {"partners": 3, "customers": 20, "subscriptions": 80, "invoices": 200, "open": 60},
    )
    assert Partner.objects.count() == 3 and Customer.objects.count() == 20 and Subscription.objects.count() == 80
    assert Invoice.objects.count() == 200 and Invoice.objects.open().count() == 60
    assert Invoice.objects.latest("issued_on").issued_on == LAST
    assert len(set(Invoice.objects.open().values_list("due_on", flat=True))) > 30
    assert not Customer.objects.filter(contacts=None).exists() and not Case.objects.exists()
    due = set(Customer.objects.exclude(review_due_at=None).values_list("pk", flat=True))
    assert due == set(Invoice.objects.open().values_list("customer_id", flat=True))


def test_what_is_paid_is_paid_to_the_last_line():
    make_book(customers=10, invoices=150, seed=5)
    for invoice in Invoice.objects.all():
        lines = invoice.lines.aggregate(total=Sum("total"), open=Sum("open"))
        assert (lines["total"], lines["open"]) == (invoice.total, invoice.balance)
    assert Payment.objects.with_left().exclude(left=0).count() == 0
    put = Allocation.objects.aggregate(sum=Sum("amount"))["sum"]
    assert put == sum(line.total - line.open for line in InvoiceLine.objects.all())
    part_paid = [one for one in Invoice.objects.open() if one.balance < one.total]
    assert 0 < len(part_paid) < 45 and Invoice.objects.filter(balance__lt=0).count() == 0


def test_numbers_go_on_where_the_book_ends():
    make_book(customers=5, invoices=40, seed=1)
    partner = Partner.objects.get()
    newest = Invoice.objects.filter(issued_on__year=2026).order_by("-issued_on", "-number").first()
    assert newest.number == f"B1-2026-{Series.objects.get(year=2026).next_number - 1:05d}"
    assert next_number(partner, "invoice", LAST) not in set(Invoice.objects.values_list("number", flat=True))
    assert all(one.reference == reference_code(partner, one.number) for one in Invoice.objects.all())


def test_the_first_sweep_opens_the_cases_and_every_promise_holds():
    make_book(customers=15, invoices=120, seed=11, partners=2)
    assert verify(None, since=None, machine=clock.machine()).violations == 0
    for slug in ("book-11-1", "book-11-2"):
        said = manage("run_collections", "--partner", slug, "--on", "2026-11-20")
        assert said.code == 0 and said["evaluated"] > 10 and said["notices"] > 0
    assert Case.objects.filter(closed_at=None).count() == Invoice.objects.open().count() == 36
    assert Decision.objects.exists()
    verdict = verify(None, since=None, machine=clock.machine())
    assert (verdict.violations, verdict.decisions) == (0, Decision.objects.count())


def test_a_book_is_made_once_and_beside_others(hanhai):
    make_book(customers=3, invoices=9, seed=2)
    with pytest.raises(BadBook, match="the book of seed 2 is here already"):
        make_book(customers=3, invoices=9, seed=2)
    make_book(customers=3, invoices=9, seed=4, into=hanhai)
    assert Invoice.objects.filter(partner=hanhai, number__startswith="HA-").count() == 9
    said = manage("make_book", "--customers", 3, "--invoices", 9, "--seed", 6, "--partner", "hanhai")
    assert said.code == 2 and "has customers already" in said["errors"][0]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("--customers", 0, "--invoices", 9, "--seed", 1), "--customers: '0' is not a whole number"),
        (("--customers", 3, "--invoices", "1e3", "--seed", 1), "--invoices: '1e3' is not a whole number"),
        (("--customers", 3, "--invoices", 9, "--seed", "-1"), "--seed"),
        (("--customers", 3, "--invoices", 9), "--seed"),
        (("--customers", 3, "--invoices", 9, "--seed", 1, "--partners", 4), "--partners: 4 is more than"),
    ],
)
def test_what_makes_no_book_is_refused(words, fault):
    said = manage("make_book", *words)
    assert said.code == 2 and fault in said["errors"][0]
    assert not Partner.objects.exists()


def test_the_clock_is_not_before_the_book_ends():
    with clock.standing_at(ended()):
        manage("make_book", "--customers", 2, "--invoices", 4, "--seed", 1)
    assert clock.now() >= ended()
