"""Whose case is it? No open case is without an owner."""

import secrets

from customers.models import Membership, Partner, User
from customers.roles import ALLOWS, STAFF_ROLES, May


class NobodyToAnswer(Exception):
    """The partner has nobody who may answer a case."""


def owner_for(partner: Partner) -> User:
    """Who gets a new case until somebody claims it: the partner's choice while they may answer, else the first person
    who may. Raises NobodyToAnswer."""
    if partner.case_owner is not None and may_own(partner.case_owner, partner):
        return partner.case_owner
    roles = [str(role) for role in reversed(STAFF_ROLES) if May.ANSWER in ALLOWS[role]]
    places = Membership.objects.filter(partner=partner, customer=None, role__in=roles, user__is_active=True)
    first = min(places.select_related("user"), key=lambda place: (roles.index(place.role), place.pk), default=None)
    if first is None:
        raise NobodyToAnswer(f"{partner} has nobody who may answer a case")
    return first.user


def may_own(person: User, partner: Partner) -> bool:
    """Whether this person is still of the partner's people and may answer its cases."""
    place = Membership.objects.filter(user=person, user__is_active=True, partner=partner, customer=None).first()
    return place is not None and place.may(May.ANSWER)


def new_secret() -> str:
    """The unguessable part of a case's own mail address."""
    return secrets.token_hex(16)
