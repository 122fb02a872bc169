"""Does an invoice's page say the same as explain, hide what isn't the customer's, and count as seen?"""

from datetime import timedelta
from decimal import Decimal

import pytest

from billing.figures import undisputed_due
from billing.models import Invoice
from customers import formats
from customers.models import Message, TimelineEntry
from dunning.correcting import void_invoice
from payables import rebilling
from tests import story

from .conftest import explained, heading_of, invoice_of, text_of, without_token

SHANGHAI = story.SHANGHAI


def address(customer) -> str:
    return f"/my/invoices/{invoice_of(customer).pk}/"


def test_the_page_shows_the_same_schedule_as_explain(warned, sign_in):
    visitor = sign_in(warned.lanhai, "2026-06-25")
    story_of = explained(warned.lanhai, visitor.now)
    first = next(entry for entry in story_of.decision.schedule if entry.action == "suspend")
    text = text_of(visitor.get(address(warned.lanhai)))
    assert f"from {formats.moment(first.at, visitor.now.date(), SHANGHAI)}" in text
    deleted = first.on + timedelta(days=story_of.policy.deletion_days)
    assert f"21Vianet deletes the data {formats.moment(deleted, visitor.now.date(), SHANGHAI)}" in text


def test_the_amount_to_pay_is_the_undisputed_due(warned, sign_in):
    visitor = sign_in(warned.lanhai, "2026-06-25")
    invoice = invoice_of(warned.lanhai)
    page = visitor.get(address(warned.lanhai))
    assert page.context["outlook"].to_pay == undisputed_due(invoice) == Decimal("1214.12")
    assert heading_of(page) == "Pay ¥1,214.12 by Tue 30 Jun, 18:00 and nothing is interrupted."


def test_what_is_to_pay_is_never_more_than_what_is_open_where_a_line_is_a_credit(hanhai, sign_in):
    seats = story.Seats("Office 365 E3", 10, Decimal("60.00"))
    fewer = story.Seats("Office 365 E3", -4, Decimal("60.00"), id=seats.id)
    story.import_book(hanhai, [story.company("Lanhai Trading", seats, fewer)])
    story.issue_all(hanhai)
    customer = story.customer_named(hanhai, "Lanhai Trading")
    page = sign_in(customer, "2026-05-22").get(address(customer))
    assert page.context["outlook"].to_pay == invoice_of(customer).balance == Decimal("438.84")


def test_an_invoice_of_a_sibling_is_exactly_as_absent_as_none(warned, sign_in):
    visitor = sign_in(warned.lanhai, "2026-06-25")
    absent = visitor.get("/my/invoices/999999/")
    foreign = visitor.get(address(warned.mingyue))
    assert absent.status_code == foreign.status_code == 404
    assert without_token(absent) == without_token(foreign)


def test_a_number_no_database_holds_is_absent_too(warned, sign_in):
    assert sign_in(warned.lanhai, "2026-06-25").get(f"/my/invoices/{'9' * 30}/").status_code == 404


def test_once_the_named_day_has_come_the_page_says_that_access_can_end_at_any_time(warned, sign_in):
    story.run_day(warned.partner, story.SUSPEND)
    page = sign_in(warned.lanhai, "2026-07-01").get(address(warned.lanhai))
    assert heading_of(page) == "Pay ¥1,214.12 now."
    assert "The day we named has come: 14 people can lose sign-in at any time." in text_of(page)


def test_an_invoice_of_another_partner_is_exactly_as_absent_as_none(warned, bohai, sign_in):
    story.import_book(bohai, [story.company("Donghai Steel")])
    story.issue_all(bohai)
    foreign = Invoice.objects.get(partner=bohai)
    visitor = sign_in(warned.lanhai, "2026-06-25")
    answer = visitor.get(f"/my/invoices/{foreign.pk}/")
    assert answer.status_code == 404
    assert without_token(answer) == without_token(visitor.get("/my/invoices/999999/"))


@pytest.mark.parametrize("part", ["", "question/", "question/effect/"])
def test_a_draft_is_invisible(warned, sign_in, part):
    again = story.Company("Lanhai Trading", (story.Seats(),), warned.lanhai.domain, warned.lanhai.provider_id)
    story.import_book(warned.partner, [again], on=story.date(2026, 6, 25), cycle=story.date(2026, 5, 15))
    rebilling.draft(warned.partner, "2026-05", now=story.at("2026-06-25"))
    draft = Invoice.objects.get(customer=warned.lanhai, status="draft")
    visitor = sign_in(warned.lanhai, "2026-06-25")
    assert visitor.get(f"/my/invoices/{draft.pk}/{part}").status_code == 404
    assert len(visitor.get("/my/invoices/").context["rows"]) == 1
    assert "731.40" not in text_of(visitor.get("/my/"))


def test_entries_that_are_not_shared_stay_with_the_partner(warned, sign_in):
    story.run_day(warned.partner, story.SUSPEND)
    assert TimelineEntry.objects.filter(customer=warned.lanhai, code="suspension_proposed", shared=False).exists()
    visitor = sign_in(warned.lanhai, "2026-07-01")
    for path in (address(warned.lanhai), "/my/"):
        assert "proposed" not in text_of(visitor.get(path))


