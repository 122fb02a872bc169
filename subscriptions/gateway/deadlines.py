"""How long may one call take in all? A limit on the whole exchange, where the client only limits each read.

A server that sends a byte a second never trips a read time-out. These streams shorten every wait to what is
left of the call's own time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ssl import SSLContext
from typing import Any

import httpcore2

_this_thread = threading.local()


@contextmanager
def all_within(seconds: float) -> Iterator[None]:
    """Within this block, in this thread, sockets of a `TimedBackend` stop waiting when `seconds` are over."""
    _this_thread.ends = time.monotonic() + seconds
    try:
        yield
    finally:
        _this_thread.ends = None


def _left(timeout: float | None, error: type[Exception]) -> float | None:
    ends: float | None = getattr(_this_thread, "ends", None)
    if ends is None:
        return timeout
    left = ends - time.monotonic()
    if left <= 0:
        raise error("the call takes too long")
    return left if timeout is None else min(left, timeout)


class TimedStream(httpcore2.NetworkStream):
    """A connection whose waits are bounded by the call that uses it at the moment."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        timeout = _left(timeout, httpcore2.ConnectTimeout)
        return TimedStream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class TimedBackend(httpcore2.NetworkBackend):
    """Opens TCP connections as `TimedStream`."""

    def __init__(self) -> None:
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        timeout = _left(timeout, httpcore2.ConnectTimeout)
        return TimedStream(self._plain.connect_tcp(host, port, timeout, local_address, socket_options))

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
