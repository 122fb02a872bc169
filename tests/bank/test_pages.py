"""Can staff import a statement, see why an entry waits, say whose it is, and say that the cash is complete?"""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from billing.models import BankEntry, BankReading, Invoice, Payment
from billing.views import bank_import
from dunning.banking import go_on_with_all
from tests import story
from tests.bank.conftest import first_invoice
from tests.bank.statements import camt, credit, row, sheet
from tests.money.conftest import a_customer, draft
from tests.pages.staff.conftest import sit_down, text_of  # noqa: F401

DAY = "2026-07-01"


@pytest.fixture
def desk(people, sit_down):  # noqa: F811
    return sit_down(people["billing"], DAY)


def upload(desk, content: bytes, name: str = "july.xml"):
    return desk.post("/payments/bank/import/", {"file": SimpleUploadedFile(name, content)}, follow=True)


def test_importing_books_what_is_clear_and_shows_what_waits(lanhai, mingyue, desk):
    page = upload(desk, camt(credit("636.00", first_invoice(lanhai).number, id="X"), credit("500.00", "hi", id="Y")))
    seen = text_of(page)
    assert "1 payment booked" in seen and "1 credit waits" in seen
    assert "“hi”" in seen and "上海明月物流有限公司: it is what is open of" in seen
    payment = Payment.objects.get()
    assert "the text names" in text_of(desk.get(f"/payments/{payment.pk}/"))


def test_a_bad_file_is_refused_in_the_form(lanhai, desk):
    page = upload(desk, sheet(row("1e3"), row("1.00", on="2027-01-01")), "bad.csv")
    seen = text_of(page)
    assert page.status_code == 422 and "2 faults. Nothing was imported." in seen
    assert "line 2, Amount: '1e3' is not an amount" in seen and "lies in the future" in seen
    assert desk.post("/payments/bank/import/").status_code == 422
    assert not BankEntry.objects.exists()


def test_the_same_file_again_says_so(lanhai, desk):
    content = camt(credit("7.77", id="X"))
    upload(desk, content)
    assert "imported before, as july.xml. Nothing was changed" in text_of(upload(desk, content))


def test_an_entry_is_placed_on_the_invoice_that_is_ticked(lanhai, desk):
    upload(desk, camt(credit("100.00", "hello", id="X")))
    entry = BankEntry.objects.get()
    page = desk.get(f"/payments/bank/?entry={entry.pk}")
    assert "Lanhai Trading" in text_of(page) and "checked" in page.content.decode()
    second = lanhai.invoices.latest("pk")
    form = {"customer": lanhai.pk, "told": [second.pk]}
    done = desk.post(f"/payments/bank/{entry.pk}/match/", form, follow=True)
    assert "¥100.00 of Lanhai Trading Co., Ltd. booked" in text_of(done)
    second.refresh_from_db()
    assert second.balance == 0
    again = desk.post(f"/payments/bank/{entry.pk}/match/", form, follow=True)
    assert "Nothing was changed" in text_of(again) and Payment.objects.count() == 1


def test_another_customer_may_be_named(lanhai, mingyue, desk):
    upload(desk, camt(credit("7.77", id="X")))
    entry = BankEntry.objects.get()
    page = desk.get(f"/payments/bank/?entry={entry.pk}&who=" + first_invoice(mingyue).number)
    assert "Book ¥7.77 for 上海明月物流有限公司" in text_of(page)
    missing = desk.get(f"/payments/bank/?entry={entry.pk}&who=Nobody")
    assert "No customer is called “Nobody”" in text_of(missing)


def test_another_partners_customer_cannot_be_chosen(lanhai, bohai, desk):
    stranger = a_customer(bohai, "Stranger")
    upload(desk, camt(credit("7.77", id="X")))
    entry = BankEntry.objects.get()
    answer = desk.post(f"/payments/bank/{entry.pk}/match/", {"customer": stranger.pk})
    assert answer.status_code == 422 and not Payment.objects.exists()


def test_it_is_set_aside_with_a_reason_and_brought_back(lanhai, desk):
    upload(desk, camt(credit("7.77", id="X")))
    pk = BankEntry.objects.get().pk
    assert desk.post(f"/payments/bank/{pk}/aside/", {"why": ""}).status_code == 422
    assert "Set aside by" in text_of(desk.post(f"/payments/bank/{pk}/aside/", {"why": "interest"}, follow=True))
    assert BankEntry.objects.get().dismissed_why == "interest"
    assert "It waits again" in text_of(desk.post(f"/payments/bank/{pk}/back/", follow=True))
    assert BankEntry.objects.waiting().count() == 1


