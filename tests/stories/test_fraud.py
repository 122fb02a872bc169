"""What if access stops for a reason beside money? Two people agree, no payment lifts it, and reasons are a set."""

from __future__ import annotations

import json

import pytest

from customers.models import Message, TimelineEntry
from dunning.models import Case
from outbox import clock
from subscriptions.models import AccessStop, Subscription, Suspension
from subscriptions.sandbox.loading import change
from subscriptions.stopping import NotAllowed, agree, agree_to_lift, keep_stopped, lift, open_stop, refuse
from tests import story, witness
from tests.verifying.damaging import broken, judged, unguarded

NOON = story.at("2026-05-28")
LATER = story.at("2026-07-03")


def asked(customer, by, cause="fraud", now=NOON) -> AccessStop:
    """A stop for everything a customer has, asked for by one person."""
    mine = customer.subscriptions.values_list("pk", flat=True)
    return open_stop(customer, mine, cause=cause, evidence="Mass mail from three seats", by=by, now=now)


def in_force(book, customer, cause="fraud", now=NOON) -> AccessStop:
    """The same, agreed to by another person and carried out."""
    stop = asked(customer, book.people["collections"], cause, now)
    agree(stop.pk, by=book.people["owner"], now=now)
    story.settle_all(now)
    stop.refresh_from_db()
    return stop


def lifted(book, stop, now=LATER) -> None:
    """What came of it, by two people, and carried out."""
    lift(stop.pk, by=book.people["collections"], outcome="The seats are clean again", now=now)
    agree_to_lift(stop.pk, by=book.people["owner"], now=now)
    story.settle_all(now)


def state_of(customer) -> str:
    return customer.subscriptions.get().status


def test_two_people_stop_access_and_the_customer_is_told_with_care(book, mail_dir, sandbox_state):
    customer = book.mingyue
    stop = asked(customer, book.people["collections"])
    story.settle_all(NOON)
    assert state_of(customer) == "active", "one person alone changes nothing"
    with pytest.raises(NotAllowed) as own:
        agree(stop.pk, by=book.people["collections"], now=NOON)
    with pytest.raises(NotAllowed) as role:
        agree(stop.pk, by=book.people["billing"], now=NOON)
    assert (own.value.code, role.value.code) == ("own", "role")

    agree(stop.pk, by=book.people["owner"], now=NOON)
    with pytest.raises(NotAllowed) as again:
        agree(stop.pk, by=book.people["admin_agent"], now=NOON)
    assert again.value.code == "not_waiting"
    story.settle_all(NOON)
    row = Suspension.objects.get()
    assert (row.cause, row.confirmed_at, row.kept) == ("fraud", NOON, {"auto_renew": True})
    assert state_of(customer) == "suspended"
    assert witness.effective(sandbox_state, customer.subscriptions.get()) == 1
    assert witness.letters(mail_dir)[-1] == "suspended"
    said = witness.text_of(list(witness.mails(mail_dir))[-1])
    assert "while we look into a report" in said and "not about an unpaid invoice" in said
    shared = TimelineEntry.objects.filter(customer=customer, shared=True).values_list("code", flat=True)
    assert "stopped_fraud" in shared and "stop_asked" not in shared, "the evidence is not the customer's"


def test_a_double_click_asks_once(book):
    first = asked(book.mingyue, book.people["collections"])
    assert asked(book.mingyue, book.people["collections"]) == first
    assert asked(book.mingyue, book.people["owner"]) != first, "another person's word is another one"
    refuse(first.pk, by=book.people["owner"], reason="Not now", now=NOON)
    assert asked(book.mingyue, book.people["collections"]) != first, "and so is a second one after a no"


def test_lifting_for_fraud_takes_two_again_and_brings_access_back(book, mail_dir, sandbox_state):
    stop = in_force(book, book.mingyue)
    lift(stop.pk, by=book.people["owner"], outcome="A forged report", now=LATER)
    story.settle_all(LATER)
    assert state_of(book.mingyue) == "suspended"
    with pytest.raises(NotAllowed):
        agree_to_lift(stop.pk, by=book.people["owner"], now=LATER)
    keep_stopped(stop.pk, by=book.people["collections"], now=LATER)
    assert AccessStop.objects.get().state == "in_force"
    lifted(book, stop)
    row = Suspension.objects.get()
    assert (row.ended_why, row.restored_at, state_of(book.mingyue)) == ("resolved", LATER, "active")
    assert witness.effective(sandbox_state, book.mingyue.subscriptions.get()) == 2
    assert "finished looking into the report" in witness.text_of(list(witness.mails(mail_dir))[-1])


def test_a_customers_own_wish_is_ended_by_one_person(book, mail_dir):
    stop = in_force(book, book.mingyue, cause="request")
    assert "As you asked" in witness.text_of(list(witness.mails(mail_dir))[-1])
    lift(stop.pk, by=book.people["owner"], outcome="They are back from leave", now=LATER)
    story.settle_all(LATER)
    assert (AccessStop.objects.get().state, state_of(book.mingyue)) == ("ended", "active")


