"""Whose is a deed of the worklist, may it rest, and does it come back by itself or when it gets worse?"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer, Membership, User
from dunning.minding import BadMark, Matter, claim_deeds, rests
from dunning.models import DeedMark, SavedView
from partnerportal.pages.urgency import weight
from tests import story
from tests.pages.staff.conftest import text_of

LANHAI = "Find a billing contact Lanhai Trading"
HTMX = {"HX-Request": "true", "HX-Target": "beside"}


@pytest.fixture
def whose(hanhai) -> Customer:
    """A customer whom nobody knows how to write to: the plainest deed there is."""
    known = {"created_at": story.at(story.ISSUED), "contact_read_at": story.at(story.ISSUED)}
    return Customer.objects.create(partner=hanhai, provider_id="lanhai", name="Lanhai Trading", **known)


@pytest.fixture
def deed(whose) -> str:
    return f"contact-{whose.pk}"


def says(desk, path="/worklist/"):
    return text_of(desk.get(path))


def snoozed(desk, deed, until, why="They pay on Tuesday"):
    return desk.post("/worklist/snooze/", {"key": deed, "until": until, "why": why})


def test_a_claim_puts_the_name_on_the_deed_and_on_mine(deed, people, sit_down):
    desk = sit_down(people["collections"], story.SUSPEND)
    assert "0 of 1 are yours" in says(desk)
    answer = desk.post("/worklist/mark/", {"claim": deed})
    assert answer.headers["Location"] == f"/worklist/?at={deed}"
    assert desk.post("/worklist/mark/", {"claim": deed}).status_code == 302
    mark = DeedMark.objects.get()
    assert (mark.key, mark.owner, mark.owned_by) == (deed, people["collections"], people["collections"])
    assert "1 of 1 are yours" in says(desk, "/worklist/?owner=mine")
    assert LANHAI not in says(desk, "/worklist/?owner=unclaimed")


def test_whoever_was_first_keeps_it_until_they_release_it(deed, people, sit_down):
    first, second = sit_down(people["collections"], story.SUSPEND), sit_down(people["owner"], story.SUSPEND)
    first.post("/worklist/mark/", {"claim": deed})
    seen = text_of(second.post("/worklist/mark/", {"claim": deed}, follow=True))
    assert f"1 stays with {people['collections']}" in seen
    assert f"1 stays with {people['collections']}" in text_of(
        second.post("/worklist/mark/", {"key": deed, "do": "release"}, follow=True)
    )
    first.post("/worklist/mark/", {"key": deed, "do": "release"})
    second.post("/worklist/mark/", {"claim": deed})
    assert DeedMark.objects.get().owner == people["owner"]


def test_a_snooze_takes_it_off_the_list_and_brings_it_back_that_morning(deed, people, sit_down):
    desk = sit_down(people["collections"], story.SUSPEND)
    assert "No date of a customer moves" in says(desk, f"/worklist/snooze/?key={deed}")
    monday = story.at(story.SUSPEND) + timedelta(days=4)
    assert snoozed(desk, deed, f"{monday:%Y-%m-%d}").headers["Location"] == "/worklist/?owner=all"
    assert LANHAI not in says(desk)
    resting = says(desk, "/worklist/?owner=snoozed")
    assert LANHAI in resting and "They pay on Tuesday" in resting
    evening, morning = desk.at(monday.date() - timedelta(days=1), "23:59"), desk.at(monday.date(), "00:00")
    assert LANHAI not in says(evening) and LANHAI in says(morning)


@pytest.mark.parametrize(("until", "why"), [("2020-01-01", "x"), ("2099-01-01", "x"), ("", "x"), ("2026-07-25", " ")])
def test_a_snooze_without_a_day_ahead_or_a_reason_is_refused_with_what_was_typed(deed, people, sit_down, until, why):
    desk = sit_down(people["owner"], story.SUSPEND)
    answer = snoozed(desk, deed, until, why)
    assert answer.status_code == 422 and f'value="{deed}"' in answer.content.decode()
    assert not DeedMark.objects.exclude(snoozed_until=None).exists()


def test_it_comes_back_early_when_it_is_about_more_money_or_an_earlier_day():
    now = story.at(story.SUSPEND)
    mark = DeedMark(
        key="call-1", snoozed_until=now + timedelta(days=5), amount=Decimal(100), due_at=now + timedelta(days=2)
    )
    same = Matter("call-1", Decimal(100), now + timedelta(days=2))
    assert rests(mark, same, now=now)
    assert rests(mark, Matter("call-1", Decimal(60), now + timedelta(days=3)), now=now)
    assert not rests(mark, Matter("call-1", Decimal("100.01"), same.due_at), now=now)
    assert not rests(mark, Matter("call-1", Decimal(100), now + timedelta(days=1)), now=now)
    assert not rests(mark, same, now=now + timedelta(days=5))
    assert not rests(None, same, now=now)


def test_an_earlier_day_brings_a_snoozed_deed_back(deed, people, sit_down):
    desk = sit_down(people["collections"], story.SUSPEND)
    snoozed(desk, deed, f"{story.at(story.SUSPEND) + timedelta(days=4):%Y-%m-%d}")
    DeedMark.objects.update(due_at=desk.now + timedelta(days=9))
    assert LANHAI in says(desk)
    assert "it is back early: it got worse" in says(desk, f"/worklist/?row={deed}")


def test_bringing_it_back_needs_no_reason(deed, people, sit_down):
    desk = sit_down(people["collections"], story.SUSPEND)
    snoozed(desk, deed, f"{story.at(story.SUSPEND) + timedelta(days=4):%Y-%m-%d}")
    desk.post("/worklist/mark/", {"key": deed, "do": "wake", "back": "owner=snoozed"})
    assert LANHAI in says(desk)


def test_many_are_chosen_at_once_and_snoozing_asks_first(deed, people, sit_down):
    desk = sit_down(people["owner"], story.SUSPEND)
    keys = [deed, "call-999"]
    asked = desk.post("/worklist/mark/", {"key": keys, "do": "snooze", "back": "show=approve&x=1"})
    assert asked.headers["Location"] == f"/worklist/snooze/?key={keys[0]}&key=call-999&back=show%3Dapprove"
    assert "Snooze 1 deed" in says(desk, asked.headers["Location"])
    none = desk.post("/worklist/mark/", {"do": "claim"}, follow=True)
    assert "Tick the deeds first" in text_of(none)
    gone = desk.post("/worklist/mark/", {"key": "call-999", "do": "claim"}, follow=True)
    assert "somebody was faster" in text_of(gone) and not DeedMark.objects.exists()


def test_handing_over_gives_it_to_a_colleague_who_may_do_it(deed, people, sit_down):
    desk = sit_down(people["owner"], story.SUSPEND)
    page = desk.get(f"/worklist/hand-over/?key={deed}").content.decode()
    assert str(people["collections"]) in page and f'value="{people["viewer"].pk}"' not in page
    assert desk.post("/worklist/hand-over/", {"key": deed, "to": people["viewer"].pk}).status_code == 422
    assert desk.post("/worklist/hand-over/", {"key": deed, "to": people["collections"].pk}).status_code == 302
    assert DeedMark.objects.get().owner == people["collections"]


def test_a_viewer_marks_nothing_and_another_partner_reaches_nothing(deed, people, bohai, sit_down):
    viewer = sit_down(people["viewer"], story.SUSPEND)
    assert "deed-choose" not in viewer.get("/worklist/").content.decode()
    assert viewer.post("/worklist/mark/", {"claim": deed}).status_code == 403
    theirs = sit_down(story.people_of(bohai)["owner"], story.SUSPEND)
    assert "somebody was faster" in text_of(theirs.post("/worklist/mark/", {"claim": deed}, follow=True))
    assert not DeedMark.objects.exists()


def test_a_view_is_kept_chosen_and_may_begin_the_day(deed, people, sit_down):
    desk, other = sit_down(people["owner"], story.SUSPEND), sit_down(people["collections"], story.SUSPEND)
    desk.post("/worklist/views/", {"name": "Mornings", "back": "show=approve&evil=1", "first": "on", "do": "save"})
    view = SavedView.objects.get()
    assert (view.user, view.query, view.first) == (people["owner"], "show=approve", True)
    assert desk.get("/worklist/").headers["Location"] == "/worklist/?show=approve"
    assert "Mornings" in says(desk, "/worklist/?owner=all") and "Mornings" not in says(other)
    assert other.post("/worklist/views/", {"name": "Mornings", "do": "drop"}).status_code == 302
    assert "A view needs a name" in text_of(desk.post("/worklist/views/", {"name": " ", "do": "save"}, follow=True))
    desk.post("/worklist/views/", {"name": "Mornings", "do": "drop"})
    assert not SavedView.objects.exists() and desk.get("/worklist/").status_code == 200


def test_a_click_on_a_row_brings_only_its_panel(deed, people, sit_down):
    desk = sit_down(people["owner"], story.SUSPEND)
    part = desk.get(f"/worklist/?row={deed}", headers=HTMX).content.decode()
    assert "<html" not in part and "Without an address" in part
    assert desk.get("/worklist/?owner=all", headers=HTMX).content.decode().strip() == ""
    back = {**HTMX, "HX-History-Restore-Request": "true"}
    assert "<html" in desk.get(f"/worklist/?row={deed}", headers=back).content.decode()


def test_tags_and_currencies_narrow_the_list(deed, whose, people, sit_down):
    Customer.objects.filter(pk=whose.pk).update(tags=["north"])
    desk = sit_down(people["owner"], story.SUSPEND)
    assert LANHAI in says(desk, "/worklist/?tag=north") and "north" in says(desk)
    assert "Nothing of this kind waits" in says(desk, "/worklist/?tag=south")
    assert "Nothing of this kind waits" in says(desk, "/worklist/?currency=EUR")


def test_the_file_holds_what_the_filter_shows(deed, people, sit_down):
    desk = sit_down(people["owner"], story.SUSPEND)
    desk.post("/worklist/mark/", {"claim": deed})
    mine = b"".join(desk.get("/worklist/?owner=mine&export=csv").streaming_content).decode()
    assert "Lanhai Trading" in mine and str(people["owner"]) in mine
    assert "Lanhai" not in b"".join(desk.get("/worklist/?owner=snoozed&export=csv").streaming_content).decode()


def test_weight_is_amount_times_risk_times_nearness():
    now = story.at(story.SUSPEND)
    tomorrow, today = now + timedelta(days=1), now
    assert weight("draft", Decimal(100), today, now=now) == 100
    assert weight("stop", Decimal(100), today, now=now) == 500
    assert weight("draft", Decimal(100), tomorrow, now=now) == 50
    assert weight("draft", Decimal(100), now - timedelta(days=5), now=now) == 150
    assert weight("draft", None, today, now=now) == 1_000
    assert weight("draft", Decimal(100), None, now=now) < weight("draft", Decimal(100), tomorrow, now=now)


def test_a_thousand_deeds_cost_as_many_queries_as_ten(hanhai, people, sit_down):
    def bounce(count: int) -> int:
        customers = [
            Customer(
                partner=hanhai,
                provider_id=f"{count}-{n}",
                name=f"Company {n:04d}",
                created_at=desk.now,
                contact_read_at=desk.now,
            )
            for n in range(count)
        ]
        Customer.objects.bulk_create(customers)
        return desk.queries("/worklist/?owner=all")

    desk = sit_down(people["viewer"])
    few = bounce(10)
    assert bounce(990) == few <= 12
    assert "1–50" in says(desk) or "1 to 50" in says(desk)


def test_only_people_of_the_book_in_a_working_role_claim(hanhai, people):
    stranger = User.objects.create_user("nobody@elsewhere.example", "x", name="Nobody")
    for who in (stranger, people["viewer"]):
        with pytest.raises(Exception, match="may not"):
            claim_deeds(hanhai, ["call-1"], by=who, now=story.at(story.ISSUED))
    with pytest.raises(BadMark):
        claim_deeds(hanhai, [], by=people["owner"], now=story.at(story.ISSUED))
    assert Membership.objects.filter(user=stranger).count() == 0


def test_marks_are_read_in_one_query(deed, people, sit_down):
    desk = sit_down(people["owner"], story.SUSPEND)
    desk.post("/worklist/mark/", {"claim": deed})
    with desk.then(), CaptureQueriesContext(connection) as asked:
        desk.client.get("/worklist/?owner=all")
    assert sum("dunning_deedmark" in one["sql"] for one in asked) == 1
