"""Which tags write amounts, dates and words? Part of the library `portal`."""

import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from html import escape as quoted
from typing import Final
from zoneinfo import ZoneInfo

from django import template
from django.template.context import Context
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from customers import formats
from outbox import clock

from . import pieces, statuses
from .icons import ICONS

register = template.Library()

HAN: Final = re.compile(r"[\u3400-\u9fff]")
CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]")
Money = Decimal | int | str | None


def page_of(context: Context) -> pieces.Page:
    """The page's time and zone; views give `now` and `zone`, otherwise the portal's clock and UTC."""
    zone = context.get("zone") or UTC
    if isinstance(zone, str):
        zone = ZoneInfo(zone)
    return pieces.Page(now=context.get("now") or clock.now(), zone=zone if isinstance(zone, tzinfo) else UTC)


# Amounts and counts


def drawn_amount(text: str, value: Money, css: str = "") -> SafeString | str:
    """A figure with its plain number for hover and copy; zero is faint."""
    if value is None or value == "":
        return ""
    number = value if type(value) is Decimal else Decimal(value)
    plain, faint = f"{number:f}", "" if number else " is-zero"
    # Hundreds stand on a page: figures need no escaping, the rest gets it.
    return mark_safe(  # nosec B703
        f'<span class="amount{faint}{css and escape(css)}" data-plain="{plain}" title="{plain}">{quoted(text)}</span>'
    )


@register.filter(name="amount")
def amount_filter(value: Money, currency: str) -> SafeString | str:
    """`{{ balance|amount:currency }}`"""
    return drawn_amount(formats.amount(value, currency), value)


@register.simple_tag(name="amount")
def amount_tag(value: Money, currency: str, tone: str = "") -> SafeString | str:
    """`{% amount balance currency tone="warn" %}`"""
    return drawn_amount(formats.amount(value, currency), value, f" tone-{tone}" if tone else "")


@register.filter
def bare(value: Money, currency: str) -> SafeString | str:
    """An amount without its sign, where the column's head names the currency."""
    return drawn_amount(formats.bare(value, currency), value)


@register.filter
def price(value: Money, currency: str) -> SafeString | str:
    """A unit price without its sign, with as many decimals as it has (two to four)."""
    return drawn_amount(formats.price(value, currency), value)


@register.filter(name="amount_text")
def amount_text_filter(value: Money, currency: str) -> str:
    """An amount as plain text, for sentences and labels."""
    return formats.amount(value, currency)


@register.simple_tag
def amount_text(value: Money, currency: str) -> str:
    """The same as a tag, so that blocktrans can take it `as` a name."""
    return formats.amount(value, currency)


@register.filter
def count(value: int | None) -> str:
    """A whole number with the language's thousands; with a plus where counting stopped there."""
    if value is None:
        return ""
    return formats.grouped(int(value)) + ("+" if getattr(value, "more", False) else "")


@register.filter
def percent(value: Decimal | float | int | None, decimals: int = 0) -> str:
    """A share of a hundred: 96 %."""
    return formats.percent(value, decimals)


# Dates


@register.simple_tag(takes_context=True)
def when(
    context: Context,
    value: date | datetime | None,
    relative: bool = True,
    late: bool = False,
    stack: bool = False,
) -> SafeString | str:
    """A date as people read it, then how far it is; `late` for a due date that may be over."""
    if value is None:
        return ""
    page = page_of(context)
    on = formats.day_of(value, page.zone)
    if on == page.today and isinstance(value, datetime):
        return time_tag(value, page, pieces.clock_or_day(value, page), "")
    text = formats.moment(value, page.today, page.zone)
    if late and on < page.today:
        over = formats.over(on, page.today)
        first, second = (text, over) if stack else (formats.joined(text, over), "")
        return time_tag(value, page, first, second, stack, "is-late")
    return time_tag(value, page, text, formats.distance(on, page.today) if relative else "", stack)


def time_tag(
    value: date | datetime, page: pieces.Page, text: str, near: str, stack: bool = False, css: str = ""
) -> SafeString:
    """The <time> element: machine date, hover text, the words."""
    classes = " ".join(filter(None, ["when", css, "when-stack" if stack else ""]))
    return format_html(
        '<time class="{}" datetime="{}" title="{}">{}{}</time>',
        classes,
        value.isoformat(),
        formats.exact(value, page.zone),
        format_html('<span class="when-on">{}</span>', text),
        format_html(' <span class="when-near">{}</span>', near) if near else "",
    )


