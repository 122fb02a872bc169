"""Who belongs to a house, a partner's or a customer's, and how do they come and go? The pages behind people_doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers import exporting
from customers.accounts import SECOND
from customers.belonging import CantChange, change_role, end_place, roles_of
from customers.entering import Here
from customers.exporting import CHUNK, Column, exported
from customers.inviting import CantInvite, Guest, invite, revoke
from customers.models import Customer, Invitation, Membership, Partner, PlaceChange, User
from customers.roles import ALLOWS, BY_TWO, OF_CUSTOMERS, STAFF_ROLES, May, Role
from disputes.models import Dispute

PAGE: Final = 50
NEWEST: Final = 20
WHY_NOT: Final[dict[str, str | Promise]] = {
    "belongs": _("This person belongs here already."),
    "not_a_role": _("This role does not fit here."),
    "too_many": _("That were many invitations within an hour. Wait a little, then go on."),
    "last_owner": _("This is the only owner. Make somebody else an owner first."),
    "gone": _("This place was ended meanwhile."),
}


@dataclass(frozen=True)
class House:
    """Whose people these are, who looks, and at which addresses the pages lie."""

    base: str
    partner: Partner
    customer: Customer | None
    may_change: bool
    # The page with everybody, the one that asks for somebody new, and how the names of the others begin.
    list_url: str
    invite_url: str
    before: str

    def url(self, name: str, *args: object) -> str:
        """The address of one of the house's pages."""
        return reverse(f"{self.before}{name}", args=args)

    @property
    def name(self) -> str:
        """Whose house it is."""
        return self.customer.name if self.customer else self.partner.name

    @property
    def places(self) -> Any:
        """Everybody's places here, people in the order of their names."""
        rows = Membership.objects.filter(partner=self.partner, customer=self.customer)
        return rows.select_related("user", "partner", "customer").order_by("user__name", "pk")

    @property
    def invitations(self) -> Any:
        """Everything that was offered here."""
        rows = Invitation.objects.of(self.partner).filter(customer=self.customer)
        return rows.select_related("invited_by", "partner", "customer")