def test_a_long_statement_shows_how_far_it_is(lanhai, desk, monkeypatch):
    monkeypatch.setattr(bank_import, "AT_ONCE", 2)
    number = first_invoice(lanhai).number
    page = upload(desk, camt(*[credit("1.00", number, id=f"X{n}") for n in range(5)]))
    assert "2 of 5 credits matched" in text_of(page)
    statement = BankEntry.objects.first().statement_id
    assert "every 2s" in desk.get(f"/payments/bank/import/{statement}/").content.decode()
    go_on_with_all(now=desk.now, most=100)
    ended = desk.get(f"/payments/bank/import/{statement}/")
    assert "july.xml is matched" in text_of(ended) and "every 2s" not in ended.content.decode()
    assert Payment.objects.count() == 5


def test_the_cash_is_said_to_be_complete(lanhai, people, desk):
    assert desk.post("/payments/bank/complete/", {"through": "2026-07-02"}).status_code == 422
    desk.post("/payments/bank/complete/", {"through": "2026-06-30"})
    reading = BankReading.objects.get()
    assert (reading.at, reading.declared_by) == (story.at("2026-07-01", "00:00"), people["billing"])
    assert "cash complete through" in text_of(desk.get("/payments/bank/"))


def test_what_is_left_of_a_payment_is_used_where_a_person_says(hanhai, desk):
    """What is issued while money waits is paid by it at once, so these two become debts behind its back."""
    customer = a_customer(hanhai)
    story.pay(customer, "50.00", story.at(DAY, "09:00"), settled=False)
    late, soon = (draft(customer, [Decimal(total)]) for total in ("45.00", "20.00"))
    for number, invoice in enumerate((late, soon)):
        Invoice.objects.filter(pk=invoice.pk).update(
            status="issued", number=f"X-{number}", issued_on=DAY, issued_at=desk.now, due_on=DAY
        )
    payment = Payment.objects.get()
    assert "Tick at least one invoice" in text_of(desk.post(f"/payments/{payment.pk}/allocate/"))
    desk.post(f"/payments/{payment.pk}/allocate/", {"told": [soon.pk]})
    assert list(customer.invoices.order_by("pk").values_list("balance", flat=True)) == [Decimal("15.00"), Decimal(0)]
    again = desk.post(f"/payments/{payment.pk}/allocate/", {"told": [late.pk]}, follow=True)
    assert "Nothing was changed" in text_of(again)


def test_a_viewer_may_look_and_not_place(lanhai, people, sit_down, desk):  # noqa: F811
    upload(desk, camt(credit("100.00", id="X")))
    entry = BankEntry.objects.get()
    viewer = sit_down(people["viewer"], DAY)
    page = viewer.get(f"/payments/bank/?entry={entry.pk}")
    assert page.status_code == 200 and "Your role may look at this, not do it." in text_of(page)
    assert "/match/" not in page.content.decode() and viewer.get("/payments/bank/import/").status_code == 403


def test_the_worklist_shows_receipts_and_an_unread_bank(lanhai, desk):
    upload(desk, camt(credit("636.00", id="X")))
    seen = text_of(desk.get("/worklist/"))
    assert "Place a receipt" in seen and "possibly of Lanhai Trading" in seen
    entry = BankEntry.objects.get()
    assert "no debt it could cover" in text_of(desk.get(f"/worklist/?row=receipt-{entry.pk}"))


def test_what_the_bank_took_back_is_a_deed(lanhai, desk):
    number = first_invoice(lanhai).number
    upload(desk, camt(credit("636.00", number, id="X")))
    upload(desk, camt(credit("636.00", number, id="Y", credit=False, reversal=True)), "back.xml")
    assert "Take a payment back" in text_of(desk.get("/worklist/"))
    entry = BankEntry.objects.get(entry_id="Y")
    page = desk.get(f"/payments/bank/?entry={entry.pk}")
    assert f"/payments/{Payment.objects.get().pk}/" in page.content.decode()


def test_the_list_asks_as_much_for_one_as_for_many(lanhai, desk):
    upload(desk, camt(credit("7.77", id="X")))
    one = desk.queries("/payments/bank/")
    upload(desk, camt(*[credit("7.77", "a", id=f"Y{n}") for n in range(30)]), "more.xml")
    assert desk.queries("/payments/bank/") == one <= 12
    pages = ("/payments/bank/import/", "/payments/", f"/payments/bank/?entry={BankEntry.objects.latest('pk').pk}")
    assert max(map(desk.queries, pages)) <= 12
