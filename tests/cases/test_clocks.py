"""How is Beijing's business time counted, over nights, weekends, holidays and swapped working days?"""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disputes.clocks import after, beijing, in_words, length_of_day, waited, worked
from tests.story import at

HOURS = timedelta(hours=1)


@pytest.mark.parametrize(
    ("begins", "ends", "hours"),
    [
        (at("2026-06-17", "10:00"), at("2026-06-17", "15:30"), 5.5),
        (at("2026-06-17", "17:00"), at("2026-06-18", "10:00"), 2),
        (at("2026-06-17", "20:00"), at("2026-06-18", "08:00"), 0),
        # The Dragon Boat Festival on Friday, then the weekend.
        (at("2026-06-18", "17:00"), at("2026-06-22", "10:00"), 2),
        # A Sunday that is worked in exchange for a longer holiday.
        (at("2026-09-20", "09:00"), at("2026-09-20", "18:00"), 9),
        # The National Day week: from the 30th's evening to the 8th's noon only three hours are worked.
        (at("2026-09-30", "18:00"), at("2026-10-08", "12:00"), 3),
        (at("2026-06-18"), at("2026-06-17"), 0),
        # The same instants said elsewhere.
        (at("2026-06-17", "02:00", ZoneInfo("UTC")), at("2026-06-17", "10:30", ZoneInfo("Europe/Moscow")), 5.5),
    ],
)
def test_only_business_hours_in_beijing_count(begins, ends, hours):
    assert worked(beijing(), begins, ends) == hours * HOURS


@pytest.mark.parametrize(
    ("begins", "days", "ends"),
    [
        (at("2026-06-17", "15:00"), 3, at("2026-06-23", "15:00")),
        (at("2026-06-17", "19:00"), 1, at("2026-06-22", "09:00")),
        (at("2026-06-20", "12:00"), 1, at("2026-06-23", "09:00")),
        (at("2026-06-17", "03:00"), 2, at("2026-06-22", "09:00")),
        (at("2026-09-29", "10:00"), 3, at("2026-10-09", "10:00")),
    ],
)
def test_so_many_business_days_on(begins, days, ends):
    assert after(beijing(), begins, days) == ends


START = at("2025-01-01")
INSTANTS = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))


@given(INSTANTS, INSTANTS, INSTANTS)
def test_time_adds_up(first, second, third):
    one, two, three = sorted((first, second, third))
    calendar = beijing()
    assert worked(calendar, one, three) == worked(calendar, one, two) + worked(calendar, two, three)
    assert worked(calendar, one, two) <= two - one


@given(INSTANTS, st.integers(0, 20))
def test_after_so_many_days_exactly_that_time_is_worked(begins, days):
    calendar = beijing()
    assert worked(calendar, begins, after(calendar, begins, days)) == days * length_of_day(calendar)


def test_it_is_said_in_words():
    assert in_words(timedelta(minutes=59)) == "less than a business hour"
    assert in_words(1 * HOURS) == "1 business hour"
    assert in_words(9 * HOURS) == "1 business day"
    assert in_words(21.5 * HOURS) == "2 business days, 3 hours"
    assert waited(at("2026-06-17", "15:00"), at("2026-06-22", "14:00")) == "1 business day, 8 hours"
