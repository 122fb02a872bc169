"""Where does each person begin? Staff at the worklist, customers at their home, admins in the admin."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from customers.entering import signed_in


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Lead each person to their own home; a person without a place is told so."""
    place = request.membership  # type: ignore[attr-defined]
    if place is None:
        return HttpResponseRedirect("/admin/") if request.user.is_staff else render(request, "no_place.html")
    if len(request.places) > 1 and "membership" not in request.session:  # type: ignore[attr-defined]
        return HttpResponseRedirect("/places/")
    return HttpResponseRedirect("/worklist/" if place.is_staff else "/my/")
