"""Are receivables sorted into the right ages, and do DSO and effectiveness follow their formulas?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from billing.aging import BadBuckets, Buckets, aged, by_customer, sheet, totals
from billing.collecting_figures import collected, count_back, effectiveness, months
from billing.course import Kept, mondays, overdue_course, promises_kept
from customers.models import TimelineEntry
from customers.roles import May
from dunning.measuring import cash_after_steps
from partnerportal.pages.insights_parts import PARTS
from tests import story

from .conftest import a_customer, issued

TODAY = date(2026, 9, 1)


@given(st.integers(min_value=-400, max_value=400), st.lists(st.integers(1, 300), min_size=1, max_size=4, unique=True))
def test_every_age_falls_into_exactly_the_bucket_whose_days_hold_it(over, edges):
    buckets = Buckets(tuple(sorted(edges)))
    first, last = buckets.spans[buckets.place(over)]
    assert (first is None or over >= first) and (last is None or over <= last)
    assert len(buckets.labels) == len(buckets.spans) == len(edges) + 2


@pytest.mark.parametrize("text", ["0", "30,20", "a", "1,2,3,4,5", "30,30", "-1", "9999", "１"])
def test_buckets_that_cannot_be_are_refused(text):
    with pytest.raises(BadBuckets, match=text):
        Buckets.of(text)


def test_open_amounts_stand_in_their_buckets_and_add_up_in_each_currency(named):
    lanhai, mingyue = a_customer(named, "Lanhai"), a_customer(named, "Mingyue")
    issued(lanhai, [Decimal("10.00")], due=TODAY)
    issued(lanhai, [Decimal("20.00")], due=date(2026, 8, 31))
    issued(mingyue, [Decimal("40.00")], due=date(2026, 8, 2))
    issued(mingyue, [Decimal("80.00")], due=date(2026, 8, 1))
    buckets, scope = Buckets(), Q(partner=named)
    [total] = totals(scope, today=TODAY, buckets=buckets)
    assert total.amounts == [10, 60, 80, 0, 0]
    assert (total.total, total.customers, total.invoices) == (150, 2, 4)
    rows = aged(by_customer(scope, "CNY", today=TODAY, buckets=buckets), buckets)
    assert [(row.name, row.amounts, row.total) for row in rows] == [
        ("Mingyue", [0, 40, 80, 0, 0], 120),
        ("Lanhai", [10, 20, 0, 0, 0], 30),
    ]
    assert sheet(named, "CNY", today=TODAY, buckets=buckets, most=50) == ([total], rows)
    assert sheet(named, "CNY", today=TODAY, buckets=buckets, skip=1, most=1) == ([total], rows[1:])
    assert sheet(named, "EUR", today=TODAY, buckets=Buckets((5,)), most=50)[1] == []


def test_a_cell_leads_to_exactly_its_invoices(named, sit_down, people):
    lanhai = a_customer(named, "Lanhai")
    young, old = (
        issued(lanhai, [Decimal("20.00")], due=date(2026, 8, 31)),
        issued(lanhai, [Decimal("80.00")], due=date(2026, 8, 1)),
    )
    desk = sit_down(people["viewer"], TODAY)
    page = desk.get("/insights/receivables/").content.decode()
    url = f"/invoices/?state=open&amp;currency=CNY&amp;over_from=31&amp;over_to=60&amp;customer={lanhai.pk}"
    assert url in page
    behind = desk.get(url.replace("&amp;", "&")).content.decode()
    assert old.number in behind
    assert young.number not in behind


def test_counting_back_uses_up_each_months_billing():
    assert count_back(Decimal(100), [(Decimal(50), 20), (Decimal(100), 30)]) == 35
    assert count_back(Decimal(50), [(Decimal(50), 20), (Decimal(100), 30)]) == 20
    assert count_back(Decimal(0), [(Decimal(50), 20)]) == 0
    assert count_back(Decimal(100), [(Decimal(0), 20), (Decimal(100), 30)]) == 50
    assert count_back(Decimal(100), [(Decimal(60), 20)]) is None
    assert count_back(Decimal(100), []) is None


@pytest.fixture
def collecting(named):
    """Billed 1000 in June, due 21 June, 400 paid in July; billed 500 in July, due 5 August."""
    customer = a_customer(named, "Lanhai")
    issued(customer, [Decimal("1000.00")], due=date(2026, 6, 21))
    issued(customer, [Decimal("500.00")], due=date(2026, 8, 5))
    story.pay(customer, "400.00", story.at("2026-07-15"), settled=False)
    return customer


def test_months_carry_what_was_billed_and_open_and_the_index_follows_its_formula(named, collecting):
    scope, zone = Q(partner=named), named.tz
    found = months(scope, "CNY", today=TODAY, zone=zone)
    assert [(one.first.month, one.billed, one.open) for one in found] == [
        (6, 1000, 1000), (7, 500, 1100), (8, 0, 1100), (9, 0, 1100),
    ]  # fmt: skip
    assert found[1].dso == 31 + Decimal(600) / 1000 * 30
    august, july, june = effectiveness(scope, "CNY", found, today=TODAY, zone=zone)
    assert (july.opening, july.billed, july.closing, july.current) == (1000, 500, 1100, 500)
    assert july.index == Decimal(400) / 1000 * 100
    assert (june.opening, june.index) == (0, 0)
    assert (august.closing, august.current, august.index) == (1100, 0, 0)
    assert collected(scope, "CNY", today=date(2026, 7, 1)) == 40
    assert collected(scope, "CNY", today=date(2026, 5, 1)) is None


def test_cash_counts_for_the_latest_notice_before_it(book):
    book.chase(until=story.FINAL)
    story.pay(book.lanhai, "100.00", story.at("2026-06-26"))
    story.pay(book.mingyue, "50.00", story.at("2026-07-20"))
    steps = {one.stage: one for one in cash_after_steps(book.partner, "CNY", since=story.at("2026-04-01"))}
    assert sum(one.paid for one in steps.values()) == 100
    assert (
        steps["final notice"].paid == 100
        if "final notice" in steps
        else max(steps.values(), key=lambda s: s.paid).paid == 100
    )
    assert all(one.delivered == one.sent for one in steps.values())


def test_the_pages_open_for_an_empty_book_and_say_why_buckets_are_wrong(named, sit_down, people):
    desk = sit_down(people["viewer"], TODAY)
    for path in ("/insights/", "/insights/receivables/"):
        assert desk.get(path).status_code == 200
    wrong = desk.get("/insights/receivables/?buckets=30,20")
    assert wrong.status_code == 422
    assert "30,20" in wrong.content.decode()


def test_each_part_of_insights_opens_alone_and_within_the_page(named, sit_down, people):
    issued(a_customer(named, "Lanhai"), [Decimal("5.00")])
    desk = sit_down(people["billing"], TODAY)
    page = desk.get("/insights/").content.decode()
    for part in PARTS:
        url = f"/insights/{part}/?currency=CNY"
        assert f'href="{url}"' in page and f'hx-get="{url}"' in page
        alone, within = desk.get(url).content.decode(), desk.get(url, headers={"HX-Request": "true"}).content.decode()
        assert "<html" in alone and "<html" not in within and "<section" in within
    assert sit_down(people["viewer"], TODAY).get("/insights/gap/").status_code == 403


def test_pages_ask_as_much_for_many_customers_as_for_few(named, sit_down, people):
    desk = sit_down(people["viewer"], TODAY)
    issued(a_customer(named, "First"), [Decimal("5.00")])
    parts = [f"/insights/{part}/" for part in PARTS if PARTS[part].may == May.SEE_BOOK]
    before = {path: desk.queries(path) for path in ("/insights/", "/insights/receivables/", *parts)}
    assert max(before.values()) <= 12
    for number in range(12):
        issued(a_customer(named, f"Customer {number}"), [Decimal(number + 1)])
    assert {path: desk.queries(path) for path in before} == before


def test_a_limit_is_set_by_whoever_issues_and_warned_of(named, sit_down, people):
    customer = a_customer(named, "Lanhai")
    issued(customer, [Decimal("500.00")])
    desk = sit_down(people["billing"], TODAY)
    assert desk.post(f"/customers/{customer.pk}/limit/", {"limit": "100.005"}).status_code == 422
    assert desk.post(f"/customers/{customer.pk}/limit/", {"limit": "100.00"}).status_code == 302
    assert desk.post(f"/customers/{customer.pk}/limit/", {"limit": "100"}).status_code == 302
    customer.refresh_from_db()
    assert customer.credit_limit == 100
    assert TimelineEntry.objects.filter(customer=customer, code="limit_set", shared=False).count() == 1
    assert "400.00" in desk.get("/insights/exposure/").content.decode()
    assert "over its limit" in desk.get("/insights/receivables/").content.decode()
    viewer = sit_down(people["viewer"], TODAY)
    assert viewer.post(f"/customers/{customer.pk}/limit/", {"limit": "1"}).status_code == 403


def test_what_was_overdue_on_a_day_is_read_back_from_what_came_in_since(named, collecting):
    days = [date(2026, 6, 22), date(2026, 7, 14), date(2026, 7, 15), date(2026, 8, 6)]
    found = overdue_course(named, "CNY", days)
    assert [one.amounts for one in found] == [
        (1000, 0, 0, 0, 0), (0, 0, 1000, 0, 0), (0, 0, 600, 0, 0), (500, 0, 0, 600, 0),
    ]  # fmt: skip
    assert found[-1].total == 1100
    assert mondays(date(2026, 8, 6), 2) == [date(2026, 7, 27), date(2026, 8, 3), date(2026, 8, 6)]


def test_months_that_lie_beyond_the_look_back_count_with_what_is_still_open(named):
    customer = a_customer(named, "Lanhai")
    issued(customer, [Decimal("70.00")], due=date(2020, 6, 21))
    issued(customer, [Decimal("30.00")], due=date(2026, 8, 5))
    found = months(Q(partner=named), "CNY", today=TODAY, zone=named.tz)
    assert len(found) == 12 and [found[0].open, found[-1].open] == [70, 100]


def test_promises_count_as_kept_when_their_money_came(named):
    assert promises_kept(Q(partner=named), "CNY", since=date(2026, 6, 1), today=TODAY) == Kept(0, 0, 0, 0)
