"""Is the click that ends the typing the deed, where a form shows what it would change? The page's script alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import django_htmx
import pytest
from playwright.sync_api import Page, Request, Route, sync_playwright

pytestmark = pytest.mark.browser
SCRIPTS = {
    "/htmx.js": Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js",
    "/portal.js": Path(__file__).parents[2] / "static" / "portal.js",
}
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
FORM = """<!doctype html><html lang="en"><body><div id="announcer"></div>
<form method="post" action="/" hx-post="/" hx-trigger="change" hx-vals='{"look": "1"}'
 hx-select="#effect" hx-target="#effect" hx-swap="outerHTML" hx-sync="this:replace">
<input name="amount"><div id="effect">Effect</div><button type="submit">Promise it</button></form>
<script src="/htmx.js" defer></script><script src="/portal.js" defer></script></body></html>"""


@pytest.fixture
def page(browser_path) -> Iterator[Page]:
    """A page with such a form; `sent` keeps what it posts."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=QUIET)
        opened = browser.new_page()
        opened.route("http://form.test/**", _serve)
        opened.goto("http://form.test/")
        yield opened
        browser.close()


def _serve(route: Route, request: Request) -> None:
    script = SCRIPTS.get(request.url.removeprefix("http://form.test"))
    if script:
        route.fulfill(body=script.read_text(), content_type="text/javascript")
    else:
        route.fulfill(body=FORM, content_type="text/html")


@pytest.mark.parametrize("clicks", [1, 2])
def test_the_first_click_after_typing_sends_the_form_once(page, clicks):
    sent: list[dict[str, str]] = []
    page.on("request", lambda one: sent.append(dict(parse_qsl(one.post_data or ""))) if one.method == "POST" else None)
    page.click("input[name=amount]")
    page.keyboard.type("5000")
    page.click("button", click_count=clicks)
    page.wait_for_timeout(500)
    assert [one for one in sent if "look" not in one] == [{"amount": "5000"}]
    assert {"amount": "5000", "look": "1"} in sent
