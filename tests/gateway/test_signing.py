"""Whose word is an event? Only that of somebody whose certificate leads to an issuer we trust."""

from __future__ import annotations

import base64
import json
import queue
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from subscriptions.gateway import signing
from subscriptions.gateway.events import INVOICE_READY, SUBSCRIPTION_UPDATED, TEST_CREATED, event_from
from subscriptions.gateway.fields import UnreadableError
from subscriptions.gateway.http import NoAnswerError, fetched
from subscriptions.gateway.signing import BadSignature, Trust
from subscriptions.sandbox.loading import change, load_invoice
from subscriptions.sandbox.notifying import CERTIFICATE, ORGANIZATION, _make

from .conftest import Running, a_case, until

NOW = datetime.now(UTC)
URL = "https://provider.example/certificates/notifications.cer"
BODY = b'{"EventName":"test-created"}'


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A provider's certificates."""
    directory = tmp_path_factory.mktemp("house")
    _make(directory)
    return directory


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody else's, under the same names."""
    directory = tmp_path_factory.mktemp("other")
    _make(directory)
    return directory


def key_of(house: Path) -> Any:
    return load_pem_private_key((house / "key.pem").read_bytes(), None)


def trust(house: Path, **more: Any) -> Trust:
    facts = {"origins": frozenset({"https://provider.example"}), "issuers": (house / "issuer.pem").read_bytes()}
    return Trust(**{**facts, "organization": ORGANIZATION, **more})


def believed(house: Path, *, by: Path | None = None, body: bytes = BODY, now: datetime = NOW, **more: Any) -> None:
    headers = {**signing.signed(BODY, key_of(by or house), URL), **more.pop("headers", {})}
    certificate = ((by or house) / "notifications.cer").read_bytes()
    signing.check(body, headers, trust=more.pop("trust", trust(house)), fetch=lambda _: certificate, now=now)


def test_the_providers_own_word_is_believed(house: Path) -> None:
    believed(house)
    lower = {name.lower(): value for name, value in signing.signed(BODY, key_of(house), URL).items()}
    signing.check(BODY, lower, trust=trust(house), fetch=lambda _: (house / "notifications.cer").read_bytes(), now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"body": BODY + b" "},
        {"body": BODY + b" " * 2_000_000},
        {"now": NOW - timedelta(days=30)},
        {"now": NOW + timedelta(days=4000)},
        {"headers": {"Authorization": ""}},
        {"headers": {"Authorization": "Bearer abc"}},
        {"headers": {"Authorization": "Signature"}},
        {"headers": {"Authorization": "Signature !!!"}},
        {"headers": {"Authorization": "Signature " + base64.b64encode(b"x" * 256).decode()}},
        {"headers": {"X-MS-Signature-Algorithm": ""}},
        {"headers": {"X-MS-Signature-Algorithm": "rsa-sha1"}},
        {"headers": {"X-MS-Signature-Algorithm": "none"}},
        {"headers": {"X-MS-Certificate-Url": ""}},
        {"headers": {"X-MS-Certificate-Url": "https://evil.example/x.cer"}},
        {"headers": {"X-MS-Certificate-Url": "http://provider.example/x.cer"}},
        {"headers": {"X-MS-Certificate-Url": "https://provider.example:8443/x.cer"}},
        {"headers": {"X-MS-Certificate-Url": "https://provider.example@evil.example/x.cer"}},
        {"headers": {"X-MS-Certificate-Url": "https://a@provider.example/x.cer"}},
        {"headers": {"X-MS-Certificate-Url": "https://provider.example.evil.example/x.cer"}},
    ],
)
def test_a_word_that_was_changed_is_not(house: Path, change: dict[str, Any]) -> None:
    with pytest.raises(BadSignature):
        believed(house, **change)


def test_the_same_name_with_another_key_is_not_the_provider(house: Path, other: Path) -> None:
    believed(other)
    with pytest.raises(BadSignature, match="chain"):
        believed(house, by=other)


def test_an_issuer_that_came_along_is_not_trusted_for_it(house: Path, other: Path) -> None:
    leaf = x509.load_der_x509_certificate((other / "notifications.cer").read_bytes())
    bundle = leaf.public_bytes(Encoding.PEM) + (other / "issuer.pem").read_bytes()
    headers = signing.signed(BODY, key_of(other), URL)
    with pytest.raises(BadSignature, match="chain"):
        signing.check(BODY, headers, trust=trust(house), fetch=lambda _: bundle, now=NOW)
    signing.check(BODY, headers, trust=trust(other), fetch=lambda _: bundle, now=NOW)


