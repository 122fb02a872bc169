"""What does a story about an unpaid invoice need? A provider that can misbehave, and the days of the story."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from customers.models import Customer, Partner
from dunning.models import Decision, Proposal
from subscriptions.sandbox.loading import misbehave
from tests import story
from tests.conftest import Book


@pytest.fixture
def provider_misbehaves(sandbox_url) -> Iterator[Callable[..., None]]:
    """Puts fault rules in force at the provider; it is well again afterwards, and when no rule is given."""
    yield lambda *rules: misbehave(sandbox_url, list(rules))
    misbehave(sandbox_url, [])


@pytest.fixture
def donghai(bohai, sandbox_url, mail_dir) -> Partner:
    """The other partner, in the middle of its own day's work: one notice out, nothing left to do."""
    story.import_book(bohai, [story.company("Donghai Steel")], sandbox_url=sandbox_url)
    story.issue_all(bohai)
    story.run_day(bohai, story.COURTESY)
    return bohai


@pytest.fixture
def small(hanhai, people, mail_dir) -> Book:
    """Lanhai and Mingyue with one invoice each, contacts entered by hand: a book without a provider."""
    companies = [
        story.company("Lanhai Trading", story.Seats(), story.Seats("Visio Plan 2", 4, story.Decimal("99.00"))),
        story.company("Mingyue Logistics"),
    ]
    story.import_book(hanhai, companies)
    story.issue_all(hanhai)
    lanhai, mingyue = (story.customer_named(hanhai, one.name) for one in companies)
    return Book(hanhai, people, lanhai, mingyue, mingyue)


def proposal_for(customer: Customer) -> Proposal:
    """The customer's newest proposal."""
    return Proposal.objects.filter(customer=customer).latest("pk")


def stages(customer: Customer) -> list[str]:
    """The stages taken for a customer's invoices, oldest first."""
    rows = Decision.objects.filter(invoice__customer=customer).order_by("decided_at", "pk")
    return list(rows.values_list("stage", flat=True))


def fault(kind: str, method: str = "PATCH", path: str = "", nth: Any = None, **more: Any) -> dict[str, Any]:
    """A fault rule of the sandbox."""
    match = {"method": method, "path": path} | ({} if nth is None else {"nth": nth})
    return {"match": match, "do": kind, **more}
