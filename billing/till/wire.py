"""How do we speak with the payment provider? The only file of this floor with an HTTP client."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import quote

import httpx2
from django.conf import settings

from .protocol import Asked, Seen, Till, TillRefused, TillState, TillUnavailable

TIMEOUT: Final = 5.0
BODY_CAP: Final = 100_000


def is_open_for_business() -> bool:
    """Whether a payment provider is configured; without one nobody is offered to pay online."""
    return bool(settings.ONLINE_PAYMENT_URL and settings.ONLINE_PAYMENT_SECRET)


def till() -> Till:
    """The payment provider of this installation."""
    return HttpTill(settings.ONLINE_PAYMENT_URL, settings.ONLINE_PAYMENT_SECRET)


class HttpTill:
    """A payment provider that is spoken with in JSON over HTTP."""

    def __init__(self, base_url: str, secret: str) -> None:
        self._base, self._secret = base_url.rstrip("/"), secret

    def __repr__(self) -> str:
        return f"HttpTill({self._base!r})"

    def start(self, asked: Asked) -> Seen:
        """Open a checkout, or find the one of this key."""
        wanted = {
            "key": asked.key,
            "amount": f"{asked.amount:f}",
            "currency": asked.currency,
            "reference": asked.reference,
            "return_to": asked.return_to,
            "tell": asked.tell,
            "expires_at": asked.expires_at.isoformat(),
        }
        seen = self._call("POST", "/v1/checkouts", wanted)
        if (seen.amount, seen.currency) != (asked.amount, asked.currency):
            raise TillUnavailable("the answer is about another amount")
        return seen

    def look(self, till_id: str) -> Seen:
        """One checkout as it is now."""
        seen = self._call("GET", f"/v1/checkouts/{quote(till_id, safe='')}")
        if seen.till_id != till_id:
            raise TillUnavailable("the answer is about another checkout")
        return seen

    def _call(self, method: str, path: str, wanted: Mapping[str, str] | None = None) -> Seen:
        headers = {"Authorization": f"Bearer {self._secret}", "Accept": "application/json"}
        body = None if wanted is None else json.dumps(wanted).encode()
        try:
            with (
                httpx2.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
                client.stream(method, self._base + path, headers=headers, content=body) as answer,
            ):
                whole = _capped(answer)
        except httpx2.HTTPError as error:
            # Without its cause, which holds the request and the secret in it.
            raise TillUnavailable(type(error).__name__) from None
        if answer.status_code >= 500 or answer.status_code == 429:
            raise TillUnavailable(f"HTTP {answer.status_code}")
        if answer.status_code not in (200, 201):
            raise TillRefused(f"HTTP {answer.status_code}")
        return seen_from(whole)


def _capped(answer: httpx2.Response) -> bytes:
    whole = b""
    for chunk in answer.iter_bytes():
        whole += chunk
        if len(whole) > BODY_CAP:
            raise TillUnavailable("the answer is too large")
    return whole


def seen_from(body: bytes) -> Seen:
    """A checkout from its JSON; TillUnavailable where it can't be understood."""
    try:
        found: Any = json.loads(body, parse_float=Decimal)
        word = str(found["state"])
        state = TillState(word) if word in set(TillState) else TillState.UNKNOWN
        amount = Decimal(str(found["amount"]))
        if not amount.is_finite():
            raise ValueError(amount)
        return Seen(
            str(found["id"]),
            state,
            amount,
            str(found["currency"]),
            str(found.get("url", "")),
            str(found.get("why", ""))[:200],
        )
    except (ValueError, KeyError, TypeError, InvalidOperation) as error:
        raise TillUnavailable(f"an answer we can't read: {type(error).__name__}") from None
