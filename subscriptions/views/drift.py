"""Where do the provider and our book say different things, and what shall be done about each?"""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from customers.entering import Here, staff
from customers.exporting import CHUNK, Column, exported, wanted
from customers.paging import leaf
from customers.roles import May
from dunning import accepting
from subscriptions import mending
from subscriptions.drifting import subject
from subscriptions.forms import AcceptForm, LeaveForm, MendForm, ReasonForm, seen_of
from subscriptions.models import Drift, DriftLook, DriftQuerySet
from subscriptions.stopping import NotAllowed

from .drift_words import SAYS, short, sides

LONGEST: Final = 100
BESIDE: Final = ("customer__partner", "subscription", "partner", "ended_by", "change", "resize", "stop")


def _mine(request: Here) -> DriftQuerySet:
    found: DriftQuerySet = Drift.objects.visible_to(request.user).of(request.partner)
    return found


@require_safe
@staff(May.SEE_BILLS)
def drifts(request: Here) -> HttpResponseBase:
    """The open differences, or those that ended; by kind, and by customer, subscription or id."""
    show = "ended" if request.GET.get("show") == "ended" else "open"
    kind = request.GET.get("kind", "")
    kind = kind if kind in Drift.Kind.values else ""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    of_state = _mine(request).filter(ended_at__isnull=show == "open")
    found = _filtered(of_state, kind, words).select_related(*BESIDE)
    found = found.order_by("kind", "customer__name", "pk") if show == "open" else found.order_by("-ended_at", "-pk")
    if wanted(request):
        return exported(request, "drift", COLUMNS, found.iterator(chunk_size=CHUNK), show, kind)
    page = leaf(request, found)
    numbers = dict(_mine(request).open().order_by().values_list("kind").annotate(n=Count("pk")))
    context = {
        "page": page,
        "rows": [
            {"one": one, "subject": subject(one), "short": short(one), "way": _way(one)} for one in page.object_list
        ],
        "show": show,
        "kind": kind,
        "words": words,
        "kinds": [(code, label, numbers.get(code, 0)) for code, label in Drift.Kind.choices],
        "open_number": sum(numbers.values()),
        "look": DriftLook.objects.visible_to(request.user).of(request.partner).order_by("-began_at", "-pk").first(),
    }
    return render(request, "subscriptions/drifts.html", context)


def _filtered(rows: DriftQuerySet, kind: str, words: str) -> DriftQuerySet:
    if kind:
        rows = rows.filter(kind=kind)
    if words:
        rows = rows.filter(
            Q(customer__name__icontains=words)
            | Q(subscription__name__icontains=words)
            | Q(provider_id__icontains=words)
            | Q(theirs__name__icontains=words)
        )
    return rows


def _way(row: Drift) -> str:
    """What is under way about it."""
    if row.ended_at is not None:
        return ""
    if row.stop is not None and row.stop.state == "asked":
        return gettext("waits for a second person")
    if mending.on_its_way(row):
        return gettext("on its way")
    stuck = [one for one in (row.change, row.resize) if one is not None and one.outcome == "parked"]
    return gettext("given up: %(reason)s") % {"reason": stuck[0].reason} if stuck else ""


COLUMNS: Final = [
    Column(_("Customer"), lambda one: one.customer.name),
    Column(_("Subscription"), subject),
    Column(_("ID at 21Vianet"), lambda one: one.provider_id),
    Column(_("Difference"), lambda one: one.get_kind_display()),
    Column(_("Here and there"), lambda one: short(one)),
    Column(_("Found"), lambda one: one.found_at),
    Column(_("Last seen"), lambda one: one.last_seen_at),
    Column(_("Ended"), lambda one: one.ended_at),
    Column(_("How it ended"), lambda one: one.get_ended_how_display()),
    Column(_("Reason"), lambda one: one.ended_why),
]


@require_safe
@staff(May.SEE_BILLS)
def one_drift(request: Here, drift_id: int) -> HttpResponse:
    """One difference: what each side says, and what each thing one may do about it does."""
    row = get_object_or_404(_mine(request).select_related(*BESIDE), pk=drift_id)
    offers = [
        {"how": how, "says": SAYS[how], "may": request.membership.may(mending.NEEDS[how])}
        for how in mending.offered(row)
    ]
    context = {
        "row": row,
        "subject": subject(row),
        "sides": sides(row),
        "offers": offers,
        "way": _way(row),
        "held": mending.held_by(row) if row.subscription_id else [],
    }
    return render(request, "subscriptions/drift.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.SEE_BILLS)
def mend(request: Here, drift_id: int) -> HttpResponse:
    """What one thing would do, and then do it; what is no longer on offer changes nothing and says so."""
    row = get_object_or_404(_mine(request).select_related(*BESIDE), pk=drift_id)
    how = request.GET.get("how", "") if request.method != "POST" else request.POST.get("how", "")
    if how not in SAYS:
        return redirect("drift", row.pk)
    if not request.membership.may(mending.NEEDS[how]):
        raise PermissionDenied
    if how not in mending.offered(row):
        messages.info(request, gettext("It is no longer as it was; nothing was changed."))
        return redirect("drift", row.pk)
    made = FORMS.get(how, MendForm)
    form = made(request.POST) if request.method == "POST" else made(initial={"how": how, "seen": seen_of(row)})
    if request.method == "POST" and form.is_valid():
        return _done(request, row, how, form.cleaned_data)
    context = {
        "row": row,
        "subject": subject(row),
        "sides": sides(row),
        "says": SAYS[how],
        "form": form,
        "back": reverse("drift", args=[row.pk]),
        "users": row.subscription.quantity if row.subscription and how == mending.SUSPEND else 0,
    }
    return render(request, "subscriptions/drift_mend.html", context, status=422 if form.is_bound else 200)


FORMS: Final[dict[str, type[MendForm]]] = {
    mending.REASON: ReasonForm,
    mending.ACCEPT: AcceptForm,
    mending.LEAVE: LeaveForm,
}
DEEDS: Final[dict[str, Callable[..., Any]]] = {
    mending.SUSPEND: mending.suspend_again,
    mending.ACCEPT: accepting.accept,
    mending.SWITCH_ON: mending.switch_on,
    mending.REASON: mending.record_reason,
    mending.TAKE_OVER: mending.take_over,
    mending.SET_SEATS: mending.set_seats,
    mending.TAKE_IN: mending.take_in,
    mending.GONE: mending.mark_gone,
    mending.RENEW: mending.put_renewal_back,
    mending.LEAVE: mending.leave,
}


def _done(request: Here, row: Drift, how: str, told: dict[str, Any]) -> HttpResponse:
    said = {name: text for name, text in told.items() if name not in ("how", "seen")}
    try:
        if told["seen"] != seen_of(row):
            raise NotAllowed("not_waiting", "It is no longer as it was.")
        DEEDS[how](row, **said, by=request.user, now=request.now)
    except NotAllowed as no:
        if no.code == "role":
            raise PermissionDenied from no
        covered = gettext("It stands in the book already, or is suspended for this already; nothing was changed.")
        moved = gettext("It is no longer as it was; nothing was changed.")
        messages.info(request, covered if no.code == "covered" else moved)
    else:
        messages.success(request, str(SAYS[how].done))
    return redirect("drift", row.pk)
