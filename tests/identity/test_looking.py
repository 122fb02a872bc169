"""Can staff see what a customer sees, without leaving a trace in their name?"""

from __future__ import annotations

from datetime import timedelta

from customers.models import Membership, Message, TimelineEntry
from tests import story
from tests.identity.conftest import NOON


def test_staff_look_and_can_do_nothing(hanhai, lanhai, people, window):
    desk = window(people["help_desk"])
    invoice = lanhai.invoices.get()
    assert desk.get("/my/").status_code == 404
    assert desk.post(f"/customers/{lanhai.pk}/look/").headers["Location"] == "/my/"

    page = desk.page("/my/")
    assert "You see the pages of Lanhai Trading" in page and "Stop looking" in page
    assert invoice.number in desk.page(f"/my/invoices/{invoice.pk}/")
    seen = Message.objects.exclude(seen_at=None)
    assert not seen.exists(), "what they look at, the customer has not seen"
    before = TimelineEntry.objects.count()
    for path in (f"/my/invoices/{invoice.pk}/promise/", f"/my/invoices/{invoice.pk}/question/", "/my/people/invite/"):
        answer = desk.post(path, {"email": "x@x.example", "role": "customer_viewer", "language": "en"})
        assert answer.status_code == 403 and "You are only looking" in answer.content.decode()
    assert TimelineEntry.objects.count() == before
    assert not Membership.objects.filter(customer=lanhai).exists()
    other = story.customer_named(hanhai, "Mingyue Logistics").invoices.get()
    assert desk.get(f"/my/invoices/{other.pk}/").status_code == 404
    assert desk.get("/worklist/").status_code == 200, "their own pages stay theirs"

    assert desk.post("/looking/end/").headers["Location"] == f"/customers/{lanhai.pk}/"
    assert desk.get("/my/").status_code == 404
    told = TimelineEntry.objects.filter(code__startswith="looked").order_by("pk")
    assert [(one.code, one.shared, one.actor) for one in told] == [
        ("looked_as", False, desk.user),
        ("looked_enough", False, desk.user),
    ]


def test_half_an_hour_is_over(hanhai, lanhai, people, window):
    desk = window(people["owner"])
    desk.post(f"/customers/{lanhai.pk}/look/")
    desk.now = NOON + timedelta(minutes=29)
    assert desk.get("/my/").status_code == 200
    desk.now = NOON + timedelta(minutes=30)
    assert desk.get("/my/").headers["Location"] == f"/customers/{lanhai.pk}/"
    assert desk.get("/my/").status_code == 404


def test_another_role_or_place_ends_it(hanhai, bohai, lanhai, people, window):
    desk = window(people["help_desk"])
    desk.post(f"/customers/{lanhai.pk}/look/")
    Membership.objects.filter(user=desk.user).update(role="viewer")
    assert desk.get("/my/").status_code == 404
    Membership.objects.filter(user=desk.user).update(role="help_desk")
    desk.post(f"/customers/{lanhai.pk}/look/")
    there = Membership.objects.create(partner=bohai, user=desk.user, role="owner")
    desk.post("/places/", {"place": there.pk})
    assert desk.get("/my/").status_code == 404
