"""What does every page know? Who is here, whose portal it is, where one can go, what time it is."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers import formats
from customers.channels import channels_of
from customers.entering import Door
from customers.models import Membership, Partner, User
from customers.roles import May
from outbox import clock
from partnerportal.demo.inviting_in import accounts
from partnerportal.demo.walking import shown

from .counting import deeds_of
from .simulated import ribbon

THEMES: Final = frozenset({"light", "dark"})
STAFF: Final[tuple[tuple[str, str, str | Promise], ...]] = (
    ("/worklist/", "list", _("Worklist")),
    ("/customers/", "people", _("Customers")),
    ("/invoices/", "document", _("Invoices")),
    ("/payments/", "card", _("Payments")),
    ("/collections/", "steps", _("Collections")),
    ("/provider/", "building", _("Provider bills")),
    ("/disputes/", "speech", _("Disputes")),
    ("/insights/", "chart", _("Insights")),
    ("/settings/", "gear", _("Settings")),
)
CUSTOMER: Final[tuple[tuple[str, str, str | Promise], ...]] = (
    ("/my/", "list", _("Home")),
    ("/my/invoices/", "document", _("Invoices")),
    ("/my/subscriptions/", "card", _("Subscriptions")),
    ("/my/cases/", "speech", _("Cases")),
    ("/my/policy/", "steps", _("Collections policy")),
    ("/my/contacts/", "people", _("Contacts")),
)
# Which kinds of waiting deeds a place of the side bar counts.
COUNTED: Final[Mapping[str, tuple[str, ...]]] = {
    "/payments/": ("receipt", "taken_back"),
    "/collections/": ("approve",),
    "/provider/": ("unmapped", "to_pay", "finding"),
    "/disputes/": ("dispute",),
}


def navigation(path: str, counts: Mapping[str, int], membership: Membership | None = None) -> list[dict[str, Any]]:
    """The places of the side bar or the top bar that exist and that this person may open, the longest matching
    one marked as here."""
    places = [place for place in (CUSTOMER if path.startswith("/my/") else STAFF) if _open_to(place[0], membership)]
    here = max((url for url, *_rest in places if path.startswith(url)), key=len, default="")
    return [
        {
            "url": url,
            "icon": icon,
            "label": label,
            "count": counts.get(url, 0),
            "current": url == here,
            "apart": url == "/settings/",
        }
        for url, icon, label in places
    ]


@lru_cache(maxsize=64)
def _door(url: str) -> Door | None:
    """What the page at an address asks for; None where there is no page."""
    try:
        return getattr(resolve(url).func, "door", None)
    except Resolver404:
        return None


def _open_to(url: str, membership: Membership | None) -> bool:
    door = _door(url)
    if door is None or membership is None:
        return False
    kind = "staff" if membership.is_staff else "customer"
    return door.kind in (kind, "signed_in", "anyone") and (not door.may or membership.may(door.may))


def side_counts(request: HttpRequest, membership: Membership | None) -> dict[str, int]:
    """How much waits behind each place, for staff."""
    if membership is None or not membership.is_staff:
        return {}
    deeds = deeds_of(request)  # type: ignore[arg-type]
    counts = {url: sum(deeds.get(kind, 0) for kind in kinds) for url, kinds in COUNTED.items()}
    return {**counts, "/worklist/": sum(deeds.values())}


def demo_clock(now: datetime, zone: tzinfo, partner: Partner | None = None) -> dict[str, Any] | None:
    """The simulated date, where the portal's clock may be moved: never in production."""
    if settings.PRODUCTION:
        return None
    city = str(zone).rsplit("/", 1)[-1].replace("_", " ")
    return {
        "at": now,
        "day": shown(now).isoformat(),
        "place": f"{city}, {formats.offset(now.astimezone(zone))}",
        "url": reverse("next_day"),
        **ribbon(partner, now),
    }


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """The context of every template; for a visitor only the looks and the time."""
    theme = request.COOKIES.get("theme", "")
    here: Any = request
    now, zone = getattr(here, "now", None) or clock.now(), getattr(here, "zone", None) or UTC
    membership: Membership | None = getattr(here, "membership", None)
    known: dict[str, Any] = {
        "theme": theme if theme in THEMES else "",
        "now": now,
        "zone": zone,
        "partner": (partner := getattr(here, "partner", None)),
        "support": channels_of(partner) if partner else None,
        "nav": [],
        "person": None,
        "demo_clock": None,
        # Asked only where a page shows them.
        "demo_accounts": accounts,
        "nobody_yet": nobody_yet,
    }
    user = getattr(here, "user", None)
    if user is None or not user.is_authenticated:
        return known
    role = str(membership.get_role_display()) if membership else ""
    return {
        **known,
        "nav": navigation(request.path, side_counts(request, membership), membership),
        "person": {"name": str(user), "role": role, "has_login": user.has_usable_password()},
        "may": frozenset(_rights(membership)),
        "my_places": mine if len(mine := getattr(here, "places", [])) > 1 else [],
        "here_pk": membership.pk if membership else None,
        "looking": getattr(here, "looking", None),
        "demo_clock": demo_clock(now, zone, partner) if membership is None or membership.is_staff else None,
    }


def nobody_yet() -> bool:
    """Whether this installation has no person at all."""
    return not User.objects.exists()


def _rights(membership: Membership | None) -> list[str]:
    """What this person may do, by name, so that a page shows only the buttons that work."""
    return [str(right) for right in May if membership is not None and membership.may(right)]
