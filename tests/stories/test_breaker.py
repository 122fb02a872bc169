"""What if a run would switch off more customers in a day than two people should decide alone? (I12)"""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command

from customers.models import Membership
from dunning.approving import NotAllowed, approve, refuse
from dunning.breaking import lift, limit_of, standing
from dunning.models import Breaker, BreakerLift, Proposal, Run
from dunning.reviewing import review
from outbox import clock
from outbox.keeping import keep_all
from partnerportal.verifying.verdict import verify
from subscriptions.models import AccessChange, Suspension
from tests import story
from tests.commanding import manage
from tests.stories.test_at_once import at_once

OWNER, AGENT, VIEWER = (f"{who}@hanhai.example" for who in ("owner", "admin-agent", "viewer"))
NOON = story.at(story.SUSPEND)
MANY = 20


def off() -> int:
    """How many customers have lost access."""
    return Suspension.objects.live().values("customer").distinct().count()


def parked() -> int:
    return AccessChange.objects.filter(outcome="parked", reason="breaker").count()


def approve_each(people, customers=None) -> None:
    waiting = Proposal.objects.filter(state="proposed").order_by("pk")
    for pk in list((waiting.filter(customer__in=customers) if customers else waiting).values_list("pk", flat=True)):
        approve(pk, by=people["owner"], now=NOON)


@pytest.fixture
def chased(book):
    """Three customers whose suspension is proposed; at most one a day may go without two people."""
    book.partner.breaker_customers = 1
    book.partner.save()
    book.chase(until=story.FINAL)
    story.run_day(book.partner, story.SUSPEND)
    return book


# The numbers


@pytest.mark.parametrize(
    ("number", "percent", "cap", "customers", "limit"),
    [(3, "2", 20, 0, 3), (3, "2", 20, 199, 3), (3, "2", 20, 200, 4), (3, "2", 20, 5000, 20), (0, "0", 20, 9, 0)],
)
def test_the_limit_is_the_larger_of_number_and_share_under_the_cap(
    hanhai, monkeypatch, number, percent, cap, customers, limit
):
    hanhai.breaker_customers, hanhai.breaker_percent, hanhai.breaker_cap = number, story.Decimal(percent), cap
    monkeypatch.setattr("django.db.models.query.QuerySet.count", lambda rows: customers)
    assert limit_of(hanhai) == limit


# The story by commands


def test_many_customers_stay_on_until_two_people_lift_the_breaker(hanhai, sandbox_url, mail_dir):
    story.import_book(hanhai, [story.company(f"Customer {n:02}") for n in range(MANY)], sandbox_url=sandbox_url)
    story.issue_all(hanhai)
    for day in (story.COURTESY, story.REMIND, story.FINAL):
        story.run_day(hanhai, day)
    dry = manage("run_collections", "--dry-run", "--on", story.SUSPEND)
    assert dry["breaker"] == {"run": None, "customers": MANY, "limit": 3, "lifted": False}
    assert not Breaker.objects.exists()
    ran = manage("run_collections", "--on", story.SUSPEND)
    number = ran["run"]
    assert (ran.code, ran["proposals"]) == (0, MANY)
    assert ran["breaker"] == {"run": number, "customers": MANY, "limit": 3, "lifted": False}
    assert len(manage("approve_suspensions", "--by", OWNER, "--all")["approved"]) == MANY
    held = manage("settle")
    assert (held.code, held["done"], held["parked"], off()) == (1, 0, MANY, 0)
    again = manage("run_collections")
    assert (again["proposals"], again["breaker"]) == (0, ran["breaker"])
    assert (manage("settle")["done"], off()) == (0, 0)
    refused_to_lift(number)
    assert manage("lift_breaker", number, "--by", OWNER, "--by", AGENT).answer == {"lifted": True}
    done = manage("settle")
    assert (done.code, done["done"], off(), parked()) == (0, 2 * MANY, MANY, 0)
    verified = manage("verify")
    assert (verified.code, verified["suspensions"]) == (0, MANY), verified.answer
    assert verified["promises"]["I12"]["checked"] == MANY
    assert manage("lift_breaker", number, "--by", OWNER, "--by", AGENT).answer == {"lifted": True}


def refused_to_lift(number):
    for words, refused in [
        (["--by", OWNER, "--by", VIEWER], {VIEWER: "role"}),
        (["--by", OWNER, "--by", OWNER], {OWNER: "already_agreed"}),
    ]:
        said = manage("lift_breaker", number, *words)
        assert (said.code, said.answer) == (1, {"lifted": False, "refused": refused})
        assert not BreakerLift.objects.exists(), "refused means nothing was written"
    assert manage("lift_breaker", number + 1000, "--by", OWNER).code == 2
    assert manage("lift_breaker", number, "--by", "nobody@hanhai.example").code == 2


# What trips it, and what doesn't


def test_within_the_limit_nothing_is_held_back(book):
    book.chase()
    assert (off(), Breaker.objects.count()) == (3, 0)


def test_a_warning_alone_holds_nobody_back(chased, people):
    breaker = Breaker.objects.get()
    assert (breaker.run, len(breaker.customers), breaker.limit) == (Run.objects.latest("pk"), 3, 1)
    approve_each(people, [chased.lanhai])
    story.settle_all(NOON)
    assert (off(), parked()) == (1, 0), "one customer is within the limit"
    approve_each(people, [chased.mingyue])
    story.settle_all(NOON)
    assert (off(), parked()) == (1, 1)
    assert Breaker.objects.count() == 1


