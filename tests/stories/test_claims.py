"""A customer says they have paid, or money came that nobody can place: how long does the ladder wait for it?"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing.models import BankEntry, BankStatement, Candidate, Claim
from customers.models import TimelineEntry
from dunning.claiming import BadClaim, claim, dismiss
from dunning.models import Case
from dunning.wording import because
from tests import story
from tests.stories.conftest import stages
from tests.stories.reaching import reached

JUNE_23 = story.at("2026-06-23")


@pytest.fixture
def wang(small):
    """The person at Lanhai who pays the bills."""
    return story.customer_person(small.lanhai, "wang@lanhai.cn")


@pytest.fixture
def reminded(small):
    """Everybody has had the reminder of 15 June; the final notice would go out on the 24th."""
    story.run_day(small.partner, story.REMIND)
    return small


def report(customer, by, now=JUNE_23, **other) -> Claim:
    invoice = customer.invoices.get()
    said = {
        "amount": invoice.balance,
        "currency": "CNY",
        "paid_on": date(2026, 6, 22),
        "reference": "Transfer 881",
        **other,
    }
    return claim(customer, invoice, **said, by=by, now=now)


def because_of(customer) -> str:
    return Case.objects.get(customer=customer).because


def said(customer, day) -> str:
    case = Case.objects.get(customer=customer)
    return because(case.because, case.values, currency="CNY", today=day, zone=story.SHANGHAI)


def test_a_claim_holds_the_step_for_three_working_days_and_then_no_longer(reminded, wang):
    report(reminded.lanhai, wang)
    for day in story.days(story.FINAL, date(2026, 6, 26)):
        story.run_day(reminded.partner, day)
        reached(reminded.lanhai, "claimed_paid")
    assert said(reminded.lanhai, date(2026, 6, 26)) == "The customer reported payment on Tue 23 Jun."
    story.run_day(reminded.partner, date(2026, 6, 29))
    assert stages(reminded.lanhai)[-1] == "final"
    assert Claim.objects.get().gone_at is None, "it holds nothing more, and still waits for somebody to look"


def test_a_payment_of_the_same_amount_proves_the_claim(reminded, wang):
    row = report(reminded.lanhai, wang, amount=Decimal("300.00"))
    story.pay(reminded.lanhai, "100.00", story.at("2026-06-24"))
    row.refresh_from_db()
    assert row.gone_at is None
    story.pay(reminded.lanhai, "300.00", story.at("2026-06-25"), reference="the reported one")
    row.refresh_from_db()
    assert (row.gone_at, row.gone_why) == (story.at("2026-06-25"), "matched")


def test_a_payment_that_settles_the_invoice_proves_every_claim_on_it(reminded, wang):
    first = report(reminded.lanhai, wang, amount=Decimal("300.00"))
    second = report(reminded.lanhai, wang, amount=Decimal("400.00"))
    story.pay(reminded.lanhai, story.owed(reminded.lanhai), story.at("2026-06-25"))
    assert set(Claim.objects.filter(pk__in=[first.pk, second.pk]).values_list("gone_why", flat=True)) == {"matched"}


def test_a_dismissed_claim_lets_the_ladder_go_on_and_the_customer_reads_why(reminded, wang, people):
    row = report(reminded.lanhai, wang)
    dismiss(row.pk, by=people["collections"], why="Nothing came until today", now=story.at(story.FINAL))
    story.run_day(reminded.partner, story.FINAL)
    assert stages(reminded.lanhai)[-1] == "final"
    told = TimelineEntry.objects.shared().get(code="claim_dismissed")
    assert told.values["reason"] == "Nothing came until today"
    with pytest.raises(BadClaim) as refused:
        report(reminded.lanhai, wang, now=story.at("2026-06-26"))
    assert refused.value.code == "again"
    assert dismiss(row.pk, by=people["collections"], why="Twice", now=JUNE_23).gone_note == "Nothing came until today"


def test_the_same_report_twice_is_one(reminded, wang):
    first = report(reminded.lanhai, wang)
    assert report(reminded.lanhai, wang, now=JUNE_23 + timedelta(seconds=1)).pk == first.pk
    assert TimelineEntry.objects.filter(code="payment_claimed").count() == 1


def test_what_cannot_be_looked_for_is_refused(reminded, wang):
    for other, code in [
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal("1.001")}, "amount"),
        ({"paid_on": date(2026, 6, 24)}, "paid_on"),
        ({"paid_on": date(2024, 6, 1)}, "paid_on"),
        ({"currency": "USD"}, "status"),
    ]:
        with pytest.raises(BadClaim) as refused:
            report(reminded.lanhai, wang, **other)
        assert refused.value.code == code
    assert not Claim.objects.exists()


def test_a_settled_or_a_foreign_invoice_takes_no_claim(reminded, wang):
    with pytest.raises(BadClaim, match="status"):
        claim(
            reminded.lanhai,
            reminded.mingyue.invoices.get(),
            amount=Decimal("1.00"),
            currency="CNY",
            paid_on=date(2026, 6, 22),
            by=wang,
            now=JUNE_23,
        )
    story.pay(reminded.lanhai, story.owed(reminded.lanhai), JUNE_23)
    with pytest.raises(BadClaim, match="status"):
        report(reminded.lanhai, wang, amount=Decimal("1.00"))


def test_money_at_the_bank_that_may_be_theirs_holds_the_step_until_somebody_places_it(reminded):
    statement = BankStatement.objects.create(
        partner=reminded.partner, file_name="a.xml", sha256="0" * 64, format="camt.053", entries=1, imported_at=JUNE_23
    )
    entry = BankEntry.objects.create(
        partner=reminded.partner,
        statement=statement,
        entry_id="1",
        credit=True,
        amount=story.owed(reminded.lanhai),
        currency="CNY",
        booked_on=date(2026, 6, 23),
        recorded_at=JUNE_23,
    )
    Candidate.objects.create(partner=reminded.partner, entry=entry, customer=reminded.lanhai, confidence=60)
    story.run_day(reminded.partner, story.FINAL)
    assert stages(reminded.lanhai)[-1] == "remind"
    amount = story.owed(reminded.lanhai)
    assert said(reminded.lanhai, story.FINAL) == f"¥{amount:,} received may belong to this invoice."
