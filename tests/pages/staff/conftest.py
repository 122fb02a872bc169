"""Who of Hanhai's staff looks at which page, and on which day of the story?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Customer, Partner, User
from dunning.models import Proposal
from outbox import clock
from tests import story


@dataclass
class Desk:
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

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any):
        with self.then():
            return self.client.post(path, data or {}, **more)

    def at(self, day: date | str, hour: str = "12:00") -> Desk:
        return Desk(self.client, self.user, story.at(day, hour))

    def queries(self, path: str) -> int:
        """How many questions a page asks the database."""
        self.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert self.get(path).status_code == 200
        return len(asked)


@pytest.fixture
def sit_down() -> Callable[..., Desk]:
    """Signs a person in, at noon of a day."""

    def sit(user: User, day: date | str = story.ISSUED) -> Desk:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return Desk(client, user, story.at(day))

    return sit


def text_of(answer: Any) -> str:
    """What a reader sees of a page, on one line."""
    html = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.content.decode(), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def words_in(answer: Any) -> str:
    """The same without spaces, for words that stand in several elements."""
    return text_of(answer).replace(" ", "")


@pytest.fixture
def small_book(hanhai, people, mail_dir) -> Partner:
    """Two customers of Hanhai with one issued invoice each; contacts entered by hand, no provider."""
    story.import_book(
        hanhai,
        [
            story.company("Lanhai Trading", story.Seats(), story.Seats("Visio Plan 2", 4)),
            story.company("Mingyue Logistics"),
        ],
    )
    story.issue_all(hanhai)
    return hanhai


@pytest.fixture
def proposed(small_book) -> Proposal:
    """Lanhai's suspension, proposed on the announced day."""
    for day in (story.COURTESY, story.REMIND, story.FINAL, story.SUSPEND):
        story.run_day(small_book, day)
    return Proposal.objects.get(partner=small_book, customer=lanhai(small_book))


def lanhai(partner: Partner) -> Customer:
    return story.customer_named(partner, "Lanhai Trading")
