"""The provider did not say yes: is it later, no, begin again, or don't know?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from .codes import ACCOUNT_RESTRICTED, LATER, STALE_READ
from .protocol import (
    CredentialsRefused,
    OutcomeUnknown,
    PartnerAccountRestricted,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    StaleRead,
    UnusableAnswer,
)
from .reading import Fault, fault_from, retry_after


@dataclass(frozen=True)
class Ids:
    """The two ids a call travels under."""

    request: str
    correlation: str


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, read to its end. Header names are looked up in any case by the mapping given."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def error_from(answer: Answer, ids: Ids, *, writing: bool) -> ProviderError:
    """The error an answer other than 2xx stands for.

    A write answered by 5xx, by a redirect or by a time-out of a server on the way may have been carried out:
    OutcomeUnknown. Every other refusal of a write says that nothing was changed.
    """
    fault = fault_from(answer.body)
    kind, wait = _kind(answer.status, fault.code, writing=writing)
    if answer.status == 429 or kind is ProviderUnavailable:
        asked = retry_after(answer.headers.get("Retry-After"), answer.body, datetime.now(UTC))
        wait = wait or asked
    return _raised(kind, fault, answer.status, wait, ids)


def _kind(status: int, code: str, *, writing: bool) -> tuple[type[ProviderError], timedelta | None]:
    if status == 401:
        return CredentialsRefused, None
    if status == 429:
        return ProviderUnavailable, None
    if status == 412 or code in STALE_READ:
        return StaleRead, None
    if code in ACCOUNT_RESTRICTED:
        return PartnerAccountRestricted, None
    if code in LATER:
        return ProviderUnavailable, LATER[code]
    if 400 <= status < 500 and status != 408:
        return ProviderRefused, None
    if writing:
        return OutcomeUnknown, None
    return (UnusableAnswer if status < 400 else ProviderUnavailable), None


def _raised(kind: type[ProviderError], fault: Fault, status: int, wait: timedelta | None, ids: Ids) -> ProviderError:
    return kind(
        fault.description,
        code=fault.code,
        status=status,
        retry_after=wait,
        request_id=ids.request,
        correlation_id=ids.correlation,
    )


def trouble(kind: type[ProviderError], why: str, ids: Ids, status: int | None = None) -> ProviderError:
    """An error of our own finding, in the same dress as the provider's."""
    return kind(why, status=status, request_id=ids.request, correlation_id=ids.correlation)
