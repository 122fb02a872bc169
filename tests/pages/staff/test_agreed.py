"""May staff agree on something with a customer only after they have seen what it changes?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Q

from billing.figures import figures
from billing.models import Claim, Hold, PromiseToPay
from customers.models import TimelineEntry
from dunning.claiming import claim
from dunning.holding import hold
from dunning.models import Restart
from dunning.promising import promise
from tests import story

from .conftest import lanhai, text_of

ON = "2026-06-22"


@pytest.fixture
def reminded(small_book):
    story.run_day(small_book, story.REMIND)
    return small_book


@pytest.fixture
def desk(reminded, people, sit_down):
    return sit_down(people["collections"], ON)


def invoice_of(partner):
    return lanhai(partner).invoices.get()


def test_a_hold_is_recorded_beside_the_dates_before_and_after(reminded, desk):
    invoice = invoice_of(reminded)
    url = f"/collections/holds/new/?invoice={invoice.pk}"
    data = {"kind": "hold", "about": f"invoice-{invoice.pk}", "from_on": ON, "until_on": "2026-06-30"}
    looked = text_of(desk.post(url, {**data, "look": "1"}))
    assert "Final notice Wed 24 Jun Mon 6 Jul" in looked
    assert not Hold.objects.exists()
    refused = desk.post(url, data)
    assert refused.status_code == 422 and "2026-06-30" in refused.content.decode()
    answer = desk.post(url, {**data, "reason": "Their bank is closed"})
    assert answer.url == f"/invoices/{invoice.pk}/#agreed"
    row = Hold.objects.get()
    assert (row.invoice, row.until_on, row.reason) == (invoice, date(2026, 6, 30), "Their bank is closed")
    shown = text_of(desk.get(f"/invoices/{invoice.pk}/"))
    assert f"Hold: {invoice.number}, until Tue 30 Jun Their bank is closed" in shown


def test_an_extension_without_a_later_day_or_for_a_subscription_is_refused(reminded, desk):
    invoice = invoice_of(reminded)
    seat = lanhai(reminded).subscriptions.first()
    url = f"/collections/holds/new/?invoice={invoice.pk}"
    base = {"kind": "extension", "from_on": ON, "reason": "Asked"}
    for more, said in [
        ({"about": f"invoice-{invoice.pk}"}, "Say to which day it is extended"),
        ({"about": f"invoice-{invoice.pk}", "until_on": "2026-06-21"}, "This lies before the first day"),
        ({"about": f"subscription-{seat.pk}", "until_on": "2026-07-21"}, "not a subscription"),
        ({"about": "customer-999999", "until_on": "2026-07-21"}, "customer-999999"),
    ]:
        answer = desk.post(url, {**base, **more})
        assert (answer.status_code, said in text_of(answer)) == (422, True), text_of(answer)
    assert not Hold.objects.exists()


def test_lifting_shows_what_then_comes_and_ends_it_the_day_before(reminded, desk, people):
    row = hold(invoice_of(reminded), reason="A letter is on its way", by=people["owner"], now=desk.now)
    later = desk.at("2026-07-03")
    asked = text_of(later.get(f"/collections/holds/{row.pk}/lift/"))
    assert "Final notice not by itself Mon 6 Jul" in asked
    row.refresh_from_db()
    assert row.lifted_at is None
    later.post(f"/collections/holds/{row.pk}/lift/")
    row.refresh_from_db()
    assert (row.until_on, row.lifted_by) == (date(2026, 7, 2), later.user)


def test_staff_record_a_promise_and_are_told_when_it_pauses_nothing(reminded, desk):
    invoice = invoice_of(reminded)
    url = f"/collections/invoices/{invoice.pk}/promise/"
    assert "Final notice Wed 24 Jun" in text_of(desk.get(url))
    data = {"amount": "500", "by_on": "2026-06-26", "note": "Ms Wang on the phone"}
    assert desk.post(url, data).url == f"/invoices/{invoice.pk}/#agreed"
    assert PromiseToPay.objects.get().note == "Ms Wang on the phone"
    second = text_of(desk.get(url))
    assert "a further promise pauses nothing" in second and "No date changes." in second
    assert desk.post(url, {"amount": "100", "by_on": "2026-06-30"}).status_code == 302
    assert "pauses nothing" in text_of(desk.get(f"/invoices/{invoice.pk}/"))
    [mine] = figures(Q(partner=reminded), today=date(2026, 6, 22)).values()
    assert (mine.promised, mine.promises) == (Decimal("600.00"), 1)
    assert "Promised ¥600.00 on 1 invoice" in text_of(desk.get("/worklist/"))


def test_a_broken_promise_asks_for_a_call_until_one_is_logged(reminded, desk, people):
    row = promise(invoice_of(reminded), None, date(2026, 6, 26), by=people["collections"], now=desk.now)
    assert "Call about a broken promise" not in text_of(desk.at("2026-06-29").get("/worklist/"))
    later = desk.at("2026-06-30")
    assert "Call about a broken promise Lanhai Trading" in text_of(later.get("/worklist/"))
    panel = later.get(f"/worklist/?row=promise-{row.pk}")
    assert "promised by Fri 26 Jun" in text_of(panel)
    later.post(f"/collections/promises/{row.pk}/call/", {"note": " "})
    assert "Call about a broken promise" in text_of(later.get("/worklist/"))
    for _ in range(2):
        later.post(f"/collections/promises/{row.pk}/call/", {"note": "They pay on Monday"})
    assert TimelineEntry.objects.filter(code="call_logged").count() == 1
    assert "Call about a broken promise" not in text_of(later.get("/worklist/"))
    assert "They pay on Monday" in text_of(later.get(f"/invoices/{row.invoice_id}/"))


def test_a_paid_debt_needs_no_call(reminded, desk, people):
    promise(invoice_of(reminded), None, date(2026, 6, 26), by=people["collections"], now=desk.now)
    story.pay(lanhai(reminded), story.owed(lanhai(reminded)), story.at("2026-06-30"))
    assert "Call about a broken promise" not in text_of(desk.at("2026-07-01").get("/worklist/"))


def test_a_report_is_looked_for_and_given_up_with_a_reason(reminded, desk):
    invoice = invoice_of(reminded)
    wang = story.customer_person(lanhai(reminded), "wang@lanhai.cn")
    row = claim(
        lanhai(reminded),
        invoice,
        amount=invoice.balance,
        currency="CNY",
        paid_on=date(2026, 6, 21),
        reference="T 881",
        by=wang,
        now=desk.now,
    )
    assert "Check: the customer says they have paid Lanhai Trading" in text_of(desk.get("/worklist/"))
    assert "T 881" in text_of(desk.get(f"/worklist/?row=claim-{row.pk}"))
    url = f"/collections/claims/{row.pk}/dismiss/"
    assert "Final notice Fri 26 Jun Wed 24 Jun" in text_of(desk.get(url))
    assert desk.post(url, {"reason": ""}).status_code == 422
    desk.post(url, {"reason": "Not in the statement"})
    row.refresh_from_db()
    assert (row.gone_why, row.gone_by, row.gone_note) == (Claim.Gone.DISMISSED, desk.user, "Not in the statement")
    assert "Check: the customer says" not in text_of(desk.get("/worklist/"))


def test_warning_again_names_its_day_first(proposed, small_book, people, sit_down):
    desk = sit_down(people["collections"], story.SUSPEND)
    invoice = invoice_of(small_book)
    url = f"/collections/invoices/{invoice.pk}/warn-again/"
    assert "Final notice not by itself Mon 6 Jul" in text_of(desk.get(url))
    assert desk.post(url, {"reason": ""}).status_code == 422
    desk.post(url, {"reason": "A wrong name"})
    assert Restart.objects.get().why == "A wrong name"
    proposed.refresh_from_db()
    assert proposed.state == "aborted"


def test_who_may_not_chase_sees_what_was_agreed_and_changes_nothing(reminded, people, sit_down):
    row = hold(invoice_of(reminded), reason="Wait", by=people["owner"], now=story.at(ON))
    desk = sit_down(people["viewer"], ON)
    shown = desk.get(f"/invoices/{row.invoice_id}/")
    assert "Wait" in text_of(shown) and "/lift/" not in shown.content.decode()
    assert desk.post(f"/collections/holds/{row.pk}/lift/").status_code == 403
    assert desk.get(f"/collections/holds/new/?invoice={row.invoice_id}").status_code == 403
