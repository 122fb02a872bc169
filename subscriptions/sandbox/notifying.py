"""How does the provider tell its partner that something changed? A signed event to the registered address.

Signed with a key of this sandbox's own; the issuer of its certificate lies in `certificates/issuer.pem` under the
state directory, for whoever is to trust it. Ten tries, then the event is given up. Until then it lies in `events/`, so
that a sandbox that was stopped tells of it when it is started again.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from subscriptions.gateway.events import INVOICE_READY, REGISTRATION, SUBSCRIPTION_UPDATED, TEST_CREATED
from subscriptions.gateway.signing import signed

from .book import Book
from .shelves import write_whole

CERTIFICATE = "/certificates/notifications.cer"
ORGANIZATION = "Partner Center Sandbox"
TRIES = 10
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
TIMEOUT = 5.0
VALID_FOR = timedelta(days=3650)


class Notifier:
    """Sends events one after the other, in a thread of its own that starts with the first."""

    def __init__(self, book: Book, directory: Path) -> None:
        self.base_url = ""
        self._book = book
        self._directory = directory / "certificates"
        self._waiting = directory / "events"
        self._queue: Queue[Path] = Queue()
        self._told: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._key: RSAPrivateKey | None = None

    def begin(self, base_url: str) -> None:
        """Say where we are, and go on with what was not delivered the last time."""
        self.base_url = base_url
        for left in sorted(self._waiting.glob("*.json")):
            self._line_up(left)

    def certificate(self) -> bytes:
        """The certificate under which events are signed, as it is served."""
        self._keys()
        return (self._directory / "notifications.cer").read_bytes()

    def subscription_updated(self, customer: str, subscription: str) -> None:
        """Tell of a change to a subscription, if somebody wants to know."""
        uri = f"{self.base_url}/v1/customers/{customer}/subscriptions/{subscription}"
        self._tell(SUBSCRIPTION_UPDATED, "subscription", uri)

    def invoice_ready(self, number: str) -> None:
        """Tell of a new invoice, if somebody wants to know."""
        self._tell(INVOICE_READY, "invoice", f"{self.base_url}/v1/invoices/{number}")

    def tell_of_test(self, url: str) -> str:
        """Send a test event; the id under which `told` says what became of it."""
        test = str(uuid.uuid4())
        self._told[test] = {"correlationId": test, "status": "pending", "callbackUrl": url, "results": []}
        self._send(url, TEST_CREATED, "test", f"{self.base_url}{REGISTRATION}/validationEvents/{test}", test)
        return test

    def told(self, test: str) -> dict[str, Any] | None:
        """What became of a test event; None for one that never was."""
        return self._told.get(test)

    def _tell(self, name: str, resource: str, uri: str) -> None:
        paper = self._book.shelves["registrations"].get("registration")
        if paper and name in paper["WebhookEvents"]:
            self._send(paper["WebhookUrl"], name, resource, uri, "")

    def _send(self, url: str, name: str, resource: str, uri: str, test: str) -> None:
        event = {
            "EventName": name,
            "ResourceUri": uri,
            "ResourceName": resource,
            "AuditUri": None,
            "ResourceChangeUtcDate": datetime.now(UTC).isoformat(),
        }
        self._waiting.mkdir(parents=True, exist_ok=True)
        place = self._waiting / f"{time.time_ns():020}-{uuid.uuid4().hex[:8]}.json"
        write_whole(place, json.dumps({"url": url, "body": json.dumps(event), "test": test}).encode())
        self._line_up(place)

    def _line_up(self, place: Path) -> None:
        self._queue.put(place)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            place = self._queue.get()
            kept = json.loads(place.read_bytes())
            test, delivered = kept["test"], False
            for attempt in range(TRIES):
                delivered = self._post(kept["url"], kept["body"].encode(), test)
                if delivered:
                    break
                time.sleep(min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE))
            place.unlink(missing_ok=True)
            if test in self._told:
                self._told[test]["status"] = "completed" if delivered else "failed"

    def _post(self, url: str, body: bytes, test: str) -> bool:
        headers = signed(body, self._keys(), self.base_url + CERTIFICATE)
        request = urllib.request.Request(url, body, {"Content-Type": "application/json", **headers})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=TIMEOUT) as answer:
                code, done = str(answer.status), True
        except urllib.error.HTTPError as error:
            code, done = str(error.code), False
            error.close()
        except (OSError, ValueError) as error:
            code, done = type(error).__name__, False
        if test in self._told:
            result = {"responseCode": "OK" if done else code, "responseMessage": "", "systemError": False}
            self._told[test]["results"].append({**result, "dateTimeUtc": datetime.now(UTC).isoformat()})
        return done

    def _keys(self) -> RSAPrivateKey:
        """The key, made with its certificate and the issuer's when it is first wanted."""
        with self._lock:
            if self._key is None:
                place = self._directory / "key.pem"
                if not place.is_file():
                    self._directory.mkdir(parents=True, exist_ok=True)
                    _make(self._directory)
                key = load_pem_private_key(place.read_bytes(), None)
                assert isinstance(key, RSAPrivateKey)
                self._key = key
            return self._key


def _make(directory: Path) -> None:
    issuer_key, key = (generate_private_key(65537, 2048) for _ in range(2))
    issuer = _certificate("Sandbox Issuer", "Sandbox Issuer", issuer_key, issuer_key, ca=True)
    leaf = _certificate("notifications", "Sandbox Issuer", key, issuer_key, ca=False)
    write_whole(directory / "issuer.pem", issuer.public_bytes(Encoding.PEM))
    write_whole(directory / "notifications.cer", leaf.public_bytes(Encoding.DER))
    # Last: whoever finds the key finds the others as well.
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_whole(directory / "key.pem", private, mode=0o600)


def _certificate(name: str, issuer: str, key: RSAPrivateKey, by: RSAPrivateKey, *, ca: bool) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(by, hashes.SHA256())
    )


def _named(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
