"""Are terms that changed, bursts, halves called wholes, and numbers that differ seen? (I7, I9, I11, I12, I28)"""

from __future__ import annotations

from datetime import timedelta

from billing.models import Series
from customers.models import Message
from dunning.drafting import begin, publish_at_once
from dunning.models import Breaker, Case, Decision, PolicyTold
from subscriptions.models import AccessChange, Subscription, Suspension
from tests import story
from tests.verifying.damaging import broken, damage, judged

LATER = story.at("2026-07-06")


def of(customer, stage: str) -> Decision:
    return Decision.objects.get(invoice__customer=customer, stage=stage)


def next_version(book):
    """The same policy once more, published as the next version."""
    people = [book.people["owner"], book.people["admin_agent"]]
    begin(book.partner, now=LATER)
    return publish_at_once(book.partner, effective_on=None, now=LATER, people=people).version


def test_a_version_whose_rows_were_changed_breaks_i7(lived, only_breaks):
    version = next_version(lived)
    assert broken(judged()) == {}
    assert judged().promises["I7"].checked > 0
    damage(
        "UPDATE dunning_stage SET gap = 1 WHERE version_id = %s AND name = 'final'", version.pk, table="dunning_stage"
    )
    (row,) = only_breaks("I7")
    assert (row["version"], row["number"]) == (version.pk, 2)
    assert row["published"] != row["now"]


def test_a_day_that_was_brought_forward_breaks_i7(lived):
    """The reminder had named the first of July; the final notice suddenly names the day before."""
    row = of(lived.lanhai, "final")
    early = row.suspend_on - timedelta(days=1)
    damage("UPDATE dunning_decision SET suspend_on = %s WHERE id = %s", early, row.pk, table="dunning_decision")
    (found,) = broken(judged())["I7"]
    assert (found["decision"], found["suspend_on"], found["promised"]) == (row.pk, early, row.suspend_on)


def test_other_terms_nobody_agreed_to_break_i7(lived):
    version, row = next_version(lived), of(lived.lanhai, "final")
    damage("UPDATE dunning_decision SET version_id = %s WHERE id = %s", version.pk, row.pk, table="dunning_decision")
    (found,) = broken(judged())["I7"]
    assert (found["decision"], found["version"]) == (row.pk, version.pk)
    agreed = {"told_at": row.decided_at, "acknowledged_at": row.decided_at}
    PolicyTold.objects.create(partner=lived.partner, customer=lived.lanhai, version=version, **agreed)
    assert "I7" not in broken(judged())


def test_two_steps_within_a_gap_break_i9(lived):
    """After an outage the reminder went out two days before the final notice, whose gap is five."""
    row = of(lived.lanhai, "remind")
    late = of(lived.lanhai, "final").decided_at - timedelta(days=2)
    damage("UPDATE dunning_decision SET decided_at = %s WHERE id = %s", late, row.pk, table="dunning_decision")
    (found,) = broken(judged())["I9"]
    assert (found["decision"], found["stage_before"], found["gap"]) == (of(lived.lanhai, "final").pk, "remind", 5)


def test_a_case_closed_while_one_of_its_lines_is_owed_breaks_i11(lived, only_breaks):
    case = Case.objects.get(customer=lived.lanhai)
    damage("UPDATE dunning_case SET closed_at = %s WHERE id = %s", LATER, case.pk, table="dunning_case")
    (row,) = only_breaks("I11")
    assert (row["case"], row["still_off"]) == (case.pk, 2)


def test_a_settled_case_that_is_left_open_breaks_i11(lived, only_breaks):
    case = Case.objects.get(customer=lived.qinghe)
    damage("UPDATE dunning_case SET closed_at = NULL WHERE id = %s", case.pk, table="dunning_case")
    (row,) = only_breaks("I11")
    assert row["case"] == case.pk


def test_a_suspension_done_for_the_last_subscription_only_breaks_i11(lived):
    change = AccessChange.objects.get(customer=lived.lanhai, wanted="suspended")
    first = Suspension.objects.filter(opened_by=change).earliest("pk")
    damage(
        "UPDATE subscriptions_suspension SET confirmed_at = NULL WHERE id = %s",
        first.pk,
        table="subscriptions_suspension",
    )
    (row,) = broken(judged())["I11"]
    assert (row["access_change"], row["parts"], row["done"]) == (change.pk, 2, 1)


def test_access_given_back_by_half_breaks_i11(lived):
    change = AccessChange.objects.get(customer=lived.mingyue, wanted="active")
    damage(
        "UPDATE subscriptions_suspension SET restored_at = NULL WHERE lifted_by_id = %s",
        change.pk,
        table="subscriptions_suspension",
    )
    (row,) = broken(judged())["I11"]
    assert (row["access_change"], row["wanted"]) == (change.pk, "active")
    assert Subscription.objects.get(customer=lived.mingyue).status == "active"


def test_a_limit_that_was_lowered_later_says_nothing_of_the_days_before(lived, only_breaks):
    """The last look noted its limit. Without that note, as before there was one, a breaker that tripped a week later
    recorded the limit that still held then."""
    damage(
        "UPDATE customers_partner SET breaker_customers = 1 WHERE id = %s", lived.partner.pk, table="customers_partner"
    )
    assert broken(judged()) == {}
    damage("UPDATE dunning_suspensiondebt SET day_limit = NULL", table="dunning_suspensiondebt")
    assert only_breaks("I12")
    Breaker.objects.create(partner=lived.partner, tripped_at=LATER, limit=3, customers=[lived.lanhai.pk])
    assert broken(judged()) == {}


def test_a_mail_that_says_another_amount_than_the_invoice_breaks_i28(lived, only_breaks):
    mail = Message.objects.filter(customer=lived.lanhai, letter="invoice").earliest("pk")
    damage(
        "UPDATE customers_message SET values = jsonb_set(values, '{amount}', '\"1.00\"') WHERE id = %s",
        mail.pk,
        table="customers_message",
    )
    (row,) = only_breaks("I28")
    assert (row["source"], row["said_amount"]) == ("mail", "1.00")


def test_a_number_that_is_missing_breaks_i28(lived, only_breaks):
    series = Series.objects.get(partner=lived.partner, kind="invoice")
    damage("UPDATE billing_series SET next_number = next_number + 1 WHERE id = %s", series.pk, table="billing_series")
    (row,) = only_breaks("I28")
    assert (row["taken"], row["papers"]) == (4, 3)
