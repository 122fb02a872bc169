"""Who may say who belongs here, what follows, and who can't go?"""

from __future__ import annotations

import pytest
from django.utils.translation import override

from customers.belonging import CantChange, change_role, end_place
from customers.models import Membership, PlaceChange, TimelineEntry
from customers.roles import ALLOWS, OF_CUSTOMERS, STAFF_ROLES, May
from customers.views.people import rights
from tests import story
from tests.identity.conftest import NOON


def place_of(user):
    return Membership.objects.get(user=user)


def test_the_table_on_the_page_is_the_table_that_is_checked(hanhai, people, window):
    page = window(people["viewer"]).page("/settings/people/")
    for user in people.values():
        assert user.email in page
    assert "Invite somebody" not in page
    shown = rights(STAFF_ROLES)
    assert len(shown) == len(set(May) - OF_CUSTOMERS)
    with override("en"):
        for right in shown:
            assert str(right.label).capitalize()[:20] in page
    held = {role: sum(right.holds[number] for right in shown) for number, role in enumerate(STAFF_ROLES)}
    assert held == {role: len(ALLOWS[role]) for role in STAFF_ROLES}


def test_a_new_role_counts_from_the_next_request(hanhai, people, window):
    owner, sales = window(people["owner"]), window(people["sales"])
    pk = place_of(people["sales"]).pk
    assert sales.get("/settings/people/invite/").status_code == 403
    assert "Give this role" in owner.page(f"/settings/people/{pk}/")
    assert owner.post(f"/settings/people/{pk}/", {"role": "owner"}).status_code == 302
    assert sales.get("/settings/people/invite/").status_code == 200
    change = PlaceChange.objects.get()
    assert (change.what, change.role_before, change.role_after, change.by) == ("role", "sales", "owner", owner.user)
    owner.post(f"/settings/people/{pk}/", {"role": "owner"})
    assert PlaceChange.objects.count() == 1, "the same role again changes nothing"


def test_whoever_has_gone_finds_nothing_though_signed_in(hanhai, people, window):
    owner, sales = window(people["owner"]), window(people["sales"])
    pk = place_of(people["sales"]).pk
    assert "stays on record" in owner.page(f"/settings/people/{pk}/end/")
    assert owner.post(f"/settings/people/{pk}/end/").status_code == 302
    assert owner.post(f"/settings/people/{pk}/end/").status_code == 404
    for path in ("/worklist/", "/customers/", "/settings/people/"):
        assert sales.get(path).status_code == 404
    assert "No place yet" in sales.page("/")
    assert PlaceChange.objects.get().what == "ended"


def test_the_last_owner_stays(hanhai, people, window):
    owner = window(people["owner"])
    pk = place_of(people["owner"]).pk
    for path, told in ((f"/settings/people/{pk}/end/", {}), (f"/settings/people/{pk}/", {"role": "viewer"})):
        answer = owner.post(path, told)
        assert answer.status_code == 422 and "only owner" in answer.content.decode()
    assert place_of(people["owner"]).role == "owner"
    change_role(place_of(people["admin_agent"]), "owner", by=people["owner"], now=NOON)
    people["admin_agent"].is_active = False
    people["admin_agent"].save()
    with pytest.raises(CantChange, match="last_owner"):
        end_place(place_of(people["owner"]), by=people["owner"], now=NOON)
    people["admin_agent"].is_active = True
    people["admin_agent"].save()
    answer = owner.post(f"/settings/people/{pk}/end/")
    assert answer.headers["Location"] == "/", "whoever goes is led out"
    assert not Membership.objects.filter(pk=pk).exists()


def test_only_named_columns_of_the_named_row_change(hanhai, bohai, people, window):
    owner, place = window(people["owner"]), place_of(people["sales"])
    more = {"partner": bohai.pk, "user": people["owner"].pk, "customer": "", "is_staff": "on", "is_superuser": "on"}
    owner.post(f"/settings/people/{place.pk}/", {"role": "viewer", **more})
    place.refresh_from_db()
    assert (place.partner, place.user, place.role) == (hanhai, people["sales"], "viewer")
    assert not place.user.is_staff and not place.user.is_superuser
    theirs = place_of(story.people_of(bohai)["sales"])
    assert owner.post(f"/settings/people/{theirs.pk}/", {"role": "owner"}).status_code == 404


def test_a_customers_people_are_changed_by_their_own_and_it_is_told(hanhai, lanhai, people, window):
    wang = story.customer_person(lanhai, "wang@lanhai.example")
    liu = story.customer_person(lanhai, "liu@lanhai.example", "customer_viewer")
    assert window(liu).get(f"/my/people/{place_of(wang).pk}/").status_code == 403
    assert window(wang).post(f"/my/people/{place_of(liu).pk}/", {"role": "customer_billing"}).status_code == 302
    assert window(liu).post(f"/my/people/{place_of(wang).pk}/end/").status_code == 302
    told = TimelineEntry.objects.filter(code__startswith="person").order_by("pk")
    assert list(told.values_list("code", flat=True)) == ["person_role", "person_ended"]
    assert "ended the access of Wang" in window(people["owner"]).page(f"/customers/{lanhai.pk}/")


def test_one_person_chooses_where_to_be(hanhai, bohai, lanhai, window):
    person = story.people_of(bohai)["owner"]
    there = Membership.objects.create(partner=hanhai, user=person, role="viewer")
    Membership.objects.create(partner=hanhai, user=person, customer=lanhai, role="customer_viewer")
    one = window(person)
    assert one.get("/").headers["Location"] == "/places/"
    page = one.page("/places/")
    assert "Bohai Software" in page and "Hanhai Cloud" in page and "Lanhai Trading" in page
    assert one.post("/places/", {"place": there.pk}).headers["Location"] == "/"
    assert one.get("/").headers["Location"] == "/worklist/"
    assert "Mingyue Logistics" in one.page("/customers/")
    other = place_of(story.people_of(hanhai)["owner"])
    for wrong in (other.pk, "x", 10**30):
        assert one.post("/places/", {"place": wrong}).headers["Location"] == "/places/"
    end_place(there, by=story.people_of(hanhai)["owner"], now=NOON)
    assert "Mingyue Logistics" not in one.page("/customers/"), "back at their first place"
