"""What may a customer come to owe? What is billed, and what runs since the last bill, each counted once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billing.exposing import Exposure, running
from customers.limiting import set_limit
from customers.models import Customer, Partner
from payables import rebilling
from subscriptions.models import Subscription
from tests import story
from tests.pages.staff.conftest import sit_down, text_of

__all__ = ["sit_down"]
pytestmark = pytest.mark.django_db
# The bill of 15 April to 14 May: thirty days.
LAST_DAY, HALF_WAY, FAR = date(2026, 5, 14), date(2026, 5, 29), date(2027, 5, 29)


@pytest.fixture
def billed(hanhai: Partner, mail_dir) -> Customer:
    story.import_book(hanhai, [story.company("Lanhai Trading", story.Seats(), story.Seats("Visio Plan 2", 4))])
    story.issue_all(hanhai)
    return story.customer_named(hanhai, "Lanhai Trading")


def used(customer: Customer, today: date) -> Decimal:
    return running([customer.pk], "CNY", today=today)[customer.pk]


def test_use_goes_on_at_the_last_price_and_not_for_ever(billed):
    total = billed.invoices.get().total
    assert used(billed, LAST_DAY) == 0
    assert abs(used(billed, HALF_WAY) - total / 2) <= Decimal("0.01")
    assert used(billed, FAR) == 2 * total
    assert running([billed.pk], "EUR", today=HALF_WAY)[billed.pk] == 0


def test_a_draft_counts_whole_and_its_days_once(billed):
    seats = [story.Seats(one.name, one.quantity, id=one.provider_id) for one in billed.subscriptions.order_by("pk")]
    again = story.Company(billed.name, tuple(seats), billed.domain, billed.provider_id)
    story.import_book(billed.partner, [again], on=date(2026, 6, 16), cycle=date(2026, 5, 15))
    rebilling.draft(billed.partner, "2026-05", now=story.at("2026-06-16"))
    draft = billed.invoices.get(status="draft")
    assert draft.period_end and used(billed, draft.period_end) == draft.total
    rebilling.issue(draft.pk, on=date(2026, 6, 16), now=story.at("2026-06-16"))
    assert used(billed, draft.period_end) == 0


def test_what_has_ended_costs_nothing_more(billed):
    line = billed.invoices.get().lines.get(description__startswith="Visio")
    whole = used(billed, HALF_WAY)
    Subscription.objects.filter(pk=line.subscription_id).update(status="deleted")
    assert abs(whole - used(billed, HALF_WAY) - line.total / 2) <= Decimal("0.01")


def test_over_the_limit_is_said_where_one_looks(billed, sit_down):
    owner = story.people_of(billed.partner)["owner"]
    invoice = billed.invoices.get()
    set_limit(billed, invoice.total + 1, by=owner, now=story.at(story.ISSUED))
    desk = sit_down(owner, HALF_WAY)
    page = desk.get(f"/customers/{billed.pk}/")
    assert "billed and" in text_of(page) and "running, of" in text_of(page)
    insight = text_of(desk.get("/insights/exposure/"))
    over = Exposure(invoice.total, used(billed, HALF_WAY), invoice.total + 1).over
    assert over > 0 and f"{over:,.2f}" in insight


@pytest.mark.parametrize(("limit", "share"), [(Decimal(0), 100), (Decimal(200), 50)])
def test_a_limit_of_nothing_is_full_with_the_first_debt(limit, share):
    assert Exposure(Decimal(60), Decimal(40), limit).share == share
    assert Exposure(Decimal(0), Decimal(0), Decimal(0)).share == 0
