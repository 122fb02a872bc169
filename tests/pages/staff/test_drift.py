"""Do the pages about differences with the provider show what each deed does before it is done?"""

import pytest

from subscriptions.models import Drift, Subscription
from subscriptions.stopping import open_stop
from tests import story
from tests.pages.staff.conftest import text_of

NOON = story.at(story.ISSUED)


@pytest.fixture
def seat(hanhai, people) -> Subscription:
    """One subscription in a book without a provider."""
    story.import_book(hanhai, [story.company("Lanhai Trading")])
    return story.customer_named(hanhai, "Lanhai Trading").subscriptions.get()


def differs(seat, kind="seats", ours=None, theirs=None, provider_id="") -> Drift:
    """A difference as a look leaves it."""
    about = {} if kind in ("unknown", "no_customer") else {"subscription": seat}
    return Drift.objects.create(
        **about,
        partner=seat.partner,
        customer=seat.customer,
        provider_id=provider_id or seat.provider_id,
        kind=kind,
        ours=ours if ours is not None else {"seats": seat.quantity},
        theirs=theirs if theirs is not None else {"seats": 30},
        found_at=NOON,
        last_seen_at=NOON,
    )


def test_an_empty_list_says_what_will_stand_here(hanhai, people, sit_down):
    desk = sit_down(people["owner"])
    assert "Both say the same" in text_of(desk.get("/subscriptions/drift/"))
    assert "No difference matches" in text_of(desk.get("/subscriptions/drift/?q=nobody"))


def test_from_the_list_to_the_deed(seat, people, sit_down):
    row, desk = differs(seat), sit_down(people["owner"])
    listed = text_of(desk.get("/subscriptions/drift/"))
    assert "Seats differ" in listed and "10 here, 30 there" in listed
    page = text_of(desk.get(f"/subscriptions/drift/{row.pk}/"))
    assert "Take over what 21Vianet says" in page and "Set the seats at 21Vianet" in page
    asked = desk.get(f"/subscriptions/drift/{row.pk}/mend/?how=take_over")
    assert "nothing is asked of 21Vianet" in text_of(asked)
    seen = asked.context["form"].initial["seen"]
    done = desk.post(f"/subscriptions/drift/{row.pk}/mend/", {"how": "take_over", "seen": seen}, follow=True)
    assert "Our book says the same now" in text_of(done)
    seat.refresh_from_db()
    assert seat.quantity == 30
    again = desk.post(f"/subscriptions/drift/{row.pk}/mend/", {"how": "take_over", "seen": seen}, follow=True)
    assert "nothing was changed" in text_of(again)
    assert "taken over into our book" in text_of(desk.get("/subscriptions/drift/?show=ended"))


def test_what_moved_on_since_it_was_shown_is_not_done(seat, people, sit_down):
    row, desk = differs(seat), sit_down(people["owner"])
    seen = desk.get(f"/subscriptions/drift/{row.pk}/mend/?how=set_seats").context["form"].initial["seen"]
    Drift.objects.filter(pk=row.pk).update(theirs={"seats": 31})
    page = desk.post(f"/subscriptions/drift/{row.pk}/mend/", {"how": "set_seats", "seen": seen}, follow=True)
    assert "It is no longer as it was" in text_of(page)
    assert Drift.objects.get().resize is None


def test_each_role_does_what_it_may(seat, people, sit_down):
    row = differs(seat)
    billing = sit_down(people["billing"])
    page = text_of(billing.get(f"/subscriptions/drift/{row.pk}/"))
    assert "Take it over" in page and "Your role may look at this, not do it." in page
    assert billing.get(f"/subscriptions/drift/{row.pk}/mend/?how=set_seats").status_code == 403
    assert sit_down(people["viewer"]).get("/subscriptions/drift/").status_code == 403


def test_a_reason_is_asked_of_two_people(seat, people, sit_down):
    row = differs(seat, "off_there", {"status": "active"}, {"status": "suspended"})
    desk = sit_down(people["owner"])
    url = f"/subscriptions/drift/{row.pk}/mend/"
    seen = desk.get(f"{url}?how=reason").context["form"].initial["seen"]
    empty = desk.post(url, {"how": "reason", "seen": seen, "cause": "fraud", "evidence": ""})
    assert empty.status_code == 422
    page = desk.post(url, {"how": "reason", "seen": seen, "cause": "fraud", "evidence": "Spam"}, follow=True)
    assert "Waits for a second person" in text_of(page)
    row.refresh_from_db()
    assert row.stop.state == "asked"


def test_a_stop_by_people_is_not_ended_here(seat, people, sit_down):
    row = differs(seat, "on_there", {"status": "suspended", "causes": ["fraud"]}, {"status": "active"})
    open_stop(seat.customer, [seat.pk], cause="fraud", evidence="Spam", by=people["owner"], now=NOON)
    page = text_of(sit_down(people["owner"]).get(f"/subscriptions/drift/{row.pk}/"))
    assert "lifted on its own page" in page and "Let it stay on" not in page


def test_every_kind_has_a_page_and_a_deed(seat, people, sit_down):
    unknown = {"name": "Project", "offer": "Project", "seats": 3, "status": "active"}
    said = {
        "unknown": ({}, unknown),
        "gone": ({"status": "active"}, {"status": "not found"}),
        "terms": ({"name": "A", "ends_on": "2027-03-14"}, {"name": "B", "ends_on": "2027-04-14"}),
        "auto_renew": ({"auto_renew": True}, {"auto_renew": False}),
        "no_customer": ({}, {"customer": "unknown"}),
    }
    desk = sit_down(people["owner"])
    for kind, (ours, theirs) in said.items():
        row = differs(seat, kind, ours, theirs)
        page = desk.get(f"/subscriptions/drift/{row.pk}/")
        for offer in page.context["offers"]:
            assert desk.get(f"/subscriptions/drift/{row.pk}/mend/?how={offer['how']}").status_code == 200
        assert page.context["offers"]


def test_the_worklist_and_the_record_show_it_and_a_file_has_it(seat, people, sit_down):
    differs(seat)
    desk = sit_down(people["owner"])
    assert "Decide about a difference with 21Vianet" in text_of(desk.get("/worklist/?tab=provider"))
    assert "Differences with 21Vianet" in text_of(desk.get(f"/customers/{seat.customer_id}/"))
    file = b"".join(desk.get("/subscriptions/drift/?export=csv").streaming_content).decode()
    assert "10 here, 30 there" in file


def test_a_long_list_asks_no_more(seat, people, sit_down):
    desk = sit_down(people["owner"])
    differs(seat)
    few = desk.queries("/subscriptions/drift/")
    for number in range(12):
        differs(seat, "unknown", {}, {"name": f"P{number}", "seats": 1}, provider_id=f"id-{number}")
    assert desk.queries("/subscriptions/drift/") == few <= 16
