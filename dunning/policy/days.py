"""Which day, which instant, which working day: how is time counted?"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from dunning.policy.codes import Action, Eve, Unit
from dunning.policy.facts import Calendar
from dunning.policy.terms import Stage

ONE_DAY = timedelta(days=1)
SEARCH_DAYS = 1500


def utc(instant: datetime) -> datetime:
    """The same instant in UTC; comparisons are only sound there."""
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


def day(instant: datetime, zone: tzinfo) -> date:
    """The date of an instant in a zone."""
    return instant.astimezone(zone).date()


def first_instant(on: date, at: time, zone: tzinfo) -> datetime:
    """The first instant, in UTC, whose wall clock in `zone` shows `on` `at` or later."""
    wall = datetime.combine(on, at, tzinfo=zone)
    early, late = wall.utcoffset(), wall.replace(fold=1).utcoffset()
    if early is not None and late is not None and late > early:
        return _after_gap(wall.replace(tzinfo=None), early, late, zone)
    return wall.astimezone(UTC)


def _after_gap(wall: datetime, early: timedelta, late: timedelta, zone: tzinfo) -> datetime:
    """The instant the clocks jump over `wall`, to the second."""
    before, after = (wall - late).replace(tzinfo=UTC), (wall - early).replace(tzinfo=UTC)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before).total_seconds() // 2)
        if middle.astimezone(zone).replace(tzinfo=None) >= wall:
            after = middle
        else:
            before = middle
    return after


def midnight(on: date, zone: tzinfo) -> datetime:
    """The first instant of a day in a zone, in UTC."""
    return first_instant(on, time(0), zone)


def business_day(on: date, calendar: Calendar) -> bool:
    """Whether people work that day."""
    if on in calendar.worked:
        return True
    return on.isoweekday() not in calendar.weekend and on not in calendar.holidays


def is_eve(on: date, calendar: Calendar) -> bool:
    """Whether that business day is followed by the kind of rest the calendar guards."""
    if calendar.eve is Eve.NONE or not business_day(on, calendar):
        return False
    rest = on + ONE_DAY
    if calendar.eve is Eve.REST:
        return not business_day(rest, calendar)
    while not business_day(rest, calendar):
        if rest in calendar.holidays:
            return True
        rest += ONE_DAY
    return False


def suspendable(on: date, calendar: Calendar) -> bool:
    """Whether access may be taken away that day."""
    return business_day(on, calendar) and not is_eve(on, calendar)


def shift(on: date, count: int, unit: Unit, calendar: Calendar) -> date:
    """The day `count` days or business days after (before, if negative) `on`; 0 is `on` itself."""
    if unit is Unit.DAYS:
        return on + timedelta(days=count)
    step = ONE_DAY if count > 0 else -ONE_DAY
    left = abs(count)
    while left:
        on += step
        if business_day(on, calendar):
            left -= 1
    return on


def month_end(on: date) -> date:
    """The last day of the month `on` falls in."""
    return (on.replace(day=1) + timedelta(days=32)).replace(day=1) - ONE_DAY


def next_business_day(on: date, calendar: Calendar) -> date:
    """The first business day on or after `on`."""
    while not business_day(on, calendar):
        on += ONE_DAY
    return on


def roll(on: date, stage: Stage, calendar: Calendar) -> date:
    """The day the stage may act when it would fall on `on`."""
    if stage.action is Action.DELETION_NOTICE:
        return on
    if stage.action is Action.SUSPEND:
        while not suspendable(on, calendar):
            on += ONE_DAY
        return on
    if stage.before_due:
        while not business_day(on, calendar):
            on -= ONE_DAY
        return on
    return next_business_day(on, calendar)


def window(instant: datetime, calendar: Calendar, zone: tzinfo) -> datetime | None:
    """The earliest instant from `instant` on, in UTC, that is staffed and on a day that is
    suspendable for the staff and for the customer in `zone`; none if there is none for years."""
    start = utc(instant)
    staff_day = day(start, calendar.zone)
    for ahead in range(SEARCH_DAYS):
        on = staff_day + timedelta(days=ahead)
        if suspendable(on, calendar):
            found = [t for t in _openings(start, on, calendar, zone) if _open(t, on, calendar, zone)]
            if found:
                return min(found)
    return None


def _openings(start: datetime, on: date, calendar: Calendar, zone: tzinfo) -> list[datetime]:
    """The instants of a staff day at which the window can open, not before `start`."""
    opens = datetime.combine(on, calendar.opens, tzinfo=calendar.zone)
    found = [start, first_instant(on, calendar.opens, calendar.zone), utc(opens.replace(fold=1))]
    if zone is not calendar.zone:
        found += [midnight(on + timedelta(days=near), zone) for near in (-1, 0, 1, 2)]
    return [t for t in found if t >= start]


def _open(instant: datetime, on: date, calendar: Calendar, zone: tzinfo) -> bool:
    """Whether an instant lies in the staffed hours of `on` and the customer's day is suspendable."""
    wall = instant.astimezone(calendar.zone)
    if wall.date() != on or not calendar.opens <= wall.time() < calendar.closes:
        return False
    return zone is calendar.zone or suspendable(day(instant, zone), calendar)
