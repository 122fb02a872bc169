"""Is a portal that is given servers of its own and nothing else a closed one?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from allauth.core.internal.httpkit import get_client_ip
from django.core.management import call_command
from django.test import Client, RequestFactory

from tests.deployment.documents import ROOT

SERVERS = {
    "DATABASE_URL": "postgres://portal_app@db.example/portal?sslmode=verify-full",
    "REDIS_URL": "rediss://broker.example/0",
    "ALLOWED_HOSTS": "portal.hanhai.example",
    "SECRET_KEY": "for-this-test-alone-" * 4,
}
WANTED = """
import json, partnerportal.settings as s
known = {name: getattr(s, name) for name in dir(s) if name.isupper()}
print(json.dumps(known, default=str))
"""


def run_with(words: list[str], **more: str) -> subprocess.CompletedProcess[str]:
    """A process that knows no setting but these."""
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **SERVERS, **more}
    return subprocess.run([sys.executable, *words], env=environ, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture(scope="module")
def production() -> dict[str, Any]:
    """The settings of a portal in production."""
    return json.loads(run_with(["-c", WANTED]).stdout)


def test_it_is_in_production_without_being_told(production):
    assert (production["PRODUCTION"], production["DEBUG"], production["EMBEDDED"]) == (True, False, False)
    assert (production["USES_SANDBOX"], production["USES_MAIL_SINK"]) == (False, False)
    assert production["ALLOWED_HOSTS"] == ["portal.hanhai.example"]


def test_cookies_go_to_this_host_alone_over_tls_and_to_no_script(production):
    for name in ("SESSION", "CSRF", "LANGUAGE"):
        assert production[f"{name}_COOKIE_NAME"].startswith("__Host-")
        assert production[f"{name}_COOKIE_SECURE"] is True
    for name in ("SESSION", "CSRF"):
        assert production[f"{name}_COOKIE_HTTPONLY"] is True
    assert (production["SESSION_COOKIE_SAMESITE"], production["LANGUAGE_COOKIE_SAMESITE"]) == ("Lax", "Lax")


def test_plain_http_is_left_for_a_year_and_pages_lead_to_tls(production):
    assert (production["SECURE_HSTS_SECONDS"], production["SECURE_HSTS_INCLUDE_SUBDOMAINS"]) == (31536000, True)
    assert (production["SECURE_SSL_REDIRECT"], production["SECURE_REDIRECT_EXEMPT"]) == (
        True,
        ["^healthz$", "^readyz$"],
    )


def test_the_database_is_reached_as_its_address_says_and_no_question_lasts_for_ever(production):
    options = production["DATABASES"]["default"]["OPTIONS"]
    assert options["sslmode"] == "verify-full"
    for limit in ("lock_timeout=15s", "statement_timeout=300s", "idle_in_transaction_session_timeout=300s"):
        assert limit in options["options"]
    assert production["DATABASES"]["default"]["CONN_HEALTH_CHECKS"] is True


def test_the_limits_of_time_stand_in_their_order(production):
    soft, hard = production["CELERY_TASK_SOFT_TIME_LIMIT"], production["CELERY_TASK_TIME_LIMIT"]
    assert soft < hard < production["CELERY_BROKER_TRANSPORT_OPTIONS"]["visibility_timeout"]
    assert production["PROVIDER_TIMEOUT"] < production["EFFECT_LEASE"]
    assert (production["CELERY_TASK_ACKS_LATE"], production["CELERY_WORKER_PREFETCH_MULTIPLIER"]) == (True, 1)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"SECRET_KEY": ""}, "partnerportal.E001"),
        ({"PORTAL_URL": "http://portal.hanhai.example"}, "partnerportal.E004"),
    ],
)
def test_without_a_key_or_an_address_over_tls_it_is_not_migrated_nor_served(given, fault):
    done = run_with(["manage.py", "check"], **{"PORTAL_URL": "https://portal.hanhai.example", **given})
    assert (done.returncode, fault in done.stderr) == (1, True), done.stderr


@pytest.mark.parametrize("command", ["demo", "bench"])
def test_what_is_for_show_refuses(settings, db, command):
    settings.PRODUCTION = True
    with pytest.raises(SystemExit) as end:
        call_command(command)
    assert end.value.code == 2


def test_pages_for_show_are_absent(settings, people):
    settings.PRODUCTION = True
    client = Client()
    client.force_login(people["owner"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/styleguide/").status_code == 404
    assert client.post("/clock/next/").status_code == 404


def test_every_page_forbids_what_it_does_not_need(settings, db):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31536000, True
    for path in ("/accounts/login/", "/nothing-here/"):
        answer = Client().get(path, secure=True)
        rules = dict(rule.strip().split(" ", 1) for rule in answer["Content-Security-Policy"].split(";"))
        assert (rules["default-src"], rules["script-src"], rules["style-src"]) == ("'none'", "'self'", "'self'")
        assert {rules[name] for name in ("object-src", "base-uri", "frame-ancestors")} == {"'none'"}
        assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in answer
        assert "charset=utf-8" in answer["Content-Type"]


def test_a_form_of_another_site_is_refused(people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["owner"], backend="django.contrib.auth.backends.ModelBackend")
    for path in ("/accounts/logout/", "/accounts/password/change/", "/settings/"):
        assert client.post(path, headers={"origin": "https://evil.example"}).status_code in (403, 405), path
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/worklist/").status_code == 200, "a link signs nobody out"


def test_another_host_is_refused(settings, db):
    settings.ALLOWED_HOSTS = ["portal.hanhai.example"]
    assert Client().get("/accounts/login/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(("proxies", "believed"), [(0, "10.0.0.9"), (1, "203.0.113.7"), (2, "198.51.100.1")])
def test_an_address_that_was_sent_along_is_believed_as_far_as_there_are_proxies(settings, proxies, believed):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get(
        "/", REMOTE_ADDR="10.0.0.9", headers={"x-forwarded-for": "1.1.1.1, 198.51.100.1, 203.0.113.7"}
    )
    assert get_client_ip(request) == believed


def test_what_nobody_expected_is_said_without_a_word_of_it(settings, db, caplog):
    settings.ROOT_URLCONF = "tests.deployment.failing"
    answer = Client(raise_request_exception=False).get("/fails/")
    assert answer.status_code == 500
    assert "hush" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    assert "hush" in caplog.text
