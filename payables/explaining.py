"""What does a finding say to a person: in a line between the two sides, and for one that a rule explains, why?"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from billing.price_words import percent_said
from customers import formats

from .differing import CANCELLED, FREE, PRORATED
from .models import Finding

EXPLAINED: Final[Mapping[str, str | Promise]] = {
    FREE: _("A free period: before the first billing cut 21Vianet charges nothing for a seat."),
    CANCELLED: _("Cancelled before the first billing cut, so 21Vianet has no line for it."),
    PRORATED: _("The prorated lines for the seats given back and the seats taken net to this change."),
}
TONES: Final[Mapping[str, str]] = {
    Finding.Kind.SEATS: "dispute",
    Finding.Kind.PRICE: "warn",
    Finding.Kind.PERIOD: "warn",
    Finding.Kind.TAX: "warn",
    Finding.Kind.PROVIDER_ONLY: "bad",
    Finding.Kind.BILLED_ONLY: "bad",
    Finding.Kind.UNMAPPED: "accent",
    Finding.Kind.ADJUSTMENT: "grey",
}


def said(finding: Finding) -> str:
    """What differs, in a few words: "29 seats billed, we know of 24"."""
    words = WORDS.get((finding.kind, finding.values.get("why", "")))
    return words(finding) if words else ""


def explained(finding: Finding) -> str:
    """Why it is no mistake, where a rule says so."""
    return str(EXPLAINED.get(finding.explained_by, ""))


def _value(finding: Finding, name: str) -> str:
    return str(finding.values.get(name, ""))


def _number(finding: Finding, name: str) -> int:
    text = _value(finding, name)
    return int(text) if text.removeprefix("-").isdigit() else 0


def _sum(finding: Finding, name: str) -> Decimal:
    try:
        return Decimal(_value(finding, name))
    except InvalidOperation:
        return Decimal(0)


def _day(finding: Finding, name: str) -> str:
    try:
        on = date.fromisoformat(_value(finding, name))
    except ValueError:
        return "–"
    return formats.day(on, finding.bill.billed_on, weekday=False)


def _pair(finding: Finding) -> dict[str, str]:
    return {name: formats.grouped(_number(finding, name)) for name in ("theirs", "ours")}


def _rates(finding: Finding) -> dict[str, str]:
    return {name: percent_said(_sum(finding, name) * 100) for name in ("theirs", "ours")}


def _prices(finding: Finding) -> dict[str, str]:
    currency = finding.bill.currency
    return {name: formats.bare(_sum(finding, name), currency) for name in ("theirs", "ours")}


def _seats_billed(finding: Finding) -> str:
    return gettext("%(theirs)s seats there, %(ours)s on our invoice") % _pair(finding)


def _seats_known(finding: Finding) -> str:
    return gettext("%(theirs)s seats billed, %(ours)s in use") % _pair(finding)


def _seats_changed(finding: Finding) -> str:
    values = {**_pair(finding), "on": _day(finding, "since")}
    return gettext("%(theirs)s seats, %(ours)s on the bill of %(on)s") % values


def _price_last(finding: Finding) -> str:
    if _value(finding, "since"):
        values = {**_prices(finding), "on": _day(finding, "since")}
        return gettext("%(theirs)s a seat, %(ours)s on the bill of %(on)s") % values
    return gettext("%(theirs)s a seat, others were billed %(ours)s") % _prices(finding)


def _price_book(finding: Finding) -> str:
    return gettext("the price book says %(theirs)s, billed was %(ours)s") % _prices(finding)


def _price_free(finding: Finding) -> str:
    return gettext("free there, %(ours)s on our invoice") % _prices(finding)


def _period_days(finding: Finding) -> str:
    return gettext("%(theirs)s days against %(ours)s") % _pair(finding)


def _period_twice(finding: Finding) -> str:
    days = _number(finding, "theirs")
    text = ngettext("%(n)s day billed before, up to %(on)s", "%(n)s days billed before, up to %(on)s", days)
    return text % {"n": formats.grouped(days), "on": _day(finding, "until")}


def _period_before(finding: Finding) -> str:
    days = _number(finding, "theirs")
    text = ngettext("%(n)s day before it began on %(on)s", "%(n)s days before it began on %(on)s", days)
    return text % {"n": formats.grouped(days), "on": _day(finding, "since")}


def _tax_last(finding: Finding) -> str:
    return gettext("%(theirs)s tax, %(ours)s the last time") % _rates(finding)


def _tax_book(finding: Finding) -> str:
    return gettext("%(theirs)s tax by rule, %(ours)s on our invoice") % _rates(finding)


WORDS: Final[Mapping[tuple[str, str], Callable[[Finding], str]]] = {
    (Finding.Kind.SEATS, "billed"): _seats_billed,
    (Finding.Kind.SEATS, "known"): _seats_known,
    (Finding.Kind.SEATS, "changed"): _seats_changed,
    (Finding.Kind.PRICE, "last"): _price_last,
    (Finding.Kind.PRICE, "book"): _price_book,
    (Finding.Kind.PRICE, "free"): _price_free,
    (Finding.Kind.PERIOD, "billed"): _period_days,
    (Finding.Kind.PERIOD, "length"): _period_days,
    (Finding.Kind.PERIOD, "twice"): _period_twice,
    (Finding.Kind.PERIOD, "before"): _period_before,
    (Finding.Kind.TAX, "last"): _tax_last,
    (Finding.Kind.TAX, "book"): _tax_book,
    (Finding.Kind.PROVIDER_ONLY, "provider_only"): lambda _finding: gettext("never billed"),
    (Finding.Kind.BILLED_ONLY, "billed_only"): lambda _finding: gettext("21Vianet bills nothing for it"),
    (Finding.Kind.UNMAPPED, "unknown"): lambda _finding: gettext("a charge type we don’t know"),
    (Finding.Kind.ADJUSTMENT, "stated"): lambda _finding: gettext("on the bill as a whole, without a line, with tax"),
}
