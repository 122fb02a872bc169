"""Who comes to the door, in which browser, and which mail did they get?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from customers.models import Customer, User
from outbox import clock
from tests import story

NOON = story.at(story.ISSUED)


@dataclass
class Window:
    """One browser of one person, at one instant of the story."""

    user: User | None = None
    now: Any = NOON
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        if self.user is not None:
            self.client.force_login(self.user, backend="django.contrib.auth.backends.ModelBackend")

    def get(self, path: str, **more: Any) -> Any:
        with clock.standing_at(self.now):
            return self.client.get(path, **more)

    def post(self, path: str, told: dict[str, Any] | None = None, **more: Any) -> Any:
        with clock.standing_at(self.now):
            return self.client.post(path, told or {}, **more)

    def page(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("Location"))
        return answer.content.decode()

    def sign_in(self, email: str, password: str = story.PASSWORD, **more: Any) -> Any:
        return self.post("/accounts/login/", {"login": email, "password": password}, **more)


@pytest.fixture(autouse=True)
def nobody_has_asked_before():
    """Limits count in the cache, beyond a test's transaction."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def window() -> Callable[..., Window]:
    """A browser of somebody."""
    return Window


@pytest.fixture
def lanhai(hanhai) -> Customer:
    """A customer of Hanhai with one invoice."""
    story.import_book(hanhai, [story.company("Lanhai Trading"), story.company("Mingyue Logistics")])
    story.issue_all(hanhai)
    return story.customer_named(hanhai, "Lanhai Trading")


def delivered(now: Any = NOON) -> list[Any]:
    """The mails that leave now."""
    mail.outbox.clear()
    story.settle_all(now)
    return list(mail.outbox)


def link_in(letter: Any) -> str:
    """The path of the link in a mail."""
    found = re.search(r"http://localhost:\d+(/(?:invitations|accounts)/\S+)", letter.body)
    assert found, letter.body
    return found.group(1)
