"""Does the keyboard alone do it all? Tab, arrows, space and Enter lead to each deed; nobody touches a pointer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Locator, Page, expect, sync_playwright

from billing.models import PromiseToPay
from customers.models import Partner, User
from disputes.models import Dispute
from disputes.questioning import question
from dunning.models import DeedMark, Proposal
from outbox import clock
from tests import story
from tests.browser.test_first_click import QUIET

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_TABS = 160


class Hands:
    """Two hands on a keyboard before one page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        """One key after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def go_to(self, wanted: Locator) -> None:
        """Tab until it has the focus, which must be seen on it."""
        expect(wanted).to_have_count(1)
        for _tab in range(MOST_TABS):
            if wanted.evaluate("it => it === document.activeElement"):
                assert wanted.evaluate("it => it.matches(':focus-visible')")
                return
            self.press("Tab")
        raise AssertionError(f"{wanted} is not reached by {MOST_TABS} tabs")

    def enter(self, wanted: Locator) -> None:
        """Go there and press Enter."""
        self.go_to(wanted)
        self.press("Enter")

    def check(self, wanted: Locator) -> None:
        """Go there and tick it."""
        self.go_to(wanted)
        self.press("Space")
        expect(wanted).to_be_checked()

    def choose(self, wanted: Locator) -> None:
        """Go to its group and move to it with the arrows."""
        name = wanted.get_attribute("name")
        for _tab in range(MOST_TABS):
            if self.page.evaluate("document.activeElement.name") == name:
                break
            self.press("Tab")
        self.press("Space")
        for _step in range(20):
            if wanted.is_checked():
                return
            self.press("ArrowDown")
        raise AssertionError(f"{wanted} is not reached by arrows")

    def type(self, wanted: Locator, text: str) -> None:
        """Go there and write."""
        self.go_to(wanted)
        self.page.keyboard.insert_text(text)


@pytest.fixture
def partner(mail_dir) -> Partner:
    """Three customers on the day on which their suspensions are proposed; the portal's clock stands there."""
    made = story.found_partner("hanhai", "Hanhai Cloud")
    names = ("Lanhai Trading", "Mingyue Logistics", "Qinghe Foods")
    story.import_book(made, [story.company(name, story.Seats(), story.Seats("Visio Plan 2", 4)) for name in names])
    story.issue_all(made)
    for day in (story.COURTESY, story.REMIND, story.FINAL, story.SUSPEND):
        story.run_day(made, day, "10:00")
    clock.move_to(story.at(story.SUSPEND, "10:05"))
    return made


@pytest.fixture
def sits_down(live_server, browser_path) -> Callable[[], Any]:
    """A browser in which pages are opened for a person's session; no table is read while it is open."""

    @contextmanager
    def sits() -> Iterator[Callable[[str, str], Hands]]:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=browser_path, args=QUIET)

            def opened(session: str, path: str) -> Hands:
                context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
                context.grant_permissions(["clipboard-read", "clipboard-write"])
                context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
                page = context.new_page()
                page.set_default_timeout(15_000)
                page.goto(f"{live_server.url}{path}")
                return Hands(page)

            yield opened
            browser.close()

    return sits


