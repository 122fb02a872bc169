"""Do the keys of the worklist do what the list of keys says? The portal's own pages and script, read beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Page, Request, Route, expect, sync_playwright

from tests import story
from tests.browser.test_first_click import QUIET
from tests.pages.staff.conftest import proposed, sit_down, small_book  # noqa: F401

pytestmark = pytest.mark.browser
HOST = "http://keys.test"
LIST = "/worklist/?owner=all"
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@pytest.fixture
def pages(proposed, people, sit_down) -> dict[tuple[str, str], str]:  # noqa: F811
    """What the portal answers to each request that the keys lead to, by address and by what htmx would fill."""
    desk = sit_down(people["owner"], story.SUSPEND)
    row = f"row=approve-{proposed.pk}"
    known: dict[tuple[str, str], str] = {}
    for path, target in (
        (LIST, ""),
        (f"{LIST}&{row}", "beside"),
        (f"{LIST}&at=approve-{proposed.pk}", "beside"),
        (f"/worklist/snooze/?key=approve-{proposed.pk}", ""),
        ("/search/?q=Lanhai", "palette-found"),
    ):
        headers = {"HX-Request": "true", "HX-Target": target} if target else {}
        known[path, target] = desk.get(path, headers=headers).content.decode()
    return known


@pytest.fixture
def page(browser_path, pages) -> Iterator[Page]:
    """The worklist in a browser; every request is answered from what was read."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=QUIET)
        opened = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        opened.route(f"{HOST}/**", lambda route, request: _serve(route, request, pages))
        opened.goto(f"{HOST}{LIST}")
        yield opened
        browser.close()


def _serve(route: Route, request: Request, pages: dict[tuple[str, str], str]) -> None:
    parts = urlsplit(request.url)
    if parts.path.startswith("/static/"):
        found = finders.find(parts.path.removeprefix("/static/"))
        return route.fulfill(path=found, content_type=TYPES[parts.path.rsplit(".", 1)[1]])
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    body = pages.get((path, request.headers.get("hx-target", "")))
    return route.fulfill(status=200 if body else 204, body=body or "", content_type="text/html")


def test_the_keys_move_open_close_choose_claim_snooze_and_search(page, proposed):  # noqa: F811
    keys, row = page.keyboard, page.locator(f".deed:has(a[href*='approve-{proposed.pk}'])")
    place = list(page.locator(".deed").evaluate_all("rows => rows.map(row => row.innerHTML)"))
    steps = next(at for at, html in enumerate(place) if f"approve-{proposed.pk}" in html) + 1
    for _step in range(steps):
        keys.press("j")
    expect(row).to_have_attribute("aria-current", "true")
    keys.press("Enter")
    expect(page.locator("#panel-title")).to_be_focused()
    assert f"row=approve-{proposed.pk}" in page.url
    keys.press("Escape")
    expect(page.locator("#panel")).to_have_count(0)
    expect(row.locator("a").first).to_be_focused()

    keys.press("x")
    expect(row.locator("input[type=checkbox]")).to_be_checked()
    expect(page.locator("[data-chosen]")).to_have_text("1 deed chosen")
    keys.press("x")
    with page.expect_request("**/worklist/mark/") as claimed:
        keys.press("c")
    said = parse_qs(claimed.value.post_data or "")
    assert said["claim"] == [f"approve-{proposed.pk}"] and "key" not in said

    keys.press("/")
    expect(page.locator("#palette input")).to_be_focused()
    keys.type("Lanhai")
    expect(page.locator("#palette-found a").first).to_be_visible()
    keys.press("ArrowDown")
    expect(page.locator("#palette-found a").first).to_be_focused()
    keys.press("Escape")
    keys.press("?")
    expect(page.locator("#keys")).to_be_visible()
    keys.press("Escape")
    keys.press("s")
    page.wait_for_url("**/worklist/snooze/**")
    expect(page.locator("#id_until")).to_be_visible()
