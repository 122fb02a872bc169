"""What is sent for a token, and what does the answer grant? The application alone, or for a person who consented.

Source: partner-center-authentication: POST {authority}/{tenant}/oauth2/token, form-encoded; `resource` is the
address of the API.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from .fields import UnreadableError
from .reading import an_object, parse_json
from .settings import ProviderSettings
from .tokens import Token

TOKEN_AT_MOST = 86_400


@dataclass(frozen=True)
class Grant:
    """A token, and the refresh token that replaces the one it was asked with ("" if the old one goes on)."""

    token: Token
    refresh_token: str = field(repr=False)


def address_of(settings: ProviderSettings) -> str:
    """Where tokens are asked for."""
    return f"{settings.authority}/{settings.tenant}/oauth2/token"


def form_of(settings: ProviderSettings, refresh_token: str = "") -> bytes:
    """The form to send; with a refresh token it asks to act for the person who gave it."""
    asked = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    alone = {"grant_type": "client_credentials"}
    known = {"client_id": settings.client_id, "client_secret": settings.client_secret, "resource": settings.base_url}
    return urlencode({**(asked if refresh_token else alone), **known}).encode()


def grant_from(body: bytes, asked: float) -> Grant:
    """What the answer grants; `asked` is when it was asked for, on the clock that doesn't jump.

    Raises UnreadableError if it holds no token that can be sent."""
    document = an_object(parse_json(body))
    try:
        value, lasts = document["access_token"], int(document["expires_in"])
    except (KeyError, TypeError, ValueError):
        raise UnreadableError("the answer holds no token") from None
    if not _can_be_sent(value):
        raise UnreadableError("a token that can't be sent")
    renewed = document.get("refresh_token", "")
    return Grant(Token(value, asked + min(lasts, TOKEN_AT_MOST)), renewed if _can_be_sent(renewed) else "")


def _can_be_sent(value: object) -> bool:
    return isinstance(value, str) and bool(value) and value.isascii() and value.isprintable() and " " not in value
