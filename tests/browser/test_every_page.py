"""Is every page in order for whoever can't see it, and light enough for a phone? Each page of each person."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.every_page import HOST, Shown, every_page, needs, serve
from tests.browser.test_first_click import QUIET
from tests.doors.test_doors import street  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
LIGHT = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
# Colours are all that differs.
DARK = "async () => (await axe.run(document, {runOnly: ['color-contrast'], resultTypes: ['violations']})).violations"
# A colour on its way to another one is none that anybody reads.
STILL = "*, ::before, ::after { transition: none !important; animation: none !important; }"
MOST_BYTES = 150 * 1024


@pytest.fixture(scope="module")
def pages(street) -> list[Shown]:  # noqa: F811
    """Every page, read."""
    return every_page(street)


@contextmanager
def chromium(browser_path: str) -> Iterator[Browser]:
    """The browser that is installed here; it opens once all pages are read, and no table is read while it is open."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=browser_path, args=QUIET)
        yield opened
        opened.close()


def test_axe_finds_nothing_on_any_page_in_light_and_dark(browser_path, pages: list[Shown]):
    assert len(pages) > 150
    found: list[str] = []
    with chromium(browser_path) as browser:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        context.add_init_script(AXE)
        window, html = context.new_page(), {f"/{number}": one.html for number, one in enumerate(pages)}
        context.route(f"{HOST}/**", lambda route, request: serve(route, request, html))
        for number, one in enumerate(pages):
            window.emulate_media(color_scheme="light")
            window.goto(f"{HOST}/{number}", wait_until="load")
            window.add_style_tag(content=STILL)
            found += [f"{one}: {said}" for said in told(window.evaluate(LIGHT))]
            window.emulate_media(color_scheme="dark")
            found += [f"{one}, dark: {said}" for said in told(window.evaluate(DARK))]
    assert found == [], f"{len(found)} violations:\n" + "\n".join(found)


def told(violations: list[dict[str, Any]]) -> list[str]:
    """Each violation with the first of its places."""
    said = []
    for one in violations:
        node = one["nodes"][0]
        said.append(f"{one['id']} ({len(one['nodes'])}): {node['html'][:160]} {_why(node)}")
    return said


def _why(node: dict[str, Any]) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return checks[0]["message"][:160] if checks else ""


def test_no_page_with_its_style_and_scripts_is_heavy(pages: list[Shown]):
    weights = {str(one): packed(one.html) + sum(map(file_weight, needs(one.html))) for one in pages}
    assert {name: weight for name, weight in weights.items() if weight > MOST_BYTES} == {}
    assert all(needs(one.html) for one in pages)


def packed(text: str) -> int:
    """Bytes as they travel."""
    return len(gzip.compress(text.encode(), 6))


@lru_cache
def file_weight(path: str) -> int:
    """Bytes of a file as they travel."""
    return len(gzip.compress(Path(path).read_bytes(), 6))


def test_no_font_arrives_late(pages: list[Shown]):
    """Pages use the fonts of whoever reads, so nothing shifts when one has arrived."""
    sheets = {path for one in pages for path in needs(one.html) if path.endswith(".css")}
    assert sheets and [path for path in sheets if "@font-face" in Path(path).read_text(encoding="utf-8")] == []
