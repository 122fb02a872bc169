"""What can we ask of a payment provider, and what does it tell us?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class TillState(StrEnum):
    """How a checkout stands at the payment provider. A word we have not met is `unknown` and never acted on."""

    OPEN = "open"
    PAID = "paid"
    DECLINED = "declined"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Asked:
    """What a checkout shall be about. `key` is ours and makes asking again harmless; both addresses are the
    portal's own."""

    key: str
    amount: Decimal
    currency: str
    reference: str
    return_to: str
    tell: str
    expires_at: datetime


@dataclass(frozen=True)
class Seen:
    """A checkout as the payment provider answered it. `amount` is what was paid, or asked for while it is open."""

    till_id: str
    state: TillState
    amount: Decimal
    currency: str
    url: str = ""
    why: str = ""


class TillUnavailable(Exception):
    """Later: no usable answer came. A checkout asked for under the same key is not made twice."""


class TillRefused(Exception):
    """No: the payment provider declined what was asked; a person has to look at the settings."""


class Till(Protocol):
    """A payment provider."""

    def start(self, asked: Asked) -> Seen:
        """Open a checkout, or find the one of this key. Raises TillUnavailable, TillRefused."""

    def look(self, till_id: str) -> Seen:
        """One checkout as it is now. Raises TillUnavailable, TillRefused."""
