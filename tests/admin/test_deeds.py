"""Do the admin's actions show their consequences first, do what they said, and do it once?"""

import re
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages

from billing.models import CreditNote, Hold, Invoice, Payment
from customers.models import Message
from dunning.models import Approval, Decision, Proposal, Run
from outbox import clock
from outbox.keeping import retry
from outbox.models import Outcome
from subscriptions.models import AccessChange, CustomerReading, Subscription
from tests import story

PROPOSALS = "/admin/dunning/proposal/"
RUN_NOW = "/admin/dunning/run/now/"
RECORD = "/admin/billing/payment/record/"
INVOICES = "/admin/billing/invoice/"


def press(client, url, action, rows, **more):
    """Choose an action for some rows of a list."""
    return client.post(url, {"action": action, "_selected_action": [row.pk for row in rows], **more})


def confirm(client, url, action, rows, **more):
    """Press the button of the page of consequences."""
    return press(client, url, action, rows, confirmed="1", **more)


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def words(response) -> str:
    """The page as it reads, spaces folded."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def proposals(proposed):
    return list(Proposal.objects.select_related("customer").order_by("pk"))


def test_approving_shows_who_loses_what_before_anything_happens(proposals, deciding_admin, signed_in, at_noon):
    page = press(signed_in(deciding_admin), PROPOSALS, "approve", proposals[:2])

    assert page.status_code == 200
    text = words(page)
    assert "Lanhai Trading loses 2 subscriptions (14 users) from Wed 1 Jul" in text
    assert "Mingyue Logistics loses 1 subscription (10 users)" in text
    assert "¥1,945.52" in text.partition("Consequence")[0], "the total of what is at stake"
    assert not Approval.objects.exists()
    assert not AccessChange.objects.exists()


def test_approving_promises_the_suspension_and_keeps_who_said_so(proposals, deciding_admin, signed_in, at_noon):
    answer = confirm(signed_in(deciding_admin), PROPOSALS, "approve", proposals[:2])

    assert answer.status_code == 302
    assert {one.user for one in Approval.objects.all()} == {deciding_admin}
    states = Proposal.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["approved", "approved", "proposed"]
    story.settle_all(clock.now())
    assert set(Subscription.objects.filter(customer=proposals[0].customer).values_list("status", flat=True)) == {
        "suspended"
    }


def test_approving_twice_says_that_it_is_decided_already(proposals, deciding_admin, signed_in, at_noon):
    client = signed_in(deciding_admin)
    confirm(client, PROPOSALS + "?state__exact=proposed", "approve", proposals[:1])

    again = confirm(client, PROPOSALS + "?state__exact=proposed", "approve", proposals[:1])

    assert "no longer waits for approval" in said(again)[-1]
    assert Approval.objects.count() == 1
    assert AccessChange.objects.count() == 1
    page = press(client, PROPOSALS, "approve", proposals[:1])
    assert "Nothing will happen" in words(page)
    assert 'name="confirmed"' not in page.content.decode()


def test_an_admin_who_works_for_no_partner_may_look_and_not_decide(proposals, admin_person, signed_in, at_noon):
    client = signed_in(admin_person)

    page = press(client, PROPOSALS, "approve", proposals)
    answer = confirm(client, PROPOSALS, "approve", proposals)

    assert words(page).count("Not done This person doesn&#x27;t work for this partner.") == 3
    assert all("doesn't work for this partner" in text for text in said(answer))
    assert len(said(answer)) == 3
    assert not Approval.objects.exists()


def test_staff_of_another_partner_is_refused_row_by_row(proposals, bohai, signed_in, at_noon):
    stranger = story.people_of(bohai)["owner"]
    stranger.is_staff = stranger.is_superuser = True
    stranger.save()

    answer = confirm(signed_in(stranger), PROPOSALS, "reject", proposals[:1], reason="no")

    assert "doesn't work for this partner" in said(answer)[0]
    assert Proposal.objects.get(pk=proposals[0].pk).state == "proposed"


def test_rejecting_asks_for_a_reason_and_keeps_it(proposals, deciding_admin, signed_in, at_noon):
    client = signed_in(deciding_admin)

    without = confirm(client, PROPOSALS, "reject", proposals[:1], reason="  ")
    assert without.status_code == 422
    assert "This field is required" in words(without)
    assert not Hold.objects.exists()

    confirm(client, PROPOSALS, "reject", proposals[:1], reason="They pay on Friday")
    ended = Proposal.objects.get(pk=proposals[0].pk)
    assert (ended.state, ended.ended_why, ended.ended_by) == ("refused", "They pay on Friday", deciding_admin)
    assert Hold.objects.get().reason == "They pay on Friday"

    again = confirm(client, PROPOSALS, "reject", proposals[:1], reason="They pay on Friday")
    assert "has ended already" in said(again)[-1]
    assert Hold.objects.count() == 1


def test_who_may_only_look_finds_no_actions(proposals, looker, signed_in, at_noon):
    client = signed_in(looker)

    assert client.get(PROPOSALS).status_code == 200
    assert 'value="approve"' not in client.get(PROPOSALS).content.decode()
    confirm(client, PROPOSALS, "approve", proposals)
    assert not Approval.objects.exists()
    assert client.get(RECORD).status_code == 403
    assert client.post(RUN_NOW, {"partner": 1}).status_code == 403


def test_a_made_up_row_is_answered_quietly(proposals, deciding_admin, signed_in, at_noon):
    client = signed_in(deciding_admin)
    for key in ("abc", "9" * 40, "-1", "1;drop", "\x00"):
        answer = client.post(PROPOSALS, {"action": "approve", "_selected_action": [key]})
        assert answer.status_code == 302
    assert words(press(client, PROPOSALS, "approve", [Proposal(pk=10**17)])).count("None of the chosen rows") == 1


@pytest.fixture
def payment(book):
    return {
        "customer": book.lanhai.pk,
        "amount": "500.00",
        "currency": "",
        "reference": "July transfer",
        "received_on": "2026-07-01",
    }


def test_a_payment_shows_where_it_goes_before_it_is_booked(book, payment, admin_person, signed_in, at_noon):
    page = signed_in(admin_person).post(RECORD, payment)

    invoice = book.lanhai.invoices.get()
    text = words(page)
    assert f"{invoice.number} ¥500.00 is paid, ¥{invoice.balance - 500:,.2f} stays open" in text
    assert 'name="reference" value="July transfer"' in page.content.decode()
    assert not Payment.objects.exists()


def test_a_payment_is_booked_once_however_often_it_is_pressed(book, payment, admin_person, signed_in, at_noon):
    client = signed_in(admin_person)
    owed = story.owed(book.lanhai)

    first = client.post(RECORD, {**payment, "confirmed": "1"})
    second = client.post(RECORD, {**payment, "confirmed": "1"})

    booked = Payment.objects.get()
    assert first["Location"] == second["Location"] == f"/admin/billing/payment/{booked.pk}/change/"
    assert "was booked already" in said(second)[-1]
    assert (booked.amount, booked.recorded_by) == (Decimal("500.00"), admin_person)
    assert story.owed(book.lanhai) == owed - 500
    assert "Nothing will happen" in words(client.post(RECORD, payment))


def test_a_payment_that_cures_the_debt_says_which_access_comes_back(book, payment, admin_person, signed_in, at_noon):
    book.chase()
    payment["amount"] = str(story.owed(book.lanhai))

    page = signed_in(admin_person).post(RECORD, payment)

    assert words(page).count("Access is given back") == 2
    assert not AccessChange.objects.filter(wanted="active").exists()


@pytest.mark.parametrize(
    ("field", "value", "words_about_it"),
    [
        ("amount", "0", "not more than nothing"),
        ("amount", "-5", "not an amount"),
        ("amount", "1e400", "not an amount"),
        ("amount", "NaN", "not an amount"),
        ("amount", "1.005", "more decimals than CNY knows"),
        ("amount", "", "required"),
        ("received_on", "2026-07-02", "lies in the future"),
        ("received_on", "31/31/31", "Enter a valid date"),
        ("currency", "XXX", "not one of the available choices"),
        ("reference", "x" * 141, "at most 90 characters"),
        ("reference", "a\x00b", "Null characters"),
        ("customer", "999999", "not one of the available choices"),
        ("customer", "abc", "not one of the available choices"),
        ("customer", "9999999999999999999999", "not one of the available choices"),
    ],
)
def test_a_payment_that_can_not_be_is_refused_with_its_input(
    book, payment, admin_person, signed_in, at_noon, field, value, words_about_it
):
    for more in ({}, {"confirmed": "1"}):
        page = signed_in(admin_person).post(RECORD, {**payment, field: value, **more})
        assert page.status_code == 422
        assert words_about_it in words(page)
    assert not Payment.objects.exists()


def test_running_shows_what_a_run_would_do_and_writes_nothing(book, admin_person, signed_in):
    with clock.standing_at(story.at(story.REMIND)):
        page = signed_in(admin_person).post(RUN_NOW, {"partner": book.partner.pk})

    text = words(page)
    assert "3 open invoices looked at, 3 notices, 0 tasks, 0 proposals" in text
    assert "Mingyue Logistics: Reminder, ¥731.40 undisputed" in text
    assert not Run.objects.exists()
    assert not Decision.objects.exists()


def test_running_twice_with_one_page_runs_once(book, admin_person, signed_in):
    client = signed_in(admin_person)
    with clock.standing_at(story.at(story.REMIND)):
        page = client.post(RUN_NOW, {"partner": book.partner.pk})
        last = re.search(r'name="last" value="(\d*)"', page.content.decode())
        pressed = {"partner": book.partner.pk, "last": last[1], "confirmed": "1"}
        first = client.post(RUN_NOW, pressed)
        second = client.post(RUN_NOW, pressed)

    run = Run.objects.get()
    assert first["Location"] == f"/admin/dunning/run/{run.pk}/change/"
    assert run.notices == 3
    assert "was run since you looked" in said(second)[-1]


def test_a_run_of_nobody_asks_again(admin_person, hanhai, signed_in):
    client = signed_in(admin_person)
    for partner in ("", "999999", "abc"):
        assert client.post(RUN_NOW, {"partner": partner, "confirmed": "1"}).status_code == 422
    assert client.get(RUN_NOW).status_code == 200


@pytest.fixture
def parked(book):
    """One parked promise of each kind."""
    change = AccessChange.objects.create(
        partner=book.partner,
        customer=book.lanhai,
        wanted="active",
        scope=list(book.lanhai.subscriptions.values_list("pk", flat=True)),
        key="restore:test",
        queued_at=story.at(story.ISSUED),
        due_at=story.at(story.ISSUED),
    )
    rows = [change, book.lanhai.messages.first(), CustomerReading.objects.get(customer=book.lanhai)]
    for row in rows:
        type(row).objects.filter(pk=row.pk).update(
            outcome=Outcome.PARKED, settled_at=None, attempts=9, reason="given up"
        )
    return rows


LISTS = {
    AccessChange: ("/admin/subscriptions/accesschange/", "2 subscriptions of Lanhai Trading are switched on"),
    Message: ("/admin/customers/message/", "goes to billing@lanhaitrading"),
    CustomerReading: ("/admin/subscriptions/customerreading/", "Contact and subscriptions of Lanhai Trading are read"),
}


def test_parked_promises_are_tried_again_once_asked(parked, admin_person, signed_in, at_noon):
    client = signed_in(admin_person)
    for row in parked:
        url, consequence = LISTS[type(row)]

        page = press(client, url, "retry", [row])
        assert consequence in words(page)
        row.refresh_from_db()
        assert row.outcome == Outcome.PARKED

        confirm(client, url, "retry", [row])
        row.refresh_from_db()
        assert (row.outcome, row.attempts, row.reason) == (Outcome.WAITING, 0, "")

        again = confirm(client, url, "retry", [row])
        assert "waiting for its turn already" in said(again)[-1]


def test_a_letter_without_an_address_is_not_sent_to_nobody(parked, book, admin_person, signed_in, at_noon):
    letter = parked[1]
    Message.objects.filter(pk=letter.pk).update(to_email="", contact=None)

    answer = confirm(signed_in(admin_person), LISTS[Message][0], "retry", [letter])

    assert "nobody to go to" in said(answer)[-1]
    letter.refresh_from_db()
    assert letter.outcome == Outcome.PARKED


def test_what_is_done_is_not_done_again(book, admin_person, signed_in, at_noon):
    letter = book.lanhai.messages.filter(outcome=Outcome.DONE).first()
    retry(letter)

    page = press(signed_in(admin_person), LISTS[Message][0], "retry", [letter])

    assert "done already" in words(page)
    assert "Nothing will happen" in words(page)


def test_issuing_shows_the_sum_and_the_due_day_and_takes_no_number(drafts, admin_person, signed_in):
    client = signed_in(admin_person)
    rows = list(Invoice.objects.filter(pk__in=drafts))
    with clock.standing_at(story.at(story.ISSUED)):
        page = press(client, INVOICES, "issue", rows)
        text = words(page)
        assert "Lanhai Trading owes ¥731.40 until Wed 10 Jun, mailed to billing@lanhaitrading" in text.replace("…", "")
        assert "¥1,462.80" in text
        assert not Invoice.objects.issued().exists()
        assert not Message.objects.exists()

        confirm(client, INVOICES, "issue", rows)
    numbers = list(Invoice.objects.issued().order_by("number").values_list("number", flat=True))
    assert [number[-5:] for number in numbers] == ["00001", "00002"]

    with clock.standing_at(story.at(story.ISSUED)):
        again = confirm(client, INVOICES, "issue", rows)
    assert all("issued already" in text for text in said(again)[-2:])
    assert Message.objects.count() == 2
    assert not CreditNote.objects.exists()


def test_at_most_two_hundred_rows_are_decided_at_a_time(admin_person, signed_in, db):
    answer = signed_in(admin_person).post(PROPOSALS, {"action": "approve", "_selected_action": list(range(1, 202))})

    assert answer.status_code == 302
    assert "at most 200" in said(answer)[-1]
