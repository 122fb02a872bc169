"""Do two people let more suspensions through than a day may carry, and how many may a day carry?"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from customers import formats
from customers.entering import Here, staff
from customers.models import Customer
from customers.roles import May
from dunning.approving import LIVE, NotAllowed
from dunning.breaking import PEOPLE, lift, reach, set_limit
from dunning.forms import BreakerForm
from dunning.models import Breaker, Proposal

from .runs import agreed, runs_page

PAGE = 50


@require_safe
@staff(May.SEE_BOOK)
def breaker(request: Here, breaker_id: int) -> HttpResponse:
    """One breaker: whom it names, who has agreed, and the form to lift it."""
    one = get_object_or_404(_mine(request).select_related("run"), pk=breaker_id)
    named = Customer.objects.visible_to(request.user).of(request.partner).filter(pk__in=one.customers)
    page = Paginator(named.order_by("name", "pk"), PAGE).get_page(request.GET.get("page"))
    live = Proposal.objects.filter(customer__in=page.object_list, state__in=LIVE).select_related("decision__invoice")
    of_customer: dict[int, Proposal] = {row.customer_id: row for row in live.order_by("-pk")}
    context = {
        "breaker": one,
        **agreed(one),
        "reach": reach(request.partner, now=request.now),
        "page": page,
        "rows": [{"customer": each, "proposal": of_customer.get(each.pk)} for each in page.object_list],
    }
    return render(request, "dunning/breaker.html", context)


def _mine(request: Here) -> Any:
    return Breaker.objects.visible_to(request.user).of(request.partner)


@require_POST
@staff(May.APPROVE)
def lift_breaker(request: Here, breaker_id: int) -> HttpResponse:
    """This person's word that it may be lifted. A second click finds it given and changes nothing."""
    one = get_object_or_404(_mine(request), pk=breaker_id)
    try:
        one = lift(one.pk, by=request.user, now=request.now)
    except NotAllowed as no:
        if no.code in ("role", "not_a_member"):
            raise PermissionDenied from no
        said = {
            "already_agreed": gettext("You have agreed already; somebody else is needed. Nothing more was changed."),
            "already_lifted": gettext("It has been lifted already; nothing was changed."),
        }
        messages.info(request, said[no.code])
        return redirect("breaker", one.pk)
    if one.lifted_at:
        n = len(one.customers)
        text = ngettext(
            "Lifted. The suspension of %(n)s customer is looked at once more and carried out",
            "Lifted. The suspensions of %(n)s customers are looked at once more and carried out",
            n,
        )
        messages.success(request, text % {"n": formats.grouped(n)})
    else:
        left = PEOPLE - one.lifts.count()
        text = ngettext("Recorded. %(n)s other person has to agree", "Recorded. %(n)s other people have to agree", left)
        messages.success(request, text % {"n": left})
    return redirect("breaker", one.pk)


@require_POST
@staff(May.POLICY)
def breaker_limits(request: Here) -> HttpResponse:
    """How many customers may lose access within a day before two people are asked."""
    form = BreakerForm(request.POST)
    if not form.is_valid():
        return runs_page(request, form, status=422)
    set_limit(request.partner, **form.cleaned_data)
    messages.success(request, gettext("The limit of the circuit breaker is changed"))
    return HttpResponseRedirect(reverse("collections"))
