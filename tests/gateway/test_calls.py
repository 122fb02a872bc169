"""Does every exchange with the provider leave its trace, and does production speak to the real one?"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from customers.models import Partner
from outbox import clock
from outbox.keeping import Later
from subscriptions import checks, provisioning
from subscriptions.calling import KEPT_FOR, ProviderCalls, forget_old_calls
from subscriptions.gateway.protocol import (
    Call,
    CallEnd,
    CredentialsRefused,
    ProviderRefused,
    ProviderUnavailable,
)
from subscriptions.models import ProviderCall
from subscriptions.sandbox.loading import load
from subscriptions.tasks import forget_calls
from tests import story

from .conftest import a_customer, a_subscription

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SANDBOX = "http://127.0.0.1:8001"
REAL = {"base_url": "", "authority": "", "tenant": "partner.onmschina.cn", "client_id": "i", "client_secret": "s"}


def a_call(**more: Any) -> Call:
    facts = {"verb": "subscription", "method": "GET", "path": "/v1/customers/x", "began": NOW}
    return Call(**{**facts, "request_id": str(uuid.uuid4()), "correlation_id": str(uuid.uuid4()), **more})


def test_each_exchange_is_one_row_and_one_line_of_the_providers_log(
    hanhai: Partner, sandbox_url: str, sandbox_state: Path
) -> None:
    subscription = a_subscription()
    customer = a_customer(subscription)
    load(sandbox_url, [customer])
    provider = provisioning.provider_for(hanhai)
    correlation = str(uuid.uuid4())
    with clock.standing_at(story.at(story.SUSPEND, "14:00")):
        provider.subscription(customer["id"], subscription["id"], correlation_id=correlation)
        with pytest.raises(ProviderRefused):
            provider.subscription(customer["id"], str(uuid.uuid4()), correlation_id=correlation)
    good, bad = ProviderCall.objects.filter(correlation_id=correlation).order_by("pk")
    assert (good.partner, good.verb, good.method, good.status) == (hanhai, "subscription", "GET", 200)
    assert (bad.status, bad.code) == (404, "20003") and bad.answer
    assert good.began_at == story.at(story.SUSPEND, "14:00")
    assert good.began_machine_at <= good.ended_machine_at <= datetime.now(UTC)
    lines = map(json.loads, (sandbox_state / "operations.jsonl").read_text().splitlines())
    heard = [line["request_id"] for line in lines if line["correlation_id"] == correlation]
    assert heard == [str(good.request_id), str(bad.request_id)]


def test_a_read_costs_an_insert_and_an_update(hanhai: Partner, sandbox_url: str) -> None:
    customer = a_customer(a_subscription())
    load(sandbox_url, [customer])
    provider = provisioning.provider_for(hanhai)
    provider.subscriptions(customer["id"])
    with clock.standing_at(NOW), CaptureQueriesContext(connection) as seen:
        provider.subscriptions(customer["id"])
    assert [query["sql"].split()[0] for query in seen] == ["INSERT", "UPDATE"]


def test_a_call_that_was_cut_off_stays_open(hanhai: Partner) -> None:
    calls = ProviderCalls(hanhai.pk)
    with clock.standing_at(NOW):
        calls.began(a_call())
        noted = calls.began(a_call(verb="lines", path="/v1/" + "x" * 400))
    calls.ended(noted, CallEnd(NOW, None, "", "ReadTimeout\x00"))
    cut_off, ended = ProviderCall.objects.order_by("pk")
    assert (cut_off.ended_machine_at, cut_off.status) == (None, None)
    assert (ended.ended_machine_at, ended.status, ended.answer) == (NOW, None, "ReadTimeout")


def test_what_went_out_cannot_be_written_over(hanhai: Partner) -> None:
    with clock.standing_at(NOW):
        noted = ProviderCalls(hanhai.pk).began(a_call())
    with pytest.raises(DatabaseError), transaction.atomic():
        ProviderCall.objects.filter(pk=noted).update(path="/v1/elsewhere")


def test_old_calls_are_forgotten_by_the_machines_clock(hanhai: Partner) -> None:
    calls, machine = ProviderCalls(hanhai.pk), clock.machine()
    with clock.standing_at(NOW):
        calls.began(a_call(began=machine - KEPT_FOR - timedelta(minutes=1)))
        kept = calls.began(a_call(began=machine - KEPT_FOR + timedelta(hours=1)))
    assert forget_old_calls(machine=machine) == 1
    forget_calls()
    assert list(ProviderCall.objects.values_list("pk", flat=True)) == [kept]


def test_refused_credentials_burn_no_attempt_and_other_waits_do() -> None:
    later = provisioning.later(CredentialsRefused("no token"), 3)
    assert isinstance(later, Later) and not later.counts and later.after >= timedelta(minutes=1)
    asked = [provisioning.later(ProviderUnavailable(retry_after=timedelta(hours=1)), 1) for _ in range(20)]
    assert all(one.counts and timedelta(hours=1) <= one.after <= timedelta(hours=1, minutes=6) for one in asked)
    assert len({one.after for one in asked}) > 1
    assert provisioning.later(ProviderUnavailable(), 3).after >= timedelta(seconds=8)


# Production


@pytest.mark.parametrize(
    ("named", "uses", "refused"),
    [
        ({}, False, False),
        ({"base_url": "https://partner.example"}, False, False),
        ({"base_url": SANDBOX}, False, True),
        ({"authority": "http://localhost:9"}, False, True),
        ({"base_url": "https://[::1]:8000"}, False, True),
        ({"base_url": "https://portal.localhost"}, False, True),
        ({}, True, True),
    ],
)
def test_production_refuses_the_sandbox(
    settings: Any, hanhai: Partner, named: dict[str, str], uses: bool, refused: bool
) -> None:
    settings.PRODUCTION, settings.USES_SANDBOX = True, uses
    settings.PARTNER_CENTER = {**settings.PARTNER_CENTER, **REAL, **named}
    assert bool(checks.provider_is_real()) is refused
    if not refused:
        assert provisioning.provider_for(hanhai)
        return
    with pytest.raises(ProviderRefused):
        provisioning.provider_for(hanhai)
    with pytest.raises(SystemCheckError, match="production portal"):
        call_command("check")


def test_elsewhere_the_sandbox_is_welcome(settings: Any) -> None:
    settings.PRODUCTION = False
    settings.PARTNER_CENTER = {**settings.PARTNER_CENTER, **REAL, "base_url": SANDBOX}
    assert checks.provider_is_real() == []


@pytest.mark.parametrize(
    ("named", "complaint"),
    [
        ({"client_secret": ""}, "client_secret is empty"),
        ({"profile": "moon"}, "moon"),
        ({"line_paths": "x"}, "line_paths"),
    ],
)
def test_settings_that_were_begun_must_be_whole(settings: Any, named: dict[str, str], complaint: str) -> None:
    settings.PARTNER_CENTER = {**settings.PARTNER_CENTER, **REAL, **named}
    (fault,) = checks.provider_is_named_whole()
    assert complaint in fault.msg
    settings.PARTNER_CENTER = {**settings.PARTNER_CENTER, **dict.fromkeys(REAL, "")}
    assert checks.provider_is_named_whole() == []
