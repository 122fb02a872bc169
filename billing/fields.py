"""How are amounts and days typed into a form? As people write them, or refused with the words they typed."""

import re
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .money import ZERO, quantise

AMOUNT: Final = re.compile(r"(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)
HUNDRED: Final = Decimal(100)
LARGEST: Final = Decimal(10) ** 15
# Business days are counted from any day in the book; at the ends of the calendar there is nothing to count to.
EARLIEST: Final = date(1970, 1, 1)
LATEST: Final = date(2199, 12, 31)


class AmountField(forms.CharField):
    """An amount more than nothing, written 1,000.00, 1000.00 or 1000."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 40)
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        """The amount as a Decimal."""
        text = super().clean(value)
        if text in (None, ""):
            return None
        plain = re.sub(r"^[¥￥€$₽]\s*", "", str(text).strip())
        if not AMOUNT.fullmatch(plain):
            raise ValidationError(gettext("“%(value)s” is not an amount. Write it like 1,000.00") % {"value": text})
        amount = Decimal(plain.replace(",", ""))
        if amount >= LARGEST:
            raise ValidationError(gettext("“%(value)s” is too large") % {"value": text})
        if amount <= 0:
            raise ValidationError(gettext("“%(value)s” is not more than nothing") % {"value": text})
        return amount


def check_decimals(amount: Decimal, typed: str, currency: str) -> None:
    """Refuse an amount with more decimals than its currency has."""
    if quantise(amount, currency) != amount:
        raise ValidationError(
            gettext("“%(value)s” has more decimals than %(currency)s knows") % {"value": typed, "currency": currency}
        )


class BalanceField(AmountField):
    """A balance, which may be nothing or below it: −1,000.00."""

    def clean(self, value: Any) -> Any:
        """The balance as a Decimal."""
        text = str(value or "").strip()
        below = text[:1] in ("-", "−")
        if re.fullmatch(r"0+(\.0+)?", text[1:] if below else text, re.ASCII):
            return ZERO
        amount = super().clean(text[1:] if below else text)
        return -amount if below and amount is not None else amount


class PercentageField(forms.CharField):
    """A number of per cent, written 6, 6.5 or 6.5 %; between two bounds, both included."""

    def __init__(self, *, least: Decimal = ZERO, most: Decimal = HUNDRED, places: int = 2, **options: Any) -> None:
        options.setdefault("max_length", 12)
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)
        self.least, self.most, self.places = least, most, places

    def clean(self, value: Any) -> Any:
        """The number as a Decimal, not divided."""
        text = super().clean(value)
        if text in (None, ""):
            return None
        plain = str(text).strip().removesuffix("%").strip()
        if not re.fullmatch(rf"\d{{1,3}}(\.\d{{1,{self.places}}})?", plain, re.ASCII):
            raise ValidationError(gettext("“%(value)s” is not a percentage. Write it like 6.5") % {"value": text})
        number = Decimal(plain)
        if not self.least <= number <= self.most:
            said = {"value": text, "least": f"{self.least:f}", "most": f"{self.most:f}"}
            raise ValidationError(gettext("“%(value)s” is not between %(least)s and %(most)s") % said)
        return number


class DayField(forms.DateField):
    """A day, chosen in the browser's own calendar. One so far away that it must be a slip is refused."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        options.setdefault("input_formats", ["%Y-%m-%d"])
        options.setdefault("error_messages", {"invalid": _("Not a day. Write it like 2026-11-20")})
        super().__init__(**options)

    def to_python(self, value: Any) -> date | None:
        """The day, if there is one."""
        found = super().to_python(value)
        if found and not EARLIEST <= found <= LATEST:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found
