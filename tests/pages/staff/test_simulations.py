"""Can a draft be simulated from its page, and does the result say whom it moves?"""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from customers.models import Customer
from dunning import simulating_later
from dunning.drafting import begin, drop, save
from dunning.founding import standard_policy
from dunning.models import Simulation
from dunning.tasks import simulate_policy
from tests import story
from tests.pages.staff.conftest import text_of

START = "/collections/policy/simulate/"
RUNNING = "/collections/policy/simulations/running/"
NOW = story.at(story.ISSUED)


@pytest.fixture
def draft(small_book, people):
    """A draft whose final notice comes six days later than today's, and its suspension three earlier after it."""
    return offset(small_book, people, 20)


def offset(partner, people, days):
    standard = standard_policy("CNY")
    stages = tuple(replace(one, offset=days) if one.name == "final" else one for one in standard.stages)
    begun = begin(partner, now=NOW, by=people["owner"])
    return save(begun.pk, replace(standard, stages=stages), edition=begun.edition, now=NOW, by=people["owner"])


@pytest.fixture
def desk(draft, people, sit_down):
    yield sit_down(people["collections"])
    simulating_later.forget(draft.partner)


def test_the_result_says_who_moves_by_how_much_and_keeps_it(draft, desk):
    page = desk.post(START, {"edition": draft.edition}, follow=True)
    kept = Simulation.objects.get()
    assert page.redirect_chain == [(f"/collections/policy/simulations/{kept.pk}/", 302)]
    assert (kept.draft, kept.edition, kept.by) == (draft, draft.edition, desk.user)
    seen = text_of(page)
    assert "No subscription would be suspended earlier. Nothing else moves forward." in seen
    owing = Customer.objects.filter(invoices__balance__gt=0).distinct().count()
    assert f"{kept.result['suspended']['later']} subscriptions would be suspended later or not at all." in seen
    assert owing and len({row["customer"] for row in kept.result["later"]}) == owing
    assert "Lanhai Trading" in seen and "Nothing is sent" in seen and "Users without sign-in" in seen
    assert "<svg" in page.content.decode() and "Show as a table" in seen
    row = kept.result["later"][0]
    assert f"{-row['days']} days" in seen


def test_a_shorter_policy_names_who_is_suspended_earlier(draft, people, desk):
    again = offset(draft.partner, people, 9)
    seen = text_of(desk.post(START, {"edition": again.edition}, follow=True))
    kept = Simulation.objects.latest("pk")
    n = kept.result["suspended"]["earlier"]
    assert n and f"{n} subscriptions would be suspended earlier. Nothing else moves forward." in seen


def test_a_second_press_is_the_same_simulation(draft, desk):
    pages = [desk.post(START, {"edition": draft.edition}) for _ in range(2)]
    assert pages[0].headers["Location"] == pages[1].headers["Location"]
    assert Simulation.objects.count() == 1


def test_an_edition_that_has_changed_is_not_simulated_unread(draft, desk):
    for edition in ("0", "999", "x", "١"):
        page = desk.post(START, {"edition": edition})
        assert page.status_code == 409 and "The draft has changed since you read it." in text_of(page)
    assert not Simulation.objects.exists()


def test_without_a_draft_the_page_leads_to_the_studio(draft, desk):
    drop(draft.pk, edition=draft.edition, now=NOW)
    page = desk.post(START, {"edition": "1"})
    assert page.status_code == 409 and "No policy is being written" in text_of(page)
    assert "/collections/policy/studio/" in page.content.decode()


def test_a_draft_with_faults_is_refused_with_their_places(draft, desk):
    broken = {**draft.mapping, "stages": [*draft.mapping["stages"][:2], {"name": "off", "action": "suspend"}]}
    draft.mapping = broken
    draft.save()
    page = desk.post(START, {"edition": draft.edition})
    assert page.status_code == 422 and "stages[2].anchor" in text_of(page)
    assert not Simulation.objects.exists()


def test_the_rows_leave_as_a_file(draft, desk):
    desk.post(START, {"edition": draft.edition})
    kept = Simulation.objects.get()
    whole = desk.get(f"/collections/policy/simulations/{kept.pk}/?export=csv")
    rows = list(csv.reader(io.StringIO(b"".join(whole.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 1 + kept.result["found"]["later"] and rows[1][0] == "later"
    Simulation.objects.create(
        partner=draft.partner, at=NOW, mapping=draft.mapping, result={**kept.result, "later": kept.result["later"][:1]}
    )
    again = desk.get(f"/collections/policy/simulations/{Simulation.objects.latest('pk').pk}/?export=csv")
    more = list(csv.reader(io.StringIO(b"".join(again.streaming_content).decode("utf-8-sig"))))
    assert sorted(more) == sorted(rows)


def test_a_large_book_goes_on_in_the_background(draft, desk, monkeypatch):
    monkeypatch.setattr(simulating_later, "AT_ONCE", 1)
    page = desk.post(START, {"edition": draft.edition}, follow=True)
    assert page.redirect_chain == [(RUNNING, 302)] and "Waiting for its turn" in text_of(page)
    desk.post(START, {"edition": draft.edition})
    assert not Simulation.objects.exists()
    with desk.then():
        simulate_policy(draft.pk, desk.user.pk)
    kept = Simulation.objects.get()
    asked = desk.get(RUNNING, headers={"HX-Request": "true"})
    assert asked.headers["HX-Redirect"] == f"/collections/policy/simulations/{kept.pk}/"
    assert desk.get(RUNNING).headers["Location"] == "/collections/policy/simulations/"


def test_progress_is_told_and_faults_end_it(draft, desk):
    assert simulating_later.announce(draft.partner) and not simulating_later.announce(draft.partner)
    simulating_later._say(draft.partner, simulating_later.Progress(40, 200))
    assert "40 of 200 customers" in text_of(desk.get(RUNNING))
    part = desk.get(RUNNING, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode() and RUNNING in part.content.decode()
    draft.mapping = {"stages": []}
    draft.save()
    with desk.then():
        simulate_policy(draft.pk, desk.user.pk)
    assert desk.get(RUNNING).headers["Location"] == "/collections/policy/studio/"
    assert simulating_later.progress_of(draft.partner) is None


def test_the_list_shows_them_with_few_questions(draft, desk):
    desk.post(START, {"edition": draft.edition})
    kept = Simulation.objects.get()
    few = desk.queries("/collections/policy/simulations/")
    Simulation.objects.bulk_create(
        Simulation(partner=draft.partner, at=NOW, by=desk.user, draft=draft, mapping={}, result=kept.result)
        for _ in range(20)
    )
    assert desk.queries("/collections/policy/simulations/") == few <= 12
    assert desk.queries(f"/collections/policy/simulations/{kept.pk}/") <= 12


def test_who_may_not_change_the_policy_may_not_simulate_it(draft, people, sit_down):
    desk = sit_down(people["viewer"])
    assert desk.post(START, {"edition": draft.edition}).status_code == 403
    assert desk.get("/collections/policy/simulations/").status_code == 403
