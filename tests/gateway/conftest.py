"""Which provider do these tests talk to? A real sandbox process, on a free port with its own state."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from subscriptions.gateway.partner_center import PartnerCenter
from subscriptions.gateway.protocol import Call, CallEnd, ProviderStatus, SubscriptionSeen
from subscriptions.gateway.settings import ProviderSettings
from subscriptions.sandbox.loading import load, misbehave
from subscriptions.sandbox.shapes import Habit, habit_of

ROOT = Path(__file__).parents[2]
SECRET = "a-secret-nobody-may-print"


def an_id(habit: Habit = Habit.PLAIN, *, where: Callable[[str], bool] = lambda _: True) -> str:
    """A fresh GUID whose subscription has this habit."""
    while True:
        identifier = str(uuid.uuid4())
        if habit_of(identifier) is habit and where(identifier):
            return identifier


def a_subscription(identifier: str | None = None, **more: Any) -> dict[str, Any]:
    given = {"id": identifier or an_id(), "offer_id": str(uuid.uuid4()), "offer_name": "Office 365 E3"}
    facts = {"name": "HQ seats", "quantity": 25, "parent": None, "starts": "2026-03-02", "ends": "2027-03-14"}
    return {**given, **facts, **more}


def a_customer(*subscriptions: dict[str, Any], **more: Any) -> dict[str, Any]:
    domain = "lanhai.partner.onmschina.cn"
    facts = {"id": str(uuid.uuid4()), "name": "Lanhai Trading", "domain": domain}
    return {**facts, "email": f"billing@{domain}", "subscriptions": list(subscriptions), **more}


@dataclass
class Noted:
    """A log of calls in memory: each with its end, or None while it has none."""

    calls: list[tuple[Call, CallEnd | None]] = field(default_factory=list)

    def began(self, call: Call) -> int:
        self.calls.append((call, None))
        return len(self.calls) - 1

    def ended(self, noted: int, end: CallEnd) -> None:
        self.calls[noted] = (self.calls[noted][0], end)


@dataclass
class Running:
    """A sandbox process, and a client for it that keeps its calls."""

    state: Path
    options: list[str]
    url: str = ""
    process: subprocess.Popen[str] | None = None
    noted: Noted = field(default_factory=Noted)
    since: int = 0

    def start(self) -> Running:
        command = [sys.executable, "-m", "subscriptions.sandbox", "--bind", "127.0.0.1:0"]
        self.process = subprocess.Popen(
            [*command, "--state", str(self.state), *self.options], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line.startswith("sandbox http://"), f"the sandbox did not start: {line!r}"
        self.url = line.split()[1]
        return self

    def stop(self, how: int = signal.SIGTERM) -> int:
        assert self.process
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(timeout=10)
        if self.process.stdout:
            self.process.stdout.close()
        return code

    def client(self, **more: Any) -> PartnerCenter:
        facts = {"base_url": self.url, "authority": self.url, "tenant": "partner.onmschina.cn"}
        given = {**facts, "client_id": "portal", "client_secret": SECRET}
        return PartnerCenter(ProviderSettings(**{**given, **more}), calls=self.noted)

    def holds(self, *customers: dict[str, Any]) -> None:
        load(self.url, customers)

    def log(self, method: str | None = None) -> list[dict[str, Any]]:
        """The operations since the faults were last changed."""
        text = (self.state / "operations.jsonl").read_bytes()[self.since :].decode()
        lines = [json.loads(line) for line in text.splitlines()]
        return [line for line in lines if method in (None, line["method"])]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A provider as it ordinarily is."""
    running = Running(tmp_path_factory.mktemp("sandbox"), []).start()
    yield running
    running.stop()


@pytest.fixture
def faulty(sandbox: Running) -> Iterator[Callable[..., Running]]:
    """Makes the shared provider misbehave by these rules until the end of the test."""

    def begin(*rules: dict[str, Any]) -> Running:
        misbehave(sandbox.url, rules)
        sandbox.since = (sandbox.state / "operations.jsonl").stat().st_size
        return sandbox

    yield begin
    misbehave(sandbox.url, [])
    sandbox.since = 0


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts a provider of one's own, with these options."""
    started: list[Running] = []

    def begin(*options: str) -> Running:
        started.append(Running(tmp_path / f"provider-{len(started)}", list(options)).start())
        return started[-1]

    yield begin
    for running in started:
        running.stop()


@dataclass
class Case:
    """One customer with one subscription at a provider, and the client that asks about it."""

    running: Running
    customer: str
    subscription: str
    client: PartnerCenter

    def seen(self) -> SubscriptionSeen:
        return self.client.subscription(self.customer, self.subscription)

    def ask(
        self, wanted: ProviderStatus, *, seen: SubscriptionSeen | None = None, request_id: str | None = None
    ) -> SubscriptionSeen | None:
        return self.client.change_status(
            seen or self.seen(),
            wanted,
            request_id=request_id or str(uuid.uuid4()),
            correlation_id=str(uuid.uuid4()),
        )

    def suspend(self, **more: Any) -> SubscriptionSeen | None:
        return self.ask(ProviderStatus.SUSPENDED, **more)

    def reactivate(self, **more: Any) -> SubscriptionSeen | None:
        return self.ask(ProviderStatus.ACTIVE, **more)

    def effects(self) -> list[dict[str, Any]]:
        return [line for line in self.running.log("PATCH") if line["took_effect"]]


def a_case(running: Running, habit: Habit = Habit.PLAIN, **settings: Any) -> Case:
    subscription = a_subscription(an_id(habit))
    customer = a_customer(subscription)
    running.holds(customer)
    return Case(running, customer["id"], subscription["id"], running.client(**settings))


def until(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if true():
            return True
        time.sleep(0.05)
    return true()
