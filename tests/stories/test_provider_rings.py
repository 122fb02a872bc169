"""What if the provider rings? Only a signed event is believed, it causes one reading at most, and reads decide."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.test import Client

from outbox import clock
from subscriptions.drifting import look
from subscriptions.gateway.signing import signed
from subscriptions.models import Drift, ProviderEvent, SubscriptionReading
from subscriptions.sandbox.loading import change
from subscriptions.sandbox.notifying import CERTIFICATE, ORGANIZATION, _make
from tests import story
from tests.commanding import manage
from tests.gateway.test_signing import listening

NOON = story.at("2026-07-03")
HOOK = "/hooks/partner-center/hanhai/"


@pytest.fixture
def keys(sandbox_url, sandbox_state, settings) -> Path:
    """The sandbox's certificates, which the installation trusts."""
    certificate_is_made(sandbox_url)
    place = sandbox_state / "certificates"
    settings.PARTNER_CENTER_EVENTS = {
        "origins": [sandbox_url],
        "issuers": str(place / "issuer.pem"),
        "organization": ORGANIZATION,
    }
    return place


def certificate_is_made(sandbox_url: str) -> None:
    """The sandbox makes its certificate when it is first asked for."""
    with urlopen(sandbox_url + CERTIFICATE) as answer:
        assert answer.status == 200


def event_of(
    customer: str, subscription: str, name: str = "subscription-updated", at: datetime | None = None, uri: str = ""
) -> bytes:
    """An event as the provider writes it."""
    told = {
        "EventName": name,
        "ResourceUri": uri or f"https://provider.example/v1/customers/{customer}/subscriptions/{subscription}",
        "ResourceName": "subscription",
        "AuditUri": None,
        "ResourceChangeUtcDate": (at or datetime.now(UTC)).isoformat(),
    }
    return json.dumps(told).encode()


@pytest.fixture
def ring(keys, sandbox_url) -> Callable[..., int]:
    """Rings with a body, signed by the sandbox unless said otherwise; the answer's status."""

    def post(body: bytes, *, hook: str = HOOK, by: Path = keys, url: str = sandbox_url + CERTIFICATE, **more) -> int:
        key: Any = load_pem_private_key((by / "key.pem").read_bytes(), None)
        headers = {**signed(body, key, url), **more}
        with clock.standing_at(NOON):
            return Client(headers=headers).post(hook, body, content_type="application/json").status_code

    return post


def about(subscription) -> bytes:
    return event_of(subscription.customer.provider_id, subscription.provider_id)


def test_an_event_has_one_subscription_read_and_a_repeat_changes_nothing(book, ring, sandbox_url):
    seat = book.mingyue.subscriptions.get()
    change(sandbox_url, book.mingyue.provider_id, seat.provider_id, quantity=30)
    body = about(seat)
    assert [ring(body), ring(body)] == [200, 200]
    row = ProviderEvent.objects.get()
    assert (row.taken, row.subscription_ref, SubscriptionReading.objects.count()) == ("read", seat.provider_id, 1)
    story.settle_all(NOON)
    assert SubscriptionReading.objects.get().outcome == "done"
    assert Drift.objects.get().theirs == {"seats": 30}


def test_out_of_order_and_late_what_is_read_counts(book, ring, sandbox_url):
    seat = book.mingyue.subscriptions.get()
    whose = (book.mingyue.provider_id, seat.provider_id)
    newer, older = (event_of(*whose, at=datetime.now(UTC) - timedelta(hours=hours)) for hours in (1, 47))
    change(sandbox_url, *whose, quantity=30)
    ring(newer)
    story.settle_all(NOON)
    change(sandbox_url, *whose, quantity=seat.quantity)
    ring(older)
    story.settle_all(NOON)
    assert Drift.objects.get().ended_how == "agrees"
    assert ring(event_of(*whose, at=datetime.now(UTC) - timedelta(days=30))) == 200
    assert ProviderEvent.objects.latest("pk").taken == "too_old" and SubscriptionReading.objects.count() == 2


def test_an_event_about_a_subscription_that_is_gone_or_new(book, ring, sandbox_url):
    seat = book.mingyue.subscriptions.get()
    ring(event_of(book.mingyue.provider_id, "0f0f0f0f-1111-4222-8333-444444444446"))
    change(sandbox_url, book.mingyue.provider_id, seat.provider_id, gone=True)
    ring(about(seat))
    story.settle_all(NOON)
    assert list(Drift.objects.values_list("kind", flat=True)) == ["gone"], "what nobody has is no difference"


