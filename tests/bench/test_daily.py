"""Are pages and payments right before their time counts, and does a wrong answer stop the measurement?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from billing.models import Invoice
from customers.models import Partner
from partnerportal.bench import money_jobs
from partnerportal.bench.checking import Wrong
from partnerportal.books.making import ended, make_book

pytestmark = pytest.mark.django_db


@pytest.fixture
def book() -> Partner:
    make_book(customers=10, invoices=120, seed=1)
    return Partner.objects.get()


def test_a_list_without_the_newest_invoices_is_found(book: Partner):
    newest = Invoice.objects.of(book).order_by("-issued_on", "-pk").values_list("number", flat=True)[:50]
    money_jobs.list_is_right(" ".join(map(str, newest)).encode(), book)
    with pytest.raises(Wrong, match="leaves out"):
        money_jobs.list_is_right(b"", book)


def test_ages_are_those_of_each_invoice(book: Partner):
    money_jobs.ages_are_right(book, ended().date())


@pytest.mark.parametrize("job", [money_jobs.post, money_jobs.post_by_objects])
def test_payments_lower_what_is_owed_by_just_their_amount(book: Partner, job):
    due = money_jobs.to_pay(book, 5)
    job(book, due, now=ended())
    money_jobs.paid_is_right(due)
    with pytest.raises(Wrong, match="after paying"):
        money_jobs.paid_is_right([replace(one, owed=one.owed + 1) for one in due])
