"""Can a customer with a phone question a line in three steps, read the answer, and say yes?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect, sync_playwright

from customers.models import Customer
from disputes.models import Dispute
from disputes.resolving import answer
from outbox import clock
from tests import story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def lanhai(mail_dir) -> Customer:
    """A customer with an invoice of these days, since the browser lives by the machine's clock."""
    today = clock.machine().date()
    cycle = (today - timedelta(days=60)).replace(day=15)
    partner = story.found_partner("hanhai", "Hanhai Cloud", on=today - timedelta(days=90))
    seats = (story.Seats(), story.Seats("Visio Plan 2", 4, story.Decimal("99.00")))
    story.import_book(partner, [story.company("Lanhai Trading", *seats)], on=today - timedelta(days=10), cycle=cycle)
    story.issue_all(partner, f"{cycle:%Y-%m}", on=today - timedelta(days=9))
    return story.customer_named(partner, "Lanhai Trading")


@pytest.fixture
def phone(lanhai, live_server, browser_path):
    """Opens a window of a phone in which somebody of Lanhai is signed in; no page may be wider than it."""
    person, client = story.customer_person(lanhai, "wang@lanhai.cn"), Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value

    @contextmanager
    def window(path: str) -> Iterator[Page]:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=browser_path, args=QUIET)
            context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en")
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
            page = context.new_page()
            page.goto(f"{live_server.url}{path}")
            yield page
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
            browser.close()

    return window


def test_a_customer_with_a_phone_goes_from_the_invoice_to_yes(lanhai, phone):
    invoice = lanhai.invoices.get()
    with phone(f"/my/invoices/{invoice.pk}/question/") as page:
        page.get_by_label("Visio Plan 2").check()
        page.get_by_label("Seats you ordered").locator("visible=true").fill("3")
        expect(page.locator("#effect")).to_contain_text("¥120.68")
        expect(page.locator(".choose")).to_contain_text("1 seat fewer than billed, ¥120.68 in dispute")
        page.get_by_role("button", name="Next: the reason").click()
        page.get_by_label("More seats, or more days, than we ordered").check()
        page.get_by_label("When did you change the number?").fill("2026-05-09")
        page.get_by_label("What did you expect instead?").fill("Three seats of Visio.")
        page.get_by_role("button", name="Next: files and sending").click()
        page.locator("input[type=file]").set_input_files(
            files=[{"name": "order.txt", "mimeType": "text/plain", "buffer": b"3 seats"}]
        )
        page.get_by_role("button", name="Back").click()
        expect(page.get_by_label("What did you expect instead?")).to_have_value("Three seats of Visio.")
        page.get_by_role("button", name="Next: files and sending").click()
        expect(page.get_by_text("order.txt")).to_be_visible()
        page.get_by_label("A credit note").check()
        page.get_by_role("button", name="Send the question").dblclick()
        expect(page.get_by_role("heading", level=1)).to_contain_text("We have your question and answer by")
        expect(page.locator("main")).to_contain_text("¥120.68")
    case = Dispute.objects.get()
    assert (case.wanted, case.files.get().name) == ("credit", "order.txt")
    now = clock.now()
    answer(case.pk, outcome="upheld", text="You are right.", by=case.owner, now=now)
    story.settle_all(now)
    with phone(f"/my/cases/{case.pk}/") as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("You were right. ¥120.68 is credited.")
        page.get_by_role("button", name="Yes, resolved").click()
        expect(page.get_by_role("heading", name="How was our answer?")).to_be_visible()
        page.get_by_label("5, very good").check()
        page.get_by_role("button", name="Rate it").click()
        expect(page.get_by_text("You rated our answer 5 of 5.")).to_be_visible()
    case.refresh_from_db()
    assert (case.status, case.rating) == ("closed", 5)
