"""How much of the time of a case has passed, counted in business hours?"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from django.utils.translation import gettext, ngettext

from customers import formats
from customers.models import Partner
from disputes.clocks import worked
from disputes.models import Dispute
from dunning import policy as book
from dunning.calendars import calendar_for
from dunning.policy import Calendar

from .filters import UNDECIDED

HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Timer:
    """How much of a time has passed, of a hundred, and the words beside the ring."""

    share: float
    text: str
    tone: str = ""


@dataclass(frozen=True)
class Clock:
    """The partner's clock at one instant: time is counted in the staffed hours of its calendar."""

    calendar: Calendar
    zone: tzinfo
    now: datetime

    @classmethod
    def of(cls, partner: Partner, *, now: datetime, zone: tzinfo) -> "Clock":
        """The partner's."""
        return cls(calendar_for(partner), zone, now)

    def share(self, began: datetime, ends: datetime) -> float:
        """How much of the staffed time between two instants has passed, of a hundred."""
        whole = worked(self.calendar, began, ends)
        if self.now >= ends or not whole:
            return 100.0
        return min(worked(self.calendar, began, self.now) / whole * 100, 100.0)

    def days_left(self, ends: datetime) -> int:
        """How many business days begin after today up to that day; nought on the last one."""
        today, last = (one.astimezone(self.calendar.zone).date() for one in (self.now, ends))
        days = (today + timedelta(days=n) for n in range(1, min((last - today).days, 366) + 1))
        return sum(book.business_day(on, self.calendar) for on in days)

    def hours_left(self, ends: datetime) -> int:
        """How many whole business hours are left."""
        return worked(self.calendar, self.now, ends) // HOUR

    def until(self, began: datetime, ends: datetime) -> Timer:
        """A promised time of ours: red on its last business day and after it."""
        today, last = (one.astimezone(self.zone).date() for one in (self.now, ends))
        if self.now >= ends:
            over = formats.over(last, today) if last < today else gettext("the hour has passed")
            return Timer(100.0, over, "bad")
        left, share = self.days_left(ends), self.share(began, ends)
        if last == today:
            return Timer(share, gettext("today %(hour)s") % {"hour": f"{ends.astimezone(self.zone):%H:%M}"}, "bad")
        if not left:
            return Timer(share, formats.moment(ends, today, self.zone), "bad")
        return Timer(share, ngettext("%(n)s day left", "%(n)s days left", left) % {"n": left})

    def spoken(self, at: datetime) -> str:
        """A day as it stands on a card."""
        today = self.now.astimezone(self.zone).date()
        return formats.day(at.astimezone(self.zone).date(), today, weekday=False)


def timer(case: Dispute, clock: Clock) -> Timer | None:
    """The clock that runs on a case: until our answer, while we wait, or until the customer's window closes."""
    if case.status == Dispute.Status.AWAITING_CONFIRMATION and getattr(case, "bounced", None):
        return Timer(100.0, gettext("tell the customer"), "bad")
    if case.status == Dispute.Status.AWAITING_CONFIRMATION and case.told_at and case.window_ends_at:
        share = clock.share(case.told_at, case.window_ends_at)
        return Timer(share, gettext("closes %(day)s") % {"day": clock.spoken(case.window_ends_at)}, "grey")
    if case.status == Dispute.Status.DECIDED:
        return Timer(100.0, gettext("tell the customer"), "grey")
    if case.status not in UNDECIDED:
        return None
    if case.status == Dispute.Status.WAITING_CUSTOMER and clock.now < case.answer_by and case.waiting_since:
        share = clock.share(case.opened_at, case.answer_by)
        return Timer(share, gettext("asked %(day)s") % {"day": clock.spoken(case.waiting_since)})
    return clock.until(case.opened_at, case.answer_by)