@pytest.mark.parametrize("more", [{"organization": "Somebody"}, {"issuers": b""}, {"origins": frozenset()}])
def test_without_reason_to_trust_nothing_is_believed(house: Path, more: dict[str, Any]) -> None:
    with pytest.raises(BadSignature):
        believed(house, trust=trust(house, **more))


@pytest.mark.parametrize("found", [b"", b"<html>", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])
def test_what_is_no_certificate_is_not_believed(house: Path, found: bytes) -> None:
    headers = signing.signed(BODY, key_of(house), URL)
    with pytest.raises(BadSignature):
        signing.check(BODY, headers, trust=trust(house), fetch=lambda _: found, now=NOW)


def test_a_certificate_that_cannot_be_fetched_is_not_believed(house: Path) -> None:
    def broken(_: str) -> bytes:
        raise NoAnswerError("no", sent=True)

    headers = signing.signed(BODY, key_of(house), URL)
    with pytest.raises(BadSignature, match="fetched"):
        signing.check(BODY, headers, trust=trust(house), fetch=broken, now=NOW)


# What the sandbox sends


@contextmanager
def listening(*, refuse: int = 0) -> Iterator[tuple[str, queue.Queue[tuple[dict[str, str], bytes]]]]:
    """An address that takes events, after refusing so many."""
    told: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
    refusals = iter(range(refuse))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            refused = next(refusals, None) is not None
            if not refused:
                told.put((dict(self.headers.items()), body))
            self.send_response(503 if refused else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/events", told
    finally:
        server.shutdown()
        server.server_close()


def ids() -> dict[str, str]:
    return {"request_id": str(uuid.uuid4()), "correlation_id": str(uuid.uuid4())}


def test_changes_are_told_and_each_event_is_signed(start: Callable[..., Running]) -> None:
    running = start()
    case = a_case(running)
    with listening(refuse=1) as (url, told):
        case.client.register(url, (SUBSCRIPTION_UPDATED, INVOICE_READY, TEST_CREATED), renew=False, **ids())
        case.suspend()
        change(running.url, case.customer, case.subscription, quantity=3)
        load_invoice(running.url, {"number": "D07", "billed_on": "2026-09-15", "currency": "CNY"}, [])
        events = [told.get(timeout=20) for _ in range(3)]
        test = case.client.ask_for_test_event(**ids())
        assert until(lambda: case.client.trial(test).status == "completed", 10)
        assert case.client.trial(test).answers == ("OK",)
        events.append(told.get(timeout=10))
    whom = Trust(frozenset({running.url}), (running.state / "certificates" / "issuer.pem").read_bytes(), ORGANIZATION)
    for headers, body in events:
        signing.check(body, headers, trust=whom, fetch=fetched, now=datetime.now(UTC))
    said = [event_from(body) for _, body in events]
    assert [event.name for event in said] == [SUBSCRIPTION_UPDATED, SUBSCRIPTION_UPDATED, INVOICE_READY, TEST_CREATED]
    assert (said[0].customer_id, said[0].subscription_id) == (case.customer, case.subscription)
    assert said[2].invoice == "D07" and said[3].changed_at is not None
    key = running.state / "certificates" / "key.pem"
    assert key.stat().st_mode & 0o077 == 0


def test_nobody_is_told_who_did_not_ask(start: Callable[..., Running]) -> None:
    running = start()
    case = a_case(running)
    with listening() as (url, told):
        case.client.register(url, (INVOICE_READY,), renew=False, **ids())
        case.suspend()
        with pytest.raises(queue.Empty):
            told.get(timeout=0.5)


def test_the_certificate_is_public_and_nothing_else_is(sandbox: Running) -> None:
    before = len(sandbox.log())
    assert fetched(sandbox.url + CERTIFICATE)[:1] == b"\x30"
    assert len(sandbox.log()) == before
    for address in (f"{sandbox.url}/v1/customers", "http://127.0.0.1:9/x", "nonsense"):
        with pytest.raises(NoAnswerError):
            fetched(address)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"EventName":7}', b'{"EventName":"a","eventname":"b"}'])
def test_a_body_that_is_no_event_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        event_from(body)


def test_an_event_is_read_in_any_spelling() -> None:
    uri = "https://provider.example/v1/customers/ABC/subscriptions/DEF?x=1"
    event = event_from(json.dumps({"eventName": "subscription-updated", "ResourceUri": uri}).encode())
    assert (event.customer_id, event.subscription_id, event.changed_at) == ("abc", "def", None)
