"""Which services do the tests run against? A pytest plugin, loaded by name in pyproject.toml.

Importing it starts a PostgreSQL and a Valkey on a directory of their own that goes at the end, before
pytest-django reads the settings; the sandbox and the mail sink start when a test first asks for them. Servers
named by DATABASE_URL and REDIS_URL are used instead. Under xdist the workers share the database server (each
has its own database) and have everything else for themselves."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from pytest_django import Settings

from . import needs
from .joining import Membership, describe

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OURS_IN_TESTS = {needs.SANDBOX, needs.MAIL_SINK}


def _start() -> Membership:
    """Take part in a new directory's services and describe them in the environment."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        parts = frozenset(os.environ["PORTAL_TEST_PARTS"].split()) - {needs.DATABASE}
    else:
        os.environ["DEBUG"] = "1"
        # Nothing a test sends may reach a server that exists for other reasons.
        parts = needs.embedded(os.environ) | OURS_IN_TESTS
        os.environ["PORTAL_TEST_PARTS"] = " ".join(parts)
    membership = Membership(Path(tempfile.mkdtemp(prefix="portal-tests-")), parts, throwaway=True)
    atexit.register(membership.leave)
    membership.join(parts - OURS_IN_TESTS)
    for part in parts:
        os.environ.pop(needs.GIVEN_BY[part], None)
    if needs.SANDBOX in parts:
        # All of them: under xdist a worker would otherwise ask the sandbox of the process above it for tokens.
        for name in [name for name in os.environ if name.startswith("PARTNER_CENTER_")]:
            del os.environ[name]
    describe(membership.places, parts, os.environ)
    os.environ["PORTAL_AS_OWNER"] = "1"
    return membership


services = _start()


def browser() -> str | None:
    """The browser that PLAYWRIGHT_CHROMIUM names, else one that is installed here, if any."""
    named = os.environ.get("PLAYWRIGHT_CHROMIUM")
    if named:
        return shutil.which(named)
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def pytest_configure(config: pytest.Config) -> None:
    """With PORTAL_REQUIRE_BROWSER=1 a machine without a browser is a fault, not a reason to test less."""
    if os.environ.get("PORTAL_REQUIRE_BROWSER") == "1" and browser() is None:
        raise pytest.UsageError("PORTAL_REQUIRE_BROWSER is set, and no browser is installed (Debian: chromium).")


def pytest_report_header(config: pytest.Config) -> str:
    """What is tested against."""
    found = browser() or f"none of {', '.join(BROWSERS)} found: tests that drive one are skipped"
    return f"portal services: {services.places.home}; browser: {found}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a browser only the tests that drive one are skipped."""
    if browser() is not None:
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no browser is installed"))


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The browser's executable, for tests marked `browser`."""
    found = browser()
    assert found is not None, "a test that drives a browser is marked `browser`"
    return found


@pytest.fixture
def mail_dir(settings: Settings) -> Path:
    """Mail goes out by SMTP and arrives here, one file a message; empty when the test begins."""
    services.join(frozenset({needs.MAIL_SINK}))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    for file in services.places.mail.iterdir():
        file.unlink()
    return services.places.mail


@pytest.fixture(scope="session")
def sandbox_url() -> str:
    """The address of a running sandbox; settings name it too."""
    services.join(frozenset({needs.SANDBOX}))
    return os.environ["PARTNER_CENTER_URL"]


@pytest.fixture
def sandbox_state(sandbox_url: str) -> Path:
    """The running sandbox's state directory, its operation log among it."""
    return services.places.sandbox
