"""Can staff put right what was booked or issued, see first what follows, and not slip?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from billing.models import CreditNote, Invoice, Refund, Reversal, WriteOff
from payables import rebilling
from payables.models import ProviderLine
from tests import story
from tests.pages.staff.conftest import lanhai, text_of

DAY = story.SUSPEND


@pytest.fixture
def billing(small_book, people, sit_down):
    return sit_down(people["billing"], DAY)


@pytest.fixture
def invoice(small_book) -> Invoice:
    return lanhai(small_book).invoices.get()


def test_a_payment_taken_back_shows_first_what_follows(billing, invoice):
    customer = invoice.customer
    payment = story.pay(customer, invoice.balance, billing.now).received.payment
    page = billing.get(f"/payments/{payment.pk}/reverse/")
    seen = text_of(page)
    assert invoice.number in seen and "is open again" in seen and "warned anew" in seen
    bad = billing.post(f"/payments/{payment.pk}/reverse/", {"reversed_on": "2030-01-01", "reason": "bounced"})
    assert bad.status_code == 422 and "2030-01-01" in bad.content.decode() and not Reversal.objects.exists()
    form = {"reversed_on": DAY.isoformat(), "reason": "bounced"}
    done = billing.post(f"/payments/{payment.pk}/reverse/", form, follow=True)
    assert "Taken back by the bank" in text_of(done) and story.owed(customer) == invoice.total
    again = billing.post(f"/payments/{payment.pk}/reverse/", form)
    assert again.status_code == 409 and "already" in text_of(again) and Reversal.objects.count() == 1


def test_what_is_left_is_sent_back_and_a_slip_is_named(billing, invoice):
    payment = story.pay(invoice.customer, invoice.balance + 50, billing.now).received.payment
    form = {"amount": "60", "refunded_on": DAY.isoformat(), "reference": "R1", "reason": "too much"}
    bad = billing.post(f"/payments/{payment.pk}/refund/", form)
    assert bad.status_code == 422 and "¥50.00 of it is left" in text_of(bad) and 'value="R1"' in bad.content.decode()
    for _ in range(2):
        billing.post(f"/payments/{payment.pk}/refund/", form | {"amount": "20"})
    assert Refund.objects.get().amount == 20
    page = text_of(billing.get(f"/payments/{payment.pk}/"))
    assert "¥20.00 sent back" in page and "¥30.00 left over" in page


def test_all_of_it_sent_back_with_two_clicks_is_sent_once_and_not_before_it_came(billing, invoice):
    payment = story.pay(invoice.customer, invoice.balance + 50, billing.now).received.payment
    form = {"amount": "50", "refunded_on": DAY.isoformat(), "reference": "R1", "reason": "too much"}
    early = form | {"refunded_on": (DAY - timedelta(days=1)).isoformat()}
    assert "not a day between the payment and today" in text_of(billing.post(f"/payments/{payment.pk}/refund/", early))
    first, second = (billing.post(f"/payments/{payment.pk}/refund/", form, follow=True) for _ in range(2))
    assert "Refund booked" in text_of(first) and "stood in the book already" in text_of(second)
    assert Refund.objects.get().amount == 50


def test_a_write_off_takes_two_people_and_waits_on_the_others_worklist(billing, invoice, people, sit_down):
    form = {"amount": f"{invoice.balance}", "reason": "insolvent"}
    asked = billing.post(f"/invoices/{invoice.pk}/write-off/", form, follow=True)
    assert "asks to write off" in text_of(asked)
    write_off = WriteOff.objects.get()
    mine = billing.get(f"/write-offs/{write_off.pk}/")
    assert "Take the request back" in text_of(mine) and "Give up" not in text_of(mine)
    assert billing.post(f"/write-offs/{write_off.pk}/", {"answer": "agree"}).status_code == 409
    assert "Agree to a write-off" not in text_of(billing.get("/worklist/"))
    owner = sit_down(people["owner"], DAY)
    assert "Agree to a write-off" in text_of(owner.get("/worklist/"))
    panel = owner.get(f"/worklist/?deed=write_off-{write_off.pk}")
    assert panel.status_code == 200
    done = owner.post(f"/write-offs/{write_off.pk}/", {"answer": "agree"}, follow=True)
    assert "Written off" in text_of(done) and story.owed(invoice.customer) == 0
    assert "Written off" in text_of(owner.get("/invoices/?state=written_off"))
    assert sit_down(people["viewer"], DAY).get(f"/write-offs/{write_off.pk}/").status_code == 403


def test_an_issued_invoice_is_voided_with_a_reason_and_its_page_says_so(billing, invoice):
    form = {"reason": "wrong company", "bill_again": "on"}
    assert billing.post(f"/invoices/{invoice.pk}/void/", {"reason": " "}).status_code == 422
    page = text_of(billing.post(f"/invoices/{invoice.pk}/void/", form, follow=True))
    assert "Void since" in page and "wrong company" in page
    assert text_of(billing.get("/invoices/?state=void")).count(invoice.number) == 1
    story.pay(invoice.customer, "1.00", billing.now)
    assert billing.post(f"/invoices/{invoice.pk}/void/", form).status_code == 409
    assert ProviderLine.objects.unbilled().count() == 2


def test_lines_are_credited_once_however_often_one_clicks(billing, invoice):
    first, second = invoice.lines.order_by("position")
    form = {
        "why": "correction",
        "reason": "fewer seats",
        "seen": "0",
        f"line_{first.pk}": "10",
        f"line_{second.pk}": "",
    }
    too_much = billing.post(f"/invoices/{invoice.pk}/credit/", form | {f"line_{second.pk}": "99999"})
    assert too_much.status_code == 422 and "At most" in text_of(too_much)
    page = billing.post(f"/invoices/{invoice.pk}/credit/", form, follow=True)
    assert "HA-2026-C00001" in text_of(page)
    again = billing.post(f"/invoices/{invoice.pk}/credit/", form)
    assert again.status_code == 422 and "while you looked" in text_of(again)
    assert CreditNote.objects.get().total == 10
    assert (
        billing.post(f"/invoices/{invoice.pk}/credit/", form | {"seen": "1", f"line_{first.pk}": ""}).status_code == 422
    )


def test_the_tax_invoice_is_recorded_and_the_customer_sees_its_number(billing, invoice, sit_down):
    bad = billing.post(f"/invoices/{invoice.pk}/tax-invoice/", {"tax_invoice": "issued", "tax_invoice_number": ""})
    assert bad.status_code == 422
    billing.post(f"/invoices/{invoice.pk}/tax-invoice/", {"tax_invoice": "issued", "tax_invoice_number": "04400-1"})
    assert "04400-1" in text_of(billing.get(f"/invoices/{invoice.pk}/"))
    person = sit_down(story.customer_person(invoice.customer, "wang@lanhai.cn"), DAY)
    assert "04400-1" in text_of(person.get(f"/my/invoices/{invoice.pk}/"))


def blank(**typed):
    start = {
        "lines-TOTAL_FORMS": "2",
        "lines-INITIAL_FORMS": "0",
        "lines-MIN_NUM_FORMS": "0",
        "lines-MAX_NUM_FORMS": "9",
    }
    return start | {name.replace("__", "-"): value for name, value in typed.items()}


ONE_LINE = blank(
    period="2026-06",
    currency="CNY",
    key="5c9b2b8e-6d7e-4a0e-9b43-8f4f5b1a0001",
    lines__0__description="Setup",
    lines__0__quantity="3",
    lines__0__unit_price="33.33",
    lines__0__tax_percent="6",
)


def test_an_invoice_is_entered_by_hand_once_and_issued_like_any_other(billing, invoice):
    where = f"/invoices/new/?customer={invoice.customer.name}"
    assert billing.get("/invoices/new/").status_code == 200
    assert billing.get("/invoices/new/?customer=Nobody").status_code == 422
    bad = billing.post(where, ONE_LINE | {"period": "May", "lines-0-unit_price": "1e3"})
    assert bad.status_code == 422 and "“May”" in text_of(bad) and "“1e3”" in text_of(bad)
    more = billing.post(where, ONE_LINE | {"more": "6"})
    assert more.status_code == 200 and not Invoice.objects.filter(source="hand").exists()
    assert billing.post(where, blank(period="2026-06", currency="CNY", key=ONE_LINE["key"])).status_code == 422
    for _ in range(2):
        page = billing.post(where, ONE_LINE, follow=True)
    made = Invoice.objects.get(source="hand")
    assert (made.net, made.tax, made.total) == (story.Decimal("99.99"), story.Decimal("6.00"), story.Decimal("105.99"))
    assert "Setup" in text_of(page)
    rebilling.issue(made.pk, on=DAY, now=billing.now)
    made.refresh_from_db()
    assert (made.number, made.balance) == ("HA-2026-00003", story.Decimal("105.99"))


@pytest.fixture
def a_draft(small_book, billing) -> Invoice:
    """The next period's draft of Lanhai, with two of the provider's charges."""
    known = lanhai(small_book)
    seats = tuple(
        story.Seats(one.offer_name, one.quantity, story.Decimal("60.00"), one.provider_id)
        for one in known.subscriptions.order_by("pk")
    )
    again = story.Company(known.name, seats, known.domain, known.provider_id)
    cycle = story.date(2026, 5, 15)
    story.import_book(small_book, [again], on=story.date(2026, 6, 20), cycle=cycle)
    (made,) = rebilling.draft(small_book, "2026-05", now=billing.now).invoices
    return made


def as_posted(draft: Invoice, **changed):
    form = {
        "lines-TOTAL_FORMS": "3",
        "lines-INITIAL_FORMS": "2",
        "lines-MIN_NUM_FORMS": "0",
        "lines-MAX_NUM_FORMS": "9",
    }
    for place, line in enumerate(draft.lines.order_by("position")):
        form |= {
            f"lines-{place}-line": line.pk,
            f"lines-{place}-description": line.description,
            f"lines-{place}-quantity": line.quantity,
            f"lines-{place}-unit_price": f"{line.unit_price}",
            f"lines-{place}-tax_percent": f"{line.tax_rate * 100:.2f}",
            f"lines-{place}-subscription": line.subscription_id,
        }
    return form | {name.replace("__", "-"): value for name, value in changed.items()}


def test_a_draft_is_changed_and_its_charges_follow_their_lines(billing, a_draft):
    assert "You earn" in text_of(billing.get(f"/invoices/{a_draft.pk}/"))
    assert billing.get(f"/invoices/{a_draft.pk}/edit/").status_code == 200
    first, second = a_draft.lines.order_by("position")
    form = as_posted(
        a_draft,
        lines__0__quantity="7",
        lines__1__DELETE="on",
        lines__2__description="Setup",
        lines__2__quantity="1",
        lines__2__unit_price="-10.00",
        due_on="2026-08-01",
    )
    for _ in range(2):
        assert billing.post(f"/invoices/{a_draft.pk}/edit/", form).status_code == 302, "a second click changes nothing"
    a_draft.refresh_from_db()
    kept, added = a_draft.lines.order_by("position")
    assert (kept.quantity, kept.net, added.net) == (7, 7 * first.unit_price, -10)
    assert a_draft.total == a_draft.balance == kept.total + added.total
    assert ProviderLine.objects.get(invoice_line=kept).subscription_id == first.subscription_id
    assert [line.subscription_id for line in ProviderLine.objects.unbilled()] == [second.subscription_id]
    stale = billing.post(f"/invoices/{a_draft.pk}/edit/", form | {"lines-0-quantity": "9"})
    assert stale.status_code == 422 and "while you looked" in text_of(stale)
    issued = rebilling.issue(a_draft.pk, on=DAY, now=billing.now)
    assert str(issued.due_on) == "2026-08-01"
    assert "issued already" in text_of(billing.post(f"/invoices/{a_draft.pk}/edit/", form, follow=True))


def test_a_deleted_draft_frees_the_providers_charges(billing, a_draft):
    assert "2 charges of 21Vianet" in text_of(billing.get(f"/invoices/{a_draft.pk}/delete/"))
    page = billing.post(f"/invoices/{a_draft.pk}/delete/", follow=True)
    assert "2 charges wait" in text_of(page) and not Invoice.objects.filter(pk=a_draft.pk).exists()
    assert ProviderLine.objects.unbilled().count() == 2
    assert billing.post(f"/invoices/{a_draft.pk}/delete/").status_code == 404


def test_the_pages_ask_no_more_for_more_lines(billing, invoice, a_draft):
    assert billing.queries(f"/invoices/{invoice.pk}/credit/") <= 30
    assert billing.queries(f"/invoices/{a_draft.pk}/edit/") <= 30
