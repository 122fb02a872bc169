"""Do the lists cost the same however long they are, and does each hold back what isn't one's own?"""

from decimal import Decimal

import pytest

from disputes.questioning import question
from tests import story
from tests.pages.staff.conftest import lanhai, text_of

LISTS = ("/worklist/", "/customers/", "/invoices/", "/invoices/?state=open", "/payments/", "/provider/",
         "/collections/", "/collections/proposals/", "/disputes/", "/disputes/?view=table")  # fmt: skip
# What stands once for each row of a list.
ROWS = {
    "/worklist/": "approve-",
    "/customers/": 'class="cell-name"><a href="/customers/',
    "/invoices/": 'class="cell-name"><a href="/invoices/',
    "/payments/": 'class="cell-name"><a href="/payments/',
    "/collections/proposals/": 'class="cell-name"><a href="/collections/proposals/',
    "/disputes/?view=table": 'class="cell-name"><a class="nowrap" href="/disputes/',
}


def test_a_list_asks_as_much_at_thirty_rows_as_at_five(hanhai, bohai, mail_dir, sit_down):
    few, many_rows = (_asked(partner, number, sit_down) for partner, number in ((hanhai, 5), (bohai, 30)))
    assert many_rows == few
    # The worklist asks once or twice for each kind of deed that waits, and for marks and views.
    assert few.pop("/worklist/") <= 15
    assert max(few.values()) <= 12


def _asked(partner, number, sit_down):
    """How much each list asks of a book in which so many rows stand on each."""
    companies = [story.company(f"{partner.slug} {n:03d}") for n in range(number)]
    story.import_book(partner, companies)
    story.issue_all(partner)
    for day in (story.COURTESY, story.REMIND, story.FINAL, story.SUSPEND):
        story.run_day(partner, day)
    for n, one in enumerate(companies):
        customer = story.customer_named(partner, one.name)
        story.pay(customer, "10.00", story.at(story.SUSPEND), reference=one.name, settled=False)
        line = customer.invoices.get().lines.get()
        asker = story.customer_person(customer, f"{partner.slug}{n}@customer.example")
        question(
            customer.invoices.get(),
            {line.pk: Decimal("5.00")},
            reason="price",
            text="Why",
            by=asker,
            now=story.at(story.SUSPEND),
        )
    desk = sit_down(story.people_of(partner)["owner"], story.SUSPEND)
    for path, row in ROWS.items():
        assert desk.get(path).content.decode().count(row) >= number
    return {path: desk.queries(path) for path in LISTS}


PAGES = ("/customers/{customer}/", "/invoices/{invoice}/", "/payments/{payment}/", "/provider/bills/{bill}/",
         "/collections/runs/{run}/")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_record_opens_for_its_partner_only(small_book, people, bohai, sit_down, path):
    customer = lanhai(small_book)
    payment = story.pay(customer, "10.00", story.at(story.ISSUED), settled=False).received.payment
    document, _ = story.run(small_book, now=story.at(story.ISSUED))
    known = {
        "customer": customer.pk,
        "invoice": customer.invoices.get().pk,
        "payment": payment.pk,
        "bill": customer.provider_lines.first().bill_id,
        "run": document.pk,
    }
    assert sit_down(people["owner"]).get(path.format(**known)).status_code == 200
    assert sit_down(story.people_of(bohai)["owner"]).get(path.format(**known)).status_code == 404


def test_a_customers_own_people_see_no_staff_page(small_book, sit_down):
    person = story.customer_person(lanhai(small_book), "zhou@lanhai.example")
    desk = sit_down(person)
    for path in LISTS:
        assert desk.get(path).status_code == 404


def test_totals_are_of_the_whole_filter(small_book, people, sit_down):
    desk = sit_down(people["viewer"], story.SUSPEND)
    seen = text_of(desk.get("/invoices/?state=overdue"))
    assert "2 invoices ¥1,755.36 ¥1,755.36" in seen
    assert "1 invoice ¥1,023.96 ¥1,023.96" in text_of(desk.get("/invoices/?q=lanhai"))
    assert "No invoice matches these filters" in text_of(desk.get("/invoices/?state=paid"))


def test_an_invoice_number_in_the_search_leads_to_the_invoice(small_book, people, sit_down):
    invoice = lanhai(small_book).invoices.get()
    answer = sit_down(people["viewer"]).get(f"/customers/?q={invoice.number}")
    assert answer.status_code == 302 and answer["Location"] == f"/invoices/{invoice.pk}/"


def test_the_side_bar_offers_only_what_the_role_may_open(small_book, people, sit_down):
    viewer = sit_down(people["viewer"]).get("/worklist/").content.decode()
    assert 'href="/provider/"' not in viewer and 'href="/insights/"' in viewer
    assert 'href="/provider/"' in sit_down(people["billing"]).get("/worklist/").content.decode()
    assert sit_down(people["viewer"]).get("/provider/").status_code == 403


def test_why_derives_date_and_amount(proposed, people, sit_down):
    invoice = proposed.case.invoice
    desk = sit_down(people["viewer"], story.SUSPEND)
    seen = text_of(desk.get(f"/customers/{proposed.customer_id}/?why={invoice.pk}"))
    assert "How the date came about" in seen and "Final notice is due 14 days after the due date" in seen
    assert "Billed ¥1,023.96" in seen and "Undisputed due ¥1,023.96" in seen
    assert "0 of 1 approvals given" in seen


def test_entries_that_are_not_shared_say_so(proposed, people, sit_down):
    desk = sit_down(people["viewer"], story.SUSPEND)
    everything = text_of(desk.get(f"/customers/{proposed.customer_id}/"))
    shared = text_of(desk.get(f"/customers/{proposed.customer_id}/?kind=shared"))
    assert "Not shared" in everything and "Suspension of 2 subscriptions proposed" in everything
    assert "Suspension of 2 subscriptions proposed" not in shared
