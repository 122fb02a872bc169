"""Half a production is refused before it serves anybody, and a whole one has nothing to be warned about."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.checks import run_checks

from partnerportal.checks import production_is_whole, roles_are_apart

WHOLE = {
    "PRODUCTION": True,
    "SECRET_KEY": "k3Zr0wq-Tj5nB8xYv2LmPd7HsGcUaEfQ9iJtXyRkWoN4bVhM6lCzS1pDgFuI",
    "ALLOWED_HOSTS": ["billing.hanhai.test"],
    "PORTAL_URL": "https://billing.hanhai.test",
    "USES_MAIL_SINK": False,
    "DEFAULT_FROM_EMAIL": "Hanhai Cloud <billing@hanhai.test>",
}
ENVIRONMENT = {
    "SECRET_KEY": WHOLE["SECRET_KEY"],
    "ALLOWED_HOSTS": "billing.hanhai.test",
    "PORTAL_URL": "https://billing.hanhai.test",
    "DEFAULT_FROM_EMAIL": "billing@hanhai.test",
    "EMAIL_URL": "smtp://mail.hanhai.test:587",
    "REDIS_URL": "redis://cache.hanhai.test:6379/0",
    "DATABASE_URL": "postgres://portal_app:a@db.hanhai.test/portal",
    "DATABASE_OWNER_URL": "postgres://portal_owner:b@db.hanhai.test/portal",
    "DEBUG": "0",
    "SECURE_HSTS_PRELOAD": "1",
}


@pytest.fixture
def production(settings):
    """A configuration with nothing missing."""
    for name, value in WHOLE.items():
        setattr(settings, name, value)
    return settings


def told(messages):
    return {one.id.rpartition(".")[2]: one.msg for one in messages}


def test_a_whole_production_has_nothing_to_be_warned_about(tmp_path):
    of_the_tests = ("PORTAL_", "PARTNER_CENTER_", "ONLINE_PAYMENT_")
    given = {name: value for name, value in os.environ.items() if not name.startswith(of_the_tests)}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env=given | ENVIRONMENT | {"PORTAL_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"SECRET_KEY": "short"}, "E001"),
        ({"SECRET_KEY": "only-for-the-demo-and-for-development-and-a-few-more-characters"}, "E001"),
        ({"SECRET_KEY": "a" * 80}, "E001"),
        ({"ALLOWED_HOSTS": []}, "E002"),
        ({"ALLOWED_HOSTS": ["*"]}, "E003"),
        ({"PORTAL_URL": "http://billing.hanhai.test"}, "E004"),
        ({"PORTAL_URL": "https://localhost"}, "E004"),
        ({"PORTAL_URL": "https://other.hanhai.test"}, "E005"),
        ({"USES_MAIL_SINK": True}, "E006"),
        ({"DEFAULT_FROM_EMAIL": "Billing <billing@portal.example>"}, "E007"),
        ({"DEBUG": True}, "E008"),
    ],
)
def test_half_a_configuration_is_refused_with_the_setting_that_mends_it(production, wrong, fault):
    assert told(production_is_whole()) == {}
    for name, value in wrong.items():
        setattr(production, name, value)
    messages = told(production_is_whole())
    assert fault in messages
    assert any(name in messages[fault] for name in wrong)


def test_the_demo_is_not_judged():
    assert not settings.PRODUCTION
    assert [one for one in run_checks() if one.id.startswith("partnerportal.")] == []


def test_production_refuses_the_sandbox(production):
    production.USES_SANDBOX = True
    assert "subscriptions.E001" in [one.id for one in run_checks()]


def test_the_application_may_not_own_its_tables(production):
    production.APPLICATION_DATABASE_URL = production.DATABASE_OWNER_URL = "postgres://portal@db.hanhai.test/portal"
    assert told(roles_are_apart(["default"])).keys() == {"E010"}


def test_the_role_that_serves_has_no_powers(production):
    production.APPLICATION_DATABASE_URL = os.environ["DATABASE_URL"]
    assert roles_are_apart(["default"]) == []


def test_a_role_that_rules_the_database_is_refused(production):
    production.APPLICATION_DATABASE_URL = os.environ["DATABASE_OWNER_URL"]
    production.DATABASE_OWNER_URL = "postgres://somebody@db.hanhai.test/portal"
    messages = told(roles_are_apart(["default"]))
    assert messages == {"E011": "The role of DATABASE_URL, portal_owner, makes roles."}