def test_above_the_limit_not_even_the_first_goes(chased, people):
    approve_each(people)
    story.settle_all(NOON)
    assert (off(), parked()) == (0, 3)


def test_it_lets_go_by_itself_once_the_limit_is_kept(chased, people):
    approve_each(people)
    story.settle_all(NOON)
    for customer in (chased.mingyue, chased.qinghe):
        story.pay(customer, story.owed(customer), NOON)
    assert standing(chased.partner) is not None
    story.run_day(chased.partner, story.SUSPEND, "13:00")
    assert (off(), parked(), standing(chased.partner)) == (1, 0, None)
    assert not AccessChange.objects.filter(outcome="parked").exists()


def test_a_refused_suspension_is_parked_no_longer(chased, people):
    approve_each(people)
    story.settle_all(NOON)
    one = Proposal.objects.filter(state="approved").earliest("pk")
    refuse(one.pk, by=people["owner"], reason="They pay on Friday.", now=NOON)
    one.change.refresh_from_db()
    assert (one.change.outcome, parked()) == ("moot", 2)


def test_the_day_after_counts_anew(chased, people):
    approve_each(people, [chased.lanhai])
    story.settle_all(NOON)
    later = NOON + timedelta(hours=24)
    approve(Proposal.objects.get(customer=chased.mingyue, state="proposed").pk, by=people["owner"], now=later)
    story.settle_all(later)
    assert (off(), parked()) == (2, 0)


# Lifting


def test_lifting_takes_two_people_and_covers_only_whom_it_names(chased, people):
    first_two = [chased.lanhai, chased.mingyue]
    Breaker.objects.update(customers=[one.pk for one in first_two])
    breaker = Breaker.objects.get()
    assert lift(breaker.pk, by=people["owner"], now=NOON).lifted_at is None
    with pytest.raises(NotAllowed, match="agreed already"):
        lift(breaker.pk, by=people["owner"], now=NOON)
    with pytest.raises(NotAllowed, match="may not"):
        lift(breaker.pk, by=people["viewer"], now=NOON)
    approve_each(people)
    story.settle_all(NOON)
    assert (off(), parked()) == (0, 3)
    breaker.refresh_from_db()
    assert len(breaker.customers) == 2, "nobody is named behind the back of who has agreed"
    assert lift(breaker.pk, by=people["admin_agent"], now=NOON).lifted_at == NOON
    story.settle_all(NOON)
    assert (off(), parked()) == (2, 1)
    rest = standing(chased.partner)
    assert rest is not None
    assert (rest.run, rest.customers) == (None, [chased.qinghe.pk])
    with pytest.raises(NotAllowed, match="lifted already"):
        lift(breaker.pk, by=people["collections"], now=NOON)


def test_a_lift_speaks_only_of_what_was_proposed_by_then(chased, people):
    breaker = Breaker.objects.get()
    for who in ("owner", "admin_agent"):
        lift(breaker.pk, by=people[who], now=NOON - timedelta(days=1))
    approve_each(people)
    story.settle_all(NOON)
    assert (off(), parked()) == (0, 3)


def test_other_partners_people_lift_nothing(chased, bohai):
    with pytest.raises(NotAllowed) as no:
        lift(Breaker.objects.get().pk, by=story.people_of(bohai)["owner"], now=NOON)
    assert no.value.code == "not_a_member"


def test_somebody_who_left_lifts_nothing(chased, people):
    Membership.objects.filter(user=people["owner"]).delete()
    with pytest.raises(NotAllowed):
        lift(Breaker.objects.get().pk, by=people["owner"], now=NOON)


# Two at once


@pytest.mark.django_db(transaction=True)
def test_two_workers_and_a_review_at_once_never_slip_past_the_limit(chased, people):
    approve_each(people, [chased.lanhai])
    second = Proposal.objects.get(customer=chased.mingyue, state="proposed").pk
    ids = [chased.lanhai.pk, chased.mingyue.pk, chased.qinghe.pk]
    begun = threading.Event()

    def carry_out():
        begun.set()
        with clock.standing_at(NOON):
            keep_all()

    def approve_and_carry_out():
        begun.wait(10)
        approve(second, by=people["owner"], now=NOON)
        carry_out()

    for each in at_once(carry_out, approve_and_carry_out, lambda: review(ids, now=NOON), carry_out):
        each.result(timeout=60)
    story.settle_all(NOON)
    assert off() <= 1
    assert off() + parked() == 2
    assert verify(chased.partner, since=None, machine=clock.machine()).promises["I12"].violations == []


def test_the_command_needs_a_breaker(book, capsys):
    story.run_day(book.partner, story.COURTESY)
    with pytest.raises(SystemExit) as ended:
        call_command("lift_breaker", str(Run.objects.get().pk), "--by", OWNER, "--json")
    assert ended.value.code == 2
    assert "no circuit breaker stands" in capsys.readouterr().out


def test_what_was_parked_while_the_second_person_lifted_is_carried_out_after_the_next_run(chased, sandbox_state):
    approve_each(chased.people)
    story.settle_all(NOON)
    # As if each had been parked only after the lift had looked for what is parked.
    AccessChange.objects.filter(reason="breaker").update(outcome="waiting")
    breaker = Breaker.objects.get()
    for person in ("owner", "admin_agent"):
        lift(breaker.pk, by=chased.people[person], now=NOON)
    AccessChange.objects.filter(reason="breaker").update(outcome="parked")
    assert (parked(), off()) == (3, 0)
    story.run_day(chased.partner, story.SUSPEND, "15:00")
    assert (parked(), off()) == (0, 3)