def test_an_event_about_another_partners_customer_is_kept_and_ignored(book, bohai, ring, sandbox_url):
    story.import_book(bohai, [story.company("Donghai Steel")], sandbox_url=sandbox_url)
    theirs = story.customer_named(bohai, "Donghai Steel").subscriptions.get()
    assert ring(about(theirs)) == 200
    assert ProviderEvent.objects.get().taken == "not_ours" and not SubscriptionReading.objects.exists()


def test_other_events_are_kept(book, ring):
    test = event_of("", "", "test-created", uri="https://provider.example/webhooks/v1/registration/validationEvents/1")
    bill = event_of("", "", "invoice-ready", uri="https://provider.example/v1/invoices/D0100")
    other = event_of("", "", "something-new", uri="https://provider.example/v1/other/1")
    assert [ring(one) for one in (test, bill, other)] == [200, 200, 200]
    kept = ProviderEvent.objects.order_by("pk").values_list("name", "invoice_ref", "taken")
    assert list(kept) == [
        ("test-created", "", "kept"),
        ("invoice-ready", "D0100", "kept"),
        ("something-new", "", "kept"),
    ]


def test_what_is_not_signed_by_the_provider_is_absent(book, ring, sandbox_url, tmp_path, settings):
    (tmp_path / "other").mkdir()
    _make(tmp_path / "other")
    body = about(book.mingyue.subscriptions.get())
    assert ring(body, by=tmp_path / "other") == 404, "another's key"
    assert ring(body, url="https://elsewhere.example/notifications.cer") == 404, "another's certificate"
    assert ring(body, Authorization="Signature AAAA") == 404
    assert ring(body, Authorization="") == 404
    assert ring(body + b" " * 64_001) == 404, "too large"
    assert ring(body, hook="/hooks/partner-center/nobody/") == 404
    assert ring(b"[]") == 400, "signed, and no event"
    settings.PARTNER_CENTER_EVENTS = {"origins": [], "issuers": "", "organization": ""}
    assert ring(body) == 404, "nobody is believed who is not named"
    assert not ProviderEvent.objects.exists()


def test_a_certificate_that_has_run_out_is_not_believed(book, ring, monkeypatch):
    later = datetime.now(UTC) + timedelta(days=5000)
    monkeypatch.setattr("subscriptions.views.events.clock.machine", lambda: later)
    assert ring(about(book.mingyue.subscriptions.get())) == 404


def test_what_a_look_found_an_event_can_end(book, ring, sandbox_url):
    seat = book.mingyue.subscriptions.get()
    change(sandbox_url, book.mingyue.provider_id, seat.provider_id, quantity=30)
    with clock.standing_at(NOON):
        look(book.partner, now=NOON)
    change(sandbox_url, book.mingyue.provider_id, seat.provider_id, quantity=seat.quantity)
    ring(about(seat))
    story.settle_all(NOON)
    assert Drift.objects.get().ended_how == "agrees"


def test_registered_once_the_provider_rings_over_the_wire_and_is_believed(book, keys, sandbox_url):
    ours = story.customer_named(book.partner, "Lanhai Trading").subscriptions.earliest("pk")
    with listening() as (url, told):
        said = manage("register_events", "--partner", "hanhai", "--url", url, "--try")
        assert (said.code, said["changed"], said["believed"], said["tried"]) == (0, True, True, "completed")
        assert not manage("register_events", "--partner", "hanhai", "--url", url)["changed"]
        change(sandbox_url, ours.customer.provider_id, ours.provider_id, quantity=9)
        for name in ("test-created", "subscription-updated"):
            headers, body = told.get(timeout=20)
            assert name.encode() in body
            kept = {key: value for key, value in headers.items() if key.lower() not in ("host", "content-length")}
            with clock.standing_at(NOON):
                answer = Client(headers=kept).post(HOOK, body, content_type="application/json")
            assert answer.status_code == 200
    assert set(ProviderEvent.objects.values_list("name", "taken")) == {
        ("test-created", "kept"),
        ("subscription-updated", "read"),
    }
    assert SubscriptionReading.objects.get().provider_id == ours.provider_id


def test_without_anybody_to_believe_the_registration_says_so(book, sandbox_url, settings):
    settings.PARTNER_CENTER_EVENTS = {"origins": [], "issuers": "", "organization": ""}
    with listening() as (url, _):
        said = manage("register_events", "--partner", "hanhai", "--url", url)
        assert (said.code, said["believed"]) == (1, False)
    assert manage("register_events", "--partner", "hanhai", "--url", "nowhere").code == 2
