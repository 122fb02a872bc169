"""When does the money run short, by how much, and which receivables would close it?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from payables.cash_gap import Outgo, Receivable, careful_receipts, gap

TODAY = date(2026, 11, 23)
UNTIL = date(2027, 1, 31)
some = settings(max_examples=150, derandomize=True, deadline=None)


def day(n: int) -> date:
    return TODAY + timedelta(days=n)


def owes(amount: str, due: int, *, key: int = 1, usual: int | None = None, promised=()) -> Receivable:
    words = tuple((day(n), Decimal(part)) for n, part in promised)
    return Receivable(key, f"customer {key}", f"HH-{key}", Decimal(amount), day(due), usual and day(usual), words)


def bill(amount: str, due: int, late: str = "0") -> Outgo:
    return Outgo("21V-11", Decimal(amount), day(due), Decimal(late))


def test_the_first_short_day_is_named_with_its_amount_its_cost_and_what_would_close_it():
    found = gap(
        Decimal(100),
        [owes("300", 10, key=1), owes("50", 5, key=2), owes("200", -20, key=3)],
        [bill("560", 21, late="8.40")],
        today=TODAY,
        until=UNTIL,
    )

    assert found.hopeful_short is None
    short = found.careful_short
    assert (short.on, short.short, short.cost) == (day(21), Decimal(460), Decimal("8.40"))
    assert [one.key for one in short.closers] == [1, 3]


def test_a_promise_counts_on_its_day_and_a_usual_payer_on_the_usual_one():
    one = owes("300", -5, usual=3, promised=[(7, "100")])

    assert careful_receipts(one, TODAY) == [(day(7), Decimal(100)), (day(3), Decimal(200))]


def test_nobody_is_counted_for_more_than_is_owed_however_much_was_promised():
    one = owes("300", -5, usual=9, promised=[(2, "200"), (4, "200")])

    assert sum(amount for _, amount in careful_receipts(one, TODAY)) == Decimal(300)


def test_a_usual_day_that_has_passed_is_no_reason_to_expect_anything():
    assert careful_receipts(owes("300", -30, usual=-2), TODAY) == []


def test_a_bill_that_is_overdue_is_paid_today():
    found = gap(Decimal(100), [], [bill("150", -3)], today=TODAY, until=UNTIL)

    assert (found.careful_short.on, found.careful_short.short) == (TODAY, Decimal(50))


cents = st.decimals(Decimal("0.01"), Decimal(10_000), places=2)
receivable = st.builds(
    Receivable,
    key=st.integers(1, 50),
    who=st.just("a customer"),
    number=st.just("HH-1"),
    amount=cents,
    due_on=st.integers(-60, 80).map(day),
    usual_on=st.none() | st.integers(1, 80).map(day),
    promised=st.lists(st.tuples(st.integers(-3, 80).map(day), cents), max_size=2).map(tuple),
)
outgo = st.builds(Outgo, name=st.just("bill"), amount=cents, on=st.integers(-10, 69).map(day), late=cents)


@some
@given(st.lists(receivable, max_size=8), st.lists(outgo, max_size=4), cents)
def test_the_hopeful_course_ends_with_all_that_comes_less_all_that_goes(owed, bills, balance):
    found = gap(balance, owed, bills, today=TODAY, until=UNTIL)

    comes = sum((one.amount for one in owed if one.due_on <= UNTIL), Decimal(0))
    assert found.hopeful[-1].balance == balance + comes - sum((one.amount for one in bills), Decimal(0))


@some
@given(st.lists(receivable, max_size=8), st.lists(outgo, max_size=4), cents, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(owed, bills, balance, chance):
    again, bills_again = list(owed), list(bills)
    chance.shuffle(again)
    chance.shuffle(bills_again)
    first = gap(balance, owed, bills, today=TODAY, until=UNTIL)
    second = gap(balance, again, bills_again, today=TODAY, until=UNTIL)

    assert (first.hopeful, first.careful) == (second.hopeful, second.careful)


@some
@given(st.lists(receivable, min_size=1, max_size=8), st.lists(outgo, max_size=4), cents)
def test_the_careful_course_never_counts_more_than_is_owed(owed, bills, balance):
    found = gap(balance, owed, bills, today=TODAY, until=UNTIL)

    goes = sum((one.amount for one in bills), Decimal(0))
    assert found.careful[-1].balance <= balance + sum((one.amount for one in owed), Decimal(0)) - goes


@some
@given(st.lists(receivable, max_size=8), st.lists(outgo, min_size=1, max_size=4))
def test_the_named_receivables_close_the_gap_wherever_all_together_would(owed, bills):
    owed = [replace(one, key=number) for number, one in enumerate(owed)]
    short = gap(Decimal(0), owed, bills, today=TODAY, until=UNTIL).careful_short
    if short is None:
        return

    def free(one):
        counted = sum((amount for on, amount in careful_receipts(one, TODAY) if on <= short.on), Decimal(0))
        return one.amount - counted

    closes = sum(map(free, short.closers), Decimal(0))
    everything = sum(map(free, owed), Decimal(0))
    assert bool(short.closers) == (everything >= short.short)
    if short.closers:
        assert closes - min(map(free, short.closers)) < short.short <= closes
