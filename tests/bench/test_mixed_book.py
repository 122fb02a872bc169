"""Does a run come to what the rulebook says case by case, on a book in which all sorts of things happen?

The slow way loads each customer alone and asks the rulebook for each invoice, with nothing remembered and nothing
told from memory. A run, its second decision, and a run again on the same day have to say the same."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from billing.models import Invoice
from customers.models import Customer, Message, Partner, User
from disputes.questioning import BadQuestion, question
from dunning.announcing import announce
from dunning.approving import approve
from dunning.claiming import BadClaim, claim
from dunning.facts import Loaded, load
from dunning.holding import hold
from dunning.models import Case, PolicyVersion, Proposal
from dunning.promising import BadPromise, promise
from dunning.publishing import policy_of
from dunning.restarting import CantWarnAgain, warn_again
from dunning.resting import resting
from dunning.reviewing import Judged, Reviewed, tally
from dunning.running import review_due, run
from dunning.settling import settle
from outbox.models import Outcome
from partnerportal.bench.checking import decided, decided_alone
from partnerportal.bench.working import alone
from partnerportal.books.making import ended, make_book
from tests import story

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner() -> Partner:
    make_book(customers=12, invoices=160, seed=3)
    return Partner.objects.get()


def one_by_one(partner: Partner, now: datetime) -> list[Judged]:
    """Every open case, each customer read and each invoice decided by itself."""
    found: list[Loaded] = []
    for customer in Customer.objects.filter(partner=partner).select_related("partner"):
        found += load([customer], now=now)
    return [Judged(one, alone(one, now=now)) for one in found]


def figures(one: Reviewed) -> dict[str, object]:
    """What a run's document counts."""
    names = ("evaluated", "unchanged", "notices", "tasks", "proposals", "reinstatements")
    return {**{name: getattr(one, name) for name in names}, "skipped": dict(one.skipped)}


def something_happens(draw: random.Random, customer: Customer, by: User, now: datetime) -> str:
    """One fact about a customer, through the door that records it, which may refuse it."""
    invoice = draw.choice(list(Invoice.objects.filter(customer=customer).open().order_by("pk")))
    what = draw.choice(["hold", "promise", "question", "claim", "part", "whole", "restart", "nothing"])
    today, half = now.astimezone(customer.tz).date(), (invoice.balance / 2).quantize(Decimal("0.01"))
    money = {"currency": invoice.currency, "reference": invoice.reference or "", "now": now}
    if what == "hold":
        about = draw.choice([customer, invoice])
        hold(about, reason="they merge", by=by, now=now, until_on=today + timedelta(days=draw.randint(0, 9)))
    elif what == "promise":
        with suppress(BadPromise):
            promise(invoice, half, today + timedelta(days=draw.randint(1, 6)), by=by, now=now)
    elif what == "question":
        amounts = {line.pk: line.open for line in invoice.lines.filter(open__gt=0)[:1]}
        person = story.customer_person(customer, f"{invoice.pk}-{now:%d%H}@customer.example")
        with suppress(BadQuestion):
            question(invoice, amounts, reason="quantity", text="Fewer seats.", by=person, now=now)
    elif what == "claim":
        with suppress(BadClaim):
            claim(customer, invoice, amount=half, paid_on=today, by=by, **money)
    elif what in ("part", "whole"):
        settle(customer, amount=half if what == "part" else invoice.balance, received_on=today, **money)
    elif what == "restart":
        with suppress(CantWarnAgain):
            warn_again(invoice, reason="the debt is another one", by=by, now=now)
    return what


def letters_arrive(draw: random.Random, now: datetime) -> None:
    """What waits has reached the customer, or most of it; each arrival asks for a look."""
    for message in Message.objects.filter(outcome=Outcome.WAITING):
        if draw.random() < 0.9:
            message.outcome, message.settled_at, message.delivered_at = Outcome.DONE, now, now
            if draw.random() < 0.1:
                message.bounced_at = now
            message.save()
            Customer.objects.filter(pk=message.customer_id).update(review_due_at=now)


def a_stricter_policy(partner: Partner, by: User, now: datetime) -> None:
    """From now on pursue nothing below 40; some invoices stay under the version before."""
    standard = policy_of(PolicyVersion.objects.filter(partner=partner).latest("number").pk)
    changed = replace(standard, ignore_below={partner.currency: Decimal(40)}, promise_count=2)
    announce(partner, changed, effective_on=now.date(), now=now, by=by)


def agrees(partner: Partner, now: datetime) -> int:
    """A run now decides and counts as the slow way does, and what the cases say afterwards is what a slow look at
    the tables says; answers how many cases rested."""
    slow = one_by_one(partner, now)
    expected, before = decided_alone([one.loaded.customer.pk for one in slow], now=now), decided()
    rested = resting(partner, now=now).skipped.total()
    _, found = run(partner, now=now)
    assert figures(found) == figures(tally(slow))
    assert decided() - before == Counter(expected)
    after = {one.loaded.invoice.pk: one.decision.next for one in one_by_one(partner, now)}
    said = {case.invoice_id: case for case in Case.objects.filter(partner=partner, closed_at=None)}
    assert set(after) == set(said)
    for invoice, answer in after.items():
        case, until = said[invoice], getattr(answer, "until", None)
        assert (case.kind, case.because, case.look_again_at) == (answer.kind, str(answer.because.code), until)
        assert case.reviewed_at == now, "a case that rested was looked at as well"
    return rested


@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_says_what_each_case_says_by_itself(partner: Partner, seed: int):
    draw, by = random.Random(seed), story.people_of(partner)["owner"]
    now, happened, rested = ended(), set(), 0
    a_stricter_policy(partner, by, now - timedelta(days=40))
    for _ in range(5):
        agrees(partner, now)
        later = now + timedelta(hours=1)
        letters_arrive(draw, later)
        for customer in draw.sample(list(Customer.objects.filter(partner=partner).order_by("pk")), 5):
            if Invoice.objects.filter(customer=customer).open().exists():
                happened.add(something_happens(draw, customer, by, later))
        for proposal in Proposal.objects.filter(state=Proposal.State.PROPOSED)[:2]:
            approve(proposal.pk, by=by, now=later)
        if draw.random() < 0.5:
            review_due(now=later)
        rested += agrees(partner, later) + agrees(partner, later + timedelta(hours=2))
        now += timedelta(days=draw.randint(1, 8))
    assert rested > 100 and len(happened) > 4
