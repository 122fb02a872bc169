"""How are amounts, counts and dates written in each language? Plain text, without markup."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.utils.translation import get_language, gettext, ngettext

SYMBOLS: Final = {"CNY": "¥", "EUR": "€", "USD": "$", "RUB": "₽", "HKD": "HK$", "GBP": "£"}
NO_DECIMALS: Final = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW") + ("PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF")
)
THREE_DECIMALS: Final = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))
MINUS: Final = "\u2212"
HARD_SPACE: Final = "\u00a0"

WEEKDAYS: Final = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "ru": ("пн", "вт", "ср", "чт", "пт", "сб", "вс"),
}
MONTHS: Final = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "ru": ("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября",
           "ноября", "декабря"),
}  # fmt: skip


def language() -> str:
    """The page's language as this module knows it: en, zh or ru."""
    code = (get_language() or "en").split("-")[0]
    return code if code in WEEKDAYS else "en"


def decimals_of(currency: str) -> int:
    """How many decimals ISO 4217 gives a currency."""
    return 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2


def rounded(value: Decimal | int | str, decimals: int) -> Decimal:
    """A value on the currency's grid, half up; zero has no sign."""
    result = Decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return abs(result) if result == 0 else result


def grouped(value: Decimal | int) -> str:
    """Thousands and decimals as the language writes them, with a real minus."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,d}"
    if language() == "ru":
        text = text.replace(",", HARD_SPACE).replace(".", ",")
    return text.replace("-", MINUS)


def bare(value: Decimal | int | str | None, currency: str, decimals: int | None = None) -> str:
    """The figure without its currency, for columns whose head names it."""
    if value is None:
        return ""
    return grouped(rounded(value, decimals_of(currency) if decimals is None else decimals))


def amount(value: Decimal | int | str | None, currency: str) -> str:
    """An amount with its sign of currency: ¥12,481.26, −¥2,000.00, 9 893,60 ¥ in Russian."""
    if value is None:
        return ""
    text = bare(value, currency)
    symbol = SYMBOLS.get(currency, currency)
    if language() == "ru":
        return f"{text}{HARD_SPACE}{symbol}"
    minus, figure = (MINUS, text[1:]) if text.startswith(MINUS) else ("", text)
    gap = HARD_SPACE if symbol == currency else ""
    return f"{minus}{symbol}{gap}{figure}"


def price(value: Decimal | int | str | None, currency: str) -> str:
    """A unit price: at least the currency's decimals, more only where they are not zero."""
    if value is None:
        return ""
    exact = Decimal(value).normalize().as_tuple().exponent
    wanted = max(decimals_of(currency), -int(exact) if isinstance(exact, int) else 0)
    return bare(value, currency, min(wanted, 4))


def percent(value: Decimal | float | int | None, decimals: int = 0) -> str:
    """A share of a hundred: 96 %, 75.7 %; without the space in Chinese."""
    if value is None:
        return ""
    text = grouped(rounded(str(value), decimals))
    return f"{text}%" if language() == "zh" else f"{text}{HARD_SPACE}%"


def local(value: date | datetime, zone: tzinfo) -> date | datetime:
    """An instant in the page's zone; a day stays the day it is."""
    return value.astimezone(zone) if isinstance(value, datetime) else value


def day_of(value: date | datetime, zone: tzinfo) -> date:
    """The day an instant falls on in the page's zone."""
    here = local(value, zone)
    return here.date() if isinstance(here, datetime) else here


def day(on: date, today: date, *, weekday: bool = True, year: bool | None = None) -> str:
    """A day as the language writes it, its year only where it isn't this one."""
    code = language()
    with_year = on.year != today.year if year is None else year
    name = WEEKDAYS[code][on.weekday()]
    if code == "zh":
        text = f"{on.month}月{on.day}日"
        text = f"{on.year}年{text}" if with_year else text
        # A document's date, with its year asked for, goes without the weekday in Chinese.
        return f"{text} {name}" if weekday and not year else text
    text = f"{on.day} {MONTHS[code][on.month - 1]}"
    if code == "ru":
        text = f"{text} {on.year} г." if with_year else text
        return f"{name}, {text}" if weekday else text
    text = f"{text} {on.year}" if with_year else text
    return f"{name} {text}" if weekday else text


def moment(value: date | datetime, today: date, zone: tzinfo, *, year: bool | None = None) -> str:
    """A day, with its time where it has one: Wed 25 Nov, 18:00; 11月25日 周三 18:00."""
    here = local(value, zone)
    text = day(day_of(value, zone), today, year=year)
    if not isinstance(here, datetime):
        return text
    return f"{text} {here:%H:%M}" if language() == "zh" else f"{text}, {here:%H:%M}"


def spoken(value: date | datetime, today: date, zone: tzinfo) -> str:
    """The same inside a sentence; Chinese puts the weekday in brackets."""
    if language() != "zh":
        return moment(value, today, zone)
    here = local(value, zone)
    on = day_of(value, zone)
    text = f"{day(on, today, weekday=False)}（{WEEKDAYS['zh'][on.weekday()]}）"
    return f"{text}{here:%H:%M}" if isinstance(here, datetime) else text


def joined(first: str, second: str) -> str:
    """Two facts in a row, with the language's comma."""
    return f"{first}，{second}" if language() == "zh" else f"{first}, {second}"


def listed(names: Iterable[object]) -> str:
    """Names in a row, with the mark that the language sets between them."""
    return ("、" if language() == "zh" else ", ").join(map(str, names))


def distance(on: date, today: date) -> str:
    """How far a day is from today: in 2 days, 5 days ago, today."""
    days = (on - today).days
    if days == 0:
        return gettext("today")
    if days > 0:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": grouped(days)}
    return ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": grouped(-days)}


def over(on: date, today: date) -> str:
    """How long a due day is over: 19 days over."""
    days = (today - on).days
    return ngettext("%(days)s day over", "%(days)s days over", days) % {"days": grouped(days)}


def offset(value: datetime) -> str:
    """The zone's distance from UTC: UTC+8, UTC+5:30, UTC."""
    shift = value.utcoffset() or timedelta()
    hours, minutes = divmod(int(abs(shift).total_seconds()) // 60, 60)
    if not hours and not minutes:
        return "UTC"
    sign = "+" if shift > timedelta() else MINUS
    return f"UTC{sign}{hours}" + (f":{minutes:02d}" if minutes else "")


def exact(value: date | datetime, zone: tzinfo) -> str:
    """What a date says on hover: ISO, to the minute, with its zone."""
    here = local(value, zone)
    return f"{here:%Y-%m-%d %H:%M} {offset(here)}" if isinstance(here, datetime) else here.isoformat()
