"""Does whoever may touch money prove twice who they are, and only they?"""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail

from customers.models import AccountMail, User
from tests import story
from tests.identity.conftest import delivered


@pytest.fixture
def strict(settings):
    """Outside the demo."""
    settings.SECOND_FACTOR_REQUIRED = True


def code(secret: str, steps: int = 0) -> str:
    """What the app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def with_app(user: User) -> str:
    """The person has an authenticator app; answers its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def set_up(one, password=story.PASSWORD) -> str:
    """Set up an app through the pages, as a person does; answers its secret."""
    page = one.get("/accounts/2fa/totp/activate/", follow=True)
    if "/reauthenticate/" in str(page.redirect_chain):
        one.post(page.redirect_chain[-1][0], {"password": password})
        page = one.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    answer = one.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret


def test_the_gate_leads_to_setting_one_up_and_nowhere_else(hanhai, people, window, strict):
    one = window()
    one.sign_in(people["billing"].email)
    for path in ("/worklist/", "/payments/", "/", "/settings/people/", "/admin/"):
        answer = one.get(path)
        assert answer.status_code == 303 and answer.headers["Location"] == "/accounts/2fa/", path
    assert one.post("/payments/new/", {}).status_code == 303
    assert "Authenticator app" in one.page("/accounts/2fa/")
    set_up(one)
    assert one.get("/worklist/").status_code == 200
    assert "10 are left" in one.page("/accounts/2fa/recovery-codes/")


def test_who_touches_no_money_goes_on_with_a_password(hanhai, lanhai, people, window, strict):
    for role in ("viewer", "sales", "help_desk"):
        assert window(people[role]).get("/worklist/").status_code == 200
    assert window(story.customer_person(lanhai, "wang@lanhai.example")).get("/my/").status_code == 200


def test_admins_of_the_installation_need_one_too(hanhai, window, strict):
    admin = User.objects.create_superuser("admin@portal.example", story.PASSWORD, name="Admin")
    one = window(admin)
    assert one.get("/admin/").headers["Location"] == "/accounts/2fa/"
    with_app(admin)
    assert one.get("/admin/").status_code == 200
    assert "/accounts/login/" in window().get("/admin/login/", follow=True).redirect_chain[-1][0]


def test_the_demo_asks_for_a_password_only(hanhai, people, window):
    assert window(people["owner"]).get("/worklist/").status_code == 200


def test_a_code_is_asked_for_and_works_once(hanhai, people, window):
    secret = with_app(people["billing"])
    one = window()
    answer = one.sign_in(people["billing"].email)
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert one.get("/worklist/").headers["Location"].startswith("/accounts/login/")
    assert "One more step" in one.page("/accounts/2fa/authenticate/")
    assert "not right" in one.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    now = code(secret)
    assert one.post("/accounts/2fa/authenticate/", {"code": now}).status_code == 302
    assert one.get("/worklist/").status_code == 200
    other = window()
    other.sign_in(people["billing"].email)
    assert other.post("/accounts/2fa/authenticate/", {"code": now}).status_code == 200, "not twice"


def test_a_recovery_code_works_once(hanhai, people, window):
    one = window()
    one.sign_in(people["billing"].email)
    set_up(one)
    codes = Authenticator.objects.get(user=people["billing"], type="recovery_codes").wrap().get_unused_codes()
    for expected in (302, 200):
        other = window()
        other.sign_in(people["billing"].email)
        assert other.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == expected


def test_the_secret_is_not_readable_in_the_database(hanhai, people):
    secret = with_app(people["billing"])
    assert secret not in str(Authenticator.objects.values())


def test_changing_it_asks_again_who_it_is(hanhai, people, window):
    one = window(people["billing"])
    for path in ("totp/activate/", "webauthn/add/", "recovery-codes/generate/"):
        answer = one.get(f"/accounts/2fa/{path}", follow=True)
        assert answer.redirect_chain == [] or "reauthenticate" in answer.redirect_chain[0][0], path
        assert answer.status_code in (200, 302)
    assert "/reauthenticate/" in one.get("/accounts/2fa/totp/activate/").headers["Location"]


def test_the_last_factor_stays_where_the_role_needs_one(hanhai, people, window, strict):
    one = window()
    one.sign_in(people["billing"].email)
    set_up(one)
    answer = one.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=people["billing"], type="totp").exists()
    assert "Add another one first" in answer.content.decode()


def test_whoever_needs_none_may_remove_the_app_and_hears_of_it(
    hanhai, people, window, django_capture_on_commit_callbacks
):
    one = window()
    one.sign_in(people["sales"].email)
    with django_capture_on_commit_callbacks(execute=True):
        set_up(one)
    assert one.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.filter(user=people["sales"], type="totp").exists()
    told = list(AccountMail.objects.filter(kind="changed").order_by("pk").values_list("about", flat=True))
    assert "totp_activated" in told and "totp_deactivated" in told
    assert mail.outbox == [], "nothing leaves while somebody waits"
    letters = delivered()
    assert {letter.subject for letter in letters} == {"Your sign-in was changed"}
