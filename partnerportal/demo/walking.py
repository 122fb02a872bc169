"""How does the demo's date move on? Day by day towards a day that was asked for, each lived whole, and counted."""

import logging
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from django.conf import settings
from django.core.cache import cache

from billing.bank.standing import last_reading
from customers.models import Partner
from dunning.banking import declare_complete
from outbox import clock
from outbox.keeping import keep_all
from partnerportal.celery import app
from partnerportal.timetable import TIMETABLE

log = logging.getLogger(__name__)

MORNING: Final = time(9, 12)
MOST_DAYS: Final = 7
# A walk not heard of for so many seconds has ended with its worker.
SILENCE: Final = 180
# For so many seconds the ribbon says what the last walk brought.
REMEMBERED: Final = 3_600
KEY: Final = "demo-walk"
# The run looks first: what it decides stands in its document.
FIRST: Final = "daily-run"
# Cash counts as read as long as somebody has read it within a day.
FRESH: Final = timedelta(hours=26)


@dataclass(frozen=True)
class Walk:
    """Days that are being lived: from the day that was shown to the one that was asked for."""

    began: date
    until: date
    today: date

    @property
    def days(self) -> int:
        """How many were asked for."""
        return (self.until - self.began).days

    @property
    def done(self) -> int:
        """How many have been lived."""
        return min((self.today - self.began).days, self.days)

    @property
    def ended(self) -> bool:
        """Whether the last one has been lived."""
        return self.today >= self.until


def today() -> date:
    """The simulated day, in the zone of the first partner."""
    return clock.now().astimezone(_zone()).date()


def shown(now: datetime) -> date:
    """The day that stands beside the button, whoever looks at it."""
    return now.astimezone(UTC).date()


def begin(days: int, *, seen: date) -> Walk | None:
    """Take the one place for a walk of so many days; None where one is under way, or where it is no longer the day
    that was `seen` beside the button: a second click walks nowhere."""
    if seen != shown(clock.now()) or not 0 < days <= MOST_DAYS:
        return None
    walk, now_on = current(), today()
    if walk is not None and walk.ended:
        cache.delete(KEY)
    fresh = Walk(now_on, now_on + timedelta(days=days), now_on)
    return fresh if cache.add(KEY, asdict(fresh), SILENCE) else None


def current() -> Walk | None:
    """The walk that is under way, or has just ended; None where there is none to tell of."""
    kept = cache.get(KEY)
    return Walk(**kept) if kept else None


def walk(until: date) -> int:
    """Live each day up to one, and say after each how far it is; answers how many days that were. Begun again after a
    crash it goes on where it stood; begun twice it walks once."""
    if settings.PRODUCTION:
        raise RuntimeError("The clock of a production portal can't be moved.")
    began, lived = today(), 0
    known = current()
    while (now_on := today()) < until:
        live_a_day()
        lived += 1
        now_on += timedelta(days=1)
        told = Walk(known.began if known else began, until, now_on)
        cache.set(KEY, asdict(told), REMEMBERED if told.ended else SILENCE)
    return lived


def live_a_day() -> None:
    """Move to the next morning and do what a day does: every bell of the timetable rings once, and what was promised
    is kept. Where the bank had been read, it is read again and brings nothing new."""
    partners = list(Partner.objects.order_by("pk"))
    reads_bank = [one for one in partners if _is_read(one, clock.now())]
    zone = _zone()
    tomorrow = clock.now().astimezone(zone).date() + timedelta(days=1)
    clock.move_to(datetime.combine(tomorrow, MORNING, tzinfo=zone))
    for partner in reads_bank:
        declare_complete(partner, tomorrow, now=clock.now())
    app.loader.import_default_modules()
    for name in sorted(TIMETABLE, key=lambda name: name != FIRST):
        _ring(name)
    keep_all()


def _ring(name: str) -> None:
    """A bell that fails stops no other, as with the beat."""
    try:
        app.tasks[TIMETABLE[name]["task"]]()
    except Exception:
        log.exception("%s failed on the simulated day", name)


def _is_read(partner: Partner, now: datetime) -> bool:
    reading = last_reading(partner)
    return reading is not None and now - reading.at <= FRESH


def _zone() -> tzinfo:
    first = Partner.objects.order_by("pk").first()
    return first.tz if first else UTC
