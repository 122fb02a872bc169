"""Which book is verified? One in which two customers are suspended, one pays then, and one has paid in time.

It is lived once; each test damages it inside a savepoint, and what it does to the witnesses is undone too."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from customers.models import Partner
from partnerportal.services import needs
from partnerportal.services.for_tests import services
from tests import story
from tests.conftest import Book
from tests.verifying.damaging import judged, on_record

AS_IN_TESTS = {
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
}


@pytest.fixture(scope="package")
def lived_once(django_db_setup, django_db_blocker, sandbox_url):
    """The book, in a transaction that never ends well."""
    services.join(frozenset({needs.MAIL_SINK}))
    with django_db_blocker.unblock(), override_settings(**AS_IN_TESTS), transaction.atomic():
        yield _live(sandbox_url)
        transaction.set_rollback(True)


def _live(sandbox_url: str) -> Book:
    """Lanhai and Mingyue are suspended on 1 July; Mingyue pays on the 3rd, Qinghe on 26 June after its final
    notice. One of Lanhai's subscriptions costs too little to be suspended. Bohai is another partner's book."""
    hanhai = story.found_partner("hanhai", "Hanhai Cloud")
    bohai = story.found_partner("bohai", "Bohai Software")
    lanhai = story.company(
        "Lanhai Trading",
        story.Seats(),
        story.Seats("Visio Plan 2", 4, Decimal("99.00")),
        story.Seats("Audio Conferencing", 1, Decimal("20.00")),
    )
    mingyue, qinghe = story.company("Mingyue Logistics"), story.company("Qinghe Foods")
    story.import_book(hanhai, [lanhai, mingyue, qinghe], sandbox_url=sandbox_url)
    story.import_book(bohai, [story.company("Donghai Steel")], sandbox_url=sandbox_url)
    people = story.people_of(hanhai)
    for partner in (hanhai, bohai):
        story.issue_all(partner)
        story.chase(partner, people["owner"], until=story.FINAL)
    book = Book(hanhai, people, *(story.customer_named(hanhai, one.name) for one in (lanhai, mingyue, qinghe)))
    story.pay(book.qinghe, story.owed(book.qinghe), story.at("2026-06-26"))
    story.run_day(hanhai, story.SUSPEND)
    story.approve_all(hanhai, people["owner"], story.at(story.SUSPEND))
    story.pay(book.mingyue, story.owed(book.mingyue), story.at("2026-07-03"))
    return book


@pytest.fixture
def lived(lived_once, db, tmp_path) -> Book:
    """The book, to be damaged inside the savepoint that `db` is here."""
    log, mail, kept = settings.SANDBOX_DIR / "operations.jsonl", settings.MAIL_SINK_DIR, tmp_path / "mail"
    written = log.read_bytes()
    shutil.copytree(mail, kept)
    yield lived_once
    log.write_bytes(written)
    for file in mail.iterdir():
        file.unlink()
    shutil.copytree(kept, mail, dirs_exist_ok=True)


@pytest.fixture
def bohai(lived) -> Partner:
    """The other partner of the book."""
    return Partner.objects.get(slug="bohai")


@pytest.fixture
def mail_dir(lived) -> Path:
    """Where the book's mail lies."""
    return Path(settings.MAIL_SINK_DIR)


@pytest.fixture
def only_breaks():
    """Says that, after the damage, exactly this promise is broken on record; answers its rows."""

    def look(promise: str) -> list[dict]:
        found = on_record(judged())
        assert list(found) == [promise], found
        return found[promise]

    return look
