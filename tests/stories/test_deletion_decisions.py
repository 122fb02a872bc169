"""What if suspended data is about to be deleted? It comes back until a day, or two people let it go."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from billing.models import Hold
from customers.models import Letter, Message, TimelineEntry
from customers.sending import words
from dunning.approving import NotAllowed
from dunning.deciding import bring_back, confirm, let_go, letting_go, suspended_for
from dunning.models import Decision, DeletionDecision, Proposal
from partnerportal.verifying.verdict import verify
from subscriptions.models import Suspension
from tests import story, witness
from tests.verifying.damaging import broken, damage, judged

NEAR = story.at("2026-08-15")
UNTIL = date(2026, 8, 31)


@pytest.fixture
def off(book):
    """Lanhai has been suspended since 1 July; its data is deleted on 30 August."""
    book.chase()
    for customer in (book.mingyue, book.qinghe):
        story.pay(customer, story.owed(customer), story.at("2026-07-02"))
    return book


def told(customer) -> set[str]:
    return set(TimelineEntry.objects.filter(customer=customer, at__gte=NEAR).values_list("code", flat=True))


def test_brought_back_until_a_day_and_then_the_ladder_goes_on(off, people, sandbox_state):
    invoice = off.lanhai.invoices.get()
    before = Decision.objects.filter(invoice=invoice).count()
    bring_back(invoice, until=UNTIL, reason="Their auditor needs it.", by=people["owner"], now=NEAR)
    rows = Suspension.objects.filter(customer=off.lanhai)
    assert {(row.ended_at, row.ended_why) for row in rows} == {(NEAR, "person")}
    story.settle_all(NEAR)
    assert {row.restored_at for row in rows.all()} == {NEAR}
    assert {one.status for one in off.lanhai.subscriptions.all()} == {"active"}
    hold = Hold.objects.get()
    assert (hold.invoice, hold.until_on, hold.reason) == (invoice, UNTIL, "Their auditor needs it.")
    letter = Message.objects.get(customer=off.lanhai, letter=Letter.RESTORED)
    text = words(letter)[1]
    assert "although invoice" in text and "until" in text and "settled on" not in text
    assert {"brought_back", "restoring_until", "back_until"} <= told(off.lanhai)
    assert "restored" not in told(off.lanhai)
    for day in story.days(date(2026, 8, 17), date(2026, 9, 30)):
        story.run_day(off.partner, day)
    assert Proposal.objects.filter(customer=off.lanhai).count() == 1, "no second suspension in this round"
    after = set(Decision.objects.filter(invoice=invoice).order_by("pk")[before:].values_list("stage", flat=True))
    assert not any(stage.startswith("delete") for stage in after)
    story.pay(off.lanhai, story.owed(off.lanhai), story.at("2026-10-08"))
    case = invoice.case
    case.refresh_from_db()
    assert case.closed_at is not None
    assert broken(verify(off.partner, since=None, machine=NEAR)) == {}


def test_letting_go_takes_a_second_person(off, people):
    invoice = off.lanhai.invoices.get()
    decision = let_go(invoice, reason="They have moved away.", by=people["owner"], now=NEAR)
    assert let_go(invoice, reason="Again.", by=people["collections"], now=NEAR) == decision, "one decision"
    for who, code in (("owner", "same_person"), ("viewer", "role")):
        with pytest.raises(NotAllowed) as no:
            confirm(decision.pk, by=people[who], now=NEAR)
        assert no.value.code == code
    confirmed = confirm(decision.pk, by=people["collections"], now=NEAR)
    assert (confirmed.confirmed_by, confirmed.confirmed_at) == (people["collections"], NEAR)
    with pytest.raises(NotAllowed) as no:
        confirm(decision.pk, by=people["admin_agent"], now=NEAR)
    assert no.value.code == "confirmed"
    assert Suspension.objects.live().filter(customer=off.lanhai).count() == 2, "nothing is done at the provider"
    assert not TimelineEntry.objects.filter(code__startswith="let_go", shared=True).exists()


def test_a_payment_still_brings_everything_back_after_letting_go(off, people):
    invoice = off.lanhai.invoices.get()
    decision = let_go(invoice, reason="Gone.", by=people["owner"], now=NEAR)
    story.pay(off.lanhai, story.owed(off.lanhai), NEAR)
    assert {row.ended_why for row in Suspension.objects.filter(customer=off.lanhai)} == {"cured"}
    with pytest.raises(NotAllowed) as no:
        confirm(decision.pk, by=people["collections"], now=NEAR)
    assert no.value.code == "nothing_suspended"
    assert letting_go(invoice, suspended_for(invoice)) is None


def test_what_cannot_be_decided_changes_nothing(off, people, bohai):
    invoice, paid = off.lanhai.invoices.get(), off.mingyue.invoices.get()
    before = witness.everything()
    yesterday = NEAR.date() - timedelta(days=1)
    for wrong in ({"reason": " "}, {"until": yesterday}, {"until": date(2028, 1, 1)}):
        with pytest.raises(ValueError):
            bring_back(invoice, **{"until": UNTIL, "reason": "why", "by": people["owner"], "now": NEAR} | wrong)
    with pytest.raises(ValueError):
        let_go(invoice, reason="", by=people["owner"], now=NEAR)
    for about, who in (
        (invoice, people["billing"]),
        (invoice, story.people_of(bohai)["owner"]),
        (paid, people["owner"]),
    ):
        with pytest.raises(NotAllowed):
            bring_back(about, until=UNTIL, reason="why", by=who, now=NEAR)
    assert witness.everything() == before


def test_access_given_back_by_nobody_is_seen(off, people):
    bring_back(off.lanhai.invoices.get(), until=UNTIL, reason="Audit.", by=people["owner"], now=NEAR)
    story.settle_all(NEAR)
    assert broken(judged(off.partner)) == {}
    damage(
        "DELETE FROM dunning_deletiondecision WHERE id = %s",
        DeletionDecision.objects.get().pk,
        table="dunning_deletiondecision",
    )
    assert list(broken(judged(off.partner))) == ["I13"]