def session_of(person: User) -> str:
    """Somebody signed in; made before a browser runs."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_a_customer_copies_the_reference_questions_a_line_and_promises_a_day(partner, sits_down):
    lanhai, mingyue = (story.customer_named(partner, name) for name in ("Lanhai Trading", "Mingyue Logistics"))
    asked, promised = lanhai.invoices.get(), mingyue.invoices.get()
    wang = session_of(story.customer_person(lanhai, "wang@lanhai.cn"))
    chen = session_of(story.customer_person(mingyue, "chen@mingyue.cn"))

    with sits_down() as opened:
        hands = opened(wang, "/my/")
        hands.enter(hands.page.get_by_role("link", name="Skip to the content"))
        hands.page.goto(f"{hands.page.url.split('/my/')[0]}/my/invoices/{asked.pk}/")
        hands.enter(hands.page.get_by_role("button", name="Copy Reference"))
        expect(hands.page.locator("#announcer")).to_contain_text("Reference")
        assert hands.page.evaluate("navigator.clipboard.readText()").startswith(asked.reference)

        hands.enter(hands.page.get_by_role("link", name=re.compile("Question a line")).first)
        hands.check(hands.page.get_by_label("Visio Plan 2"))
        hands.choose(hands.page.get_by_label("All of it").locator("visible=true"))
        hands.enter(hands.page.get_by_role("button", name="Next: the reason"))
        hands.choose(hands.page.get_by_label("We had cancelled it"))
        hands.type(hands.page.get_by_label("What did you expect instead?"), "We cancelled Visio in March.")
        hands.enter(hands.page.get_by_role("button", name="Next: files and sending"))
        hands.enter(hands.page.get_by_role("button", name="Send the question"))
        expect(hands.page.get_by_role("heading", level=1)).to_contain_text("We have your question")

        hands = opened(chen, f"/my/invoices/{promised.pk}/promise/")
        hands.enter(hands.page.get_by_role("button", name="Promise it"))
        hands.page.wait_for_url(re.compile(r"/my/invoices/\d+/$"))
    assert Dispute.objects.get().customer == lanhai
    assert PromiseToPay.objects.get().customer == mingyue


def test_staff_claim_snooze_approve_and_decide(partner, sits_down):
    lanhai, owner = story.customer_named(partner, "Lanhai Trading"), story.people_of(partner)["owner"]
    person = story.customer_person(lanhai, "wang@lanhai.cn")
    line = lanhai.invoices.get().lines.latest("pk")
    case = question(line.invoice, {line.pk: line.open}, reason="price", text="Too dear", by=person, now=clock.now())
    one = Proposal.objects.get(customer__name="Qinghe Foods")
    session = session_of(owner)

    with sits_down() as opened:
        hands = opened(session, "/worklist/?owner=all")
        row = hands.page.locator(f".deed:has(a[href*='approve-{one.pk}'])")
        while row.get_attribute("aria-current") != "true":
            hands.press("j")
        hands.press("c")
        expect(row).to_contain_text("O")
        hands.page.wait_for_load_state()
        hands.page.goto(hands.page.url)
        hands.go_to(hands.page.get_by_role("link", name=re.compile("Approve")).first)
        hands.press("s")
        hands.page.wait_for_url("**/worklist/snooze/**")
        hands.go_to(hands.page.locator("#id_until"))
        hands.page.keyboard.type("07032026")
        hands.type(hands.page.get_by_label("Why it may rest"), "They pay on Friday")
        hands.enter(hands.page.get_by_role("button", name=re.compile("Snooze 1 deed")))
        hands.page.wait_for_url(re.compile("/worklist/[?]"))

        hands.page.goto(f"{hands.page.url.split('/worklist/')[0]}/collections/proposals/{one.pk}/")
        hands.enter(hands.page.get_by_role("button", name=re.compile("Suspend 2 subscriptions")))
        expect(hands.page.get_by_role("button", name=re.compile("Suspend 2 subscriptions"))).to_have_count(0)

        hands.page.goto(f"{hands.page.url.split('/collections/')[0]}/disputes/{case.pk}/")
        hands.choose(hands.page.get_by_role("radio", name=re.compile("Upheld")).first)
        hands.type(hands.page.get_by_label("Answer", exact=True), "You are right, the line is credited.")
        hands.enter(hands.page.get_by_role("button", name=re.compile("Credit .* and tell")))
        expect(hands.page.locator("main")).to_contain_text("You are right")
    one.refresh_from_db()
    case.refresh_from_db()
    assert (one.state, case.outcome) == (Proposal.State.APPROVED, "upheld")
    assert DeedMark.objects.filter(owner=owner).exists() and DeedMark.objects.exclude(snoozed_until=None).exists()
