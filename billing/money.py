"""How is money rounded and written? Here, to the currency's own decimals."""

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0}


def decimals(currency: str) -> int:
    """How many decimals amounts of this currency have (at most two are stored)."""
    return DECIMALS.get(currency, 2)


def quantise(amount: Decimal, currency: str, rounding: str = ROUND_HALF_UP) -> Decimal:
    """An amount rounded to its currency's decimals, half up unless a price book says otherwise; the one place where
    money is rounded."""
    return amount.quantize(Decimal(1).scaleb(-decimals(currency)), rounding=rounding)


def plain(amount: Decimal, currency: str) -> str:
    """A decimal string with exactly the currency's decimals, for JSON, files and frozen values."""
    return f"{quantise(amount, currency):f}"
