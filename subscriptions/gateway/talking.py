"""How is something asked or told, whatever it is about? What is repeated, what is checked, and what is never guessed.

Retries follow the provider's own practice: 400 401 403 404 409 417 are never repeated as they are (a 401 once with
a fresh token); a 429 is waited out where it is short and handed to the caller where it is not. Sources: error-codes,
api-throttling-guidance, headers.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, Self, TypeVar

import stamina
import stamina.instrumentation

from .addresses import ForeignAddressError, path_to, resolved
from .fields import UnreadableError, same_id
from .http import PLAIN, NoAnswerError, Way, Wire
from .protocol import (
    CallLog,
    NeedsPerson,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    UnusableAnswer,
)
from .reading import items_of, next_page, parse_json, retry_after, total_of, write_json
from .refusals import Answer, Ids, error_from, trouble
from .settings import ProviderSettings

SHORT_WAIT = timedelta(seconds=2)
READ_ATTEMPTS = 4
WRITE_ATTEMPTS = 3

T = TypeVar("T")
Page = tuple[str, str]
"""The address of a page of a list, and the continuation token to send with it ("" for none)."""

# Its other hook prints to standard output, which belongs to the commands; each attempt is also in the call log.
stamina.instrumentation.set_on_retry_hooks([stamina.instrumentation.LoggingOnRetryHook])


class Talker:
    """The ways of asking and telling that every verb is made of. One per partner and process, shared by its
    threads; make it after a fork."""

    def __init__(self, settings: ProviderSettings, *, calls: CallLog | None = None) -> None:
        self._settings = settings
        self._wire = Wire(settings, calls)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._settings.base_url!r}, tenant={self._settings.tenant!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._wire.close()

    def _address(self, correlation: str, *parts: str) -> str:
        return self._placed(correlation, lambda: path_to(*parts))

    def _placed(self, correlation: str, path: Callable[[], str]) -> str:
        """The full address of a path that is built here; ProviderRefused if one of its ids is none."""
        try:
            return self._settings.base_url + path()
        except ValueError as error:
            raise trouble(ProviderRefused, str(error), Ids("", correlation)) from None

    def _needs_person(self, correlation: str) -> None:
        if not self._wire.consent.is_given:
            why = "only an application that acts for a person may ask this, and no consent is kept here"
            _fail(NeedsPerson, why, Ids("", correlation))

    def _read(
        self,
        address: str,
        correlation: str,
        reading: Callable[[Answer], T],
        headers: Mapping[str, str] | None = None,
        way: Way = PLAIN,
    ) -> T:
        """GET and understand; repeated on no answer, 5xx and a short 429, within three times the time-out.

        The request id is kept for as long as nothing was answered, so that the provider knows the repeat."""
        if way.for_person:
            self._needs_person(correlation)
        ids = _fresh(correlation)
        for attempt in stamina.retry_context(
            on=_worth_another_read,
            attempts=READ_ATTEMPTS,
            timeout=3 * (way.within or self._settings.timeout),
            wait_initial=0.25,
            wait_max=3.5,
            wait_jitter=0.25,
        ):
            with attempt:
                try:
                    answer = self._read_once(address, ids, headers or {}, way)
                except ProviderError as error:
                    if error.status is not None:
                        ids = _fresh(correlation)
                    raise
        try:
            return reading(answer)
        except UnreadableError as error:
            raise trouble(UnusableAnswer, str(error), ids, answer.status) from None

    def _read_once(self, address: str, ids: Ids, headers: Mapping[str, str], way: Way) -> Answer:
        try:
            answer = self._wire.authorised("GET", address, ids, headers, way=way)
        except NoAnswerError as error:
            kind = UnusableAnswer if error.of_no_use else ProviderUnavailable
            raise trouble(kind, str(error), ids) from None
        if _about_another_request(answer, ids):
            _fail(UnusableAnswer, "the answer belongs to another request", ids, answer.status)
        if answer.status != 200:
            raise error_from(answer, ids, writing=False)
        return answer

    def _pages(
        self,
        first: str,
        correlation: str,
        reading: Callable[[Any, int], list[T]],
        *,
        most: int,
        by_offset: Callable[[int], str] | None = None,
        way: Way = PLAIN,
        seen: int = 0,
    ) -> Iterator[list[T]]:
        """The members of a list, page by page, to the end; `reading` is given a page and how many came before.

        Links are followed on the provider's own server. Where a page names no next one and more are said to come,
        `by_offset` says where they are. `seen` came before the first page. A list that leads in a circle, has more
        than `most` pages or ends before its own count is unusable: nothing is ever a part of a list."""
        page: Page | None = (first, "")
        visited: set[Page] = set()
        while page:
            if page in visited or len(visited) == most:
                _fail(UnusableAnswer, "the pages of the list have no end", Ids("", correlation))
            visited.add(page)
            document = self._page(page, correlation, way)
            members = _understood(reading, document, seen, correlation)
            seen += len(members)
            yield members
            page, missing = next_page(document), (total_of(document) or 0) - seen
            if page is None and missing > 0 and by_offset and members:
                page = (by_offset(seen), "")
            elif page is None and missing > 0:
                _fail(UnusableAnswer, f"the list ends with {missing} of its members missing", Ids("", correlation))

    def _page(self, page: Page, correlation: str, way: Way) -> Any:
        link, token = page
        try:
            address = resolved(self._settings.base_url, link)
        except ForeignAddressError as error:
            raise trouble(UnusableAnswer, str(error), Ids("", correlation)) from None

        def read(answer: Answer) -> Any:
            document = parse_json(answer.body)
            items_of(document)
            return document

        return self._read(address, correlation, read, {"MS-ContinuationToken": token} if token else {}, way)

    def _write(
        self,
        method: str,
        address: str,
        document: Any,
        ids: Ids,
        *,
        etag: str = "",
        way: Way = PLAIN,
    ) -> Answer:
        """Send a document; a short 429 is waited out, because it means not taken; nothing else is repeated. What
        is accepted for later is followed to its end."""
        if way.for_person:
            self._needs_person(ids.correlation)
        headers = {"Content-Type": "application/json"} | ({"If-Match": f'"{etag}"'} if etag else {})
        body = b"" if document is None else write_json(document)
        for attempt in stamina.retry_context(
            on=_short_throttle, attempts=WRITE_ATTEMPTS, timeout=self._settings.timeout
        ):
            with attempt:
                answer = self._write_once(method, address, body, headers, ids, way)
        return self._polled(answer, ids, way) if answer.status == 202 else answer

    def _write_once(
        self, method: str, address: str, body: bytes, headers: Mapping[str, str], ids: Ids, way: Way
    ) -> Answer:
        try:
            answer = self._wire.authorised(method, address, ids, headers, body, way)
        except NoAnswerError as error:
            kind = OutcomeUnknown if error.sent else ProviderUnavailable
            raise trouble(kind, str(error), ids) from None
        if _about_another_request(answer, ids):
            _fail(OutcomeUnknown, "the answer belongs to another request", ids, answer.status)
        if not 200 <= answer.status < 300:
            raise error_from(answer, ids, writing=True)
        return answer

    def _polled(self, accepted: Answer, ids: Ids, way: Way) -> Answer:
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
            answer = self._poll_once(link, ids, way)
        return answer

    def _poll_once(self, link: str, ids: Ids, way: Way) -> Answer:
        own = _fresh(ids.correlation)
        try:
            answer = self._wire.authorised("GET", resolved(self._settings.base_url, link), own, {}, way=way)
        except (NoAnswerError, ForeignAddressError, ProviderUnavailable) as error:
            raise trouble(OutcomeUnknown, f"accepted, then: {error}", ids) from None
        if _about_another_request(answer, own) or not 200 <= answer.status < 300:
            _fail(OutcomeUnknown, "accepted, then an answer of no use", ids, answer.status)
        return answer


def correlated(given: str | None) -> str:
    """The correlation id given, or a new one."""
    return given or str(uuid.uuid4())


def as_json(reading: Callable[[Any], T]) -> Callable[[Answer], T]:
    """A reading of a document as a reading of an answer."""
    return lambda answer: reading(parse_json(answer.body))


def shown(answer: Answer, reading: Callable[[Any], T], ids: Ids) -> T | None:
    """What a write was answered with, or None for an answer without a body; OutcomeUnknown for one of no use."""
    if not answer.body.strip():
        return None
    try:
        return reading(parse_json(answer.body))
    except UnreadableError as error:
        raise trouble(OutcomeUnknown, str(error), ids, answer.status) from None


def _understood(reading: Callable[[Any, int], list[T]], document: Any, seen: int, correlation: str) -> list[T]:
    try:
        return reading(document, seen)
    except UnreadableError as error:
        raise trouble(UnusableAnswer, str(error), Ids("", correlation)) from None


def _fresh(correlation: str) -> Ids:
    return Ids(str(uuid.uuid4()), correlation)


def _about_another_request(answer: Answer, ids: Ids) -> bool:
    echoed = answer.headers.get("MS-RequestId")
    return bool(echoed) and not same_id(str(echoed), ids.request)


def _worth_another_read(error: Exception) -> bool | float:
    if not isinstance(error, ProviderUnavailable) or isinstance(error, UnusableAnswer):
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
