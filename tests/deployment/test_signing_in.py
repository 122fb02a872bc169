"""Who gets in, who stays in, and what does the log say of it?"""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from customers.models import Membership
from tests import story

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def no_limit_from_before():
    """Each test begins with nobody stopped."""
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, person, password: str = story.PASSWORD):
    """What the sign-in page answers."""
    return client.post(LOGIN, {"login": person.email, "password": password})


def is_in(client: Client) -> bool:
    """Does the worklist open?"""
    return client.get("/worklist/").status_code == 200


def test_after_five_wrong_passwords_the_right_one_waits_too(people):
    for _ in range(5):
        assert sign_in(Client(), people["billing"], "wrong").status_code == 200
    stopped = Client()
    sign_in(stopped, people["billing"])
    assert not is_in(stopped)
    other = Client()
    sign_in(other, people["viewer"])
    assert is_in(other), "nobody else is stopped by it"


def test_a_known_and_an_unknown_address_are_told_the_same(people):
    known = sign_in(Client(), people["billing"], "wrong")
    unknown = Client().post(LOGIN, {"login": "nobody@hanhai.example", "password": "wrong"})
    assert known.status_code == unknown.status_code == 200
    assert "don’t go together" in known.content.decode()
    assert "don’t go together" in unknown.content.decode()


def test_signing_in_gives_the_session_another_key_and_signing_out_ends_it(people):
    client = Client()
    client.post("/i18n/setlang/", {"language": "ru"})
    client.get(LOGIN)
    before = client.session.session_key
    sign_in(client, people["billing"])
    kept = client.cookies["sessionid"].value
    assert kept != before
    client.post("/accounts/logout/")
    client.cookies["sessionid"] = kept
    assert not is_in(client), "the old key opens nothing"


def test_a_new_password_ends_every_other_session(people):
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        sign_in(client, people["billing"])
    new = "another long sentence 7"
    asked = {"oldpassword": story.PASSWORD, "password1": new, "password2": new}

    refused = here.post("/accounts/password/change/", {**asked, "oldpassword": "wrong"})
    assert (refused.status_code, is_in(elsewhere)) == (200, True), "the old password is asked for"
    here.post("/accounts/password/change/", asked)

    assert (is_in(here), is_in(elsewhere)) == (True, False)


@pytest.mark.parametrize("weak", ["short", "1234567890", "password123"])
def test_a_short_or_common_password_is_refused(people, weak):
    client = Client()
    sign_in(client, people["billing"])
    client.post("/accounts/password/change/", {"oldpassword": story.PASSWORD, "password1": weak, "password2": weak})
    again = Client()
    sign_in(again, people["billing"], weak)
    assert not is_in(again)


def test_a_long_password_of_any_signs_is_taken_as_it_was_typed(people):
    client, new = Client(), "  пароль 密码 " + "x" * 80 + " Q "
    sign_in(client, people["billing"])
    client.post("/accounts/password/change/", {"oldpassword": story.PASSWORD, "password1": new, "password2": new})
    exact, trimmed = Client(), Client()
    sign_in(exact, people["billing"], new)
    sign_in(trimmed, people["billing"], new.strip())
    assert (is_in(exact), is_in(trimmed)) == (True, False)


def test_a_lost_place_closes_the_open_session_with_the_next_click(people):
    client = Client()
    sign_in(client, people["viewer"])
    assert is_in(client)
    Membership.objects.filter(user=people["viewer"]).delete()
    assert client.get("/worklist/").status_code == 404


def test_a_lesser_role_counts_with_the_next_click(people):
    client = Client()
    sign_in(client, people["collections"])
    assert client.get("/collections/policy/studio/").status_code == 200
    Membership.objects.filter(user=people["collections"]).update(role="viewer")
    assert client.get("/collections/policy/studio/").status_code == 403


def test_nobody_gives_themselves_another_address(people):
    client = Client()
    client.force_login(people["billing"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/accounts/email/", {"action_add": "", "email": "thief@evil.example"}).status_code == 404


def test_nobody_is_led_away_after_signing_in(people):
    answer = Client().post(
        f"{LOGIN}?next=https://evil.example/",
        {"login": people["billing"].email, "password": story.PASSWORD, "next": "https://evil.example/"},
    )
    assert answer.status_code == 302
    assert "evil" not in answer["Location"]


def test_the_log_says_who_came_and_who_was_refused_and_nothing_that_was_typed(people, caplog):
    caplog.set_level("INFO", logger="customers.accounts")
    client, person = Client(), people["billing"]
    sign_in(client, person, "a password")
    sign_in(client, person)
    client.post("/accounts/logout/")
    said = [one.getMessage() for one in caplog.records if one.name == "customers.accounts"]
    assert said == [
        "sign-in refused, from 127.0.0.1",
        f"person {person.pk} signed in from 127.0.0.1",
        f"person {person.pk} signed out from 127.0.0.1",
    ]
    assert "a password" not in caplog.text
    assert person.email not in caplog.text
