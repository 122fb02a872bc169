"""How does one exchange travel? The only file with an HTTP client: headers, token, time and size."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpcore2
import httpx2

from .deadlines import TimedBackend, all_within
from .protocol import Call, CredentialsRefused, OnCall, ProviderUnavailable, UnusableAnswer
from .reading import UnreadableError, an_object, parse_json
from .refusals import Answer, Ids, error_from, trouble
from .settings import ProviderSettings
from .tokens import Token, TokenCache

BODY_CAP = 1_000_000
TOKEN_AT_MOST = 86_400

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
    """No whole answer arrived. `sent` says whether the provider may have received the request."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.sent = sent


class Wire:
    """Connections to one provider and the token they carry; shared by threads, not across a fork."""

    def __init__(self, settings: ProviderSettings, on_call: OnCall | None) -> None:
        self._settings = settings
        self._on_call = on_call
        self._tokens = TokenCache(self._fetch_token)
        self._client = _client(settings)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def authorised(
        self, method: str, address: str, ids: Ids, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """One exchange under a token; a refused token is replaced once, since 401 means not taken.

        Returns whatever was answered, any status. Raises NoAnswerError if no whole answer arrived, and
        ProviderUnavailable or one of its kinds if there is no token to be had.
        """
        token = self._tokens.current()
        answer = self._exchange(method, address, ids, {**headers, **_bearer(token)}, body)
        if answer.status != 401:
            return answer
        self._tokens.drop(token)
        token = self._tokens.current()
        return self._exchange(method, address, ids, {**headers, **_bearer(token)}, body)

    def _exchange(self, method: str, address: str, ids: Ids, headers: Mapping[str, str], body: bytes | None) -> Answer:
        started, status = datetime.now(UTC), None
        tracing = {"MS-RequestId": ids.request, "MS-CorrelationId": ids.correlation}
        try:
            with (
                all_within(self._settings.timeout),
                self._client.stream(method, address, headers={**tracing, **headers}, content=body) as response,
            ):
                whole = _read_capped(response)
                status = response.status_code
            return Answer(status, response.headers, whole)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            # The cause is dropped on purpose: it holds the request, with the token in it.
            raise NoAnswerError(type(error).__name__, sent=not isinstance(error, _NOT_SENT)) from None
        finally:
            self._tell(method, address, ids, status, started)

    def _tell(self, method: str, address: str, ids: Ids, status: int | None, started: datetime) -> None:
        if self._on_call is None:
            return
        path = urlsplit(address).path
        call = Call(method, path, ids.request, ids.correlation, status, started, datetime.now(UTC))
        try:
            self._on_call(call)
        except Exception:
            # The provider's answer counts whether or not our own log could take it.
            log.exception("a call to the provider could not be logged: %s %s", method, path)

    def _fetch_token(self) -> Token:
        settings, ids = self._settings, Ids(str(uuid.uuid4()), str(uuid.uuid4()))
        form = httpx2.QueryParams(
            grant_type="client_credentials",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            resource=settings.base_url,
        )
        address = f"{settings.authority}/{settings.tenant}/oauth2/token"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        asked = time.monotonic()
        try:
            answer = self._exchange("POST", address, ids, headers, str(form).encode())
        except NoAnswerError as error:
            raise trouble(ProviderUnavailable, f"no token: {error}", ids) from None
        if 400 <= answer.status < 500 and answer.status not in (408, 429):
            raise trouble(CredentialsRefused, "no token was issued", ids, answer.status)
        if answer.status != 200:
            raise error_from(answer, ids, writing=False)
        return _token_from(answer, asked, ids)


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


def _bearer(token: Token) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.value}"}


def _token_from(answer: Answer, asked: float, ids: Ids) -> Token:
    try:
        document = an_object(parse_json(answer.body))
        value, lasts = document["access_token"], int(document["expires_in"])
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
            raise UnreadableError("a token that can't be sent")
    except (UnreadableError, KeyError, TypeError, ValueError):
        raise trouble(UnusableAnswer, "the answer holds no token", ids, answer.status) from None
    return Token(value, asked + min(lasts, TOKEN_AT_MOST))


def _read_capped(response: httpx2.Response) -> bytes:
    """The body, decoded piece by piece so that a compressed flood stops at the cap as well."""
    whole = bytearray()
    for chunk in response.iter_bytes():
        whole += chunk
        if len(whole) > BODY_CAP:
            raise NoAnswerError("the answer is too large", sent=True)
    return bytes(whole)
