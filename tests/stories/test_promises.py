"""What does a promise to pay stop, when is it kept, and what follows when it isn't?"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing.models import PromiseToPay
from customers.models import TimelineEntry
from disputes.questioning import question
from disputes.resolving import answer
from dunning import policy as book_of_rules
from dunning.correcting import take_payment_back
from dunning.explaining import explain_invoice
from dunning.models import Case, Decision
from dunning.promising import BadPromise, offer, promise, state_on
from dunning.supposing import suppose_all, with_promise
from dunning.wording import because
from tests import story
from tests.stories.conftest import stages
from tests.stories.reaching import reached
from tests.verifying.damaging import broken, judged

WHOLE = Decimal("1214.12")
MADE = story.at("2026-06-22")
BY = date(2026, 6, 26)


@pytest.fixture
def wang(small):
    """The person at Lanhai who pays the bills."""
    return story.customer_person(small.lanhai, "wang@lanhai.cn")


@pytest.fixture
def reminded(small):
    """Everybody has had the reminder of 15 June; the final notice would go out on the 24th."""
    story.run_day(small.partner, story.REMIND)
    return small


def of(customer):
    return customer.invoices.get()


def case_of(customer) -> Case:
    return Case.objects.get(customer=customer)


def said(customer, now) -> str:
    case = case_of(customer)
    on = now.astimezone(story.SHANGHAI).date()
    return because(case.because, case.values, currency="CNY", today=on, zone=story.SHANGHAI)


def test_a_promise_pauses_the_ladder_and_the_days_left_run_on_after_it_was_broken(reminded, wang):
    promise(of(reminded.lanhai), None, BY, by=wang, now=MADE)
    reached(reminded.lanhai, "promised")
    assert said(reminded.lanhai, MADE) == "¥1,214.12 is promised by Fri 26 Jun."
    for day in story.days(story.FINAL, date(2026, 7, 1)):
        story.run_day(reminded.partner, day)
    assert stages(reminded.lanhai) == ["remind"], "by + settling Monday, free on the 30th, 2 days left"
    reached(reminded.lanhai, "resuming")
    assert said(reminded.lanhai, story.at("2026-07-01")) == "The pause ended on Tue 30 Jun; 1 day remains."
    story.run_day(reminded.partner, date(2026, 7, 2))
    assert stages(reminded.lanhai)[-1] == "final"
    row = PromiseToPay.objects.get()
    assert (state_on(row, date(2026, 6, 29)), state_on(row, date(2026, 6, 30))) == ("open", "broken")


def test_payments_that_reach_the_amount_keep_it_in_the_same_commit(reminded, wang):
    row = promise(of(reminded.lanhai), Decimal("700.00"), BY, by=wang, now=MADE)
    story.pay(reminded.lanhai, "300.00", story.at("2026-06-24"))
    row.refresh_from_db()
    assert row.kept_at is None
    with_second = story.at("2026-06-25")
    story.pay(reminded.lanhai, "400.00", with_second, reference="second part")
    row.refresh_from_db()
    assert (row.kept_at, state_on(row, date(2026, 7, 9))) == (with_second, "kept")
    assert TimelineEntry.objects.shared().filter(customer=reminded.lanhai, code="promise_kept").count() == 1
    assert case_of(reminded.lanhai).because == "resuming", "free that day; the rest goes on"


def test_money_that_came_before_the_promise_does_not_keep_it(reminded, wang):
    story.pay(reminded.lanhai, "600.00", story.at("2026-06-19"))
    row = promise(of(reminded.lanhai), Decimal("500.00"), BY, by=wang, now=MADE)
    story.pay(reminded.lanhai, "100.00", story.at("2026-06-24"), reference="a little")
    row.refresh_from_db()
    assert row.kept_at is None


def test_a_payment_that_settles_the_rest_after_a_credit_keeps_it(reminded, wang):
    row = promise(of(reminded.lanhai), None, BY, by=wang, now=MADE)
    line = of(reminded.lanhai).lines.get(position=2)
    asked = question(of(reminded.lanhai), {line.pk: line.open}, reason="price", text="No.", by=wang, now=MADE)
    answer(asked.pk, outcome="upheld", text="Yes.", by=reminded.people["billing"], now=story.at("2026-06-23"))
    row.refresh_from_db()
    assert row.kept_at is None, "a credit alone keeps no promise"
    story.pay(reminded.lanhai, story.owed(reminded.lanhai), story.at("2026-06-25"))
    row.refresh_from_db()
    assert row.kept_at == story.at("2026-06-25")


def test_what_comes_after_the_settling_days_leaves_it_broken_and_the_ladder_where_it_is(reminded, wang):
    row = promise(of(reminded.lanhai), Decimal("700.00"), BY, by=wang, now=MADE)
    story.run_day(reminded.partner, date(2026, 7, 2))
    assert stages(reminded.lanhai)[-1] == "final"
    before = explain_invoice(of(reminded.lanhai), now=story.at("2026-07-03")).decision
    story.pay(reminded.lanhai, "700.00", story.at("2026-07-03"))
    row.refresh_from_db()
    after = explain_invoice(of(reminded.lanhai), now=story.at("2026-07-03")).decision
    assert row.kept_at is None
    assert before.schedule[0].at == after.schedule[0].at


def test_a_kept_promise_whose_payment_is_taken_back_is_no_longer_kept(reminded, wang):
    row = promise(of(reminded.lanhai), Decimal("700.00"), BY, by=wang, now=MADE)
    paid = story.pay(reminded.lanhai, "700.00", story.at("2026-06-24")).received.payment
    row.refresh_from_db()
    assert row.kept_at == story.at("2026-06-24")
    story.run_day(reminded.partner, story.FINAL)
    back = story.at("2026-06-25")
    take_payment_back(paid, reversed_on=back.date(), reason="no funds", now=back)
    row.refresh_from_db()
    assert row.kept_at is None
    assert (state_on(row, date(2026, 6, 29)), state_on(row, date(2026, 6, 30))) == ("open", "broken")
    assert case_of(reminded.lanhai).because == "promised", "until the promised day the word stands"
    told = TimelineEntry.objects.shared().filter(customer=reminded.lanhai, code="promise_unkept")
    assert told.count() == 1
    assert broken(judged()) == {}, "what was done while it was kept was right"
    story.pay(reminded.lanhai, "700.00", story.at("2026-06-26"), reference="again")
    row.refresh_from_db()
    assert row.kept_at == story.at("2026-06-26")


def test_a_payment_from_before_the_promise_that_is_taken_back_leaves_it_kept(reminded, wang):
    early = story.pay(reminded.lanhai, "300.00", story.at("2026-06-19")).received.payment
    row = promise(of(reminded.lanhai), Decimal("500.00"), BY, by=wang, now=MADE)
    story.pay(reminded.lanhai, "500.00", story.at("2026-06-24"), reference="as promised")
    take_payment_back(early, reversed_on=date(2026, 6, 25), reason="no funds", now=story.at("2026-06-25"))
    row.refresh_from_db()
    assert row.kept_at == story.at("2026-06-24")


def test_one_payment_does_not_keep_two_promises(reminded, wang):
    first = promise(of(reminded.lanhai), Decimal("400.00"), BY, by=wang, now=MADE)
    collections = reminded.people["collections"]
    second = promise(of(reminded.lanhai), Decimal("300.00"), BY, by=collections, now=MADE + timedelta(minutes=1))
    for amount, on, kept in [
        ("300.00", "2026-06-23", (False, True)),
        ("200.00", "2026-06-24", (False, True)),
        ("200.00", "2026-06-25", (True, True)),
    ]:
        story.pay(reminded.lanhai, amount, story.at(on), reference=on)
        for row in (first, second):
            row.refresh_from_db()
        assert (first.kept_at is not None, second.kept_at is not None) == kept


def test_what_the_policy_does_not_allow_is_refused_with_the_reason(reminded, wang):
    for amount, by_on, code in [
        (Decimal("0.00"), BY, "amount"),
        (Decimal("-1.00"), BY, "amount"),
        (Decimal("10.001"), BY, "amount"),
        (WHOLE + Decimal("0.01"), BY, "amount"),
        (None, date(2026, 6, 21), "by_on"),
        (None, date(2026, 7, 7), "by_on"),
    ]:
        with pytest.raises(BadPromise) as refused:
            promise(of(reminded.lanhai), amount, by_on, by=wang, now=MADE)
        assert refused.value.code == code
    assert not PromiseToPay.objects.exists()


def test_the_bounds_are_those_of_the_policy_and_of_what_is_undisputed(reminded, wang):
    line = of(reminded.lanhai).lines.get(position=2)
    question(of(reminded.lanhai), {line.pk: line.open}, reason="price", text="Not ours.", by=wang, now=MADE)
    bounds = offer(of(reminded.lanhai), now=MADE)
    assert (bounds.earliest, bounds.latest) == (date(2026, 6, 22), date(2026, 7, 6))
    assert (bounds.most, bounds.counted, bounds.counts) == (WHOLE - line.open, 1, True)


def test_a_second_promise_is_refused_to_the_customer_and_pauses_nothing_for_staff(reminded, wang):
    promise(of(reminded.lanhai), Decimal("100.00"), BY, by=wang, now=MADE)
    later = story.at("2026-07-01")
    with pytest.raises(BadPromise) as refused:
        promise(of(reminded.lanhai), None, date(2026, 7, 10), by=wang, now=later)
    assert refused.value.code == "count"
    before = explain_invoice(of(reminded.lanhai), now=later).decision
    assert not offer(of(reminded.lanhai), now=later).counts
    promise(of(reminded.lanhai), None, date(2026, 7, 10), by=reminded.people["collections"], now=later)
    assert explain_invoice(of(reminded.lanhai), now=later).decision == before


def test_the_same_word_twice_is_one_promise(reminded, wang):
    first = promise(of(reminded.lanhai), None, BY, by=wang, now=MADE)
    assert promise(of(reminded.lanhai), None, BY, by=wang, now=MADE + timedelta(seconds=1)).pk == first.pk
    assert TimelineEntry.objects.filter(code="promise_made").count() == 1


def test_a_settled_invoice_takes_no_promise(reminded, wang):
    story.pay(reminded.lanhai, story.owed(reminded.lanhai), story.at("2026-06-20"))
    with pytest.raises(BadPromise, match="status"):
        promise(of(reminded.lanhai), None, BY, by=wang, now=MADE)


def test_what_was_supposed_before_is_what_follows(reminded, wang):
    supposed = book_of_rules.Promise(amount=WHOLE, by=BY, made_at=MADE)
    [seen] = suppose_all(reminded.lanhai, with_promise(supposed), now=MADE)
    assert not Decision.objects.filter(decided_at__gt=MADE).exists()
    assert [(step.stage, step.before.on, step.after.on) for step in seen.steps] == [
        ("final", story.FINAL, date(2026, 7, 2)),
        ("suspend", date(2026, 7, 1), date(2026, 7, 9)),
    ]
    promise(of(reminded.lanhai), None, BY, by=wang, now=MADE)
    assert explain_invoice(of(reminded.lanhai), now=MADE).decision.schedule == seen.after.schedule
