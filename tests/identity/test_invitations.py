"""How does somebody come to belong here, and can an invitation be turned against anybody?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from customers.inviting import CantInvite, Guest, invite
from customers.models import AccountMail, Invitation, Membership, PlaceChange, TimelineEntry, User
from tests import story
from tests.identity.conftest import NOON, delivered, link_in

NEW = {"name": "Ren Fang", "password1": "quiet lantern river", "password2": "quiet lantern river"}


def asked(window, people, email="ren@hanhai.example", role="billing", **more):
    """The owner invites; answers the window and the path of the mailed link."""
    owner = window(people["owner"])
    told = {"email": email, "name": "", "role": role, "language": "en", **more}
    answer = owner.post("/settings/people/invite/", told)
    assert answer.status_code == 302, answer.content.decode()
    [letter] = delivered()
    assert letter.to == [email]
    return owner, link_in(letter)


def test_a_stranger_sets_a_password_and_begins(hanhai, people, window):
    _owner, link = asked(window, people, "Ren@Hanhai.example".lower())
    guest = window()

    page = guest.page(link)
    assert "Hanhai Cloud" in page and "ren@hanhai.example" in page and "password1" in page
    answer = guest.post(link, NEW)

    assert answer.status_code == 302
    place = Membership.objects.get(user__email="ren@hanhai.example")
    assert (place.partner, place.role, place.user.name) == (hanhai, "billing", "Ren Fang")
    assert place.user.check_password(NEW["password1"])
    assert guest.get("/worklist/").status_code == 200
    assert list(PlaceChange.objects.order_by("pk").values_list("what", flat=True)) == ["invited", "joined"]
    assert window().get(link).status_code == 410, "it works once"
    again = guest.post(link, NEW)
    assert again.status_code == 302 and Membership.objects.filter(user=place.user).count() == 1


def test_an_existing_account_keeps_all_it_has(hanhai, bohai, people, window):
    theirs = story.people_of(bohai)["viewer"]
    before = User.objects.filter(pk=theirs.pk).values().get()
    _owner, link = asked(window, people, theirs.email)

    stranger = window()
    assert "password1" not in stranger.page(link)
    assert stranger.post(link, NEW).status_code == 200, "a password from the link is not listened to"
    assert Membership.objects.filter(user=theirs).count() == 1
    other = window(people["billing"])
    assert "Sign out" in other.page(link)
    other.post(link)
    assert Membership.objects.filter(user=theirs).count() == 1

    person = window(theirs)
    assert "Take up the invitation" in person.page(link)
    assert person.post(link).status_code == 302
    assert set(Membership.objects.filter(user=theirs).values_list("partner__slug", "role")) == {
        ("bohai", "viewer"),
        ("hanhai", "billing"),
    }
    after = User.objects.filter(pk=theirs.pk).values().get()
    assert {**after, "last_login": None} == {**before, "last_login": None}


def test_an_account_made_meanwhile_signs_in_instead(hanhai, people, window):
    _owner, link = asked(window, people)
    guest = window()
    guest.page(link)
    User.objects.create_user("ren@hanhai.example", "their own password", name="Ren")

    answer = guest.post(link, NEW)

    assert "Sign in and take it up" in answer.content.decode()
    assert User.objects.get(email="ren@hanhai.example").check_password("their own password")
    assert not Membership.objects.filter(user__email="ren@hanhai.example").exists()


def test_it_runs_out_is_taken_back_and_is_replaced(hanhai, people, window):
    owner, link = asked(window, people)
    late = window(now=NOON + timedelta(days=7))
    assert late.get(link).status_code == 410
    assert late.post(link, NEW).status_code == 410

    _owner, second = asked(window, people)
    assert second != link and window().get(link).status_code == 410, "the second takes the place of the first"
    open_one = Invitation.objects.open().get()
    assert owner.post(f"/settings/people/invitations/{open_one.pk}/revoke/").status_code == 302
    assert owner.post(f"/settings/people/invitations/{open_one.pk}/revoke/").status_code == 302
    assert window().get(second).status_code == 410
    assert PlaceChange.objects.filter(what="revoked").count() == 1
    assert not User.objects.filter(email="ren@hanhai.example").exists()


def test_only_the_hash_of_the_secret_is_kept(hanhai, people, window):
    _owner, link = asked(window, people)
    secret = link.rstrip("/").rpartition("/")[2]
    kept = [*Invitation.objects.values(), *AccountMail.objects.values()]
    assert secret not in str(kept)
    assert window().get(f"/invitations/{'0' * 64}/").status_code == 404


def test_a_mail_that_is_tried_again_carries_the_same_link(hanhai, people, window):
    _owner, link = asked(window, people)
    AccountMail.objects.update(outcome="waiting", settled_at=None, handed_at=None)
    assert [link_in(letter) for letter in delivered()] == [link]


@pytest.mark.parametrize(
    "wrong", [{"password2": "something else 12"}, {"password1": "12345", "password2": "12345"}, {"name": ""}]
)
def test_what_is_wrong_is_said_and_nothing_is_made(hanhai, people, window, wrong):
    _owner, link = asked(window, people)
    answer = window().post(link, {**NEW, **wrong})
    assert answer.status_code == 422
    assert not User.objects.filter(email="ren@hanhai.example").exists()


def test_whoever_belongs_is_not_invited_again(hanhai, people, window):
    owner = window(people["owner"])
    told = {"email": people["sales"].email.upper(), "role": "owner", "language": "en"}
    answer = owner.post("/settings/people/invite/", told)
    assert answer.status_code == 422 and "belongs here already" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_a_role_of_the_other_kind_is_refused(hanhai, lanhai, people):
    for role, customer in (("owner", lanhai), ("customer_billing", None)):
        with pytest.raises(CantInvite):
            invite(hanhai, Guest("x@x.example", role), by=people["owner"], now=NOON, customer=customer)


def test_not_more_than_fifty_within_an_hour(hanhai, people):
    def ask(number, at=NOON):
        invite(hanhai, Guest(f"g{number}@x.example", "viewer"), by=people["owner"], now=at)

    with transaction.atomic():
        for number in range(50):
            ask(number)
        with pytest.raises(CantInvite, match="too_many"):
            ask(50)
        ask(51, NOON + timedelta(hours=1))


def test_customers_invite_their_colleagues(hanhai, lanhai, people, window):
    wang = story.customer_person(lanhai, "wang@lanhai.example")
    person = window(wang)
    told = {"email": "liu@lanhai.example", "role": "customer_viewer", "language": "zh-hans", "name": "刘"}
    assert person.post("/my/people/invite/", told).status_code == 302
    [letter] = [one for one in delivered() if one.to == ["liu@lanhai.example"]]
    guest = window()
    assert guest.post(link_in(letter), {**NEW, "name": "刘洋"}).status_code == 302
    assert guest.get("/my/").status_code == 200
    assert guest.get("/my/people/invite/").status_code == 403, "a viewer invites nobody"
    place = Membership.objects.get(user__email="liu@lanhai.example")
    assert (place.customer, place.role) == (lanhai, "customer_viewer")
    assert TimelineEntry.objects.filter(customer=lanhai, code="person_joined").count() == 1
    assert person.post("/my/people/invite/", {**told, "role": "owner"}).status_code == 422
    staff = window(people["sales"])
    assert "liu@lanhai.example" in staff.page(f"/customers/{lanhai.pk}/people/")
    assert staff.post(f"/customers/people/{place.pk}/end/").status_code == 302
    assert guest.get("/my/").status_code == 404


def test_links_start_with_the_portals_own_address(hanhai, people, window, settings):
    settings.ALLOWED_HOSTS = ["*"]
    owner = window(people["owner"])
    told = {"email": "ren@hanhai.example", "role": "billing", "language": "en"}
    hostile = {"HTTP_HOST": "evil.example", "HTTP_X_FORWARDED_HOST": "evil.example"}
    owner.post("/settings/people/invite/", told, **hostile)
    window().post("/accounts/password/reset/", {"email": people["sales"].email}, **hostile)
    letters = delivered()
    assert len(letters) == 2
    for letter in letters:
        assert "evil.example" not in str(letter.message()) and settings.PORTAL_URL in letter.body
        assert hanhai.support_hours and hanhai.support_hours in letter.body, "how the partner is reached"
