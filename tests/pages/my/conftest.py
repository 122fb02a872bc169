"""Who looks at which customer's pages, and on which day of the story?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client

from billing.models import Invoice
from customers.models import Customer, User
from dunning.explaining import Explained, explain_invoice
from outbox import clock
from tests import story
from tests.conftest import Book


@dataclass
class Visitor:
    """A signed-in person whose requests arrive at one instant of the story."""

    client: Client
    user: User
    now: datetime

    @contextmanager
    def then(self) -> Iterator[None]:
        with clock.standing_at(self.now):
            yield

    def get(self, path: str, **more: Any):
        with self.then():
            return self.client.get(path, **more)

    def head(self, path: str):
        with self.then():
            return self.client.head(path)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any):
        with self.then():
            return self.client.post(path, data or {}, **more)

    def on(self, day: date | str, hour: str = "12:00") -> Visitor:
        return Visitor(self.client, self.user, story.at(day, hour))


@pytest.fixture
def sign_in() -> Callable[..., Visitor]:
    """Signs a person of a customer in, at noon of a day."""

    def enter(customer: Customer, day: date | str, role: str = "customer_billing") -> Visitor:
        email = f"{role}{customer.pk}@customer.example"
        user = User.objects.filter(email=email).first() or story.customer_person(customer, email, role)
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return Visitor(client, user, story.at(day))

    return enter


@pytest.fixture
def warned(book) -> Book:
    """Everybody has had the final notice of 24 June, which names 1 July."""
    book.chase(until=story.FINAL)
    return book


@pytest.fixture
def suspended(book) -> Book:
    """Everybody was suspended on 1 July."""
    book.chase()
    return book


def invoice_of(customer: Customer) -> Invoice:
    """The customer's only issued invoice."""
    return Invoice.objects.select_related("customer__partner").issued().get(customer=customer)


def explained(customer: Customer, now: datetime) -> Explained:
    """What `explain` says of the customer's invoice at an instant."""
    return explain_invoice(invoice_of(customer), now=now)


def text_of(answer: Any) -> str:
    """What a reader sees: the page's text without its markup, spaces folded."""
    body = re.sub(r"<(script|style|head).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def heading_of(answer: Any) -> str:
    """The page's first sentence."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.content.decode(), flags=re.DOTALL)
    assert found
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split())


def without_token(answer: Any) -> str:
    """The page without what differs from request to request: its token, and the address that was asked for."""
    return re.sub(r"[A-Za-z0-9]{64}|/my/[a-z]+/\d+/", "", answer.content.decode())


def line(invoice: Invoice, description: str) -> Any:
    """A line of an invoice by what it is for."""
    return invoice.lines.get(description=description)


def question_data(invoice: Invoice, **amounts: Any) -> dict[str, Any]:
    """A filled-in question: `Visio_Plan_2="100.00"` questions an amount, `="all"` the whole line."""
    data: dict[str, Any] = {"reason": "quantity", "text": "We ordered fewer of these."}
    for name, amount in amounts.items():
        pk = line(invoice, name.replace("_", " ")).pk
        how = amount if amount == "all" else "amount"
        data |= {f"line_{pk}": "on", f"how_{pk}": how, f"amount_{pk}": "" if how == "all" else amount}
    return data
