"""Which bearer token do we send? One per client, fetched once by whoever needs it first, renewed in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

# The provider's own SDK renews this long before the end.
EARLY = 30.0


@dataclass(frozen=True)
class Token:
    """A bearer token and the moment of `time.monotonic()` at which it ends."""

    value: str = field(repr=False)
    ends: float

    def is_fresh(self) -> bool:
        """Whether it can be sent with a margin for the time the call takes."""
        return time.monotonic() < self.ends - EARLY


class TokenCache:
    """Keeps the current token. Threads that find it stale wait for one of them to fetch the next."""

    def __init__(self, fetch: Callable[[], Token]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._token: Token | None = None

    def current(self) -> Token:
        """A token that is good now; fetched if there is none. What `fetch` raises passes through."""
        with self._lock:
            if self._token is None or not self._token.is_fresh():
                self._token = self._fetch()
            return self._token

    def drop(self, refused: Token) -> None:
        """Forget a token the provider refused, unless another thread has already replaced it."""
        with self._lock:
            if self._token is refused:
                self._token = None

    def kept(self) -> tuple[str, ...]:
        """What is kept now, for whoever has to keep it out of a text."""
        token = self._token
        return () if token is None else (token.value,)
