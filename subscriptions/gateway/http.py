"""How does one exchange travel? The only file with an HTTP client: headers, token, time, size and trace."""

from __future__ import annotations

import logging
import time
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpcore2
import httpx2

from .consent import Consent
from .deadlines import TimedBackend, all_within
from .fields import UnreadableError
from .granting import address_of, form_of, grant_from
from .protocol import (
    Call,
    CallEnd,
    CallLog,
    CredentialsRefused,
    NeedsPerson,
    ProviderUnavailable,
    UnusableAnswer,
)
from .reading import fault_from
from .refusals import Answer, Ids, error_from, trouble
from .settings import ProviderSettings
from .tokens import Token, TokenCache

# One resource never needs more; pages of lines and papers say how much they may.
BODY_CAP = 1_000_000
ANSWER_CAP = 300

_NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
    httpx2.ProxyError,
)

log = logging.getLogger(__name__)


class NoAnswerError(Exception):
    """No whole answer arrived. `sent` says whether the provider may have received the request, and `of_no_use` that
    there is an answer, which can't be taken in: asking again would bring the same."""

    def __init__(self, why: str, *, sent: bool, of_no_use: bool = False) -> None:
        super().__init__(why)
        self.sent = sent
        self.of_no_use = of_no_use


@dataclass(frozen=True)
class Way:
    """How an exchange is made: the verb it is noted under, how large its answer may be (bytes), how long it may take
    (seconds; None: as the settings say), and whether it acts for a person."""

    verb: str = "call"
    cap: int = BODY_CAP
    within: float | None = None
    for_person: bool = False


PLAIN = Way()


class Wire:
    """Connections to one provider and the tokens they carry; shared by threads, not across a fork."""

    def __init__(self, settings: ProviderSettings, calls: CallLog | None) -> None:
        self._settings = settings
        self._calls = calls
        self.consent = Consent(settings.refresh_token, settings.refresh_token_file)
        self._tokens = TokenCache(self._fetch_token)
        self._tokens_for_person = TokenCache(self._fetch_token_for_person)
        self._client = _client(settings)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def authorised(
        self,
        method: str,
        address: str,
        ids: Ids,
        headers: Mapping[str, str],
        body: bytes | None = None,
        way: Way = PLAIN,
    ) -> Answer:
        """One exchange under a token; a refused token is replaced once, since 401 means not taken.

        Returns whatever was answered, any status. Raises NoAnswerError if no whole answer arrived, and
        ProviderUnavailable or one of its kinds if there is no token to be had.
        """
        tokens = self._tokens_for_person if way.for_person else self._tokens
        token = tokens.current()
        answer = self._exchange(method, address, ids, {**headers, **_bearer(token)}, body, way)
        if answer.status != 401:
            return answer
        tokens.drop(token)
        token = tokens.current()
        return self._exchange(method, address, ids, {**headers, **_bearer(token)}, body, way)

    def _exchange(
        self, method: str, address: str, ids: Ids, headers: Mapping[str, str], body: bytes | None, way: Way
    ) -> Answer:
        noted = self._begin(method, address, ids, way)
        answer, why = None, ""
        tracing = {"MS-RequestId": ids.request, "MS-CorrelationId": ids.correlation}
        try:
            with (
                all_within(way.within or self._settings.timeout),
                self._client.stream(method, address, headers={**tracing, **headers}, content=body) as response,
            ):
                whole = _read_capped(response, way.cap)
                answer = Answer(response.status_code, response.headers, whole)
            return answer
        except NoAnswerError as error:
            why = str(error)
            raise
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            why = type(error).__name__
            # The cause is dropped on purpose: it holds the request, with the token in it.
            raise NoAnswerError(why, sent=not isinstance(error, _NOT_SENT)) from None
        finally:
            self._end(noted, answer, why)

    def _begin(self, method: str, address: str, ids: Ids, way: Way) -> Any:
        if self._calls is None:
            return None
        path = urlsplit(address).path
        try:
            return self._calls.began(Call(way.verb, method, path, ids.request, ids.correlation, datetime.now(UTC)))
        except Exception:
            log.exception("a call to the provider is not made, because it could not be noted")
            raise NoAnswerError("not sent: our own log could not take it", sent=False) from None

    def _end(self, noted: Any, answer: Answer | None, why: str) -> None:
        if self._calls is None:
            return
        status, code, said = None if answer is None else answer.status, "", why
        if answer is not None and answer.status >= 400:
            fault = fault_from(answer.body)
            code, said = fault.code, fault.description
        try:
            self._calls.ended(noted, CallEnd(datetime.now(UTC), status, code, self._without_secrets(said)))
        except Exception:
            # The provider's answer counts whether or not our own log could take it.
            log.exception("a call to the provider could not be noted as ended")

    def _without_secrets(self, said: str) -> str:
        known = (
            self._settings.client_secret,
            self.consent.token(),
            *self._tokens.kept(),
            *self._tokens_for_person.kept(),
        )
        for secret in filter(None, known):
            said = said.replace(secret, "…")
        return said[:ANSWER_CAP]

    def _fetch_token(self) -> Token:
        return self._granted(form_of(self._settings))

    def _fetch_token_for_person(self) -> Token:
        consent = self.consent.token()
        if not consent:
            raise NeedsPerson("nobody has consented to be acted for: no refresh token is kept")
        return self._granted(form_of(self._settings, consent))

    def _granted(self, form: bytes) -> Token:
        ids, asked = Ids(str(uuid.uuid4()), str(uuid.uuid4())), time.monotonic()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = self._exchange("POST", address_of(self._settings), ids, headers, form, Way("token"))
        except NoAnswerError as error:
            raise trouble(ProviderUnavailable, f"no token: {error}", ids) from None
        if 400 <= answer.status < 500 and answer.status not in (408, 429):
            raise trouble(CredentialsRefused, "no token was issued", ids, answer.status)
        if answer.status != 200:
            raise error_from(answer, ids, writing=False)
        try:
            grant = grant_from(answer.body, asked)
        except UnreadableError:
            raise trouble(UnusableAnswer, "the answer holds no token", ids, answer.status) from None
        self._keep_consent(grant.refresh_token)
        return grant.token

    def _keep_consent(self, renewed: str) -> None:
        try:
            if self.consent.is_given:
                self.consent.renew(renewed)
        except OSError as error:
            log.warning("the renewed consent could not be written back: %s", error.strerror)


