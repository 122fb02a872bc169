"""What if two things happen at the same moment, or the provider is away for a while? Real threads, real locks."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection

from customers.locking import lock_customer
from customers.models import TimelineEntry, acting_for
from customers.telling import tell
from disputes.questioning import question
from dunning.approving import approve, refuse
from dunning.models import Case, Decision, Proposal
from dunning.running import review_due, run
from outbox import clock
from outbox.keeping import keep_all
from payables.importing import import_file
from subscriptions import provisioning
from subscriptions.models import AccessChange, Suspension
from subscriptions.stopping import agree, open_stop
from tests import story, witness
from tests.stories.conftest import fault, proposal_for

NOON = story.at(story.SUSPEND)
PAID = story.at(story.SUSPEND, "15:00")


def at_once(*deeds: Callable[[], object]) -> list[Future]:
    """Do these in threads of their own that begin together, each on its own connection."""
    gate = threading.Barrier(len(deeds))

    def thread(deed):
        gate.wait(timeout=30)
        try:
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [pool.submit(thread, deed) for deed in deeds]


def keep_at(now):
    with clock.standing_at(now):
        return keep_all()


def until(true: Callable[[], bool], within: float = 20.0) -> None:
    """Wait for something that happens elsewhere."""
    ends = time.monotonic() + within
    while not true():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_make_each_decision_once(book, mail_dir):
    for day in (story.COURTESY, story.REMIND, story.FINAL, story.SUSPEND):
        now = story.at(day)
        looks = at_once(*[lambda now=now: run(book.partner, now=now)[1]] * 2, lambda now=now: review_due(now=now))
        results = [look.result() for look in looks]
        decided = 3 if day != story.SUSPEND else 0
        assert sum(one.notices for one in results) == decided
        keeps = at_once(*[lambda now=now: keep_at(now)] * 3)
        assert sum(keep.result().done for keep in keeps) == decided
    made = Counter(Decision.objects.values_list("invoice_id", "stage"))
    assert (len(made), set(made.values())) == (12, {1})
    assert Proposal.objects.count() == 3
    assert Counter(witness.letters(mail_dir)) == {"invoice": 3, "notice": 9}


@pytest.mark.django_db(transaction=True)
def test_many_workers_carry_out_each_suspension_once(book, sandbox_state, mail_dir):
    book.chase(until=story.FINAL)
    story.run_day(book.partner, story.SUSPEND)
    for pk in Proposal.objects.values_list("pk", flat=True):
        approve(pk, by=book.people["owner"], now=NOON)
    done = at_once(*[lambda: keep_at(NOON)] * 4)
    assert sum(keep.result().done for keep in done) == 6, "three suspensions and three letters"
    for row in Suspension.objects.select_related("subscription"):
        assert (row.confirmed_at, witness.effective(sandbox_state, row.subscription)) == (NOON, 1)
    assert Counter(witness.letters(mail_dir))["suspended"] == 3


@pytest.fixture
def during_a_read(book, provider_misbehaves, sandbox_state):
    """Mingyue's suspension is carried out in one thread; while its n-th read waits for the provider, something
    happens in another. Answers the proposal and the subscription."""

    def live(nth: int, happens: Callable[[Proposal], object]):
        book.chase(until=story.FINAL)
        story.run_day(book.partner, story.SUSPEND)
        proposal = approve(proposal_for(book.mingyue).pk, by=book.people["owner"], now=NOON)
        subscription = book.mingyue.subscriptions.get()
        provider_misbehaves(fault("hang", "GET", subscription.provider_id, nth=nth, seconds=2))

        def meanwhile():
            until(lambda: len(witness.operations(sandbox_state, subscription, "GET")) == nth)
            happens(proposal)

        for each in at_once(lambda: keep_at(NOON), meanwhile):
            each.result()
        story.settle_all(NOON)
        proposal.refresh_from_db()
        return proposal, subscription

    return live


def pays(proposal):
    story.pay(proposal.customer, proposal.case.invoice.balance, NOON, settled=False)


def questions(proposal):
    person = story.customer_person(proposal.customer, "chen@mingyue.cn")
    amounts = {line.pk: line.open for line in proposal.case.invoice.lines.all()}
    question(proposal.case.invoice, amounts, reason="price", text="Not ours.", by=person, now=NOON)


def undoes(proposal):
    by = story.people_of(proposal.partner)["collections"]
    refuse(proposal.pk, by=by, reason="They called", now=NOON)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("happens", "state", "why"),
    [(pays, "aborted", "settled"), (questions, "aborted", "disputed"), (undoes, "refused", "They called")],
)
def test_what_happens_during_the_last_look_stops_the_suspension(during_a_read, sandbox_state, happens, state, why):
    proposal, subscription = during_a_read(1, happens)
    assert (proposal.state, proposal.ended_why, proposal.change.outcome) == (state, why, "moot")
    assert not Suspension.objects.exists()
    assert witness.operations(sandbox_state, subscription) == []


@pytest.mark.django_db(transaction=True)
def test_a_payment_between_last_look_and_call_stops_the_call(during_a_read, sandbox_state, mail_dir):
    proposal, subscription = during_a_read(2, pays)
    row = Suspension.objects.get()
    assert (proposal.state, row.confirmed_at, row.ended_why) == ("carried_out", None, "cured")
    assert witness.operations(sandbox_state, subscription) == []
    assert not {"suspended", "restored"} & set(witness.letters(mail_dir))


def test_a_provider_that_is_down_for_a_while_is_asked_again_and_letters_leave_meanwhile(
    book, provider_misbehaves, sandbox_state, mail_dir
):
    book.chase(until=story.FINAL)
    story.run_day(book.partner, story.SUSPEND)
    approve(proposal_for(book.mingyue).pk, by=book.people["owner"], now=NOON)
    provider_misbehaves(fault("500_before", "GET"), fault("500_before", "PATCH"))
    person, invoice = story.customer_person(book.qinghe, "he@qinghe.cn"), book.qinghe.invoices.get()
    line = invoice.lines.get()
    question(invoice, {line.pk: line.open}, reason="price", text="Not ours.", by=person, now=NOON)
    with clock.standing_at(NOON):
        kept = keep_all()
    change = AccessChange.objects.get()
    assert (kept.parked, change.outcome, change.attempts) == (0, "waiting", 1)
    assert "500" in change.last_error and change.not_before_retry
    assert not Suspension.objects.exists(), "nothing is opened that could not be looked at"
    assert witness.letters(mail_dir)[-1] == "question_taken"
    provider_misbehaves()
    story.settle_all(story.at(story.SUSPEND, "12:10"))
    row = Suspension.objects.get()
    assert (row.confirmed_at, witness.effective(sandbox_state, row.subscription)) == (NOON.replace(minute=10), 1)
    assert witness.letters(mail_dir)[-1] == "suspended"


def test_a_stale_etag_a_throttle_and_a_lost_answer_end_with_one_change(book, provider_misbehaves, sandbox_state):
    book.chase(until=story.FINAL)
    story.run_day(book.partner, story.SUSPEND)
    approve(proposal_for(book.mingyue).pk, by=book.people["owner"], now=NOON)
    path = book.mingyue.subscriptions.get().provider_id
    provider_misbehaves(
        fault("etag_mismatch", path=path, nth=1),
        fault("429", path=path, nth=2, retry_after="1"),
        fault("500_before", "GET", path, nth=[2, 4]),
        fault("stale_read", "GET", path, nth=5),
    )
    story.settle_all(NOON)
    row = Suspension.objects.get()
    assert row.confirmed_at == NOON
    asked = witness.operations(sandbox_state, row.subscription)
    assert [line["took_effect"] for line in asked].count(True) == 1
    case = Case.objects.get(customer=book.mingyue)
    assert case.closed_at is None


@pytest.mark.django_db(transaction=True)
def test_an_import_and_a_deed_on_one_of_its_customers_never_wait_in_a_ring(hanhai, mail_dir):
    company = story.company("Lanhai Trading")
    story.import_book(hanhai, [company])
    customer = story.customer_named(hanhai, company.name)
    identity = hanhai.provider_identities.get().provider_id
    again = story.reconciliation([company], partner_id=identity, cycle=date(2026, 5, 1))
    now = story.at("2026-06-01")

    def waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return bool(cursor.fetchone()[0])

    def deed():
        with acting_for(hanhai):
            locked = lock_customer(customer.pk)
            until(waits)
            tell(locked, TimelineEntry.Kind.NOTE, "note", now=now, values={})

    def bring():
        return import_file(hanhai, again, file_name="2026-05.csv", now=now)

    # The deed has its customer before the import begins.
    looks = at_once(deed, lambda: (time.sleep(0.5), bring()))
    assert [look.exception() for look in looks] == [None, None]


@pytest.fixture
def paid_after_suspension(book):
    """Mingyue was suspended and has paid: its access is promised back and nobody has asked the provider yet."""
    book.chase(until=story.FINAL)
    story.run_day(book.partner, story.SUSPEND)
    approve(proposal_for(book.mingyue).pk, by=book.people["owner"], now=NOON)
    story.settle_all(NOON)
    story.pay(book.mingyue, story.owed(book.mingyue), PAID, settled=False)
    return book.mingyue.subscriptions.get()


def stopped(book) -> None:
    """Two people stop Mingyue's access for fraud, and another worker carries it out as far as it can."""
    mine = list(book.mingyue.subscriptions.values_list("pk", flat=True))
    asked = open_stop(book.mingyue, mine, cause="fraud", evidence="Mass mail", by=book.people["collections"], now=PAID)
    agree(asked.pk, by=book.people["owner"], now=PAID)
    keep_at(PAID)


