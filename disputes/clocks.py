"""How many business hours lie between two instants, and how long has 21Vianet had a case by Beijing's?"""

from datetime import date, datetime, timedelta
from typing import Final

from django.utils.translation import gettext, ngettext

from customers import formats
from dunning import policy as book
from dunning.calendars import calendar_of

# Where 21Vianet's people work.
COUNTRY: Final = "CN"
ZONE: Final = "Asia/Shanghai"
HOUR: Final = timedelta(hours=1)
NOTHING: Final = timedelta()


def beijing() -> book.Calendar:
    """The days and hours on which 21Vianet works: 09:00 to 18:00, China's swapped working days included."""
    return calendar_of(COUNTRY, ZONE)


def length_of_day(calendar: book.Calendar) -> timedelta:
    """How long a business day is."""
    return datetime.combine(date.min, calendar.closes) - datetime.combine(date.min, calendar.opens)


def worked(calendar: book.Calendar, begins: datetime, ends: datetime) -> timedelta:
    """How much business time lies between two instants; nothing where the second isn't later."""
    if ends <= begins:
        return NOTHING
    first, last = begins.astimezone(calendar.zone), ends.astimezone(calendar.zone)
    whole = (first.date() + timedelta(days=n) for n in range((last.date() - first.date()).days))
    days = sum(book.business_day(day, calendar) for day in whole)
    return days * length_of_day(calendar) - _passed(first, calendar) + _passed(last, calendar)


def _passed(wall: datetime, calendar: book.Calendar) -> timedelta:
    """How much of a day's business time is over at an hour of it."""
    if not book.business_day(wall.date(), calendar):
        return NOTHING
    opens = datetime.combine(wall.date(), calendar.opens, tzinfo=wall.tzinfo)
    return min(max(wall - opens, NOTHING), length_of_day(calendar))


def after(calendar: book.Calendar, begins: datetime, days: int) -> datetime:
    """The same hour so many business days on. What lies outside business hours counts as the next opening."""
    here = begins.astimezone(calendar.zone)
    day, hour = here.date(), max(here.time(), calendar.opens)
    if hour >= calendar.closes or not book.business_day(day, calendar):
        day, hour = book.shift(day, 1, book.Unit.BUSINESS_DAYS, calendar), calendar.opens
    day = book.shift(day, days, book.Unit.BUSINESS_DAYS, calendar)
    return datetime.combine(day, hour, tzinfo=calendar.zone)


def waited(begins: datetime, ends: datetime) -> str:
    """For how much of Beijing's business time 21Vianet has had something, in words."""
    return in_words(worked(beijing(), begins, ends))


def in_words(spent: timedelta) -> str:
    """Beijing's business time as people say it: 2 business days, 3 hours."""
    days, rest = divmod(spent, length_of_day(beijing()))
    hours = rest // HOUR
    if not days:
        said = ngettext("%(n)s business hour", "%(n)s business hours", hours) % {"n": formats.grouped(hours)}
        return said if hours else gettext("less than a business hour")
    said_days = ngettext("%(n)s business day", "%(n)s business days", days) % {"n": formats.grouped(days)}
    said_hours = ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": formats.grouped(hours)}
    return formats.joined(said_days, said_hours) if hours else said_days
