"""Does a signed body that says nonsense break the callback of the payment provider?"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from billing.models import TillEvent
from billing.till.signing import HEADER, signed

SECRET = "a secret of the payment provider"  # pragma: allowlist secret
BODIES = {
    "not a number": b'{"id": NaN, "checkout": "x"}',
    "the same word twice": b'{"id": "1", "checkout": "x", "checkout": "y"}',
    "deep": b"[" * 10_000,
    "deeper": b'{"id":' * 1_500 + b"1" + b"}" * 1_500,
    "a mark before it": b'\xef\xbb\xbf{"id": "1", "checkout": "x"}',
    "UTF-16": '{"id": "1", "checkout": "x"}'.encode("utf-16"),
    "no UTF-8": b'{"id": "\xff", "checkout": "x"}',
    "nothing": b"",
    "a list": b"[1]",
    "a word": b'"id"',
    "true": b"true",
    "numbers": b'{"id": 1, "checkout": 1e400}',
    "lists in it": b'{"id": ["1"], "checkout": {"$gt": ""}}',
    "a NUL": b'{"id": "1", "checkout": "a\\u0000b"}',
    "half a sign": b'{"id": "1", "checkout": "\\ud800"}',
    "a prototype": b'{"__proto__": {"id": 1}, "constructor": 1}',
    "long": json.dumps({"id": "1" * 5_000, "checkout": "x" * 10_000}).encode(),
    "too long": b" " * 50_000,
}


@pytest.mark.parametrize("what", BODIES)
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/json; charset=utf-7", ""])
def test_no_body_breaks_the_callback(db, settings, what, kind):
    settings.ONLINE_PAYMENT_SECRET = SECRET
    header = {HEADER: signed(BODIES[what], SECRET, at=datetime.now(UTC))}
    answer = Client().generic("POST", "/hooks/till/", BODIES[what], content_type=kind, headers=header)

    assert answer.status_code in (400, 404)
    assert not TillEvent.objects.exists()


@pytest.mark.parametrize("what", BODIES)
def test_without_a_signature_no_body_is_read(db, what):
    for path in ("/hooks/till/", "/hooks/partner-center/hanhai/"):
        assert Client().generic("POST", path, BODIES[what], content_type="application/json").status_code == 404
