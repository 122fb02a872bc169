"""Whose pages does one of ours look at as the customer sees them? Nothing can be done there, and nothing stays."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from customers.looking import look_no_more, seat_of
from customers.models import Customer, Membership

Answer = Callable[[HttpRequest], HttpResponse]

PAGES: Final = "/my/"
SESSION: Final = "looking"
SAFE: Final = ("GET", "HEAD")


@dataclass(frozen=True)
class Look:
    """At whose pages, and until when."""

    customer: Customer
    until: datetime


class LookingAs:
    """Gives staff who look at a customer's pages that customer's place there, for reading only.

    What a page writes while it is read (a letter was seen, say) is undone: the customer did not see it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        here: Any = request
        kept = request.session.get(SESSION) if request.path.startswith(PAGES) else None
        if not kept or here.membership is None or not here.membership.is_staff:
            return self.get_response(request)
        look, seat = _look(kept, here.membership)
        if look is None or seat is None:
            del request.session[SESSION]
            return self.get_response(request)
        if here.now >= look.until:
            return _over(here, look)
        here.membership, here.zone, here.looking = seat, look.customer.tz, look
        with timezone.override(here.zone):
            if request.method not in SAFE:
                return render(request, "looking_refused.html", status=403)
            with transaction.atomic():
                answer = self.get_response(request)
                transaction.set_rollback(True)
            return answer


def _look(kept: dict[str, Any], place: Membership) -> tuple[Look | None, Membership | None]:
    """What the session holds, against what is so now: the role, the place and the customer are read anew."""
    customer = Customer.objects.select_related("partner").filter(pk=kept["customer"], partner=place.partner).first()
    if customer is None:
        return None, None
    return Look(customer, datetime.fromisoformat(kept["until"])), seat_of(customer, place)


def _over(request: Any, look: Look) -> HttpResponse:
    del request.session[SESSION]
    look_no_more(look.customer, by=request.user, now=request.now)
    messages.info(request, gettext("Half an hour is over. You see your own pages again."))
    return HttpResponseRedirect(reverse("customer", args=[look.customer.pk]))
