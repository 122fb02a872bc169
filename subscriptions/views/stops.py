"""Shall access stop for a reason beside money, and may it come back? Asked by one person, agreed to by another."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.entering import Here, staff
from customers.models import Customer
from customers.roles import May
from subscriptions import stopping
from subscriptions.forms import LiftForm, NoForm, StopForm
from subscriptions.models import AccessStop, Subscription, Suspension


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.CHASE)
def stop_new(request: Here, customer_id: int) -> HttpResponse:
    """Ask for access of a customer to stop."""
    mine = Customer.objects.visible_to(request.user).of(request.partner).select_related("partner")
    customer = get_object_or_404(mine, pk=customer_id)
    seats = Subscription.objects.filter(customer=customer).exclude(status=Subscription.Status.DELETED).order_by("name")
    form = StopForm(request.POST if request.method == "POST" else None, mine=seats)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        chosen = [one.pk for one in told["subscriptions"]]
        try:
            stop = stopping.open_stop(
                customer, chosen, cause=told["cause"], evidence=told["evidence"], by=request.user, now=request.now
            )
        except stopping.NotAllowed:
            form.add_error("subscriptions", gettext("One of them is suspended for this already."))
        else:
            messages.success(request, gettext("Asked. Nothing happens before somebody else agrees"))
            return redirect("stop", stop.pk)
    status = 422 if form.is_bound else 200
    return render(request, "subscriptions/stop_new.html", {"customer": customer, "form": form}, status=status)


@require_safe
@staff(May.SEE_BOOK)
def stop(request: Here, stop_id: int) -> HttpResponse:
    """One stop: the evidence, who said what, and what may be said next."""
    return _page(request, _stop(request, stop_id))


def _stop(request: Here, pk: int) -> AccessStop:
    mine = AccessStop.objects.visible_to(request.user).of(request.partner)
    people = ("opened_by", "decided_by", "lift_asked_by", "ended_by")
    found: AccessStop = get_object_or_404(mine.select_related("customer", "change", *people), pk=pk)
    return found


def _page(request: Here, one: AccessStop, form: forms.Form | None = None, status: int = 200) -> HttpResponse:
    seats = list(Subscription.objects.filter(pk__in=one.scope).order_by("name", "pk"))
    rows = Suspension.objects.filter(subscription__in=seats).live().select_related("subscription").order_by("pk")
    others = [row for row in rows if row.opened_by_id != one.change_id or one.change_id is None]
    context: dict[str, Any] = {
        "stop": one,
        "customer": one.customer,
        "seats": seats,
        "lost": sum(seat.quantity for seat in seats),
        "mine": list(one.change.opened.order_by("pk").select_related("subscription")) if one.change else [],
        "others": others,
        "own": request.user.pk == (one.opened_by_id if one.state == "asked" else one.lift_asked_by_id),
        "no_form": form if isinstance(form, NoForm) else NoForm(),
        "lift_form": form if isinstance(form, LiftForm) else LiftForm(),
        "refused": isinstance(form, NoForm),
    }
    return render(request, "subscriptions/stop.html", context, status=status)


def _said(request: Here, pk: int, deed: Callable[[AccessStop], object], text: str) -> HttpResponse:
    """Carry out one deed; one that is done already changes nothing and says so."""
    one = _stop(request, pk)
    try:
        deed(one)
    except stopping.NotAllowed as no:
        if no.code == "role":
            raise PermissionDenied from no
        said = {
            "own": gettext("You asked for it yourself; somebody else has to agree."),
            "covered": gettext("One of them is suspended for this already."),
        }
        messages.info(request, said.get(no.code, gettext("It no longer waits for this; nothing was changed.")))
    else:
        messages.success(request, text)
    return redirect("stop", pk)


@require_POST
@staff(May.APPROVE)
def stop_agree(request: Here, stop_id: int) -> HttpResponse:
    """The second person's yes: access stops."""
    text = gettext("Agreed. 21Vianet is asked now, and the customer is told when it says so")
    return _said(request, stop_id, lambda one: stopping.agree(one.pk, by=request.user, now=request.now), text)


@require_POST
@staff(May.APPROVE)
def stop_refuse(request: Here, stop_id: int) -> HttpResponse:
    """No: access stays."""
    form = NoForm(request.POST)
    if not form.is_valid():
        return _page(request, _stop(request, stop_id), form, status=422)
    reason, text = form.cleaned_data["reason"], gettext("Refused. Access stays as it is")
    return _said(
        request, stop_id, lambda one: stopping.refuse(one.pk, by=request.user, reason=reason, now=request.now), text
    )


@require_POST
@staff(May.APPROVE)
def stop_lift(request: Here, stop_id: int) -> HttpResponse:
    """Say what came of it; a customer's own wish ends with that."""
    form = LiftForm(request.POST)
    if not form.is_valid():
        return _page(request, _stop(request, stop_id), form, status=422)
    outcome, text = form.cleaned_data["outcome"], gettext("Recorded what came of it")
    return _said(
        request, stop_id, lambda one: stopping.lift(one.pk, by=request.user, outcome=outcome, now=request.now), text
    )


@require_POST
@staff(May.APPROVE)
def stop_lift_agree(request: Here, stop_id: int) -> HttpResponse:
    """The second person's yes to access coming back."""
    text = gettext("Lifted. Access comes back where no other reason stands")
    return _said(request, stop_id, lambda one: stopping.agree_to_lift(one.pk, by=request.user, now=request.now), text)


@require_POST
@staff(May.APPROVE)
def stop_keep(request: Here, stop_id: int) -> HttpResponse:
    """It is not to be lifted yet."""
    text = gettext("It stays in force")
    return _said(request, stop_id, lambda one: stopping.keep_stopped(one.pk, by=request.user, now=request.now), text)
