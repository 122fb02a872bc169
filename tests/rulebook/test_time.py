"""Are days, instants, working days and staffed hours counted as they should be?"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.policy import (
    Action,
    Anchor,
    Calendar,
    Eve,
    Stage,
    Unit,
    business_day,
    day,
    first_instant,
    is_eve,
    midnight,
    month_end,
    next_business_day,
    shift,
    suspendable,
    window,
)
from dunning.policy.days import roll

from .worlds import calendars, instants, zones

PARIS = ZoneInfo("Europe/Paris")
HQ = Calendar(PARIS, holidays=frozenset({date(2027, 3, 26), date(2027, 3, 29)}), worked=frozenset({date(2027, 3, 20)}))


def at(written: str, zone: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("zone", "on", "first"),
    [
        ("UTC", date(2027, 3, 1), "2027-03-01T00:00"),
        ("Asia/Shanghai", date(2027, 3, 1), "2027-02-28T16:00"),
        ("Asia/Kathmandu", date(2027, 3, 1), "2027-02-28T18:15"),
        ("Pacific/Kiritimati", date(2027, 3, 1), "2027-02-28T10:00"),
        ("America/Santiago", date(2026, 9, 6), "2026-09-06T04:00"),  # midnight is skipped
        ("America/Santiago", date(2026, 4, 5), "2026-04-05T04:00"),  # the hour before it repeats
        ("Africa/Cairo", date(2026, 4, 24), "2026-04-23T22:00"),  # midnight is skipped
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00"),  # the day is skipped
        ("America/Toronto", date(1919, 3, 31), "1919-03-31T04:30"),  # skipped from half past eleven
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00"),  # midnight comes twice
    ],
)
def test_midnight_is_the_first_instant_of_the_day(zone: str, on: date, first: str) -> None:
    found = midnight(on, ZoneInfo(zone))
    assert found == at(first, "UTC")
    assert found.tzinfo is UTC
    assert day(found - timedelta(seconds=1), ZoneInfo(zone)) < on <= day(found, ZoneInfo(zone))


def test_every_minute_that_is_skipped_is_the_instant_of_the_jump() -> None:
    jump = at("2027-03-28T01:00", "UTC")
    for minute in range(60):
        assert first_instant(date(2027, 3, 28), time(2, minute), ZoneInfo("Europe/Paris")) == jump


@given(zones, st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.times())
def test_no_earlier_instant_shows_the_same_wall_clock(zone: ZoneInfo, on: date, clock: time) -> None:
    found = first_instant(on, clock, zone)
    wall = datetime.combine(on, clock)
    assert found.astimezone(zone).replace(tzinfo=None) >= wall
    assert (found - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None) < wall


@pytest.mark.parametrize(
    ("on", "works", "eve"),
    [
        (date(2027, 3, 19), True, False),  # Friday before a worked Saturday
        (date(2027, 3, 20), True, False),  # the worked Saturday: a plain Sunday follows
        (date(2027, 3, 21), False, False),
        (date(2027, 3, 24), True, False),
        (date(2027, 3, 25), True, True),  # Thursday before Good Friday
        (date(2027, 3, 26), False, False),
        (date(2027, 3, 30), True, False),
    ],
)
def test_working_days_and_eves(on: date, works: bool, eve: bool) -> None:
    assert (business_day(on, HQ), is_eve(on, HQ)) == (works, eve)
    assert suspendable(on, HQ) is (works and not eve)


@pytest.mark.parametrize(("kind", "eve"), [(Eve.HOLIDAY, False), (Eve.REST, True), (Eve.NONE, False)])
def test_a_plain_weekend_makes_an_eve_only_where_every_rest_counts(kind: Eve, eve: bool) -> None:
    assert is_eve(date(2027, 3, 12), Calendar(UTC, eve=kind)) is eve


def test_a_holiday_on_a_weekend_makes_the_friday_an_eve() -> None:
    assert is_eve(date(2027, 3, 12), Calendar(UTC, holidays=frozenset({date(2027, 3, 14)})))


@pytest.mark.parametrize(
    ("on", "count", "unit", "then"),
    [
        (date(2027, 3, 25), 1, Unit.BUSINESS_DAYS, date(2027, 3, 30)),
        (date(2027, 3, 30), -1, Unit.BUSINESS_DAYS, date(2027, 3, 25)),
        (date(2027, 3, 19), 1, Unit.BUSINESS_DAYS, date(2027, 3, 20)),
        (date(2027, 3, 21), 0, Unit.BUSINESS_DAYS, date(2027, 3, 21)),
        (date(2027, 3, 21), -2, Unit.BUSINESS_DAYS, date(2027, 3, 19)),
        (date(2028, 2, 28), 1, Unit.DAYS, date(2028, 2, 29)),
        (date(2027, 3, 25), -25, Unit.DAYS, date(2027, 2, 28)),
    ],
)
def test_days_are_shifted_by_their_unit(on: date, count: int, unit: Unit, then: date) -> None:
    assert shift(on, count, unit, HQ) == then


@pytest.mark.parametrize(
    ("stage", "on", "then"),
    [
        (Stage("s", Action.SUSPEND, Anchor.DELIVERED, "n", 7), date(2027, 3, 25), date(2027, 3, 30)),
        (Stage("n", Action.NOTICE, offset=-3), date(2027, 3, 21), date(2027, 3, 20)),
        (Stage("n", Action.NOTICE, offset=0), date(2027, 3, 29), date(2027, 3, 25)),
        (Stage("n", Action.NOTICE, offset=3), date(2027, 3, 26), date(2027, 3, 30)),
        (Stage("n", Action.NOTICE, Anchor.MONTH_END), date(2027, 3, 21), date(2027, 3, 22)),
        (Stage("d", Action.DELETION_NOTICE, Anchor.SUSPENDED), date(2027, 3, 28), date(2027, 3, 28)),
        (Stage("h", Action.HAND_OVER, Anchor.SUSPENDED), date(2027, 3, 28), date(2027, 3, 30)),
    ],
)
def test_each_kind_of_stage_rolls_its_own_way(stage: Stage, on: date, then: date) -> None:
    assert roll(on, stage, HQ) == then


def test_the_end_of_the_month_and_the_next_working_day() -> None:
    assert [month_end(date(2028, month, 1)).day for month in (1, 2, 4, 12)] == [31, 29, 30, 31]
    assert next_business_day(date(2027, 3, 26), HQ) == date(2027, 3, 30)


@pytest.mark.parametrize(
    ("start", "zone", "opens"),
    [
        ("2027-03-24T08:59", "Europe/Paris", "2027-03-24T09:00"),
        ("2027-03-24T17:59", "Europe/Paris", "2027-03-24T17:59"),
        ("2027-03-24T18:00", "Europe/Paris", "2027-03-30T09:00"),  # an eve, Easter, and the clocks go forward
        ("2027-03-27T12:00", "Europe/Paris", "2027-03-30T09:00"),
        ("2027-03-22T00:00", "Asia/Shanghai", "2027-03-22T16:00"),  # Paris opens at four in Shanghai
        ("2027-03-23T00:30", "Asia/Shanghai", "2027-03-23T00:30"),  # still Monday and open in Paris
        ("2027-03-24T01:00", "Pacific/Honolulu", "2027-03-24T01:00"),
        ("2027-03-25T00:00", "Pacific/Honolulu", "2027-03-30T00:00"),  # Tuesday noon in Paris, Monday there
    ],
)
def test_the_window_opens_when_staff_and_customer_are_at_work(start: str, zone: str, opens: str) -> None:
    assert window(at(start, zone), HQ, ZoneInfo(zone)) == at(opens, zone)


def test_the_window_opens_at_a_midnight_of_the_customer_a_day_away() -> None:
    """Twenty-five and twenty-six hours apart: on one day of the staff, the customer has parts of three."""
    east = Calendar(ZoneInfo("Pacific/Kiritimati"), opens=time(0), closes=time(12))
    start = at("2027-03-23T00:30", "Pacific/Kiritimati")  # Sunday still, in the far west
    assert window(start, east, ZoneInfo("Etc/GMT+12")) == at("2027-03-23T02:00", "Pacific/Kiritimati")
    resting = frozenset({date(2027, 3, 24)})
    west = Calendar(ZoneInfo("Pacific/Pago_Pago"), resting, closes=time(23, 59), eve=Eve.NONE)
    start = at("2027-03-23T10:00", "Pacific/Pago_Pago")
    assert window(start, west, ZoneInfo("Pacific/Kiritimati")) == at("2027-03-23T23:00", "Pacific/Pago_Pago")


@given(instants(), calendars(), zones)
def test_the_window_is_open_and_nothing_before_it_is(start: datetime, calendar: Calendar, zone: ZoneInfo) -> None:
    found = window(start, calendar, zone)
    assert found is None or found >= start

    def is_open(instant: datetime) -> bool:
        wall = instant.astimezone(calendar.zone)
        staffed = calendar.opens <= wall.time() < calendar.closes
        return staffed and suspendable(wall.date(), calendar) and suspendable(day(instant, zone), calendar)

    assert found is None or is_open(found)
    ahead = [start + timedelta(minutes=10 * n) for n in range(1000)]
    assert not any(is_open(instant) for instant in ahead if found is None or instant < found)


@pytest.mark.parametrize(
    ("weekend", "eve", "closes"),
    [({1, 2, 3, 4, 5, 6, 7}, Eve.HOLIDAY, time(18)), ({2, 4, 6, 7}, Eve.REST, time(18)), ({7}, Eve.NONE, time(9))],
)
def test_a_calendar_that_never_opens_is_refused(weekend: set[int], eve: Eve, closes: time) -> None:
    with pytest.raises(ValueError, match="closes|weekend"):
        Calendar(UTC, weekend=frozenset(weekend), eve=eve, closes=closes)
