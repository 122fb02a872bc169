"""What if somebody changes a subscription at the provider by hand? It is found, said once, and mended by a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from customers.models import Message, TimelineEntry
from dunning.accepting import accept
from outbox import clock
from subscriptions import mending
from subscriptions.drifting import look, looked_on
from subscriptions.models import AccessChange, Drift, DriftLook, QuantityAttempt, Subscription, Suspension
from subscriptions.sandbox.loading import change, load, misbehave
from subscriptions.stopping import NotAllowed, agree
from tests import story, witness
from tests.commanding import manage
from tests.verifying.damaging import broken, judged

NOON = story.at("2026-07-03")
NIGHT = story.at("2026-07-04", "02:10")


@pytest.fixture
def there(sandbox_url):
    """Changes one subscription at the provider as somebody else would."""

    def by_hand(subscription: Subscription, **facts) -> None:
        change(sandbox_url, subscription.customer.provider_id, subscription.provider_id, **facts)

    return by_hand


@pytest.fixture
def seat(book) -> Subscription:
    """Mingyue's only subscription."""
    return book.mingyue.subscriptions.get()


def looked(book, now=NIGHT) -> DriftLook:
    """A look to its end."""
    with clock.standing_at(now):
        found = look(book.partner, now=now)
    assert found is not None
    return found


def found(book) -> Drift:
    """The only open difference."""
    return Drift.objects.open().select_related("partner", "customer").get(partner=book.partner)


def test_a_book_that_agrees_has_nothing_to_say(book):
    one = looked(book)
    assert (one.customers, one.subscriptions, one.found, one.stopped_why) == (3, 4, {}, "")
    assert one.ended_at == NIGHT and not Drift.objects.exists()
    assert looked_on(book.partner, NIGHT.date())


def test_a_look_changes_neither_side(book, seat, there, sandbox_state):
    there(seat, quantity=30, status="suspended")
    before = witness.everything("Drift", "DriftLook", "TimelineEntry", "ProviderCall")
    looked(book)
    assert witness.everything("Drift", "DriftLook", "TimelineEntry", "ProviderCall") == before
    assert witness.operations(sandbox_state, seat) == []
    assert set(Drift.objects.values_list("kind", flat=True)) == {"seats", "off_there"}


def test_seen_again_it_is_the_same_and_gone_by_itself_it_ends(book, seat, there):
    there(seat, quantity=30)
    looked(book)
    looked(book, later := story.at("2026-07-05", "02:10"))
    row = found(book)
    assert (row.found_at, row.last_seen_at, row.ours, row.theirs) == (NIGHT, later, {"seats": 10}, {"seats": 30})
    assert TimelineEntry.objects.filter(customer=book.mingyue, code="drift_found", shared=False).count() == 1
    there(seat, quantity=10)
    looked(book, last := story.at("2026-07-06", "02:10"))
    row.refresh_from_db()
    assert (row.ended_at, row.ended_how) == (last, "agrees")


def test_every_kind_is_told_apart(book, seat, there, sandbox_url):
    first, second = book.lanhai.subscriptions.order_by("pk")
    there(first, friendlyName="Renamed by hand")
    there(second, gone=True)
    there(book.qinghe.subscriptions.get(), status="suspended")
    extra = {"id": "0f0f0f0f-1111-4222-8333-444444444444", "offer_name": "Project", "quantity": 3}
    whose = {"id": book.mingyue.provider_id, "name": book.mingyue.name, "subscriptions": [extra]}
    load(sandbox_url, [whose])
    one = looked(book)
    assert one.found == {"terms": 1, "gone": 1, "off_there": 1, "unknown": 1}
    renamed = Drift.objects.get(kind="terms")
    assert renamed.theirs == {"name": "Renamed by hand"}


def test_a_customer_the_provider_does_not_know_is_said_once_and_may_be_left(book):
    book.qinghe.provider_id = "ffffffff-1111-4222-8333-444444444444"
    book.qinghe.save(update_fields=["provider_id"])
    looked(book)
    row = found(book)
    assert (row.kind, row.subscription) == ("no_customer", None)
    with pytest.raises(ValueError, match="reason"):
        mending.leave(row, reason=" ", by=book.people["owner"], now=NIGHT)
    mending.leave(row, reason="Moved to another partner", by=book.people["owner"], now=NIGHT)
    looked(book, story.at("2026-07-05", "02:10"))
    assert not Drift.objects.open().exists(), "just this was to be left"