def _client(settings: ProviderSettings) -> httpx2.Client:
    transport = httpx2.HTTPTransport(trust_env=False)
    # The transport has no argument for the backend; the pool it would make differs in nothing else.
    transport._pool = httpcore2.ConnectionPool(
        ssl_context=httpx2.create_ssl_context(trust_env=False),
        max_connections=20,
        keepalive_expiry=5.0,
        network_backend=TimedBackend(),
    )
    # trust_env would let a .netrc replace our Authorization header.
    return httpx2.Client(
        transport=transport,
        timeout=settings.timeout,
        follow_redirects=False,
        trust_env=False,
        headers={
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "partner-portal",
            "MS-Contract-Version": "v1",
            "MS-PartnerCenter-Application": "Partner Portal",
            "X-Locale": settings.facts.locale,
        },
    )


def fetched(address: str, *, within: float = 5.0, cap: int = 100_000) -> bytes:
    """A public document, such as the certificate of a signature; nothing of ours is sent along, redirects are not
    followed. Raises NoAnswerError."""
    try:
        with (
            all_within(within),
            httpx2.Client(timeout=within, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", address, headers={"Accept-Encoding": "identity"}) as response,
        ):
            if response.status_code != 200:
                raise NoAnswerError(f"HTTP {response.status_code}", sent=True)
            return _read_capped(response, cap)
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
        raise NoAnswerError(type(error).__name__, sent=True) from None


def _bearer(token: Token) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.value}"}


def _read_capped(response: httpx2.Response, cap: int) -> bytes:
    """The body. We ask for it as it is; one that is compressed all the same is unpacked up to the cap and no further,
    so that a flood costs no more than that."""
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", ""):
        raise NoAnswerError("the answer is packed in a way nobody asked for", sent=True, of_no_use=True)
    whole = bytearray()
    for chunk in response.iter_raw():
        whole += chunk
        _check_size(whole, cap)
    if packing != "gzip":
        return bytes(whole)
    try:
        unpacked = zlib.decompressobj(wbits=31).decompress(whole, cap + 1)
    except zlib.error:
        raise NoAnswerError("the answer can't be unpacked", sent=True, of_no_use=True) from None
    _check_size(unpacked, cap)
    return unpacked


def _check_size(whole: bytes | bytearray, cap: int) -> None:
    if len(whole) > cap:
        raise NoAnswerError("the answer is too large", sent=True, of_no_use=True)
