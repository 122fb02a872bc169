"""What does the link of an invitation open? A place, for whoever reads the mail of its address, and nothing else."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from customers.entering import by_link
from customers.inviting import CantJoin, account_of, invitation_of, join, join_anew
from customers.models import Invitation, Membership, User

BACKEND: Final = "django.contrib.auth.backends.ModelBackend"


class NewPersonForm(forms.Form):
    """Who joins, and with which password they sign in from now on."""

    name = forms.CharField(label=_("Your name"), max_length=150)
    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters"),
    )
    password2 = forms.CharField(
        label=_("Password, once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, invitation: Invitation, data: Any = None) -> None:
        super().__init__(data, initial={"name": invitation.name})
        self._email = invitation.email

    def clean(self) -> dict[str, Any]:
        """Both the same, and not easily guessed."""
        told: dict[str, Any] = super().clean() or {}
        first, second = told.get("password1"), told.get("password2")
        if first and second and first != second:
            self.add_error("password2", gettext("The two passwords are not the same."))
        elif first:
            try:
                validate_password(first, User(email=self._email, name=told.get("name", "")))
            except forms.ValidationError as weak:
                self.add_error("password1", weak)
        return told


@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Take up an invitation: signed in with the account of its address, or with a new one."""
    found = invitation_of(secret)
    if found is None:
        raise Http404
    with translation.override(translation.get_language() if request.user.is_authenticated else found.language):
        return _open(request, found)


def _open(request: HttpRequest, found: Invitation) -> HttpResponse:
    here: Any = request
    person = request.user if request.user.is_authenticated else None
    taken = person is not None and found.accepted_by_id == person.pk
    if not found.counts(here.now) and not taken:
        return _say(request, found, "over", status=410)
    if person is not None and person.email.lower() != found.email:
        return _say(request, found, "other")
    if person is not None:
        return _by_member(request, found, person)
    if account_of(found.email) is not None:
        return _say(request, found, "sign_in")
    return _by_stranger(request, found)


def _by_member(request: HttpRequest, found: Invitation, person: User) -> HttpResponse:
    here: Any = request
    if request.method != "POST":
        return _say(request, found, "join")
    try:
        place = join(found, person, now=here.now)
    except CantJoin:
        return _say(request, found, "over", status=410)
    return _arrive(request, place)


def _by_stranger(request: HttpRequest, found: Invitation) -> HttpResponse:
    here: Any = request
    form = NewPersonForm(found, request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return _say(request, found, "new", form=form, status=422 if form.is_bound else 200)
    try:
        place = join_anew(found, form.cleaned_data["name"], form.cleaned_data["password1"], now=here.now)
    except CantJoin as refused:
        over = refused.why == "over"
        return _say(request, found, "over" if over else "sign_in", status=410 if over else 409)
    login(request, place.user, backend=BACKEND)
    return _arrive(request, place)


def _arrive(request: HttpRequest, place: Membership) -> HttpResponse:
    request.session["membership"] = place.pk
    where = place.customer.name if place.customer else place.partner.name
    messages.success(request, gettext("You belong to %(house)s now") % {"house": where})
    return HttpResponseRedirect("/")


def _say(request: HttpRequest, found: Invitation, what: str, *, form: Any = None, status: int = 200) -> HttpResponse:
    context = {"invitation": found, "what": what, "form": form, "house": found.customer or found.partner}
    return render(request, "customers/invitation.html", context, status=status)