def test_a_refused_stop_changes_nothing(book, sandbox_state):
    stop = asked(book.mingyue, book.people["collections"])
    with pytest.raises(ValueError, match="reason"):
        refuse(stop.pk, by=book.people["owner"], reason=" ", now=NOON)
    refuse(stop.pk, by=book.people["owner"], reason="A wrong guess", now=NOON)
    story.settle_all(NOON)
    assert not Suspension.objects.exists()
    assert witness.operations(sandbox_state, book.mingyue.subscriptions.get()) == []


def test_paying_does_not_lift_a_stop_and_the_page_says_so(book, client):
    customer = book.mingyue
    book.chase()
    stop = in_force(book, customer, now=story.at("2026-07-02"))
    assert Suspension.objects.live().filter(customer=customer, confirmed_at__isnull=False).count() == 2
    person = story.customer_person(customer, "finance@mingyue.example")
    client.force_login(person)
    assert "doesn't lift it" in client.get("/my/subscriptions/").content.decode().replace("&#x27;", "'")
    page = client.get("/my/subscriptions/").content.decode()
    assert "can sign in again" not in page, "a payment alone brings nothing back"

    story.pay(customer, story.owed(customer), LATER)
    assert state_of(customer) == "suspended"
    assert Case.objects.get(customer=customer).closed_at == LATER, "the debt is over, whatever else is not"
    assert TimelineEntry.objects.filter(customer=customer, code="cured_still_off").exists()
    assert not Message.objects.filter(customer=customer, letter="restored").exists()

    lifted(book, stop, story.at("2026-07-06"))
    assert state_of(customer) == "active"
    assert broken(judged()) == {}
    assert {row.restored_at for row in Suspension.objects.filter(customer=customer)} == {story.at("2026-07-06")}


def test_lifting_a_stop_leaves_the_debt_standing(book, mail_dir):
    customer = book.mingyue
    stop = in_force(book, customer)
    book.chase()
    assert Suspension.objects.live().filter(customer=customer, confirmed_at__isnull=False).count() == 2
    lifted(book, stop, story.at("2026-07-02"))
    assert state_of(customer) == "suspended"
    assert "another stands" in list(witness.mails(mail_dir))[-1]["Subject"]
    story.pay(customer, story.owed(customer), LATER)
    assert state_of(customer) == "active"
    assert broken(judged()) == {}
    assert Case.objects.get(customer=customer).closed_at == LATER


def test_auto_renewal_lost_on_the_way_is_put_back(book, sandbox_url, sandbox_state):
    """Dropped while it is off, it comes back with the same write; dropped by whoever switched it on, with one more."""
    customer = book.mingyue
    for number, what in enumerate(({"autoRenewEnabled": False}, {"autoRenewEnabled": False, "status": "active"})):
        day = story.at(f"2026-05-{25 + number}")
        stop = in_force(book, customer, now=day)
        subscription = customer.subscriptions.get()
        change(sandbox_url, customer.provider_id, subscription.provider_id, **what)
        lifted(book, stop, day)
        assert provider_resource(sandbox_state, customer, subscription)["autoRenewEnabled"] is True
        assert provider_resource(sandbox_state, customer, subscription)["status"] == "active"
    assert TimelineEntry.objects.filter(code="auto_renew_back", shared=False).count() == 1
    assert broken(judged()) == {}


def provider_resource(sandbox_state, customer, subscription: Subscription):
    record = json.loads((sandbox_state / "customers" / f"{customer.provider_id}.json").read_text())
    return record["subscriptions"][subscription.provider_id]["resource"]


def test_the_two_people_meet_on_the_worklist_and_on_its_page(book, client):
    customer = book.mingyue
    client.force_login(book.people["collections"])
    seats = list(customer.subscriptions.values_list("pk", flat=True))
    with clock.standing_at(NOON):
        assert client.post(f"/subscriptions/stops/new/{customer.pk}/", {}).status_code == 422
        told = {"subscriptions": seats, "cause": "fraud", "evidence": "Mass mail from three seats"}
        page = client.post(f"/subscriptions/stops/new/{customer.pk}/", told).headers["Location"]
        assert "You asked for this" in client.get(page).content.decode()
        assert "Agree to a suspension" not in client.get("/worklist/").content.decode()
        client.force_login(book.people["owner"])
        stop = AccessStop.objects.get()
        row = client.get(f"/worklist/?row=stop-{stop.pk}").content.decode()
        assert "Agree to a suspension" in row and "Mass mail from three seats" in row
        assert "Suspend 1 subscription" in client.get(page).content.decode()
        for _ in range(2):
            assert client.post(f"{page}agree/").status_code == 302
    story.settle_all(NOON)
    assert state_of(customer) == "suspended"
    assert page in client.get(f"/customers/{customer.pk}/").content.decode()


def test_verify_sees_a_stop_by_one_person(book):
    stop = in_force(book, book.mingyue)
    with unguarded("subscriptions_accessstop") as cursor:
        cursor.execute("ALTER TABLE subscriptions_accessstop DROP CONSTRAINT subscriptions_stop_by_two")
        cursor.execute("UPDATE subscriptions_accessstop SET opened_by_id = decided_by_id WHERE id = %s", [stop.pk])
    assert [row["cause"] for row in broken(judged())["I30"]] == ["fraud"]
