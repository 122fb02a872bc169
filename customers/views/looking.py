"""How does one of ours begin and end to look at a customer's pages?"""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from customers.entering import Here, staff
from customers.looking import begin_to_look, look_no_more
from customers.models import Customer
from customers.roles import May


@require_POST
@staff(May.LOOK_AS)
def look(request: Here, customer_id: int) -> HttpResponse:
    """Begin: half an hour, kept on the timeline."""
    mine = Customer.objects.visible_to(request.user).of(request.partner).select_related("partner")
    whose = get_object_or_404(mine, pk=customer_id)
    until = begin_to_look(whose, by=request.user, now=request.now)
    request.session["looking"] = {"customer": whose.pk, "until": until.isoformat()}
    return HttpResponseRedirect("/my/")


@require_POST
@staff(May.LOOK_AS)
def look_end(request: Here) -> HttpResponse:
    """End; a second click finds nothing to end."""
    kept = request.session.pop("looking", None)
    found = Customer.objects.visible_to(request.user).of(request.partner).filter(pk=kept["customer"]) if kept else None
    whose = found.select_related("partner").first() if found is not None else None
    if whose is None:
        return HttpResponseRedirect("/")
    look_no_more(whose, by=request.user, now=request.now)
    messages.success(request, gettext("You see your own pages again"))
    return HttpResponseRedirect(reverse("customer", args=[whose.pk]))
