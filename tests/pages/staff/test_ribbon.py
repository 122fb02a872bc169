"""Does the simulated date move once for a press, day by day, counted, and is it said what happened?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from billing.bank.standing import last_reading
from dunning.banking import declare_complete
from dunning.models import Run
from outbox import clock
from partnerportal.demo import walking
from partnerportal.tasks import live_days
from tests import story

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_walks():
    """No walk of an earlier test is remembered."""
    cache.delete(walking.KEY)
    yield
    cache.delete(walking.KEY)


@pytest.fixture
def asked(monkeypatch):
    """The days that pages asked the worker for."""
    found: list[date] = []
    monkeypatch.setattr(live_days, "delay", lambda until: found.append(date.fromisoformat(until)))
    return found


@pytest.fixture
def viewer(client, hanhai, people):
    """Hanhai's viewer, whom the ribbon serves as well as anybody, on a day in December."""
    clock.move_to(story.at("2026-12-01", "09:12"))
    client.force_login(people["viewer"])
    return client


def press(client, days: int, **more):
    return client.post(reverse("next_day"), {"days": days, "seen": walking.shown(clock.now()), **more})


def test_one_press_is_one_walk_however_often_it_is_pressed(viewer, asked):
    seen = walking.shown(clock.now())
    first = press(viewer, 2, next="/collections/")
    assert first.status_code == 302 and first.url == "/clock/?next=%2Fcollections%2F"
    press(viewer, 7)
    press(viewer, 1)
    assert asked == [walking.today() + timedelta(days=2)]
    assert walking.walk(asked[0]) == 2
    # The old page's button names a day that is over.
    viewer.post(reverse("next_day"), {"days": 7, "seen": seen})
    assert asked == [walking.today()]
    # A message that the broker delivers again finds the days lived.
    assert walking.walk(asked[0]) == 0


def test_the_page_counts_along_by_itself_and_ends_where_one_was(viewer, asked):
    press(viewer, 2)
    page = viewer.get(reverse("clock"), {"next": "/worklist/"})
    assert "Living day 1 of 2" in page.text and "Look again" in page.text
    partial = viewer.get(reverse("clock"), headers={"HX-Request": "true"})
    assert "Living day 1 of 2" in partial.text and "<html" not in partial.text and "HX-Refresh" not in partial
    walking.walk(asked[0])
    assert viewer.get(reverse("clock"), headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert viewer.get(reverse("clock"), {"next": "/worklist/"}).url == "/worklist/"
    assert viewer.get(reverse("clock"), {"next": "https://elsewhere.example/"}).url == "/"


def test_each_day_is_run_and_the_ribbon_says_what_it_brought(viewer, asked, hanhai, mail_dir):
    story.import_book(hanhai, [story.company("Lanhai Trading")], on=date(2026, 11, 28))
    story.issue_all(hanhai, on=date(2026, 11, 28))
    clock.move_to(story.at("2026-12-16", "09:12"))
    press(viewer, 3)
    walking.walk(asked[0])
    runs = Run.objects.filter(partner=hanhai, on__gt=date(2026, 12, 16)).order_by("on")
    assert [run.on.day for run in runs] == [17, 18, 19]
    assert sum(run.notices for run in runs) == 1
    page = viewer.get(reverse("collections")).text
    assert "3 days later: 1 notice." in page
    assert reverse("run", args=[runs[2].pk]) in page


def test_a_bank_that_was_read_stays_read_and_one_that_was_not_does_not(hanhai, bohai, people):
    clock.move_to(story.at("2026-12-01", "09:12"))
    declare_complete(hanhai, walking.today(), now=clock.now(), by=people["owner"])
    walking.live_a_day()
    assert last_reading(hanhai).at.date() == date(2026, 12, 2)
    assert last_reading(bohai) is None


def test_strange_numbers_of_days_are_one_and_production_has_no_ribbon(viewer, asked, settings):
    press(viewer, "0x7")
    assert asked == [walking.today() + timedelta(days=1)]
    settings.PRODUCTION = True
    assert viewer.get(reverse("clock")).status_code == 404
    assert "Simulated date" not in viewer.get(reverse("collections")).text