def test_seats_are_taken_over_or_set(book, seat, there, sandbox_state):
    there(seat, quantity=30)
    looked(book)
    mending.take_over(found(book), by=book.people["billing"], now=NIGHT)
    seat.refresh_from_db()
    assert seat.quantity == 30

    there(seat, quantity=12)
    looked(book)
    row = found(book)
    with pytest.raises(NotAllowed) as role:
        mending.set_seats(row, by=book.people["billing"], now=NIGHT)
    assert role.value.code == "role"
    mending.set_seats(row, by=book.people["owner"], now=NIGHT)
    with pytest.raises(NotAllowed):
        mending.set_seats(row, by=book.people["owner"], now=NIGHT)
    looked(book)
    assert found(book).ended_at is None, "while a deed is on its way, a look says nothing"
    story.settle_all(NIGHT)
    row.refresh_from_db()
    assert row.ended_how == "set" and witness.effective(sandbox_state, seat) == 1
    assert QuantityAttempt.objects.get().answer == "accepted"
    assert broken(judged(book.partner)) == {}
    looked(book)
    assert not Drift.objects.open().exists()


def test_seats_that_moved_on_are_not_overwritten(book, seat, there, sandbox_state):
    there(seat, quantity=12)
    looked(book)
    mending.set_seats(found(book), by=book.people["owner"], now=NIGHT)
    there(seat, quantity=40)
    story.settle_all(NIGHT)
    assert witness.effective(sandbox_state, seat) == 0
    row = found(book)
    assert row.resize.outcome == "parked" and "40 seats" in row.resize.reason
    looked(book)
    mending.set_seats(found(book), by=book.people["owner"], now=NIGHT)
    story.settle_all(NIGHT)
    assert witness.effective(sandbox_state, seat) == 1 and not Drift.objects.open().exists()


def test_seats_are_set_once_though_the_answer_is_lost(book, seat, there, sandbox_url, sandbox_state, monkeypatch):
    monkeypatch.setattr("subscriptions.mending_there.SETTLE", timedelta(seconds=0.5))
    there(seat, quantity=12)
    looked(book)
    mending.set_seats(found(book), by=book.people["owner"], now=NIGHT)
    misbehave(sandbox_url, [{"match": {"method": "PATCH", "path": "", "nth": 1}, "do": "500_after"}])
    story.settle_all(NIGHT)
    misbehave(sandbox_url, [])
    assert witness.effective(sandbox_state, seat) == 1 and not Drift.objects.open().exists()


def test_what_was_switched_on_by_hand_is_suspended_again(book, seat, there, sandbox_state):
    book.chase()
    looked(book)
    assert not Drift.objects.exists()
    there(seat, status="active")
    story.settle_all(NIGHT)
    assert found_kind(book) == "on_there"
    assert witness.effective(sandbox_state, seat) == 1, "nothing is fought silently"
    mending.suspend_again(found(book), by=book.people["owner"], now=NIGHT)
    story.settle_all(NIGHT)
    assert witness.effective(sandbox_state, seat) == 2 and Drift.objects.get().ended_how == "set"
    assert Suspension.objects.filter(subscription=seat).live().count() == 1
    assert broken(judged(book.partner)) == {}


def found_kind(book) -> str:
    """What a look finds about the only difference."""
    looked(book)
    return str(found(book).kind)


def test_paid_meanwhile_nothing_is_suspended_again(book, seat, there, sandbox_state):
    book.chase()
    there(seat, status="active")
    looked(book)
    mending.suspend_again(found(book), by=book.people["owner"], now=NIGHT)
    story.pay(book.mingyue, story.owed(book.mingyue), NIGHT)
    assert AccessChange.objects.get(key__startswith="drift:").outcome == "moot"
    assert witness.effective(sandbox_state, seat) == 1
    looked(book)
    assert not Drift.objects.open().exists()


def test_what_was_switched_on_by_hand_may_stay_on(book, seat, there, mail_dir):
    book.chase()
    there(seat, status="active")
    looked(book)
    accept(found(book), reason="21Vianet did it for us", by=book.people["owner"], now=NIGHT)
    story.settle_all(NIGHT)
    row = Suspension.objects.get(subscription=seat)
    assert (row.ended_why, row.restored_at) == ("person", NIGHT)
    assert Message.objects.filter(customer=book.mingyue, letter="restored").exists()
    assert broken(judged(book.partner)) == {}


