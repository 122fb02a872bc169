"""Who is in the cast? Two partners with their people, and the book of the first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest

from customers.models import Customer, Partner, User
from outbox.keeping import Kept
from tests import story


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Hashing that is slow on purpose has no place in a test's minute."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def hanhai(db) -> Partner:
    """A partner in Shanghai with the standard policy."""
    return story.found_partner("hanhai", "Hanhai Cloud")


@pytest.fixture
def bohai(db) -> Partner:
    """Another partner, who must never see anything of the first."""
    return story.found_partner("bohai", "Bohai Software")


@pytest.fixture
def people(hanhai) -> dict[str, User]:
    """Hanhai's staff by role: owner, admin_agent, billing, collections, sales, help_desk, viewer."""
    return story.people_of(hanhai)


@pytest.fixture
def settle_all() -> Callable[[datetime], Kept]:
    """Keeps what is due at an instant, repeats that come soon included."""
    return story.settle_all


@dataclass
class Book:
    """Hanhai's book as it was billed on 21 May 2026, due on 10 June; nobody has paid yet."""

    partner: Partner
    people: dict[str, User]
    lanhai: Customer
    mingyue: Customer
    qinghe: Customer

    def chase(self, until=story.SUSPEND) -> None:
        """Live the standard story up to a day."""
        story.chase(self.partner, self.people["owner"], until=until)


@pytest.fixture
def book(hanhai, people, sandbox_url, mail_dir) -> Book:
    """Three customers with one invoice each, mailed through the sink and known to the sandbox."""
    companies = [
        story.company("Lanhai Trading", story.Seats(), story.Seats("Visio Plan 2", 4, story.Decimal("99.00"))),
        story.company("Mingyue Logistics"),
        story.company("Qinghe Foods"),
    ]
    story.import_book(hanhai, companies, sandbox_url=sandbox_url)
    story.issue_all(hanhai)
    return Book(hanhai, people, *(story.customer_named(hanhai, one.name) for one in companies))
