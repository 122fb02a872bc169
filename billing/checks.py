"""Can customers pay online here, and is it the real thing? Asked by `manage.py check`."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@register()
def payments_online_are_real(**_: Any) -> list[CheckMessage]:
    """Production refuses the stand-in and half a configuration; none at all is a portal without payments online."""
    address, secret = settings.ONLINE_PAYMENT_URL, settings.ONLINE_PAYMENT_SECRET
    if bool(address) != bool(secret):
        return [
            Error("ONLINE_PAYMENT_URL and ONLINE_PAYMENT_SECRET are set together or not at all.", id="billing.E001")
        ]
    parts = urlsplit(address)
    if settings.PRODUCTION and address and (parts.scheme != "https" or parts.hostname in LOOPBACK):
        return [Error("ONLINE_PAYMENT_URL is not https at another machine.", id="billing.E002")]
    return []