def test_what_was_suspended_by_hand_is_switched_on_or_gets_a_reason(book, seat, there, sandbox_state):
    there(seat, status="suspended")
    looked(book)
    mending.switch_on(found(book), by=book.people["owner"], now=NIGHT)
    story.settle_all(NIGHT)
    assert witness.effective(sandbox_state, seat) == 1 and not Drift.objects.open().exists()

    there(seat, status="suspended")
    looked(book)
    row = found(book)
    stop = mending.record_reason(
        row, cause="fraud", evidence="21Vianet saw spam", by=book.people["collections"], now=NIGHT
    )
    assert mending.offered(found(book)) == ()
    agree(stop.pk, by=book.people["owner"], now=NIGHT)
    story.settle_all(NIGHT)
    looked(book)
    row.refresh_from_db()
    assert row.ended_how == "agrees" and Suspension.objects.live().get().cause == "fraud"
    assert witness.effective(sandbox_state, seat) == 1
    assert broken(judged(book.partner)) == {}


def test_the_provider_itself_holds_it_back(book, seat, there):
    there(seat, status="suspended", held=True, suspensionReasons=["PartnerCenterOperation"])
    looked(book)
    mending.switch_on(found(book), by=book.people["owner"], now=NIGHT)
    story.settle_all(NIGHT)
    parked = AccessChange.objects.get(key__startswith="drift:")
    assert parked.outcome == "parked"
    assert mending.offered(found(book)) == ("reason", "switch_on"), "a person decides anew"
    there(seat, held=False)
    mending.switch_on(found(book), by=book.people["owner"], now=NIGHT)
    story.settle_all(NIGHT)
    assert not Drift.objects.open().exists()


def test_an_unknown_subscription_is_taken_in_and_a_lost_one_marked(book, seat, there, sandbox_url):
    extra = {
        "id": "0F0F0F0F-1111-4222-8333-444444444445",
        "offer_name": "Project",
        "quantity": 3,
        "starts": "2026-05-01",
    }
    load(sandbox_url, [{"id": book.mingyue.provider_id, "name": book.mingyue.name, "subscriptions": [extra]}])
    looked(book)
    made = mending.take_in(found(book), by=book.people["billing"], now=NIGHT)
    assert (made.quantity, made.name, str(made.starts_on)) == (3, "Project", "2026-05-01")
    looked(book)
    assert not Drift.objects.open().exists()

    there(made, gone=True)
    looked(book)
    mending.mark_gone(found(book), by=book.people["billing"], now=NIGHT)
    made.refresh_from_db()
    assert made.status == "deleted"
    looked(book)
    assert not Drift.objects.open().exists()


def test_lost_auto_renewal_is_put_back(book, seat, there, sandbox_state):
    book.chase()
    story.pay(book.mingyue, story.owed(book.mingyue), NOON)
    looked(book)
    assert not Drift.objects.exists()
    there(seat, autoRenewEnabled=False)
    looked(book)
    row = found(book)
    assert row.kind == "auto_renew"
    mending.put_renewal_back(row, by=book.people["owner"], now=NIGHT)
    story.settle_all(NIGHT)
    looked(book)
    assert not Drift.objects.open().exists()
    assert broken(judged(book.partner)) == {}


def test_decided_over_what_was_seen(book, seat, there):
    there(seat, quantity=30)
    looked(book)
    row = found(book)
    there(seat, quantity=31)
    looked(book)
    with pytest.raises(NotAllowed) as moved:
        mending.take_over(row, by=book.people["owner"], now=NIGHT)
    assert moved.value.code == "not_waiting"


def test_a_look_that_is_cut_off_goes_on_where_it_was(book, sandbox_url):
    busy = {
        "match": {"method": "GET", "path": f"/customers/{book.mingyue.provider_id}/"},
        "do": "429",
        "retry_after": 30,
    }
    misbehave(sandbox_url, [busy])
    try:
        one = looked(book)
    finally:
        misbehave(sandbox_url, [])
    assert one.ended_at is None and one.customers < 3 and one.not_before is not None
    assert looked(book).customers == one.customers, "it is not asked before its time"
    DriftLook.objects.update(not_before=clock.machine())
    again = looked(book)
    assert (again.pk, again.customers, again.ended_at) == (one.pk, 3, NIGHT)


def test_refused_credentials_end_the_look_with_a_word(book, sandbox_url):
    misbehave(sandbox_url, [{"match": {"method": "GET", "path": "/customers"}, "do": "401"}])
    try:
        one = looked(book)
    finally:
        misbehave(sandbox_url, [])
    assert one.ended_at == NIGHT and "credentials" in one.stopped_why


def test_the_command_says_what_was_found(book, seat, there):
    there(seat, quantity=30)
    with clock.standing_at(NIGHT):
        said = manage("watch_drift", "--partner", "hanhai")
    assert (said.code, said["customers"], said["subscriptions"], said["found"]) == (0, 3, 4, {"seats": 1})
    assert said["ended"]
