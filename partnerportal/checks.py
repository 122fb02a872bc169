"""Is this installation fit for production? Half a configuration is refused before anything is served.

`runportal` asks when it migrates, `manage.py check` whenever it is told to; the demo and development are not judged."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

LOOPBACK = ("", "localhost", "127.0.0.1", "::1")
# What `secrets.token_urlsafe(50)` gives is longer; a word someone thought of is not.
LEAST_SECRET, LEAST_DIFFERENT = 50, 5
POWERS = "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
MAY = ("is a superuser", "passes by row level security", "makes roles")


def _weak() -> bool:
    """Missing, too short, too even, or the one that everybody can read in the settings."""
    try:
        secret = settings.SECRET_KEY
    except ImproperlyConfigured:
        return True
    known = secret.startswith(("only-for-", "django-insecure-"))
    return len(secret) < LEAST_SECRET or len(set(secret)) < LEAST_DIFFERENT or known


def _wildcard(hosts: list[str]) -> bool:
    return any(host == "*" or host.startswith("*") for host in hosts)


def _names_itself(address: str, hosts: list[str]) -> bool:
    """Do the links we send lead to a host that we answer to?"""
    name = urlsplit(address).hostname or ""
    return any(name == host or (host.startswith(".") and f".{name}".endswith(host)) for host in hosts)


@register()
def production_is_whole(**_: Any) -> list[CheckMessage]:
    """Secret, hosts, addresses, mail: each fault with the setting that mends it."""
    if not settings.PRODUCTION:
        return []
    address = urlsplit(settings.PORTAL_URL)
    faults = [
        (_weak(), "E001", "SECRET_KEY is missing, short or known: give it 50 random characters."),
        (not settings.ALLOWED_HOSTS, "E002", "ALLOWED_HOSTS is empty: name the hosts people use."),
        (_wildcard(settings.ALLOWED_HOSTS), "E003", "ALLOWED_HOSTS answers to any name: name the hosts people use."),
        (
            address.scheme != "https" or address.hostname in LOOPBACK,
            "E004",
            "PORTAL_URL is not https at a name of its own: every link in a letter starts with it.",
        ),
        (
            bool(settings.ALLOWED_HOSTS) and not _names_itself(settings.PORTAL_URL, settings.ALLOWED_HOSTS),
            "E005",
            "PORTAL_URL names a host that is not in ALLOWED_HOSTS: links in letters would lead nowhere.",
        ),
        (settings.USES_MAIL_SINK, "E006", "PORTAL_USES_MAIL_SINK is set: letters would reach nobody."),
        (
            settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith(".example"),
            "E007",
            "DEFAULT_FROM_EMAIL is the demo's: name an address that may send for your domain.",
        ),
        (settings.DEBUG, "E008", "DEBUG pages are on: they show settings and rows to whoever causes a fault."),
    ]
    return [Error(text, id=f"partnerportal.{name}") for wrong, name, text in faults if wrong]


@register(Tags.database)
def roles_are_apart(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The application's role may not do what guards it: it neither owns the tables nor passes by their rules.

    A database that does not answer is not a fault of the configuration; whoever needs it next says so."""
    if not databases or not settings.PRODUCTION:
        return []
    if settings.APPLICATION_DATABASE_URL == settings.DATABASE_OWNER_URL:
        return [
            Error(
                "DATABASE_OWNER_URL is missing or the same as DATABASE_URL: the application would own its tables.",
                id="partnerportal.E010",
            )
        ]
    try:
        with psycopg.connect(settings.APPLICATION_DATABASE_URL, connect_timeout=5) as link:
            found = link.execute(POWERS).fetchone()
    except psycopg.OperationalError:
        return []
    name, *powers = found or ("", False, False, False)
    can = [word for word, has in zip(MAY, powers, strict=True) if has]
    if not can:
        return []
    return [Error(f"The role of DATABASE_URL, {name}, {' and '.join(can)}.", id="partnerportal.E011")]
