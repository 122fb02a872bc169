"""Can this installation speak to its provider? Asked by `manage.py check` and before the first call."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from .gateway.settings import ProviderSettings, is_loopback

ADDRESSES = ("base_url", "authority")


def sandbox_in_production() -> str:
    """Why a production portal must not speak to the provider it is given, or "": the sandbox says yes to everything,
    so that suspensions, bills and letters about them would be made up."""
    if not settings.PRODUCTION:
        return ""
    if settings.USES_SANDBOX:
        return "PORTAL_USES_SANDBOX is set: a production portal does not speak to the sandbox."
    named = [name for name in ADDRESSES if is_loopback(settings.PARTNER_CENTER[name])]
    if named:
        return f"The provider's {' and '.join(named)} is on this machine: a production portal speaks to the provider."
    return ""


@register()
def provider_is_real(**_: Any) -> list[CheckMessage]:
    """Production refuses the sandbox."""
    fault = sandbox_in_production()
    return [Error(fault, id="subscriptions.E001")] if fault else []


@register()
def provider_is_named_whole(**_: Any) -> list[CheckMessage]:
    """Settings that were begun must be complete; none at all is a portal without a provider."""
    named = settings.PARTNER_CENTER
    if not any(named[name] for name in ("base_url", "tenant", "client_id", "client_secret")):
        return []
    try:
        ProviderSettings(**named)
    except ValueError as fault:
        return [Error(f"The provider's settings can't be used: {fault}.", id="subscriptions.E002")]
    return []
