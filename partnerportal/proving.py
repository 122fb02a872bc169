"""Has whoever may approve or touch money proved twice who they are? Else they set up how, before anything else."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from customers.accounts import has_second_factor, must_prove_twice
from customers.models import User

Answer = Callable[[HttpRequest], HttpResponse]

# What leads to a second factor, and out.
OPEN: Final = ("/accounts/", "/static/", "/i18n/", "/places/", "/invitations/")


class SecondFactor:
    """Lets nobody in with a password alone whose role needs more; without a factor one leads to setting it up.

    Whoever has one is asked for it by signing in itself, at every door: the admin has no other."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or request.path.startswith(OPEN):
            return self.get_response(request)
        places = getattr(request, "places", None)
        if must_prove_twice(user, places) and not has_second_factor(user):
            return HttpResponseRedirect(reverse("mfa_index"), status=303)
        return self.get_response(request)
