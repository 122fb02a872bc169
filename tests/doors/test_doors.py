"""Who gets through which door, and does a foreign row look exactly like one that isn't there?

The table is built from the URLconf: every address of ours × every kind of person × GET and POST × own, sibling,
foreign and absent row. What is expected follows from the door that the view declares."""

from __future__ import annotations

from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import unquote_plus, urlencode

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import reverse

from customers.models import User
from customers.roles import ALLOWS
from outbox import clock
from tests import story
from tests.doors.houses import ABSENT, NOON, OURS, SIBLING, THEIRS, House, Person, furnish, leave, people
from tests.doors.table import OF_OTHERS, WORDS, Entry, entries, ours, plain

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST")
PATTERNS = ours()
IN_TESTS = {
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
}


@dataclass
class Street:
    """The two partners' houses and the people with their sessions."""

    home: House
    sibling: House
    foreign: House
    people: list[Person]
    clients: dict[str, Client]

    def ask(self, entry: Entry, person: Person, method: str, pk: int | None) -> Any:
        """One request; whatever it does is undone."""
        return self.at(reverse(entry.name, kwargs=entry.address(pk)), person, method)

    def at(self, url: str, person: Person, method: str = "GET", query: dict[str, str] | None = None) -> Any:
        """One request to an address; what it writes is undone, and what it would tell next time is forgotten."""
        client = self.clients[person.name]
        cookies = client.cookies.copy()
        with transaction.atomic(), clock.standing_at(NOON):
            answer = client.generic(method, url, QUERY_STRING=urlencode(query or {}))
            transaction.set_rollback(True)
            if answer.streaming:
                answer = HttpResponse(b"".join(answer.streaming_content), headers=answer.headers)
        client.cookies = cookies
        return answer


@pytest.fixture(scope="module")
def street(django_db_setup, django_db_blocker):
    """Built once: nothing that is asked here stays."""
    with django_db_blocker.unblock(), override_settings(**IN_TESTS), transaction.atomic():
        hanhai, bohai = story.found_partner("hanhai", "Hanhai Cloud"), story.found_partner("bohai", "Bohai Software")
        home, sibling = furnish(hanhai, OURS, SIBLING)
        [foreign] = furnish(bohai, THEIRS)
        everybody = people(hanhai, bohai, home)
        clients = {person.name: Client(raise_request_exception=False) for person in everybody}
        for person in everybody:
            if person.user:
                clients[person.name].force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
                leave(person)
        yield Street(home, sibling, foreign, everybody, clients)
        transaction.set_rollback(True)


def verdict(entry: Entry, person: Person) -> str:
    """What the declared door says to a person."""
    door = entry.door
    assert door is not None
    if door.kind == "anyone":
        return "in"
    if door.kind == "token":
        # A cookie opens nothing to programs.
        return "no token"
    if door.kind in ("machine", "link"):
        # Nobody here signs anything, or has a mail of ours.
        return "absent"
    if person.user is None:
        return "login"
    if door.kind == "signed_in":
        return "in"
    staff = bool(person.role) and not str(person.role).startswith("customer")
    if not person.role or staff != (door.kind == "staff"):
        return "absent"
    return "in" if not door.may or door.may in ALLOWS[person.role] else "refused"


def said(answer: Any) -> str:
    """The same verdict, read from an answer."""
    if answer.status_code == 404:
        return "absent"
    if answer.status_code == 401:
        return "no token"
    if answer.status_code == 403:
        return "refused"
    if answer.status_code == 405:
        return "not so"
    if answer.status_code in (301, 302, 303) and "/accounts/login/" in answer.headers["Location"]:
        return "login"
    return "in" if answer.status_code in (200, 204, 301, 302, 303, 400, 409, 422) else f"{answer.status_code}"


def offered(street: Street, entry: Entry, method: str) -> bool:
    """Whether the page is there for this method at all, asked as somebody who may come in."""
    machine = entry.door is not None and entry.door.kind in ("machine", "link", "token")
    enters = (one for one in street.people if machine or verdict(entry, one) == "in")
    person = next(one for one in enters if one.mine in ("", OURS))
    return said(street.ask(entry, person, method, own(street, entry, person))) != "not so"


def own(street: Street, entry: Entry, person: Person) -> int | None:
    """The row of this kind that is the person's own."""
    house = street.foreign if person.mine == THEIRS else street.home
    return house.rows[entry.kind] if entry.kind else None


def others(street: Street, entry: Entry, person: Person) -> dict[str, int]:
    """Rows of this kind that are not for this person."""
    if entry.kind is None:
        return {}
    away = street.home if person.mine == THEIRS else street.foreign
    found = {"the other partner's": away.rows[entry.kind]}
    shared_by_staff = entry.kind in ("run", "bill")
    if str(person.role).startswith("customer") and not shared_by_staff:
        found["the sibling customer's"] = street.sibling.rows[entry.kind]
    return found


def test_every_address_declares_its_door():
    assert len(PATTERNS) > 30
    undeclared = [entry.route for entry in PATTERNS if entry.door is None]
    assert undeclared == [], "say with customers.entering who may come in"
    assert [entry.route for entry in PATTERNS if not entry.name] == [], "a page has a name"


