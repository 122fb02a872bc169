"""As whom can a visitor of the demo step in with one press? Three people of it, beside the form for signing in."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings

from customers.models import Membership

from .cast import PASSWORD

SHOWN: Final = ("owner@hanhai.example", "collections@hanhai.example", "billing@lanhai.example")


@dataclass(frozen=True)
class Account:
    """One of them, as the page shows it."""

    email: str
    password: str
    name: str
    role: str
    where: str


def accounts() -> list[Account]:
    """Those that are there; nobody in production, and nobody where the book is a real one."""
    if settings.PRODUCTION:
        return []
    found = Membership.objects.filter(user__email__in=SHOWN, user__is_active=True)
    places = {place.user.email: place for place in found.select_related("user", "partner", "customer")}
    return [
        Account(
            email,
            PASSWORD,
            str(place.user),
            str(place.get_role_display()),
            place.customer.name if place.customer else place.partner.name,
        )
        for email in SHOWN
        if (place := places.get(email)) is not None
    ]
