"""Does signing in tell strangers anything, does a limit hold, and do sessions end when they should?"""

from __future__ import annotations

import pytest
from django.contrib.auth import hashers
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as Away

from customers.models import AccountMail
from tests import story
from tests.doors.table import plain
from tests.identity.conftest import delivered, link_in

NOBODY = "nobody@hanhai.example"


def test_a_wrong_password_and_an_unknown_address_look_alike(hanhai, people, window, monkeypatch):
    hashed: list[str] = []
    once = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher, "encode", lambda self, *args: hashed.append("once") or once(self, *args)
    )
    answers, hashes, asked = {}, {}, {}
    for email in (people["billing"].email, NOBODY):
        hashed.clear()
        with CaptureQueriesContext(connection) as seen:
            answer = window().sign_in(email, "wrong password")
        answers[email] = (answer.status_code, plain(answer.content.decode()).replace(email, "X"))
        hashes[email], asked[email] = len(hashed), len(seen)
    assert len(set(answers.values())) == 1
    assert len(set(hashes.values())) == 1 and hashes[NOBODY] > 0


def test_asking_for_a_new_password_looks_alike_and_mails_nobody_meanwhile(hanhai, people, window):
    answers, costs = set(), set()
    for email in (people["billing"].email, NOBODY):
        with CaptureQueriesContext(connection) as seen:
            answer = window().post("/accounts/password/reset/", {"email": email})
        answers.add((answer.status_code, answer.headers["Location"], answer.content))
        costs.add(len(seen))
    assert len(answers) == 1 and len(costs) == 1 and mail.outbox == []
    [letter] = delivered()
    assert letter.to == [people["billing"].email]
    assert AccountMail.objects.get(to_email=NOBODY).outcome == "moot"


def test_a_new_password_ends_every_other_session(hanhai, people, window):
    here, elsewhere = window(people["billing"]), window(people["billing"])
    told = {"oldpassword": story.PASSWORD, "password1": "a river at night", "password2": "a river at night"}
    assert here.post("/accounts/password/change/", told).status_code == 302
    assert here.get("/worklist/").status_code == 200
    assert elsewhere.get("/worklist/").headers["Location"].startswith("/accounts/login/")


def test_the_mailed_link_sets_a_password_once(hanhai, people, window):
    live = window(people["billing"])
    one = window()
    one.post("/accounts/password/reset/", {"email": people["billing"].email.upper()})
    [letter] = delivered()
    link = link_in(letter)
    page = one.get(link, follow=True)
    told = {"password1": "a river at night", "password2": "a river at night"}
    assert one.post(page.redirect_chain[-1][0], told).status_code == 302
    people["billing"].refresh_from_db()
    assert people["billing"].check_password("a river at night")
    assert live.get("/worklist/").status_code == 302, "who was signed in is not any more"
    assert "used or is too old" in window().get(link, follow=True).content.decode()


def test_sessions_are_listed_and_ended(hanhai, people, window):
    here, elsewhere = window(), window()
    here.sign_in(people["billing"].email, HTTP_USER_AGENT="Firefox here")
    elsewhere.sign_in(people["billing"].email, HTTP_USER_AGENT="Chrome elsewhere")
    page = here.page("/accounts/sessions/")
    assert "Firefox here" in page and "Chrome elsewhere" in page and "Here" in page
    assert here.post("/accounts/sessions/").status_code == 302
    assert elsewhere.get("/worklist/").headers["Location"].startswith("/accounts/login/")
    assert here.get("/worklist/").status_code == 200


def test_guessing_a_password_is_slowed_for_known_and_unknown_alike(hanhai, people, window):
    said = []
    for email in (people["billing"].email, NOBODY):
        cache.clear()
        for _attempt in range(6):
            answer = window().sign_in(email, "wrong password")
        said.append((answer.status_code, "Too many attempts" in answer.content.decode()))
    assert said[0] == said[1] == (200, True)


def test_too_many_requests_say_when_to_come_back(hanhai, people, window, settings):
    settings.REQUESTS_A_MINUTE = {"any": 6, "deed": 2, "download": 1}
    one = window(people["owner"])
    assert [one.post("/places/").status_code for _n in range(3)] == [302, 302, 429]
    other = window(people["sales"])
    assert [other.get("/customers/?export=csv").status_code for _n in range(2)] == [200, 429]
    stranger = window()
    answers = [stranger.get("/accounts/login/") for _n in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert "Please wait a little" in answers[-1].content.decode()


def test_a_flood_of_resets_is_answered_429(hanhai, people, window):
    answers = [window().post("/accounts/password/reset/", {"email": NOBODY}) for _n in range(6)]
    assert answers[-1].status_code == 429 and answers[-1].headers["Retry-After"] == "300"


@pytest.mark.parametrize("name", ["add", "get", "set", "incr"])
def test_without_redis_counting_goes_on_in_this_process(hanhai, people, window, settings, monkeypatch, name):
    def gone(*args, **kwargs):
        raise Away("gone")

    for each in ("add", "get", "set", "incr", "delete"):
        monkeypatch.setattr(f"django.core.cache.backends.redis.RedisCacheClient.{each}", gone)
    with pytest.raises(Away):
        getattr(cache, name)("a lock", 1)
    settings.REQUESTS_A_MINUTE = {"any": 3}
    one = window(people["owner"])
    assert [one.get("/settings/").status_code for _n in range(4)][-1] == 429


def test_nobody_adds_an_address_to_an_account(hanhai, people, window):
    one = window(people["billing"])
    for path in ("/accounts/email/", "/accounts/confirm-email/", "/accounts/login/code/confirm/"):
        assert one.get(path).status_code == 404
