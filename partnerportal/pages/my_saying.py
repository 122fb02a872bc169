"""How does a customer's page put amounts and dates into a sentence?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal

from django.utils.translation import gettext, ngettext

from customers import formats
from customers.entering import Here


@dataclass(frozen=True)
class Voice:
    """The page's time and zone, in which its sentences speak."""

    now: datetime
    zone: tzinfo

    @property
    def today(self) -> date:
        """The customer's day."""
        return formats.day_of(self.now, self.zone)

    @property
    def zone_words(self) -> str:
        """The zone of every time on the page, said once: Beijing time."""
        key = str(self.zone)
        if key == "Asia/Shanghai":
            return gettext("Beijing time")
        return gettext("%(city)s time") % {"city": key.rsplit("/", 1)[-1].replace("_", " ")}

    def when(self, value: date | datetime) -> str:
        """A day, or a day with its time, inside a sentence."""
        return formats.spoken(value, self.today, self.zone)

    def near(self, value: date | datetime) -> str:
        """How far a day is: in 2 days."""
        return formats.distance(formats.day_of(value, self.zone), self.today)

    def span(self, first: date | None, last: date | None) -> str:
        """A billing period: 15 Oct to 14 Nov 2026."""
        if first is None or last is None:
            return ""
        start = formats.day(first, self.today, weekday=False, year=first.year != last.year)
        end = formats.day(last, self.today, weekday=False, year=True)
        return gettext("%(first)s to %(last)s") % {"first": start, "last": end}


def voice_of(request: Here) -> Voice:
    """The voice of the page asked for."""
    return Voice(request.now, request.zone)


def money(value: Decimal, currency: str) -> str:
    """An amount in plain text."""
    return formats.amount(value, currency)


def cant_sign_in(count: int) -> str:
    """114 people can't sign in."""
    text = ngettext("%(n)s person can't sign in", "%(n)s people can't sign in", count)
    return text % {"n": formats.grouped(count)}


def days(count: int) -> str:
    """5 days."""
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": formats.grouped(count)}


def business_days(count: int) -> str:
    """5 business days."""
    return ngettext("%(n)s business day", "%(n)s business days", count) % {"n": formats.grouped(count)}


def listed(words: Sequence[str]) -> str:
    """One, two and three, in the language's own way."""
    if len(words) < 2:
        return "".join(words)
    head = words[0]
    for word in words[1:-1]:
        head = formats.joined(head, word)
    return gettext("%(these)s and %(last)s") % {"these": head, "last": words[-1]}


def together(*sentences: str) -> str:
    """Sentences one after the other, those that say nothing left out; Chinese needs no space between them."""
    return ("" if formats.language() == "zh" else " ").join(filter(None, sentences))
