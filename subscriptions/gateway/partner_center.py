"""How is each verb said to Partner Center? What is repeated, what is checked, and what is never guessed."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, Self, TypeVar

import stamina
import stamina.instrumentation

from .addresses import ForeignAddressError, path_to, resolved
from .http import NoAnswerError, Wire
from .protocol import (
    BillingContact,
    OnCall,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderStatus,
    ProviderUnavailable,
    SubscriptionSeen,
    UnusableAnswer,
)
from .reading import (
    UnreadableError,
    contact_from,
    items_of,
    next_page,
    parse_json,
    retry_after,
    same_id,
    subscription_from,
    write_json,
)
from .refusals import Answer, Ids, error_from, trouble
from .settings import ProviderSettings

PAGE_CAP = 200
SHORT_WAIT = timedelta(seconds=2)
READ_ATTEMPTS = 4
WRITE_ATTEMPTS = 3
WRITABLE = (ProviderStatus.ACTIVE, ProviderStatus.SUSPENDED, ProviderStatus.DELETED)

T = TypeVar("T")

# Its other hook prints to standard output, which belongs to the commands; each attempt is also an `on_call`.
stamina.instrumentation.set_on_retry_hooks([stamina.instrumentation.LoggingOnRetryHook])

Page = tuple[str, str]
"""The address of a page of a list, and the continuation token to send with it ("" for none)."""


class PartnerCenter:
    """The provider over HTTP. One per partner and process, shared by its threads; make it after a fork."""

    def __init__(self, settings: ProviderSettings, *, on_call: OnCall | None = None) -> None:
        self._settings = settings
        self._wire = Wire(settings, on_call)

    def __repr__(self) -> str:
        return f"PartnerCenter({self._settings.base_url!r}, tenant={self._settings.tenant!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._wire.close()

    def billing_contact(self, customer_id: str, *, correlation_id: str | None = None) -> BillingContact | None:
        """Whom the provider has on record for this customer's bills; None for a 404 or no usable address."""
        correlation = correlation_id or str(uuid.uuid4())
        address = self._address(correlation, "customers", customer_id, "profiles", "billing")
        try:
            return self._read(address, correlation, lambda found: contact_from(found, customer_id))
        except ProviderRefused as refused:
            if refused.status == 404:
                return None
            raise

    def subscriptions(self, customer_id: str, *, correlation_id: str | None = None) -> tuple[SubscriptionSeen, ...]:
        """Every subscription of the customer, all pages, each once; one page that fails fails the whole."""
        correlation = correlation_id or str(uuid.uuid4())
        page: Page | None = (self._address(correlation, "customers", customer_id, "subscriptions"), "")
        found: dict[str, SubscriptionSeen] = {}
        visited: set[Page] = set()
        while page:
            if page in visited or len(visited) == PAGE_CAP:
                _fail(UnusableAnswer, "the pages of the list have no end", Ids("", correlation))
            visited.add(page)
            members, page = self._page(page, customer_id, correlation)
            for seen in members:
                found.setdefault(seen.id, seen)
        return tuple(found.values())

    def subscription(
        self, customer_id: str, subscription_id: str, *, correlation_id: str | None = None
    ) -> SubscriptionSeen:
        """One subscription as it is now; ProviderRefused with status 404 if it is gone."""
        correlation = correlation_id or str(uuid.uuid4())
        address = self._address(correlation, "customers", customer_id, "subscriptions", subscription_id)
        return self._read(address, correlation, lambda found: subscription_from(found, customer_id, subscription_id))

    def change_status(
        self,
        seen: SubscriptionSeen,
        wanted: ProviderStatus,
        *,
        request_id: str,
        correlation_id: str,
        auto_renew: bool | None = None,
    ) -> SubscriptionSeen | None:
        """Send the resource that was just read back with another status.

        A short 429 is waited out here, because it means not taken; nothing else is repeated. Returns the
        resource if the provider shows it, None if it accepts without. Raises StaleRead, ProviderRefused,
        ProviderUnavailable (all: nothing changed) or OutcomeUnknown (read back before anything else).
        """
        ids = Ids(request_id, correlation_id)
        if wanted not in WRITABLE:
            raise ValueError(f"{wanted} is not a status one can ask for")
        if wanted is not ProviderStatus.ACTIVE and not seen.etag:
            _fail(UnusableAnswer, "the resource was read without an ETag; it is not changed blindly", ids)
        changes: dict[str, object] = {"status": wanted.value}
        if auto_renew is not None:
            changes["autoRenewEnabled"] = auto_renew
        answer = self._write(seen, write_json({**seen.raw, **changes}), ids)
        if answer.status == 202:
            answer = self._polled(answer, ids)
        return _shown(answer, seen, ids)

    def _address(self, correlation: str, *parts: str) -> str:
        try:
            return self._settings.base_url + path_to(*parts)
        except ValueError as error:
            raise trouble(ProviderRefused, str(error), Ids("", correlation)) from None

    def _page(self, page: Page, customer_id: str, correlation: str) -> tuple[list[SubscriptionSeen], Page | None]:
        link, token = page
        try:
            address = resolved(self._settings.base_url, link)
        except ForeignAddressError as error:
            raise trouble(UnusableAnswer, str(error), Ids("", correlation)) from None

        def read(found: Any) -> tuple[list[SubscriptionSeen], Page | None]:
            return [subscription_from(item, customer_id) for item in items_of(found)], next_page(found)

        return self._read(address, correlation, read, {"MS-ContinuationToken": token} if token else {})

    def _read(
        self,
        address: str,
        correlation: str,
        reading: Callable[[Any], T],
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """GET and understand; repeated on no answer, 5xx and a short 429, within three times the time-out."""
        for attempt in stamina.retry_context(
            on=_worth_another_read,
            attempts=READ_ATTEMPTS,
            timeout=3 * self._settings.timeout,
            wait_initial=0.25,
            wait_max=3.5,
            wait_jitter=0.25,
        ):
            with attempt:
                ids = Ids(str(uuid.uuid4()), correlation)
                answer = self._read_once(address, ids, headers or {})
        try:
            return reading(parse_json(answer.body))
        except UnreadableError as error:
            raise trouble(UnusableAnswer, str(error), ids, answer.status) from None

    def _read_once(self, address: str, ids: Ids, headers: Mapping[str, str]) -> Answer:
        try:
            answer = self._wire.authorised("GET", address, ids, headers)
        except NoAnswerError as error:
            raise trouble(ProviderUnavailable, str(error), ids) from None
        if _about_another_request(answer, ids):
            _fail(UnusableAnswer, "the answer belongs to another request", ids, answer.status)
        if answer.status != 200:
            raise error_from(answer, ids, writing=False)
        return answer

    def _write(self, seen: SubscriptionSeen, body: bytes, ids: Ids) -> Answer:
        parts = ("customers", seen.customer_id, "subscriptions", seen.id)
        address = self._address(ids.correlation, *parts)
        headers = {"Content-Type": "application/json"}
        if seen.etag:
            headers["If-Match"] = f'"{seen.etag}"'
        for attempt in stamina.retry_context(
            on=_short_throttle, attempts=WRITE_ATTEMPTS, timeout=self._settings.timeout
        ):
            with attempt:
                answer = self._write_once(address, body, headers, ids)
        return answer

    def _write_once(self, address: str, body: bytes, headers: Mapping[str, str], ids: Ids) -> Answer:
        try:
            answer = self._wire.authorised("PATCH", address, ids, headers, body)
        except NoAnswerError as error:
            kind = OutcomeUnknown if error.sent else ProviderUnavailable
            raise trouble(kind, str(error), ids) from None
        if _about_another_request(answer, ids):
            _fail(OutcomeUnknown, "the answer belongs to another request", ids, answer.status)
        if not 200 <= answer.status < 300:
            raise error_from(answer, ids, writing=True)
        return answer

    def _polled(self, accepted: Answer, ids: Ids) -> Answer:
        """The end of an operation that was accepted; OutcomeUnknown if it does not show in `poll_for`."""
        ends = time.monotonic() + self._settings.poll_for
        answer, link = accepted, ""
        while answer.status == 202:
            link = answer.headers.get("Location") or link
            asked = retry_after(answer.headers.get("Retry-After"), b"", datetime.now(UTC))
            pause = max((asked or timedelta()).total_seconds(), 0.1)
            if not link or time.monotonic() + pause > ends:
                _fail(OutcomeUnknown, "accepted, and no end of it to be seen", ids, answer.status)
            time.sleep(pause)
            answer = self._poll_once(link, ids)
        return answer

    def _poll_once(self, link: str, ids: Ids) -> Answer:
        own = Ids(str(uuid.uuid4()), ids.correlation)
        try:
            answer = self._wire.authorised("GET", resolved(self._settings.base_url, link), own, {})
        except (NoAnswerError, ForeignAddressError, ProviderUnavailable) as error:
            raise trouble(OutcomeUnknown, f"accepted, then: {error}", ids) from None
        if _about_another_request(answer, own) or not 200 <= answer.status < 300:
            _fail(OutcomeUnknown, "accepted, then an answer of no use", ids, answer.status)
        return answer


def _about_another_request(answer: Answer, ids: Ids) -> bool:
    echoed = answer.headers.get("MS-RequestId")
    return bool(echoed) and not same_id(str(echoed), ids.request)


def _shown(answer: Answer, seen: SubscriptionSeen, ids: Ids) -> SubscriptionSeen | None:
    """The subscription a write was answered with, or None for an answer without a body."""
    if not answer.body.strip():
        return None
    try:
        return subscription_from(parse_json(answer.body), seen.customer_id, seen.id)
    except UnreadableError as error:
        raise trouble(OutcomeUnknown, str(error), ids, answer.status) from None


def _worth_another_read(error: Exception) -> bool | float:
    if not isinstance(error, ProviderUnavailable):
        return False
    return _short_throttle(error) if error.status == 429 else error.status is None or error.status >= 500


def _short_throttle(error: Exception) -> bool | float:
    """How long to wait out a 429 in place, in seconds; False for a long one and for everything else."""
    if not isinstance(error, ProviderUnavailable) or error.status != 429:
        return False
    if error.retry_after is None or error.retry_after > SHORT_WAIT:
        return False
    return error.retry_after.total_seconds() + random.uniform(0.05, 0.25)


def _fail(kind: type[ProviderError], why: str, ids: Ids, status: int | None = None) -> NoReturn:
    raise trouble(kind, why, ids, status)
