"""What does every screen look like? `python -m tests.screenshots` serves a demo book of its own and takes pictures.

All of them lie in docs/screenshots/all/ (not committed); the best, which README.md shows, beside that folder."""

from __future__ import annotations

import argparse
import base64
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

from partnerportal.demo.cast import PASSWORD
from partnerportal.services import environment
from tests.services.standing import Served, kill_all, nothing_left

from .screens import NOBODY, SCREENS, WAYS, Screen, Way

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
# A picture is at most so high; the README's fit into one screen.
HIGHEST = 1_600
SECONDS = 1_000
QUALITY = 75


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures; answers how many screens could not be reached."""
    options = _options(arguments)
    every = options.out / "all"
    every.mkdir(parents=True, exist_ok=True)
    chosen = [one for one in SCREENS if not options.only or one.name in options.only.split(",")]
    chosen = [one for one in chosen if one.best or not options.best]
    with _portal(options.base) as base, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=_chromium(), args=QUIET)
        missing = []
        for who in dict.fromkeys(one.who for one in chosen):
            context = browser.new_context(base_url=base, locale="en-GB", reduced_motion="reduce")
            _sign_in(context, who)
            mine = [one for one in chosen if one.who == who]
            for way in WAYS:
                wanted = [one for one in mine if not options.best or one.best == way.name]
                missing += [f"{one.name}, {way.name}" for one in wanted if not _take(context, one, way, every)]
            context.close()
        browser.close()
    for one in chosen:
        picture = every / f"{one.name}-{one.best}.webp"
        if one.best and picture.exists():
            shutil.copy(picture, options.out / picture.name)
    sys.stdout.write(f"The pictures are in {every}, the best in {options.out}\n")
    sys.stderr.writelines(f"not reached: {each}\n" for each in missing)
    return len(missing)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder for the pictures")
    parser.add_argument("--only", default="", help="names of screens, with commas between them")
    parser.add_argument("--best", action="store_true", help="only those that the README shows")
    parser.add_argument("--base", default="", help="a portal with the demo book that is served already")
    return parser.parse_args(arguments)


def _chromium() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        sys.exit(f"None of {', '.join(BROWSERS)} is installed; on Debian: apt-get install chromium")
    return found


@contextmanager
def _portal(base: str) -> Iterator[str]:
    """Where the demo book is served: there already, or here, on a state directory that is gone afterwards."""
    if base:
        yield base
        return
    above = Path(tempfile.mkdtemp(prefix="portal-pictures-"))
    above.chmod(0o755)
    home, port = above / "state", environment.free_port()
    words = [sys.executable, "manage.py", "runportal", "--bind", f"localhost:{port}"]
    portal = Served(home, port, command=words)
    try:
        portal.until("ready http", within=900)
        yield f"http://localhost:{port}"
    finally:
        if portal.process.poll() is None:
            portal.end()
        if nothing_left(home, within=10):
            kill_all(home)
        shutil.rmtree(above, ignore_errors=True)


def _sign_in(context: BrowserContext, who: str) -> None:
    page = context.new_page()
    page.set_default_timeout(180 * SECONDS)
    if who != NOBODY:
        page.goto("/accounts/login/")
        page.fill("input[type=email]", who)
        page.fill("input[type=password]", PASSWORD)
        page.click("main button[type=submit] >> nth=0")
        page.wait_for_load_state()


def _take(context: BrowserContext, screen: Screen, way: Way, folder: Path) -> bool:
    """One picture; False where a link on the way isn't there."""
    page = context.pages[0]
    page.set_viewport_size({"width": way.width, "height": way.height})
    page.emulate_media(color_scheme="dark" if way.theme == "dark" else "light")
    context.add_cookies([{"name": "django_language", "value": way.language, "domain": "localhost", "path": "/"}])
    page.goto(screen.path)
    for part in screen.follow:
        found = _addresses(page, part)
        if not found:
            return False
        page.goto(found[0])
    _picture(page, folder / f"{screen.name}-{way.name}.webp")
    return True


def _addresses(page: Page, part: str) -> list[str]:
    """The links of the page whose address has this part and names a row."""
    links = page.locator(f"main a[href*='{part}']")
    found: list[str] = links.evaluate_all("links => links.map(link => link.href)")
    return [one for one in found if any(map(str.isdigit, one.partition(part)[2]))]


def _picture(page: Page, file: Path) -> None:
    # Parts that come after the page.
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    view = page.viewport_size or {"width": 0, "height": 0}
    clip = {"x": 0, "y": 0, "width": view["width"], "height": min(max(size[1], view["height"]), HIGHEST), "scale": 1}
    session = page.context.new_cdp_session(page)
    told = {"format": "webp", "quality": QUALITY, "clip": clip, "captureBeyondViewport": True}
    file.write_bytes(base64.b64decode(session.send("Page.captureScreenshot", told)["data"]))
    session.detach()


if __name__ == "__main__":
    sys.exit(min(main(), 1))
