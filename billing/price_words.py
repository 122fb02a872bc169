"""Why does a line cost what it costs? The rules that made its price, in words."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers import formats

from .models import Rounding

SAID_ROUNDING: Mapping[str, str | Promise] = {
    Rounding.HALF_UP: _("Rounded half up, each line by itself"),
    Rounding.HALF_EVEN: _("Rounded half to even, each line by itself"),
    Rounding.UNIT: _("Unit prices rounded half up, then multiplied by the quantity"),
}


def rounding_said(code: str) -> str:
    """How an invoice's lines were rounded, as it is named on the invoice."""
    return str(SAID_ROUNDING.get(code, code))


def percent_said(value: Decimal | str) -> str:
    """A percentage with the decimals it has."""
    number = Decimal(value)
    exponent = number.normalize().as_tuple().exponent
    return formats.percent(number, max(-exponent, 0) if isinstance(exponent, int) else 0)


def because(note: dict[str, Any], currency: str, *, today: date | None = None) -> str:
    """Why a line costs what it costs: "fixed ¥110.88 a unit since 1 Oct, less 5 %". It names what we add to the
    provider's cost, so it is for those who may see that. Empty where no rule made it and nobody changed it."""
    method = note.get("method")
    if not method:
        return ""
    if method == "hand":
        return gettext("changed by hand")
    said = _method(note, currency, today)
    if note.get("reach") in WHOSE and method != "at_cost":
        said = gettext("%(whose)s: %(price)s") % {"whose": WHOSE[note["reach"]], "price": said}
    if "less" in note:
        said = gettext("%(price)s, less %(percent)s") % {"price": said, "percent": percent_said(note["less"])}
    if "days" in note and method == "fixed":
        text = gettext("%(price)s, for %(days)s of %(of)s days")
        said = text % {"price": said, "days": note["days"], "of": note["of_days"]}
    return said


WHOSE: Mapping[int, str | Promise] = {
    1: _("price of this offer"),
    2: _("customer’s own price"),
    3: _("customer’s own price of this offer"),
}


def _method(note: dict[str, Any], currency: str, today: date | None) -> str:
    if note["method"] == "at_cost":
        return gettext("21Vianet’s own amount, carried through")
    if note["method"] == "cost_plus":
        return plus_said(note["percent"])
    return fixed_said(Decimal(note["unit"]), currency, date.fromisoformat(note["since"]), today)


def plus_said(percent: Decimal | str) -> str:
    """Cost and a percentage, or less than cost."""
    number = Decimal(percent)
    if number < 0:
        return gettext("cost less %(percent)s") % {"percent": percent_said(-number)}
    return gettext("cost plus %(percent)s") % {"percent": percent_said(number)}


def fixed_said(unit: Decimal, currency: str, since: date, today: date | None = None) -> str:
    """A price for a unit, and since when."""
    price = with_sign(unit, currency)
    return gettext("fixed %(price)s a unit since %(day)s") % {
        "price": price,
        "day": formats.day(since, today or since, weekday=False, year=None if today else True),
    }


def with_sign(unit: Decimal, currency: str) -> str:
    """A unit price with its currency, to at most four decimals."""
    whole = formats.amount(0, currency)
    return whole.replace(formats.bare(0, currency), formats.price(unit, currency))


def tax_said(note: dict[str, Any], currency: str) -> str:
    """By which rule the tax was found."""
    if "tax" not in note:
        return gettext("taxed at 21Vianet’s own rate")
    rate = percent_said(Decimal(note["tax"]) * 100)
    if not note.get("inclusive"):
        return gettext("plus %(rate)s tax") % {"rate": rate}
    if "residue" in note:
        text = gettext("%(rate)s tax included, with a rounding difference of %(amount)s in the tax")
        return text % {"rate": rate, "amount": formats.amount(note["residue"], currency)}
    return gettext("%(rate)s tax included") % {"rate": rate}