def off_for_fraud(subscription) -> tuple[str, list[str]]:
    """What the provider says of it, and the reasons that hold it."""
    story.settle_all(PAID.replace(minute=5), patience=60)
    seen = provisioning.read(provisioning.provider_for(subscription.partner), subscription)
    return str(seen.status), list(subscription.suspensions.live().values_list("cause", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_stop_that_comes_while_access_is_being_given_back_is_the_last_word(
    book, paid_after_suspension, provider_misbehaves, sandbox_state
):
    """The provider takes three seconds over the request that brings access back; the stop comes meanwhile."""
    subscription = paid_after_suspension
    provider_misbehaves(fault("slow", "PATCH", subscription.provider_id, nth=1, seconds=3))

    def meanwhile():
        until(lambda: subscription.tries.filter(change__wanted="active").exists())
        stopped(book)

    for each in at_once(lambda: keep_at(PAID), meanwhile):
        each.result()
    assert off_for_fraud(subscription) == ("suspended", ["fraud"])
    assert witness.effective(sandbox_state, subscription) == 3, "off, on, and off again"
    changes = AccessChange.objects.filter(customer=book.mingyue)
    assert {one.outcome for one in changes} == {"done"}
    assert max(one.attempts for one in changes) == 1, "whoever waited for another has not tried in vain"


@pytest.mark.django_db(transaction=True)
def test_a_stop_waits_until_it_is_known_what_became_of_the_request_before(
    book, paid_after_suspension, provider_misbehaves, monkeypatch
):
    """The answer to the request that brings access back is lost, and the provider carries it out seconds later."""
    monkeypatch.setattr("dunning.acting.SETTLE", timedelta(seconds=4))
    subscription = paid_after_suspension
    provider_misbehaves(fault("late_commit", "PATCH", subscription.provider_id, nth=1, seconds=2))
    keep_at(PAID)
    stopped(book)
    assert off_for_fraud(subscription) == ("suspended", ["fraud"])
