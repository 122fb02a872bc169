"""Where does somebody want to be who belongs to several houses?"""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from customers.entering import Here, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def places(request: Here) -> HttpResponse:
    """Choose one of one's own places; any other is as absent as one that never was."""
    mine = request.places
    if request.method == "POST":
        chosen = next((place for place in mine if str(place.pk) == request.POST.get("place")), None)
        if chosen is None:
            return HttpResponseRedirect(reverse("places"))
        request.session["membership"] = chosen.pk
        request.session.pop("looking", None)
        return HttpResponseRedirect("/")
    return render(request, "customers/places.html" if mine else "no_place.html", {"mine": mine})
