"""How often may somebody ask? So many times a minute, and a page says when to come back.

Signing in, setting a new password and proving oneself again have limits of their own (allauth), by the name that was
typed and by the address it came from; an invitation has one in customers.inviting."""

import time
from collections.abc import Callable, Iterator
from typing import Final

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customers.entering import anyone

Answer = Callable[[HttpRequest], HttpResponse]

WINDOW: Final = 60
# The longest window of the limits on signing in.
SIGNING_IN: Final = 300
SAFE: Final = ("GET", "HEAD", "OPTIONS")
UNCOUNTED: Final = ("/static/", "/healthz", "/readyz")
FILES: Final = ("/pdf/", ".pdf", ".csv", ".xlsx", ".zip", "/archive/")


class NotTooOften:
    """Counts the requests of each person, or of each address where nobody is signed in."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limits = settings.REQUESTS_A_MINUTE
        if limits and not request.path.startswith(UNCOUNTED):
            for kind in _kinds(request):
                if kind in limits and _count(kind, _who(request)) > limits[kind]:
                    return too_often(request, WINDOW - int(time.time()) % WINDOW)
        return self.get_response(request)


@anyone
def too_many(request: HttpRequest) -> HttpResponse:
    """What allauth shows to whoever tries to sign in too often."""
    return too_often(request, SIGNING_IN)


def too_often(request: HttpRequest, seconds: int) -> HttpResponse:
    """The page that says when to try again; programs read it in Retry-After."""
    answer = render(request, "429.html", {"seconds": seconds, "minutes": max(1, round(seconds / 60))}, status=429)
    answer.headers["Retry-After"] = str(seconds)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _kinds(request: HttpRequest) -> Iterator[str]:
    """Everything counts; a deed or a file is counted beside it."""
    yield "any"
    if request.method not in SAFE:
        yield "deed"
    if request.GET.get("export") or request.path.endswith(FILES):
        yield "download"


def _who(request: HttpRequest) -> str:
    return f"person {request.user.pk}" if request.user.is_authenticated else f"address {get_ip(request)}"


def _count(kind: str, who: str) -> int:
    key = f"asked:{kind}:{who}:{int(time.time()) // WINDOW}".replace(" ", ":")
    if cache.add(key, 1, WINDOW * 2):
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:
        # It ran out between the two.
        return 1
