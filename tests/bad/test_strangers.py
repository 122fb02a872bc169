"""Does an odd host, cookie or language change a page, or make the portal answer for somebody else?"""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

HOSTS = ("evil.example", "localhost@evil.example", "localhost:evil", "[::1", "", "a, b", "localhost.evil.example")


@pytest.mark.parametrize("host", HOSTS)
def test_another_host_is_refused_and_stands_in_no_page(db, host):
    with override_settings(ALLOWED_HOSTS=["portal.example"]):
        client = Client(raise_request_exception=False, headers={"host": host, "x-forwarded-host": "evil.example"})
        answer = client.get("/accounts/login/")
        page = answer.content.decode()
        assert answer.status_code == 400 and "evil" not in page
        good = Client(headers={"host": "PORTAL.example", "x-forwarded-host": "evil.example"}).get("/accounts/login/")
        assert good.status_code == 200 and "evil" not in good.content.decode()


def test_odd_cookies_are_nobodys(db):
    for cookies in (
        {f"c{number}": "x" for number in range(100)},
        {"sessionid": "x" * 8_000},
        {"sessionid": "a\x00b"},
        {"sessionid": "../../etc/passwd", "csrftoken": "<script>", "theme": "<script>alert(1)</script>"},
        {"messages": "[[" * 2_000, "django_language": "../../etc"},
    ):
        client = Client()
        for name, value in cookies.items():
            client.cookies[name] = value
        assert client.get("/settings/").status_code == 302
        page = client.get("/accounts/login/")
        assert page.status_code == 200 and "<script>alert" not in page.content.decode()


@pytest.mark.parametrize("said", ["../../etc", "x" * 10_000, "*;q=nan", "en;q=1e400", "zh-hans\x00", ",,,;;;", "١"])
def test_odd_languages_are_the_usual_one(db, said):
    answer = Client(headers={"accept-language": said}).get("/accounts/login/")
    assert answer.status_code == 200 and 'lang="en"' in answer.content.decode()
