"""Does the benchmark find a wrong answer before it counts a time, and does a right one pass?"""

from __future__ import annotations

import pytest

from billing.models import Invoice
from customers.models import Partner
from dunning.models import Decision
from partnerportal.bench import checking, measuring
from partnerportal.bench.checking import Wrong, as_decided_alone, decided_alone, writes_nothing_again
from partnerportal.bench.limits import marks, written
from partnerportal.bench.working import day, one_by_one, open_cases, owing, spread, sweep, sweep_but
from partnerportal.books.making import ended, make_book
from tests.commanding import manage

pytestmark = pytest.mark.django_db


@pytest.fixture
def book() -> Partner:
    make_book(customers=10, invoices=200, seed=1)
    return Partner.objects.get()


def test_the_sweep_decides_what_is_decided_alone_and_a_second_one_writes_nothing(book: Partner):
    everybody, before = owing(book), marks()
    expected = decided_alone(everybody, now=ended())
    assert len(expected) > 30 and not Decision.objects.exists()
    sweep(book, now=ended())
    as_decided_alone(expected, everybody)
    rows = written(before)
    assert rows["dunning_decision"] == len(expected) and rows["dunning_case"] == 60 and "customers_message" in rows
    writes_nothing_again(book, now=ended())


def test_a_missing_decision_is_found(book: Partner):
    everybody = owing(book)
    expected = decided_alone(everybody, now=ended())
    sweep_but(book, everybody[:1], now=ended())
    with pytest.raises(Wrong, match=r"left out \d+ decisions"):
        as_decided_alone(expected, everybody)
    with pytest.raises(Wrong, match="with nothing due a look wrote"):
        writes_nothing_again(book, now=ended())


def test_a_day_looks_at_those_left_out_and_at_nobody_else(book: Partner):
    due = spread(owing(book), 2)
    sweep_but(book, due, now=ended())
    assert day(now=ended()).evaluated == Invoice.objects.open().filter(customer__in=due).count()
    assert day(now=ended()).evaluated == 0


def test_the_loop_decides_the_first_invoice_of_each_customer_as_the_sweep_does(book: Partner):
    """One letter a customer and day: whoever decides one by one finds the day's letter already promised."""
    (one,) = spread(owing(book), 1)
    expected = decided_alone([one], now=ended())
    one_by_one(book, open_cases(book, [one], now=ended()), now=ended())
    got = set(checking.decided([one]))
    assert got and got <= expected


def test_it_measures_nothing_beside_a_real_book(book: Partner, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(measuring.Measuring, "all", lambda self: pytest.fail("it began"))
    said = manage("bench", "--size", 500, "--rounds", 1)
    assert said.code == 2 and "PORTAL_HOME" in said.errors[0]


@pytest.mark.parametrize(
    "words", [("--size", "12"), ("--rounds", "0"), ("--rows", "S1,S9"), ("--rows", ""), ("--size", "1e5")]
)
def test_words_that_mean_nothing_are_refused(words: tuple[str, str]):
    said = manage("bench", *words)
    assert said.code == 2 and words[0] in said.errors[0]