@pytest.mark.parametrize("entry", PATTERNS, ids=lambda entry: entry.name)
@pytest.mark.parametrize("method", METHODS)
def test_the_door_keeps_what_it_declares(street, entry, method):
    there = offered(street, entry, method)
    for person in street.people:
        answer = street.ask(entry, person, method, own(street, entry, person))
        wanted = verdict(entry, person)
        wanted = wanted if there else "not so"
        assert said(answer) == wanted, f"{method} {entry.route} for {person.name}: {answer.status_code}"
        shows_nothing_of_others(answer, person, entry)


@pytest.mark.parametrize(
    "entry",
    [one for one in PATTERNS if set(one.words) - set(WORDS) and "number" not in one.words],
    ids=lambda entry: entry.name,
)
@pytest.mark.parametrize("method", METHODS)
def test_a_foreign_row_looks_exactly_like_an_absent_one(street, entry, method):
    there = offered(street, entry, method)
    for person in street.people:
        if verdict(entry, person) != "in":
            continue
        absent = street.ask(entry, person, method, ABSENT)
        assert said(absent) == ("absent" if there else "not so"), f"{method} {entry.route} for {person.name}"
        for whose, pk in others(street, entry, person).items():
            foreign = street.ask(entry, person, method, pk)
            where = f"{method} {entry.route}, {whose}, for {person.name}"
            assert foreign.status_code == absent.status_code, where
            bodies = [plain(one.content.decode(), pk, ABSENT) for one in (foreign, absent)]
            assert bodies[0] == bodies[1], where
            assert dict(foreign.headers) == dict(absent.headers) or foreign.headers.keys() == absent.headers.keys()
            shows_nothing_of_others(foreign, person, entry)


def shows_nothing_of_others(answer: Any, person: Person, entry: Entry) -> None:
    """No byte of the answer carries the mark of a house that is not for this person."""
    whole = answer.content.decode(errors="replace") + str(dict(answer.headers))
    leaked = [mark for mark in person.never if mark.lower() in whole.lower()]
    assert leaked == [], f"{entry.route} shows {leaked} to {person.name}"


def test_the_marks_are_on_the_pages_of_those_they_belong_to(street):
    """The tests above would be worth nothing if no page showed them."""
    for name in ("owner", "customer_billing", "staff of the other partner"):
        person = next(one for one in street.people if one.name == name)
        mine = [entry for entry in PATTERNS if verdict(entry, person) == "in"]
        pages = [street.ask(entry, person, "GET", own(street, entry, person)) for entry in mine]
        showing = sum(person.mine in page.content.decode(errors="replace") for page in pages)
        assert showing >= 4, (name, showing)


ASKED = ("q", "customer", "status", "state", "page", "why", "kind", "period", "line", "invoice", "next", "all")
FOREIGN = {
    "name": lambda house: f"{THEIRS} Trading",
    "number": lambda house: house.customer.invoices.get().number,
    "customer": lambda house: house.rows["customer"],
    "invoice": lambda house: house.rows["invoice"],
    "a NUL": lambda house: "\x00",
    "another script's digit": lambda house: "٣",
    "a huge number": lambda house: "9" * 40,
}


@pytest.mark.parametrize("what", FOREIGN)
def test_what_is_foreign_in_the_query_shows_nothing(street, what):
    value = str(FOREIGN[what](street.foreign))
    for person in (one for one in street.people if one.name in ("owner", "customer_billing")):
        for entry in (one for one in PATTERNS if not one.words and verdict(one, person) == "in"):
            answer = street.at(reverse(entry.name), person, query=dict.fromkeys(ASKED, value))
            assert answer.status_code < 500, (entry.route, value)
            body = escape_free(answer).replace(value, "")
            assert THEIRS.lower() not in body.lower(), (entry.route, value)


def escape_free(answer: Any) -> str:
    """A page's text, with what was asked for as it was asked for."""
    return unquote_plus(unescape(answer.content.decode(errors="replace")))


ADMIN = [one for one in entries() if one.route.startswith("admin/") and not one.words and one.name != "jsi18n"]


@pytest.mark.parametrize("entry", ADMIN, ids=lambda entry: entry.route)
def test_nobody_but_admins_gets_into_the_admin(street, entry):
    path = "/" + entry.route
    for person in street.people:
        answer = street.at(path, person)
        if person.name == "platform admin":
            assert answer.status_code < 500, path
        elif entry.name not in ("login", "logout"):
            assert answer.status_code in (301, 302, 404), (path, person.name)
            assert "/login/" in answer.headers.get("Location", "/login/"), (path, person.name)


SIGNING_IN = [one for one in entries() if one.route.startswith(("accounts/", "i18n/")) and not one.words]


@pytest.mark.parametrize("entry", SIGNING_IN, ids=lambda entry: entry.route)
@pytest.mark.parametrize("method", METHODS)
def test_the_doors_of_signing_in_show_nobodys_book(street, entry, method):
    for person in street.people:
        answer = street.at(f"/{entry.route}", person, method)
        assert answer.status_code < 500, (entry.route, person.name)
        shows_nothing_of_others(answer, person, entry)


def test_nobody_can_sign_up():
    Client().post(reverse("account_signup"), {"email": "new@x.example", "password1": "p" * 12, "password2": "p" * 12})
    assert not User.objects.filter(email="new@x.example").exists()


def test_no_address_is_forgotten(street):
    """What isn't ours is one of the doors of others; what declares no door fails above."""
    known = {one.route for one in (*PATTERNS, *SIGNING_IN)}
    forgotten = [one.route for one in entries() if one.route not in known and not one.route.startswith(OF_OTHERS)]
    assert forgotten == ["healthz", "readyz"]
