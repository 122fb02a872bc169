"""Does a payment typed by hand go where it should, bring access back, and survive a slip of the hand?"""

import pytest

from billing.models import Payment
from subscriptions.models import Subscription
from tests import story
from tests.pages.staff.conftest import lanhai, text_of

FORM = {"currency": "CNY", "reference": "transfer", "received_on": story.SUSPEND.isoformat()}


@pytest.fixture
def suspended(book):
    """Lanhai is off: the whole ladder was lived, with the provider."""
    book.chase()
    return book


def test_recording_a_payment_restores_access_and_shows_it(suspended, people, sit_down):
    customer = suspended.lanhai
    assert set(customer.subscriptions.values_list("status", flat=True)) == {Subscription.Status.SUSPENDED}
    desk = sit_down(people["billing"], story.SUSPEND)
    owed = story.owed(customer)
    form = {**FORM, "customer": customer.name, "amount": f"{owed:,.2f}"}
    page = desk.post("/payments/new/", form, follow=True)
    seen = text_of(page)
    assert "nothing left over" in seen and "What comes back" in seen and "Restoring" in seen
    story.settle_all(desk.now)
    assert set(customer.subscriptions.values_list("status", flat=True)) == {Subscription.Status.ACTIVE}
    assert "Restored" in text_of(desk.get(page.redirect_chain[-1][0]))


def test_the_same_form_sent_twice_is_one_payment(small_book, people, sit_down):
    desk = sit_down(people["billing"], story.SUSPEND)
    form = {**FORM, "customer": "Lanhai Trading", "amount": "1,000.00"}
    first = desk.post("/payments/new/", form, follow=True)
    second = desk.post("/payments/new/", form, follow=True)
    assert Payment.objects.count() == 1
    assert "Payment recorded" in text_of(first)
    assert "nothing was changed" in text_of(second)


@pytest.mark.parametrize("typed", ["1e3", "-5", "0", "1,00.00", "12.345", "٣٠", "100 CNY"])
def test_a_bad_amount_is_quoted_and_the_rest_is_kept(small_book, people, sit_down, typed):
    form = {**FORM, "customer": "Lanhai Trading", "amount": typed, "reference": "HA thanks"}
    answer = sit_down(people["billing"], story.SUSPEND).post("/payments/new/", form)
    assert answer.status_code == 422
    assert f"“{typed}”" in text_of(answer)
    assert 'value="HA thanks"' in answer.content.decode()
    assert not Payment.objects.exists()


def test_a_payment_can_name_its_invoice(small_book, people, sit_down):
    invoice = lanhai(small_book).invoices.get()
    form = {**FORM, "customer": "Lanhai Trading", "amount": "100", "invoice": invoice.number}
    sit_down(people["billing"], story.SUSPEND).post("/payments/new/", form)
    before = invoice.balance
    invoice.refresh_from_db()
    assert before - invoice.balance == 100


def test_an_invoice_of_somebody_else_is_not_accepted(small_book, people, sit_down):
    other = story.customer_named(small_book, "Mingyue Logistics").invoices.get()
    form = {**FORM, "customer": "Lanhai Trading", "amount": "100", "invoice": other.number}
    answer = sit_down(people["billing"], story.SUSPEND).post("/payments/new/", form)
    assert answer.status_code == 422 and not Payment.objects.exists()


def test_money_from_tomorrow_is_not_accepted(small_book, people, sit_down):
    form = {**FORM, "customer": "Lanhai Trading", "amount": "100", "received_on": "2026-07-02"}
    assert sit_down(people["billing"], story.SUSPEND).post("/payments/new/", form).status_code == 422


def test_a_viewer_may_look_but_not_record(small_book, people, sit_down):
    desk = sit_down(people["viewer"], story.SUSPEND)
    assert "/payments/new/" not in desk.get("/payments/").content.decode()
    assert desk.post("/payments/new/", {**FORM, "customer": "Lanhai Trading", "amount": "1"}).status_code == 403


def test_a_customer_of_another_partner_is_not_known(small_book, bohai, sit_down):
    desk = sit_down(story.people_of(bohai)["owner"], story.SUSPEND)
    answer = desk.post("/payments/new/", {**FORM, "customer": "Lanhai Trading", "amount": "100"})
    assert answer.status_code == 422 and "No customer is called “Lanhai Trading”" in text_of(answer)
