"""On which days do staff work, and when may nothing be suspended? The public calendar of a partner's country."""

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

import holidays

from customers.models import Partner

from .policy import Calendar

FIRST_YEAR, LAST_YEAR = 2024, 2030


def country_of(zone: str) -> str:
    """The ISO code of the country a zone lies in, by the zone database; "" where it names none."""
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        parts = line.split("\t")
        if not line.startswith("#") and len(parts) > 2 and parts[2] == zone:
            return parts[0]
    return ""


@lru_cache(maxsize=256)
def calendar_of(country: str, zone: str) -> Calendar:
    """Public holidays and swapped working days of a country, read in a zone; plain weeks where the country's
    calendar isn't known. Years not yet published hold the fixed days only."""
    weekend = frozenset({6, 7})
    if country not in holidays.list_supported_countries():
        return Calendar(zone=ZoneInfo(zone))
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    known = holidays.country_holidays(country, years=years)
    off = frozenset(day for day in known if day.isoweekday() not in weekend)
    named = frozenset(known) | off
    return Calendar(zone=ZoneInfo(zone), holidays=named, worked=_worked(known), weekend=weekend)


def calendar_for(partner: Partner) -> Calendar:
    """The public calendar where a partner is, with its own days off and the hours in which its staff are there."""
    public = calendar_of(partner.country, partner.zone)
    own = frozenset(partner.days_off)
    return replace(
        public,
        holidays=public.holidays | own,
        worked=public.worked - own,
        opens=partner.opens,
        closes=partner.closes,
    )


def _worked(known: holidays.HolidayBase) -> frozenset[date]:
    """Weekend days that are worked in exchange for a longer holiday."""
    day, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    worked = set()
    while day <= last:
        if day.isoweekday() in (6, 7) and known.is_working_day(day):
            worked.add(day)
        day += timedelta(days=1)
    return frozenset(worked)


def digest_of(calendar: Calendar) -> str:
    """A name for exactly this calendar, so that a stored decision can point at what it was made with."""
    text = json.dumps(
        [
            str(calendar.zone),
            sorted(map(str, calendar.holidays)),
            sorted(map(str, calendar.worked)),
            sorted(calendar.weekend),
            str(calendar.opens),
            str(calendar.closes),
            str(calendar.eve),
        ]
    )
    return hashlib.sha256(text.encode()).hexdigest()[:32]
