"""Does a promise or a report of a customer say first what it changes, and then do just that, once?"""

from datetime import date
from decimal import Decimal

import pytest

from billing.models import Claim, PromiseToPay
from dunning.claiming import dismiss
from dunning.promising import promise
from tests import story

from .conftest import explained, heading_of, invoice_of, text_of

WHOLE = Decimal("1214.12")


def address(customer, what: str = "promise") -> str:
    return f"/my/invoices/{invoice_of(customer).pk}/{what}/"


def page(customer) -> str:
    return f"/my/invoices/{invoice_of(customer).pk}/"


@pytest.fixture
def lanhai(warned):
    return warned.lanhai


@pytest.fixture
def visitor(lanhai, sign_in):
    return sign_in(lanhai, "2026-06-25")


def test_the_page_says_what_a_promise_changes_and_then_it_changes_just_that(lanhai, visitor):
    empty = text_of(visitor.get(address(lanhai)))
    assert "At most Thu 9 Jul." in empty
    looked = visitor.post(address(lanhai), {"amount": "1,214.12", "by_on": "2026-07-03", "look": "1"})
    assert "If you promise Fri 3 Jul Nothing happens before Mon 13 Jul, 09:00." in text_of(looked)
    assert "14 people can't sign in Mon 13 Jul, 09:00 instead of Wed 1 Jul, 09:00" in text_of(looked)
    assert not PromiseToPay.objects.exists(), "a look takes nothing"
    answer = visitor.post(address(lanhai), {"amount": "1,214.12", "by_on": "2026-07-03"})
    assert answer.url == page(lanhai)
    made = PromiseToPay.objects.get()
    assert (made.amount, made.by_on, made.made_at, made.made_by) == (
        WHOLE,
        date(2026, 7, 3),
        visitor.now,
        visitor.user,
    )
    first = explained(lanhai, visitor.now).decision.schedule[0]
    assert (first.stage, first.at) == ("suspend", story.at("2026-07-13", "09:00"))
    after = visitor.get(answer.url)
    assert heading_of(after) == "You promised ¥1,214.12 by Fri 3 Jul."
    assert "Nothing happens before Mon 13 Jul, 09:00." in text_of(after)
    assert "Pay by this time Fri 10 Jul, 18:00" in text_of(after)
    assert "Promise a date" not in text_of(after)
    assert "promised by Fri 3 Jul" in text_of(visitor.get("/my/"))


def test_a_double_click_is_one_promise(lanhai, visitor):
    data = {"amount": "1214.12", "by_on": "2026-07-03"}
    assert visitor.post(address(lanhai), data).url == visitor.post(address(lanhai), data).url
    assert PromiseToPay.objects.count() == 1


def test_a_bad_promise_is_refused_with_what_was_typed_and_where_it_is_wrong(lanhai, visitor):
    for data, said in [
        ({"amount": "1214.13", "by_on": "2026-07-03"}, "“1214.13” is more than the ¥1,214.12 that is to pay"),
        ({"amount": "1e3", "by_on": "2026-07-03"}, "“1e3” is not an amount."),
        ({"amount": "1.001", "by_on": "2026-07-03"}, "“1.001” has more decimals than CNY knows"),
        ({"amount": "1", "by_on": "2026-07-10"}, "“2026-07-10” is not a day from Thu 25 Jun to Thu 9 Jul"),
        ({"amount": "1", "by_on": "2026-06-24"}, "“2026-06-24” is not a day from"),
        ({"amount": "1", "by_on": "soon"}, "“soon”"),
        ({"amount": "1"}, "required"),
    ]:
        answer = visitor.post(address(lanhai), data)
        assert (answer.status_code, said in text_of(answer)) == (422, True), (data, text_of(answer))
        assert f'value="{data["amount"]}"' in answer.content.decode()
    assert not PromiseToPay.objects.exists()


def test_a_second_promise_is_refused_with_the_reason_and_a_phone_number(lanhai, visitor, warned):
    warned.partner.phone = "+86 10 5550 0188"
    warned.partner.save(update_fields=["phone"])
    promise(invoice_of(lanhai), Decimal("100.00"), date(2026, 6, 26), by=visitor.user, now=visitor.now)
    later = visitor.on("2026-07-02")
    said = "This invoice was promised as often as the policy allows. Call us: +86 10 5550 0188"
    answer = later.post(address(lanhai), {"amount": "10", "by_on": "2026-07-10"})
    assert (answer.status_code, said in text_of(answer)) == (422, True)
    assert said in text_of(later.get(later.get(address(lanhai)).url))
    shown = text_of(later.get(page(lanhai)))
    assert "You promised ¥100.00 by Fri 26 Jun. It has not come in; the dates above run again." in shown


def test_a_report_says_until_when_the_step_waits_and_what_became_of_it(lanhai, visitor, people):
    looked = text_of(visitor.on("2026-06-29").get(address(lanhai, "paid")))
    assert "The next step waits until Thu 2 Jul" in looked
    assert "14 people can't sign in Fri 3 Jul, 09:00 instead of Wed 1 Jul, 09:00" in looked
    on = visitor.on("2026-06-29")
    data = {"amount": "1,214.12", "paid_on": "2026-06-28", "reference": "881"}
    assert on.post(address(lanhai, "paid"), data).url == on.post(address(lanhai, "paid"), data).url == page(lanhai)
    row = Claim.objects.get()
    assert (row.amount, row.paid_on, row.reference, row.by) == (WHOLE, date(2026, 6, 28), "881", visitor.user)
    told = "You told us that you paid ¥1,214.12 on Sun 28 Jun."
    assert f"{told} We look for it. Nothing happens before Fri 3 Jul, 09:00." in text_of(on.get(page(lanhai)))
    assert "reported paid Sun 28 Jun" in text_of(on.get("/my/"))
    dismiss(row.pk, by=people["collections"], why="Not in the statement of 29 June", now=story.at("2026-06-30"))
    gone = text_of(visitor.on("2026-06-30").get(page(lanhai)))
    assert f"{told} We did not find it: Not in the statement of 29 June" in gone
    again = visitor.on("2026-06-30").post(address(lanhai, "paid"), data)
    assert again.status_code == 422
    assert "We looked for this payment and did not find it." in text_of(again)


def test_a_bad_report_is_refused_where_it_is_wrong(lanhai, visitor):
    for data, said in [
        ({"amount": "1", "paid_on": "2026-06-26"}, "“2026-06-26” lies in the future"),
        ({"amount": "1", "paid_on": "2024-06-26"}, "“2024-06-26” is more than a year ago"),
        ({"amount": "-1", "paid_on": "2026-06-24"}, "“-1” is not an amount."),
    ]:
        answer = visitor.post(address(lanhai, "paid"), data)
        assert (answer.status_code, said in text_of(answer)) == (422, True), text_of(answer)
    assert not Claim.objects.exists()


def test_a_viewer_neither_promises_nor_reports(lanhai, sign_in):
    viewer = sign_in(lanhai, "2026-06-25", role="customer_viewer")
    shown = text_of(viewer.get(page(lanhai)))
    assert "Promise a date" not in shown and "I have paid" not in shown
    for what in ("promise", "paid"):
        assert viewer.post(address(lanhai, what), {"amount": "1"}).status_code == 403


def test_a_paid_invoice_leads_back(lanhai, visitor):
    story.pay(lanhai, story.owed(lanhai), visitor.now)
    for what in ("promise", "paid"):
        assert visitor.get(address(lanhai, what)).url == page(lanhai)
