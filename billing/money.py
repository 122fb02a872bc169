"""How is money rounded and written? Here, and half up to the currency's own decimals."""

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0}


def decimals(currency: str) -> int:
    """How many decimals amounts of this currency have (at most two are stored)."""
    return DECIMALS.get(currency, 2)


def quantise(amount: Decimal, currency: str) -> Decimal:
    """An amount rounded half up to its currency's decimals; the one place where money is rounded."""
    return amount.quantize(Decimal(1).scaleb(-decimals(currency)), rounding=ROUND_HALF_UP)


def plain(amount: Decimal, currency: str) -> str:
    """A decimal string with exactly the currency's decimals, for JSON, files and frozen values."""
    return f"{quantise(amount, currency):f}"
