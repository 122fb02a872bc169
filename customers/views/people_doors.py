"""Who says who belongs to a partner, and to a customer? The owner; whoever may invite for customers; their own billing
people."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.entering import Here, customer, customer_here, staff
from customers.models import Customer, Invitation, Membership
from customers.roles import May

from . import people
from .people import House

asked = require_http_methods(["GET", "HEAD", "POST"])


def _ours(request: Here) -> House:
    """The partner's own people."""
    urls = (reverse("people"), reverse("people_invite"), "people_")
    return House("staff.html", request.partner, None, request.membership.may(May.PEOPLE), *urls)


def _theirs(request: Here, whose: Customer) -> House:
    """A customer's people, looked at by staff."""
    at = [whose.pk]
    urls = (reverse("customer_people", args=at), reverse("customer_people_invite", args=at), "customer_people_")
    return House("staff.html", request.partner, whose, request.membership.may(May.INVITE), *urls)


def _mine(request: Here) -> House:
    """The people of the customer who is here."""
    may = request.membership.may(May.COLLEAGUES)
    urls = (reverse("my-people"), reverse("my-people-invite"), "my-people-")
    return House("customer.html", request.partner, customer_here(request), may, *urls)


def _customer(request: Here, customer_id: int) -> Customer:
    seen = Customer.objects.visible_to(request.user).of(request.partner).select_related("partner")
    return get_object_or_404(seen, pk=customer_id)


# The partner's own


@require_safe
@staff(May.SEE_BOOK)
def ours(request: Here) -> HttpResponseBase:
    """Who works here, and who may do what."""
    return people.people_page(request, _ours(request))


@asked
@staff(May.PEOPLE)
def ours_invite(request: Here) -> HttpResponse:
    """Invite a colleague."""
    return people.invite_page(request, _ours(request))


@asked
@staff(May.PEOPLE)
def ours_role(request: Here, membership_id: int) -> HttpResponse:
    """Give a colleague another role."""
    return people.role_page(request, _ours(request), membership_id)


@asked
@staff(May.PEOPLE)
def ours_end(request: Here, membership_id: int) -> HttpResponse:
    """End a colleague's place."""
    return people.end_page(request, _ours(request), membership_id)


@require_POST
@staff(May.PEOPLE)
def ours_revoke(request: Here, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    return people.revoke_page(request, _ours(request), invitation_id)


# A customer's, by staff


@require_safe
@staff(May.SEE_BOOK)
def theirs(request: Here, customer_id: int) -> HttpResponseBase:
    """Who signs in for a customer."""
    return people.people_page(request, _theirs(request, _customer(request, customer_id)))


@asked
@staff(May.INVITE)
def theirs_invite(request: Here, customer_id: int) -> HttpResponse:
    """Invite somebody of a customer."""
    return people.invite_page(request, _theirs(request, _customer(request, customer_id)))


@asked
@staff(May.INVITE)
def theirs_role(request: Here, membership_id: int) -> HttpResponse:
    """Give a customer's person another role."""
    return people.role_page(request, _house_of(request, membership_id), membership_id)


@asked
@staff(May.INVITE)
def theirs_end(request: Here, membership_id: int) -> HttpResponse:
    """End the place of a customer's person."""
    return people.end_page(request, _house_of(request, membership_id), membership_id)


@require_POST
@staff(May.INVITE)
def theirs_revoke(request: Here, invitation_id: int) -> HttpResponse:
    """Take back an invitation to a customer's person."""
    offered = Invitation.objects.visible_to(request.user).of(request.partner).exclude(customer=None)
    found = get_object_or_404(offered, pk=invitation_id)
    assert found.customer_id is not None
    return people.revoke_page(request, _theirs(request, _customer(request, found.customer_id)), invitation_id)


def _house_of(request: Here, membership_id: int) -> House:
    theirs = Membership.objects.filter(partner=request.partner).exclude(customer=None)
    place = get_object_or_404(theirs, pk=membership_id)
    assert place.customer_id is not None
    return _theirs(request, _customer(request, place.customer_id))


# A customer's own


@require_safe
@customer()
def mine(request: Here) -> HttpResponseBase:
    """Who signs in for us."""
    return people.people_page(request, _mine(request))


@asked
@customer(May.COLLEAGUES)
def mine_invite(request: Here) -> HttpResponse:
    """Invite a colleague."""
    return people.invite_page(request, _mine(request))


@asked
@customer(May.COLLEAGUES)
def mine_role(request: Here, membership_id: int) -> HttpResponse:
    """Give a colleague another role."""
    return people.role_page(request, _mine(request), membership_id)


@asked
@customer(May.COLLEAGUES)
def mine_end(request: Here, membership_id: int) -> HttpResponse:
    """End a colleague's place."""
    return people.end_page(request, _mine(request), membership_id)


@require_POST
@customer(May.COLLEAGUES)
def mine_revoke(request: Here, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    return people.revoke_page(request, _mine(request), invitation_id)
