"""What does one cell of a bank's sheet hold? An amount, a day or a currency, or why it is none."""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from billing.money import ZERO, decimals

CURRENCIES: Final = frozenset(
    re.findall(
        r"\w+",
        "AED AUD BRL BYN CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR ILS INR JPY KRW KZT MOP MXN MYR NOK NZD PHP PLN RON"
        " RUB SAR SEK SGD THB TRY TWD UAH USD UZS VND ZAR",
    )
)
# As people name them in their own columns.
CALLED: Final = {"人民币": "CNY", "RMB": "CNY", "人民币元": "CNY", "美元": "USD", "欧元": "EUR", "港币": "HKD"}
LARGEST: Final = Decimal(10) ** 12
DAY_FORMATS: Final = "2026-11-20, 2026/11/20, 2026年11月20日, 20.11.2026 or 20261120"

# 1234.56, 1,234.56, 1 234,56 and 1234,56: a comma before exactly two last digits never groups thousands.
_POINT: Final = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)
_COMMA: Final = re.compile(r"[-+]?(\d+|\d{1,3}([ .]\d{3})+),\d{2}", re.ASCII)
_DAYS: Final = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", re.ASCII),
    re.compile(r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})", re.ASCII),
    re.compile(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日", re.ASCII),
    re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})", re.ASCII),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})", re.ASCII),
)
_HOUR: Final = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$", re.ASCII)


class BadCell(Exception):
    """The cell holds no such value; the message says why."""


def amount(text: str, currency: str) -> Decimal:
    """An amount with its sign. Raises BadCell."""
    if _POINT.fullmatch(text):
        value = Decimal(text.replace(",", ""))
    elif _COMMA.fullmatch(text):
        value = Decimal(text.replace(" ", "").replace(".", "").replace(",", "."))
    else:
        raise BadCell(f"'{text[:60]}' is not an amount")
    if abs(value) >= LARGEST:
        raise BadCell(f"'{text[:60]}' is too large")
    places = decimals(currency)
    if value != round(value, places):
        raise BadCell(f"'{text[:60]}' has more than {places} decimals")
    return value.quantize(Decimal("0.01")) + ZERO


def currency(text: str) -> str:
    """A currency's code, as a code or as it is called. Raises BadCell."""
    code = CALLED.get(text.upper(), text.upper())
    if code not in CURRENCIES:
        raise BadCell(f"'{text[:20]}' is not a currency we know")
    return code


def day(text: str) -> date:
    """A day, an hour behind it left out. A day and month that could be swapped are refused. Raises BadCell."""
    words = _HOUR.sub("", text)
    for pattern in _DAYS:
        if found := pattern.fullmatch(words):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                break
    raise BadCell(f"'{text[:60]}' is not a date like {DAY_FORMATS}")
