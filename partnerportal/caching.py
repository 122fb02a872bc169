"""Where is counted how often somebody asked, when Redis is away? In this process, until it is back."""

import logging
from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

R = TypeVar("R")
logger = logging.getLogger(__name__)

# What only counts requests. A lock or anything else must fail loudly instead: two of them would be none.
COUNTS: Final = ("allauth:", "asked:")


class CountsOn(RedisCache):
    """Redis, beside a memory of this process for counts. Without Redis each process counts for itself: with n of
    them somebody gets n times the limit, and nobody is locked out."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._own = LocMemCache("counts", {**params, "OPTIONS": {}})

    def _either(self, key: Any, there: Callable[[], R], here: Callable[[], R]) -> R:
        try:
            return there()
        except RedisError:
            if not str(key).startswith(COUNTS):
                raise
            logger.warning("Redis is away; requests are counted in this process")
            return here()

    def add(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        """Set what is not there."""
        return self._either(
            key, lambda: super(CountsOn, self).add(key, *args, **kwargs), lambda: self._own.add(key, *args, **kwargs)
        )

    def get(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        """Read."""
        return self._either(
            key, lambda: super(CountsOn, self).get(key, *args, **kwargs), lambda: self._own.get(key, *args, **kwargs)
        )

    def set(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        """Write."""
        return self._either(
            key, lambda: super(CountsOn, self).set(key, *args, **kwargs), lambda: self._own.set(key, *args, **kwargs)
        )

    def incr(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        """Count."""
        return self._either(
            key, lambda: super(CountsOn, self).incr(key, *args, **kwargs), lambda: self._own.incr(key, *args, **kwargs)
        )

    def delete(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        """Forget."""
        return self._either(
            key,
            lambda: super(CountsOn, self).delete(key, *args, **kwargs),
            lambda: self._own.delete(key, *args, **kwargs),
        )
