"""What if a process is killed in the middle of a deed? Another one finishes it, and the provider saw it once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress

import pytest

from customers.models import TimelineEntry
from dunning.approving import approve
from outbox import clock
from outbox.models import Outcome
from outbox.tasks import keep_promises
from subscriptions.models import AccessChange, Suspension
from tests import story, witness
from tests.commanding import PROJECT, environment, process, start
from tests.stories.conftest import fault, proposal_for

pytestmark = pytest.mark.django_db(transaction=True)
SHORT = {"PORTAL_EFFECT_LEASE_SECONDS": "2"}
NOON = story.at(story.SUSPEND)


@pytest.fixture
def approved(book):
    """Lanhai's two subscriptions are to be suspended now; the clock runs, for every process alike."""
    book.chase(until=story.FINAL)
    story.run_day(book.partner, story.SUSPEND)
    approve(proposal_for(book.lanhai).pk, by=book.people["owner"], now=NOON)
    clock.move_to(NOON)
    return book


@pytest.fixture
def seats(approved):
    """Lanhai's subscriptions in the order in which they are switched."""
    return list(approved.lanhai.subscriptions.order_by("pk"))


def kill_when_asked(running: subprocess.Popen, state, subscription, method: str, nth: int) -> None:
    """Kill the process and its children when the n-th such request has reached the provider, which hangs."""
    ends = time.monotonic() + 60
    while len(witness.operations(state, subscription, method)) < nth:
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < ends, "the request never came"
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait(10)


def settle_again() -> None:
    """Other processes take over once the dead one's lease has run out, or once it is time to ask again."""
    ends = time.monotonic() + 60
    while waiting := AccessChange.objects.filter(outcome=Outcome.WAITING).first():
        assert time.monotonic() < ends, vars(waiting)
        free_at = max(filter(None, (waiting.lease_until, waiting.not_before_retry, clock.machine())))
        time.sleep(max((free_at - clock.machine()).total_seconds(), 0))
        assert process("settle", **SHORT)["parked"] == 0


def suspended_once(book, seats, state, mail_dir) -> None:
    """Every subscription was changed once, read back, and the customer told once."""
    assert [witness.effective(state, one) for one in seats] == [1, 1]
    rows = Suspension.objects.filter(customer=book.lanhai)
    assert rows.count() == 2
    assert all(row.confirmed_at and not row.ended_at for row in rows)
    assert Counter(witness.letters(mail_dir, "lanhai"))["suspended"] == 1
    assert TimelineEntry.objects.filter(customer=book.lanhai, code="suspended").count() == 1


MOMENTS = {
    "before the last look": ("GET", 0, 1, {}),
    "after the last look, before the call": ("GET", 0, 2, {}),
    "during a call that was not taken": ("PATCH", 0, 1, {"after": False}),
    "during a call that was taken": ("PATCH", 1, 1, {"after": True}),
    "before the second was read back": ("GET", 1, 3, {}),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_process_leaves_a_suspension_that_another_finishes(
    approved, seats, moment, provider_misbehaves, sandbox_state, mail_dir
):
    method, which, nth, more = MOMENTS[moment]
    provider_misbehaves(fault("hang", method, seats[which].provider_id, nth=nth, seconds=60, **more))
    kill_when_asked(start("settle", **SHORT), sandbox_state, seats[which], method, nth)
    assert AccessChange.objects.get().outcome == Outcome.WAITING
    assert Suspension.objects.exists() is (moment != "before the last look")
    settle_again()
    suspended_once(approved, seats, sandbox_state, mail_dir)
    for one in seats:
        asked = {line["request_id"] for line in witness.operations(sandbox_state, one)}
        assert len(asked) == 1, "what may have been taken is asked again under the same request id"


def test_a_killed_reinstatement_is_finished_and_told_once(
    approved, seats, provider_misbehaves, sandbox_state, mail_dir
):
    settle_again()
    story.pay(approved.lanhai, story.owed(approved.lanhai), clock.now(), settled=False)
    provider_misbehaves(fault("hang", "PATCH", seats[0].provider_id, nth=1, after=True, seconds=60))
    kill_when_asked(start("settle", **SHORT), sandbox_state, seats[0], "PATCH", 2)
    settle_again()
    assert [witness.effective(sandbox_state, one) for one in seats] == [2, 2]
    assert all(row.restored_at for row in Suspension.objects.all())
    assert Counter(witness.letters(mail_dir, "lanhai"))["restored"] == 1


def test_a_call_that_the_provider_carries_out_late_is_not_made_twice(
    approved, seats, provider_misbehaves, sandbox_state, mail_dir
):
    """The connection breaks, the process is told nothing and ends; the change happens a second later. Whoever
    comes next waits longer than the provider may take, and reads back first."""
    provider_misbehaves(fault("late_commit", "PATCH", seats[0].provider_id, nth=1, seconds=1))
    said = process("settle", **SHORT)
    assert (said.code, said["waiting_until"] is not None) == (0, True)
    settle_again()
    suspended_once(approved, seats, sandbox_state, mail_dir)
    assert len(witness.operations(sandbox_state, seats[0])) == 1


@contextmanager
def worker():
    """A Celery worker as the supervisor starts it; nothing of it is left afterwards."""
    words = [sys.executable, "-m", "celery", "-A", "partnerportal", "worker", "--concurrency", "1"]
    running = subprocess.Popen(
        [*words, "--without-gossip", "--without-mingle", "--loglevel", "WARNING"],
        cwd=PROJECT,
        env=environment(**SHORT),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait(10)


def test_a_killed_worker_is_followed_by_one_that_finishes(
    approved, seats, provider_misbehaves, sandbox_state, mail_dir
):
    provider_misbehaves(fault("hang", "PATCH", seats[0].provider_id, nth=1, after=True, seconds=60))
    with worker() as first:
        keep_promises.delay()
        kill_when_asked(first, sandbox_state, seats[0], "PATCH", 1)
    with worker():
        ends = time.monotonic() + 60
        while not Suspension.objects.filter(opened_by__letter__delivered_at__isnull=False).exists():
            assert time.monotonic() < ends, AccessChange.objects.values()
            keep_promises.delay()
            time.sleep(0.5)
    suspended_once(approved, seats, sandbox_state, mail_dir)
