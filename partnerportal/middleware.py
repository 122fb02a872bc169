"""Under which name is the portal spoken to, and who is speaking?"""

from collections.abc import Callable
from datetime import UTC
from typing import Any

from django.conf import settings
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils import timezone

from customers.models import Membership
from outbox import clock

from .health import healthz, readyz

Answer = Callable[[HttpRequest], HttpResponse]

LOOPBACK_NUMBERS = ("127.0.0.1", "[::1]")
# Asked before anything that needs the database: they must answer when it is gone, to any name.
PROBES = {"/healthz": healthz, "/readyz": readyz}
# Programs ask for these, under whatever name they know, and keep no cookie.
IN_PLACE = ("/metrics", "/api/", "/static/")


class OneAddress:
    """In the demo every page lives at localhost: a session or passkey of 127.0.0.1 is worth nothing there."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in PROBES:
            return PROBES[request.path](request)
        name, _, port = request.META.get("HTTP_HOST", "").rpartition(":")
        page = request.method in ("GET", "HEAD") and not request.path.startswith(IN_PLACE)
        if settings.EMBEDDED and page and name in LOOPBACK_NUMBERS:
            return HttpResponseRedirect(f"http://localhost:{port}{request.get_full_path()}")
        return self.get_response(request)


class NotKept:
    """No cache keeps a page of ours unless its view says so, and no page asks for what a bill does not need."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        answer.headers.setdefault("Cache-Control", "private, no-store")
        answer.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        return answer


class WhoIsHere:
    """Says for which partner or customer the signed-in person acts, in whose language, at what time."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):
            # Nobody types a NUL, and the database takes none in a text. Forms refuse it themselves.
            return HttpResponseBadRequest()
        here: Any = request
        here.membership, here.partner, here.zone, here.places = None, None, UTC, []
        if request.user.is_authenticated:
            here.places = places_of(request.user.pk)
            here.membership = membership_of(request, here.places)
        if here.membership:
            here.partner = here.membership.partner
            customer = here.membership.customer
            here.zone = customer.tz if customer else here.partner.tz
        here.now = clock.now()
        with timezone.override(here.zone):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A NUL that no form was there to refuse is the asker's mistake as well; nothing of it was written."""
        nul = isinstance(exception, DataError) and "NUL (0x00)" in str(exception)
        return HttpResponseBadRequest() if nul else None


def places_of(user_id: int) -> list[Membership]:
    """Where a person belongs at this moment, read for each request: a place that ended is not there any more."""
    mine = Membership.objects.filter(user_id=user_id).select_related("partner", "customer", "customer__partner", "user")
    return list(mine.order_by("pk"))


def membership_of(request: HttpRequest, mine: list[Membership]) -> Membership | None:
    """The place this session acts in: the chosen one while it lasts, else the person's first."""
    chosen = request.session.get("membership")
    return next((place for place in mine if place.pk == chosen), mine[0] if mine else None)
