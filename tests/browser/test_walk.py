"""Can people do it all in a real browser? From the provider's file to the closed loop, in one walk."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from partnerportal.services import places
from tests import story
from tests.services.standing import Served, kill_all, manage, nothing_left, served

pytestmark = pytest.mark.browser
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
PICTURES = Path(__file__).parents[2] / ".portal" / "browser"
SECONDS = 1_000

LANHAI = story.company(
    "Lanhai Trading", story.Seats(), story.Seats("Visio Plan 2", 4, Decimal("99.00")), domain="lanhai.cn"
)
QINGHE = story.company("Qinghe Foods", domain="qinghe.cn")
WANG = "wang@lanhai.cn"

# What no page of ours is for: a person of the customer is invited, and days go by.
INVITE = f"""
from tests import story
from customers.models import Customer
story.customer_person(Customer.objects.get(name="{LANHAI.name}"), "{WANG}")
"""
DAYS_GO_BY = """
from customers.models import Partner
from outbox import clock
from tests import story
for day in (story.COURTESY, story.REMIND, story.FINAL, story.SUSPEND):
    now = story.at(day, "10:00")
    clock.move_to(now)
    story.run_day(Partner.objects.get(), day, "10:00")
"""


@pytest.fixture
def portal() -> Iterator[Served]:
    """A portal of its own with one partner, served as anybody would serve it."""
    above = Path(tempfile.mkdtemp(prefix="portal-walk-"))
    above.chmod(0o755)
    home = above / "state"
    try:
        with served(home) as running:
            yield running
    finally:
        if nothing_left(home, within=10):
            kill_all(home)
        shutil.rmtree(above, ignore_errors=True)
        shutil.rmtree(places.of(home).annex, ignore_errors=True)


@pytest.fixture
def browser(browser_path) -> Iterator[Browser]:
    """The browser that is installed here."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=browser_path, args=QUIET)
        yield opened
        opened.close()


