"""Does a finding become a case with its evidence, once, and several alike one cause?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.models import DisputedAmount
from billing.refusing import NotPossible
from disputes.finding_cases import gather_alike, open_cases
from disputes.models import Dispute
from payables.models import Finding, ProviderBill
from payables.reconciling import accept, reconcile
from subscriptions.models import Subscription
from tests import story

pytestmark = pytest.mark.django_db
NOW = story.at("2026-05-25")
NAMES = ("Lanhai Trading", "Mingyue Logistics", "Qinghe Foods")


@pytest.fixture
def bill(hanhai) -> ProviderBill:
    """Three customers billed ten seats each of one offer; eight are in use."""
    story.import_book(hanhai, [story.company(name) for name in NAMES])
    story.issue_all(hanhai)
    Subscription.objects.update(quantity=8)
    found = ProviderBill.objects.get()
    assert reconcile(found, now=NOW).open == 3
    return found


@pytest.fixture
def desk(people):
    return people["billing"]


def first() -> Finding:
    return Finding.objects.order_by("pk")[0]


def test_a_finding_becomes_a_case_that_freezes_what_differs(bill, hanhai, desk):
    (case,) = open_cases(hanhai, [first().pk], by=desk, now=NOW)
    assert (case.source, case.reason, case.kind) == ("finding", "quantity", "dispute")
    # Two of ten seats at 60.00 and 15 %, with tax.
    assert [row.amount for row in DisputedAmount.objects.all()] == [Decimal("146.28")]
    one = first()
    assert (one.state, one.case_number, one.decided_by) == ("disputed", case.number, desk)


def test_the_customer_reads_nothing_of_what_we_pay(bill, hanhai, desk):
    (case,) = open_cases(hanhai, [first().pk], by=desk, now=NOW)
    assert "690.00" in case.text and "600.00" not in case.text and bill.number not in case.text
    (note,) = case.entries.all()
    assert note.kind == "note"
    assert "600.00" in note.text and "690.00" in note.text and "10 seats billed, 8 in use" in note.text


def test_twice_is_one_case(bill, hanhai, desk):
    (once,) = open_cases(hanhai, [first().pk], by=desk, now=NOW)
    (again,) = open_cases(hanhai, [first().pk], by=desk, now=NOW)
    assert once == again and Dispute.objects.count() == 1 and once.entries.count() == 1


def test_a_case_is_not_undone_by_comparing_again(bill, hanhai, desk):
    open_cases(hanhai, [first().pk], by=desk, now=NOW)
    Subscription.objects.update(quantity=10)
    said = reconcile(bill, now=NOW)
    assert (said.open, said.disputed) == (0, 1)


def test_what_nobody_billed_becomes_a_plain_question(bill, hanhai, desk):
    Finding.objects.filter(pk=first().pk).update(invoice_line=None)
    (case,) = open_cases(hanhai, [first().pk], by=desk, now=NOW)
    assert case.kind == "billing" and not DisputedAmount.objects.exists()


def test_alike_findings_are_gathered_under_one_cause(bill, hanhai, desk):
    every = list(Finding.objects.values_list("pk", flat=True))
    cause, cases = gather_alike(hanhai, every, title="", by=desk, now=NOW)
    assert cause.title == "Seats: Office 365 E3"
    assert {case.customer.name for case in Dispute.objects.filter(cause=cause)} == set(NAMES)
    again, _ = gather_alike(hanhai, every, title="", by=desk, now=NOW)
    assert again == cause and len(cases) == Dispute.objects.count() == 3


def test_one_customer_makes_no_common_cause_and_nothing_is_opened(bill, hanhai, desk):
    with pytest.raises(NotPossible, match="at least two customers"):
        gather_alike(hanhai, [first().pk], title="", by=desk, now=NOW)
    assert not Dispute.objects.exists() and first().state == "open"


def test_what_is_accepted_or_of_the_whole_bill_becomes_no_case(bill, hanhai, desk):
    accept(hanhai, [first().pk], why="ordered", by=desk, now=NOW)
    with pytest.raises(NotPossible, match="is decided"):
        open_cases(hanhai, [first().pk], by=desk, now=NOW)
    ProviderBill.objects.update(stated_total=bill.total - 420)
    reconcile(bill, now=NOW)
    whole = Finding.objects.get(kind="adjustment")
    assert whole.difference == Decimal("-420.00")
    with pytest.raises(NotPossible, match="belongs to no customer"):
        open_cases(hanhai, [whole.pk], by=desk, now=NOW)


def test_another_partners_findings_and_hands_are_not_ours(bill, hanhai, bohai, people):
    with pytest.raises(NotPossible):
        open_cases(bohai, [first().pk], by=story.people_of(bohai)["owner"], now=NOW)
    with pytest.raises(PermissionError):
        open_cases(hanhai, [first().pk], by=people["collections"], now=NOW)