class InviteForm(forms.Form):
    """Who is asked."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    role = forms.ChoiceField(label=_("Role"))
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)

    def __init__(self, house: House, data: Any = None) -> None:
        super().__init__(data, initial={"role": roles_of(house.customer)[-1], "language": house.partner.language})
        self.fields["role"].choices = _choices(house)  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """What a person may do from now on."""

    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, house: House, place: Membership, data: Any = None) -> None:
        super().__init__(data, initial={"role": place.role})
        self.fields["role"].choices = _choices(house)  # type: ignore[attr-defined]


def _choices(house: House) -> list[tuple[str, Any]]:
    return [(role.value, role.label) for role in roles_of(house.customer)]


@dataclass(frozen=True)
class Right:
    """One line of the table: a thing somebody may do, and in which roles."""

    label: str | Promise
    holds: Sequence[bool]


def rights(roles: Sequence[Role]) -> list[Right]:
    """The table of roles as it is checked: each right that any of these roles has."""
    shown = [right for right in May if (right in OF_CUSTOMERS) == (roles is not STAFF_ROLES)]
    return [Right(right.label, [right in ALLOWS[role] for role in roles]) for right in shown]


def _file(request: Here, house: House) -> HttpResponseBase:
    columns = [
        Column(_("Name"), lambda place: place.user.name),
        Column(_("E-mail"), lambda place: place.user.email),
        Column(_("Role"), lambda place: str(place.get_role_display())),
        Column(_("Can sign in"), lambda place: gettext("Yes") if place.user.is_active else gettext("No")),
    ]
    return exported(request, "people", columns, house.places.iterator(chunk_size=CHUNK))


def people_page(request: Here, house: House) -> HttpResponseBase:
    """Everybody here, who is invited, who may do what, and what changed last."""
    if exporting.wanted(request):
        return _file(request, house)
    page = Paginator(house.places, PAGE).get_page(request.GET.get("page"))
    proved = set(
        Authenticator.objects.filter(user__in=[place.user_id for place in page], type__in=SECOND).values_list(
            "user_id", flat=True
        )
    )
    changes = PlaceChange.objects.of(house.partner).filter(customer=house.customer).select_related("person", "by")
    roles = roles_of(house.customer)
    context = {
        "people": [_person(house, place, place.user_id in proved) for place in page],
        "page": page,
        "invitations": [
            {"invitation": one, "counts": one.counts(request.now), "revoke_url": house.url("revoke", one.pk)}
            for one in house.invitations.open().order_by("-pk")[:PAGE]
        ],
        "invite_url": house.invite_url,
        "roles": [role.label for role in roles],
        "rights": rights(roles),
        "by_two": [text for _right, text in BY_TWO] if house.customer is None else [],
        "changes": changes.order_by("-at", "-pk")[:NEWEST],
    }
    return _render(request, house, "customers/people.html", context)


def _person(house: House, place: Membership, proved: bool) -> dict[str, Any]:
    urls = {"role_url": house.url("role", place.pk), "end_url": house.url("end", place.pk)}
    return {"place": place, "proved": proved, **urls}


def invite_page(request: Here, house: House) -> HttpResponse:
    """Ask for an address and a role, and promise the mail."""
    form = InviteForm(house, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        guest = Guest(told["email"], told["role"], told["name"], told["language"])
        try:
            invite(house.partner, guest, by=request.user, now=request.now, customer=house.customer)
        except CantInvite as refused:
            form.add_error("email", str(WHY_NOT[refused.why]))
        else:
            messages.success(request, gettext("The invitation to %(email)s is on its way") % {"email": guest.email})
            return HttpResponseRedirect(house.list_url)
    return _render(request, house, "customers/invite.html", {"form": form}, form.is_bound)


def role_page(request: Here, house: House, membership_id: int) -> HttpResponse:
    """What a person may do, and what each other role would allow."""
    place = get_object_or_404(house.places, pk=membership_id)
    form = RoleForm(house, place, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            changed = change_role(place, form.cleaned_data["role"], by=request.user, now=request.now)
        except CantChange as refused:
            form.add_error("role", str(WHY_NOT[refused.why]))
        else:
            words = {"name": str(changed.user), "role": changed.get_role_display()}
            messages.success(request, gettext("%(name)s is %(role)s now") % words)
            return _back(request, house, changed.user)
    roles = roles_of(house.customer)
    context = {"form": form, "place": place, "roles": [role.label for role in roles], "rights": rights(roles)}
    return _render(request, house, "customers/place.html", context, form.is_bound)


def end_page(request: Here, house: House, membership_id: int) -> HttpResponse:
    """What follows when a person's place ends, and then end it."""
    place = get_object_or_404(house.places, pk=membership_id)
    refused = ""
    if request.method == "POST":
        try:
            end_place(place, by=request.user, now=request.now)
        except CantChange as why:
            refused = str(WHY_NOT[why.why])
        else:
            messages.success(request, gettext("%(name)s has no access here any more") % {"name": place.user})
            return _back(request, house, place.user)
    cases = Dispute.objects.of(house.partner).open().filter(owner=place.user) if house.customer is None else None
    context = {
        "place": place,
        "refused": refused,
        "cases": cases.count() if cases is not None else 0,
        "is_default_owner": house.customer is None and house.partner.case_owner_id == place.user_id,
        "myself": place.user_id == request.user.pk,
    }
    return _render(request, house, "customers/place_end.html", context, bool(refused))


def revoke_page(request: Here, house: House, invitation_id: int) -> HttpResponse:
    """Take an invitation back; a second click finds it taken back."""
    found = get_object_or_404(house.invitations, pk=invitation_id)
    if revoke(found, by=request.user, now=request.now):
        messages.success(request, gettext("The invitation to %(email)s is taken back") % {"email": found.email})
    return HttpResponseRedirect(house.list_url)


def _back(request: Here, house: House, person: User) -> HttpResponse:
    """Whoever changed their own place may not be allowed to look any more."""
    return HttpResponseRedirect("/" if person.pk == request.user.pk else house.list_url)


def _render(request: Here, house: House, name: str, context: dict[str, Any], refused: bool = False) -> HttpResponse:
    if house.customer is not None and house.customer.partner_id != house.partner.pk:
        raise Http404
    return render(request, name, {**context, "house": house, "base": house.base}, status=422 if refused else 200)