class Window:
    """One person's window; everything that went wrong in it is kept."""

    def __init__(self, browser: Browser, portal: Served, name: str) -> None:
        self.base, self.name = f"http://localhost:{portal.port}", name
        self.context = browser.new_context(base_url=self.base, locale="en-GB", viewport={"width": 1440, "height": 900})
        self.context.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective, e.blockedURI))"
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15 * SECONDS)
        self.troubles: list[str] = []
        self.page.on("console", lambda said: self._note(said.type, f"{self.page.url}: {said.text}"))
        self.page.on("pageerror", lambda error: self._note("error", f"{self.page.url}: {error}"))
        self.page.on(
            "response", lambda got: self._note("error" if got.status >= 500 else "", f"{got.status} {got.url}")
        )

    def _note(self, kind: str, what: str) -> None:
        if kind == "error":
            self.troubles.append(what)

    def signs_in(self, email: str, password: str) -> None:
        """Through the front door."""
        self.page.goto("/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.press(re.compile("Sign in", re.I))
        expect(self.page.get_by_label("Password", exact=True)).to_have_count(0)

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press the button of that name."""
        self.page.get_by_role("button", name=name).first.click()

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Follow the link of that name."""
        self.page.get_by_role("link", name=name).first.click()

    def reads(self, *words: str | re.Pattern[str]) -> None:
        """The page says so."""
        for each in words:
            expect(self.page.locator("body")).to_contain_text(each)

    def reads_soon(self, path: str, words: str | re.Pattern[str], within: float = 60) -> None:
        """A page will say so once the worker has done its part."""
        until(lambda: self._shows(path, words), within, f"{path} never said {words}")

    def _shows(self, path: str, words: str | re.Pattern[str]) -> bool:
        self.page.goto(path)
        text = self.page.locator("body").inner_text()
        return bool(re.search(words, text))


def until(true: Callable[[], bool], within: float, otherwise: str) -> None:
    """Ask again and again, for a while."""
    ends = time.monotonic() + within
    while not true():
        assert time.monotonic() < ends, otherwise
        time.sleep(0.3)


@pytest.fixture
def windows(browser, portal, request) -> Iterator[tuple[Window, Window]]:
    """A member of staff and a customer, side by side; a picture of each is kept when something fails."""
    both = Window(browser, portal, "staff"), Window(browser, portal, "customer")
    failed_before = request.session.testsfailed
    yield both
    if request.session.testsfailed > failed_before:
        PICTURES.mkdir(parents=True, exist_ok=True)
        for one in both:
            one.page.screenshot(path=PICTURES / f"{one.name}.png", full_page=True)
    for one in both:
        one.context.close()


def command(portal: Served, *words: object) -> str:
    """One command beside the served portal."""
    done = manage(portal.home, *map(str, words))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_walk_from_the_file_to_the_closed_loop(portal, windows, tmp_path):
    staff, customer = windows
    file = tmp_path / "license_recon_2026-04.csv"
    file.write_bytes(story.reconciliation([LANHAI, QINGHE], partner_id=story.plain_id()))
    found = "from tests import story; story.found_partner('hanhai', 'Hanhai Cloud')"
    command(portal, "shell", "--no-imports", "-c", found)
    command(portal, "sandbox_load", file, "--on", "2026-05-21")

    staff.signs_in("owner@hanhai.example", story.PASSWORD)
    bill_and_issue(staff, file)
    command(portal, "shell", "--no-imports", "-c", INVITE)
    customer.signs_in(WANG, story.PASSWORD)
    question_answered_and_resolved(staff, customer)
    command(portal, "shell", "--no-imports", "-c", DAYS_GO_BY)
    suspended_in_the_browser(staff, customer)
    paid_and_restored(staff, customer)
    assert [trouble for one in windows for trouble in one.troubles] == []


def bill_and_issue(staff: Window, file: Path) -> None:
    """Import the file, draft, look, issue; the worker mails."""
    staff.page.goto("/provider/bills/")
    staff.page.locator("input[type=file]").set_input_files(file)
    staff.press("Read the file")
    staff.press(re.compile("Import 3 lines"))
    staff.reads("Lanhai Trading", "Visio Plan 2")
    staff.press(re.compile("Draft invoices for 2026-04"))
    staff.page.goto("/invoices/?state=draft")
    staff.press(re.compile(r"Issue all 2 drafts"))
    staff.reads("Issue 2 invoices?")
    staff.press(re.compile("Issue 2 invoices and mail them"))
    staff.reads_soon("/invoices/", "HA-2026-00001")
    staff.follow("HA-2026-00001")
    staff.reads("Lanhai Trading", "1,214.12")


def question_answered_and_resolved(staff: Window, customer: Window) -> None:
    """The customer questions a line, staff uphold it, the customer is told and agrees."""
    page = customer.page
    page.goto("/my/invoices/")
    customer.follow(re.compile("HA-2026-00001"))
    customer.follow(re.compile("Question a line"))
    with page.expect_response("**/question/effect/**"):
        page.get_by_label(re.compile("Visio Plan 2")).first.check()
    with page.expect_response("**/question/effect/**"):
        page.get_by_label("All of it").last.check()
    customer.reads("482.72")
    customer.press("Next: the reason")
    page.get_by_label("We had cancelled it").check()
    page.get_by_label("What did you expect instead?").fill("We cancelled Visio in March.")
    customer.press("Next: files and sending")
    customer.press("Send the question")
    customer.reads(re.compile(r"D-2026-\d{4}"), "482.72")

    staff.page.goto("/disputes/")
    staff.follow(re.compile(r"D-2026-\d{4}"))
    staff.reads("We cancelled Visio in March.", "21Vianet bill")
    staff.page.get_by_role("radio", name=re.compile("Upheld")).first.check()
    staff.page.get_by_label("Answer", exact=True).fill("You are right, the line is credited.")
    staff.press(re.compile("Credit .*482.72 and tell"))
    staff.reads("482.72")

    customer.reads_soon("/my/cases/", re.compile(r"D-2026-\d{4}"))
    customer.follow(re.compile(r"D-2026-\d{4}"))
    path = page.url.removeprefix(customer.base)
    customer.reads_soon(path, "Yes, resolved")
    customer.reads("You are right, the line is credited.")
    customer.press("Yes, resolved")
    expect(page.get_by_role("button", name="Yes, resolved")).to_have_count(0)


def suspended_in_the_browser(staff: Window, customer: Window) -> None:
    """The proposal is read and approved; the worker looks once more, asks, reads back and tells."""
    staff.page.goto("/collections/proposals/")
    staff.follow("Lanhai Trading")
    staff.reads("Suspend Lanhai Trading for non-payment?", "731.40")
    path = staff.page.url.removeprefix(staff.base)
    staff.press(re.compile("Suspend 1 subscription"))
    staff.reads_soon(path, "Lanhai Trading was suspended for non-payment")
    customer.reads_soon("/my/subscriptions/", re.compile("suspended", re.I))
    customer.reads("731.40")


def paid_and_restored(staff: Window, customer: Window) -> None:
    """The payment is recorded by hand; access is back, the customer sees it, and the loop is closed."""
    page = staff.page
    page.goto("/payments/new/")
    page.get_by_label("Customer", exact=True).fill("Lanhai Trading")
    page.get_by_label("Amount", exact=True).fill("731.40")
    page.get_by_label("Reference", exact=True).fill("HA-2026-00001")
    page.get_by_label("Received on", exact=True).fill(date(2026, 7, 1).isoformat())
    staff.press("Record the payment")
    staff.reads("731.40")
    customer.reads_soon("/my/", re.compile("restored", re.I))
    customer.reads_soon("/my/", re.compile("HA-2026-00001 is settled and you have been told"))
    page.goto("/customers/")
    staff.follow("Lanhai Trading")
    staff.reads(re.compile("restored", re.I))
