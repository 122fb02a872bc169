"""Does the home say in one sentence what is owed and until when nothing is at risk?"""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers import formats
from customers.models import Membership
from dunning.explaining import explain_invoice
from payables.importing import import_file
from tests import story

from .conftest import explained, heading_of, invoice_of, text_of

SHANGHAI = story.SHANGHAI


def test_an_overdue_invoice_is_owed_now_and_nothing_is_at_risk_before_the_announced_day(warned, sign_in):
    page = sign_in(warned.lanhai, "2026-06-25").get("/my/")
    assert heading_of(page) == "You owe ¥1,214.12 now. Nothing is at risk before Tue 30 Jun, 18:00."


def test_the_day_in_the_sentence_is_the_one_the_notice_has_printed(warned, sign_in):
    visitor = sign_in(warned.lanhai, "2026-06-25")
    printed = explained(warned.lanhai, visitor.now).history[-1].pay_by
    said = formats.spoken(printed, visitor.now.date(), SHANGHAI)
    assert said in heading_of(visitor.get("/my/"))


def test_an_invoice_that_is_not_due_yet_is_owed_by_its_due_day(book, sign_in):
    visitor = sign_in(book.lanhai, "2026-05-22")
    first = next(one for one in explained(book.lanhai, visitor.now).decision.schedule if one.action == "suspend")
    heading = heading_of(visitor.get("/my/"))
    assert heading.startswith("You owe ¥1,214.12 by Wed 10 Jun. Nothing is at risk before ")
    assert first.on > story.DUE


def test_without_debt_the_page_says_that_nothing_is_owed(warned, sign_in):
    story.pay(warned.lanhai, story.owed(warned.lanhai), story.at("2026-06-26"))
    page = sign_in(warned.lanhai, "2026-06-27").get("/my/")
    assert heading_of(page) == "You owe nothing."
    assert "No open invoices" in text_of(page)


def test_after_the_announced_day_the_sentence_says_who_loses_sign_in(warned, sign_in):
    heading = heading_of(sign_in(warned.lanhai, "2026-06-30").on("2026-06-30", "20:00").get("/my/"))
    assert heading == "You owe ¥1,214.12 now. From Wed 1 Jul, 09:00, 14 people can't sign in."


def test_a_suspended_customer_reads_what_brings_access_back(suspended, sign_in):
    page = sign_in(suspended.lanhai, "2026-07-02").get("/my/")
    assert heading_of(page) == "Pay ¥1,214.12 and 14 people can sign in again."
    assert "Visio Plan 2" in text_of(page)


def test_each_currency_has_a_sentence_of_its_own(book, sign_in):
    seats = story.Seats("Power BI Pro", 3, Decimal("50.00"))
    company = story.company("Lanhai Trading", seats)
    again = story.Company(company.name, company.subscriptions, company.domain, book.lanhai.provider_id)
    identity = book.partner.provider_identities.get().provider_id
    content = story.reconciliation([again], partner_id=identity, currency="USD", cycle=story.date(2026, 5, 15))
    import_file(book.partner, content, file_name="usd.csv", now=story.at("2026-06-16"))
    story.issue_all(book.partner, "2026-05", on=story.date(2026, 6, 17))
    heading = heading_of(sign_in(book.lanhai, "2026-06-18").get("/my/"))
    assert "You owe ¥1,214.12 now." in heading
    assert "You owe $182.85 by Tue 7 Jul. Nothing is at risk as things stand." in heading


def test_the_home_asks_no_more_queries_for_more_invoices(book, sign_in):
    visitor = sign_in(book.lanhai, "2026-05-22")
    visitor.get("/my/")
    one = _queries(visitor)
    for month in (5, 6, 7):
        again = story.Company("Lanhai Trading", (story.Seats(),), book.lanhai.domain, book.lanhai.provider_id)
        story.import_book(book.partner, [again], on=story.date(2026, 5, 22), cycle=story.date(2026, month, 15))
        story.issue_all(book.partner, f"2026-{month:02}", on=story.date(2026, 5, 22))
    assert _queries(visitor) == one


def _queries(visitor) -> int:
    with CaptureQueriesContext(connection) as asked:
        visitor.get("/my/")
    return len(asked)


@pytest.mark.parametrize("path", ["/my/", "/my/invoices/", "/my/cases/", "/my/policy/", "/my/subscriptions/"])
def test_the_pages_are_absent_for_staff_and_closed_to_visitors(book, path, client):
    assert client.get(path).status_code == 302
    client.force_login(book.people["owner"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(path).status_code == 404


def test_a_person_without_a_place_is_told_so(warned, sign_in):
    visitor = sign_in(warned.lanhai, "2026-06-25")
    Membership.objects.filter(user=visitor.user).delete()
    page = visitor.get("/")
    assert page.status_code == 200
    assert "belongs to no company" in text_of(page)


def test_the_home_leads_to_the_invoice_and_shows_its_future(warned, sign_in):
    page = sign_in(warned.lanhai, "2026-06-25").get("/my/")
    invoice = invoice_of(warned.lanhai)
    assert f'href="/my/invoices/{invoice.pk}/"' in page.content.decode()
    gone = explain_invoice(invoice, now=story.at("2026-06-25")).decision.schedule[0].on
    assert "14 people can't sign in from Wed 1 Jul, 09:00" in text_of(page)
    assert gone == story.SUSPEND