@register.simple_tag(takes_context=True)
def when_text(context: Context, value: date | datetime | None) -> str:
    """A date inside a sentence, as plain text."""
    page = page_of(context)
    return "" if value is None else formats.spoken(value, page.today, page.zone)


@register.simple_tag(takes_context=True)
def day(
    context: Context, value: date | datetime | None, weekday: bool = True, year: bool | None = None
) -> SafeString | str:
    """A day without its time: Wed 4 Nov; `weekday=False` gives 4 Nov, `year=True` always the year."""
    if value is None:
        return ""
    page = page_of(context)
    text = formats.day(formats.day_of(value, page.zone), page.today, weekday=weekday, year=year)
    return time_tag(value, page, text, "")


@register.simple_tag(takes_context=True)
def day_text(context: Context, value: date | datetime | None, weekday: bool = True, year: bool | None = None) -> str:
    """The same as plain text."""
    page = page_of(context)
    return (
        "" if value is None else formats.day(formats.day_of(value, page.zone), page.today, weekday=weekday, year=year)
    )


@register.simple_tag(takes_context=True)
def near(context: Context, value: date | datetime | None) -> str:
    """How far a day is: in 2 days, 5 days ago, today."""
    page = page_of(context)
    return "" if value is None else formats.distance(formats.day_of(value, page.zone), page.today)


# Words


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "", tone: str = "") -> SafeString:
    """An inline drawing; without a label it is hidden from readers, so a word must stand beside it."""
    return drawn_icon(name, size, str(label), tone)


@lru_cache(maxsize=1024)
def drawn_icon(name: str, size: int, label: str, tone: str) -> SafeString:
    """The same, drawn once: dozens stand on a page."""
    paths = mark_safe(ICONS.get(name, ICONS["circle"]))  # nosec B703
    classes = f"icon icon-{size}" + (f" tone-{tone}" if tone else "")
    naming = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{}" width="{}" height="{}" viewBox="0 0 16 16" {}>{}</svg>',
        classes,
        size,
        size,
        naming,
        paths,
    )


def drawn_word(shape: str, tone: str, word: str, css: str) -> SafeString:
    """A shape and its word."""
    return format_html('<span class="{} {}-{}">{}{}</span>', css, css, tone, icon(shape, 12), word)


@register.simple_tag
def chip(word: str, shape: str = "circle", tone: str = "grey") -> SafeString:
    """A tinted chip with words of its own, beside a title."""
    return drawn_word(shape, tone, word, "chip")


@register.simple_tag
def status_chip(kind: str, code: object, days: int | None = None, word: str = "") -> SafeString:
    """A tinted chip from the table of states; at most two beside a title."""
    found = statuses.look(kind, code)
    return drawn_word(found.shape, found.tone, word or statuses.word(kind, code, days), "chip")


@register.simple_tag
def status_word(kind: str, code: object, days: int | None = None, word: str = "") -> SafeString:
    """Shape and word without tint, for tables."""
    found = statuses.look(kind, code)
    return drawn_word(found.shape, found.tone, word or statuses.word(kind, code, days), "state")


@register.simple_tag
def status_text(kind: str, code: object, days: int | None = None) -> str:
    """The word alone, for mails, exports and sentences."""
    return statuses.word(kind, code, days)


@register.filter
def named(value: object) -> SafeString:
    """A name that carries its own language where its script says so."""
    text = str(value)
    code = "zh-Hans" if HAN.search(text) else "ru" if CYRILLIC.search(text) else ""
    return mark_safe(f'<bdi lang="{code}">{quoted(text)}</bdi>' if code else f"<bdi>{quoted(text)}</bdi>")  # nosec B703


@register.filter
def initials(value: object) -> str:
    """Two letters for an avatar: LW for Lin Wei, the last two signs of a Chinese name."""
    text = str(value).strip()
    if HAN.search(text):
        return text[-2:]
    words = text.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


@register.simple_tag(takes_context=True)
def clock_text(context: Context, value: datetime | None) -> str:
    """The time of day in the page's zone: 09:12."""
    return "" if value is None else f"{value.astimezone(page_of(context).zone):%H:%M}"
