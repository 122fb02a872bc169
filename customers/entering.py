"""Who may come through a page's door? Said at each door, checked here, listed by the door table's test."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from .models import Customer, Membership, Partner, User
from .roles import May

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


class Here(HttpRequest):
    """A request whose person and place are known; what the middleware puts on it."""

    user: User
    membership: Membership
    places: list[Membership]
    partner: Partner
    now: Any
    zone: Any


@dataclass(frozen=True)
class Door:
    """What a door asks for: `staff`, `customer`, `anyone`, `machine`, `token`, `link` or `signed_in`, and what
    they must be allowed."""

    kind: str
    may: str = ""


Page = Callable[Concatenate[Any, P], HttpResponseBase]


def staff(may: May) -> Callable[[Page[P]], Page[P]]:
    """For people who work for a partner, in a role that allows `may`. To others the page is absent; to staff
    without the right it is refused."""
    return _door(Door("staff", may))


def customer(may: May | None = None) -> Callable[[Page[P]], Page[P]]:
    """For people who belong to a customer. To others the page is absent."""
    return _door(Door("customer", may or ""))


def anyone(page: Page[P]) -> Page[P]:
    """For everybody, signed in or not; declared so that it is not an oversight."""
    page.door = Door("anyone")  # type: ignore[attr-defined]
    return page


def machine(page: Page[P]) -> Page[P]:
    """For a machine that signs what it sends; the page itself asks for the signature and is absent without."""
    page.door = Door("machine")  # type: ignore[attr-defined]
    return page


def by_link(page: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """For whoever holds a link that was mailed: its token opens one thing, whoever is signed in; without, absent.
    Nothing of the answer is stored, indexed, or told to another site with the address."""

    @wraps(page)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        answer = page(request, *args, **kwargs)
        answer.headers["Cache-Control"] = "private, no-store"
        answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        # No other site hears of the address; "no-referrer" would take the origin from our own forms, too, and so
        # have every one of them refused.
        answer.headers["Referrer-Policy"] = "same-origin"
        return answer

    guarded.door = Door("link")  # type: ignore[attr-defined]
    return guarded


def signed_in(page: Page[P]) -> Page[P]:
    """For everybody who is signed in."""
    return _door(Door("signed_in"))(page)


def _door(door: Door) -> Callable[[Page[P]], Page[P]]:
    def wrap(page: Page[P]) -> Page[P]:
        @wraps(page)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            _check(door, getattr(request, "membership", None))
            answer: HttpResponseBase = page(request, *args, **kwargs)
            if isinstance(answer, HttpResponse):
                answer.headers.setdefault("Cache-Control", "private, no-store")
            return answer

        guarded.door = door  # type: ignore[attr-defined]
        return guarded

    return wrap


def _check(door: Door, place: Membership | None) -> None:
    if door.kind == "signed_in":
        return
    if place is None or place.is_staff != (door.kind == "staff"):
        raise Http404
    if door.may and not place.may(door.may):
        raise PermissionDenied


def customer_here(request: Here) -> Customer:
    """The customer whose pages these are."""
    assert request.membership.customer is not None
    return request.membership.customer
