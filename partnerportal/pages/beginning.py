"""How does the first person get in? By an address that is told in the terminal, once, while nobody is here."""

from typing import Any, Final
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from customers.entering import by_link
from customers.models import User
from dunning.founding import BadPartner, Begun
from dunning.founding import begin as found_first
from payables.cells import CURRENCIES

BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
# From the installation's own words for a fault to the field it is about.
FIELDS: Final = {"slug": "slug", "name": "company", "currency": "currency", "zone": "zone"}


class BeginForm(forms.Form):
    """The company, and who owns its book."""

    company = forms.CharField(label=_("Name of the company"), max_length=200)
    slug = forms.RegexField(
        label=_("Short name"),
        regex=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=50,
        help_text=_("Small letters, digits and hyphens; its first letters stand before invoice numbers. It stays"),
        error_messages={"invalid": _("Write it in small letters, digits and hyphens, like hanhai-cloud")},
    )
    currency = forms.ChoiceField(
        label=_("Currency"), help_text=_("In which 21Vianet bills you; it stays"), initial="CNY"
    )
    zone = forms.ChoiceField(label=_("Time zone"), initial="Asia/Shanghai")
    name = forms.CharField(label=_("Your name"), max_length=150)
    email = forms.EmailField(label=_("Your e-mail"), max_length=254)
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

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, values in (("currency", CURRENCIES), ("zone", available_timezones())):
            self.fields[name].choices = [(one, one) for one in sorted(values)]  # type: ignore[attr-defined]

    def person(self) -> User:
        """Who begins, not kept yet."""
        told = self.cleaned_data
        return User(
            email=told.get("email", "").lower(), name=" ".join(told.get("name", "").split()), language=_language()
        )

    def clean(self) -> dict[str, Any]:
        """Both passwords the same, and not easily guessed."""
        told: dict[str, Any] = super().clean() or {}
        first, second = told.get("password1"), told.get("password2")
        if first and second and first != second:
            self.add_error("password2", gettext("The two passwords are not the same."))
        elif first:
            try:
                validate_password(first, self.person())
            except forms.ValidationError as weak:
                self.add_error("password1", weak)
        return told


def secret() -> str:
    """The secret of the address to begin at: whoever has the installation's key can tell it, nobody else."""
    return salted_hmac("partnerportal.beginning", "first person", algorithm="sha256").hexdigest()


@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def begin(request: HttpRequest, secret: str) -> HttpResponse:
    """Found the company and its owner, and lead them to their first steps. Absent once anybody is here."""
    if not constant_time_compare(secret, _secret()) or User.objects.exists():
        raise Http404
    form = BeginForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        told = form.cleaned_data
        try:
            _partner, place = found_first(
                told["slug"],
                name=" ".join(told["company"].split()),
                currency=told["currency"],
                zone=told["zone"],
                owner=form.person(),
                password=told["password1"],
                now=_now(request),
            )
        except Begun as late:
            raise Http404 from late
        except BadPartner as bad:
            for fault in bad.faults:
                field, _colon, text = fault.partition(": ")
                form.add_error(FIELDS.get(field), text)
        else:
            login(request, place.user, backend=BACKEND)
            return HttpResponseRedirect("/")
    return render(request, "begin.html", {"form": form}, status=422 if form.is_bound else 200)


def _secret() -> str:
    return secret()


def _now(request: Any) -> Any:
    return request.now


def _language() -> str:
    code = get_language() or settings.LANGUAGE_CODE
    return code if code in dict(settings.LANGUAGES) else "en"