def test_opening_the_page_marks_its_delivered_notices_as_seen_once(warned, sign_in):
    visitor = sign_in(warned.lanhai, "2026-06-25")
    visitor.get(address(warned.lanhai))
    letters = Message.objects.filter(customer=warned.lanhai, letter="notice")
    assert letters.count() == 3
    assert {letter.seen_at for letter in letters} == {visitor.now}
    entries = TimelineEntry.objects.filter(customer=warned.lanhai, code="letter_seen")
    before = entries.count()
    visitor.on("2026-06-26").get(address(warned.lanhai))
    assert {letter.seen_at for letter in letters.all()} == {visitor.now}
    assert entries.count() == before


def test_a_seen_notice_calls_for_a_review(warned, sign_in):
    visitor = sign_in(warned.lanhai, "2026-06-25")
    visitor.get(address(warned.lanhai))
    warned.lanhai.refresh_from_db()
    assert warned.lanhai.review_due_at == visitor.now


def test_asking_only_for_the_head_marks_nothing(warned, sign_in):
    sign_in(warned.lanhai, "2026-06-25").head(address(warned.lanhai))
    assert not Message.objects.filter(customer=warned.lanhai, seen_at__isnull=False).exists()


def test_a_payment_stands_in_the_history_of_each_invoice_it_was_put_against(book, sign_in):
    again = story.Company("Lanhai Trading", (story.Seats(),), book.lanhai.domain, book.lanhai.provider_id)
    story.import_book(book.partner, [again], on=story.date(2026, 5, 22), cycle=story.date(2026, 5, 15))
    story.issue_all(book.partner, "2026-05", on=story.date(2026, 5, 22))
    story.pay(book.lanhai, "1500.00", story.at("2026-05-25"))
    visitor = sign_in(book.lanhai, "2026-05-26")
    pages = [visitor.get(f"/my/invoices/{one.pk}/") for one in book.lanhai.invoices.order_by("pk")]
    for page, part in zip(pages, ("¥1,214.12", "¥285.88"), strict=True):
        assert f"Payment of ¥1,500.00 received {part} of it for this invoice" in text_of(page)


def test_a_paid_invoice_has_no_future_and_no_bank_details(warned, sign_in):
    story.pay(warned.lanhai, story.owed(warned.lanhai), story.at("2026-06-26"))
    page = sign_in(warned.lanhai, "2026-06-27").get(address(warned.lanhai))
    assert heading_of(page) == "Paid. Nothing is open on this invoice."
    assert "What happens next" not in text_of(page)
    assert "By bank transfer" not in text_of(page)


def test_the_document_shows_the_parties_as_they_were_printed(warned, sign_in):
    warned.partner.name = "Hanhai Renamed"
    warned.partner.save()
    body = sign_in(warned.lanhai, "2026-06-25").get(address(warned.lanhai)).content.decode()
    document = body[body.index('id="lines"') : body.index("</section>", body.index('id="lines"'))]
    assert "Hanhai Cloud" in document
    assert "Renamed" not in document


def test_the_list_shows_fifty_a_page(book, sign_in):
    for number in range(51):
        again = story.Company("Lanhai Trading", (story.Seats(),), book.lanhai.domain, book.lanhai.provider_id)
        cycle = story.date(2021 + number // 12, number % 12 + 1, 15)
        content = story.reconciliation(
            [again], partner_id=book.partner.provider_identities.get().provider_id, cycle=cycle
        )
        story.import_file(book.partner, content, file_name=f"{number}.csv", now=story.at("2026-05-22"))
        for pk in _drafted(book.partner, f"{cycle:%Y-%m}"):
            rebilling.issue(pk, on=story.date(2026, 5, 22), now=story.at("2026-05-22"))
    visitor = sign_in(book.lanhai, "2026-05-23")
    first = visitor.get("/my/invoices/").context
    assert len(first["rows"]) == 50
    following = f"/my/invoices/?page={first['page'].next_page_number()}"
    assert len(visitor.get(following).context["rows"]) == 2


def _drafted(partner, period: str) -> list[int]:
    rebilling.draft(partner, period, now=story.at("2026-05-22"))
    return rebilling.drafts_of(partner, period)


def test_a_void_invoice_says_so_and_asks_for_nothing(warned, sign_in, people):
    visitor, invoice = sign_in(warned.lanhai, "2026-06-25"), invoice_of(warned.lanhai)
    void_invoice(
        invoice, reason="billed twice", bill_again=False, by=people["owner"], now=story.at("2026-06-25", "10:00")
    )
    page = visitor.get(f"/my/invoices/{invoice.pk}/")
    assert heading_of(page) == f"{invoice.number} is void. Nothing of it is to pay."
    text = text_of(page)
    assert "billed twice" in text and "To pay now" not in text and "I have paid" not in text
    assert invoice.number in text_of(visitor.get("/my/invoices/"))
    assert visitor.post(f"/my/invoices/{invoice.pk}/pay/").status_code == 404
    assert sign_in(warned.mingyue, "2026-06-25").get(f"/my/invoices/{invoice.pk}/").status_code == 404
